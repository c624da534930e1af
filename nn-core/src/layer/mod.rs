//! [`Layer`], [`Train`] and [`Ends`]: the interface of everything that a graph can call; models, and their weights in flash.
//!
//! Rule: traits and what holds for all layers; nothing here knows a single one.

mod activates;
mod component;
#[doc(hidden)]
pub mod given;
#[doc(hidden)]
pub mod include;
pub mod model;
mod packed;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[doc(hidden)]
pub mod variables;

pub use activates::{Activates, InPlace};
pub use component::Component;
pub use packed::Packed;

use crate::activations::Head;
use crate::spec::shape::Shape;
use crate::spec::summary::Row;
use crate::tensor::Tensors;
use crate::tensor::scalar::Scalar;
use crate::tensor::storage::{Buffer, Inline, Storage};
use crate::train::losses::LogitMask;
use crate::weights::Weights;
use core::ops::Range;
use rand::Rng;

/// A layer over the scalar `T`, called on tensors `X`.
///
/// The layer itself (`self`) is its hyperparameters: a small value that an expansion writes as a literal. Its weights
/// are separate, since a struct of weights holds nothing but scalars, and they do not depend on the number of positions:
/// one `Dense`, with one set of weights, can be called on tensors of different lengths. `X` is the type of one input
/// sample, or a tuple of them. A model implements `Layer` for its own inputs and outputs, so a model is a layer.
///
/// The conventions of every implementation:
///
/// - `forward` overwrites `y`. `backward` **adds** to `dx` and `dw`, so a tensor that is read twice and weights that are
///   shared sum their gradients without anybody's help.
/// - All batches of one call have the same number of samples. Memory (`Scratch`, `Cache`) has room for at least as many.
/// - `backward` follows a training `forward` with the same `x` and the same memory; `y` is what that wrote.
/// - The masks of the inputs come with the memory: [`Memory::mask`]. They are no part of `X`.
/// - No call allocates or panics.
///
/// A layer of your own is declared with [`layer!`](crate::layer!), which writes [`Train`] and [`Ends`] as well;
/// `examples/custom_layer.rs` shows one. The [`layers`](crate::layers) pages are further examples.
#[diagnostic::on_unimplemented(
    message = "the layer `{Self}` cannot be called on tensors of type `{X}`",
    note = "a layer of your own is declared with `nn::layer!`, and implements `nn::Layer<T, X>` for every scalar `T`",
    note = "explained in nn::errors::nn0506"
)]
pub trait Layer<T: Scalar, X: Tensors> {
    /// The output sample, or a tuple of them.
    type Output: Tensors;
    /// The weights; `()` for a layer without.
    type Weights: Weights<T>;
    /// Working memory of a prediction; `()` where none is needed.
    type Scratch<B: Storage>: Buffer;
    /// What a training pass leaves for `backward`, beyond `x` and `y`; `()` where nothing is needed.
    type Cache<B: Storage>: Buffer;
    /// Multiply-accumulates of one sample.
    const MACS: usize = 0;
    /// How much a sample takes, and whether a large batch may be seen in parts, on several threads. Its default, which is
    /// always right, is that it may not.
    const WORK: Work = Work::ByBatch(Self::MACS);

    /// Sets fresh weights. They are zero before.
    fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
        let (_, _) = (w, rng);
    }

    /// Computes `y` from `x`.
    fn forward<B: Storage>(
        &self,
        w: &Self::Weights,
        x: X::Batch<'_>,
        y: <Self::Output as Tensors>::BatchMut<'_>,
        pass: Pass<'_, '_, T, Self::Scratch<B>, Self::Cache<B>>,
    );

    /// Adds to `dx` and `dw` what the gradient `dy` of the outputs makes of the gradients of inputs and weights.
    fn backward<B: Storage>(
        &self,
        w: &Self::Weights,
        x: X::Batch<'_>,
        y: <Self::Output as Tensors>::Batch<'_>,
        dy: <Self::Output as Tensors>::Batch<'_>,
        memory: Memory<'_, T, Self::Cache<B>>,
        dx: X::Gradients<'_>,
        dw: Option<&mut Self::Weights>,
    );
}

/// What a layer does in a training step beside its passes: running state, penalties, bounds, and the rows of its tables.
///
/// [`layer!`](crate::layer!) writes it, with the penalties and bounds of the arguments. A layer that has more to say implements it.
pub trait Train<T: Scalar, X: Tensors>: Layer<T, X> {
    /// Whether [`constrain`](Self::constrain) may do anything. A model knows it: `false` where none of its layers has a
    /// constraint, so that a step need not keep what is frozen out of its way.
    const CONSTRAINS: bool = true;

    /// Calls `visit` with the parts of the flat slice of weights that `backward` adds to, as far as they belong to variables
    /// by rows ([`Variable::rows`](crate::Variable::rows)). A part may come twice.
    ///
    /// Gradients of a table come for the rows that a batch names: a step costs as much as these, not as much as the table.
    /// Whatever is not visited must have a gradient of zero: it is neither applied nor cleared.
    ///
    /// It is asked of layers whose calls all read indices; other layers' variables by rows are treated as any variable. A
    /// tensor of numbers that it reads beside the indices may come without samples.
    fn touched<B: Storage>(&self, x: X::Batch<'_>, cache: &Self::Cache<B>, visit: &mut dyn FnMut(Range<usize>)) {
        let (_, _, _) = (x, cache, visit);
    }

    /// Moves a running state (moving averages) after a training pass. It is called once per call of the layer, after
    /// `backward`.
    fn update<B: Storage>(&self, w: &mut Self::Weights, cache: &Self::Cache<B>) {
        let (_, _) = (w, cache);
    }

    /// Keeps the weights within their bounds, after a step of the optimizer.
    fn constrain(&self, w: &mut Self::Weights) {
        let _ = w;
    }

    /// The penalty on activations that the last prediction found. Its gradient is a part of `backward`.
    fn activity<B: Storage>(&self, scratch: &Self::Scratch<B>) -> T {
        let _ = scratch;
        T::ZERO
    }

    /// The penalty on activations that the last training pass found.
    fn training_activity<B: Storage>(&self, cache: &Self::Cache<B>) -> T {
        let _ = cache;
        T::ZERO
    }

    /// The regularization loss of the weights; adds its gradient to `dw`.
    fn regularize(&self, w: &Self::Weights, dw: Option<&mut Self::Weights>) -> T {
        let (_, _) = (w, dw);
        T::ZERO
    }
}

/// What a model asks of the layers at its ends: the bounds of indices that go in, and logits and masks of what comes out.
///
/// [`layer!`](crate::layer!) writes it for a layer that has nothing to say, as most have.
pub trait Ends<T: Scalar, X: Tensors>: Layer<T, X> {
    /// What a loss may know of an output that this layer computes.
    const HEAD: Head = Head::Other;

    /// The same for each of its outputs; a model has several.
    const HEADS: &'static [Head] = &[Self::HEAD];

    /// For each input of indices, how many there are to choose from (the size of the vocabulary): an index is below it.
    /// `usize::MAX`, or no entry, where any index does.
    const BOUNDS: &'static [usize] = &[];

    /// [`backward`](Self::backward) where, for each bit of `logit_mask` that is set, `dy` is the gradient of the logits of that
    /// output. Only a model has logits to show.
    fn backward_from<B: Storage>(
        &self,
        logit_mask: LogitMask,
        w: &Self::Weights,
        x: X::Batch<'_>,
        y: <Self::Output as Tensors>::Batch<'_>,
        dy: <Self::Output as Tensors>::Batch<'_>,
        memory: Memory<'_, T, Self::Cache<B>>,
        dx: X::Gradients<'_>,
        dw: Option<&mut Self::Weights>,
    ) {
        debug_assert_eq!(logit_mask, 0, "a layer without logits was given their gradient");
        self.backward(w, x, y, dy, memory, dx, dw);
    }

    /// The logits of the outputs that have them, after a prediction of `n` samples.
    fn logits<B: Storage>(scratch: &Self::Scratch<B>, n: usize) -> <Self::Output as Tensors>::Optional<'_> {
        let (_, _) = (scratch, n);
        <Self::Output as Tensors>::none()
    }

    /// The logits of the outputs that have them, after a training pass of `n` samples.
    fn training_logits<B: Storage>(cache: &Self::Cache<B>, n: usize) -> <Self::Output as Tensors>::Optional<'_> {
        let (_, _) = (cache, n);
        <Self::Output as Tensors>::none()
    }

    /// The mask of output `output` after a prediction of `n` samples, if it has one: a number for each position of the batch, 0
    /// where it does not count. A tensor of numbers that the layer was called on comes without samples: its memory may hold
    /// something else by then.
    fn mask<'a, B: Storage>(
        x: X::Batch<'a>,
        scratch: &'a Self::Scratch<B>,
        n: usize,
        output: usize,
    ) -> Option<&'a [u32]> {
        let (_, _, _, _) = (x, scratch, n, output);
        None
    }

    /// The mask of output `output` after a training pass of `n` samples, if it has one.
    fn training_mask<'a, B: Storage>(
        x: X::Batch<'a>,
        cache: &'a Self::Cache<B>,
        n: usize,
        output: usize,
    ) -> Option<&'a [u32]> {
        let (_, _, _, _) = (x, cache, n, output);
        None
    }
}

/// What a loss may know of an output that this layer computes: [`Ends::HEAD`] of a value.
pub const fn head<T: Scalar, X: Tensors, L: Ends<T, X>>(_: &L) -> Head {
    L::HEAD
}

/// The row of the summary for a layer that is called once and has one output.
pub const fn row<L: Layer<f32, X>, X: Tensors>(
    name: &'static str,
    kind: &'static str,
    output: Shape,
    inputs: &'static [&'static str],
) -> Row {
    let (parameters, memory) = (L::Weights::COUNT, size_of::<L::Scratch<Inline<1>>>());
    Row { name, kind, output, parameters, inputs, macs: L::MACS, memory }
}

/// About how many multiply-accumulates a sample takes, and who may compute them: for [`Layer::WORK`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// The passes treat every sample as if it were the only one: a training step may see a batch in parts, each with memory,
    /// random numbers and a gradient of its own.
    ///
    /// It is a promise that [`update`](Train::update), [`activity`](Train::activity) and
    /// [`training_activity`](Train::training_activity) do nothing.
    BySample(usize),
    /// The passes look at the batch as a whole, as for the statistics of a BatchNormalization or for a penalty that is a mean
    /// over the batch; or parts do not pay.
    ByBatch(usize),
}

impl Work {
    /// The multiply-accumulates of a sample.
    pub const fn macs(self) -> usize {
        let (Work::BySample(macs) | Work::ByBatch(macs)) = self;
        macs
    }

    /// The work of so many calls.
    pub const fn times(self, calls: usize) -> Work {
        match self {
            Work::BySample(macs) => Work::BySample(macs.saturating_mul(calls)),
            Work::ByBatch(macs) => Work::ByBatch(macs.saturating_mul(calls)),
        }
    }

    /// The work of several layers: by batch if that of one of them is.
    pub const fn sum(layers: &[Work]) -> Work {
        let (mut sum, mut by_sample, mut i) = (0usize, true, 0);
        while i < layers.len() {
            sum = sum.saturating_add(layers[i].macs());
            by_sample = by_sample && matches!(layers[i], Work::BySample(_));
            i += 1;
        }
        if by_sample { Work::BySample(sum) } else { Work::ByBatch(sum) }
    }
}

/// The least of some bounds: each is an entry of a layer's [`BOUNDS`](Ends::BOUNDS), or none.
pub const fn least_bound(readers: &[(&[usize], usize)]) -> usize {
    let (mut least, mut i) = (usize::MAX, 0);
    while i < readers.len() {
        let (bounds, place) = readers[i];
        if place < bounds.len() && bounds[place] < least {
            least = bounds[place];
        }
        i += 1;
    }
    least
}

/// The purpose of a forward pass, with the memory of the call.
pub enum Pass<'a, 'rng, T, S, C> {
    /// A prediction.
    Inference(Memory<'a, T, S>),
    /// A training step: `backward` will follow.
    Training(Memory<'a, T, C>, Mode<'a, 'rng>),
}

impl<'a, 'rng, T, S, C> Pass<'a, 'rng, T, S, C> {
    /// A prediction, without a workspace.
    pub fn inference(scratch: &'a mut S) -> Self {
        Pass::Inference(Memory::new(scratch))
    }

    /// A training pass, without a workspace.
    pub fn training(cache: &'a mut C, mode: Mode<'a, 'rng>) -> Self {
        Pass::Training(Memory::new(cache), mode)
    }

    /// The same with this workspace.
    pub fn with_workspace(self, workspace: &'a mut [T]) -> Self {
        match self {
            Pass::Inference(memory) => Pass::Inference(memory.with_workspace(workspace)),
            Pass::Training(memory, mode) => Pass::Training(memory.with_workspace(workspace), mode),
        }
    }

    /// The same with these masks: one entry for each input of the call.
    pub fn with_masks(self, masks: &'a [Option<&'a [u32]>]) -> Self {
        match self {
            Pass::Inference(memory) => Pass::Inference(memory.with_masks(masks)),
            Pass::Training(memory, mode) => Pass::Training(memory.with_masks(masks), mode),
        }
    }

    /// The masks of the inputs: [`Memory::masks`].
    pub fn masks(&self) -> &'a [Option<&'a [u32]>] {
        match self {
            Pass::Inference(memory) => memory.masks,
            Pass::Training(memory, _) => memory.masks,
        }
    }

    /// The mask of an input: [`Memory::mask`].
    pub fn mask(&self, input: usize) -> Option<&'a [u32]> {
        match self {
            Pass::Inference(memory) => memory.mask(input),
            Pass::Training(memory, _) => memory.mask(input),
        }
    }
}

/// The memory of one call of a layer, and the masks of its inputs.
pub struct Memory<'a, T, M> {
    /// The memory that nobody else touches between the passes: [`Layer::Scratch`] or [`Layer::Cache`].
    pub own: &'a mut M,
    /// Memory for the time of the call alone: for each sample as many scalars as the shape rule asks for
    /// ([`Inferred::workspace`](crate::spec::Inferred::workspace)). It holds anything at first.
    pub workspace: &'a mut [T],
    /// For each input its mask, if it has one; empty if no input has one. See [`mask`](Self::mask).
    pub masks: &'a [Option<&'a [u32]>],
}

impl<'a, T, M> Memory<'a, T, M> {
    /// The memory of a call without a workspace and without masks.
    pub fn new(own: &'a mut M) -> Self {
        Memory { own, workspace: &mut [], masks: &[] }
    }

    /// The same with this workspace.
    pub fn with_workspace(self, workspace: &'a mut [T]) -> Self {
        Memory { workspace, ..self }
    }

    /// The same with these masks: one entry for each input of the call.
    pub fn with_masks(self, masks: &'a [Option<&'a [u32]>]) -> Self {
        Memory { masks, ..self }
    }

    /// The mask of an input, if it has one: a number for each position of the batch, sample after sample. Where it is 0,
    /// the position does not count.
    pub fn mask(&self, input: usize) -> Option<&'a [u32]> {
        self.masks.get(input).copied().flatten()
    }
}

/// What a layer may want to know in a training pass.
pub struct Mode<'a, 'rng> {
    /// Random numbers.
    pub rng: &'a mut (dyn Rng + 'rng),
    /// Whether this layer is frozen (`trainable = false`); a frozen BatchNormalization works as in a prediction.
    pub frozen: bool,
    /// For each layer with weights inside of this one, whether it is frozen at run time; empty if none is.
    flags: &'a [bool],
}

impl<'a, 'rng> Mode<'a, 'rng> {
    /// The mode of a training pass in which every layer learns.
    pub fn new(rng: &'a mut (dyn Rng + 'rng)) -> Self {
        Mode { rng, frozen: false, flags: &[] }
    }

    /// The mode of a training pass in which some layers are frozen at run time: one flag for each of the model's
    /// [`LAYERS`](Weights::LAYERS), in the order of its variables.
    pub fn with_frozen(rng: &'a mut (dyn Rng + 'rng), flags: &'a [bool]) -> Self {
        Mode { rng, frozen: false, flags }
    }

    /// The same, to hand on.
    pub fn reborrow(&mut self) -> Mode<'_, 'rng> {
        Mode { rng: self.rng, frozen: self.frozen, flags: self.flags }
    }

    /// The same for a layer that is frozen.
    pub fn frozen(&mut self) -> Mode<'_, 'rng> {
        Mode { rng: self.rng, frozen: true, flags: self.flags }
    }

    /// The same for a layer whose weights are the layers `start..start + count` of this one's.
    pub fn layer(&mut self, start: usize, count: usize) -> Mode<'_, 'rng> {
        let flags = self.flags.get(start..start + count).unwrap_or(&[]);
        // A layer that holds no others is frozen by its own flag; one that does hands the flags on.
        let frozen = self.frozen || (!flags.is_empty() && flags.iter().all(|&frozen| frozen));
        Mode { rng: self.rng, frozen, flags }
    }
}
