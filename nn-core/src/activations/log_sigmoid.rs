//! log_sigmoid: the logarithm of the sigmoid.
//!
//! ```text
//! y = ln σ(x) = -softplus(-x)
//! dy/dx = σ(-x)
//! ```
//!
//! Source: <https://keras.io/api/layers/activations/#log_sigmoid-function>

use crate::spec::ValueSpec;

/// `log_sigmoid`
pub const SPEC: ValueSpec =
    ValueSpec { names: &["log_sigmoid"], path: "activations::LogSigmoid", fields: &[], ..ValueSpec::BASE };

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::{Elementwise, Sigmoid, Softplus};
    use crate::tensor::scalar::Scalar;

    /// `ln(1 / (1 + exp(-x)))`
    #[derive(Clone, Copy, Debug)]
    pub struct LogSigmoid;

    impl Elementwise for LogSigmoid {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            -Softplus.value(-x)
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
            Sigmoid.value(-x)
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
            check_layer::<SMatrix<f64, 5, 3>, _>(&Activate(LogSigmoid));
        }

        #[test]
        fn values() {
            // keras.activations.log_sigmoid(x) and its gradient, in float64.
            like_keras(
                &LogSigmoid,
                &[
                    (-20.0, -20.0, 0.9999999979),
                    (-6.0, -6.002475685, 0.9975273768),
                    (-1.0, -1.313261688, 0.7310585786),
                    (0.0, -core::f64::consts::LN_2, 0.5),
                    (0.5, -0.4740769842, 0.3775406688),
                    (1.0, -0.3132616875, 0.2689414214),
                    (20.0, -2.06115362e-09, 2.061153618e-09),
                ],
            );
        }
    }
}
