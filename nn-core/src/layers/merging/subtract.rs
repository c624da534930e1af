//! Subtract: the difference of its two inputs, element by element.
//!
//! ```text
//! y = x₀ - x₁
//!
//! dx₀ += dy
//! dx₁ -= dy
//! ```
//!
//! Shapes: two inputs of one shape, or shapes that broadcast; the output has the shape they broadcast to.
//!
//! Source: <https://keras.io/api/layers/merging_layers/subtract/>

use super::merge;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Arity, Inferred, LayerSpec, Masking, Streaming, Value, layer, rule};

layer! {
    /// The difference of its two inputs, element by element.
    #[example = "let y = Subtract()([a, b]); // [8], [8] → [8]"]
    #[example = "let y = subtract([a, b]); // [20, 8], [8] → [20, 8]"]
    /// The output has `R × P` scalars. The other constants say which inputs are repeated along which axes.
    #[doc(alias = "sub")]
    pub struct Subtract<R, P, A = 1, B = 1, C = 1, ONES = 0> {}

    pub const SPEC: LayerSpec {
        function: Some("subtract"),
        inputs: Arity::TWO,
        masking: Masking::Passes,
        streaming: Streaming::Steps,
        infer: rule!(infer),
    }
}

/// Returns the shape to which both inputs broadcast; the type is `Subtract<rows, cols, A, B, C, ONES>`.
///
/// # Errors
/// If the shapes do not broadcast, or are repeated along too many axes in turn.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    merge::infer(args, inputs)
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::Subtract;
    use crate::layers::merging::merge::{Formula, merge_layer};
    use crate::tensor::scalar::Scalar;

    merge_layer!(Subtract, Difference);

    struct Difference;

    impl Formula for Difference {
        #[inline(always)]
        fn fold<T: Scalar>(y: T, x: T) -> T {
            y - x
        }

        #[inline(always)]
        fn derivative<T: Scalar>(i: usize, _: usize, _: impl Fn(usize) -> T) -> T {
            if i == 0 { T::ONE } else { -T::ONE }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::testing::check_layer;
        use nalgebra::SMatrix;

        #[test]
        fn gradients() {
            check_layer::<(SMatrix<f64, 3, 5>, SMatrix<f64, 3, 5>), _>(&Subtract::<3, 5>);
            // (3,) and (7, 3)
            check_layer::<(SMatrix<f64, 3, 1>, SMatrix<f64, 3, 7>), _>(&Subtract::<3, 7, 1, 1, 7, 0b0000_0100>);
        }

        #[test]
        fn the_formula() {
            assert_eq!(Difference::fold(5.0f32, 7.0), -2.0);
        }
    }
}
