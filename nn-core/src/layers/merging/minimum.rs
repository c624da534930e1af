//! Minimum: the smallest of its inputs, element by element.
//!
//! ```text
//! y = min(x₀, x₁, ..)
//!
//! dxᵢ += dy        where xᵢ is the first input with that value, else nothing
//! ```
//!
//! Shapes: inputs of one shape, or shapes that broadcast; the output has the shape they broadcast to.
//!
//! If inputs tie, the earliest of them gets the gradient: Keras takes the minimum pairwise from the left, and the
//! gradient of TensorFlow's `minimum(a, b)` goes to `a` if `a <= b`. NaN in any input gives NaN.
//!
//! With masks, it is the minimum of the inputs that count, or the first input if no input counts.
//!
//! Source: <https://keras.io/api/layers/merging_layers/minimum/>

use super::merge;
use crate::layers::masking;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Arity, Inferred, LayerSpec, Masking, Nothing, Streaming, Value, layer, rule};

layer! {
    /// The smallest of its inputs, element by element.
    #[example = "let y = Minimum()([a, b]); // [8], [8] → [8]"]
    #[example = "let y = minimum([a, b]); // [20, 8], [8] → [20, 8]"]
    /// The output has `R × P` scalars. The other constants say which inputs are repeated along which axes.
    pub struct Minimum<R, P, A = 1, B = 1, C = 1, ONES = 0> {}

    pub const SPEC: LayerSpec {
        function: Some("minimum"),
        inputs: Arity::MANY,
        masking: Masking::Merges { absent: &masking::HIGHEST_ELSE, nothing: Nothing::First },
        streaming: Streaming::Steps,
        infer: rule!(infer),
    }
}

/// Returns the shape to which all inputs broadcast; the type is `Minimum<rows, cols, A, B, C, ONES>`.
///
/// # Errors
/// If the shapes do not broadcast, or are repeated along too many axes in turn.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    merge::infer(args, inputs)
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::Minimum;
    use crate::layers::merging::merge::{Formula, merge_layer};
    use crate::tensor::scalar::Scalar;

    merge_layer!(Minimum, Smallest);

    struct Smallest;

    /// Whether `x` replaces `y`.
    #[inline(always)]
    fn beats<T: Scalar>(x: T, y: T) -> bool {
        // Only NaN has no order with itself.
        x < y || x.partial_cmp(&x).is_none()
    }

    impl Formula for Smallest {
        #[inline(always)]
        fn fold<T: Scalar>(y: T, x: T) -> T {
            if beats(x, y) { x } else { y }
        }

        #[inline(always)]
        fn derivative<T: Scalar>(i: usize, inputs: usize, x: impl Fn(usize) -> T) -> T {
            let mut minimum = 0;
            for j in 1..inputs {
                if beats(x(j), x(minimum)) {
                    minimum = j;
                }
            }
            if minimum == i { T::ONE } else { T::ZERO }
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
            check_layer::<(M, M, M), _>(&Minimum::<3, 5>);
            check_layer::<(SMatrix<f64, 3, 7>, SMatrix<f64, 3, 1>), _>(&Minimum::<3, 7, 1, 1, 7, 0b0100_0000>);
        }

        #[test]
        fn the_formula() {
            assert_eq!(of_three(&Minimum::<3, 1>, [[1., 2., 3.], [2., 1., 3.], [0., 5., -4.]]), [0., 1., -4.]);
            assert!(Smallest::fold(f32::NAN, 1.0).is_nan() && Smallest::fold(1.0, f32::NAN).is_nan());
        }

        #[test]
        fn a_tie_belongs_to_the_first() {
            let x = [2.0f32, 1.0, 1.0];
            assert_eq!([0, 1, 2].map(|i| Smallest::derivative(i, 3, |j| x[j])), [0.0, 1.0, 0.0]);
        }
    }
}
