//! celu: the continuously differentiable exponential linear unit.
//!
//! ```text
//! y = x  if x > 0, else alpha · (exp(x / alpha) - 1)
//! dy/dx = 1  if x > 0, else y / alpha + 1
//! ```
//!
//! The function is smooth: its slope at 0 is 1. Keras writes it as `max(x, 0) + alpha · expm1(min(x, 0) / alpha)`. On
//! TensorFlow, its gradient at exactly 0 adds the slopes of both parts to 2; this implementation does not.
//!
//! Source: <https://keras.io/api/layers/activations/#celu-function>

use crate::spec::ValueSpec;

/// `celu(alpha)`
pub const SPEC: ValueSpec =
    ValueSpec { names: &["celu"], path: "activations::Celu", fields: &[("alpha", 1.0)], ..ValueSpec::BASE };

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::Elementwise;
    use crate::kernels;
    use crate::tensor::scalar::Scalar;

    /// `x` above zero, `alpha · (exp(x / alpha) - 1)` below
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct Celu {
        /// The depth of the negative part; Keras's default is 1.
        pub alpha: f64,
    }

    impl Default for Celu {
        fn default() -> Self {
            Celu { alpha: 1.0 }
        }
    }

    impl Elementwise for Celu {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            if x > T::ZERO { x } else { T::of(self.alpha) * kernels::exp_m1(x / T::of(self.alpha)) }
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, y: T) -> T {
            if x > T::ZERO { T::ONE } else { y / T::of(self.alpha) + T::ONE }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::activations::Activate;
        use crate::activations::checks::like_keras;
        use crate::layer::testing::check_layer;
        use nalgebra::SMatrix;

        #[test]
        fn gradient() {
            check_layer::<SMatrix<f64, 5, 3>, _>(&Activate(Celu::default()));
            check_layer::<SMatrix<f64, 5, 3>, _>(&Activate(Celu { alpha: 2.0 }));
        }

        #[test]
        fn values() {
            // keras.activations.celu(x, alpha=2.0) and its gradient, in float64.
            like_keras(
                &Celu { alpha: 2.0 },
                &[
                    (-6.0, -1.900425863, 0.04978706837),
                    (-1.0, -0.7869386806, 0.6065306597),
                    (-0.5, -0.4423984339, 0.7788007831),
                    (0.5, 0.5, 1.0),
                    (1.0, 1.0, 1.0),
                    (6.0, 6.0, 1.0),
                ],
            );
        }
        #[test]
        fn the_slope_at_zero_is_one() {
            assert_eq!(Celu::default().derivative(0.0f32, 0.0), 1.0);
        }
    }
}
