//! mish: a smooth relative of silu.
//!
//! ```text
//! y = x · t,  t = tanh(softplus(x))
//! dy/dx = t + x · (1 - t²) · σ(x)
//! ```
//!
//! Source: <https://keras.io/api/layers/activations/#mish-function>

use crate::spec::ValueSpec;

/// `mish`
pub const SPEC: ValueSpec = ValueSpec { names: &["mish"], path: "activations::Mish", fields: &[], ..ValueSpec::BASE };

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::{Elementwise, Softplus};
    use crate::kernels;
    use crate::tensor::scalar::Scalar;

    /// `x · tanh(softplus(x))`
    #[derive(Clone, Copy, Debug)]
    pub struct Mish;

    impl Elementwise for Mish {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            x * kernels::tanh(Softplus.value(x))
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
            let t = kernels::tanh(Softplus.value(x));
            t + x * (T::ONE - t * t) * kernels::sigmoids(x).0
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
            check_layer::<SMatrix<f64, 5, 3>, _>(&Activate(Mish));
        }

        #[test]
        fn values() {
            // keras.activations.mish(x) and its gradient, in float64.
            like_keras(
                &Mish,
                &[
                    (-6.0, -0.01485408048, -0.01235996793),
                    (-1.0, -0.3034014614, 0.05921675588),
                    (-0.5, -0.2207437747, 0.2895106779),
                    (0.0, 0.0, 0.6),
                    (0.5, 0.3752452113, 0.8864243754),
                    (1.0, 0.8650983883, 1.04903622),
                    (6.0, 5.999926634, 1.000134141),
                ],
            );
        }
    }
}
