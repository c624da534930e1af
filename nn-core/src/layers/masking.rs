//! Masking: masks the positions whose features all equal `mask_value`.
//!
//! ```text
//! m[t] = 1 if x[t, f] ≠ mask_value for any f, else 0
//! y[t] = m[t] · x[t]
//!
//! dx[t] += m[t] · dy[t]
//! ```
//!
//! Shapes: output as input, `(.., features)`; `m` has one number for each position. The mask follows the output
//! through layers that keep its steps, to the recurrent layers and poolings that read it; see
//! [`Masking`](crate::spec::Masking).
//!
//! Source: <https://keras.io/api/layers/core_layers/masking/>

use super::merging::merge;
use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{self, Arity, Dtype, Inferred, LayerSpec, Streaming, Value, layer, rule};

layer! {
    /// Masks the positions whose features all equal `mask_value`.
    #[example = "let y = Masking(mask_value = -1.0)(x); // [20, 8] → [20, 8]"]
    pub struct Masking {
        /// The value that fills a position that does not count.
        pub mask_value: Float = 0.0,
    }

    pub const SPEC: LayerSpec {
        masking: spec::Masking::Makes { flag: None, by: &DIFFERS },
        streaming: Streaming::Steps,
        infer: rule!(infer),
    }
}

layer! {
    /// The mask of a [`Masking`](crate::layers::Masking), in a matrix of `R` rows and `C` columns. A graph has no name
    /// for it.
    pub struct Differs<R, C> {
        /// The value that fills a position that does not count.
        pub mask_value: Float = 0.0,
    }

    pub const DIFFERS: LayerSpec { writes: Dtype::U32, streaming: Streaming::Steps, infer: rule!(positions) }
}

layer! {
    /// The mask of a tensor without one: `R × C` positions that all count. A graph has no name for it.
    pub struct Everywhere<R, C> {}

    pub const EVERYWHERE: LayerSpec { writes: Dtype::U32, streaming: Streaming::Steps, infer: rule!(positions) }
}

layer! {
    /// The mask of a merge, with `R × P` positions: a step counts if it counts in any input. The other constants say
    /// which masks are repeated along which axes. A graph has no name for it.
    pub struct AnyMask<R, P, A = 1, B = 1, C = 1, ONES = 0> {}

    pub const ANY: LayerSpec { inputs: Arity::MANY, reads: &[Dtype::U32], writes: Dtype::U32, streaming: Streaming::Steps, infer: rule!(any) }
}

layer! {
    /// The masks of concatenated tensors: `OUTER` runs of each mask behind each other, with `R × P` positions. With 0
    /// runs, the tensors stand beside each other at each position; a position counts if it counts in any of them. A
    /// graph has no name for it.
    pub struct JoinMasks<R, P, OUTER> {
        /// The axis of the tensors, which have one axis more than their masks.
        axis: Int = -1,
    }

    pub const JOIN: LayerSpec { inputs: Arity::MANY, reads: &[Dtype::U32], writes: Dtype::U32, streaming: Streaming::Axis { axis: JOIN::arg::axis }, infer: rule!(join) }
}

layer! {
    /// The mask of a layer's output for each of `S` steps, if it has other positions than the mask of the steps. It
    /// has `R × C` positions; the positions of a step count if any position of its mask does. With 0 steps it is the
    /// mask itself. It reads the mask and the layer's output, whose shape it needs. A graph has no name for it.
    pub struct StepMask<R, C, S> {}

    pub const OF_STEPS: LayerSpec {
        inputs: Arity::TWO,
        reads: Dtype::ALL,
        writes: Dtype::U32,
        streaming: Streaming::Steps,
        infer: rule!(of_steps),
    }
}

layer! {
    /// The mask of the output of a user's own layer, with `R × C` positions. If `PASSES` is 1 it is the mask of the
    /// first input; otherwise every position counts. It reads the mask and the output, whose shape it needs. A graph
    /// has no name for it.
    pub struct PassedMask<R, C, PASSES> {
        /// Whether the layer hands its mask on: [`Component::PASSES_MASK`](crate::Component::PASSES_MASK).
        passes: Flag = false,
    }

    pub const PASSED: LayerSpec {
        inputs: Arity::TWO,
        reads: Dtype::ALL,
        writes: Dtype::U32,
        infer: rule!(passed),
    }
}

/// Returns the shape of the input.
///
/// # Errors
/// If the input has only one axis.
pub const fn infer(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    if inputs[0].rank() < 2 {
        let message = Text::new().str("expected a sequence of shape (steps, features), but got ").shape(&inputs[0]);
        return Err(ShapeError::input(Code::WrongRank, 0, message));
    }
    Ok(Inferred::new(inputs[0], &[]))
}

/// Returns all axes but the last.
///
/// The type is `Differs<rows, cols>` or `Everywhere<rows, cols>`, with the rows and columns of the matrix that holds a
/// mask.
///
/// # Errors
/// If the input is a scalar.
pub const fn positions(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    if inputs[0].rank() == 0 {
        return Err(ShapeError::input(
            Code::WrongRank,
            0,
            Text::new().str("expected at least one axis, but the input is a scalar"),
        ));
    }
    let mask = positions_of(&inputs[0]);
    Ok(Inferred::new(mask, &[mask.rows(), mask.cols()]))
}

/// Returns the shape of the mask of a tensor.
const fn positions_of(x: &Shape) -> Shape {
    Shape::new(x.dims().split_at(x.rank().saturating_sub(1)).0)
}

/// The rule for every mask that a call gets: whether the second shape is the mask shape of a tensor of the first
/// shape.
pub const FITS: spec::Rule = rule!(fits);

/// Returns no findings if the second shape is the mask shape of a tensor of the first shape.
///
/// # Errors
/// If the second shape is another one.
pub const fn fits(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let mask = positions_of(&inputs[0]);
    if mask.equals(&inputs[1]) {
        return Ok(Inferred::new(mask, &[]));
    }
    let message = Text::new().str("expected a mask of shape ").shape(&mask);
    Err(ShapeError::input(Code::ShapeMismatch, 1, message.str(", but got ").shape(&inputs[1])))
}

/// Returns the shape to which all masks broadcast.
///
/// The type is that of a merge. If they do not broadcast, neither do the tensors, and the rule of the layer reports
/// it.
pub const fn any(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    match merge::infer(args, inputs) {
        Ok(inferred) => Ok(inferred),
        Err(_) => merge::infer(args, &[inputs[0]]),
    }
}

/// Returns the joined shape.
///
/// The type is `JoinMasks<rows, cols, outer>`, where `outer` is the number of runs of each mask. It is 0 if the
/// tensors stand beside each other along the last axis, which a mask does not have.
pub const fn join(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let first = inputs[0];
    // The tensors have one axis more. The rule of the layer reports errors of their axes.
    let tensor = Shape::new(&[1; crate::spec::shape::MAX_RANK]);
    let tensor = Shape::new(
        tensor.dims().split_at(if first.rank() < tensor.rank() { first.rank() + 1 } else { tensor.rank() }).0,
    );
    let axis = match tensor.axis(JOIN::Args(args).axis()) {
        Some(axis) if axis < first.rank() => axis,
        _ => return Ok(Inferred::new(first, &JOIN::Consts { R: first.rows(), P: first.cols(), OUTER: 0 }.list())),
    };
    let (mut length, mut outer, mut i) = (0usize, 1, 0);
    while i < inputs.len() {
        length = length.saturating_add(if axis < inputs[i].rank() { inputs[i].dim(axis) } else { 0 });
        i += 1;
    }
    i = 0;
    while i < axis {
        outer *= first.dim(i);
        i += 1;
    }
    let mask = first.with_dim(axis, length);
    Ok(Inferred::new(mask, &JOIN::Consts { R: mask.rows(), P: mask.cols(), OUTER: outer }.list()))
}

/// Returns the positions of the second input.
///
/// The type is `StepMask<rows, cols, steps>`, with 0 steps if the mask has the same positions.
pub const fn of_steps(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let mask = positions_of(&inputs[1]);
    let steps = if mask.equals(&inputs[0]) { 0 } else { mask.dim(0) };
    Ok(Inferred::new(mask, &OF_STEPS::Consts { R: mask.rows(), C: mask.cols(), S: steps }.list()))
}

/// Returns the positions of the second input. If the mask is handed on, it has the same positions.
///
/// # Errors
/// If a mask is handed on to an output with other positions.
pub const fn passed(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (mask, passes) = (positions_of(&inputs[1]), PASSED::Args(args).passes());
    if passes && !mask.equals(&inputs[0]) {
        let message =
            Text::new().str("the output of shape ").shape(&inputs[1]).str(" has other positions than the mask of ");
        let message = message.str("shape ").shape(&inputs[0]).str(" that `PASSES_MASK` hands on");
        return Err(ShapeError::new(Code::ShapeMismatch, message));
    }
    Ok(Inferred::new(mask, &PASSED::Consts { R: mask.rows(), C: mask.cols(), PASSES: passes as usize }.list()))
}

pub mod absent;
pub use absent::{HIGHEST_ELSE, LOWEST_ELSE, ONE_ELSE, OR_ELSE, ZERO_ELSE};
#[cfg(feature = "compute")]
mod of_masks;

#[cfg(feature = "compute")]
pub(super) mod compute {
    pub use super::absent::compute::{Fill, OrElse};
    pub use super::{
        ANY::AnyMask, DIFFERS::Differs, EVERYWHERE::Everywhere, JOIN::JoinMasks, OF_STEPS::StepMask,
        PASSED::PassedMask, SPEC::Masking,
    };
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use nalgebra::SMatrix;

    /// Whether a position counts.
    fn counts<T: Scalar>(x: &[T], mask_value: f64) -> bool {
        let value = T::of(mask_value);
        x.iter().any(|&x| x != value)
    }

    impl<T: Scalar + Element, const F: usize, const P: usize> Layer<T, SMatrix<T, F, P>> for Masking {
        type Output = SMatrix<T, F, P>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();
        const WORK: Work = Work::BySample(0);

        fn forward<B: Storage>(
            &self,
            _: &(),
            x: &[SMatrix<T, F, P>],
            y: &mut [SMatrix<T, F, P>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
            // y[t] = m[t] · x[t]
            for (x, y) in flat(x).chunks_exact(F).zip(flat_mut(y).chunks_exact_mut(F)) {
                if counts(x, self.mask_value) {
                    y.copy_from_slice(x);
                } else {
                    y.fill(T::ZERO);
                }
            }
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            x: &[SMatrix<T, F, P>],
            _: &[SMatrix<T, F, P>],
            dy: &[SMatrix<T, F, P>],
            _: Memory<'_, T, ()>,
            dx: Option<&mut [SMatrix<T, F, P>]>,
            _: Option<&mut ()>,
        ) {
            // y[t] = m[t] · x[t], so dx[t] += m[t] · dy[t]
            let Some(dx) = dx else { return };
            let positions = flat(x).chunks_exact(F).zip(flat(dy).chunks_exact(F)).zip(flat_mut(dx).chunks_exact_mut(F));
            for ((x, dy), dx) in positions {
                if counts(x, self.mask_value) {
                    dx.iter_mut().zip(dy).for_each(|(dx, &dy)| *dx += dy);
                }
            }
        }
    }

    impl<T: Scalar + Element, const F: usize, const P: usize, const R: usize, const C: usize> Layer<T, SMatrix<T, F, P>>
        for Differs<R, C>
    {
        type Output = SMatrix<u32, R, C>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();
        const WORK: Work = Work::BySample(0);

        fn forward<B: Storage>(
            &self,
            _: &(),
            x: &[SMatrix<T, F, P>],
            m: &mut [SMatrix<u32, R, C>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
            const { assert!(R * C == P, "a number for each position") }
            for (x, m) in flat(x).chunks_exact(F).zip(flat_mut(m)) {
                *m = u32::from(counts(x, self.mask_value));
            }
        }

        /// A mask has no gradient.
        fn backward<B: Storage>(
            &self,
            _: &(),
            _: &[SMatrix<T, F, P>],
            _: &[SMatrix<u32, R, C>],
            _: &[SMatrix<u32, R, C>],
            _: Memory<'_, T, ()>,
            _: Option<&mut [SMatrix<T, F, P>]>,
            _: Option<&mut ()>,
        ) {
        }
    }
}

#[cfg(all(test, feature = "compute"))]
mod checks;
#[cfg(test)]
mod tests;
