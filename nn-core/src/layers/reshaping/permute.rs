//! Permute: puts the axes of a sample in another order.
//!
//! ```text
//! y[.., kᵢ, ..] = x[.., k, ..]        axis i of y is axis dims[i] of x
//!
//! dx += dy, permuted back
//! ```
//!
//! Shapes: input `(a₁, a₂, ..)`, output `(a_dims[1], a_dims[2], ..)`. As in Keras, `dims` counts from 1 and leaves out
//! the batch: `Permute([2, 1])` is the transpose.
//!
//! Source: <https://keras.io/api/layers/reshaping_layers/permute/>

use crate::spec::code::Code;
use crate::spec::shape::{MAX_RANK, Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Inferred, LayerSpec, Streaming, Value, layer, rule};

layer! {
    /// Puts the axes of a sample in another order.
    #[example = "let y = Permute([2, 1])(x); // [3, 5] → [5, 3]"]
    /// `DIMS` has the order in its decimal digits. The output has the axes `(.., D1, D2, D3, D4, RY)`, and `PY`
    /// positions.
    #[doc(alias = "transpose")]
    pub struct Permute<RY, PY, D1, D2, D3, D4, DIMS> {
        /// The axis of the input for each axis of the output, counted from 1.
        dims: Ints,
    }

    pub const SPEC: LayerSpec { streaming: Streaming::Refuses("it may mix steps; `TimeDistributed(Permute(..))` permutes the axes of each step"), infer: rule!(infer) }
}

/// Returns the axes in the order `dims`.
///
/// The type is `Permute<rows, cols, D1, D2, D3, D4, DIMS>`: the output has the axes `(.., D1, D2, D3, D4, rows)`, with
/// 1 for a missing axis, and the decimal digits of `DIMS` are `dims`.
///
/// # Errors
/// If `dims` is not a permutation of the axes of the input.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (args, x) = (Args(args), inputs[0]);
    let (order, count) = (args.dims(), args.dims().len());
    let (mut dims, mut digits, mut seen, mut i) = ([1; MAX_RANK], 0, 0u32, 0);
    while i < count {
        if order[i] < 1 || order[i] > count as i64 || (seen >> order[i]) & 1 == 1 {
            let message = Text::new().str("expected each of the axes from 1 to ").size(count).str(" once");
            return Err(ShapeError::argument(Code::OutOfRange, arg::dims, message));
        }
        seen |= 1 << order[i];
        i += 1;
    }
    if count != x.rank() {
        let message = Text::new().str("`dims` has ").size(count).str(" axes, but the input ").shape(&x).str(" has ");
        return Err(ShapeError::argument(Code::WrongRank, arg::dims, message.size(x.rank())));
    }
    i = 0;
    while i < count {
        dims[i + MAX_RANK - count] = x.dim(order[i] as usize - 1);
        digits = 10 * digits + order[i] as usize;
        i += 1;
    }
    let output = Shape::new(dims.split_at(MAX_RANK - count).1);
    let consts = Consts {
        RY: output.rows(),
        PY: output.cols(),
        D1: dims[1],
        D2: dims[2],
        D3: dims[3],
        D4: dims[4],
        DIMS: digits,
    };
    Ok(Inferred::new(output, &consts.list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::Permute;
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::layers::strides::Strides;
    use crate::spec::shape::MAX_RANK;
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use nalgebra::SMatrix;

    impl<
        const RY: usize,
        const PY: usize,
        const D1: usize,
        const D2: usize,
        const D3: usize,
        const D4: usize,
        const DIMS: usize,
    > Permute<RY, PY, D1, D2, D3, D4, DIMS>
    {
        /// The places of the output's scalars in the input.
        const AT: Strides<MAX_RANK> = {
            // Axes that the sample lacks stay in front.
            let (mut order, mut digits, mut rank, mut i) = ([0, 1, 2, 3, 4, 5], DIMS, 0, MAX_RANK);
            while digits > 0 {
                digits /= 10;
                rank += 1;
            }
            digits = DIMS;
            while digits > 0 {
                i -= 1;
                order[i] = MAX_RANK - rank + digits % 10 - 1;
                digits /= 10;
            }
            Strides::permute([PY / (D1 * D2 * D3 * D4), D1, D2, D3, D4, RY], order)
        };
    }

    impl<
        T: Scalar + Element,
        const RY: usize,
        const PY: usize,
        const D1: usize,
        const D2: usize,
        const D3: usize,
        const D4: usize,
        const DIMS: usize,
        const R: usize,
        const P: usize,
    > Layer<T, SMatrix<T, R, P>> for Permute<RY, PY, D1, D2, D3, D4, DIMS>
    {
        type Output = SMatrix<T, RY, PY>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();
        const WORK: Work = Work::BySample(0);

        fn forward<B: Storage>(
            &self,
            _: &(),
            x: &[SMatrix<T, R, P>],
            y: &mut [SMatrix<T, RY, PY>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
            const { assert!(R * P == RY * PY) }
            for (x, y) in flat(x).chunks_exact(R * P).zip(flat_mut(y).chunks_exact_mut(R * P)) {
                for (k, y) in y.iter_mut().enumerate() {
                    *y = x[Self::AT.place(k)];
                }
            }
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            _: &[SMatrix<T, R, P>],
            _: &[SMatrix<T, RY, PY>],
            dy: &[SMatrix<T, RY, PY>],
            _: Memory<'_, T, ()>,
            dx: Option<&mut [SMatrix<T, R, P>]>,
            _: Option<&mut ()>,
        ) {
            // y[k] = x[at(k)], so dx[at(k)] += dy[k]
            let Some(dx) = dx else { return };
            for (dx, dy) in flat_mut(dx).chunks_exact_mut(R * P).zip(flat(dy).chunks_exact(R * P)) {
                for (k, &dy) in dy.iter().enumerate() {
                    dx[Self::AT.place(k)] += dy;
                }
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::testing::check_layer;
        use crate::tensor::storage::Inline;

        #[test]
        fn gradients() {
            check_layer::<SMatrix<f64, 5, 3>, _>(&Permute::<3, 5, 1, 1, 1, 5, 21>);
            // (2, 3, 5) to (5, 2, 3)
            check_layer::<SMatrix<f64, 5, 6>, _>(&Permute::<3, 10, 1, 1, 5, 2, 312>);
        }

        #[test]
        fn transpose() {
            let x = [SMatrix::<f32, 2, 3>::new(1., 2., 3., 4., 5., 6.)];
            let mut y = [SMatrix::<f32, 3, 2>::zeros()];
            Permute::<3, 2, 1, 1, 1, 2, 21>.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(y[0], x[0].transpose());
        }

        #[test]
        fn three_axes() {
            // x[a, b, c] is 100 a + 10 b + c, so y[c, a, b] is too.
            let x = [SMatrix::<f32, 5, 6>::from_fn(|c, p| (100 * (p / 3) + 10 * (p % 3) + c) as f32)];
            let mut y = [SMatrix::<f32, 3, 10>::zeros()];
            Permute::<3, 10, 1, 1, 5, 2, 312>.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(y[0], SMatrix::<f32, 3, 10>::from_fn(|b, p| (100 * (p % 2) + 10 * b + p / 2) as f32));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};

    fn rule(dims: &[i64], x: &[usize]) -> Result<Inferred, String> {
        infer(&SPEC.with(&[(arg::dims, Value::ints(dims))]), &[Shape::new(x)]).map_err(|error| error.to_string())
    }

    #[test]
    fn shapes() {
        assert_eq!(rule(&[2, 1], &[3, 5]).unwrap(), Inferred::new(Shape::new(&[5, 3]), &[3, 5, 1, 1, 1, 5, 21]));
        let inferred = rule(&[3, 1, 2], &[2, 3, 5]).unwrap();
        assert_eq!(inferred, Inferred::new(Shape::new(&[5, 2, 3]), &[3, 10, 1, 1, 5, 2, 312]));
        assert_eq!(rule(&[2, 2], &[3, 5]).unwrap_err(), "expected each of the axes from 1 to 2 once");
        assert_eq!(rule(&[2, 1], &[3, 5, 7]).unwrap_err(), "`dims` has 2 axes, but the input (3, 5, 7) has 3");
        assert_eq!(rule(&[6, 5, 4, 3, 2, 1], &[2, 3, 4, 5, 6, 7]).unwrap().consts(), [2, 2520, 6, 5, 4, 3, 654321]);
    }
}
