//! [`Program`]: the steps of one form of a model.

use super::memory::Arena;
use crate::graph::{Graph, LayerId, TensorId};
use crate::source::ExprId;
use nn_core::spec::Dtype;

/// The number of a call in its graph.
pub(crate) type CallId = usize;

/// Which passes a program has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Form {
    /// A prediction. Activations that are not alive at the same time share memory.
    Predict,
    /// A training step. Every activation is kept.
    Train,
    /// A training step whose first layers never learn: there it has no gradients, and activations share memory.
    TrainTail,
}

/// The steps of one form of a model, and the memory that they use.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Program {
    pub(crate) form: Form,
    /// The blocks of memory that tensors share. An [`ArenaId`] is an index of these.
    pub(crate) arenas: Vec<Arena>,
    /// The fields of the memory, in order.
    pub(crate) fields: Vec<Field>,
    pub(crate) forward: Vec<Step>,
    /// What is set before the backward steps.
    pub(crate) seeds: Vec<Seed>,
    /// The backward pass, the last call first.
    pub(crate) backward: Vec<Back>,
    /// Whether a backward step depends on the gradients of inputs that the caller asks for.
    pub(crate) asks: bool,
    /// For each output of the model.
    pub(crate) ends: Vec<End>,
    /// The calls whose layers find a penalty on activations.
    pub(crate) penalties: Vec<CallId>,
    /// The calls whose layers move a running state.
    pub(crate) updates: Vec<CallId>,
    /// The calls that touch rows of tables, with the indices that they read.
    pub(crate) touched: Vec<(CallId, Vec<Option<Read>>)>,
}

impl Program {
    /// Whether the memory holds the model's scalars. It may hold masks alone.
    pub(crate) fn has_scalars(&self, graph: &Graph) -> bool {
        self.fields.iter().any(|field| match *field {
            Field::Tensor(tensor) | Field::Gradient(tensor) => graph.tensors[tensor].dtype == Dtype::Float,
            Field::Arena(arena) => self.arenas[arena].dtype == Dtype::Float,
            // Its type is that of a layer of the scalar.
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
    /// What the layer of a call keeps for itself.
    Layer(CallId),
}

/// A tensor, and where it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Read {
    pub(crate) tensor: TensorId,
    pub(crate) place: Place,
}

/// A mask, and where it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct MaskRead {
    pub(crate) read: Read,
    /// The constant that says whether it exists.
    pub(crate) exists_if: Option<ExprId>,
}

/// Where a tensor is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Place {
    /// Input `i` of the model: the caller's `x`.
    Input(usize),
    /// Output `i` of the model: the caller's `y`.
    Output(usize),
    /// A field of its own, which has the name of this tensor.
    Own(TensorId),
    /// Number `index` of a block that tensors and workspaces share.
    Shared { arena: ArenaId, index: usize },
    /// Input `i` of the model, with another shape or none.
    View(usize),
}

/// A step of a forward pass.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// A layer computes its outputs.
    Call(Call),
    /// An activation in the place of its input.
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
    /// The call of the activation that it computes where it writes its output.
    pub(crate) then: Option<CallId>,
    /// Whether the layer has memory of its own in this pass.
    pub(crate) memory: bool,
    /// The memory that the call has for itself.
    pub(crate) workspace: Option<Place>,
    pub(crate) mode: Mode,
    /// Whether the types of its inputs do not follow from the type of the layer.
    pub(crate) any_inputs: bool,
}

/// How a layer learns from a pass.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mode {
    /// It is a prediction.
    Predicts,
    /// It learns, or has nothing to learn.
    Learns,
    /// It never learns.
    Frozen,
    /// It may be frozen at run time, by the flag of this layer.
    Flagged(LayerId),
}

/// How a gradient starts before the backward steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Seed {
    /// At zero.
    Clear(TensorId),
    /// At what the caller gives for output `i`, which is also read inside.
    Copy(TensorId, usize),
}

/// A step of a backward pass.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Back {
    pub(crate) call: CallId,
    /// The step is made if the caller asks for the gradient of one of these inputs; `None` if always.
    pub(crate) if_asked: Option<Vec<usize>>,
    pub(crate) does: Does,
}

/// What a backward step does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Does {
    /// An activation in place: `y` is its output, and its gradient becomes that of its input.
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
    /// For outputs of the model that are outputs of a model inside: both places. Whether they have logits is for that
    /// one to say.
    pub(crate) inside_heads: Vec<(usize, usize)>,
    /// For a head: the output, and the tensor of its logits. The loss may have given the gradient of these.
    pub(crate) head: Option<(usize, TensorId)>,
    pub(crate) any_inputs: bool,
}

/// Where the gradient of an output of a call is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Incoming {
    /// It is the caller's, for output `i`.
    Caller(usize),
    /// It has memory of its own.
    Own(TensorId),
}

/// Where the gradient of an input of a call is added.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outgoing {
    /// Nobody wants it.
    Nowhere,
    /// It is the caller's, for input `i`, if it asks for it.
    Caller(usize),
    /// It has memory of its own.
    Own(TensorId),
    /// The same, if the caller asks for the gradient of one of these inputs.
    OwnIfAsked(TensorId, Vec<usize>),
}

/// What is known of an output of the model after a pass.
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
    /// The input of the head, which this call is.
    Of(CallId, Read),
    /// Output `k` of a model inside, which this call is.
    Inside(CallId, usize),
}

/// The mask of an output.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mask {
    /// A tensor.
    Of(MaskRead),
    /// A tensor, or else this one, if it does not exist.
    Either(MaskRead, Box<Mask>),
    /// That of output `k` of a model inside, which this call is. Inputs that it cannot be asked with are missing.
    Inside(CallId, usize, Vec<Option<Read>>),
}
