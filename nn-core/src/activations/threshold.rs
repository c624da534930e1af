//! threshold: a constant below a threshold.
//!
//! ```text
//! y = x  if x > threshold, else default_value
//! dy/dx = 1  if x > threshold, else 0        (0 at the jump, as in Keras)
//! ```
//!
//! Keras has no defaults for the two arguments; here they are 0, which is relu.
//!
//! NaN is not above the threshold, so it becomes `default_value`, as in Keras.
//!
//! Source: <https://keras.io/api/layers/activations/#threshold-function>

use crate::spec::ValueSpec;

/// `threshold(threshold, default_value)`
pub const SPEC: ValueSpec = ValueSpec {
    names: &["threshold"],
    path: "activations::Threshold",
    fields: &[("threshold", 0.0), ("default_value", 0.0)],
    ..ValueSpec::BASE
};

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::Elementwise;
    use crate::tensor::scalar::Scalar;

    /// `x` where `x > threshold`, else `default_value`
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct Threshold {
        /// The threshold: values up to it are replaced. 0 if not given.
        pub threshold: f64,
        /// The replacement; 0 if not given.
        pub default_value: f64,
    }

    impl Default for Threshold {
        fn default() -> Self {
            Threshold { threshold: 0.0, default_value: 0.0 }
        }
    }

    impl Elementwise for Threshold {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            if x > T::of(self.threshold) { x } else { T::of(self.default_value) }
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
            if x > T::of(self.threshold) { T::ONE } else { T::ZERO }
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
            check_layer_on::<SMatrix<f64, 5, 3>, _>(
                &Activate(Threshold { threshold: 0.5, default_value: -1.0 }),
                away_from(&[0.5], 2.0),
            );
        }

        #[test]
        fn values() {
            // keras.activations.threshold(x, 0.5, -1.0) and its gradient, in float64.
            like_keras(
                &Threshold { threshold: 0.5, default_value: -1.0 },
                &[(-1.0, -1.0, 0.0), (0.0, -1.0, 0.0), (0.25, -1.0, 0.0), (0.5, -1.0, 0.0), (1.0, 1.0, 1.0)],
            );
        }
    }
}
