//! selu: the scaled exponential linear unit.
//!
//! ```text
//! y = scale · x                            if x > 0
//!   = scale · alpha · (exp(x) - 1)         else
//! dy/dx = scale  if x ≥ 0, else y + scale · alpha
//!
//! scale = 1.0507009873554805, alpha = 1.6732632423543772
//! ```
//!
//! With these constants, mean 0 and variance 1 are a fixed point from layer to layer (Klambauer et al., 2017).
//!
//! Source: <https://keras.io/api/layers/activations/#selu-function>

use crate::spec::ValueSpec;

/// `selu`
pub const SPEC: ValueSpec = ValueSpec { names: &["selu"], path: "activations::Selu", fields: &[], ..ValueSpec::BASE };

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::Elementwise;
    use crate::kernels;
    use crate::tensor::scalar::Scalar;
    const ALPHA: f64 = 1.6732632423543772;
    const SCALE: f64 = 1.0507009873554805;

    /// `scale · x` above zero, `scale · alpha · (exp(x) - 1)` below
    #[derive(Clone, Copy, Debug)]
    pub struct Selu;

    impl Elementwise for Selu {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            if x > T::ZERO { T::of(SCALE) * x } else { T::of(SCALE * ALPHA) * kernels::exp_m1(x) }
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, y: T) -> T {
            if x < T::ZERO { y + T::of(SCALE * ALPHA) } else { T::of(SCALE) }
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
            check_layer_on::<SMatrix<f64, 5, 3>, _>(&Activate(Selu), away_from(&[0.0], 2.0));
        }

        #[test]
        fn values() {
            // keras.activations.selu(x) and its gradient, in float64.
            like_keras(
                &Selu,
                &[
                    (-6.0, -1.753741448, 0.004357892568),
                    (-1.0, -1.111330738, 0.646768603),
                    (-0.5, -0.6917581878, 1.066341153),
                    (0.0, 0.0, 1.050700987),
                    (0.5, 0.5253504937, 1.050700987),
                    (1.0, 1.050700987, 1.050700987),
                    (6.0, 6.304205924, 1.050700987),
                ],
            );
        }
    }
}
