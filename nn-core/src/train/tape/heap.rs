//! [`HeapTape`]: a tape for batches of any size.

use super::{Gradient, Record};
use crate::layer::model::{Graph, Model};
use crate::layer::{Mode, Train};
use crate::spec::MAX_INPUTS;
use crate::tensor::Tensors;
use crate::tensor::scalar::Scalar;
use crate::tensor::storage::Heap;
use crate::train::data::Batches;
use crate::weights::zeroed_box;
use alloc::boxed::Box;
use alloc::vec::Vec;
use rand::Rng;

/// A forward pass that is remembered, and its gradients: for a loss, an optimizer or a training loop of your own. Every
/// model has the method `tape`, which makes one.
///
/// The methods take the model each time, so a tape serves several models of one type, and the model is free in between.
/// A backward pass belongs to the last forward pass, with the same weights.
///
/// Memory is allocated when the tape is made, and again only for a batch that is larger than all before.
pub struct HeapTape<M: Model> {
    capacity: usize,
    record: Record<M, Heap>,
    gradient: Box<M>,
    /// The layers that are frozen at run time; empty if there are none.
    frozen: Vec<bool>,
}

impl<M: Model> HeapTape<M> {
    /// Creates a tape for batches of up to `capacity` samples; it grows for a larger batch.
    pub fn new(capacity: usize) -> Self {
        HeapTape { capacity, record: Record::new(capacity), gradient: zeroed_box(), frozen: Vec::new() }
    }

    /// Computes the outputs for the inputs `x` as training sees them, and remembers the pass: Dropout draws from `rng`,
    /// and BatchNormalization takes the statistics of the batch.
    ///
    /// The outputs are those of [`predictions`](Self::predictions): a slice, or a tuple of slices.
    ///
    /// # Panics
    /// If inputs have different numbers of samples.
    #[track_caller]
    pub fn forward(
        &mut self,
        model: &M,
        x: impl Batches<M::Inputs>,
        rng: &mut dyn Rng,
    ) -> <M::Outputs as Tensors>::Batch<'_> {
        let x = x.batches();
        let n = self.begin(x);
        self.record.forward(model, x, n, Mode::with_frozen(rng, &self.frozen));
        self.record.predictions()
    }

    /// Computes the outputs for the inputs `x` as in a prediction, and remembers the pass: without noise, with the
    /// averages of BatchNormalization, and without the penalties on activations. The gradients are those of the
    /// prediction. For a saliency map or an adversarial sample.
    ///
    /// # Panics
    /// If inputs have different numbers of samples.
    #[track_caller]
    pub fn forward_inference(&mut self, model: &M, x: impl Batches<M::Inputs>) -> <M::Outputs as Tensors>::Batch<'_> {
        let x = x.batches();
        let n = self.begin(x);
        self.record.predict(model, x, n);
        self.record.predictions()
    }

    /// Returns the gradient of the weights: `dw = Σ dy · ∂y/∂w` over the samples of the last forward pass.
    ///
    /// `dy` is the gradient of your loss with respect to the outputs, for each sample. For a mean over the batch,
    /// divide it by the number of samples yourself. Penalties on activations are added, as Keras adds them to the loss.
    /// Penalties on weights are not: `apply_gradient` adds them.
    ///
    /// # Panics
    /// If `dy` has not as many samples as the last forward pass.
    #[track_caller]
    pub fn backward(&mut self, model: &M, dy: impl Batches<M::Outputs>) -> Gradient<'_, M, Heap> {
        self.clear();
        self.accumulate(model, dy)
    }

    /// Adds the gradient of the weights to that of earlier passes, and returns the sum. [`clear`](Self::clear) or
    /// [`backward`](Self::backward) begins anew.
    ///
    /// # Panics
    /// As [`backward`](Self::backward).
    #[track_caller]
    pub fn accumulate(&mut self, model: &M, dy: impl Batches<M::Outputs>) -> Gradient<'_, M, Heap> {
        let dy = dy.batches();
        self.check(dy);
        self.record.backward(model, dy, &mut self.gradient);
        self.gradient()
    }

    /// Returns the gradient of the inputs: `dx = dy · ∂y/∂x` for each sample of the last forward pass. For an input of
    /// indices it is zero.
    ///
    /// # Panics
    /// As [`backward`](Self::backward).
    #[track_caller]
    pub fn input_gradient(&mut self, model: &M, dy: impl Batches<M::Outputs>) -> <M::Inputs as Tensors>::Batch<'_> {
        let dy = dy.batches();
        self.check(dy);
        self.record.input_gradient(model, dy);
        self.record.of_inputs()
    }

    /// Returns the outputs of the last forward pass.
    pub fn predictions(&self) -> <M::Outputs as Tensors>::Batch<'_> {
        self.record.predictions()
    }

    /// Returns the mask of each output that has one, after a forward pass: a number for each position of the batch; 0
    /// masks the position.
    pub fn masks(&self) -> [Option<&[u32]>; MAX_INPUTS] {
        self.record.masks()
    }

    /// Returns the gradient of the weights.
    pub fn gradient(&self) -> Gradient<'_, M, Heap> {
        Gradient { weights: &self.gradient, passes: &self.record.passes }
    }

    /// Sets the gradient of the weights to zero.
    pub fn clear(&mut self) {
        self.gradient.as_mut_slice().fill(M::Scalar::ZERO);
    }

    /// Moves the running state of the layers after a forward pass, such as the averages of a BatchNormalization.
    /// `apply_gradient` does it for the last forward pass; call this for the others if you
    /// [`accumulate`](Self::accumulate).
    pub fn update(&self, model: &mut M) {
        M::Graph::NEW.update::<Heap>(model, &self.record.passes.cache);
    }

    /// Sets the layers that are frozen at run time: a flag for each of the model's [`LAYERS`](Weights::LAYERS), in the
    /// order of its variables. A frozen BatchNormalization works as in a prediction.
    #[doc(hidden)]
    pub fn set_frozen(&mut self, frozen: &[bool]) {
        self.frozen.clear();
        self.frozen.extend_from_slice(frozen);
    }

    /// Returns the number of samples, for which there is room then.
    #[track_caller]
    fn begin(&mut self, x: <M::Inputs as Tensors>::Batch<'_>) -> usize {
        let n = M::Inputs::len(x);
        let mut input = 0;
        M::Inputs::lengths(x, &mut |got| {
            let (name, first) = (M::INPUT_NAMES.get(input).unwrap_or(&""), M::INPUT_NAMES.first().unwrap_or(&""));
            assert!(got == n, "expected {n} samples of input `{name}`, as of `{first}`, but got {got}");
            input += 1;
        });
        if n > self.capacity {
            (self.capacity, self.record) = (n, Record::new(n));
        }
        n
    }

    #[track_caller]
    fn check(&self, dy: <M::Outputs as Tensors>::Batch<'_>) {
        let (n, mut output) = (self.record.n, 0);
        M::Outputs::lengths(dy, &mut |got| {
            let name = M::OUTPUT_NAMES.get(output).unwrap_or(&"");
            assert!(got == n, "expected {n} gradients of output `{name}`, as samples went forward, but got {got}");
            output += 1;
        });
    }
}
