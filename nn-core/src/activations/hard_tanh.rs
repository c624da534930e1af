//! hard_tanh: a piecewise linear tanh.
//!
//! ```text
//! y = min(max(x, -1), 1)
//! dy/dx = 1  if -1 ≤ x ≤ 1, else 0        (1 at both kinks, as in Keras)
//! ```
//!
//! Source: <https://keras.io/api/layers/activations/#hard_tanh-function>

use crate::spec::ValueSpec;

/// `hard_tanh`
pub const SPEC: ValueSpec =
    ValueSpec { names: &["hard_tanh"], path: "activations::HardTanh", fields: &[], ..ValueSpec::BASE };

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::Elementwise;
    use crate::tensor::scalar::Scalar;

    /// `min(max(x, -1), 1)`
    #[derive(Clone, Copy, Debug)]
    pub struct HardTanh;

    impl Elementwise for HardTanh {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            if x < -T::ONE {
                -T::ONE
            } else if x > T::ONE {
                T::ONE
            } else {
                x
            }
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
            if x >= -T::ONE && x <= T::ONE { T::ONE } else { T::ZERO }
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
            check_layer_on::<SMatrix<f64, 5, 3>, _>(&Activate(HardTanh), away_from(&[-1.0, 1.0], 2.0));
        }

        #[test]
        fn values() {
            // keras.activations.hard_tanh(x) and its gradient, in float64.
            like_keras(
                &HardTanh,
                &[
                    (-2.0, -1.0, 0.0),
                    (-1.0, -1.0, 1.0),
                    (0.0, 0.0, 1.0),
                    (0.5, 0.5, 1.0),
                    (1.0, 1.0, 1.0),
                    (2.0, 1.0, 0.0),
                ],
            );
        }
    }
}
