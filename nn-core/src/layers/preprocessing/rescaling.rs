//! Rescaling: a factor and an offset, for example to bring pixels from 0..255 to 0..1.
//!
//! ```text
//! y = scale ⊙ x + offset        each a number, or one for each feature
//!
//! dx += scale ⊙ dy
//! ```
//!
//! Shapes: output as input, any shape. Lists have one number for each place along the last axis.
//!
//! Source: <https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling/>

use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Folding, Inferred, LayerSpec, Masking, Streaming, Value, layer, rule};

layer! {
    /// A factor and an offset, for example to bring pixels from 0..255 to 0..1.
    #[example = "let y = Rescaling(1.0 / 255)(x); // [28, 28, 3] → [28, 28, 3]"]
    #[example = "let y = Rescaling(scale = [0.5, 0.25, 2.0], offset = -1.0)(x); // [28, 28, 3] → [28, 28, 3]"]
    pub struct Rescaling {
        /// The factor, or one for each feature.
        pub scale: Floats,
        /// The offset, or one for each feature.
        pub offset: Floats = &[0.0],
    }

    pub const SPEC: LayerSpec {
        masking: Masking::Passes,
        folding: Folding::Scale { axis: None, offset: Some(arg::offset) },
        streaming: Streaming::Steps,
        infer: rule!(infer),
    }
}

/// Returns the shape of the input.
///
/// # Errors
/// If a list has another length than the last axis.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (args, x) = (Args(args), inputs[0]);
    let lists = [(args.scale(), arg::scale, "scale"), (args.offset(), arg::offset, "offset")];
    let mut i = 0;
    while i < lists.len() {
        let (count, place, name) = lists[i];
        // 0 stands for a length that rustc finds later.
        if let Some(count) = count
            && count > 1
            && count != x.rows()
        {
            let message =
                Text::new().str("`").str(name).str("` has ").size(count).str(" numbers, but the last axis of ");
            let message = message.shape(&x).str(" has ").size(x.rows());
            return Err(ShapeError::argument(Code::ShapeMismatch, place, message));
        }
        i += 1;
    }
    Ok(Inferred::new(x, &[]))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::Rescaling;
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use crate::weights::fold::Scale;
    use nalgebra::SMatrix;

    /// Returns the number for a feature: a single number is for all.
    fn of(numbers: &[f64], feature: usize) -> f64 {
        numbers.get(feature).or(numbers.first()).copied().unwrap_or_default()
    }

    impl<T: Scalar + Element, const R: usize, const P: usize> Layer<T, SMatrix<T, R, P>> for Rescaling {
        type Output = SMatrix<T, R, P>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();
        const MACS: usize = R * P;
        const WORK: Work = Work::BySample(R * P);

        fn forward<B: Storage>(
            &self,
            _: &(),
            x: &[SMatrix<T, R, P>],
            y: &mut [SMatrix<T, R, P>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
            let (x, y) = (flat(x), flat_mut(y));
            if let ([scale], [offset]) = (self.scale, self.offset) {
                let (scale, offset) = (T::of(*scale), T::of(*offset));
                y.iter_mut().zip(x).for_each(|(y, &x)| *y = scale * x + offset);
                return;
            }
            for (x, y) in x.chunks_exact(R).zip(y.chunks_exact_mut(R)) {
                for (f, (y, &x)) in y.iter_mut().zip(x).enumerate() {
                    *y = T::of(of(self.scale, f)) * x + T::of(of(self.offset, f));
                }
            }
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            _: &[SMatrix<T, R, P>],
            _: &[SMatrix<T, R, P>],
            dy: &[SMatrix<T, R, P>],
            _: Memory<'_, T, ()>,
            dx: Option<&mut [SMatrix<T, R, P>]>,
            _: Option<&mut ()>,
        ) {
            // y = scale ⊙ x + offset, so dx += scale ⊙ dy
            let Some(dx) = dx else { return };
            for (dx, dy) in flat_mut(dx).chunks_exact_mut(R).zip(flat(dy).chunks_exact(R)) {
                for (f, (dx, &dy)) in dx.iter_mut().zip(dy).enumerate() {
                    *dx += T::of(of(self.scale, f)) * dy;
                }
            }
        }
    }

    impl<T: Scalar> Scale<T> for Rescaling {
        type Weights = ();

        fn features(&self) -> usize {
            self.scale.len().max(self.offset.len())
        }

        fn scale(&self, _: &(), feature: usize) -> (f64, f64) {
            (of(self.scale, feature), of(self.offset, feature))
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::testing::check_layer;
        use crate::tensor::storage::Inline;

        #[test]
        fn gradients() {
            check_layer::<SMatrix<f64, 3, 5>, _>(&Rescaling { scale: &[0.3], offset: &[0.7] });
            check_layer::<SMatrix<f64, 3, 5>, _>(&Rescaling { scale: &[0.3, -0.5, 2.0], offset: &[1.0] });
        }

        #[test]
        fn the_formula() {
            let x = [SMatrix::<f32, 2, 2>::new(1., 3., 2., 4.)];
            let mut y = [SMatrix::<f32, 2, 2>::zeros()];
            let layer = Rescaling { scale: &[2.0, 10.0], offset: &[-1.0, 0.5] };
            layer.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(y[0].as_slice(), [1., 20.5, 5., 40.5]);
            let layer = Rescaling { scale: &[2.0], offset: &[-1.0] };
            layer.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(y[0].as_slice(), [1., 3., 5., 7.]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};

    fn rule(scale: usize, offset: usize, x: &[usize]) -> Result<Shape, String> {
        let args = SPEC.with(&[(arg::scale, Value::Floats(scale)), (arg::offset, Value::Floats(offset))]);
        infer(&args, &[Shape::new(x)]).map(|found| found.output(0)).map_err(|error| error.to_string())
    }

    #[test]
    fn shapes() {
        for (scale, offset) in [(1, 1), (3, 1), (1, 3), (0, 3)] {
            assert_eq!(rule(scale, offset, &[5, 3]).unwrap(), Shape::new(&[5, 3]));
        }
        let error = "`offset` has 5 numbers, but the last axis of (5, 3) has 3";
        assert_eq!(rule(3, 5, &[5, 3]).unwrap_err(), error);
    }
}
