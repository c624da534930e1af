//! leaky_relu: relu that leaks a little below zero.
//!
//! ```text
//! y = x  if x > 0, else negative_slope · x
//! dy/dx = 1  if x > 0, else negative_slope        (negative_slope at x = 0, as in Keras)
//! ```
//!
//! Source: <https://keras.io/api/layers/activations/#leaky_relu-function>

use crate::spec::ValueSpec;

/// `leaky_relu(negative_slope)`
pub const SPEC: ValueSpec = ValueSpec {
    names: &["leaky_relu"],
    path: "activations::LeakyRelu",
    fields: &[("negative_slope", 0.2)],
    ..ValueSpec::BASE
};

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::Elementwise;
    use crate::tensor::scalar::Scalar;

    /// `x` above zero, `negative_slope · x` below
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct LeakyRelu {
        /// The slope below zero; Keras's default is 0.2 (the layer `LeakyReLU` has 0.3).
        pub negative_slope: f64,
    }

    impl Default for LeakyRelu {
        fn default() -> Self {
            LeakyRelu { negative_slope: 0.2 }
        }
    }

    impl Elementwise for LeakyRelu {
        const SIMPLE: bool = true;

        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            if x > T::ZERO { x } else { T::of(self.negative_slope) * x }
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
            if x > T::ZERO { T::ONE } else { T::of(self.negative_slope) }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::activations::Activate;
        use crate::activations::checks::{away_from, like_keras};
        use crate::layer::testing::check_layer_on;
        use nalgebra::SMatrix;

        #[test]
        fn gradient() {
            check_layer_on::<SMatrix<f64, 5, 3>, _>(&Activate(LeakyRelu::default()), away_from(&[0.0], 2.0));
        }

        #[test]
        fn values() {
            // keras.activations.leaky_relu(x, negative_slope=0.25) and its gradient, in float64.
            like_keras(
                &LeakyRelu { negative_slope: 0.25 },
                &[(-6.0, -1.5, 0.25), (-1.0, -0.25, 0.25), (0.0, 0.0, 0.25), (0.5, 0.5, 1.0), (6.0, 6.0, 1.0)],
            );
        }
    }
}
