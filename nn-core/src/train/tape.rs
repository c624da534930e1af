//! [`Tape`]: the memory of a training step for a batch, from the forward to the backward pass.

use crate::layer::model::{Graph, Model};
use crate::layer::{Ends, Layer, Memory, Mode, Pass, Train};
use crate::spec::MAX_INPUTS;
use crate::tensor::Tensors;
use crate::tensor::storage::{Buffer, Storage};
use crate::train::losses::{LogitMask, Losses, Weighting};

/// A batch of the inputs of a model.
type X<'a, M> = <<M as Model>::Inputs as Tensors>::Batch<'a>;

/// The passes of a training step over a batch, or over a part of one, and the memory between them.
///
/// `fit` has it on the heap, a [`Trainer`](crate::train::trainer::Trainer) in itself. All methods expect the same `n`
/// samples `x`.
pub struct Tape<M: Model, B: Storage> {
    y: <M::Outputs as Tensors>::Buffers<B>,
    dy: <M::Outputs as Tensors>::Buffers<B>,
    /// The memory of the graph.
    pub cache: <M::Training as Layer<M::Scalar, M::Inputs>>::Cache<B>,
}

impl<M: Model, B: Storage> Tape<M, B> {
    /// A tape with the capacity of an [`Inline`](crate::Inline) storage, as a constant.
    pub const ZEROED: Self = Tape { y: Buffer::ZEROED, dy: Buffer::ZEROED, cache: Buffer::ZEROED };

    /// Creates a tape for batches of up to `capacity` samples.
    pub fn new(capacity: usize) -> Self {
        Tape {
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
        masks::<M>(|output| M::Training::training_mask::<B>(M::Inputs::shorter(x), &self.cache, n, output))
    }

    /// Runs the forward pass.
    pub fn forward(&mut self, model: &M, x: X<'_, M>, n: usize, mode: Mode<'_, '_>) {
        let y = M::Outputs::batch_mut::<B>(&mut self.y, n);
        M::Training::NEW.forward::<B>(model, x, y, Pass::training(&mut self.cache, mode));
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
        let Tape { y, dy, cache } = self;
        M::Outputs::clear(M::Outputs::batch_mut::<B>(dy, n));
        let masks = masks::<M>(|output| M::Training::training_mask::<B>(M::Inputs::shorter(x), cache, n, output));
        // Without masks, the compiler sees that and removes their code.
        let masks: &[_] = if masks.iter().any(Option::is_some) { &masks } else { &[] };
        losses.evaluate(
            targets,
            M::Outputs::batch::<B>(y, n),
            M::Training::training_logits::<B>(cache, n),
            M::Training::HEADS,
            Weighting { masks, ..weighting },
            Some(M::Outputs::batch_mut::<B>(dy, n)),
            values,
        )
    }

    /// Runs the backward pass: adds the gradient to `dw`, without the gradients of the inputs.
    pub fn backward(&mut self, model: &M, x: X<'_, M>, n: usize, logit_mask: LogitMask, dw: &mut M) {
        let Tape { y, dy, cache } = self;
        let (y, dy) = (M::Outputs::batch::<B>(y, n), M::Outputs::batch::<B>(dy, n));
        M::Training::NEW.backward_from::<B>(
            logit_mask,
            model,
            x,
            y,
            dy,
            Memory::new(cache),
            M::Inputs::no_gradients(),
            Some(dw),
        );
    }
}

/// The parts of a training step: the gradient of a batch, and the optimizer's changes.
pub trait Step<M: Model> {
    /// The storage of the batch's tape.
    type Storage: Storage;

    /// Runs forward, losses and backward, and keeps the gradient of the batch.
    fn pass(&mut self, model: &M);
    /// Returns the gradient of the batch.
    fn gradient(&mut self) -> &mut M;
    /// Returns the tape if the batch was computed as a whole. Layers that allow parts have no running state and no
    /// penalty on activations.
    fn whole(&self) -> Option<&Tape<M, Self::Storage>>;
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
    if let Some(tape) = on.whole() {
        penalty += M::Training::NEW.training_activity::<S::Storage>(&tape.cache);
        M::Training::NEW.update::<S::Storage>(model, &tape.cache);
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
