//! LeakyReLU: relu that leaks a little below zero, as a layer.
//!
//! ```text
//! y = x                      if x > 0
//!     negative_slope · x     else
//!
//! dx += dy                   if x > 0
//!       negative_slope · dy  else
//! ```
//!
//! Shapes: output as input, any shape. As in Keras the slope of this layer is 0.3, while that of the activation
//! `leaky_relu` is 0.2.
//!
//! Source: <https://keras.io/api/layers/activation_layers/leaky_relu/>

use crate::code::Code;
use crate::shape::{Shape, ShapeError};
use crate::spec::{ArgSpec, Folding, Inferred, LayerSpec, Masking, Value, rule};
use crate::text::Text;

/// `LeakyReLU(negative_slope)`
pub const SPEC: LayerSpec = LayerSpec {
    name: "LeakyReLU",
    module: "leaky_re_lu",
    args: &[ArgSpec::float("negative_slope", 0.3)],
    masking: Masking::Passes,
    folding: Folding::Position,
    infer: rule!(infer),
    ..LayerSpec::BASE
};

/// The shape stays.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    if let Some(slope) = args[0].as_float()
        && slope < 0.0
    {
        return Err(ShapeError::argument(
            Code::OutOfRange,
            0,
            Text::new().str("`negative_slope` must not be negative"),
        ));
    }
    Ok(Inferred::new(inputs[0], &[]))
}

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::Elementwise;
    use crate::layers::elementwise::elementwise_layer;
    use crate::scalar::Scalar;

    /// relu that leaks a little below zero.
    #[derive(Clone, Copy, Debug)]
    pub struct LeakyReLU {
        /// The slope below zero; 0.3 by default.
        pub negative_slope: f64,
    }

    impl LeakyReLU {
        /// Keras's defaults.
        pub const DEFAULT: Self = LeakyReLU { negative_slope: 0.3 };
    }

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
        use crate::testing::check_layer;
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
        assert_eq!(infer(&[Value::Float(0.3)], &[shape]).unwrap(), Inferred::new(shape, &[]));
        assert!(infer(&[Value::Float(-0.3)], &[shape]).is_err());
    }
}
