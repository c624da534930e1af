//! LeakyReLU: the rectified linear unit with a small slope below zero.
//!
//! ```text
//! y = x                      if x > 0
//!     negative_slope · x     else
//!
//! dx += dy                   if x > 0
//!       negative_slope · dy  else
//! ```
//!
//! Shapes: output as input, any shape. As in Keras, the slope of this layer is 0.3, but the slope of the activation
//! `leaky_relu` is 0.2.
//!
//! Source: <https://keras.io/api/layers/activation_layers/leaky_relu/>

use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Folding, Inferred, LayerSpec, Masking, Streaming, Value, layer, rule};

layer! {
    /// The rectified linear unit with a small slope below zero.
    #[example = "let y = LeakyReLU(negative_slope = 0.1)(x); // [64] → [64]"]
    pub struct LeakyReLU {
        /// The slope below zero.
        pub negative_slope: Float = 0.3,
    }

    pub const SPEC: LayerSpec {
        masking: Masking::Passes,
        folding: Folding::Position,
        streaming: Streaming::Steps,
        infer: rule!(infer),
    }
}

/// Returns the shape of the input.
///
/// # Errors
/// If `negative_slope` is negative.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    if let Some(slope) = Args(args).negative_slope()
        && slope < 0.0
    {
        return Err(ShapeError::argument(
            Code::OutOfRange,
            arg::negative_slope,
            Text::new().str("`negative_slope` must not be negative"),
        ));
    }
    Ok(Inferred::new(inputs[0], &[]))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::LeakyReLU;
    use crate::activations::Elementwise;
    use crate::layers::elementwise::elementwise_layer;
    use crate::tensor::scalar::Scalar;

    impl Elementwise for LeakyReLU {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            if x > T::ZERO { x } else { T::of(self.negative_slope) * x }
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
            if x > T::ZERO { T::ONE } else { T::of(self.negative_slope) }
        }
    }

    elementwise_layer!(LeakyReLU);

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::testing::check_layer;
        use nalgebra::SMatrix;

        #[test]
        fn gradients() {
            check_layer::<SMatrix<f64, 5, 3>, _>(&LeakyReLU::DEFAULT);
        }

        #[test]
        fn the_formula() {
            assert_eq!([-10.0f64, 0.0, 4.0].map(|x| LeakyReLU::DEFAULT.value(x)), [-3.0, 0.0, 4.0]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_stays() {
        let shape = Shape::new(&[4, 3]);
        assert_eq!(infer(&SPEC.with(&[]), &[shape]).unwrap(), Inferred::new(shape, &[]));
        assert!(infer(&SPEC.with(&[(arg::negative_slope, Value::Float(-0.3))]), &[shape]).is_err());
    }
}
