//! [`Model`] and [`Graph`]: the traits that `model!` implements for every struct that it writes.

pub use crate::tensor::by_value::MAX_BY_VALUE;

use crate::Element;
use crate::activations::Head;
use crate::layer::{Component, Ends, Layer, Pass, Train, Work};
use crate::spec::code::Code;
use crate::spec::shape::Shape;
use crate::spec::summary::Costs;
use crate::spec::text::Text;
use crate::stream::{Stream, Streams};
use crate::tensor::Tensors;
use crate::tensor::by_value::{Large, assert_by_value};
use crate::tensor::inspect::Inspect;
use crate::tensor::scalar::Scalar;
use crate::tensor::storage::{Buffer, Inline};
use crate::weights::{self, Weights};
use rand::Rng;

/// A model: a struct of weights and the graph that computes with them.
///
/// `model!` implements it. The items that most programs use (`boxed`, `new`, `call`, `SUMMARY`) are also inherent for
/// `f32`: `Digits::boxed(&mut rng)` needs no annotation. For `f64`, write `Digits::<f64>::boxed(&mut rng)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    note = "models are written by `model!`",
    note = "explained in nn::errors::nn0506"
)]
pub trait Model: Weights<Self::Scalar> + Component {
    /// The result of [`fold`](Self::fold): `HeadlineFolded`, or the model itself if there is nothing to fold.
    type Folded: Model<Scalar = Self::Scalar, Inputs = Self::Inputs, Outputs = Self::Outputs, Folded = Self::Folded>;
    /// `f32` or `f64`.
    type Scalar: Scalar + Element;
    /// The input samples.
    type Inputs: Tensors + Inspect;
    /// The output samples; more than 12 are a tuple of tuples.
    type Outputs: Tensors + Inspect;
    /// The graph: a type without size.
    type Graph: Graph<Self::Scalar, Self::Inputs, Output = Self::Outputs, Weights = Self>;
    /// The graph of a training step. It does not compute the gradients of the inputs. Layers that never learn
    /// (`trainable = false`) and stand before all others therefore have no backward pass in it.
    type Training: Graph<Self::Scalar, Self::Inputs, Output = Self::Outputs, Weights = Self>;
    /// The result of `predict`: `Vec<S>`, or the named struct for several outputs.
    #[cfg(feature = "alloc")]
    type Predictions: From<<Self::Outputs as Tensors>::Vecs>;

    /// The name of the struct.
    const NAME: &'static str;
    /// The names of the inputs.
    const INPUT_NAMES: &'static [&'static str];
    /// The names of the outputs.
    const OUTPUT_NAMES: &'static [&'static str];
    /// The shapes of the inputs.
    const INPUT_SHAPES: &'static [Shape];
    /// The shapes of the outputs.
    const OUTPUT_SHAPES: &'static [Shape];
    /// A table of the layers, as Keras prints it.
    const SUMMARY: &'static str;
    /// The cost of each layer in a prediction: `println!("{}", Digits::COSTS)` prints flash, RAM and
    /// multiply-accumulates. Time and instructions depend on the machine: `#[nn(profile)]` on the struct adds
    /// `profile`, which measures each layer.
    const COSTS: Costs;
    /// All of the graph that decides the meaning of the weights, as text: layers, their arguments and connections.
    ///
    /// Models with the same text compute the same predictions from the same weights. The text names layers with
    /// weights, but not the model, its inputs and its other layers. It has no argument that only training reads, and no
    /// layer without effect in a prediction, such as Dropout. It does not depend on the scalar, on the platform, or on
    /// whether a size is a literal or a constant. Weight files hold it.
    const DESCRIPTION: &'static str = <Self as Component>::GRAPH_TEXT;
    /// The FNV-1a hash of [`DESCRIPTION`](Self::DESCRIPTION), of 64 bits.
    const FINGERPRINT: u64 = crate::spec::description::hash(Self::DESCRIPTION.as_bytes());
    /// The graph for Graphviz.
    const DOT: &'static str;
    /// The activation of each output, for [lints](crate::lints); an output without an entry is unknown.
    #[doc(hidden)]
    const ENDS: &'static [Head] = &[];
    /// The lints that `#[nn(allow(..))]` on the struct names.
    #[doc(hidden)]
    const ALLOWED_LINTS: &'static [&'static str] = &[];
    /// The number of weights.
    const PARAMETERS: usize = Self::COUNT;
    /// The size of the weights in bytes.
    const PARAMETER_BYTES: usize = size_of::<Self>();
    /// The size of the activations of one prediction in bytes, without the inputs and outputs.
    const ARENA_BYTES: usize;
    /// The memory of a training step for each sample in bytes, without weights, inputs and outputs. Layers with
    /// `trainable = false` before all layers that learn need less: they have no gradients, and their activations share
    /// memory. Such a layer still keeps its own cache: the gates of an LSTM, the tape of a model inside.
    const TRAIN_BYTES: usize;
    /// Multiply-accumulates of one prediction.
    const MACS: usize = <Self::Graph as Layer<Self::Scalar, Self::Inputs>>::MACS;
    /// The work of one sample, for threads.
    const WORK: Work = <Self::Graph as Layer<Self::Scalar, Self::Inputs>>::WORK;

    /// Returns [`SUMMARY`](Self::SUMMARY), the table of the layers. Keras prints it: `println!("{}", model.summary())`.
    #[must_use = "`println!(\"{}\", model.summary())` prints it"]
    fn summary(&self) -> &'static str {
        Self::SUMMARY
    }

    /// Returns a model with initial weights, made in place on the heap.
    #[cfg(feature = "alloc")]
    fn boxed(rng: &mut dyn Rng) -> alloc::boxed::Box<Self> {
        let mut model = crate::weights::zeroed_box::<Self::Scalar, Self>();
        Self::Graph::NEW.init(&mut model, rng);
        model
    }

    /// Returns a copy, made in place on the heap. Use it for a model that is too large for `clone`, which copies by
    /// value.
    #[cfg(feature = "alloc")]
    fn boxed_clone(&self) -> alloc::boxed::Box<Self> {
        let mut model = crate::weights::zeroed_box::<Self::Scalar, Self>();
        model.as_mut_slice().copy_from_slice(self.as_slice());
        model
    }

    /// Sets the weights of the folded form: see [`fold`](Self::fold).
    fn fold_into(&self, folded: &mut Self::Folded);

    /// Returns a read-only form for predictions, with everything folded that the graph allows:
    ///
    /// - Layers without effect in a prediction (Dropout, GaussianNoise, penalties on activations) are removed.
    /// - A BatchNormalization, Normalization or Rescaling along the last axis is folded into the Dense or the
    ///   convolution before it, or into the Dense, convolution or recurrent layer behind it (Bidirectional too). Layers
    ///   that only reshape, such as Flatten, may stand between. An activation that follows is then computed in the
    ///   place of the convolution's output.
    /// - Before a convolution, that holds if the scale has no offset (`Rescaling(1.0 / 255)`), or if no window reaches
    ///   over a border: with `padding = valid`, a window of one pixel, or strides that cover the image exactly. Before
    ///   a transposed convolution, an offset stays unless the window is one pixel and the strides are 1.
    /// - A ZeroPadding is removed if only convolutions read it. Their windows begin outside the image instead.
    /// - A SeparableConv with a window of one pixel or a `depth_multiplier` becomes a Conv if one kernel has no more
    ///   weights than two, and therefore no more arithmetic. A common SeparableConv, such as 3 × 3 with 32 filters for
    ///   32 channels, stays. The sizes must be literals.
    /// - Layers that follow an Embedding and act on each row alone (activations, Dense, scales as above) are
    ///   computed once for every row of its table. Before an LSTM, a GRU, a SimpleRNN or a Bidirectional of one, the
    ///   table also holds the product with the kernels, which is most of the arithmetic. If the sizes are literals, a
    ///   table that would grow more than fourfold stays as it is; a table for both directions holds the products of
    ///   both.
    /// - A Concatenate along the last axis is removed if only Dense layers, or Concatenates like it, read it. The
    ///   readers read its inputs instead, at most 12 in all. That saves memory, and time for one sample; a batch of
    ///   parts with a few features each takes longer than with the copy.
    ///
    /// Two layers fold if every call of the first feeds exactly the matching call of the second. A model inside
    /// becomes its own folded form; a layer of your own stays as it is, unless it
    /// [folds](crate::layer::component::Folds). The predictions differ only by rounding, because sums are made in
    /// another order. If there is nothing to fold, the result is a copy of the model.
    ///
    /// The folded form is a model with its own struct and its own weight files, which `include_weights!` reads too. It
    /// has no gradient: training it does not compile. Regularizers add nothing to its loss.
    #[cfg(feature = "alloc")]
    fn fold(&self) -> alloc::boxed::Box<Self::Folded> {
        let mut folded = crate::weights::zeroed_box::<Self::Scalar, Self::Folded>();
        self.fold_into(&mut folded);
        folded
    }

    /// Returns the outputs for one sample of each input, for code that is generic over models.
    ///
    /// `x` and the result are samples, or tuples of samples if there are several inputs or outputs. A concrete model
    /// has an inherent `call`, which takes samples in any form and gives several outputs by name. Nothing is allocated:
    /// the activations are on the stack.
    ///
    /// A model whose activations or outputs are too large for a stack does not compile with this method.
    ///
    /// ```
    /// use nn_core::layer::model::Model;
    /// use nalgebra::SVector;
    ///
    /// /// The larger of two outputs of any model with four inputs.
    /// fn larger<M>(model: &M, x: &SVector<f32, 4>) -> f32
    /// where
    ///     M: Model<Inputs = SVector<f32, 4>, Outputs = SVector<f32, 2>>,
    /// {
    ///     model.call(x).max()
    /// }
    /// ```
    #[inline]
    fn call(&self, x: &Self::Inputs) -> Self::Outputs {
        const { assert_arena::<Self>() }
        self.call_in(x, &mut Arena::new())
    }

    /// Does the work of [`call`](Self::call) with the activations in the memory `arena`.
    #[inline]
    fn call_in(&self, x: &Self::Inputs, arena: &mut Arena<Self>) -> Self::Outputs {
        const { assert_outputs::<Self::Outputs>() }
        let mut y = Self::Outputs::zero_sample();
        call_in(&Self::Graph::NEW, self, x.one(), y.one_mut(), arena);
        y
    }

    /// Returns a stream of this model: it computes a sequence step by step, and keeps its state.
    ///
    /// Exists if the struct of the model has `#[nn(stream)]`.
    #[inline]
    fn stream(&self) -> Stream<'_, Self>
    where
        Self: Streams,
    {
        Stream::new(self)
    }

    /// Returns a model with initial weights, by value. Does not compile above [`MAX_BY_VALUE`] bytes.
    fn new(rng: &mut dyn Rng) -> Self {
        const { assert_by_value(size_of::<Self>(), MODEL, "new", "make it on the heap: `boxed`") }
        let mut model = weights::zeros::<Self::Scalar, Self>();
        Self::Graph::NEW.init(&mut model, rng);
        model
    }
}

/// The maximum size of activations that `call` keeps on the stack, in bytes.
pub const MAX_ARENA: usize = 512 * 1024;

/// The beginning of a message about a large model.
pub(crate) const MODEL: Large = ["this model has ", " bytes of weights"];

/// Fails to compile if the model is too large for `clone`.
///
/// # Panics
/// If the model has more than [`MAX_BY_VALUE`] bytes.
#[doc(hidden)]
#[track_caller]
pub const fn assert_clone<M: Model>() {
    let help = "copy it on the heap: `boxed_clone`, or into another model: `clone_from`";
    assert_by_value(size_of::<M>(), MODEL, "clone", help);
}

/// Returns a copy of a model by value.
#[doc(hidden)]
#[inline]
pub fn clone<M: Model>(model: &M) -> M {
    let mut copy = weights::zeros::<M::Scalar, M>();
    copy.as_mut_slice().copy_from_slice(model.as_slice());
    copy
}

/// Fails to compile if the activations of a model are too large for the stack.
///
/// # Panics
/// If they take more than [`MAX_ARENA`] bytes.
#[track_caller]
pub const fn assert_arena<M: Model>() {
    if M::ARENA_BYTES > MAX_ARENA {
        let message = Text::<256>::new().str("the activations of this model have ").grouped(M::ARENA_BYTES);
        let message = message.str(" bytes, and `call` keeps at most ").grouped(MAX_ARENA).str(" on the stack");
        let message = message.str("\n  = help: keep them on the heap: `predict`").str(Code::Arena.note().as_str());
        panic!("{}", message.as_str())
    }
}

/// Fails to compile if the outputs `Y` of a model are too large to return by value.
///
/// # Panics
/// If they take more than [`MAX_BY_VALUE`] bytes.
#[doc(hidden)]
#[track_caller]
pub const fn assert_outputs<Y>() {
    if size_of::<Y>() > MAX_BY_VALUE {
        let message = Text::<256>::new().str("the outputs of this model have ").grouped(size_of::<Y>());
        let message = message.str(" bytes, and `call` gives at most ").grouped(MAX_BY_VALUE).str(" by value");
        let message = message.str("\n  = help: have them on the heap: `predict`").str(Code::Arena.note().as_str());
        panic!("{}", message.as_str())
    }
}

/// Scratch memory for one prediction ([`ARENA_BYTES`](Model::ARENA_BYTES) bytes). `call` puts one on the stack;
/// `call_in` borrows yours.
///
/// A program that predicts repeatedly makes it once: in `main`, in a struct, or in a `static` behind a lock, as
/// [`ZEROED`](Self::ZEROED). Its contents do not matter.
pub struct Arena<M: Model>(<M::Graph as Layer<M::Scalar, M::Inputs>>::Scratch<Inline<1>>);

impl<M: Model> Arena<M> {
    /// Zeroed memory as a constant, for a `static`.
    pub const ZEROED: Self = Arena(Buffer::ZEROED);

    /// Returns zeroed memory.
    #[inline]
    pub fn new() -> Self {
        const { assert!(size_of::<Self>() == M::ARENA_BYTES) }
        Arena(Buffer::with_capacity(1))
    }

    #[doc(hidden)]
    pub fn memory(&mut self) -> &mut <M::Graph as Layer<M::Scalar, M::Inputs>>::Scratch<Inline<1>> {
        &mut self.0
    }
}

impl<M: Model> Default for Arena<M> {
    fn default() -> Self {
        Arena::new()
    }
}

impl<M: Model> core::fmt::Debug for Arena<M> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Arena<{}>({} bytes)", M::NAME, M::ARENA_BYTES)
    }
}

/// Computes one prediction with the memory `arena`.
#[inline]
pub fn call_in<M: Model>(
    graph: &M::Graph,
    w: &M,
    x: <M::Inputs as Tensors>::Batch<'_>,
    y: <M::Outputs as Tensors>::BatchMut<'_>,
    arena: &mut Arena<M>,
) {
    graph.forward::<Inline<1>>(w, x, y, Pass::inference(&mut arena.0));
}

/// The graph of a model: a [`Layer`] type with exactly one value.
pub trait Graph<T: Scalar, X: Tensors>: Train<T, X> + Ends<T, X> {
    /// The only value.
    const NEW: Self;
}
