//! Masking: leaves out the steps of a sequence that hold nothing but `mask_value`.
//!
//! ```text
//! m[t] = 1 if x[t, f] ≠ mask_value for any f, else 0
//! y[t] = m[t] · x[t]
//!
//! dx[t] += m[t] · dy[t]
//! ```
//!
//! Shapes: output as input, `(.., features)`; `m` has one number for each position. The mask goes along with the output
//! through layers that keep its steps, to the recurrent layers and poolings that read it; see
//! [`Masking`](crate::spec::Masking).
//!
//! Source: <https://keras.io/api/layers/core_layers/masking/>

use super::merge;
use crate::code::Code;
use crate::shape::{Shape, ShapeError};
use crate::spec::{self, ArgSpec, Arity, Dtype, Inferred, LayerSpec, Value, rule};
use crate::text::Text;

/// `Masking(mask_value)`
pub const SPEC: LayerSpec = LayerSpec {
    name: "Masking",
    module: "masking",
    args: &[ArgSpec::float("mask_value", 0.0)],
    masking: spec::Masking::Makes { flag: None, by: &DIFFERS },
    infer: rule!(infer),
    ..LayerSpec::BASE
};

/// `m` alone: the mask that [`SPEC`] makes. A graph has no name for it.
pub const DIFFERS: LayerSpec = LayerSpec {
    name: "Differs",
    args: &[ArgSpec::float("mask_value", 0.0)],
    consts: 2,
    infer: rule!(positions),
    ..MASK
};

/// The mask of a tensor without one: all positions count. A graph has no name for it.
pub const EVERYWHERE: LayerSpec = LayerSpec { name: "Everywhere", consts: 2, infer: rule!(positions), ..MASK };

/// The mask of a merge: a step counts if it counts in any input. A graph has no name for it.
pub const ANY: LayerSpec =
    LayerSpec { name: "AnyMask", inputs: Arity::MANY, reads: Dtype::U32, consts: 6, infer: rule!(any), ..MASK };

/// The masks of tensors that are concatenated along an axis. A graph has no name for it.
pub const JOIN: LayerSpec = LayerSpec {
    name: "JoinMasks",
    args: &[ArgSpec::int("axis", -1)],
    inputs: Arity::MANY,
    reads: Dtype::U32,
    consts: 3,
    infer: rule!(join),
    ..MASK
};

/// The mask of what a layer made of each step, when it has other positions than the mask of the steps: a step counts if any position of
/// it does. It reads the mask and the output of the layer, of which it needs the shape. A graph has no name for it.
pub const OF_STEPS: LayerSpec =
    LayerSpec { name: "StepMask", inputs: Arity::TWO, reads: Dtype::Any, consts: 3, infer: rule!(of_steps), ..MASK };

/// What the layers that make masks have in common.
const MASK: LayerSpec = LayerSpec { module: "masking", writes: Dtype::U32, ..LayerSpec::BASE };

/// `x` where it counts, else 0. A graph has no name for it, nor for the next three.
pub const ZERO_ELSE: LayerSpec = LayerSpec { infer: rule!(zero_else), ..FILL };

/// `x` where it counts, else 1.
pub const ONE_ELSE: LayerSpec = LayerSpec { infer: rule!(one_else), ..FILL };

/// `x` where it counts, else -∞.
pub const LOWEST_ELSE: LayerSpec = LayerSpec { infer: rule!(lowest_else), ..FILL };

/// `x` where it counts, else ∞.
pub const HIGHEST_ELSE: LayerSpec = LayerSpec { infer: rule!(highest_else), ..FILL };

/// What these have in common.
const FILL: LayerSpec = LayerSpec {
    name: "Fill",
    module: "masking",
    masking: spec::Masking::Reads { passes: None, both: None },
    consts: 1,
    ..LayerSpec::BASE
};

/// The first input where it counts, else the second one, which may be repeated. A graph has no name for it.
pub const OR_ELSE: LayerSpec = LayerSpec {
    name: "OrElse",
    module: "masking",
    inputs: Arity::TWO,
    masking: spec::Masking::Reads { passes: None, both: None },
    consts: 6,
    infer: rule!(or_else),
    ..LayerSpec::BASE
};

/// The shape stays.
pub const fn infer(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    if inputs[0].rank() < 2 {
        let message = Text::new().str("expected a sequence of shape (steps, features), but got ").shape(&inputs[0]);
        return Err(ShapeError::input(Code::WrongRank, 0, message));
    }
    Ok(Inferred::new(inputs[0], &[]))
}

/// All axes but the last; the type is `Differs<rows, cols>`, of the matrix that holds a mask.
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

/// The shape of the mask of a tensor.
const fn positions_of(x: &Shape) -> Shape {
    Shape::new(x.dims().split_at(x.rank().saturating_sub(1)).0)
}

/// The shape to which all masks broadcast; the type is that of a merge. If they do not, the tensors do not either, and the rule of the
/// layer says so.
pub const fn any(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    match merge::infer(args, inputs) {
        Ok(inferred) => Ok(inferred),
        Err(_) => merge::infer(args, &[inputs[0]]),
    }
}

/// The type is `JoinMasks<rows, cols, outer>`: how many runs of each mask lie behind each other, or 0 if the tensors stand beside each
/// other along the last axis, which a mask does not have.
pub const fn join(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let first = inputs[0];
    // The tensors have one axis more. What is wrong with theirs says the rule of the layer.
    let tensor = Shape::new(&[1; crate::shape::MAX_RANK]);
    let tensor = Shape::new(
        tensor.dims().split_at(if first.rank() < tensor.rank() { first.rank() + 1 } else { tensor.rank() }).0,
    );
    let axis = match tensor.axis(args[0].as_int()) {
        Some(axis) if axis < first.rank() => axis,
        _ => return Ok(Inferred::new(first, &[first.rows(), first.cols(), 0])),
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
    Ok(Inferred::new(mask, &[mask.rows(), mask.cols(), outer]))
}

/// The positions of the second input; the type is `StepMask<rows, cols, steps>`, with 0 steps if the mask has the same positions.
pub const fn of_steps(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let mask = positions_of(&inputs[1]);
    let steps = if mask.equals(&inputs[0]) { 0 } else { mask.dim(0) };
    Ok(Inferred::new(mask, &[mask.rows(), mask.cols(), steps]))
}

/// The shape stays; the type is `Fill<0>`.
pub const fn zero_else(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    Ok(Inferred::new(inputs[0], &[0]))
}

/// The shape stays; the type is `Fill<1>`.
pub const fn one_else(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    Ok(Inferred::new(inputs[0], &[1]))
}

/// The shape stays; the type is `Fill<2>`.
pub const fn lowest_else(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    Ok(Inferred::new(inputs[0], &[2]))
}

/// The shape stays; the type is `Fill<3>`.
pub const fn highest_else(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    Ok(Inferred::new(inputs[0], &[3]))
}

/// The shape of the first input; the type is that of a merge of both.
pub const fn or_else(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    merge::infer(args, inputs)
}

#[cfg(feature = "compute")]
mod absent;
#[cfg(all(test, feature = "compute"))]
pub(super) mod checks;
#[cfg(feature = "compute")]
mod of_masks;

#[cfg(feature = "compute")]
pub(super) mod compute {
    pub use super::absent::{Fill, OrElse};
    pub use super::of_masks::{AnyMask, Everywhere, JoinMasks, StepMask};
    use crate::layer::{Layer, Pass, Work};
    use crate::scalar::Scalar;
    use crate::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use nalgebra::SMatrix;

    /// Leaves out the positions that hold nothing but `mask_value`.
    #[derive(Clone, Copy, Debug)]
    pub struct Masking {
        /// What a position that does not count is filled with; 0 by default.
        pub mask_value: f64,
    }

    impl Masking {
        /// Keras's default.
        pub const DEFAULT: Self = Masking { mask_value: 0.0 };
    }

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
            _: Pass<'_, '_, (), ()>,
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
            _: &mut (),
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

    /// The mask of [`Masking`], which is held by a matrix of `R` rows and `C` columns.
    #[derive(Clone, Copy, Debug)]
    pub struct Differs<const R: usize, const C: usize> {
        /// What a position that does not count is filled with; 0 by default.
        pub mask_value: f64,
    }

    impl<const R: usize, const C: usize> Differs<R, C> {
        /// Keras's default.
        pub const DEFAULT: Self = Differs { mask_value: 0.0 };
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
            _: Pass<'_, '_, (), ()>,
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
            _: &mut (),
            _: Option<&mut [SMatrix<T, F, P>]>,
            _: Option<&mut ()>,
        ) {
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::storage::Inline;
        use crate::testing::check_layer;
        use nalgebra::SVector;

        #[test]
        fn gradients() {
            check_layer::<SMatrix<f64, 5, 3>, _>(&Masking::DEFAULT);
        }

        #[test]
        fn positions_of_the_value_are_left_out() {
            // Three positions of two features; one of them holds the value only in part.
            let x = [SMatrix::<f32, 2, 3>::new(7., 7., 1., 7., 2., 3.)];
            let (mut y, mut m) = ([SMatrix::<f32, 2, 3>::repeat(9.)], [SVector::<u32, 3>::repeat(9)]);
            Masking { mask_value: 7. }.forward::<Inline<1>>(&(), &x, &mut y, Pass::Inference(&mut ()));
            Layer::<f32, SMatrix<f32, 2, 3>>::forward::<Inline<1>>(
                &Differs::<3, 1> { mask_value: 7. },
                &(),
                &x,
                &mut m,
                Pass::Inference(&mut ()),
            );
            assert_eq!(y, [SMatrix::<f32, 2, 3>::new(0., 7., 1., 0., 2., 3.)]);
            assert_eq!(m[0].as_slice(), [0, 1, 1]);
            let mut dx = [SMatrix::<f32, 2, 3>::repeat(1.)];
            let dy = [SMatrix::<f32, 2, 3>::repeat(2.)];
            Masking { mask_value: 7. }.backward::<Inline<1>>(&(), &x, &y, &dy, &mut (), Some(&mut dx), None);
            assert_eq!(dx[0].as_slice(), [1., 1., 3., 3., 3., 3.]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        let x = Shape::new(&[5, 3]);
        assert_eq!(infer(&[Value::Float(0.)], &[x]).unwrap().output(0), x);
        assert_eq!(positions(&[], &[x]).unwrap(), Inferred::new(Shape::new(&[5]), &[5, 1]));
        let mask = Shape::new(&[2, 5]);
        assert_eq!(positions(&[], &[Shape::new(&[2, 5, 3])]).unwrap(), Inferred::new(mask, &[5, 2]));
        assert!(infer(&[Value::Float(0.)], &[Shape::new(&[5])]).is_err());
        assert_eq!(any(&[], &[Shape::new(&[5]), Shape::new(&[1])]).unwrap().output(0), Shape::new(&[5]));
        assert_eq!(any(&[], &[Shape::new(&[5]), Shape::new(&[4])]).unwrap().output(0), Shape::new(&[5]));
    }

    #[test]
    fn masks_of_what_is_concatenated() {
        let along = |axis, masks: &[&[usize]]| {
            let masks: std::vec::Vec<Shape> = masks.iter().map(|dims| Shape::new(dims)).collect();
            join(&[Value::Int(axis)], &masks).unwrap()
        };
        for axis in [1, -2] {
            assert_eq!(along(axis, &[&[5], &[4]]), Inferred::new(Shape::new(&[9]), &[9, 1, 1]));
        }
        for axis in [2, -1] {
            assert_eq!(along(axis, &[&[5], &[5]]), Inferred::new(Shape::new(&[5]), &[5, 1, 0]));
        }
        assert_eq!(along(1, &[&[2, 5], &[3, 5]]), Inferred::new(Shape::new(&[5, 5]), &[5, 5, 1]));
        assert_eq!(along(2, &[&[2, 5], &[2, 4]]), Inferred::new(Shape::new(&[2, 9]), &[9, 2, 2]));
        assert_eq!(along(3, &[&[2, 5], &[2, 5]]), Inferred::new(Shape::new(&[2, 5]), &[5, 2, 0]));
    }

    #[test]
    fn masks_of_steps() {
        let of = |mask: &[usize], y: &[usize]| of_steps(&[], &[Shape::new(mask), Shape::new(y)]).unwrap();
        assert_eq!(of(&[3, 4], &[3, 2]), Inferred::new(Shape::new(&[3]), &[3, 1, 3]));
        assert_eq!(of(&[3], &[3, 2]), Inferred::new(Shape::new(&[3]), &[3, 1, 0]));
        assert_eq!(of(&[3], &[3, 2, 5]), Inferred::new(Shape::new(&[3, 2]), &[2, 3, 3]));
    }
}
