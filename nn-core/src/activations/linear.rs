//! linear: the identity.
//!
//! ```text
//! y = x
//! dy/dx = 1
//! ```
//!
//! Source: <https://keras.io/api/layers/activations/#linear-function>

use crate::spec::ValueSpec;

/// `linear`
pub const SPEC: ValueSpec =
    ValueSpec { names: &["linear"], path: "activations::Linear", fields: &[], identity: true, ..ValueSpec::BASE };

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::Elementwise;
    use crate::tensor::scalar::Scalar;

    /// `x`
    #[derive(Clone, Copy, Debug)]
    pub struct Linear;

    impl Elementwise for Linear {
        const SIMPLE: bool = true;

        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            x
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, _: T, _: T) -> T {
            T::ONE
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
            check_layer::<SMatrix<f64, 5, 3>, _>(&Activate(Linear));
        }

        #[test]
        fn values() {
            // keras.activations.linear(x) and its gradient, in float64.
            like_keras(
                &Linear,
                &[
                    (-6.0, -6.0, 1.0),
                    (-1.0, -1.0, 1.0),
                    (-0.5, -0.5, 1.0),
                    (0.0, 0.0, 1.0),
                    (0.5, 0.5, 1.0),
                    (1.0, 1.0, 1.0),
                    (6.0, 6.0, 1.0),
                ],
            );
        }
    }
}
