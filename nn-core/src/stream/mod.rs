//! [`Stream`] and [`StreamState`]: a model that computes a sequence step by step.
//!
//! `#[nn(stream)]` on the struct of a model asks for them. A stream needs no heap, and cannot panic.

mod saved;

pub use saved::StreamError;

use crate::layer::State;
use crate::layer::model::Model;
use crate::tensor::Tensors;
use crate::train::data::OneOfEach;
use core::fmt;

/// A model that can be computed step by step: `model!` implements it for a struct with `#[nn(stream)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no stream",
    label = "has no stream",
    note = "write `#[nn(stream)]` on the struct of the model, in `model!`",
    note = "explained in nn::errors::nn0508"
)]
pub trait Streams: Model {
    /// One step of the inputs.
    type Step: Tensors;
    /// One step of the outputs: a sample, or the model's `…Outputs` struct. An output that does not come at every step
    /// is an `Option`.
    type StepOutputs;
    /// The numbers that the model keeps from one step to the next.
    #[doc(hidden)]
    type State: State;

    /// Computes the next step.
    #[doc(hidden)]
    fn next_step(&self, x: <Self::Step as Tensors>::Batch<'_>, state: &mut Self::State) -> Self::StepOutputs;
}

/// The state of a stream, without its model: a plain value that can be copied, kept in a `static`, and saved.
///
/// ```ignore
/// let mut state = StreamState::<Filter>::START;
/// let y = state.step(&filter, &x);
/// ```
pub struct StreamState<M: Streams>(M::State);

impl<M: Streams> StreamState<M> {
    /// The state before the first step, as a constant: for a `static`.
    pub const START: Self = StreamState(M::State::START);

    /// Returns the state before the first step.
    #[inline]
    pub const fn new() -> Self {
        Self::START
    }

    /// Computes the next step of the sequence: returns the outputs for one step of every input.
    ///
    /// `x` is a reference to a step, or a tuple of references for several inputs. A step is a sample as `call` takes
    /// it, without the axis of the steps: for `Input(shape = [100, 6])` it is an `SVector<f32, 6>` or a `[f32; 6]`.
    #[inline]
    pub fn step<'x>(&mut self, model: &M, x: impl OneOfEach<'x, M::Step>) -> M::StepOutputs {
        model.next_step(x.batches(), &mut self.0)
    }

    /// Goes back to the start of a sequence.
    #[inline]
    pub fn reset(&mut self) {
        *self = Self::START;
    }
}

impl<M: Streams> Clone for StreamState<M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Streams> Copy for StreamState<M> {}

impl<M: Streams> Default for StreamState<M> {
    fn default() -> Self {
        Self::START
    }
}

impl<M: Streams> fmt::Debug for StreamState<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StreamState<{}>({} bytes)", M::NAME, size_of::<Self>())
    }
}

/// Two states are equal if their saved bytes are.
#[cfg(feature = "alloc")]
impl<M: Streams> PartialEq for StreamState<M> {
    fn eq(&self, other: &Self) -> bool {
        self.to_bytes() == other.to_bytes()
    }
}

/// A model with the state of a stream: the result of [`Model::stream`].
pub struct Stream<'m, M: Streams> {
    model: &'m M,
    /// The state. It can be copied, and put into another stream of the same model.
    pub state: StreamState<M>,
}

impl<'m, M: Streams> Stream<'m, M> {
    /// Returns a stream at the start of a sequence.
    #[inline]
    pub const fn new(model: &'m M) -> Self {
        Stream { model, state: StreamState::START }
    }

    /// Computes the next step of the sequence: see [`StreamState::step`].
    #[inline]
    pub fn step<'x>(&mut self, x: impl OneOfEach<'x, M::Step>) -> M::StepOutputs {
        self.state.step(self.model, x)
    }

    /// Goes back to the start of a sequence.
    #[inline]
    pub fn reset(&mut self) {
        self.state.reset();
    }

    /// Returns the model.
    pub const fn model(&self) -> &'m M {
        self.model
    }
}

impl<M: Streams> Clone for Stream<'_, M> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Streams> Copy for Stream<'_, M> {}

impl<M: Streams> fmt::Debug for Stream<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stream<{}>({} bytes)", M::NAME, size_of::<StreamState<M>>())
    }
}
