//! gelu_tanh: the approximation of gelu by tanh.
//!
//! ```text
//! y = x/2 · (1 + tanh(u)) = x · σ(2u),  u = √(2/π) · (x + 0.044715 · x³)
//! dy/dx = σ(2u) + x · σ(2u) · σ(-2u) · 2 · du/dx
//! du/dx = √(2/π) · (1 + 3 · 0.044715 · x²)
//! ```
//!
//! The form with σ avoids a subtraction: below -3, `1 + tanh(u)` would lose nearly all digits.
//!
//! This is Keras's `gelu` with `approximate = True`; a name of its own replaces the flag.
//!
//! Source: <https://keras.io/api/layers/activations/#gelu-function>

use crate::spec::ValueSpec;

/// `gelu_tanh`
pub const SPEC: ValueSpec =
    ValueSpec { names: &["gelu_tanh"], path: "activations::GeluTanh", fields: &[], ..ValueSpec::BASE };

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::Elementwise;
    use crate::kernels::sigmoids;
    use crate::tensor::scalar::Scalar;
    /// `√(2/π)`
    const FACTOR: f64 = 0.7978845608028654;
    const CUBIC: f64 = 0.044715;

    /// Beyond it the derivative is 0 or 1, up to less than the smallest number.
    const FAR: f64 = 30.0;

    /// `2u`
    #[inline(always)]
    fn inner<T: Scalar>(x: T) -> T {
        T::of(2.0 * FACTOR) * (x + T::of(CUBIC) * x * x * x)
    }

    /// `x/2 · (1 + tanh(√(2/π) · (x + 0.044715 · x³)))`
    #[derive(Clone, Copy, Debug)]
    pub struct GeluTanh;

    impl Elementwise for GeluTanh {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            x * sigmoids(inner(x)).0
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
            // If x³ is infinite, σ(-2u) · du/dx would be 0 · ∞. These comparisons keep NaN.
            let far = T::of(FAR);
            let x = if x > far { far } else { x };
            let x = if x < -far { -far } else { x };
            let (s, rest) = sigmoids(inner(x));
            let dw = T::of(2.0 * FACTOR) * (T::ONE + T::of(3.0 * CUBIC) * x * x);
            s + x * (s * rest) * dw
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
            check_layer::<SMatrix<f64, 5, 3>, _>(&Activate(GeluTanh));
        }

        #[test]
        fn values() {
            // keras.activations.gelu(x, approximate=True) and its gradient, in float64.
            like_keras(
                &GeluTanh,
                &[
                    (-6.0, -8.439615673e-11, -7.709945361e-10),
                    (-1.0, -0.1588080097, -0.08296408293),
                    (-0.5, -0.1542859902, 0.1326300967),
                    (0.0, 0.0, 0.5),
                    (0.5, 0.3457140098, 0.8673699033),
                    (1.0, 0.8411919903, 1.082964083),
                    (6.0, 6.0, 1.000000001),
                ],
            );
        }
    }
}
