//! sparse_plus: a softplus that is exactly 0 below -1 and exactly x above 1.
//!
//! ```text
//! y = 0             if x ≤ -1
//!   = (x + 1)² / 4  if -1 < x < 1
//!   = x             if x ≥ 1
//! dy/dx = sparse_sigmoid(x)
//! ```
//!
//! Source: <https://keras.io/api/layers/activations/#sparse_plus-function>

use crate::spec::ValueSpec;

/// `sparse_plus`
pub const SPEC: ValueSpec =
    ValueSpec { names: &["sparse_plus"], path: "activations::SparsePlus", fields: &[], ..ValueSpec::BASE };

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::{Elementwise, SparseSigmoid};
    use crate::tensor::scalar::Scalar;

    /// 0 below -1, `(x + 1)² / 4` up to 1, `x` above
    #[derive(Clone, Copy, Debug)]
    pub struct SparsePlus;

    impl Elementwise for SparsePlus {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            if x <= -T::ONE {
                T::ZERO
            } else if x < T::ONE {
                T::of(0.25) * (x + T::ONE) * (x + T::ONE)
            } else {
                x
            }
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
            SparseSigmoid.value(x)
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
            check_layer_on::<SMatrix<f64, 5, 3>, _>(&Activate(SparsePlus), away_from(&[-1.0, 1.0], 2.0));
        }

        #[test]
        fn values() {
            // keras.activations.sparse_plus(x) and its gradient, in float64.
            like_keras(
                &SparsePlus,
                &[
                    (-2.0, 0.0, 0.0),
                    (-1.0, 0.0, 0.0),
                    (-0.5, 0.0625, 0.25),
                    (0.0, 0.25, 0.5),
                    (0.5, 0.5625, 0.75),
                    (1.0, 1.0, 1.0),
                    (2.0, 2.0, 1.0),
                ],
            );
        }
    }
}
