//! relu6: relu that stops at 6.
//!
//! ```text
//! y = min(max(x, 0), 6)
//! dy/dx = 1  if 0 < x < 6, else 0        (0 at both kinks, as in Keras)
//! ```
//!
//! Source: <https://keras.io/api/layers/activations/#relu6-function>

use crate::spec::ValueSpec;

/// `relu6`
pub const SPEC: ValueSpec =
    ValueSpec { names: &["relu6"], path: "activations::Relu6", fields: &[], from_output: true, ..ValueSpec::BASE };

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::Elementwise;
    use crate::tensor::scalar::Scalar;

    /// `min(max(x, 0), 6)`
    #[derive(Clone, Copy, Debug)]
    pub struct Relu6;

    impl Elementwise for Relu6 {
        const SIMPLE: bool = true;

        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            let (x, six) = (x.positive(), T::of(6.0));
            // This order of the branches keeps NaN.
            if x > six { six } else { x }
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
            if x > T::ZERO && x < T::of(6.0) { T::ONE } else { T::ZERO }
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
            check_layer_on::<SMatrix<f64, 5, 3>, _>(&Activate(Relu6), away_from(&[0.0, 6.0], 9.0));
        }

        #[test]
        fn values() {
            // keras.activations.relu6(x) and its gradient, in float64.
            like_keras(
                &Relu6,
                &[
                    (-1.0, 0.0, 0.0),
                    (0.0, 0.0, 0.0),
                    (0.5, 0.5, 1.0),
                    (3.0, 3.0, 1.0),
                    (6.0, 6.0, 0.0),
                    (7.0, 6.0, 0.0),
                ],
            );
        }
    }
}
