//! exponential: the exponential function.
//!
//! ```text
//! y = exp(x)
//! dy/dx = y
//! ```
//!
//! Source: <https://keras.io/api/layers/activations/#exponential-function>

use crate::spec::ValueSpec;

/// `exponential`
pub const SPEC: ValueSpec = ValueSpec {
    names: &["exponential"],
    path: "activations::Exponential",
    fields: &[],
    from_output: true,
    ..ValueSpec::BASE
};

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::Elementwise;
    use crate::kernels;
    use crate::tensor::scalar::Scalar;

    /// `exp(x)`
    #[derive(Clone, Copy, Debug)]
    pub struct Exponential;

    impl Elementwise for Exponential {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            kernels::exp(x)
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, _: T, y: T) -> T {
            y
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
            check_layer::<SMatrix<f64, 5, 3>, _>(&Activate(Exponential));
        }

        #[test]
        fn values() {
            // keras.activations.exponential(x) and its gradient, in float64.
            like_keras(
                &Exponential,
                &[
                    (-6.0, 0.002478752177, 0.002478752177),
                    (-1.0, 0.3678794412, 0.3678794412),
                    (-0.5, 0.6065306597, 0.6065306597),
                    (0.0, 1.0, 1.0),
                    (0.5, 1.648721271, 1.648721271),
                    (1.0, core::f64::consts::E, core::f64::consts::E),
                    (6.0, 403.4287935, 403.4287935),
                ],
            );
        }
    }
}
