//! squareplus: a smooth relu without an exponential.
//!
//! ```text
//! y = (x + √(x² + b)) / 2             x ≥ 0
//!   = b / 2 / (√(x² + b) - x)         x < 0, the same number
//! dy/dx = y / √(x² + b)
//! ```
//!
//! The sum of a negative `x` and the root would lose most digits. If `b` is less than a digit of `x²`, the root is
//! `|x|`, so no `x²` overflows.
//!
//! Source: <https://keras.io/api/layers/activations/#squareplus-function>

use crate::spec::ValueSpec;

/// `squareplus(b)`
pub const SPEC: ValueSpec =
    ValueSpec { names: &["squareplus"], path: "activations::Squareplus", fields: &[("b", 4.0)], ..ValueSpec::BASE };

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::Elementwise;
    use crate::tensor::scalar::Scalar;

    /// `(x + √(x² + b)) / 2`
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct Squareplus {
        /// The smoothness; Keras's default is 4.
        pub b: f64,
    }

    impl Default for Squareplus {
        fn default() -> Self {
            Squareplus { b: 4.0 }
        }
    }

    impl Squareplus {
        /// `√(x² + b)`
        #[inline(always)]
        fn root<T: Scalar>(&self, x: T) -> T {
            let (square, b) = (x * x, T::of(self.b));
            if square * T::default_epsilon() >= b { x.abs() } else { (square + b).sqrt() }
        }
    }

    impl Elementwise for Squareplus {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            // Halves, because the sum may be twice the largest number.
            let (half_x, half_root) = (T::of(0.5) * x, T::of(0.5) * self.root(x));
            if x < T::ZERO { T::of(0.25 * self.b) / (half_root - half_x) } else { half_x + half_root }
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, y: T) -> T {
            // (1 + x / √(x² + b)) / 2 = y / √(x² + b)
            y / self.root(x)
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
            check_layer::<SMatrix<f64, 5, 3>, _>(&Activate(Squareplus::default()));
            check_layer::<SMatrix<f64, 5, 3>, _>(&Activate(Squareplus { b: 3.0 }));
        }

        #[test]
        fn values() {
            // keras.activations.squareplus(x, b=3.0) and its gradient, in float64.
            like_keras(
                &Squareplus { b: 3.0 },
                &[
                    (-6.0, 0.1224989992, 0.01961553858),
                    (-1.0, 0.5, 0.25),
                    (-0.5, 0.6513878189, 0.3613249509),
                    (0.0, 0.8660254038, 0.5),
                    (0.5, 1.151387819, 0.6386750491),
                    (1.0, 1.5, 0.75),
                    (6.0, 6.122498999, 0.9803844614),
                ],
            );
        }
    }
}
