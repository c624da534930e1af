//! Reshape: gives the same scalars other axes.
//!
//! ```text
//! y[k] = x[k]        in row-major order, which is the order in memory
//!
//! dx += dy
//! ```
//!
//! Shapes: any input, output `target_shape` with the same number of scalars. One dimension may be -1, for the
//! remaining size.
//!
//! Source: <https://keras.io/api/layers/reshaping_layers/reshape/>

use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Inferred, LayerSpec, Streaming, Value, layer, rule};

layer! {
    /// Gives the same scalars other axes.
    #[example = "let y = Reshape([28, 28, 1])(x); // [784] → [28, 28, 1]"]
    #[example = "let y = Reshape([-1, 4])(x); // [64] → [16, 4]"]
    /// The output is `RY × PY`.
    #[doc(alias = "view")]
    #[doc(alias = "Unflatten")]
    pub struct Reshape<RY, PY> {
        /// The axes of the output. One may be -1, which stands for the rest.
        target_shape: Ints,
    }

    pub const SPEC: LayerSpec { copies: true, streaming: Streaming::Refuses("it may mix steps; `TimeDistributed(Reshape(..))` changes the shape of each step"), infer: rule!(infer) }
}

/// Returns `target_shape` without its -1; the type is `Reshape<rows, cols>`.
///
/// # Errors
/// If `target_shape` has another number of scalars, or more than one -1.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let args = Args(args);
    let (target, count) = (args.target_shape(), args.target_shape().len());
    let (mut dims, mut product, mut open, mut i) = ([1; crate::spec::shape::MAX_RANK], 1usize, None, 0);
    while i < count {
        if target[i] >= 1 {
            dims[i] = target[i] as usize;
            product = product.saturating_mul(dims[i]);
        } else if target[i] == -1 && open.is_none() {
            open = Some(i);
        } else {
            let message = Text::new().str("expected positive dimensions and at most one -1, but got ").int(target[i]);
            return Err(ShapeError::argument(
                Code::NotPositive,
                arg::target_shape,
                if target[i] == -1 { message.str(" twice") } else { message },
            ));
        }
        i += 1;
    }
    let size = inputs[0].size();
    if let Some(open) = open {
        if !size.is_multiple_of(product) {
            let message = Text::new().str("the input ").shape(&inputs[0]).str(" has ").size(size);
            let message = message.str(" scalars, which the other dimensions, ").size(product);
            return Err(ShapeError::argument(
                Code::ElementCount,
                arg::target_shape,
                message.str(" in all, do not divide"),
            ));
        }
        dims[open] = size / product;
    } else if size != product {
        let message = Text::new().str("the input ").shape(&inputs[0]).str(" has ").size(size);
        return Err(ShapeError::argument(
            Code::ElementCount,
            arg::target_shape,
            message.str(" scalars, but `target_shape` has ").size(product),
        ));
    }
    let output = Shape::new(dims.split_at(count).0);
    Ok(Inferred::new(output, &Consts { RY: output.rows(), PY: output.cols() }.list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::Reshape;
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use nalgebra::SMatrix;

    impl<T: Scalar + Element, const RY: usize, const PY: usize, const R: usize, const P: usize>
        Layer<T, SMatrix<T, R, P>> for Reshape<RY, PY>
    {
        type Output = SMatrix<T, RY, PY>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();
        const WORK: Work = Work::BySample(0);

        #[inline]
        fn forward<B: Storage>(
            &self,
            _: &(),
            x: &[SMatrix<T, R, P>],
            y: &mut [SMatrix<T, RY, PY>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
            const { assert!(R * P == RY * PY) }
            flat_mut(y).copy_from_slice(flat(x));
        }

        #[inline]
        fn backward<B: Storage>(
            &self,
            _: &(),
            _: &[SMatrix<T, R, P>],
            _: &[SMatrix<T, RY, PY>],
            dy: &[SMatrix<T, RY, PY>],
            _: Memory<'_, T, ()>,
            dx: Option<&mut [SMatrix<T, R, P>]>,
            _: Option<&mut ()>,
        ) {
            // y = x, so dx += dy
            if let Some(dx) = dx {
                for (dx, &dy) in flat_mut(dx).iter_mut().zip(flat(dy)) {
                    *dx += dy;
                }
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::testing::check_layer;
        use crate::tensor::storage::Inline;

        #[test]
        fn gradients() {
            check_layer::<SMatrix<f64, 5, 6>, _>(&Reshape::<2, 15>);
        }

        #[test]
        fn memory_stays() {
            let x = [SMatrix::<f32, 6, 1>::from_column_slice(&[1., 2., 3., 4., 5., 6.])];
            let mut y = [SMatrix::<f32, 2, 3>::zeros()];
            Reshape::<2, 3>.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(y[0].as_slice(), x[0].as_slice());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};

    fn rule(target: &[i64]) -> Result<Inferred, String> {
        let args = SPEC.with(&[(arg::target_shape, Value::ints(target))]);
        infer(&args, &[Shape::new(&[12])]).map_err(|error| error.to_string())
    }

    #[test]
    fn shapes() {
        assert_eq!(rule(&[3, 4]).unwrap(), Inferred::new(Shape::new(&[3, 4]), &[4, 3]));
        assert_eq!(rule(&[-1, 2, 2]).unwrap(), Inferred::new(Shape::new(&[3, 2, 2]), &[2, 6]));
        assert_eq!(rule(&[5, 2]).unwrap_err(), "the input (12,) has 12 scalars, but `target_shape` has 10");
        assert!(rule(&[-1, 5]).unwrap_err().contains("5 in all, do not divide"));
        assert!(rule(&[-1, -1]).unwrap_err().ends_with("-1 twice"));
        assert!(rule(&[0, -1]).unwrap_err().ends_with("got 0"));
    }
}
