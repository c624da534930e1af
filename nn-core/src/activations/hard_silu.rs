//! hard_silu, also called hard_swish: silu with a piecewise linear sigmoid.
//!
//! ```text
//! y = x · min(max(x + 3, 0), 6) / 6
//! dy/dx = 0             if x ≤ -3
//!       = (2x + 3) / 6  if -3 < x < 3
//!       = 1             if x ≥ 3        (as in Keras at both kinks)
//! ```
//!
//! Source: <https://keras.io/api/layers/activations/#hard_silu-function>

use crate::spec::ValueSpec;

/// `hard_silu`, `hard_swish`
pub const SPEC: ValueSpec =
    ValueSpec { names: &["hard_silu", "hard_swish"], path: "activations::HardSilu", fields: &[], ..ValueSpec::BASE };

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::{Elementwise, HardSigmoid};
    use crate::tensor::scalar::Scalar;

    /// `x · hard_sigmoid(x)`
    #[doc(alias = "hard_swish")]
    #[derive(Clone, Copy, Debug)]
    pub struct HardSilu;

    impl Elementwise for HardSilu {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            x * HardSigmoid.value(x)
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
            // y = x · h(x), so dy/dx = h(x) + x · h'(x)
            let h = HardSigmoid.value(x);
            h + x * HardSigmoid.derivative(x, h)
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
            check_layer_on::<SMatrix<f64, 5, 3>, _>(&Activate(HardSilu), away_from(&[-3.0, 3.0], 5.0));
        }

        #[test]
        fn values() {
            // keras.activations.hard_silu(x) and its gradient, in float64.
            like_keras(
                &HardSilu,
                &[
                    (-6.0, 0.0, 0.0),
                    (-3.0, 0.0, 0.0),
                    (-1.0, -0.3333333333, 0.1666666667),
                    (0.0, 0.0, 0.5),
                    (1.0, 0.6666666667, 0.8333333333),
                    (3.0, 3.0, 1.0),
                    (6.0, 6.0, 1.0),
                ],
            );
        }
    }
}
