//! [`Tape`]: what a training step keeps of a batch, from the forward to the backward pass.

use crate::layer::model::{Graph, Model};
use crate::layer::{Ends, Layer, Memory, Mode, Pass, Train};
use crate::spec::MAX_INPUTS;
use crate::tensor::Tensors;
use crate::tensor::storage::{Buffer, Storage};
use crate::train::losses::{LogitMask, Losses, Weighting};

/// A batch of the inputs of a model.
type X<'a, M> = <<M as Model>::Inputs as Tensors>::Batch<'a>;

/// The passes of a training step over a batch, or over a part of one, and what they leave for each other: `fit` has it
/// on the heap, a [`Trainer`](crate::train::trainer::Trainer) in itself. In each of its methods `x` are the same `n`
/// samples.
pub struct Tape<M: Model, B: Storage> {
    y: <M::Outputs as Tensors>::Buffers<B>,
    dy: <M::Outputs as Tensors>::Buffers<B>,
    /// What the graph keeps.
    pub cache: <M::Training as Layer<M::Scalar, M::Inputs>>::Cache<B>,
}

impl<M: Model, B: Storage> Tape<M, B> {
    /// With all the room of an [`Inline`](crate::Inline) storage, as a constant.
    pub const ZEROED: Self = Tape { y: Buffer::ZEROED, dy: Buffer::ZEROED, cache: Buffer::ZEROED };

    /// For batches of up to so many samples.
    pub fn new(capacity: usize) -> Self {
        Tape {
            y: Buffer::with_capacity(capacity),
            dy: Buffer::with_capacity(capacity),
            cache: Buffer::with_capacity(capacity),
        }
    }

    /// What the forward pass predicted.
    pub fn predictions(&self, n: usize) -> <M::Outputs as Tensors>::Batch<'_> {
        M::Outputs::batch::<B>(&self.y, n)
    }

    /// The masks of the outputs, after the forward pass.
    pub fn masks<'a, 'x: 'a>(&'a self, x: X<'x, M>, n: usize) -> [Option<&'a [u32]>; MAX_INPUTS] {
        masks::<M>(|output| M::Training::training_mask::<B>(M::Inputs::shorter(x), &self.cache, n, output))
    }

    /// The forward pass.
    pub fn forward(&mut self, model: &M, x: X<'_, M>, n: usize, mode: Mode<'_, '_>) {
        let y = M::Outputs::batch_mut::<B>(&mut self.y, n);
        M::Training::NEW.forward::<B>(model, x, y, Pass::training(&mut self.cache, mode));
    }

    /// The loss of each output, and their gradients. The masks of `weighting` are those of the outputs.
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
        // Where there are none, the compiler sees it, and leaves nothing of masks.
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

    /// The backward pass: adds to `dw`. Nobody wants the gradients of the inputs.
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

/// What a training step works on: the gradient of a batch, and what an optimizer makes of it.
pub trait Step<M: Model> {
    /// Where the tape of the batch lives.
    type Storage: Storage;

    /// Forward, losses and backward: leaves the gradient of the batch.
    fn pass(&mut self, model: &M);
    /// The gradient of the batch.
    fn gradient(&mut self) -> &mut M;
    /// The tape, if the batch was seen as a whole: layers that let it be seen in parts have no running state and no
    /// penalty on activations.
    fn whole(&self) -> Option<&Tape<M, Self::Storage>>;
    /// Clips the gradient and moves the weights: decay, the optimizer's formula, averages.
    fn apply(&mut self, model: &mut M);
    /// Keeps the weights within their bounds.
    fn constrain(&mut self, model: &mut M);
}

/// One training step, in Keras's order. It returns the penalties.
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

/// The masks of the outputs that have one.
pub fn masks<'a, M: Model>(mask: impl Fn(usize) -> Option<&'a [u32]>) -> [Option<&'a [u32]>; MAX_INPUTS] {
    let mut masks = [None; MAX_INPUTS];
    for (output, found) in masks.iter_mut().enumerate().take(M::Outputs::COUNT) {
        *found = mask(output);
    }
    masks
}
