//! Average: the mean of its inputs, element by element.
//!
//! ```text
//! y = (x₀ + x₁ + ..) / n        for n inputs
//!
//! dxᵢ += dy / n
//! ```
//!
//! Shapes: inputs of one shape, or shapes that broadcast; the output has the shape they broadcast to.
//!
//! Source: <https://keras.io/api/layers/merging_layers/average/>

use super::merge;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Arity, Inferred, LayerSpec, Masking, Streaming, Value, layer, rule};

layer! {
    /// The mean of its inputs, element by element.
    #[example = "let y = Average()([a, b]); // [8], [8] → [8]"]
    #[example = "let y = average([a, b]); // [20, 8], [8] → [20, 8]"]
    /// The output has `R × P` scalars. The other constants say which inputs are repeated along which axes.
    pub struct Average<R, P, A = 1, B = 1, C = 1, ONES = 0> {}

    pub const SPEC: LayerSpec {
        function: Some("average"),
        inputs: Arity::MANY,
        masking: Masking::Passes,
        streaming: Streaming::Steps,
        infer: rule!(infer),
    }
}

/// Returns the shape to which all inputs broadcast; the type is `Average<rows, cols, A, B, C, ONES>`.
///
/// # Errors
/// If the shapes do not broadcast, or are repeated along too many axes in turn.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    merge::infer(args, inputs)
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::Average;
    use crate::layers::merging::merge::{Formula, merge_layer};
    use crate::tensor::scalar::Scalar;

    merge_layer!(Average, Mean);

    struct Mean;

    impl Formula for Mean {
        #[inline(always)]
        fn fold<T: Scalar>(y: T, x: T) -> T {
            y + x
        }

        #[inline(always)]
        fn finish<T: Scalar>(y: T, inputs: usize) -> T {
            y / T::of(inputs as f64)
        }

        #[inline(always)]
        fn derivative<T: Scalar>(_: usize, inputs: usize, _: impl Fn(usize) -> T) -> T {
            T::ONE / T::of(inputs as f64)
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::testing::check_layer;
        use crate::layers::merging::merge::checks::of_three;
        use nalgebra::SMatrix;

        #[test]
        fn gradients() {
            type M = SMatrix<f64, 3, 5>;
            check_layer::<(M, M, M), _>(&Average::<3, 5>);
            check_layer::<(SMatrix<f64, 3, 7>, SMatrix<f64, 3, 1>), _>(&Average::<3, 7, 1, 1, 7, 0b0100_0000>);
        }

        #[test]
        fn the_formula() {
            assert_eq!(of_three(&Average::<3, 1>, [[1., 2., 3.], [10., 20., 30.], [-2., 5., 0.]]), [3., 9., 11.]);
        }
    }
}
