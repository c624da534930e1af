//! [`Program`]: the steps of one form of a model.

use super::memory::Arena;
use crate::graph::{Graph, LayerId, TensorId};
use crate::source::ExprId;
use nn_core::spec::Dtype;

/// The index of a call in its graph.
pub(crate) type CallId = usize;

/// The kind of a program.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Form {
    /// A prediction. Activations that are not alive at the same time share memory.
    Predict,
    /// A training step. Every activation is kept.
    Train,
    /// A training step whose first layers never learn. They have no gradients, and their activations share memory.
    TrainTail,
}

/// The steps of one form of a model, and their memory.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Program {
    pub(crate) form: Form,
    /// The blocks of memory that tensors share, by [`ArenaId`].
    pub(crate) arenas: Vec<Arena>,
    /// The fields of the memory, in order.
    pub(crate) fields: Vec<Field>,
    pub(crate) forward: Vec<Step>,
    /// The gradients to set before the backward steps.
    pub(crate) seeds: Vec<Seed>,
    /// The backward pass, the last call first.
    pub(crate) backward: Vec<Back>,
    /// Whether a backward step depends on the input gradients that the caller asks for.
    pub(crate) asks: bool,
    /// One entry for each output of the model.
    pub(crate) ends: Vec<End>,
    /// The calls whose layers have a penalty on activations.
    pub(crate) penalties: Vec<CallId>,
    /// The calls whose layers move a running state.
    pub(crate) updates: Vec<CallId>,
    /// The calls that touch rows of tables, with the indices that they read.
    pub(crate) touched: Vec<(CallId, Vec<Option<Read>>)>,
}

impl Program {
    /// Whether the memory holds scalars of the model. It may hold only masks.
    pub(crate) fn has_scalars(&self, graph: &Graph) -> bool {
        self.fields.iter().any(|field| match *field {
            Field::Tensor(tensor) | Field::Gradient(tensor) => graph.tensors[tensor].dtype == Dtype::Float,
            Field::Arena(arena) => self.arenas[arena].dtype == Dtype::Float,
            // Its type belongs to a layer over the scalar.
            Field::Layer(_) => true,
        })
    }
}

/// The index of a block of shared memory.
pub(crate) type ArenaId = usize;

/// A field of the memory of a pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Field {
    /// A tensor with memory of its own.
    Tensor(TensorId),
    /// The gradient of a tensor.
    Gradient(TensorId),
    /// A block that tensors share.
    Arena(ArenaId),
    /// The layer's own memory for a call.
    Layer(CallId),
}

/// A tensor and its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Read {
    pub(crate) tensor: TensorId,
    pub(crate) place: Place,
}

/// A mask and its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct MaskRead {
    pub(crate) read: Read,
    /// The constant that tells whether it exists.
    pub(crate) exists_if: Option<ExprId>,
}

/// The place of a tensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Place {
    /// Input `i` of the model: the caller's `x`.
    Input(usize),
    /// Output `i` of the model: the caller's `y`.
    Output(usize),
    /// Its own field, with the name of this tensor.
    Own(TensorId),
    /// Part `index` of a block that tensors and workspaces share.
    Shared { arena: ArenaId, index: usize },
    /// Input `i` of the model, perhaps with another shape.
    View(usize),
}

/// A step of a forward pass.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// A layer computes its outputs.
    Call(Call),
    /// An activation computes in the place of its input.
    InPlace(CallId, Read),
}

/// A call of a layer in a forward pass.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    pub(crate) call: CallId,
    /// The layer whose weights it computes with.
    pub(crate) weights: Option<LayerId>,
    pub(crate) reads: Vec<Read>,
    /// The masks of the inputs, one entry for each; empty if it reads none.
    pub(crate) masks: Vec<Option<MaskRead>>,
    pub(crate) writes: Vec<Read>,
    /// The call of the activation that it computes in the place of its output.
    pub(crate) then: Option<CallId>,
    /// Whether the layer has memory of its own in this pass.
    pub(crate) memory: bool,
    /// The place of the call's own workspace.
    pub(crate) workspace: Option<Place>,
    pub(crate) mode: Mode,
    /// Whether the types of its inputs do not follow from the type of the layer.
    pub(crate) any_inputs: bool,
}

/// The way a layer learns from a pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mode {
    /// The pass is a prediction.
    Predicts,
    /// It learns, or has nothing to learn.
    Learns,
    /// It never learns.
    Frozen,
    /// The flag of this layer may freeze it at run time.
    Flagged(LayerId),
}

/// The start of a gradient before the backward steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Seed {
    /// At zero.
    Clear(TensorId),
    /// At the caller's gradient for output `i`, which is also read inside.
    Copy(TensorId, usize),
}

/// A step of a backward pass.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Back {
    pub(crate) call: CallId,
    /// The step runs if the caller asks for the gradient of one of these inputs; `None` if it always runs.
    pub(crate) if_asked: Option<Vec<usize>>,
    pub(crate) does: Does,
}

/// The work of a backward step.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Does {
    /// An activation in place: `y` is its output, and the gradient of the output becomes the input's.
    InPlace { y: Read, gradient: TensorId },
    /// A layer adds to the gradients of its inputs and weights.
    Call(Box<BackCall>),
}

/// A call of a layer in a backward pass.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BackCall {
    pub(crate) weights: Option<LayerId>,
    pub(crate) x: Vec<Read>,
    /// The masks of the inputs, one entry for each; empty if it reads none.
    pub(crate) masks: Vec<Option<MaskRead>>,
    pub(crate) y: Vec<Read>,
    pub(crate) dy: Vec<Incoming>,
    pub(crate) memory: bool,
    pub(crate) workspace: Option<Place>,
    pub(crate) dx: Vec<Outgoing>,
    /// Whether the weights learn.
    pub(crate) learns: bool,
    /// Outputs of the model that are outputs of an inner model: both indices. Only the inner model knows whether they
    /// have logits.
    pub(crate) inside_heads: Vec<(usize, usize)>,
    /// For a head: the output, and the tensor of its logits. The loss may have given the gradient of the logits.
    pub(crate) head: Option<(usize, TensorId)>,
    pub(crate) any_inputs: bool,
}

/// The place of the gradient of a call's output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Incoming {
    /// In the caller's memory, for output `i`.
    Caller(usize),
    /// In memory of its own.
    Own(TensorId),
}

/// The place that a call adds the gradient of an input to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outgoing {
    /// Nobody wants it.
    Nowhere,
    /// In the caller's memory, for input `i`, if the caller asks for it.
    Caller(usize),
    /// In memory of its own.
    Own(TensorId),
    /// The same, if the caller asks for the gradient of one of these inputs.
    OwnIfAsked(TensorId, Vec<usize>),
}

/// The facts about an output of the model after a pass.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct End {
    pub(crate) logits: Logits,
    pub(crate) mask: Option<Mask>,
}

/// The logits of an output.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Logits {
    /// It has none.
    Nothing,
    /// The input of the head, which is this call.
    Of(CallId, Read),
    /// The logits of output `k` of an inner model, which is this call.
    Inside(CallId, usize),
}

/// The mask of an output.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mask {
    /// A tensor.
    Of(MaskRead),
    /// A tensor, or this one if the tensor does not exist.
    Either(MaskRead, Box<Mask>),
    /// The mask of output `k` of an inner model, which is this call. `None` stands for an input that is no longer in
    /// memory.
    Inside(CallId, usize, Vec<Option<Read>>),
}
