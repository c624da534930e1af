//! soft_shrink: moves every value `threshold` closer to zero.
//!
//! ```text
//! y = x - threshold  if x > threshold
//!   = x + threshold  if x < -threshold
//!   = 0              else
//! dy/dx = 1  if |x| > threshold, else 0        (0 at the kinks, as in Keras)
//! ```
//!
//! NaN is on neither side of the threshold, so it becomes 0, as in Keras.
//!
//! Source: <https://keras.io/api/layers/activations/#soft_shrink-function>

use crate::spec::ValueSpec;

/// `soft_shrink(threshold)`
pub const SPEC: ValueSpec = ValueSpec {
    names: &["soft_shrink"],
    path: "activations::SoftShrink",
    fields: &[("threshold", 0.5)],
    ..ValueSpec::BASE
};

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::Elementwise;
    use crate::tensor::scalar::Scalar;

    /// `x` moved `threshold` towards zero
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct SoftShrink {
        /// The distance by which values move; Keras's default is 0.5.
        pub threshold: f64,
    }

    impl Default for SoftShrink {
        fn default() -> Self {
            SoftShrink { threshold: 0.5 }
        }
    }

    impl Elementwise for SoftShrink {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            let threshold = T::of(self.threshold);
            if x > threshold {
                x - threshold
            } else if x < -threshold {
                x + threshold
            } else {
                T::ZERO
            }
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
            check_layer_on::<SMatrix<f64, 5, 3>, _>(&Activate(SoftShrink::default()), away_from(&[-0.5, 0.5], 2.0));
        }

        #[test]
        fn values() {
            // keras.activations.soft_shrink(x) and its gradient, in float64.
            like_keras(
                &SoftShrink::default(),
                &[
                    (-1.0, -0.5, 1.0),
                    (-0.5, 0.0, 0.0),
                    (0.0, 0.0, 0.0),
                    (0.25, 0.0, 0.0),
                    (0.5, 0.0, 0.0),
                    (1.0, 0.5, 1.0),
                ],
            );
        }
    }
}
