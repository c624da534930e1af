//! Concatenate: joins its inputs along an axis.
//!
//! ```text
//! y[.., k, ..] = x₀[.., k, ..]            for k < d₀
//!              = x₁[.., k - d₀, ..]       for d₀ ≤ k < d₀ + d₁, and so on
//!
//! dxᵢ += its part of dy
//! ```
//!
//! Shapes: inputs that are equal except along `axis`; the output has the sum along it. As in Keras, `axis` counts the
//! batch: axis 1 is the first axis of a sample, -1 the last. Memory is row-major, so each input is a run of `chunk`
//! scalars in each of `OUTER` rows.
//!
//! Source: <https://keras.io/api/layers/merging_layers/concatenate/>

use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Arity, Folding, Inferred, LayerSpec, Masking, Streaming, Value, layer, rule};

layer! {
    /// Joins its inputs along an axis.
    #[example = "let y = Concatenate()([a, b]); // [3], [5] → [8]"]
    #[example = "let y = concatenate([a, b], axis = 1); // [3, 8], [5, 8] → [8, 8]"]
    /// `OUTER` is the number of positions before the axis. The output is `R × P`.
    #[doc(alias = "cat")]
    pub struct Concatenate<OUTER, R, P> {
        /// The axis to join along: 1 is the first axis of a sample, -1 the last.
        axis: Int = -1,
    }

    pub const SPEC: LayerSpec {
        function: Some("concatenate"),
        // Keras also accepts a single tensor.
        inputs: Arity { min: 1, ..Arity::MANY },
        masking: Masking::Joins { axis: arg::axis },
        folding: Folding::Join { axis: arg::axis },
        streaming: Streaming::Axis { axis: arg::axis },
        infer: rule!(infer),
    }
}

/// Returns the shape with the sum along `axis`.
///
/// The type is `Concatenate<OUTER, rows, cols>` with the output's rows and columns.
///
/// # Errors
/// If there is no such axis, or if the shapes differ along another axis.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (args, first) = (Args(args), inputs[0]);
    let Some(axis) = first.axis(args.axis()) else {
        return Err(ShapeError::no_axis(arg::axis, args.axis(), &first));
    };
    let (mut sum, mut i) = (first.dim(axis), 1);
    while i < inputs.len() {
        let x = inputs[i];
        if x.rank() != first.rank() || !x.with_dim(axis, 0).equals(&first.with_dim(axis, 0)) {
            let message = Text::new().str("expected shapes that are equal except along axis ").int(args.axis());
            return Err(ShapeError::input(
                Code::ShapeMismatch,
                i,
                message.str(", but got ").shape(&first).str(" and ").shape(&x),
            ));
        }
        sum += x.dim(axis);
        i += 1;
    }
    let output = first.with_dim(axis, sum);
    let outer = output.size() / (sum * output.stride(axis));
    Ok(Inferred::new(output, &Consts { OUTER: outer, R: output.rows(), P: output.cols() }.list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::Concatenate;
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, FloatTensors, flat, flat_mut};
    use nalgebra::SMatrix;

    impl<T: Scalar + Element, X: FloatTensors<T>, const OUTER: usize, const R: usize, const P: usize> Layer<T, X>
        for Concatenate<OUTER, R, P>
    {
        type Output = SMatrix<T, R, P>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();
        const WORK: Work = Work::BySample(0);

        fn forward<B: Storage>(&self, _: &(), x: X::Batch<'_>, y: &mut [SMatrix<T, R, P>], _: Pass<'_, '_, T, (), ()>) {
            let (row, mut start) = (R * P / OUTER, 0);
            for (i, size) in X::SIZES.iter().enumerate() {
                let chunk = (size / OUTER).max(1);
                for (y, x) in flat_mut(y).chunks_exact_mut(row).zip(X::flat(x, i).chunks_exact(chunk)) {
                    let Some(y) = y.get_mut(start..start + chunk) else { return };
                    y.copy_from_slice(x);
                }
                start += chunk;
            }
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            _: X::Batch<'_>,
            _: &[SMatrix<T, R, P>],
            dy: &[SMatrix<T, R, P>],
            _: Memory<'_, T, ()>,
            mut dx: X::Gradients<'_>,
            _: Option<&mut ()>,
        ) {
            // y[start..start + chunk] = x, so dx += dy[start..start + chunk]
            let (row, mut start) = (R * P / OUTER, 0);
            for (i, size) in X::SIZES.iter().enumerate() {
                let chunk = (size / OUTER).max(1);
                if let Some(dx) = X::flat_gradient(&mut dx, i) {
                    for (dy, dx) in flat(dy).chunks_exact(row).zip(dx.chunks_exact_mut(chunk)) {
                        let Some(dy) = dy.get(start..start + chunk) else { return };
                        for (dx, &dy) in dx.iter_mut().zip(dy) {
                            *dx += dy;
                        }
                    }
                }
                start += chunk;
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::testing::check_layer;

        type Pair = (SMatrix<f64, 3, 5>, SMatrix<f64, 2, 5>);
        type Triple = (SMatrix<f64, 3, 2>, SMatrix<f64, 3, 5>, SMatrix<f64, 3, 7>);

        #[test]
        fn gradients() {
            check_layer::<Pair, _>(&Concatenate::<5, 5, 5>);
            check_layer::<Triple, _>(&Concatenate::<1, 3, 14>);
        }

        #[test]
        fn parts_stand_side_by_side() {
            let (a, b) = ([SMatrix::<f32, 2, 2>::new(1., 3., 2., 4.)], [SMatrix::<f32, 1, 2>::new(8., 9.)]);
            let mut y = [SMatrix::<f32, 3, 2>::zeros()];
            type X = (SMatrix<f32, 2, 2>, SMatrix<f32, 1, 2>);
            Layer::<f32, X>::forward::<crate::tensor::storage::Inline<1>>(
                &Concatenate::<2, 3, 2>,
                &(),
                (&a, &b),
                &mut y,
                Pass::inference(&mut ()),
            );
            assert_eq!(y[0].as_slice(), [1., 2., 8., 3., 4., 9.]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn shapes() {
        let (a, b) = (Shape::new(&[2, 3]), Shape::new(&[5, 3]));
        let along = |axis| SPEC.with(&[(arg::axis, Value::Int(axis))]);
        assert_eq!(infer(&along(1), &[a, b]).unwrap().output(0), Shape::new(&[7, 3]));
        let error = infer(&along(-1), &[a, b]).unwrap_err();
        assert_eq!(error.to_string(), "expected shapes that are equal except along axis -1, but got (2, 3) and (5, 3)");
        assert!(infer(&along(0), &[a, b]).unwrap_err().to_string().contains("counts the batch"));
    }
}
