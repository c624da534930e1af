//! hard_sigmoid: a piecewise linear sigmoid.
//!
//! ```text
//! y = min(max(x + 3, 0), 6) / 6
//! dy/dx = 1/6  if -3 < x < 3, else 0        (0 at both kinks, as in Keras)
//! ```
//!
//! This is Keras 3's formula; Keras 2 had the slope 0.2.
//!
//! Source: <https://keras.io/api/layers/activations/#hard_sigmoid-function>

use crate::spec::ValueSpec;

/// `hard_sigmoid`
pub const SPEC: ValueSpec =
    ValueSpec { names: &["hard_sigmoid"], path: "activations::HardSigmoid", fields: &[], ..ValueSpec::BASE };

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::Elementwise;
    use crate::tensor::scalar::Scalar;

    /// `min(max(x + 3, 0), 6) / 6`
    #[derive(Clone, Copy, Debug)]
    pub struct HardSigmoid;

    impl Elementwise for HardSigmoid {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            // This order of the branches keeps NaN.
            if x <= T::of(-3.0) {
                T::ZERO
            } else if x >= T::of(3.0) {
                T::ONE
            } else {
                (x + T::of(3.0)) / T::of(6.0)
            }
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
            if x > T::of(-3.0) && x < T::of(3.0) { T::of(1.0 / 6.0) } else { T::ZERO }
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
            check_layer_on::<SMatrix<f64, 5, 3>, _>(&Activate(HardSigmoid), away_from(&[-3.0, 3.0], 5.0));
        }

        #[test]
        fn values() {
            // keras.activations.hard_sigmoid(x) and its gradient, in float64.
            like_keras(
                &HardSigmoid,
                &[
                    (-6.0, 0.0, 0.0),
                    (-3.0, 0.0, 0.0),
                    (-1.0, 0.3333333333, 0.1666666667),
                    (0.0, 0.5, 0.1666666667),
                    (1.0, 0.6666666667, 0.1666666667),
                    (3.0, 1.0, 0.0),
                    (6.0, 1.0, 0.0),
                ],
            );
        }
    }
}
