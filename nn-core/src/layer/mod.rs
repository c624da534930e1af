//! [`Layer`], [`Train`] and [`Ends`]: the interface of everything that a graph can call; models, and their weights in
//! flash.
//!
//! Rule: traits, and facts that hold for all layers. Nothing here knows a single layer.

mod activates;
mod component;
#[doc(hidden)]
pub mod given;
#[doc(hidden)]
pub mod include;
pub mod model;
mod packed;
mod pass;
#[doc(hidden)]
pub mod state;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[doc(hidden)]
pub mod variables;
mod work;

pub use activates::{Activates, InPlace};
pub use component::{Component, FoldInto, Folds};
pub use packed::Packed;
pub use pass::{Memory, Mode, Pass};
pub use state::State;
#[doc(hidden)]
pub use state::states;
pub use work::Work;

/// With these, `use nn::layer::*;` is the only import of a layer's page.
#[doc(no_inline)]
pub use {
    crate::spec::shape::{Shape, ShapeError},
    crate::spec::{Arity, Inferred, LayerSpec, Masking, Value, rule},
    crate::tensor::scalar::Scalar,
    crate::tensor::storage::{Buffer, Inline, Storage},
    crate::tensor::{Element, Sample, Tensors},
    crate::weights::Weights,
    crate::weights::initializers::Fans,
    nalgebra::{SMatrix, SVector},
    rand::Rng,
};

use crate::activations::Head;
use crate::spec::summary::Row;
use core::ops::Range;

/// A layer over the scalar `T`, called on tensors `X`.
///
/// `self` is the layer's hyperparameters: a small value that an expansion writes as a literal. The weights are
/// separate, because a struct of weights holds nothing but scalars. Weights do not depend on the number of positions:
/// one `Dense` with one set of weights can be called on tensors of different lengths. `X` is the type of one input
/// sample, or a tuple of them. A model implements `Layer` for its own inputs and outputs, so a model is a layer.
///
/// Every implementation follows these conventions:
///
/// - `forward` overwrites `y`. `backward` **adds** to `dx` and `dw`. Gradients of a tensor that is read twice, and of
///   shared weights, therefore sum without further code.
/// - All batches of one call have the same number of samples. Memory (`Scratch`, `Cache`) has room for at least as
///   many.
/// - `backward` follows a training `forward` with the same `x` and the same memory; `y` is the output of that
///   `forward`.
/// - The masks of the inputs come with the memory ([`Memory::mask`]); they are not part of `X`.
/// - No call allocates or panics.
///
/// Declare a layer of your own with [`layer!`](crate::layer!), which writes [`Train`] and [`Ends`] as well.
/// `examples/custom_layer.rs` shows one. The [`layers`](crate::layers) pages are further examples.
#[diagnostic::on_unimplemented(
    message = "the layer `{Self}` cannot be called on tensors of type `{X}`",
    note = "a layer of your own is declared with `nn::layer!`, and implements `nn::Layer<T, X>` for every scalar `T`",
    note = "explained in nn::errors::nn0506"
)]
pub trait Layer<T: Scalar, X: Tensors> {
    /// The output sample, or a tuple of them.
    type Output: Tensors;
    /// The weights; `()` for a layer without weights.
    type Weights: Weights<T>;
    /// Working memory of a prediction; `()` for a layer that needs none.
    type Scratch<B: Storage>: Buffer;
    /// Memory that a training pass leaves for `backward`, besides `x` and `y`; `()` for a layer that needs none.
    type Cache<B: Storage>: Buffer;
    /// Multiply-accumulates of one sample: products that are added to a sum, as profilers of TFLite count them. These
    /// are products of inputs with weights, with each other, and with given factors (Rescaling, Normalization,
    /// interpolation). Poolings, merges, activations, and layers with means and variances of a batch or a sample count
    /// none.
    const MACS: usize = 0;
    /// The work of one sample, and whether several threads may each compute a part of a large batch. The default
    /// forbids that, which is always correct.
    const WORK: Work = Work::ByBatch(Self::MACS);

    /// Sets initial weights. `w` is zero before the call.
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

    /// Given the output gradient `dy`, adds the input gradients to `dx` and the weight gradients to `dw`.
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

/// The work of a training step besides its passes: running state, penalties, bounds, and the touched rows of tables.
///
/// [`layer!`](crate::layer!) writes the implementation, with the penalties and bounds of the arguments. Implement the
/// trait yourself if a layer needs more than that.
pub trait Train<T: Scalar, X: Tensors>: Layer<T, X> {
    /// Whether [`constrain`](Self::constrain) can change weights. If `false`, a training step skips it.
    const CONSTRAINS: bool = true;

    /// Reports the ranges of the flat slice of weights that `backward` adds to, row by row. Only row-wise variables
    /// have rows ([`Variable::rows`](crate::Variable::rows)). Ranges may repeat.
    ///
    /// By default, reports all rows of all these variables.
    ///
    /// The gradient of a table is zero except in the rows of the indices in a batch. A step therefore costs as much as
    /// these rows, not as much as the table. The gradient of a row that is not reported must be zero: it is neither
    /// applied nor cleared.
    ///
    /// Only layers whose calls all read indices are asked; row-wise variables of other layers are treated as ordinary
    /// ones. A tensor of numbers that the layer reads besides the indices may come without samples.
    fn touched<B: Storage>(&self, x: X::Batch<'_>, cache: &Self::Cache<B>, visit: &mut dyn FnMut(Range<usize>)) {
        let (_, _) = (x, cache);
        crate::weights::visit_tables(<Self::Weights as Weights<T>>::PARTS, visit);
    }

    /// Moves a running state (moving averages) after a training pass. Called once per call of the layer, after
    /// `backward`.
    fn update<B: Storage>(&self, w: &mut Self::Weights, cache: &Self::Cache<B>) {
        let (_, _) = (w, cache);
    }

    /// Moves the weights into their bounds, after a step of the optimizer.
    fn constrain(&self, w: &mut Self::Weights) {
        let _ = w;
    }

    /// Returns the penalty on activations of the last prediction. Its gradient is part of `backward`.
    fn activity<B: Storage>(&self, scratch: &Self::Scratch<B>) -> T {
        let _ = scratch;
        T::ZERO
    }

    /// Returns the penalty on activations of the last training pass: a mean over the samples of the model, of which
    /// there are `x.len() / B::STEPS`.
    fn training_activity<B: Storage>(&self, cache: &Self::Cache<B>) -> T {
        let _ = cache;
        T::ZERO
    }

    /// Returns the regularization loss of the weights, and adds its gradient to `dw`.
    fn regularize(&self, w: &Self::Weights, dw: Option<&mut Self::Weights>) -> T {
        let (_, _) = (w, dw);
        T::ZERO
    }
}

/// One bit for each output: whether its gradient is taken with respect to the logits instead of the output.
pub type LogitMask = u32;

/// The facts about the ends of a model, for its callers: bounds of input indices, and logits and masks of outputs.
///
/// [`layer!`](crate::layer!) writes an implementation with the defaults, which fit most layers.
pub trait Ends<T: Scalar, X: Tensors>: Layer<T, X> {
    /// The facts that a loss may use about an output of this layer.
    const HEAD: Head = Head::Other;

    /// [`HEAD`](Self::HEAD) for each output; a model may have several.
    const HEADS: &'static [Head] = &[Self::HEAD];

    /// The number of classes (the vocabulary size) of each input of indices: every index is below it. `usize::MAX`,
    /// or no entry, if every index is allowed.
    const BOUNDS: &'static [usize] = &[];

    /// Runs [`backward`](Layer::backward), but for each bit set in `logit_mask`, `dy` is the gradient of that output's
    /// logits. Only a model has logits.
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

    /// Returns the logits of the outputs that have them, after a prediction of `n` samples.
    fn logits<B: Storage>(scratch: &Self::Scratch<B>, n: usize) -> <Self::Output as Tensors>::Optional<'_> {
        let (_, _) = (scratch, n);
        <Self::Output as Tensors>::none()
    }

    /// Returns the logits of the outputs that have them, after a training pass of `n` samples.
    fn training_logits<B: Storage>(cache: &Self::Cache<B>, n: usize) -> <Self::Output as Tensors>::Optional<'_> {
        let (_, _) = (cache, n);
        <Self::Output as Tensors>::none()
    }

    /// Returns the mask of output `output` after a prediction of `n` samples, if it has one. The mask has a number for
    /// each position of the batch; 0 masks the position. An input tensor of numbers comes without samples, because its
    /// memory may have been reused.
    fn mask<'a, B: Storage>(
        x: X::Batch<'a>,
        scratch: &'a Self::Scratch<B>,
        n: usize,
        output: usize,
    ) -> Option<&'a [u32]> {
        let (_, _, _, _) = (x, scratch, n, output);
        None
    }

    /// Returns the mask of output `output` after a training pass of `n` samples, if it has one.
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

/// Returns [`Ends::HEAD`] of a layer, given as a value.
pub const fn head<T: Scalar, X: Tensors, L: Ends<T, X>>(_: &L) -> Head {
    L::HEAD
}

/// Returns the summary row of a layer that is called once and has one output.
pub const fn row<L: Layer<f32, X>, X: Tensors>(
    name: &'static str,
    kind: &'static str,
    output: Shape,
    inputs: &'static [&'static str],
) -> Row {
    let (parameters, memory) = (L::Weights::COUNT, size_of::<L::Scratch<Inline<1>>>());
    Row { name, kind, output, parameters, inputs, macs: L::MACS, memory }
}

/// Returns the smallest bound. Each reader is a layer's [`BOUNDS`](Ends::BOUNDS) and an input of that layer.
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
