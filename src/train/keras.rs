//! Methods of Keras that have another form here: a call is an error that says what to write.
//!
//! Each returns `Missing` of a trait that nothing implements. So rustc does not know its type, and says nothing of what
//! follows from it: see `missing.rs`.

use crate::data::OneOf;
use crate::report::values::{Logs, Report};
use crate::tensor::Tensor;
use crate::{Compiled, Element, History, Model, MultiHot, Result, SMatrix};
use core::ops::{Deref, Index};
use nn_core::train::mistaken::Mistaken;

/// A trait for each error, which nothing implements.
macro_rules! instead {
    ($($name:ident: $message:literal, $label:literal, $($note:literal),+;)*) => {$(
        #[doc = concat!("Holds for nothing: ", $message, ".")]
        #[diagnostic::on_unimplemented(message = $message, label = $label, $(note = $note),+)]
        pub trait $name {
            /// The value of a call.
            type Missing;
        }
    )*};
}

instead! {
    NeedsCompile:
        "a model is trained and evaluated after `compile`",
        "this model is not compiled",
        "`let mut model = model.compile(Adam::new(0.001), MeanSquaredError);` compiles it, and `model.fit(&x, &y, Fit::new())?` \
         trains it then";
    PredictsAlready:
        "`predict_on_batch` is a method of a compiled model",
        "this model is not compiled",
        "`model.predict(&x)?` predicts without `compile`, with the same result";
    WeightsAreFields:
        "the weights of a model are its fields",
        "no method for all weights",
        "`model.dense.kernel` is the kernel of the layer `dense`, in a compiled model `compiled.model().dense.kernel`",
        "`as_slice()` of the model has all weights as one slice, and `as_mut_slice()` changes them";
    SetsBatchSize:
        "the number of samples in a batch is `batch_size`",
        "no such setting",
        "`Fit::new().batch_size(32)`";
    AddsOneCallback:
        "callbacks are added one by one",
        "no such setting",
        "`Fit::new().callback(EarlyStopping::new()).callback(TerminateOnNaN::new())`";
    CallsAlready:
        "a model has no `forward`",
        "the method is `call`",
        "`model.call(&x)` computes the outputs for one sample, and `model.predict(&x)?` those for several";
    HasNoMode:
        "a model has no mode for training",
        "leave it out",
        "layers such as `Dropout` are at work in `fit`, and not in `predict` or `call`";
    IsOnTheProcessor:
        "a model computes on the processor",
        "leave it out",
        "several threads share the work: `nn::determinism` says how many";
    StepsAtOnce:
        "a training step is one call",
        "leave it out",
        "`model.train_on_batch(&x, &y)?` computes the loss and the gradients, and changes the weights; `fit` does all steps";
    LayersAreFields:
        "the layers of a model are its fields",
        "no method for layers",
        "`model.dense` has the weights of the layer `dense`, in a compiled model `compiled.model().dense`",
        "`model.summary()` is a table of all layers";
    GraphIsFixed:
        "the layers of a model are known when it is compiled",
        "no layer can be added or removed",
        "write another `model!`; `Digits()(x)` in its graph has the layers of `Digits`";
    CountsWeights:
        "the number of weights is a constant",
        "not a method",
        "`Digits::PARAMETERS`, or `M::PARAMETERS` of any model";
    HasNoClasses:
        "a prediction is a number for each class",
        "no method for classes",
        "`model.call(&x).imax()` is the class of one sample, and `model.predict(&x)?.iter().map(|y| y.imax()).collect::<Vec<_>>()` \
         are those of several",
        "for one output with `sigmoid`, the class is `y[0] > 0.5`";
    Evaluates:
        "a model is measured by `evaluate`",
        "no such method",
        "`model.compile(Adam::new(0.001), MeanSquaredError).metrics(Mae).evaluate(&x, &y)?` measures the loss and the metrics";
    TrainsOnBatches:
        "batches from a generator are given to `fit_batches`",
        "no such method",
        "`model.fit_batches(|_pass| batches(), Fit::new())?` trains a compiled model; `evaluate_batches` and `predict_batches` take \
         an iterator too";
    AdaptsItsLayers:
        "a layer learns its mean and variance with its model",
        "no method of a layer",
        "`model.adapt(&x)?` gives every `Normalization` of the model those of its input";
    NumbersByName:
        "numbers of a run are asked for by `get`",
        "no index",
        "`history.get(\"loss\")` has the number of each epoch, and `report.get(\"accuracy\")` one number; `None` if there is no \
         such name",
        "the loss of a report is `report.loss`";
    SavesWeights:
        "a model is saved as its weights: the graph is in the program",
        "the weights alone are saved",
        "`model.save_weights(\"model.safetensors\")?` and `load_weights`; `save_checkpoint` of a compiled model saves the state of \
         the training too";
}

/// Types with methods that are not there, each a compile error. The methods are of a trait in the prelude, so that
/// rustc reports what a method needs and not that there is none.
macro_rules! missing {
    ($($(#[$about:meta])* $type:ident, $trait:ident {
        $($name:ident($($argument:ident: $kind:ident),*): $needs:ident;)*
    })*) => {$(
        $(#[$about])*
        #[derive(Debug)]
        pub struct $type;

        /// Methods that have another form here.
        pub trait $trait {
            $(
                /// Has another form here.
                // With `for<'a>`, rustc checks the bound at the call, not here.
                fn $name<$($kind),*>(&self, $(_: $kind),*) -> <() as $needs>::Missing
                where
                    for<'a> (): $needs,
                {
                    unreachable!("nothing implements the requirement")
                }
            )*
        }

        impl $trait for $type {}
    )*};
}

missing! {
    /// The methods of a model that is not compiled, by the names of Keras, PyTorch and [`Compiled`].
    ///
    /// Models dereference to it. rustc looks for a method there last, so every other method of that name comes first:
    /// the program's own, whether inherent or of a trait, and with any kind of `self`.
    BeforeCompile, MethodsOfCompiled {
        fit(x: A, y: B, settings: C): NeedsCompile;
        fit_batches(batches: A, settings: B): NeedsCompile;
        evaluate(x: A, y: B): NeedsCompile;
        evaluate_batches(batches: A): NeedsCompile;
        train_on_batch(x: A, y: B): NeedsCompile;
        test_on_batch(x: A, y: B): NeedsCompile;
        predict_on_batch(x: A): PredictsAlready;
        predict_batches(batches: A): NeedsCompile;
        save_checkpoint(path: A): NeedsCompile;
        load_checkpoint(path: A): NeedsCompile;
        learning_rate(): NeedsCompile;
        set_learning_rate(rate: A): NeedsCompile;
        get_weights(): WeightsAreFields;
        set_weights(weights: A): WeightsAreFields;
        forward(x: A): CallsAlready;
        train(): HasNoMode;
        eval(): HasNoMode;
        to(device: A): IsOnTheProcessor;
        cuda(): IsOnTheProcessor;
        cpu(): IsOnTheProcessor;
        backward(): StepsAtOnce;
        zero_grad(): StepsAtOnce;
        parameters(): WeightsAreFields;
        named_parameters(): WeightsAreFields;
        state_dict(): WeightsAreFields;
        load_state_dict(weights: A): WeightsAreFields;
        layers(): LayersAreFields;
        get_layer(name: A): LayersAreFields;
        count_params(): CountsWeights;
        add(layer: A): GraphIsFixed;
        pop(): GraphIsFixed;
        load(path: A): SavesWeights;
        save(path: A): SavesWeights;
        predict_classes(x: A): HasNoClasses;
        score(x: A, y: B): Evaluates;
        fit_generator(batches: A): TrainsOnBatches;
        evaluate_generator(batches: A): TrainsOnBatches;
        predict_generator(batches: A): TrainsOnBatches;
    }

    /// The methods of a compiled model by the names of Keras and PyTorch; it dereferences to it.
    KerasNames, MethodsOfKeras {
        get_weights(): WeightsAreFields;
        set_weights(weights: A): WeightsAreFields;
        forward(x: A): CallsAlready;
        train(): HasNoMode;
        eval(): HasNoMode;
        to(device: A): IsOnTheProcessor;
        cuda(): IsOnTheProcessor;
        cpu(): IsOnTheProcessor;
        backward(): StepsAtOnce;
        zero_grad(): StepsAtOnce;
        parameters(): WeightsAreFields;
        named_parameters(): WeightsAreFields;
        state_dict(): WeightsAreFields;
        load_state_dict(weights: A): WeightsAreFields;
        layers(): LayersAreFields;
        get_layer(name: A): LayersAreFields;
        count_params(): CountsWeights;
        add(layer: A): GraphIsFixed;
        pop(): GraphIsFixed;
        load(path: A): SavesWeights;
        save(path: A): SavesWeights;
        predict_classes(x: A): HasNoClasses;
        score(x: A, y: B): Evaluates;
        fit_generator(batches: A): TrainsOnBatches;
        evaluate_generator(batches: A): TrainsOnBatches;
        predict_generator(batches: A): TrainsOnBatches;
    }
}

/// The methods of a model whose optimizer, losses or metrics are refused already: no further error follows. They come
/// after the methods of [`Compiled`], which apply if its parts are right.
#[allow(missing_docs)]
pub trait AfterAMistake: Sized {
    fn fit<A, B, C>(&mut self, _: A, _: B, _: C) -> Result<History> {
        unreachable!("no value has the type")
    }

    fn fit_batches<A, B>(&mut self, _: A, _: B) -> Result<History> {
        unreachable!("no value has the type")
    }

    fn evaluate<A, B>(&self, _: A, _: B) -> Result<Logs> {
        unreachable!("no value has the type")
    }

    fn evaluate_batches<A>(&self, _: A) -> Result<Logs> {
        unreachable!("no value has the type")
    }

    fn train_on_batch<A, B>(&mut self, _: A, _: B) -> Result<Logs> {
        unreachable!("no value has the type")
    }

    fn test_on_batch<A, B>(&self, _: A, _: B) -> Result<Logs> {
        unreachable!("no value has the type")
    }

    fn metrics<A>(self, _: A) -> Self {
        self
    }

    fn loss_weights<A>(self, _: A) -> Self {
        self
    }

    fn seed(self, _: u64) -> Self {
        self
    }

    fn strict(self, _: bool) -> Self {
        self
    }
}

impl<M: Model, O, L, K> AfterAMistake for Compiled<M, O, L, K> where (O, L, K): Mistaken {}

/// Keras's `layer.adapt(x)`.
pub trait MethodsOfLayers {
    /// It is a method of the model.
    fn adapt<X>(&mut self, _: X) -> <() as AdaptsItsLayers>::Missing
    where
        for<'a> (): AdaptsItsLayers,
    {
        unreachable!("nothing implements the requirement")
    }
}

impl<T, const F: usize, const LEARNT: usize> MethodsOfLayers for nn_core::layers::NormalizationWeights<T, F, LEARNT> {}

/// Python's `history["loss"]`.
macro_rules! by_name {
    ($($type:ident $output:ty: $nothing:expr;)*) => {$(
        #[doc(hidden)]
        impl<N> Index<N> for $type
        where
            for<'a> (): NumbersByName,
        {
            type Output = $output;

            fn index(&self, _: N) -> &$output {
                $nothing
            }
        }
    )*};
}
static NOTHING: Vec<f64> = Vec::new();

by_name! {
    History Vec<f64>: &NOTHING;
    Report f64: &f64::NAN;
}

/// Methods of predictions by names of NumPy's arrays.
pub trait MethodsOfPredictions {
    /// The class of each is that of `imax`.
    fn argmax(&self) -> <() as HasNoClasses>::Missing
    where
        for<'a> (): HasNoClasses,
    {
        unreachable!("nothing implements the requirement")
    }
}

impl<E, const R: usize, const C: usize> MethodsOfPredictions for Vec<SMatrix<E, R, C>> {}

/// Methods of [`Fit`](crate::Fit) by names of Keras's arguments.
pub trait ArgumentsOfFit: Sized {
    /// The method is `batch_size`.
    fn batch<N>(self, _: N) -> <() as SetsBatchSize>::Missing
    where
        for<'a> (): SetsBatchSize,
    {
        unreachable!("nothing implements the requirement")
    }

    /// The method is `callback`, for one.
    fn callbacks<L>(self, _: L) -> <() as AddsOneCallback>::Missing
    where
        for<'a> (): AddsOneCallback,
    {
        unreachable!("nothing implements the requirement")
    }
}

impl<V, C> ArgumentsOfFit for crate::Fit<V, C> {}

#[doc(hidden)]
impl<M: Model, O, L, K> Deref for Compiled<M, O, L, K> {
    type Target = KerasNames;

    fn deref(&self) -> &KerasNames {
        &KerasNames
    }
}

/// Has a model dereference to the methods that it lacks before `compile`.
#[doc(hidden)]
#[macro_export]
macro_rules! __before_compile {
    ($name:ident) => {
        #[doc(hidden)]
        #[automatically_derived]
        impl<__Scalar: $crate::Scalar> ::core::ops::Deref for $name<__Scalar> {
            type Target = $crate::__private::BeforeCompile;

            #[inline]
            fn deref(&self) -> &$crate::__private::BeforeCompile {
                &$crate::__private::BeforeCompile
            }
        }
    };
}

/// The only input of a model, of which an `X` is a sample.
#[diagnostic::on_unimplemented(
    message = "`call` of a compiled model is for one input and one output",
    label = "the model has several inputs",
    note = "`compiled.model().call((&a, &b))` computes the outputs for one sample of each input"
)]
pub trait InputFrom<X: ?Sized>: Tensor {
    /// Returns the sample as a batch.
    fn samples(x: &X) -> &[Self];
}

impl<E: Element, const R: usize, const C: usize, X: OneOf<Self> + ?Sized> InputFrom<X> for SMatrix<E, R, C> {
    fn samples(x: &X) -> &[Self] {
        x.as_batch()
    }
}

impl<const N: usize, X: OneOf<Self> + ?Sized> InputFrom<X> for MultiHot<N> {
    fn samples(x: &X) -> &[Self] {
        x.as_batch()
    }
}

/// One tensor, not a tuple of several.
#[diagnostic::on_unimplemented(
    message = "`call` of a compiled model is for one input and one output",
    label = "the model has several outputs",
    note = "`compiled.model().call((&a, &b))` computes the outputs for one sample of each input"
)]
pub trait Single: Tensor {}

#[diagnostic::do_not_recommend]
impl<S: Tensor> Single for S {}
