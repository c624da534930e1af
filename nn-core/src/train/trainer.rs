//! [`Trainer`]: training without `std` and without a heap, in memory whose size is known at compile time.

mod board;
mod trainable_ranges;

use crate::layer::model::{Graph, Model};
use crate::layer::{Mode, Train};
use crate::spec::MAX_INPUTS;
use crate::spec::settings::{self, OutOfRange};
use crate::tensor::Tensors;
use crate::tensor::by_value::{Large, assert_by_value};
use crate::tensor::scalar::Scalar;
use crate::tensor::storage::Inline;
use crate::train::data::Batches;
use crate::train::losses::{Losses, Weighting};
use crate::train::optimizers::{Clipping, MAX_SLOTS, Optimizer};
use crate::train::passes::{self, Passes, Step};
use crate::train::tape::GradientOf;
use crate::weights::zeros;
use core::fmt;
use core::ops::Range;
use rand::Rng;
use trainable_ranges::TrainableRanges;

/// A model with the memory of its training: the gradient, the optimizer's slots, and the activations of up to `N`
/// samples.
///
/// For programs without a heap, it does the same with a batch as `fit`: forward, losses, backward, regularization,
/// running states, clipping, weight decay, the optimizer, constraints. It does not allocate, and panics on no data.
/// [`BYTES`](Self::BYTES) is its size.
///
/// Layers with `trainable = false` before all layers that learn have no backward code, and take little memory for a
/// batch ([`TRAIN_BYTES`](Model::TRAIN_BYTES)). But their weights are part of the model, of its gradient and of the
/// slots. To keep them in flash, make the learning part a model of its own: `Trainer<Head, N>` on the predictions of
/// the rest.
///
/// `SLOTS` is the number of values that the optimizer keeps for each weight: 0 for SGD, 1 with momentum, 1 for
/// RMSprop, 2 for Adam, and one more with [`ema`](crate::train::optimizers::With).
pub struct Trainer<M: Model, const N: usize, const SLOTS: usize = 0> {
    /// The model.
    pub model: M,
    gradient: M,
    slots: [M; SLOTS],
    tape: Passes<M, Inline<N>>,
    steps: u64,
    /// The [`kind`] of the optimizer to which the slots belong.
    kind: u32,
}

/// The beginning of a message about a large trainer.
const TRAINER: Large = ["this trainer has ", " bytes"];

/// The reason why a [`Trainer`] was not created or did not take a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepError {
    /// The optimizer keeps more values for each weight than there is room for.
    Slots {
        /// The number of values that it keeps.
        needed: usize,
        /// `SLOTS`
        room: usize,
    },
    /// An invalid setting of the optimizer or of a loss.
    Setting(OutOfRange),
    /// The trainer was created for another optimizer, or for the same with other slots.
    Optimizer,
    /// An optimizer with `gradient_accumulation_steps`. A trainer takes a step with each gradient; add gradients with
    /// [`Tape::accumulate`](crate::train::tape::Tape::accumulate).
    Accumulation,
    /// A batch without samples, or with too many.
    Samples {
        /// The number of samples given.
        got: usize,
        /// `N`
        room: usize,
    },
    /// Inputs and targets with different numbers of samples.
    Lengths {
        /// The number of samples of the first input.
        expected: usize,
        /// The number of samples of another input or of a target.
        got: usize,
    },
    /// A NaN or infinite number in an input or a target, for example from a broken sensor. Only
    /// [`step_checked`](Trainer::step_checked) looks for it.
    NotFinite {
        /// The sample.
        sample: usize,
    },
    /// An out-of-range index for a layer. Only [`step_checked`](Trainer::step_checked) looks for it.
    Index {
        /// The sample.
        sample: usize,
    },
    /// A target that a loss cannot judge. Only [`step_checked`](Trainer::step_checked) looks for it.
    Target {
        /// The sample.
        sample: usize,
    },
}

impl fmt::Display for StepError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StepError::Slots { needed, room } => {
                write!(f, "the optimizer keeps {needed} numbers for each weight, and there is room for {room}")
            }
            StepError::Setting(setting) => setting.fmt(f),
            StepError::Optimizer => f.write_str("the optimizer is not the one that the trainer was made for"),
            StepError::Accumulation => f.write_str("a trainer has no `gradient_accumulation_steps`"),
            StepError::Samples { got, room } => write!(f, "expected a batch of 1 to {room} samples, but got {got}"),
            StepError::Lengths { expected, got } => {
                write!(f, "expected {expected} samples of every input and target, but got {got} of one")
            }
            StepError::NotFinite { sample } => write!(f, "sample {sample} has a number that is NaN or infinite"),
            StepError::Index { sample } => write!(f, "sample {sample} has an index that a layer does not have"),
            StepError::Target { sample } => write!(f, "sample {sample} has a target that the loss cannot judge"),
        }
    }
}

impl core::error::Error for StepError {}

impl<M: Model, const N: usize, const SLOTS: usize> Trainer<M, N, SLOTS> {
    /// The size of the trainer in bytes, the weights of the model included.
    pub const BYTES: usize = size_of::<Self>();

    /// Creates a trainer of this model, which may already be trained, with the initial slots of this optimizer. Does
    /// not compile above [`MAX_BY_VALUE`](crate::layer::model::MAX_BY_VALUE) bytes.
    ///
    /// # Errors
    /// If the optimizer needs more `SLOTS`, or has an invalid setting.
    pub fn new(model: M, optimizer: &impl Optimizer) -> Result<Self, StepError> {
        const { assert!(SLOTS <= MAX_SLOTS + 1, "no optimizer keeps so many numbers for each weight") }
        const { assert_by_value(Self::BYTES, TRAINER, "Trainer::new", "train on the heap: `compile` and `fit`") }
        Self::suits(optimizer)?;
        let slots = core::array::from_fn(|slot| {
            let mut weights = zeros::<M::Scalar, M>();
            board::begin(optimizer, slot, &model, &mut weights);
            weights
        });
        Ok(Trainer {
            model,
            gradient: zeros::<M::Scalar, M>(),
            slots,
            tape: Passes::new(N),
            steps: 0,
            kind: kind(optimizer),
        })
    }

    /// Checks the settings of an optimizer and of losses, because [`step`](Self::step) does not. Call it once for the
    /// losses, and for an optimizer whose settings change after [`new`](Self::new). For constants, only the result
    /// remains in the program.
    ///
    /// # Errors
    /// If a setting is NaN, infinite (also as the model's scalar) or outside its range.
    pub fn check<L: Losses<M::Outputs>>(optimizer: &impl Optimizer, losses: &L) -> Result<(), StepError> {
        optimizer.check::<M::Scalar>().map_err(StepError::Setting)?;
        for output in 0..M::Outputs::COUNT {
            settings::check::<M::Scalar>(|visit| losses.settings(output, visit)).map_err(StepError::Setting)?;
        }
        Ok(())
    }

    /// Returns the number of steps taken.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Takes one step on a batch, given as to `fit`. Returns the loss before the step, with penalties.
    ///
    /// Optimizer and losses are arguments so that they can be constants, which the compiler evaluates: the program
    /// then holds no code for unused options. The optimizer must be the one of [`new`](Self::new); its rate may change
    /// from step to step.
    ///
    /// An out-of-range index makes the loss NaN, as in `call`.
    ///
    /// # Errors
    /// If there are no samples or more than `N`, or if inputs and targets have different numbers of samples. Also if
    /// the optimizer is another one, whose slots have another meaning. Nothing has changed then.
    #[inline]
    pub fn step<O: Optimizer, L: Losses<M::Outputs>>(
        &mut self,
        optimizer: &O,
        losses: &L,
        x: impl Batches<M::Inputs>,
        targets: impl Batches<L::Targets>,
        rng: &mut dyn Rng,
    ) -> Result<f64, StepError> {
        self.step_on(optimizer, losses, x.batches(), targets.batches(), rng)
    }

    /// Takes a step with this gradient, as a [`Tape`](crate::train::tape::Tape) gives it, or a value of the model's
    /// type: for a loss or a training loop of your own. Returns the penalties on weights, and those on activations if
    /// the gradient is of a tape.
    ///
    /// The step is that of [`step`](Self::step), after its backward pass.
    ///
    /// # Errors
    /// If the optimizer is another one, whose slots have another meaning. Nothing has changed then.
    pub fn apply_gradient<O: Optimizer>(
        &mut self,
        optimizer: &O,
        gradient: &impl GradientOf<M>,
    ) -> Result<f64, StepError> {
        self.takes(optimizer)?;
        let Trainer { model, gradient: own, slots, steps, .. } = self;
        let learning = Learning { gradient: own, slots, steps, optimizer };
        Ok(passes::step(model, &mut Given { learning, given: gradient }).to_f64())
    }

    /// Takes the step; one copy of this code serves all types that can hold a batch.
    fn step_on<O: Optimizer, L: Losses<M::Outputs>>(
        &mut self,
        optimizer: &O,
        losses: &L,
        x: <M::Inputs as Tensors>::Batch<'_>,
        targets: <L::Targets as Tensors>::Batch<'_>,
        rng: &mut dyn Rng,
    ) -> Result<f64, StepError> {
        self.takes(optimizer)?;
        let n = lengths::<M, L>(x, targets, N)?;
        let Trainer { model, gradient, slots, tape, steps, .. } = self;
        let (x, targets, losses_of) = (M::Inputs::shorter(x), L::Targets::shorter(targets), [0.0; MAX_INPUTS]);
        let learning = Learning { gradient, slots, steps, optimizer };
        let mut batch = Batch { learning, tape, losses, x, targets, n, rng, losses_of };
        let penalty = passes::step(model, &mut batch);
        let parts = &batch.losses_of[..M::Outputs::COUNT];
        // Arithmetic in `f64` is a function of a few hundred instructions on a microcontroller.
        let loss = match parts {
            [loss] => *loss,
            _ => parts.iter().sum(),
        };
        Ok(if penalty == M::Scalar::ZERO { loss } else { loss + penalty.to_f64() })
    }
}

/// The memory of the optimizer, and the gradient of a batch.
struct Learning<'a, M, O, const SLOTS: usize> {
    gradient: &'a mut M,
    slots: &'a mut [M; SLOTS],
    steps: &'a mut u64,
    optimizer: &'a O,
}

impl<M: Model, O: Optimizer, const SLOTS: usize> Learning<'_, M, O, SLOTS> {
    /// Clips the gradient, and moves the weights.
    fn apply(&mut self, model: &mut M) {
        let (learning_rate, options) = (self.optimizer.learning_rate(*self.steps), self.optimizer.options());
        if options.clipping != Clipping::None {
            options.clipping.apply(self.gradient.as_mut_slice(), TrainableRanges::<M>::VARIABLES.parts());
        }
        let ranges = TrainableRanges::<M>::MERGED.parts();
        // In most models all weights learn; these need no table of ranges.
        match ranges {
            [(_, run)] => self.update(model, run.clone(), learning_rate),
            _ => ranges.iter().for_each(|(_, range)| self.update(model, range.clone(), learning_rate)),
        }
        *self.steps += 1;
    }

    /// Updates some of the weights.
    fn update(&mut self, model: &mut M, run: Range<usize>, learning_rate: f64) {
        let mut state: [&mut [M::Scalar]; MAX_SLOTS + 1] = Default::default();
        for (state, slot) in state.iter_mut().zip(&mut *self.slots) {
            *state = slot.as_mut_slice().get_mut(run.clone()).unwrap_or_default();
        }
        let (w, g) = (model.as_mut_slice().get_mut(run.clone()), self.gradient.as_slice().get(run));
        if let (Some(w), Some(g), Some(state)) = (w, g, state.get_mut(..SLOTS)) {
            self.optimizer.update(*self.steps, learning_rate, w, g, state);
        }
    }
}

/// A batch.
struct Batch<'a, 'rng, M: Model, O, L: Losses<M::Outputs>, const N: usize, const SLOTS: usize> {
    learning: Learning<'a, M, O, SLOTS>,
    tape: &'a mut Passes<M, Inline<N>>,
    losses: &'a L,
    x: <M::Inputs as Tensors>::Batch<'a>,
    targets: <L::Targets as Tensors>::Batch<'a>,
    n: usize,
    rng: &'a mut (dyn Rng + 'rng),
    /// The loss of each output.
    losses_of: [f64; MAX_INPUTS],
}

impl<M, O, L, const N: usize, const SLOTS: usize> Step<M> for Batch<'_, '_, M, O, L, N, SLOTS>
where
    M: Model,
    O: Optimizer,
    L: Losses<M::Outputs>,
{
    type Storage = Inline<N>;
    type Graph = M::Training;

    fn pass(&mut self, model: &M) {
        self.learning.gradient.as_mut_slice().fill(M::Scalar::ZERO);
        self.tape.forward(model, self.x, self.n, Mode::new(self.rng));
        let values = &mut self.losses_of[..M::Outputs::COUNT];
        let logit_mask = self.tape.judge(self.losses, self.x, self.targets, self.n, Weighting::NONE, values);
        self.tape.backward(model, self.x, self.n, logit_mask, self.learning.gradient);
    }

    fn gradient(&mut self) -> &mut M {
        self.learning.gradient
    }

    fn whole(&self) -> Option<&Passes<M, Inline<N>>> {
        Some(self.tape)
    }

    fn apply(&mut self, model: &mut M) {
        self.learning.apply(model);
    }

    fn constrain(&mut self, model: &mut M) {
        if M::Training::CONSTRAINS {
            M::Training::NEW.constrain(model);
        }
    }
}

/// A step with a gradient that was given.
struct Given<'a, M, O, G, const SLOTS: usize> {
    learning: Learning<'a, M, O, SLOTS>,
    given: &'a G,
}

impl<M: Model, O: Optimizer, G: GradientOf<M>, const SLOTS: usize> Step<M> for Given<'_, M, O, G, SLOTS> {
    type Storage = G::Storage;
    type Graph = G::Graph;

    fn pass(&mut self, _: &M) {
        crate::tensor::copy(self.given.weights().as_slice(), self.learning.gradient.as_mut_slice());
    }

    fn gradient(&mut self) -> &mut M {
        self.learning.gradient
    }

    fn whole(&self) -> Option<&Passes<M, G::Storage, G::Graph>> {
        self.given.passes()
    }

    fn apply(&mut self, model: &mut M) {
        self.learning.apply(model);
    }

    fn constrain(&mut self, model: &mut M) {
        if M::Training::CONSTRAINS {
            M::Training::NEW.constrain(model);
        }
    }
}

/// Returns a number that identifies an optimizer: a hash (FNV-1a) of its name and its slots' names, which is smaller.
fn kind(optimizer: &impl Optimizer) -> u32 {
    let hash = |hash: u32, name: &str| {
        // 0xff is in no text; it ends each name.
        name.bytes().chain([0xff]).fold(hash, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
    };
    optimizer.state().fold(hash(0x811c_9dc5, optimizer.name()), hash)
}

/// Returns the number of samples, if all inputs and targets have the same.
fn lengths<M: Model, L: Losses<M::Outputs>>(
    x: <M::Inputs as Tensors>::Batch<'_>,
    targets: <L::Targets as Tensors>::Batch<'_>,
    room: usize,
) -> Result<usize, StepError> {
    let expected = M::Inputs::len(x);
    let mut other = None;
    let mut compare = |got| {
        if got != expected {
            other = Some(got);
        }
    };
    M::Inputs::lengths(x, &mut compare);
    L::Targets::lengths(targets, &mut compare);
    match other {
        Some(got) => Err(StepError::Lengths { expected, got }),
        None if expected == 0 || expected > room => Err(StepError::Samples { got: expected, room }),
        None => Ok(expected),
    }
}
