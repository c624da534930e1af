//! Methods of Keras that have another form here: a call is an error that says what to write.
//!
//! Each returns `Missing` of a trait that nothing implements. So rustc does not know its type, and says nothing of what
//! follows from it: see `missing.rs`.

use crate::data::Items;
use crate::tensor::Tensor;
use crate::{Compiled, Element, Model, MultiHot, SMatrix};
use core::slice;

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
    WeightsAreFields:
        "the weights of a model are its fields",
        "no method for all weights",
        "`model.dense.kernel` is the kernel of the layer `dense`, in a compiled model `compiled.model().dense.kernel`",
        "`as_slice()` of the model has all weights as one slice, and `as_mut_slice()` changes them";
    SavesWeights:
        "a model is saved as its weights: the graph is in the program",
        "the weights alone are saved",
        "`model.save_weights(\"model.safetensors\")?` and `load_weights`; `save_checkpoint` of a compiled model saves the state of \
         the training too";
}

/// Models that are not compiled, by Keras's names. In the prelude, without a name.
///
/// They take `&mut self`, so that methods of the program's own come first: inherent ones, and those of its traits with
/// `&self`. A compiled model has these methods itself, and no trait for it may hide them.
pub trait BeforeCompile: Model {
    /// For a compiled model.
    fn fit<X, Y, F>(&mut self, _: X, _: Y, _: F) -> <() as NeedsCompile>::Missing
    where
        for<'a> (): NeedsCompile,
    {
        unreachable!("nothing implements the requirement")
    }

    /// For a compiled model.
    fn evaluate<X, Y>(&mut self, _: X, _: Y) -> <() as NeedsCompile>::Missing
    where
        for<'a> (): NeedsCompile,
    {
        unreachable!("nothing implements the requirement")
    }
}

impl<M: Model> BeforeCompile for M {}

/// Models and compiled models, by Keras's names. In the prelude, without a name.
pub trait KerasNames {
    /// Fields.
    fn get_weights(&mut self) -> <() as WeightsAreFields>::Missing
    where
        for<'a> (): WeightsAreFields,
    {
        unreachable!("nothing implements the requirement")
    }

    /// Fields.
    fn set_weights<W>(&mut self, _: W) -> <() as WeightsAreFields>::Missing
    where
        for<'a> (): WeightsAreFields,
    {
        unreachable!("nothing implements the requirement")
    }

    /// `save_weights`.
    fn save<P>(&mut self, _: P) -> <() as SavesWeights>::Missing
    where
        for<'a> (): SavesWeights,
    {
        unreachable!("nothing implements the requirement")
    }
}

impl<M: Model> KerasNames for M {}

impl<M: Model, O, L, K> KerasNames for Compiled<M, O, L, K> {}

/// A tensor, of which an `X` is a sample.
#[diagnostic::on_unimplemented(
    message = "`call` of a compiled model is for one input and one output",
    label = "the model has several inputs",
    note = "`compiled.model().call((&a, &b))` computes the outputs for one sample of each input"
)]
pub trait SampleFrom<X>: Tensor {
    /// The sample, as a batch.
    fn samples(x: &X) -> &[Self];
}

impl<E: Element, const R: usize, const C: usize, X: Items<Self>> SampleFrom<X> for SMatrix<E, R, C> {
    fn samples(x: &X) -> &[Self] {
        X::as_samples(slice::from_ref(x))
    }
}

impl<const N: usize, X: Items<Self>> SampleFrom<X> for MultiHot<N> {
    fn samples(x: &X) -> &[Self] {
        X::as_samples(slice::from_ref(x))
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
