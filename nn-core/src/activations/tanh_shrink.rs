//! tanh_shrink: what tanh takes away.
//!
//! ```text
//! y = x - tanh(x)
//! dy/dx = tanh²(x)
//! ```
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
    use crate::scalar::Scalar;

    /// `x - tanh(x)`
    #[derive(Clone, Copy, Debug)]
    pub struct TanhShrink;

    impl Elementwise for TanhShrink {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            x - kernels::tanh(x)
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
        use crate::testing::check_layer;
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
