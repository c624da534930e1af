//! softplus: a smooth relu.
//!
//! ```text
//! y = ln(1 + exp(x))
//! dy/dx = σ(x)
//! ```
//!
//! Source: <https://keras.io/api/layers/activations/#softplus-function>

use crate::spec::ValueSpec;

/// `softplus`
pub const SPEC: ValueSpec =
    ValueSpec { names: &["softplus"], path: "activations::Softplus", fields: &[], ..ValueSpec::BASE };

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::{Elementwise, Sigmoid};
    use crate::kernels;
    use crate::tensor::scalar::Scalar;

    /// `ln(1 + exp(x))`
    #[derive(Clone, Copy, Debug)]
    pub struct Softplus;

    impl Elementwise for Softplus {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            kernels::softplus(x)
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
            Sigmoid.value(x)
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
            check_layer::<SMatrix<f64, 5, 3>, _>(&Activate(Softplus));
        }

        #[test]
        fn values() {
            // keras.activations.softplus(x) and its gradient, in float64.
            like_keras(
                &Softplus,
                &[
                    (-20.0, 2.06115362e-09, 2.061153618e-09),
                    (-6.0, 0.002475685138, 0.002472623157),
                    (-1.0, 0.3132616875, 0.2689414214),
                    (0.0, core::f64::consts::LN_2, 0.5),
                    (0.5, 0.9740769842, 0.6224593312),
                    (1.0, 1.313261688, 0.7310585786),
                    (20.0, 20.0, 0.9999999979),
                ],
            );
        }
    }
}
