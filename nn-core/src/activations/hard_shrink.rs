//! hard_shrink: zero around zero.
//!
//! ```text
//! y = x  if |x| > threshold, else 0
//! dy/dx = 1  if |x| > threshold, else 0        (0 at the jumps, as in Keras)
//! ```
//!
//! NaN is not above the threshold, so it becomes 0, as in Keras.
//!
//! Source: <https://keras.io/api/layers/activations/#hard_shrink-function>

use crate::spec::ValueSpec;

/// `hard_shrink(threshold)`
pub const SPEC: ValueSpec = ValueSpec {
    names: &["hard_shrink"],
    path: "activations::HardShrink",
    fields: &[("threshold", 0.5)],
    ..ValueSpec::BASE
};

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::Elementwise;
    use crate::tensor::scalar::Scalar;

    /// `x` where `|x| > threshold`, else 0
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct HardShrink {
        /// The threshold: smaller absolute values become 0. Keras's default is 0.5.
        pub threshold: f64,
    }

    impl Default for HardShrink {
        fn default() -> Self {
            HardShrink { threshold: 0.5 }
        }
    }

    impl Elementwise for HardShrink {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            if x.abs() > T::of(self.threshold) { x } else { T::ZERO }
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
            if x.abs() > T::of(self.threshold) { T::ONE } else { T::ZERO }
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
            check_layer_on::<SMatrix<f64, 5, 3>, _>(&Activate(HardShrink::default()), away_from(&[-0.5, 0.5], 2.0));
        }

        #[test]
        fn values() {
            // keras.activations.hard_shrink(x) and its gradient, in float64.
            like_keras(
                &HardShrink::default(),
                &[
                    (-1.0, -1.0, 1.0),
                    (-0.5, 0.0, 0.0),
                    (0.0, 0.0, 0.0),
                    (0.25, 0.0, 0.0),
                    (0.5, 0.0, 0.0),
                    (1.0, 1.0, 1.0),
                ],
            );
        }
    }
}
