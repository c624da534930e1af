//! RNN: a recurrent layer around a cell of your own: a type that implements [`Cell`](crate::layers::recurrent::Cell).
//!
//! ```text
//! (h', c') = cell(x[t], h, c)        for each step t, forwards or backwards
//! ```
//!
//! The cell is a type that implements [`Cell`](super::recurrent::Cell), with a hand-written gradient. The walk over
//! the steps, masks and initial states are the same for all recurrent layers: [`recurrent`].
//!
//! Shapes: input `(steps, features)`; output `(units,)`, or `(steps, units)` with `return_sequences`. `return_state`
//! adds the last states, each `(units,)`.
//!
//! Source: <https://keras.io/api/layers/recurrent_layers/rnn/>

use super::recurrent::{self, Arguments};
use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Arity, Inferred, LayerSpec, Masking, Value, layer, rule};

layer! {
    /// A recurrent layer around a cell of your own: a type that implements [`Cell`](crate::layers::recurrent::Cell).
    #[example = "let y = RNN(my::Cell(32))(x); // [20, 8] → the state of the cell"]
    /// `C` is the cell. `P` is the number of steps with `return_sequences`, else 1. `STATE` is 1 with `return_state`,
    /// `BACKWARDS` with `go_backwards`, and `ZERO` with `zero_output_for_mask`, else 0.
    pub struct RNN<P = 1, STATE = 0, BACKWARDS = 0, ZERO = 0> {
        /// The cell: a type of your own, with its arguments.
        pub cell: Layer<C>,
        /// Returns the outputs of all steps, not only the last one.
        return_sequences: Flag = false,
        /// Returns the last states as further outputs.
        return_state: Flag = false,
        /// Reads the steps from the last to the first.
        go_backwards: Flag = false,
        /// Must be `false`: a layer keeps no state between calls.
        stateful: Flag = false,
        /// Has no effect; accepted as in Keras.
        unroll: Flag = false,
        /// Returns zeros at masked steps, not the output of the step before.
        zero_output_for_mask: Flag = false,
    }

    pub const SPEC: LayerSpec {
        inputs: Arity { min: 1, max: 3 },
        call_keywords: &["initial_state"],
        masking: Masking::Reads { passes: Some(arg::return_sequences), both: None },
        has_cache: true,
        has_scratch: true,
        has_states: true,
        streaming: recurrent::stepwise::streaming(arg::return_sequences, arg::go_backwards),
        infer: rule!(infer),
        inner: Some(rule!(inner)),
    }

    impl Recurrent;
}

/// Returns the inputs of the cell's shape rule: one step, and its share of the initial states.
///
/// # Errors
/// If the input is not a sequence.
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

/// Maps `(steps, features)`, with or without all initial states, to `(units,)` or `(steps, units)`, and the last
/// states if requested. The cell gives the shape of its states: `(units,)`, or `(2, units)`.
///
/// The type is `RNN<_, columns of the output, return_state, go_backwards, zero_output_for_mask>`.
///
/// # Errors
/// If the layer inside is not a cell, an initial state has another shape, or for `stateful`.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let args = Args(args);
    let cell = args.cell();
    let state = cell.output(0);
    if !cell.is_users() || state.rank() == 0 || state.rank() > 2 {
        let message = Text::new().str("expected a cell: a type of yours that implements `nn::layers::recurrent::Cell`");
        return Err(ShapeError::argument(Code::LayerInside, arg::cell, message));
    }
    let (units, states) = if state.rank() == 1 { (state.dim(0), 1) } else { (state.dim(1), 2) };
    let asked = Arguments {
        units,
        rates: [(0, Some(0.0)); 2],
        return_sequences: args.return_sequences(),
        return_state: args.return_state(),
        stateful: (arg::stateful, args.stateful()),
    };
    let n = match recurrent::sizes(&asked, inputs, states) {
        Ok(constants) => constants,
        Err(error) => return Err(error),
    };
    let consts = Consts {
        P: n.positions,
        STATE: n.state,
        BACKWARDS: args.go_backwards() as usize,
        ZERO: args.zero_output_for_mask() as usize,
    };
    Ok(recurrent::outputs(&asked, inputs, states, &consts.list()))
}

#[cfg(feature = "compute")]
pub(super) mod compute {
    pub use super::SPEC::RNN;
    use crate::layers::recurrent::{Cell, Options, Recurrent, Returns};

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
