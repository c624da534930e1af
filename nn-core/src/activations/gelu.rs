//! gelu: the Gaussian error linear unit, exact.
//!
//! ```text
//! y = x · Φ(x),  Φ(x) = 1/2 · (1 + erf(x / √2))
//! dy/dx = Φ(x) + x · exp(-x² / 2) / √(2π)
//! ```
//!
//! This is Keras's `gelu` with its default `approximate = False`; [`gelu_tanh`](super::gelu_tanh) is the approximation.
//!
//! Source: <https://keras.io/api/layers/activations/#gelu-function>

use crate::spec::ValueSpec;

/// `gelu`
pub const SPEC: ValueSpec = ValueSpec { names: &["gelu"], path: "activations::Gelu", fields: &[], ..ValueSpec::BASE };

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::Elementwise;
    use crate::kernels::{density, normal};
    use crate::tensor::scalar::Scalar;

    /// `x · Φ(x)`, where `Φ` is the distribution function of the normal distribution
    #[derive(Clone, Copy, Debug)]
    pub struct Gelu;

    impl Elementwise for Gelu {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            x * normal(x)
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
            // y = x · Φ(x), and Φ' is the density of the normal distribution.
            normal(x) + x * density(x)
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
            check_layer::<SMatrix<f64, 5, 3>, _>(&Activate(Gelu));
        }

        #[test]
        fn values() {
            // keras.activations.gelu(x) and its gradient, in float64.
            like_keras(
                &Gelu,
                &[
                    (-6.0, -5.919529614e-09, -3.546873067e-08),
                    (-1.0, -0.1586552581, -0.08331546645),
                    (-0.5, -0.1542687709, 0.1325048806),
                    (0.0, 0.0, 0.5),
                    (0.5, 0.3457312291, 0.8674951194),
                    (1.0, 0.8413447419, 1.083315466),
                    (6.0, 5.999999994, 1.000000035),
                ],
            );
        }
    }
}
