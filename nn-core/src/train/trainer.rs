//! [`Trainer`]: training without `std` and without a heap, in memory whose size is known when a program compiles.

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
use crate::train::tape::{self, Step, Tape};
use crate::weights::zeros;
use core::fmt;
use core::ops::Range;
use rand::Rng;
use trainable_ranges::TrainableRanges;

/// A model with all that its training needs: the gradient, the optimizer's slots, and the activations of up to `N`
/// samples.
///
/// It is what `fit` does with a batch, for programs without a heap: forward, losses, backward, regularization, running
/// states, clipping, weight decay, the optimizer, constraints. Nothing is allocated, and nothing panics.
/// [`BYTES`](Self::BYTES) is how much memory it takes.
///
/// Layers with `trainable = false` before all that learn have no backward code, and take little memory for a batch
/// ([`TRAIN_BYTES`](Model::TRAIN_BYTES)); their weights are still a part of the model, of its gradient and of the
/// slots. To keep them in flash, let what learns be a model of its own: `Trainer<Head, N>` on what the rest of the
/// network predicts.
///
/// `SLOTS` is how many numbers the optimizer keeps for each weight: 0 for SGD, 1 with momentum, 1 for RMSprop, 2 for
/// Adam, and one more with [`ema`](crate::train::optimizers::With).
pub struct Trainer<M: Model, const N: usize, const SLOTS: usize = 0> {
    /// The model.
    pub model: M,
    gradient: M,
    slots: [M; SLOTS],
    tape: Tape<M, Inline<N>>,
    steps: u64,
    /// The [`kind`] of the optimizer that the slots are of.
    kind: u32,
}

/// How a message about a large trainer begins.
const TRAINER: Large = ["this trainer has ", " bytes"];

/// Why a [`Trainer`] was not made or did not take a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepError {
    /// The optimizer keeps more numbers for each weight than there is room for.
    Slots {
        /// How many it keeps.
        needed: usize,
        /// `SLOTS`
        room: usize,
    },
    /// A setting of the optimizer or of a loss that makes no sense.
    Setting(OutOfRange),
    /// Another optimizer than the one that the trainer was made for, or the same with other slots.
    Optimizer,
    /// A batch without samples, or with more than there is room for.
    Samples {
        /// How many came.
        got: usize,
        /// `N`
        room: usize,
    },
    /// Inputs and targets with different numbers of samples.
    Lengths {
        /// How many the first input has.
        expected: usize,
        /// How many another input or a target has.
        got: usize,
    },
    /// A number of an input or a target that is NaN or infinite, as of a sensor that failed. Only
    /// [`step_checked`](Trainer::step_checked) looks.
    NotFinite {
        /// The sample.
        sample: usize,
    },
    /// An index that a layer does not have. Only [`step_checked`](Trainer::step_checked) looks.
    Index {
        /// The sample.
        sample: usize,
    },
    /// A target that a loss cannot judge. Only [`step_checked`](Trainer::step_checked) looks.
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
    /// How much memory it takes, the weights of the model included.
    pub const BYTES: usize = size_of::<Self>();

    /// A trainer of this model, which may have been trained before, with the slots as this optimizer begins with them.
    /// StepError at compile time above [`MAX_BY_VALUE`](crate::layer::model::MAX_BY_VALUE) bytes.
    ///
    /// # Errors
    /// If the optimizer needs more `SLOTS`, or has a setting that makes no sense.
    pub fn new(model: M, optimizer: &impl Optimizer) -> Result<Self, StepError> {
        optimizer.check::<M::Scalar>().map_err(StepError::Setting)?;
        const { assert!(SLOTS <= MAX_SLOTS + 1, "no optimizer keeps so many numbers for each weight") }
        const { assert_by_value(Self::BYTES, TRAINER, "Trainer::new", "train on the heap: `compile` and `fit`") }
        let needed = optimizer.state().count();
        if needed > SLOTS {
            return Err(StepError::Slots { needed, room: SLOTS });
        }
        let slots = core::array::from_fn(|slot| {
            let mut weights = zeros::<M::Scalar, M>();
            board::begin(optimizer, slot, &model, &mut weights);
            weights
        });
        Ok(Trainer {
            model,
            gradient: zeros::<M::Scalar, M>(),
            slots,
            tape: Tape::new(N),
            steps: 0,
            kind: kind(optimizer),
        })
    }

    /// Checks the settings of an optimizer and of losses, which [`step`](Self::step) does not: the losses need it once,
    /// and an optimizer whose settings change after [`new`](Self::new). Of constants nothing is left in the program but
    /// the result.
    ///
    /// # Errors
    /// If a setting is NaN, infinite (also as the model's scalar) or outside of its range.
    pub fn check<L: Losses<M::Outputs>>(optimizer: &impl Optimizer, losses: &L) -> Result<(), StepError> {
        optimizer.check::<M::Scalar>().map_err(StepError::Setting)?;
        for output in 0..M::Outputs::COUNT {
            settings::check::<M::Scalar>(|visit| losses.settings(output, visit)).map_err(StepError::Setting)?;
        }
        Ok(())
    }

    /// How many steps it has taken.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// One step on a batch, given as to `fit`: the loss before it, with penalties.
    ///
    /// Optimizer and losses are handed in so that they can be constants, which the compiler sees through: a program
    /// then holds no code for options that it does not use. The optimizer is that of [`new`](Self::new); its rate may
    /// change from step to step.
    ///
    /// An index that a layer does not have gives a loss that is NaN, as in `call`.
    ///
    /// # Errors
    /// If there are no samples or more than `N`, or not as many of every input and target, or if the optimizer is
    /// another one, whose numbers for each weight mean something else. Nothing has changed then.
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

    /// The same, which is there once for all that can hold a batch.
    fn step_on<O: Optimizer, L: Losses<M::Outputs>>(
        &mut self,
        optimizer: &O,
        losses: &L,
        x: <M::Inputs as Tensors>::Batch<'_>,
        targets: <L::Targets as Tensors>::Batch<'_>,
        rng: &mut dyn Rng,
    ) -> Result<f64, StepError> {
        if kind(optimizer) != self.kind {
            return Err(StepError::Optimizer);
        }
        let n = lengths::<M, L>(x, targets, N)?;
        let Trainer { model, gradient, slots, tape, steps, .. } = self;
        let (x, targets, losses_of) = (M::Inputs::shorter(x), L::Targets::shorter(targets), [0.0; MAX_INPUTS]);
        let mut batch = Batch { gradient, slots, tape, steps, optimizer, losses, x, targets, n, rng, losses_of };
        let penalty = tape::step(model, &mut batch);
        let parts = &batch.losses_of[..M::Outputs::COUNT];
        // Arithmetic in `f64` is a function of a few hundred instructions on a microcontroller.
        let loss = match parts {
            [loss] => *loss,
            _ => parts.iter().sum(),
        };
        Ok(if penalty == M::Scalar::ZERO { loss } else { loss + penalty.to_f64() })
    }
}

/// A batch, and the memory of a trainer beside its model.
struct Batch<'a, 'rng, M: Model, O, L: Losses<M::Outputs>, const N: usize, const SLOTS: usize> {
    gradient: &'a mut M,
    slots: &'a mut [M; SLOTS],
    tape: &'a mut Tape<M, Inline<N>>,
    steps: &'a mut u64,
    optimizer: &'a O,
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

    fn pass(&mut self, model: &M) {
        self.gradient.as_mut_slice().fill(M::Scalar::ZERO);
        self.tape.forward(model, self.x, self.n, Mode::new(self.rng));
        let values = &mut self.losses_of[..M::Outputs::COUNT];
        let logit_mask = self.tape.judge(self.losses, self.x, self.targets, self.n, Weighting::NONE, values);
        self.tape.backward(model, self.x, self.n, logit_mask, self.gradient);
    }

    fn gradient(&mut self) -> &mut M {
        self.gradient
    }

    fn whole(&self) -> Option<&Tape<M, Inline<N>>> {
        Some(self.tape)
    }

    fn apply(&mut self, model: &mut M) {
        let (learning_rate, options) = (self.optimizer.learning_rate(*self.steps), self.optimizer.options());
        if options.clipping != Clipping::None {
            options.clipping.apply(self.gradient.as_mut_slice(), TrainableRanges::<M>::VARIABLES.parts());
        }
        let ranges = TrainableRanges::<M>::MERGED.parts();
        // Mostly everything learns, and then no table of ranges is needed.
        match ranges {
            [(_, run)] => self.update(model, run.clone(), learning_rate),
            _ => ranges.iter().for_each(|(_, range)| self.update(model, range.clone(), learning_rate)),
        }
        *self.steps += 1;
    }

    fn constrain(&mut self, model: &mut M) {
        if M::Training::CONSTRAINS {
            M::Training::NEW.constrain(model);
        }
    }
}

impl<M, O, L, const N: usize, const SLOTS: usize> Batch<'_, '_, M, O, L, N, SLOTS>
where
    M: Model,
    O: Optimizer,
    L: Losses<M::Outputs>,
{
    /// Moves some of the weights.
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

/// Tells optimizers apart by their names and those of their slots: a hash (FNV-1a), since it is smaller than the names.
fn kind(optimizer: &impl Optimizer) -> u32 {
    let hash = |hash: u32, name: &str| {
        // 0xff is in no text, and ends each.
        name.bytes().chain([0xff]).fold(hash, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
    };
    optimizer.state().fold(hash(0x811c_9dc5, optimizer.name()), hash)
}

/// The number of samples, if all inputs and targets have as many.
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
