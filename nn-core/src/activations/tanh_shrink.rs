//! tanh_shrink: the difference of `x` and its tanh.
//!
//! ```text
//! y = x - tanh(x)                  |x| ≥ 1
//!   = x³ / (x² + F(x²))            |x| < 1,  F(s) = 3 + s / (5 + s / (7 + …))
//! dy/dx = tanh²(x)
//! ```
//!
//! For a small `x`, the difference would lose all digits. `tanh(x) = x · F / (F + x²)` is the continued fraction of
//! tanh, here up to 17.
//!
//! Source: <https://keras.io/api/layers/activations/#tanh_shrink-function>

use crate::spec::ValueSpec;

/// `tanh_shrink`
pub const SPEC: ValueSpec =
    ValueSpec { names: &["tanh_shrink"], path: "activations::TanhShrink", fields: &[], ..ValueSpec::BASE };

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::Elementwise;
    use crate::kernels;
    use crate::tensor::scalar::Scalar;

    /// `x - tanh(x)`
    #[derive(Clone, Copy, Debug)]
    pub struct TanhShrink;

    /// Returns `F(s)` for `s` from 0 to 1, with an error of at most 1e-16.
    #[inline(always)]
    fn fraction<T: Scalar>(s: T) -> T {
        let mut f = T::of(17.0);
        for k in [15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0] {
            f = T::of(k) + s / f;
        }
        f
    }

    impl Elementwise for TanhShrink {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            if x.abs() < T::ONE {
                let s = x * x;
                x * (s / (s + fraction(s)))
            } else {
                x - kernels::tanh(x)
            }
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
            let t = kernels::tanh(x);
            t * t
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
            check_layer::<SMatrix<f64, 5, 3>, _>(&Activate(TanhShrink));
        }

        #[test]
        fn values() {
            // keras.activations.tanh_shrink(x) and its gradient, in float64.
            like_keras(
                &TanhShrink,
                &[
                    (-6.0, -5.000012288, 0.9999754235),
                    (-1.0, -0.238405844, 0.5800256584),
                    (-0.5, -0.03788284274, 0.213552267),
                    (0.0, 0.0, 0.0),
                    (0.5, 0.03788284274, 0.213552267),
                    (1.0, 0.238405844, 0.5800256584),
                    (6.0, 5.000012288, 0.9999754235),
                ],
            );
        }
    }
}
