//! silu, also called swish: the sigmoid-weighted linear unit.
//!
//! ```text
//! y = x · σ(x),  σ the sigmoid
//! dy/dx = σ(x) + y · σ(-x)
//! ```
//!
//! Source: <https://keras.io/api/layers/activations/#silu-function>

use crate::spec::ValueSpec;

/// `silu`, `swish`
pub const SPEC: ValueSpec =
    ValueSpec { names: &["silu", "swish"], path: "activations::Silu", fields: &[], ..ValueSpec::BASE };

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::Elementwise;
    use crate::kernels::sigmoids;
    use crate::tensor::scalar::Scalar;

    /// `x · σ(x)`
    #[doc(alias = "swish")]
    #[derive(Clone, Copy, Debug)]
    pub struct Silu;

    impl Elementwise for Silu {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            x * sigmoids(x).0
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, y: T) -> T {
            let (s, rest) = sigmoids(x);
            s + y * rest
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
            check_layer::<SMatrix<f64, 5, 3>, _>(&Activate(Silu));
        }

        #[test]
        fn values() {
            // keras.activations.silu(x) and its gradient, in float64.
            like_keras(
                &Silu,
                &[
                    (-6.0, -0.01483573894, -0.01232643259),
                    (-1.0, -0.2689414214, 0.07232948813),
                    (-0.5, -0.1887703344, 0.2600388127),
                    (0.0, 0.0, 0.5),
                    (0.5, 0.3112296656, 0.7399611873),
                    (1.0, 0.7310585786, 0.9276705119),
                    (6.0, 5.985164261, 1.012326433),
                ],
            );
        }
    }
}
