//! ELU: the exponential linear unit.
//!
//! ```text
//! y = x                      if x > 0
//!     alpha · (exp(x) - 1)   else
//!
//! dx += dy                   if x > 0
//!       (y + alpha) · dy     else
//! ```
//!
//! Shapes: output as input, any shape.
//!
//! Source: <https://keras.io/api/layers/activation_layers/elu/>

use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Folding, Inferred, LayerSpec, Masking, Streaming, Value, layer, rule};

layer! {
    /// The exponential linear unit.
    #[example = "let y = ELU(alpha = 0.5)(x); // [64] → [64]"]
    pub struct ELU {
        /// The limit of the output below zero is `-alpha`.
        pub alpha: Float = 1.0,
    }

    pub const SPEC: LayerSpec {
        masking: Masking::Passes,
        folding: Folding::Position,
        streaming: Streaming::Steps,
        infer: rule!(infer),
    }
}

/// Returns the shape of the input.
pub const fn infer(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    Ok(Inferred::new(inputs[0], &[]))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::ELU;
    use crate::activations::Elementwise;
    use crate::layers::elementwise::elementwise_layer;
    use crate::tensor::scalar::Scalar;

    impl Elementwise for ELU {
        #[inline(always)]
        fn value<T: Scalar>(&self, x: T) -> T {
            if x > T::ZERO { x } else { T::of(self.alpha) * crate::kernels::exp_m1(x) }
        }

        #[inline(always)]
        fn derivative<T: Scalar>(&self, x: T, y: T) -> T {
            if x > T::ZERO { T::ONE } else { y + T::of(self.alpha) }
        }
    }

    elementwise_layer!(ELU);

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::testing::check_layer;
        use nalgebra::SMatrix;

        #[test]
        fn gradients() {
            check_layer::<SMatrix<f64, 5, 3>, _>(&ELU { alpha: 1.7 });
        }

        #[test]
        fn the_formula() {
            let y = ELU { alpha: 2.0 }.value(-1.0f64);
            assert!((y - -1.264_241_117_657_115).abs() < 1e-12, "{y}");
            assert_eq!([0.0f64, 4.0, -1e3].map(|x| ELU::DEFAULT.value(x)), [0.0, 4.0, -1.0]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_stays() {
        let shape = Shape::new(&[4, 3]);
        assert_eq!(infer(&SPEC.with(&[]), &[shape]).unwrap(), Inferred::new(shape, &[]));
    }
}
