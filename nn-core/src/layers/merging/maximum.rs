//! Maximum: the largest of its inputs, element by element.
//!
//! ```text
//! y = max(x₀, x₁, ..)
//!
//! dxᵢ += dy        where xᵢ is the first input with that value, else nothing
//! ```
//!
//! Shapes: inputs of one shape, or shapes that broadcast; the output has the shape they broadcast to.
//!
//! If inputs tie, the earliest of them gets the gradient: Keras takes the maximum pairwise from the left, and the
//! gradient of TensorFlow's `maximum(a, b)` goes to `a` if `a >= b`. NaN in any input gives NaN.
//!
//! With masks, it is the maximum of the inputs that count, or the first input if no input counts.
//!
//! Source: <https://keras.io/api/layers/merging_layers/maximum/>

use super::merge;
use crate::layers::masking;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Arity, Inferred, LayerSpec, Masking, Nothing, Streaming, Value, layer, rule};

layer! {
    /// The largest of its inputs, element by element.
    #[example = "let y = Maximum()([a, b]); // [8], [8] → [8]"]
    #[example = "let y = maximum([a, b]); // [20, 8], [8] → [20, 8]"]
    /// The output has `R × P` scalars. The other constants say which inputs are repeated along which axes.
    pub struct Maximum<R, P, A = 1, B = 1, C = 1, ONES = 0> {}

    pub const SPEC: LayerSpec {
        function: Some("maximum"),
        inputs: Arity::MANY,
        masking: Masking::Merges { absent: &masking::LOWEST_ELSE, nothing: Nothing::First },
        streaming: Streaming::Steps,
        infer: rule!(infer),
    }
}

/// Returns the shape to which all inputs broadcast; the type is `Maximum<rows, cols, A, B, C, ONES>`.
///
/// # Errors
/// If the shapes do not broadcast, or are repeated along too many axes in turn.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    merge::infer(args, inputs)
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::Maximum;
    use crate::layers::merging::merge::{Formula, merge_layer};
    use crate::tensor::scalar::Scalar;

    merge_layer!(Maximum, Largest);

    struct Largest;

    /// Whether `x` replaces `y`.
    #[inline(always)]
    fn beats<T: Scalar>(x: T, y: T) -> bool {
        // Only NaN has no order with itself.
        x > y || x.partial_cmp(&x).is_none()
    }

    impl Formula for Largest {
        #[inline(always)]
        fn fold<T: Scalar>(y: T, x: T) -> T {
            if beats(x, y) { x } else { y }
        }

        #[inline(always)]
        fn derivative<T: Scalar>(i: usize, inputs: usize, x: impl Fn(usize) -> T) -> T {
            let mut maximum = 0;
            for j in 1..inputs {
                if beats(x(j), x(maximum)) {
                    maximum = j;
                }
            }
            if maximum == i { T::ONE } else { T::ZERO }
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
            check_layer::<(M, M, M), _>(&Maximum::<3, 5>);
            check_layer::<(SMatrix<f64, 3, 7>, SMatrix<f64, 3, 1>), _>(&Maximum::<3, 7, 1, 1, 7, 0b0100_0000>);
        }

        #[test]
        fn the_formula() {
            assert_eq!(of_three(&Maximum::<3, 1>, [[1., 2., 3.], [2., 1., 3.], [0., 5., -4.]]), [2., 5., 3.]);
            assert!(Largest::fold(f32::NAN, 1.0).is_nan() && Largest::fold(1.0, f32::NAN).is_nan());
        }

        #[test]
        fn a_tie_belongs_to_the_first() {
            let x = [1.0f32, 2.0, 2.0];
            assert_eq!([0, 1, 2].map(|i| Largest::derivative(i, 3, |j| x[j])), [0.0, 1.0, 0.0]);
        }
    }
}
