//! [`Tape`] and [`HeapTape`]: a forward pass that is remembered, and its gradients.
//!
//! ```text
//! y = f(w, x)        forward: keeps x and all values between
//! dw = dy · ∂y/∂w    backward, summed over the samples
//! dx = dy · ∂y/∂x    input_gradient
//! ```

use crate::layer::model::{Graph, Model};
use crate::layer::{Mode, Train};
use crate::spec::MAX_INPUTS;
use crate::tensor::Tensors;
use crate::tensor::by_value::{Large, assert_by_value};
use crate::tensor::scalar::Scalar;
use crate::tensor::storage::{Buffer, Inline, Storage};
use crate::train::data::Batches;
use crate::train::passes::{GraphOf, Passes};
use crate::train::trainer::StepError;
use crate::weights::zeros;
use core::ops::Deref;
use rand::rngs::Xoshiro128PlusPlus;
use rand::{Rng, SeedableRng};

#[cfg(feature = "alloc")]
mod heap;
#[cfg(feature = "alloc")]
pub use heap::HeapTape;

/// The memory of a tape besides the gradient of the weights.
struct Record<M: Model, B: Storage> {
    /// The number of samples of the last forward pass.
    n: usize,
    x: <M::Inputs as Tensors>::Buffers<B>,
    dx: <M::Inputs as Tensors>::Buffers<B>,
    passes: Passes<M, B, M::Graph>,
}

impl<M: Model, B: Storage> Record<M, B> {
    fn new(capacity: usize) -> Self {
        Record {
            n: 0,
            x: Buffer::with_capacity(capacity),
            dx: Buffer::with_capacity(capacity),
            passes: Passes::new(capacity),
        }
    }

    fn forward(&mut self, model: &M, x: <M::Inputs as Tensors>::Batch<'_>, n: usize, mode: Mode<'_, '_>) {
        self.n = n;
        M::Inputs::copy(x, M::Inputs::batch_mut::<B>(&mut self.x, n));
        self.passes.forward(model, M::Inputs::batch::<B>(&self.x, n), n, mode);
    }

    fn predict(&mut self, model: &M, x: <M::Inputs as Tensors>::Batch<'_>, n: usize) {
        // Nothing draws from it.
        let mut rng = Xoshiro128PlusPlus::seed_from_u64(0);
        self.forward(model, x, n, Mode::predicting(&mut rng));
    }

    fn predictions(&self) -> <M::Outputs as Tensors>::Batch<'_> {
        self.passes.predictions(self.n)
    }

    fn masks(&self) -> [Option<&[u32]>; MAX_INPUTS] {
        self.passes.masks(M::Inputs::batch::<B>(&self.x, self.n), self.n)
    }

    /// Adds the gradient of the weights to `dw`.
    fn backward(&mut self, model: &M, dy: <M::Outputs as Tensors>::Batch<'_>, dw: &mut M) {
        let Record { n, x, passes, .. } = self;
        let x = M::Inputs::batch::<B>(x, *n);
        passes.backward_of(model, x, *n, dy, M::Inputs::no_gradients(), Some(dw));
    }

    /// Computes the gradient of the inputs.
    fn input_gradient(&mut self, model: &M, dy: <M::Outputs as Tensors>::Batch<'_>) {
        let Record { n, x, dx, passes } = self;
        M::Inputs::clear(M::Inputs::batch_mut::<B>(dx, *n));
        let gradients = M::Inputs::gradients(M::Inputs::batch_mut::<B>(dx, *n));
        passes.backward_of(model, M::Inputs::batch::<B>(x, *n), *n, dy, gradients, None);
    }

    fn of_inputs(&self) -> <M::Inputs as Tensors>::Batch<'_> {
        M::Inputs::batch::<B>(&self.dx, self.n)
    }
}

/// The gradient of the weights of a model, as a tape gives it. It dereferences to a value of the model's type:
/// `gradient.dense.kernel` is the gradient of that kernel.
pub struct Gradient<'a, M: Model, B: Storage> {
    weights: &'a M,
    passes: &'a Passes<M, B, M::Graph>,
}

impl<M: Model, B: Storage> Deref for Gradient<'_, M, B> {
    type Target = M;

    fn deref(&self) -> &M {
        self.weights
    }
}

/// A gradient of the weights of `M` that an optimizer can apply: a [`Gradient`] of a tape, or a value of the model's
/// type.
///
/// A tape also has the statistics of its last forward pass, with which a BatchNormalization moves its averages.
pub trait GradientOf<M: Model> {
    /// The storage of the tape.
    type Storage: Storage;
    /// The graph of the tape.
    type Graph: GraphOf<M>;

    /// Returns the gradient.
    fn weights(&self) -> &M;
    /// Returns the last forward pass.
    #[doc(hidden)]
    fn passes(&self) -> Option<&Passes<M, Self::Storage, Self::Graph>> {
        None
    }
}

impl<M: Model> GradientOf<M> for M {
    type Storage = Inline<1>;
    type Graph = M::Graph;

    fn weights(&self) -> &M {
        self
    }
}

impl<M: Model, B: Storage> GradientOf<M> for Gradient<'_, M, B> {
    type Storage = B;
    type Graph = M::Graph;

    fn weights(&self) -> &M {
        self.weights
    }

    fn passes(&self) -> Option<&Passes<M, B, M::Graph>> {
        Some(self.passes)
    }
}

/// A forward pass of up to `N` samples that is remembered, and its gradients, without a heap: [`HeapTape`] for boards.
///
/// [`BYTES`](Self::BYTES) is its size. It panics on no data: a wrong number of samples is an error.
///
/// ```ignore
/// static TAPE: Mutex<Tape<Sine, 1>> = Mutex::new(Tape::ZEROED);
///
/// let y = tape.forward(&sine, [x], &mut rng)?;
/// let gradient = tape.backward(&sine, [dy])?;
/// trainer.apply_gradient(&SGD, &gradient)?;
/// ```
pub struct Tape<M: Model, const N: usize> {
    record: Record<M, Inline<N>>,
    gradient: M,
}

/// The beginning of a message about a large tape.
const TAPE: Large = ["this tape has ", " bytes"];

impl<M: Model, const N: usize> Tape<M, N> {
    /// An empty tape as a constant, for a `static`: no copy of it passes through a stack.
    pub const ZEROED: Self = Tape {
        record: Record { n: 0, x: Buffer::ZEROED, dx: Buffer::ZEROED, passes: Passes::ZEROED },
        gradient: M::ZEROED,
    };

    /// The size of the tape in bytes.
    pub const BYTES: usize = size_of::<Self>();

    /// Creates an empty tape. Does not compile above [`MAX_BY_VALUE`](crate::layer::model::MAX_BY_VALUE) bytes: then
    /// use [`ZEROED`](Self::ZEROED) in a `static`.
    #[allow(clippy::new_without_default)] // The size is checked when this compiles, which `Default` would hide.
    pub fn new() -> Self {
        const { assert_by_value(Self::BYTES, TAPE, "Tape::new", "make it in a `static`: `Tape::ZEROED`") }
        Tape { record: Record::new(N), gradient: zeros::<M::Scalar, M>() }
    }

    /// Does the same as [`HeapTape::forward`].
    ///
    /// # Errors
    /// If there are no samples or more than `N`, or if inputs have different numbers of samples. The tape is then
    /// empty.
    pub fn forward(
        &mut self,
        model: &M,
        x: impl Batches<M::Inputs>,
        rng: &mut dyn Rng,
    ) -> Result<<M::Outputs as Tensors>::Batch<'_>, StepError> {
        let x = x.batches();
        let n = self.begin(x)?;
        self.record.forward(model, x, n, Mode::new(rng));
        Ok(self.record.predictions())
    }

    /// Does the same as [`HeapTape::forward_inference`].
    ///
    /// # Errors
    /// As [`forward`](Self::forward).
    pub fn forward_inference(
        &mut self,
        model: &M,
        x: impl Batches<M::Inputs>,
    ) -> Result<<M::Outputs as Tensors>::Batch<'_>, StepError> {
        let x = x.batches();
        let n = self.begin(x)?;
        self.record.predict(model, x, n);
        Ok(self.record.predictions())
    }

    /// Does the same as [`HeapTape::backward`].
    ///
    /// # Errors
    /// If `dy` has not as many samples as the last forward pass. Then the gradient has not changed.
    pub fn backward(
        &mut self,
        model: &M,
        dy: impl Batches<M::Outputs>,
    ) -> Result<Gradient<'_, M, Inline<N>>, StepError> {
        self.check::<M::Outputs>(dy.batches())?;
        self.clear();
        self.accumulate(model, dy)
    }

    /// Does the same as [`HeapTape::accumulate`].
    ///
    /// # Errors
    /// As [`backward`](Self::backward).
    pub fn accumulate(
        &mut self,
        model: &M,
        dy: impl Batches<M::Outputs>,
    ) -> Result<Gradient<'_, M, Inline<N>>, StepError> {
        let dy = dy.batches();
        self.check::<M::Outputs>(dy)?;
        self.record.backward(model, dy, &mut self.gradient);
        Ok(self.gradient())
    }

    /// Does the same as [`HeapTape::input_gradient`].
    ///
    /// # Errors
    /// As [`backward`](Self::backward).
    pub fn input_gradient(
        &mut self,
        model: &M,
        dy: impl Batches<M::Outputs>,
    ) -> Result<<M::Inputs as Tensors>::Batch<'_>, StepError> {
        let dy = dy.batches();
        self.check::<M::Outputs>(dy)?;
        self.record.input_gradient(model, dy);
        Ok(self.record.of_inputs())
    }

    /// Returns the outputs of the last forward pass.
    pub fn predictions(&self) -> <M::Outputs as Tensors>::Batch<'_> {
        self.record.predictions()
    }

    /// Returns the mask of each output, after a forward pass: see [`HeapTape::masks`].
    pub fn masks(&self) -> [Option<&[u32]>; MAX_INPUTS] {
        self.record.masks()
    }

    /// Returns the gradient of the weights.
    pub fn gradient(&self) -> Gradient<'_, M, Inline<N>> {
        Gradient { weights: &self.gradient, passes: &self.record.passes }
    }

    /// Sets the gradient of the weights to zero.
    pub fn clear(&mut self) {
        self.gradient.as_mut_slice().fill(M::Scalar::ZERO);
    }

    /// Moves the running state of the layers, such as the averages of a BatchNormalization: see [`HeapTape::update`].
    pub fn update(&self, model: &mut M) {
        M::Graph::NEW.update::<Inline<N>>(model, &self.record.passes.cache);
    }

    /// Empties the tape, and returns the number of samples.
    fn begin(&mut self, x: <M::Inputs as Tensors>::Batch<'_>) -> Result<usize, StepError> {
        self.record.n = 0;
        let n = M::Inputs::len(x);
        if n == 0 || n > N {
            return Err(StepError::Samples { got: n, room: N });
        }
        equal::<M::Inputs>(x, n)?;
        Ok(n)
    }

    fn check<Y: Tensors>(&self, dy: Y::Batch<'_>) -> Result<(), StepError> {
        equal::<Y>(dy, self.record.n)
    }
}

/// Fails if a tensor has not `n` samples.
fn equal<X: Tensors>(batch: X::Batch<'_>, n: usize) -> Result<(), StepError> {
    let mut other = None;
    X::lengths(batch, &mut |got| {
        if got != n {
            other = Some(got);
        }
    });
    other.map_or(Ok(()), |got| Err(StepError::Lengths { expected: n, got }))
}
