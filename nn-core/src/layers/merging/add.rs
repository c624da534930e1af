//! Add: the sum of its inputs, element by element.
//!
//! ```text
//! y = x₀ + x₁ + ..
//!
//! dxᵢ += dy
//! ```
//!
//! Shapes: inputs of one shape, or shapes that broadcast; the output has the shape they broadcast to.
//!
//! Source: <https://keras.io/api/layers/merging_layers/add/>

use super::merge;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Arity, Inferred, LayerSpec, Masking, Streaming, Value, layer, rule};

layer! {
    /// The sum of its inputs, element by element.
    #[example = "let y = Add()([a, b]); // [8], [8] → [8]"]
    #[example = "let y = add([a, b]); // [20, 8], [8] → [20, 8]"]
    /// The output has `R × P` scalars. The other constants say which inputs are repeated along which axes.
    pub struct Add<R, P, A = 1, B = 1, C = 1, ONES = 0> {}

    pub const SPEC: LayerSpec {
        function: Some("add"),
        inputs: Arity::MANY,
        masking: Masking::Passes,
        streaming: Streaming::Steps,
        infer: rule!(infer),
    }
}

/// Returns the shape to which all inputs broadcast; the type is `Add<rows, cols, A, B, C, ONES>`.
///
/// # Errors
/// If the shapes do not broadcast, or are repeated along too many axes in turn.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    merge::infer(args, inputs)
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::Add;
    use crate::layers::merging::merge::{Formula, merge_layer};
    use crate::tensor::scalar::Scalar;

    merge_layer!(Add, Sum);

    struct Sum;

    impl Formula for Sum {
        #[inline(always)]
        fn fold<T: Scalar>(y: T, x: T) -> T {
            y + x
        }

        #[inline(always)]
        fn derivative<T: Scalar>(_: usize, _: usize, _: impl Fn(usize) -> T) -> T {
            T::ONE
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
            check_layer::<(M, M), _>(&Add::<3, 5>);
            check_layer::<(M, M, M), _>(&Add::<3, 5>);
            // (7, 3) and (3,); (5, 1) and (1, 3).
            check_layer::<(SMatrix<f64, 3, 7>, SMatrix<f64, 3, 1>), _>(&Add::<3, 7, 1, 1, 7, 0b0100_0000>);
            check_layer::<(SMatrix<f64, 1, 5>, SMatrix<f64, 3, 1>), _>(&Add::<3, 5, 1, 1, 5, 0b0100_1000>);
        }

        #[test]
        fn the_formula() {
            assert_eq!(of_three(&Add::<3, 1>, [[1., 2., 3.], [10., 20., 30.], [-1., 0., 1.]]), [10., 22., 34.]);
        }

        #[test]
        fn a_column_and_a_row_make_a_table() {
            use crate::layer::{Layer, Pass};
            let (column, row) = ([SMatrix::<f32, 1, 2>::new(10., 20.)], [SMatrix::<f32, 3, 1>::new(1., 2., 3.)]);
            let mut y = [SMatrix::<f32, 3, 2>::zeros()];
            Layer::<f32, (SMatrix<f32, 1, 2>, SMatrix<f32, 3, 1>)>::forward::<crate::tensor::storage::Inline<1>>(
                &Add::<3, 2, 1, 1, 2, 0b0100_1000>,
                &(),
                (&column, &row),
                &mut y,
                Pass::inference(&mut ()),
            );
            assert_eq!(y[0].as_slice(), [11., 12., 13., 21., 22., 23.]);
        }
    }
}
