//! sigmoid: the logistic function.
//!
//! ```text
//! y = 1 / (1 + exp(-x))
//! dy/dx = y · (1 - y)
//! ```
//!
//! Source: <https://keras.io/api/layers/activations/#sigmoid-function>

use crate::spec::ValueSpec;

/// `sigmoid`
pub const SPEC: ValueSpec = ValueSpec {
    names: &["sigmoid"],
    path: "activations::Sigmoid",
    fields: &[],
    from_output: true,
    head: true,
    ..ValueSpec::BASE
};

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::{Elementwise, Head};
    use crate::kernels;
    use crate::tensor::scalar::Scalar;

    /// `1 / (1 + exp(-x))`
    #[derive(Clone, Copy, Debug)]
    pub struct Sigmoid;

    impl Elementwise for Sigmoid {
        const HEAD: Head = Head::Sigmoid;

        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            kernels::sigmoid(x)
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, _: T, y: T) -> T {
            y * (T::ONE - y)
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
            check_layer::<SMatrix<f64, 5, 3>, _>(&Activate(Sigmoid));
        }

        #[test]
        fn the_ends() {
            assert_eq!((Sigmoid.value(-1000.0f32), Sigmoid.value(1000.0f32), Sigmoid.value(0.0f32)), (0.0, 1.0, 0.5));
        }
    }
}
