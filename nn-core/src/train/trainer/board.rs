//! A [`Trainer`] in a `static`, its memory between two starts of a board, and batches of sensors that may fail.

use super::{StepError, Trainer, kind};
use crate::layer::model::{Graph, Model};
use crate::layer::{Ends, Layer};
use crate::tensor::scalar::Scalar;
use crate::train::data::{Batches, Inspect};
use crate::train::losses::{Losses, Weighting};
use crate::train::optimizers::Optimizer;
use crate::train::passes::Passes;
use crate::train::snapshot::{self, Damaged};
use rand::Rng;

impl<M: Model, const N: usize, const SLOTS: usize> Trainer<M, N, SLOTS> {
    /// A trainer with all-zero weights as a constant, for a `static`: no copy of it passes through a stack.
    /// [`init`](Self::init) or [`restart`](Self::restart) prepares it in place.
    pub const ZEROED: Self = Trainer {
        model: M::ZEROED,
        gradient: M::ZEROED,
        slots: [const { M::ZEROED }; SLOTS],
        tape: Passes::ZEROED,
        steps: 0,
        // The kind of no optimizer.
        kind: 0,
    };

    /// The number of bytes that [`save`](Self::save) writes.
    pub const SAVED_BYTES: usize = snapshot::bytes::<M>(1 + SLOTS);

    /// Sets initial weights, and the initial slots of this optimizer: [`new`](Self::new), in place.
    ///
    /// # Errors
    /// If the optimizer needs more `SLOTS`, or has a senseless setting. Nothing has changed then.
    pub fn init(&mut self, optimizer: &impl Optimizer, rng: &mut dyn Rng) -> Result<(), StepError> {
        Self::suits(optimizer)?;
        self.model.as_mut_slice().fill(M::Scalar::ZERO);
        M::Graph::NEW.init(&mut self.model, rng);
        self.restart(optimizer)
    }

    /// Begins anew from the weights of [`model`](Self::model): with the initial slots of this optimizer and no steps
    /// taken.
    ///
    /// # Errors
    /// If the optimizer needs more `SLOTS`, or has a senseless setting. Nothing has changed then.
    pub fn restart(&mut self, optimizer: &impl Optimizer) -> Result<(), StepError> {
        Self::suits(optimizer)?;
        for (slot, weights) in self.slots.iter_mut().enumerate() {
            weights.as_mut_slice().fill(M::Scalar::ZERO);
            begin(optimizer, slot, &self.model, weights);
        }
        (self.steps, self.kind) = (0, kind(optimizer));
        Ok(())
    }

    /// Fails if a step with this optimizer is impossible.
    #[inline]
    pub(super) fn takes(&self, optimizer: &impl Optimizer) -> Result<(), StepError> {
        if optimizer.options().gradient_accumulation_steps != 0 {
            return Err(StepError::Accumulation);
        }
        if kind(optimizer) == self.kind { Ok(()) } else { Err(StepError::Optimizer) }
    }

    pub(super) fn suits(optimizer: &impl Optimizer) -> Result<(), StepError> {
        if optimizer.options().gradient_accumulation_steps != 0 {
            return Err(StepError::Accumulation);
        }
        optimizer.check::<M::Scalar>().map_err(StepError::Setting)?;
        let needed = optimizer.state().count();
        if needed > SLOTS { Err(StepError::Slots { needed, room: SLOTS }) } else { Ok(()) }
    }

    /// Takes a [`step`](Self::step) if all numbers of inputs and targets are finite, no index is out of bounds, and
    /// the loss can judge the targets. A broken sensor then cannot make all weights NaN. It reads each number once
    /// more.
    ///
    /// # Errors
    /// As [`step`](Self::step), and if the data are invalid. Nothing has changed then.
    pub fn step_checked<O: Optimizer, L: Losses<M::Outputs, Targets: Inspect>>(
        &mut self,
        optimizer: &O,
        losses: &L,
        x: impl Batches<M::Inputs>,
        targets: impl Batches<L::Targets>,
        rng: &mut dyn Rng,
    ) -> Result<f64, StepError> {
        let (x, targets) = (x.batches(), targets.batches());
        let mut refused = None;
        M::Inputs::inspect(x, &mut |_, place| {
            refused = refused.or(place.map(|place| StepError::NotFinite { sample: place.sample }));
        });
        L::Targets::inspect(targets, &mut |_, place| {
            refused = refused.or(place.map(|place| StepError::NotFinite { sample: place.sample }));
        });
        let bounds = <M::Graph as Ends<M::Scalar, M::Inputs>>::BOUNDS;
        if !bounds.is_empty() {
            M::Inputs::outside(x, bounds, &mut |place| {
                refused = refused.or(place.map(|place| StepError::Index { sample: place.sample }));
            });
        }
        losses.check(targets, Weighting::NONE, &mut |_, sample, _| {
            refused = refused.or(Some(StepError::Target { sample }))
        });
        match refused {
            Some(refused) => Err(refused),
            None => self.step_on(optimizer, losses, x, targets, rng),
        }
    }

    /// Writes weights, slots and the number of steps, with a checksum, to the beginning of `to`, for flash memory. It
    /// takes [`SAVED_BYTES`](Self::SAVED_BYTES). The bytes are the same on every machine.
    ///
    /// [`restore`](Self::restore) reads them; [`snapshot::restore`] does not, because it reads weights alone. Use
    /// [`snapshot::steps`] to read the number of steps without restoring.
    ///
    /// # Errors
    /// If `to` is shorter.
    pub fn save(&self, optimizer: &impl Optimizer, to: &mut [u8]) -> Result<(), Damaged> {
        let parts = core::iter::once(&self.model).chain(&self.slots);
        snapshot::write::<M>(optimizer.name(), self.steps, 1 + SLOTS, parts, to)
    }

    /// Reads the bytes that [`save`](Self::save) wrote, from the beginning of `from`.
    ///
    /// # Errors
    /// If the bytes are damaged, or belong to another model, other `SLOTS` or another optimizer. Nothing has changed
    /// then.
    pub fn restore(&mut self, optimizer: &impl Optimizer, from: &[u8]) -> Result<(), Damaged> {
        let parts = core::iter::once(&mut self.model).chain(&mut self.slots);
        self.steps = snapshot::read::<M>(optimizer.name(), 1 + SLOTS, parts, from)?;
        self.kind = kind(optimizer);
        Ok(())
    }
}

/// Fills a slot, whose scalars are zero, with the optimizer's initial values.
pub(super) fn begin<M: Model>(optimizer: &impl Optimizer, slot: usize, model: &M, weights: &mut M) {
    let own = optimizer.slots().len();
    let initial = if slot < own { optimizer.initial(slot) } else { 0.0 };
    if slot == own && optimizer.options().ema.is_some() {
        weights.as_mut_slice().copy_from_slice(model.as_slice());
    } else if initial != 0.0 {
        weights.as_mut_slice().fill(M::Scalar::of(initial));
    }
}
