//! sparse_sigmoid: a sigmoid that is exactly 0 below -1 and exactly 1 above 1.
//!
//! ```text
//! y = 0            if x ≤ -1
//!   = (x + 1) / 2  if -1 < x < 1
//!   = 1            if x ≥ 1
//! dy/dx = 1/2  if -1 < x < 1, else 0        (0 at both kinks, as in Keras)
//! ```
//!
//! Source: <https://keras.io/api/layers/activations/#sparse_sigmoid-function>

use crate::spec::ValueSpec;

/// `sparse_sigmoid`
pub const SPEC: ValueSpec =
    ValueSpec { names: &["sparse_sigmoid"], path: "activations::SparseSigmoid", fields: &[], ..ValueSpec::BASE };

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::Elementwise;
    use crate::tensor::scalar::Scalar;

    /// 0 below -1, `(x + 1) / 2` up to 1, 1 above
    #[derive(Clone, Copy, Debug)]
    pub struct SparseSigmoid;

    impl Elementwise for SparseSigmoid {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            // This order of the branches keeps NaN.
            if x <= -T::ONE {
                T::ZERO
            } else if x >= T::ONE {
                T::ONE
            } else {
                T::of(0.5) * (x + T::ONE)
            }
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
            if x > -T::ONE && x < T::ONE { T::of(0.5) } else { T::ZERO }
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
            check_layer_on::<SMatrix<f64, 5, 3>, _>(&Activate(SparseSigmoid), away_from(&[-1.0, 1.0], 2.0));
        }

        #[test]
        fn values() {
            // keras.activations.sparse_sigmoid(x) and its gradient, in float64.
            like_keras(
                &SparseSigmoid,
                &[
                    (-2.0, 0.0, 0.0),
                    (-1.0, 0.0, 0.0),
                    (-0.5, 0.25, 0.5),
                    (0.0, 0.5, 0.5),
                    (0.5, 0.75, 0.5),
                    (1.0, 1.0, 0.0),
                    (2.0, 1.0, 0.0),
                ],
            );
        }
    }
}
