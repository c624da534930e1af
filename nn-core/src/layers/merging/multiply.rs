//! Multiply: the product of its inputs, element by element.
//!
//! ```text
//! y = x₀ ⊙ x₁ ⊙ ..
//!
//! dxᵢ += dy ⊙ Πⱼ xⱼ        over all j ≠ i, not y / xᵢ, which fails at zero
//! ```
//!
//! Shapes: inputs of one shape, or shapes that broadcast; the output has the shape they broadcast to.
//!
//! With masks, an input is 1 where it does not count; the product is 0 if no input counts.
//!
//! Source: <https://keras.io/api/layers/merging_layers/multiply/>

use super::merge;
use crate::layers::masking;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Arity, Inferred, LayerSpec, Masking, Nothing, Streaming, Value, layer, rule};

layer! {
    /// The product of its inputs, element by element.
    #[example = "let y = Multiply()([a, b]); // [8], [8] → [8]"]
    #[example = "let y = multiply([a, b]); // [20, 8], [8] → [20, 8]"]
    /// The output has `R × P` scalars. The other constants say which inputs are repeated along which axes.
    #[doc(alias = "mul")]
    pub struct Multiply<R, P, A = 1, B = 1, C = 1, ONES = 0> {}

    pub const SPEC: LayerSpec {
        function: Some("multiply"),
        inputs: Arity::MANY,
        masking: Masking::Merges { absent: &masking::ONE_ELSE, nothing: Nothing::Zero },
        streaming: Streaming::Steps,
        infer: rule!(infer),
    }
}

/// Returns the shape to which all inputs broadcast; the type is `Multiply<rows, cols, A, B, C, ONES>`.
///
/// # Errors
/// If the shapes do not broadcast, or are repeated along too many axes in turn.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    merge::infer(args, inputs)
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::Multiply;
    use crate::layers::merging::merge::{Formula, merge_layer};
    use crate::tensor::scalar::Scalar;

    merge_layer!(Multiply, Product);

    struct Product;

    impl Formula for Product {
        #[inline(always)]
        fn fold<T: Scalar>(y: T, x: T) -> T {
            y * x
        }

        #[inline(always)]
        fn derivative<T: Scalar>(i: usize, inputs: usize, x: impl Fn(usize) -> T) -> T {
            let mut others = T::ONE;
            for j in 0..inputs {
                if j != i {
                    others *= x(j);
                }
            }
            others
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
            check_layer::<(M, M), _>(&Multiply::<3, 5>);
            check_layer::<(M, M, M), _>(&Multiply::<3, 5>);
            // An image (2, 5, 3), a gate for each channel (1, 1, 3), and one for each row (2, 1, 1).
            type Gated = (SMatrix<f64, 3, 10>, SMatrix<f64, 3, 1>, SMatrix<f64, 1, 2>);
            check_layer::<Gated, _>(&Multiply::<3, 10, 1, 2, 5, 0b1100_0110_0000>);
        }

        #[test]
        fn the_formula_and_zeros() {
            assert_eq!(of_three(&Multiply::<3, 1>, [[1., 2., 3.], [10., 20., 30.], [-1., 0., 1.]]), [-10., 0., 90.]);
            let x = [2.0f32, 0.0, 5.0];
            assert_eq!([0, 1, 2].map(|i| Product::derivative(i, 3, |j| x[j])), [0.0, 10.0, 0.0]);
        }
    }

    #[cfg(test)]
    mod rule {
        use crate::spec::shape::Shape;

        /// The constants of the gradient test above.
        #[test]
        fn gates() {
            let shapes = [Shape::new(&[2, 5, 3]), Shape::new(&[1, 1, 3]), Shape::new(&[2, 1, 1])];
            let inferred = super::super::infer(&[], &shapes).unwrap();
            assert_eq!(inferred.consts(), [3, 10, 1, 2, 5, 0b1100_0110_0000]);
        }
    }
}
