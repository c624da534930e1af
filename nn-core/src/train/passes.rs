//! [`Passes`]: the passes of a training step over a batch, and [`step`]: the order of its parts.

use crate::layer::model::{Graph, Model};
use crate::layer::{Memory, Mode, Pass, Train};
use crate::spec::MAX_INPUTS;
use crate::tensor::Tensors;
use crate::tensor::storage::{Buffer, Storage};
use crate::train::losses::{LogitMask, Losses, Weighting};

/// A batch of the inputs of a model.
type X<'a, M> = <<M as Model>::Inputs as Tensors>::Batch<'a>;

/// The passes of a training step over a batch, or over a part of one, and the memory between them.
///
/// `fit` has it on the heap, and a [`Trainer`](crate::train::trainer::Trainer) in itself. A
/// [`Tape`](crate::train::tape::Tape) has it for a graph `G` that also computes the gradients of the inputs. All
/// methods expect the same `n` samples `x`.
pub struct Passes<M: Model, B: Storage, G: GraphOf<M> = <M as Model>::Training> {
    y: <M::Outputs as Tensors>::Buffers<B>,
    dy: <M::Outputs as Tensors>::Buffers<B>,
    /// The memory of the graph.
    pub cache: G::Cache<B>,
}

/// A graph of the model `M`: [`Model::Graph`] or [`Model::Training`].
pub trait GraphOf<M: Model>: Graph<M::Scalar, M::Inputs, Output = M::Outputs, Weights = M> {}

impl<M: Model, G: Graph<M::Scalar, M::Inputs, Output = M::Outputs, Weights = M>> GraphOf<M> for G {}

impl<M: Model, B: Storage, G: GraphOf<M>> Passes<M, B, G> {
    /// Zeroed memory with the capacity of an [`Inline`](crate::Inline) storage, as a constant.
    pub const ZEROED: Self = Passes { y: Buffer::ZEROED, dy: Buffer::ZEROED, cache: Buffer::ZEROED };

    /// Creates the memory for batches of up to `capacity` samples.
    pub fn new(capacity: usize) -> Self {
        Passes {
            y: Buffer::with_capacity(capacity),
            dy: Buffer::with_capacity(capacity),
            cache: Buffer::with_capacity(capacity),
        }
    }

    /// Returns the predictions of the forward pass.
    pub fn predictions(&self, n: usize) -> <M::Outputs as Tensors>::Batch<'_> {
        M::Outputs::batch::<B>(&self.y, n)
    }

    /// Returns the masks of the outputs, after the forward pass.
    pub fn masks<'a, 'x: 'a>(&'a self, x: X<'x, M>, n: usize) -> [Option<&'a [u32]>; MAX_INPUTS] {
        masks::<M>(|output| G::training_mask::<B>(M::Inputs::shorter(x), &self.cache, n, output))
    }

    /// Runs the forward pass.
    pub fn forward(&mut self, model: &M, x: X<'_, M>, n: usize, mode: Mode<'_, '_>) {
        let y = M::Outputs::batch_mut::<B>(&mut self.y, n);
        G::NEW.forward::<B>(model, x, y, Pass::training(&mut self.cache, mode));
    }

    /// Computes the loss of each output, and its gradient. The masks of `weighting` are replaced by the outputs'
    /// masks.
    pub fn judge<L: Losses<M::Outputs>>(
        &mut self,
        losses: &L,
        x: X<'_, M>,
        targets: <L::Targets as Tensors>::Batch<'_>,
        n: usize,
        weighting: Weighting<'_>,
        values: &mut [f64],
    ) -> LogitMask {
        let Passes { y, dy, cache } = self;
        M::Outputs::clear(M::Outputs::batch_mut::<B>(dy, n));
        let masks = masks::<M>(|output| G::training_mask::<B>(M::Inputs::shorter(x), cache, n, output));
        // Without masks, the compiler sees that and removes their code.
        let masks: &[_] = if masks.iter().any(Option::is_some) { &masks } else { &[] };
        losses.evaluate(
            targets,
            M::Outputs::batch::<B>(y, n),
            G::training_logits::<B>(cache, n),
            G::HEADS,
            Weighting { masks, ..weighting },
            Some(M::Outputs::batch_mut::<B>(dy, n)),
            values,
        )
    }

    /// Returns the predictions, and the places of their gradients, which are zero.
    pub fn both(&mut self, n: usize) -> (<M::Outputs as Tensors>::Batch<'_>, <M::Outputs as Tensors>::BatchMut<'_>) {
        let Passes { y, dy, .. } = self;
        M::Outputs::clear(M::Outputs::batch_mut::<B>(dy, n));
        (M::Outputs::batch::<B>(y, n), M::Outputs::batch_mut::<B>(dy, n))
    }

    /// Runs the backward pass from any gradient `dy` of the outputs: adds the wanted gradients to `dx` and `dw`.
    pub fn backward_of(
        &mut self,
        model: &M,
        x: X<'_, M>,
        n: usize,
        dy: <M::Outputs as Tensors>::Batch<'_>,
        dx: <M::Inputs as Tensors>::Gradients<'_>,
        dw: Option<&mut M>,
    ) {
        let Passes { y, cache, .. } = self;
        G::NEW.backward::<B>(model, x, M::Outputs::batch::<B>(y, n), dy, Memory::new(cache), dx, dw);
    }

    /// Runs the backward pass: adds the gradient to `dw`, without the gradients of the inputs.
    pub fn backward(&mut self, model: &M, x: X<'_, M>, n: usize, logit_mask: LogitMask, dw: &mut M) {
        let Passes { y, dy, cache } = self;
        let (y, dy) = (M::Outputs::batch::<B>(y, n), M::Outputs::batch::<B>(dy, n));
        G::NEW.backward_from::<B>(logit_mask, model, x, y, dy, Memory::new(cache), M::Inputs::no_gradients(), Some(dw));
    }
}

/// The parts of a training step: the gradient of a batch, and the optimizer's changes.
pub trait Step<M: Model> {
    /// The storage of the batch's passes.
    type Storage: Storage;
    /// The graph of the passes.
    type Graph: GraphOf<M>;

    /// Runs forward, losses and backward, and keeps the gradient of the batch.
    fn pass(&mut self, model: &M);
    /// Returns the gradient of the batch.
    fn gradient(&mut self) -> &mut M;
    /// Returns the passes if the batch was computed as a whole. Layers that allow parts have no running state and no
    /// penalty on activations.
    fn whole(&self) -> Option<&Passes<M, Self::Storage, Self::Graph>>;
    /// Clips the gradient and moves the weights: decay, the optimizer's formula, averages.
    fn apply(&mut self, model: &mut M);
    /// Moves the weights into their bounds.
    fn constrain(&mut self, model: &mut M);
}

/// Takes one training step, in Keras's order. Returns the penalties.
#[inline]
pub fn step<M: Model, S: Step<M>>(model: &mut M, on: &mut S) -> M::Scalar {
    on.pass(model);
    let mut penalty = M::Training::NEW.regularize(model, Some(on.gradient()));
    if let Some(passes) = on.whole() {
        penalty += S::Graph::NEW.training_activity::<S::Storage>(&passes.cache);
        S::Graph::NEW.update::<S::Storage>(model, &passes.cache);
    }
    on.apply(model);
    on.constrain(model);
    penalty
}

/// Returns the mask of each output that has one.
pub fn masks<'a, M: Model>(mask: impl Fn(usize) -> Option<&'a [u32]>) -> [Option<&'a [u32]>; MAX_INPUTS] {
    let mut masks = [None; MAX_INPUTS];
    for (output, found) in masks.iter_mut().enumerate().take(M::Outputs::COUNT) {
        *found = mask(output);
    }
    masks
}
