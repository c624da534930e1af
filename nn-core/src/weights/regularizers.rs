//! Penalties on weights, added to the loss: `l1 · Σ|w| + l2 · Σw²`.
//!
//! | in a graph, with the defaults | penalty |
//! |---|---|
//! | `l1(l1 = 0.01)` | `l1 · Σ abs(w)` |
//! | `l2(l2 = 0.01)` | `l2 · Σ w²` |
//! | `l1_l2(l1 = 0, l2 = 0)` | the sum of both |
//!
//! As in Keras there is no factor ½ before the square, so the gradient is `l1 · sign(w) + 2 · l2 · w`.
//!
//! Source: <https://keras.io/api/layers/regularizers/>

use crate::spec::ValueSpec;

/// The regularizers, as a graph names them.
pub const REGULARIZERS: &[ValueSpec] = &[
    ValueSpec {
        names: &["l1", "L1"],
        path: "regularizers::Regularizer",
        fields: &[("l1", 0.01), ("l2", 0.0)],
        ..ValueSpec::BASE
    },
    ValueSpec {
        names: &["l2", "L2"],
        path: "regularizers::Regularizer",
        fields: &[("l2", 0.01), ("l1", 0.0)],
        ..ValueSpec::BASE
    },
    ValueSpec {
        names: &["l1_l2", "L1L2"],
        path: "regularizers::Regularizer",
        fields: &[("l1", 0.0), ("l2", 0.0)],
        ..ValueSpec::BASE
    },
];

#[cfg(feature = "compute")]
pub use compute::Regularizer;

#[cfg(feature = "compute")]
mod compute {
    use crate::tensor::scalar::Scalar;

    /// `l1 · Σ|w| + l2 · Σw²`
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct Regularizer {
        /// The factor of the absolute values.
        pub l1: f64,
        /// The factor of the squares.
        pub l2: f64,
    }

    impl Regularizer {
        /// No penalty.
        pub const NONE: Regularizer = Regularizer { l1: 0.0, l2: 0.0 };

        /// Returns the penalty of `w`, and adds its gradient to `dw`.
        #[inline]
        pub fn apply<T: Scalar>(&self, w: &[T], dw: Option<&mut [T]>) -> T {
            if *self == Regularizer::NONE {
                return T::ZERO;
            }
            let (l1, l2) = (T::of(self.l1), T::of(self.l2));
            if let Some(dw) = dw {
                for (dw, &w) in dw.iter_mut().zip(w) {
                    // The sign of 0 is 0, as in Keras.
                    let sign = if w > T::ZERO {
                        T::ONE
                    } else if w < T::ZERO {
                        -T::ONE
                    } else {
                        T::ZERO
                    };
                    *dw += l1 * sign + (l2 + l2) * w;
                }
            }
            w.iter().map(|&w| l1 * w.abs() + l2 * w * w).sum()
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn penalty_and_gradient() {
            let mut dw = [1.0, 1.0, 1.0];
            let penalty = Regularizer { l1: 0.5, l2: 0.25 }.apply(&[2.0, -2.0, 0.0], Some(&mut dw));
            assert_eq!((penalty, dw), (4.0, [2.5, -0.5, 1.0]));
        }
    }
}
