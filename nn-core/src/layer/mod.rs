//! [`Layer`], [`Train`] and [`Ends`]: the interface of everything that a graph can call; models, and their weights in
//! flash.
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
mod pass;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[doc(hidden)]
pub mod variables;
mod work;

pub use activates::{Activates, InPlace};
pub use component::{Component, FoldInto, Folds};
pub use packed::Packed;
pub use pass::{Memory, Mode, Pass};
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
/// The layer itself (`self`) is its hyperparameters: a small value that an expansion writes as a literal. Its weights
/// are separate, since a struct of weights holds nothing but scalars, and they do not depend on the number of
/// positions: one `Dense`, with one set of weights, can be called on tensors of different lengths. `X` is the type of
/// one input sample, or a tuple of them. A model implements `Layer` for its own inputs and outputs, so a model is a
/// layer.
///
/// The conventions of every implementation:
///
/// - `forward` overwrites `y`. `backward` **adds** to `dx` and `dw`, so a tensor that is read twice and weights that
///   are shared sum their gradients without anybody's help.
/// - All batches of one call have the same number of samples. Memory (`Scratch`, `Cache`) has room for at least as
///   many.
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
    /// Working memory of a prediction. A layer that needs none has `()`.
    type Scratch<B: Storage>: Buffer;
    /// Memory that a training pass leaves for `backward`, beyond `x` and `y`; `()` where nothing is needed.
    type Cache<B: Storage>: Buffer;
    /// Multiply-accumulates of one sample.
    const MACS: usize = 0;
    /// How much a sample takes, and whether a large batch may be seen in parts, on several threads. Its default, which
    /// is always right, is that it may not.
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

/// The part of a training step that is no pass: running state, penalties, bounds, and the rows of its tables.
///
/// [`layer!`](crate::layer!) writes it, with the penalties and bounds of the arguments. A layer that has more to say
/// implements it.
pub trait Train<T: Scalar, X: Tensors>: Layer<T, X> {
    /// Whether [`constrain`](Self::constrain) may do anything. A model knows it: `false` where none of its layers has a
    /// constraint, so that a step need not keep what is frozen out of its way.
    const CONSTRAINS: bool = true;

    /// Visits the rows that `backward` adds to, as ranges of the flat slice of weights. Only variables by rows have
    /// rows ([`Variable::rows`](crate::Variable::rows)). A range may come twice.
    ///
    /// By default it is all rows of all of them.
    ///
    /// Gradients of a table come for the rows that a batch names: a step costs as much as these, not as much as the
    /// table. Whatever is not visited must have a gradient of zero: it is neither applied nor cleared.
    ///
    /// It is asked of layers whose calls all read indices; other layers' variables by rows are treated as any variable.
    /// A tensor of numbers that it reads beside the indices may come without samples.
    fn touched<B: Storage>(&self, x: X::Batch<'_>, cache: &Self::Cache<B>, visit: &mut dyn FnMut(Range<usize>)) {
        let (_, _) = (x, cache);
        crate::weights::visit_tables(<Self::Weights as Weights<T>>::PARTS, visit);
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

/// For each output a bit: whether its gradient is with respect to the logits instead of the output.
pub type LogitMask = u32;

/// The questions of a model to the layers at its ends: the bounds of indices that go in, and logits and masks of what
/// comes out.
///
/// [`layer!`](crate::layer!) writes it for a layer that has nothing to say, as most have.
pub trait Ends<T: Scalar, X: Tensors>: Layer<T, X> {
    /// The knowledge of a loss about an output that this layer computes.
    const HEAD: Head = Head::Other;

    /// The same for each of its outputs; a model has several.
    const HEADS: &'static [Head] = &[Self::HEAD];

    /// For each input of indices, how many there are to choose from (the size of the vocabulary): an index is below it.
    /// `usize::MAX`, or no entry, where any index does.
    const BOUNDS: &'static [usize] = &[];

    /// [`backward`](Layer::backward) where, for each bit of `logit_mask` that is set, `dy` is the gradient of the
    /// logits of that output. Only a model has logits to show.
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

    /// The mask of output `output` after a prediction of `n` samples, if it has one: a number for each position of the
    /// batch, 0 where it does not count. A tensor of numbers that the layer was called on comes without samples: its
    /// memory may hold something else by then.
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

/// The knowledge of a loss about an output that this layer computes: [`Ends::HEAD`] of a value.
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
