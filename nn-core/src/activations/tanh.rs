//! tanh: the hyperbolic tangent.
//!
//! ```text
//! y = tanh(x)
//! dy/dx = 1 - y²
//! ```
//!
//! Source: <https://keras.io/api/layers/activations/#tanh-function>

use crate::spec::ValueSpec;

/// `tanh`
pub const SPEC: ValueSpec =
    ValueSpec { names: &["tanh"], path: "activations::Tanh", fields: &[], from_output: true, ..ValueSpec::BASE };

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::Elementwise;
    use crate::kernels;
    use crate::tensor::scalar::Scalar;

    /// `tanh(x)`
    #[derive(Clone, Copy, Debug)]
    pub struct Tanh;

    impl Elementwise for Tanh {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            kernels::tanh(x)
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, _: T, y: T) -> T {
            T::ONE - y * y
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
            check_layer::<SMatrix<f64, 5, 3>, _>(&Activate(Tanh));
        }

        #[test]
        fn values() {
            // keras.activations.tanh(x) and its gradient, in float64.
            like_keras(
                &Tanh,
                &[
                    (-6.0, -0.9999877117, 2.457654741e-05),
                    (-1.0, -0.761594156, 0.4199743416),
                    (-0.5, -0.4621171573, 0.786447733),
                    (0.0, 0.0, 1.0),
                    (0.5, 0.4621171573, 0.786447733),
                    (1.0, 0.761594156, 0.4199743416),
                    (6.0, 0.9999877117, 2.457654741e-05),
                ],
            );
        }
    }
}
