//! [`Model`] and [`Graph`]: what `model!` implements for every struct it writes.

pub use crate::tensor::by_value::MAX_BY_VALUE;

use crate::Element;
use crate::activations::Head;
use crate::layer::{Component, Ends, Layer, Pass, Train, Work};
use crate::spec::code::Code;
use crate::spec::shape::Shape;
use crate::spec::summary::Costs;
use crate::spec::text::Text;
use crate::tensor::by_value::{Large, assert_by_value};
use crate::tensor::inspect::Inspect;
use crate::tensor::scalar::Scalar;
use crate::tensor::storage::{Buffer, Inline};
use crate::tensor::{FloatTensors, Tensors};
use crate::weights::{self, Weights};
use rand::Rng;

/// A model: a struct of weights, with the graph that computes with them.
///
/// `model!` implements it. What most programs use (`boxed`, `new`, `call`, `SUMMARY`) is also inherent there for `f32`,
/// so that `Digits::boxed(&mut rng)` needs no annotation; `Digits::<f64>::boxed(&mut rng)` is this trait's.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    note = "models are written by `model!`",
    note = "explained in nn::errors::nn0506"
)]
pub trait Model: Weights<Self::Scalar> + Component {
    /// What [`fold`](Self::fold) gives: `HeadlineFolded`, or the model itself where there is nothing to fold.
    type Folded: Model<Scalar = Self::Scalar, Inputs = Self::Inputs, Outputs = Self::Outputs, Folded = Self::Folded>;
    /// `f32` or `f64`.
    type Scalar: Scalar + Element;
    /// The input samples.
    type Inputs: Tensors + Inspect;
    /// The output samples.
    type Outputs: FloatTensors<Self::Scalar> + Inspect;
    /// The graph: a type without size.
    type Graph: Graph<Self::Scalar, Self::Inputs, Output = Self::Outputs, Weights = Self>;
    /// The graph in a training step. It does not give the gradients of the inputs, so of layers that never learn
    /// (`trainable = false`) those before all others have no backward pass in it.
    type Training: Graph<Self::Scalar, Self::Inputs, Output = Self::Outputs, Weights = Self>;
    /// What `predict` gives: `Vec<S>`, or the named struct of several.
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
    /// What each layer costs in a prediction: `println!("{}", Digits::COSTS)` prints flash, RAM and
    /// multiply-accumulates. Time and instructions are the machine's: `#[nn(profile)]` on the struct adds `profile`,
    /// which is watched layer by layer.
    const COSTS: Costs;
    /// The graph for Graphviz.
    const DOT: &'static str;
    /// What each output ends in, for [lints](crate::lints); where it is not said, nothing is known.
    #[doc(hidden)]
    const ENDS: &'static [Head] = &[];
    /// The lints that `#[nn(allow(..))]` on the struct names.
    #[doc(hidden)]
    const ALLOWED_LINTS: &'static [&'static str] = &[];
    /// How many weights it has.
    const PARAMETERS: usize = Self::COUNT;
    /// How many bytes its weights take.
    const PARAMETER_BYTES: usize = size_of::<Self>();
    /// How many bytes of activations one prediction needs, beside its inputs and outputs.
    const ARENA_BYTES: usize;
    /// How many bytes a training step needs for each sample, beside weights, inputs and outputs. Layers with
    /// `trainable = false` before all that learn need less: no gradients, and activations that share memory. What such
    /// a layer keeps for itself stays: the gates of an LSTM, the tape of a model inside.
    const TRAIN_BYTES: usize;
    /// Multiply-accumulates of one prediction.
    const MACS: usize = <Self::Graph as Layer<Self::Scalar, Self::Inputs>>::MACS;
    /// How much work a sample is, for threads.
    const WORK: Work = <Self::Graph as Layer<Self::Scalar, Self::Inputs>>::WORK;

    /// Returns [`SUMMARY`](Self::SUMMARY), the table of the layers. Keras prints it: `println!("{}", model.summary())`.
    #[must_use = "`println!(\"{}\", model.summary())` prints it"]
    fn summary(&self) -> &'static str {
        Self::SUMMARY
    }

    /// Fresh weights, made in place on the heap.
    #[cfg(feature = "alloc")]
    fn boxed(rng: &mut dyn Rng) -> alloc::boxed::Box<Self> {
        let mut model = crate::weights::zeroed_box::<Self::Scalar, Self>();
        Self::Graph::NEW.init(&mut model, rng);
        model
    }

    /// A copy, made in place on the heap. `clone` makes it by value, which a large model is too large for.
    #[cfg(feature = "alloc")]
    fn boxed_clone(&self) -> alloc::boxed::Box<Self> {
        let mut model = crate::weights::zeroed_box::<Self::Scalar, Self>();
        model.as_mut_slice().copy_from_slice(self.as_slice());
        model
    }

    /// Sets the weights of the folded form: see [`fold`](Self::fold).
    fn fold_into(&self, folded: &mut Self::Folded);

    /// A read-only form for predictions, with everything folded that the graph allows:
    ///
    /// - what does nothing in a prediction (Dropout, GaussianNoise, penalties on activations) is gone;
    /// - a BatchNormalization along the last axis is folded into the Dense before it, or into the Dense or recurrent
    ///   layer behind it (Bidirectional too);
    /// - of an Embedding, what follows each row by itself (activations, Dense, BatchNormalization) is computed once for
    ///   every row of its table; before an LSTM, a GRU, a SimpleRNN or a Bidirectional of one so is the product with
    ///   its kernels, and most of its arithmetic is gone. A table grows at most fourfold by that (one for both
    ///   directions has the products of both): else it stays, if the sizes are literals.
    /// - a Concatenate along the last axis that only Dense layers read, or others like it, is gone: they read its
    ///   inputs, of which there may be 12 in all. That saves its memory, and time for one sample; a batch of parts with
    ///   a few features each takes longer than with the copy.
    ///
    /// Layers are folded if they are called only behind each other. A model inside has its own folded form there; a
    /// layer of your own stays as it is. The predictions are the same but for rounding: sums are made in another order.
    /// Where there is nothing to fold, it is a copy of the model.
    ///
    /// The folded form is a model, with a struct and weight files of its own, which `include_weights!` reads too. It
    /// has no gradient: to train it does not compile. Regularizers charge nothing in it.
    #[cfg(feature = "alloc")]
    fn fold(&self) -> alloc::boxed::Box<Self::Folded> {
        let mut folded = crate::weights::zeroed_box::<Self::Scalar, Self::Folded>();
        self.fold_into(&mut folded);
        folded
    }

    /// Fresh weights, by value. Refused at compile time above [`MAX_BY_VALUE`] bytes.
    fn new(rng: &mut dyn Rng) -> Self {
        const { assert_by_value(size_of::<Self>(), MODEL, "new", "make it on the heap: `boxed`") }
        let mut model = weights::zeros::<Self::Scalar, Self>();
        Self::Graph::NEW.init(&mut model, rng);
        model
    }
}

/// The most bytes of activations that `call` keeps on the stack.
pub const MAX_ARENA: usize = 512 * 1024;

/// A model.
pub(crate) const MODEL: Large = ["this model has ", " bytes of weights"];

/// Refuses, at compile time, to `clone` a large model.
///
/// # Panics
/// If it has more than [`MAX_BY_VALUE`] bytes.
#[doc(hidden)]
#[track_caller]
pub const fn assert_clone<M: Model>() {
    let help = "copy it on the heap: `boxed_clone`, or into another model: `clone_from`";
    assert_by_value(size_of::<M>(), MODEL, "clone", help);
}

/// A copy of a model by value.
#[doc(hidden)]
#[inline]
pub fn clone<M: Model>(model: &M) -> M {
    let mut copy = weights::zeros::<M::Scalar, M>();
    copy.as_mut_slice().copy_from_slice(model.as_slice());
    copy
}

/// Refuses, at compile time, to keep the activations of a large model on the stack.
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

/// Refuses, at compile time, to give the large outputs of a model by value: `Y` are all of them.
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

/// The memory of one prediction, of [`ARENA_BYTES`](Model::ARENA_BYTES): `call` makes it anew on the stack, and
/// `call_in` takes it.
///
/// A program that predicts again and again makes it once, where it likes: in `main`, in a struct, or in a `static`
/// behind a lock, as [`ZEROED`](Self::ZEROED). What is in it does not matter.
pub struct Arena<M: Model>(<M::Graph as Layer<M::Scalar, M::Inputs>>::Scratch<Inline<1>>);

impl<M: Model> Arena<M> {
    /// The memory, zeroed, as a constant: for a `static`.
    pub const ZEROED: Self = Arena(Buffer::ZEROED);

    /// The memory, zeroed.
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

/// One prediction.
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

/// The graph of a model: a [`Layer`] with one value.
pub trait Graph<T: Scalar, X: Tensors>: Train<T, X> + Ends<T, X> {
    /// The only value.
    const NEW: Self;
}
