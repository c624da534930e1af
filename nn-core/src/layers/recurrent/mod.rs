//! What the recurrent layers (`SimpleRNN`, `LSTM`, `GRU`, `RNN`) share: all but the cell.
//!
//! A cell makes, at each step of a sequence, a new state of the step and the state before. The files here are what stands
//! around it: the shape rule below, the tensors that a layer is called on ([`Sequence`]), its memory, the walk over the
//! steps ([`Recurrent`] runs it in either direction), and products with a factor for each gate.
//!
//! Source: `rnn`, <https://github.com/keras-team/keras/blob/master/keras/src/backend/tensorflow/rnn.py>

use crate::code::Code;
use crate::shape::{Shape, ShapeError};
use crate::spec::{ArgSpec, Default, Inferred, Kind, Value};
use crate::text::Text;

/// Accepted as in Keras and not read: random numbers come from the training run, whose seed is an argument of `fit`.
pub(super) const SEED: ArgSpec = ArgSpec { name: "seed", kind: Kind::Int, default: Default::Layer, field: false };

/// Where the arguments stand that the shape rule reads.
pub(super) struct Places {
    /// `dropout`, of a layer that has it; `recurrent_dropout` is the next one.
    pub(super) dropout: Option<usize>,
    /// `return_sequences`, followed by `return_state`, `go_backwards` and `stateful`.
    pub(super) returns: usize,
}

/// What the constants of all three types are made of.
pub(super) struct Constants {
    /// `F`: features of a step.
    pub(super) features: usize,
    /// `U`: scalars of a state.
    pub(super) units: usize,
    /// `P`: columns of the output.
    pub(super) positions: usize,
    /// `STATE`: 1 if the last states are outputs.
    pub(super) state: usize,
    /// `D`: `F` if a part of the input may be dropped, else 0.
    pub(super) dropped: usize,
}

/// `(steps, features)`, and none or all of the initial states, each `(units,)`.
pub(super) const fn sizes(
    units: usize,
    args: &[Value],
    inputs: &[Shape],
    places: Places,
    states: usize,
) -> Result<Constants, ShapeError> {
    let x = inputs[0];
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
    let dropped = match places.dropout {
        Some(at) => match dropped(args, at, x.dim(1)) {
            Ok(dropped) => dropped,
            Err(error) => return Err(error),
        },
        None => 0,
    };
    if args[places.returns + 3].as_flag() {
        let message =
            Text::new().str("a layer keeps no state between calls: `return_state = true` gives the last state, ");
        let message = message.str("`initial_state` takes it, and `step` of the weights goes on one step at a time");
        return Err(ShapeError::argument(Code::Unsupported, places.returns + 3, message));
    }
    Ok(Constants {
        features: x.dim(1),
        units,
        positions: if args[places.returns].as_flag() { x.dim(0) } else { 1 },
        state: args[places.returns + 1].as_flag() as usize,
        dropped,
    })
}

/// The features, if a part of them may be dropped, else 0.
const fn dropped(args: &[Value], at: usize, features: usize) -> Result<usize, ShapeError> {
    let mut i = at;
    while i < at + 2 {
        if let Some(rate) = args[i].as_float()
            && !(rate >= 0.0 && rate <= 1.0)
        {
            return Err(ShapeError::argument(Code::OutOfRange, i, Text::new().str("expected a rate from 0 to 1")));
        }
        i += 1;
    }
    let none = matches!(args[at].as_float(), Some(rate) if rate == 0.0);
    Ok(if none { 0 } else { features })
}

/// That an input is no sequence.
pub(super) const fn no_sequence(x: &Shape) -> ShapeError {
    let message = Text::new().str("expected a sequence of shape (steps, features), but got ").shape(x);
    let advice = if x.rank() < 2 {
        "; `Reshape((steps, features))` or `RepeatVector(steps)` before it makes one"
    } else {
        "; `TimeDistributed(Flatten())` before it makes a vector of each step"
    };
    ShapeError::input(Code::WrongRank, 0, message.str(advice))
}

/// The outputs: the states of all steps, or the last one; then, if asked for, the last states.
pub(super) const fn outputs(
    units: usize,
    args: &[Value],
    inputs: &[Shape],
    places: Places,
    states: usize,
    consts: &[usize],
) -> Inferred {
    let state = Shape::new(&[units]);
    let y = if args[places.returns].as_flag() { inputs[0].with_last(units) } else { state };
    match (args[places.returns + 1].as_flag(), states) {
        (false, _) => Inferred::new(y, consts),
        (true, 1) => Inferred::many(&[y, state], consts),
        (true, _) => Inferred::many(&[y, state, state], consts),
    }
}

/// A layer with one field replaced, which changes its type. The fields that all three layers have are named here, the others
/// by the caller.
#[cfg(feature = "compute")]
macro_rules! replace {
    ($layer:ident, $from:ident, $new:ident, [$($field:ident),*]) => {
        $layer {
            $new,
            $($field: $from.$field,)*
            kernel_initializer: $from.kernel_initializer,
            recurrent_initializer: $from.recurrent_initializer,
            bias_initializer: $from.bias_initializer,
            kernel_regularizer: $from.kernel_regularizer,
            recurrent_regularizer: $from.recurrent_regularizer,
            bias_regularizer: $from.bias_regularizer,
            kernel_constraint: $from.kernel_constraint,
            recurrent_constraint: $from.recurrent_constraint,
            bias_constraint: $from.bias_constraint,
            dropout: $from.dropout,
            recurrent_dropout: $from.recurrent_dropout,
            go_backwards: $from.go_backwards,
            zero_output_for_mask: $from.zero_output_for_mask,
        }
    };
}
#[cfg(feature = "compute")]
pub(super) use replace;

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
#[cfg(feature = "compute")]
pub(super) mod walk;
#[cfg(feature = "compute")]
pub(super) mod weights;

#[cfg(feature = "compute")]
pub use crate::kernels::Machine;

#[cfg(feature = "compute")]
pub use self::{
    cell::{AllSteps, Cell, Counts, Options, Step, StepBack, View, state_shape},
    memory::{Cache, Kept, Scratch},
    products::Factors,
    projected::compute::FromGates,
    run::Recurrent,
    sequence::{PartGradients, Parts, Sequence},
    sizes::{One, Outputs, Returns, Run, Size, Sizes, States, Two},
};
