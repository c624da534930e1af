//! relu: the rectified linear unit.
//!
//! ```text
//! y = 0  if x < 0, else x
//! dy/dx = 1  if x > 0, else 0        (0 at x = 0, as in Keras)
//! ```
//!
//! NaN stays NaN, even if a layer computes relu with its product.
//!
//! Source: <https://keras.io/api/layers/activations/#relu-function>

use crate::spec::ValueSpec;

/// `relu`
pub const SPEC: ValueSpec =
    ValueSpec { names: &["relu"], path: "activations::Relu", fields: &[], from_output: true, ..ValueSpec::BASE };

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::Elementwise;
    use crate::tensor::scalar::Scalar;

    /// `max(x, 0)`
    #[derive(Clone, Copy, Debug)]
    pub struct Relu;

    impl Elementwise for Relu {
        const SIMPLE: bool = true;
        const RECTIFIES: bool = true;

        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            x.positive()
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, _: T) -> T {
            if x > T::ZERO { T::ONE } else { T::ZERO }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::activations::Activate;
        use crate::layer::testing::check_layer;
        use nalgebra::SMatrix;

        #[test]
        fn gradient() {
            check_layer::<SMatrix<f64, 5, 3>, _>(&Activate(Relu));
        }

        #[test]
        fn the_kink_belongs_to_the_left() {
            assert_eq!((Relu.value(0.0f32), Relu.derivative(0.0f32, 0.0)), (0.0, 0.0));
        }
    }
}
