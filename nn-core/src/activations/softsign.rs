//! softsign: a sigmoid with slow tails.
//!
//! ```text
//! y = x / (1 + |x|)
//! dy/dx = 1 / (1 + |x|)²
//! ```
//!
//! Source: <https://keras.io/api/layers/activations/#softsign-function>

use crate::spec::ValueSpec;

/// `softsign`
pub const SPEC: ValueSpec =
    ValueSpec { names: &["softsign"], path: "activations::Softsign", fields: &[], ..ValueSpec::BASE };

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::Elementwise;
    use crate::tensor::scalar::Scalar;

    /// `x / (1 + |x|)`
    #[derive(Clone, Copy, Debug)]
    pub struct Softsign;

    impl Elementwise for Softsign {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            x / (T::ONE + x.abs())
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
            // In this order, because d² may be infinite.
            let r = T::ONE / (T::ONE + x.abs());
            r * r
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
            check_layer::<SMatrix<f64, 5, 3>, _>(&Activate(Softsign));
        }

        #[test]
        fn values() {
            // keras.activations.softsign(x) and its gradient, in float64.
            like_keras(
                &Softsign,
                &[
                    (-6.0, -0.8571428571, 0.02040816327),
                    (-1.0, -0.5, 0.25),
                    (-0.5, -0.3333333333, 0.4444444444),
                    (0.0, 0.0, 1.0),
                    (0.5, 0.3333333333, 0.4444444444),
                    (1.0, 0.5, 0.25),
                    (6.0, 0.8571428571, 0.02040816327),
                ],
            );
        }
    }
}
