//! elu: the exponential linear unit.
//!
//! ```text
//! y = x  if x > 0, else alpha · (exp(x) - 1)
//! dy/dx = 1  if x > 0, else y + alpha        (alpha at x = 0, as in Keras)
//! ```
//!
//! Source: <https://keras.io/api/layers/activations/#elu-function>

use crate::spec::ValueSpec;

/// `elu(alpha)`
pub const SPEC: ValueSpec =
    ValueSpec { names: &["elu"], path: "activations::Elu", fields: &[("alpha", 1.0)], ..ValueSpec::BASE };

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::Elementwise;
    use crate::kernels;
    use crate::tensor::scalar::Scalar;

    /// `x` above zero, `alpha · (exp(x) - 1)` below
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct Elu {
        /// The depth of the negative part; Keras's default is 1.
        pub alpha: f64,
    }

    impl Default for Elu {
        fn default() -> Self {
            Elu { alpha: 1.0 }
        }
    }

    impl Elementwise for Elu {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            if x > T::ZERO { x } else { T::of(self.alpha) * kernels::exp_m1(x) }
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, y: T) -> T {
            if x > T::ZERO { T::ONE } else { y + T::of(self.alpha) }
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
            check_layer_on::<SMatrix<f64, 5, 3>, _>(&Activate(Elu::default()), away_from(&[0.0], 2.0));
            check_layer_on::<SMatrix<f64, 5, 3>, _>(&Activate(Elu { alpha: 2.0 }), away_from(&[0.0], 2.0));
        }

        #[test]
        fn values() {
            // keras.activations.elu(x, alpha=2.0) and its gradient, in float64.
            like_keras(
                &Elu { alpha: 2.0 },
                &[
                    (-6.0, -1.995042496, 0.004957504353),
                    (-1.0, -1.264241118, 0.7357588823),
                    (-0.5, -0.7869386806, 1.213061319),
                    (0.0, 0.0, 2.0),
                    (0.5, 0.5, 1.0),
                    (1.0, 1.0, 1.0),
                    (6.0, 6.0, 1.0),
                ],
            );
        }
    }
}
