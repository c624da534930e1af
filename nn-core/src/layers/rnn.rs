//! RNN: a recurrent layer around a cell of a user's own.
//!
//! ```text
//! (h', c') = cell(x[t], h, c)        for each step t, forwards or backwards
//! ```
//!
//! The cell is a type that implements [`Cell`](super::recurrent::Cell), with a gradient written by hand. The walk over the steps,
//! masks and initial states are those of all recurrent layers: [`recurrent`].
//!
//! Shapes: input `(steps, features)`, output `(units,)`, or `(steps, units)` with `return_sequences`, and with `return_state`
//! also the last states, each `(units,)`.
//!
//! Source: <https://keras.io/api/layers/recurrent_layers/rnn/>

use super::recurrent::{self, Places};
use crate::code::Code;
use crate::shape::{Shape, ShapeError};
use crate::spec::{ArgSpec, Arity, Inferred, LayerSpec, Masking, Value, rule};
use crate::text::Text;

/// `RNN(cell, return_sequences, return_state, go_backwards, stateful, unroll, zero_output_for_mask)`
pub const SPEC: LayerSpec = LayerSpec {
    name: "RNN",
    module: "rnn",
    args: &[
        ArgSpec { name: "cell", ..ArgSpec::layer() },
        ArgSpec::flag("return_sequences", false),
        ArgSpec::flag("return_state", false),
        ArgSpec::flag("go_backwards", false),
        ArgSpec::flag("stateful", false),
        ArgSpec::flag("unroll", false),
        ArgSpec::flag("zero_output_for_mask", false),
    ],
    inputs: Arity { min: 1, max: 3 },
    call_keywords: &["initial_state"],
    masking: Masking::Reads { passes: Some(PLACES.returns), both: None },
    consts: 4,
    has_cache: true,
    has_scratch: true,
    infer: rule!(infer),
    inner: Some(rule!(inner)),
    ..LayerSpec::BASE
};

const PLACES: Places = Places { dropout: None, returns: 1 };

/// What the shape rule of the cell sees: one step, and its share of the initial states.
pub const fn inner(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let x = inputs[0];
    if x.rank() != 2 {
        return Err(recurrent::no_sequence(&x));
    }
    let mut step = [x; 3];
    step[0] = Shape::new(&[x.dim(1)]);
    let (mut i, count) = (1, 1 + (inputs.len() - 1) / 2);
    while i < count {
        step[i] = inputs[i];
        i += 1;
    }
    Ok(Inferred::many(step.split_at(count).0, &[]))
}

/// `(steps, features)`, with all initial states or without, to `(units,)` or `(steps, units)`, and the last states if asked for.
/// The cell gives the shape of its states: `(units,)`, or `(2, units)`. The type is `RNN<_, columns of the output, return_state,
/// go_backwards, zero_output_for_mask>`.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let cell = args[0].as_layer();
    let state = cell.output(0);
    // What the library has is found with constants.
    if !cell.consts().is_empty() || state.rank() == 0 || state.rank() > 2 {
        let message = Text::new().str("expected a cell: a type of yours that implements `nn::layers::recurrent::Cell`");
        return Err(ShapeError::argument(Code::LayerInside, 0, message));
    }
    let (units, states) = if state.rank() == 1 { (state.dim(0), 1) } else { (state.dim(1), 2) };
    let n = match recurrent::sizes(units, args, inputs, PLACES, states) {
        Ok(constants) => constants,
        Err(error) => return Err(error),
    };
    let consts = [n.positions, n.state, args[3].as_flag() as usize, args[6].as_flag() as usize];
    Ok(recurrent::outputs(units, args, inputs, PLACES, states, &consts))
}

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::layers::recurrent::{Cell, Options, Recurrent, Returns};

    /// The cell `C` as a recurrent layer.
    ///
    /// `P` is the number of steps with `return_sequences`, else 1; `STATE` is 1 with `return_state`, `BACKWARDS` with
    /// `go_backwards`, and `ZERO` with `zero_output_for_mask`.
    #[derive(Clone, Copy, Debug)]
    pub struct RNN<
        C: Cell,
        const P: usize = 1,
        const STATE: usize = 0,
        const BACKWARDS: usize = 0,
        const ZERO: usize = 0,
    > {
        /// The cell.
        pub cell: C,
    }

    impl<C: Cell, const P: usize, const STATE: usize, const BACKWARDS: usize, const ZERO: usize>
        RNN<C, P, STATE, BACKWARDS, ZERO>
    {
        /// Around a cell.
        pub const fn new(cell: C) -> Self {
            RNN { cell }
        }
    }

    impl<C: Cell, const P: usize, const STATE: usize, const BACKWARDS: usize, const ZERO: usize> Recurrent
        for RNN<C, P, STATE, BACKWARDS, ZERO>
    {
        type Cell = C;
        type Returns = Returns<C::Sizes, P, STATE>;

        fn cell(&self) -> &C {
            &self.cell
        }

        fn options(&self) -> Options {
            Options { dropout: 0.0, recurrent_dropout: 0.0, backwards: BACKWARDS == 1, zero_output: ZERO == 1 }
        }
    }
}
