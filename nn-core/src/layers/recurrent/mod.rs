//! The common code of the recurrent layers (`SimpleRNN`, `LSTM`, `GRU`, `RNN`), without their cells.
//!
//! At each step of a sequence, a cell makes a new state from the step and the previous state. The files here provide
//! the rest:
//!
//! - the shape rule below;
//! - the tensors that a layer is called on ([`Sequence`]);
//! - its memory;
//! - the walk over the steps, which [`Recurrent`] runs in either direction;
//! - products with a factor for each gate.
//!
//! Source: `rnn`, <https://github.com/keras-team/keras/blob/master/keras/src/backend/tensorflow/rnn.py>

use crate::spec::Inferred;
use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;

/// The arguments that the shape rules read. For arguments that an error may blame, the first number is the place.
pub(super) struct Arguments {
    pub(super) units: usize,
    pub(super) rates: [(usize, Option<f64>); 2],
    pub(super) return_sequences: bool,
    pub(super) return_state: bool,
    pub(super) stateful: (usize, bool),
}

/// Returns the [`Arguments`] of a page.
macro_rules! arguments {
    ($args:ident) => {
        $crate::layers::recurrent::Arguments {
            units: $args.units(),
            rates: [(arg::dropout, $args.dropout()), (arg::recurrent_dropout, $args.recurrent_dropout())],
            return_sequences: $args.return_sequences(),
            return_state: $args.return_state(),
            stateful: (arg::stateful, $args.stateful()),
        }
    };
}
pub(super) use arguments;

/// The sizes from which the constants of all three types are made.
pub(super) struct Constants {
    /// `F`: features of a step.
    pub(super) features: usize,
    /// `U`: scalars of a state.
    pub(super) units: usize,
    /// `P`: columns of the output.
    pub(super) positions: usize,
    /// `STATE`: 1 if the last states are outputs.
    pub(super) state: usize,
    /// `D`: `F` if the input may have dropout, else 0.
    pub(super) dropped: usize,
}

/// Returns the sizes for inputs `(steps, features)` and none or all of the initial states, each `(units,)`.
pub(super) const fn sizes(args: &Arguments, inputs: &[Shape], states: usize) -> Result<Constants, ShapeError> {
    let (units, x) = (args.units, inputs[0]);
    if x.rank() != 2 {
        return Err(no_sequence(&x));
    }
    if inputs.len() != 1 && inputs.len() != 1 + states {
        let message = Text::new().str("expected an initial state of ").size(states);
        let message = message.str(if states == 1 { " tensor, `[h]`" } else { " tensors, `[h, c]`" });
        return Err(ShapeError::input(Code::InputCount, 1, message.str(", but got ").size(inputs.len() - 1)));
    }
    let (state, mut i) = (Shape::new(&[units]), 1);
    while i < inputs.len() {
        if !inputs[i].equals(&state) {
            let message = Text::new().str("expected an initial state of shape ").shape(&state);
            return Err(ShapeError::input(Code::ShapeMismatch, i, message.str(", but got ").shape(&inputs[i])));
        }
        i += 1;
    }
    i = 0;
    while i < args.rates.len() {
        if let (place, Some(rate)) = args.rates[i]
            && !(rate >= 0.0 && rate <= 1.0)
        {
            return Err(ShapeError::argument(Code::OutOfRange, place, Text::new().str("expected a rate from 0 to 1")));
        }
        i += 1;
    }
    if let (place, true) = args.stateful {
        let message =
            Text::new().str("a layer keeps no state between calls: `return_state = true` gives the last state, ");
        let message = message.str("`initial_state` takes it, and `step` of the weights goes on one step at a time");
        return Err(ShapeError::argument(Code::Unsupported, place, message));
    }
    let none = matches!(args.rates[0].1, Some(rate) if rate == 0.0);
    Ok(Constants {
        features: x.dim(1),
        units,
        positions: if args.return_sequences { x.dim(0) } else { 1 },
        state: args.return_state as usize,
        dropped: if none { 0 } else { x.dim(1) },
    })
}

/// Returns the error of an input that is not a sequence.
pub(super) const fn no_sequence(x: &Shape) -> ShapeError {
    let message = Text::new().str("expected a sequence of shape (steps, features), but got ").shape(x);
    let advice = if x.rank() < 2 {
        "; `Reshape((steps, features))` or `RepeatVector(steps)` before it makes one"
    } else {
        "; `TimeDistributed(Flatten())` before it makes a vector of each step"
    };
    ShapeError::input(Code::WrongRank, 0, message.str(advice))
}

/// Returns the outputs: the states of all steps, or the last state; then, if requested, the last states.
pub(super) const fn outputs(args: &Arguments, inputs: &[Shape], states: usize, consts: &[usize]) -> Inferred {
    let state = Shape::new(&[args.units]);
    let y = if args.return_sequences { inputs[0].with_last(args.units) } else { state };
    match (args.return_state, states) {
        (false, _) => Inferred::new(y, consts),
        (true, 1) => Inferred::many(&[y, state], consts),
        (true, _) => Inferred::many(&[y, state, state], consts),
    }
}

#[cfg(feature = "compute")]
pub(super) mod cell;
#[cfg(all(test, feature = "compute"))]
pub(super) mod checks;
#[cfg(feature = "compute")]
pub(super) mod memory;
#[cfg(feature = "compute")]
pub(super) mod products;
pub mod projected;
#[cfg(feature = "compute")]
pub(super) mod run;
#[cfg(feature = "compute")]
pub(super) mod sequence;
#[cfg(feature = "compute")]
pub(super) mod sizes;
#[cfg(feature = "compute")]
pub(super) mod steps;
pub mod stepwise;
#[cfg(feature = "compute")]
pub(super) mod view;
#[cfg(feature = "compute")]
pub(super) mod walk;
#[cfg(feature = "compute")]
pub(super) mod weights;

#[cfg(feature = "compute")]
pub use crate::kernels::Simd;

#[cfg(feature = "compute")]
pub use self::{
    cell::{AllSteps, Cell, Options, Step, StepBack, state_shape},
    memory::{Cache, Kept, Scratch},
    products::Factors,
    projected::compute::FromGates,
    run::Recurrent,
    sequence::{Sequence, SequenceGradients, SequenceParts},
    sizes::{One, Outputs, Returns, Run, Size, Sizes, States, Two},
    view::{Counts, View},
};
