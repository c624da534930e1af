//! A training step with reused memory: gradients, loss, regularization, running states, optimizer.
//!
//! A large batch is divided into parts. Each part has its own tape, gradient and random numbers. The divisor of the
//! losses, the penalties on weights and the optimizer's step belong to the whole batch.

use crate::losses::{LogitMask, Losses, Weighting};
use crate::optimizers::Optimizer;
use crate::spec::MAX_INPUTS;
use crate::threads::{Division, Team};
use crate::train::learner::{Gradient, Learner};
use crate::train::tables::Rows;
use crate::train::weights::Weights;
use crate::{Buffer, Graph, Heap, Mode, Model, Scalar, Tensors, Train};
use core::ops::Range;
use nn_core::passes::{Passes, Step};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

/// The tapes of a batch, one for each part.
pub(crate) struct Tapes<M: Model> {
    capacity: usize,
    /// Enough tapes for any batch of at most `capacity` samples.
    parts: Vec<PartTape<M>>,
    /// The outputs of all parts and their gradients, for a loss over the whole of a divided batch.
    joined: Option<Joined<M>>,
}

/// The outputs of a batch, and their gradients.
struct Joined<M: Model> {
    y: <M::Outputs as Tensors>::Buffers<Heap>,
    dy: <M::Outputs as Tensors>::Buffers<Heap>,
}

/// A part of the batch.
struct PartTape<M: Model> {
    /// The samples of this part.
    samples: Range<usize>,
    rng: Xoshiro256PlusPlus,
    tape: Passes<M, Heap>,
    /// The share of this part in the loss of each output.
    losses: [f64; MAX_INPUTS],
}

impl<M: Model> Tapes<M> {
    fn new(capacity: usize, division: Division) -> Self {
        let parts = (0..division.parts(capacity)).map(|_| PartTape::new(division.capacity(capacity)));
        Tapes { capacity, parts: parts.collect(), joined: None }
    }

    /// Returns the tape in `tape`, and replaces it if it is missing or too short for `n` samples.
    pub(crate) fn of(tape: &mut Option<Self>, division: Division, n: usize) -> &mut Self {
        if tape.as_ref().is_none_or(|tape| tape.capacity < n) {
            // The old tape is dropped first, so that memory never holds both.
            *tape = None;
        }
        tape.get_or_insert_with(|| Tapes::new(n, division))
    }

    /// Calls `visit` with each part of the last step: its samples among `x`, its predictions before the update, and
    /// their masks.
    pub(crate) fn predictions(
        &self,
        x: <M::Inputs as Tensors>::Batch<'_>,
        n: usize,
        division: Division,
        mut visit: impl FnMut(Range<usize>, <M::Outputs as Tensors>::Batch<'_>, &[Option<&[u32]>]),
    ) {
        for part in &self.parts[..division.parts(n)] {
            visit(part.samples.clone(), part.tape.predictions(part.samples.len()), &part.masks(x));
        }
    }

    /// Does one step over `n` samples. Returns the total loss, and writes the loss of each output to `values`.
    pub(crate) fn step<O: Optimizer, L: Losses<M::Outputs>>(
        &mut self,
        model: &mut M,
        learner: &mut Learner<M>,
        optimizer: &O,
        losses: &L,
        x: <M::Inputs as Tensors>::Batch<'_>,
        targets: <L::Targets as Tensors>::Batch<'_>,
        n: usize,
        weights: Weights<'_>,
        weighting: Weighting<'_>,
        rng: Xoshiro256PlusPlus,
        values: &mut [f64],
    ) -> f64 {
        let division = learner.division;
        let count = division.parts(n);
        let parts = &mut self.parts[..count];
        place(parts, division, n, rng);
        let (x, targets) = (M::Inputs::shorter(x), L::Targets::shorter(targets));
        let mut batch = Batch { parts, learner, optimizer, losses, x, targets, n, weights, weighting, values };
        let penalty = nn_core::passes::step(model, &mut batch);
        self::whole(batch.values, weighting, penalty)
    }

    /// Does one step over `n` samples with a loss of the whole batch. Returns the loss with the penalties.
    pub(crate) fn step_with<O: Optimizer, F: BatchLoss<M>>(
        &mut self,
        model: &mut M,
        learner: &mut Learner<M>,
        optimizer: &O,
        loss: F,
        x: <M::Inputs as Tensors>::Batch<'_>,
        n: usize,
        rng: Xoshiro256PlusPlus,
    ) -> f64 {
        let Tapes { capacity, parts, joined } = self;
        let division = learner.division;
        let parts = &mut parts[..division.parts(n)];
        place(parts, division, n, rng);
        let joined = (parts.len() > 1).then(|| {
            &mut *joined.get_or_insert_with(|| Joined {
                y: Buffer::with_capacity(*capacity),
                dy: Buffer::with_capacity(*capacity),
            })
        });
        let x = M::Inputs::shorter(x);
        let mut batch = Whole { parts, joined, learner, optimizer, loss: Some(loss), x, n, value: f64::NAN };
        let penalty = nn_core::passes::step(model, &mut batch);
        batch.value + penalty.to_f64()
    }
}

/// A loss over the outputs of a whole batch: writes their gradients, which are zero, and returns its value.
pub(crate) trait BatchLoss<M: Model>:
    FnOnce(<M::Outputs as Tensors>::Batch<'_>, <M::Outputs as Tensors>::BatchMut<'_>) -> f64
{
}

impl<M, F> BatchLoss<M> for F
where
    M: Model,
    F: FnOnce(<M::Outputs as Tensors>::Batch<'_>, <M::Outputs as Tensors>::BatchMut<'_>) -> f64,
{
}

/// A divided batch.
struct Batch<'a, M: Model, O, L: Losses<M::Outputs>> {
    parts: &'a mut [PartTape<M>],
    learner: &'a mut Learner<M>,
    optimizer: &'a O,
    losses: &'a L,
    x: <M::Inputs as Tensors>::Batch<'a>,
    targets: <L::Targets as Tensors>::Batch<'a>,
    n: usize,
    /// The weights of the samples.
    weights: Weights<'a>,
    weighting: Weighting<'a>,
    /// The loss of each output.
    values: &'a mut [f64],
}

impl<M: Model, O: Optimizer, L: Losses<M::Outputs>> Step<M> for Batch<'_, M, O, L> {
    type Storage = Heap;
    type Graph = M::Training;

    fn pass(&mut self, model: &M) {
        let Batch { parts, learner, losses, x, targets, n, weights, weighting, values, .. } = self;
        let (count, x, targets, losses, n, weights) = (parts.len(), *x, *targets, *losses, *n, *weights);
        learner.reserve(count);
        Team::work(count, |team| {
            let Learner { gradients, dense, rows, frozen, .. } = &mut **learner;
            let gradients = &mut gradients[..count];
            team.each(parts, gradients, &|part, _| part.forward(model, x, frozen));
            let counted = parts.iter().map(|part| (part.samples.clone(), part.masks(x)));
            let counted = Counted::of::<M, L>(losses, targets, counted);
            let weighting = Weighting { counted: counted.of_parts(), ..*weighting };
            team.each(parts, gradients, &|part, gradient| {
                let own = weights.slice(n, part.samples.clone());
                let weighting = Weighting { samples: own.columns(), ..weighting };
                let logit_mask = part.judge(losses, x, targets, weighting);
                part.learn(model, x, logit_mask, gradient, dense, rows);
            });
            learner.gather(team);
        });
        for (output, value) in values.iter_mut().enumerate() {
            *value = parts.iter().map(|part| part.losses[output]).sum();
        }
    }

    fn gradient(&mut self) -> &mut M {
        self.learner.gradient()
    }

    fn whole(&self) -> Option<&Passes<M, Heap>> {
        match &*self.parts {
            [whole] => Some(&whole.tape),
            _ => None,
        }
    }

    fn apply(&mut self, model: &mut M) {
        self.learner.apply(model, self.optimizer);
    }

    fn constrain(&mut self, model: &mut M) {
        self.learner.constrain(model);
    }
}

/// A batch with a loss over its whole.
struct Whole<'a, M: Model, O, F> {
    parts: &'a mut [PartTape<M>],
    /// For a divided batch.
    joined: Option<&'a mut Joined<M>>,
    learner: &'a mut Learner<M>,
    optimizer: &'a O,
    /// The loss, until it was computed.
    loss: Option<F>,
    x: <M::Inputs as Tensors>::Batch<'a>,
    n: usize,
    /// The value of the loss.
    value: f64,
}

impl<M: Model, O: Optimizer, F: BatchLoss<M>> Whole<'_, M, O, F> {
    /// Computes the loss, and the gradients of the outputs of each part.
    fn judge(&mut self) {
        let Some(loss) = self.loss.take() else { return };
        let n = self.n;
        if let [whole] = &mut *self.parts {
            let (y, dy) = whole.tape.both(n);
            self.value = loss(y, dy);
            return;
        }
        let Some(Joined { y, dy }) = self.joined.as_deref_mut() else { return };
        for part in &*self.parts {
            let to = M::Outputs::slice_mut(M::Outputs::batch_mut::<Heap>(y, n), part.samples.clone());
            M::Outputs::copy(part.tape.predictions(part.samples.len()), to);
        }
        M::Outputs::clear(M::Outputs::batch_mut::<Heap>(dy, n));
        self.value = loss(M::Outputs::batch::<Heap>(y, n), M::Outputs::batch_mut::<Heap>(dy, n));
        for part in &mut *self.parts {
            let from = M::Outputs::slice(M::Outputs::batch::<Heap>(dy, n), part.samples.clone());
            M::Outputs::copy(from, part.tape.both(part.samples.len()).1);
        }
    }
}

impl<M: Model, O: Optimizer, F: BatchLoss<M>> Step<M> for Whole<'_, M, O, F> {
    type Storage = Heap;
    type Graph = M::Training;

    fn pass(&mut self, model: &M) {
        let (count, x) = (self.parts.len(), self.x);
        self.learner.reserve(count);
        Team::work(count, |team| {
            let Learner { gradients, frozen, .. } = &mut *self.learner;
            team.each(self.parts, &mut gradients[..count], &|part, _| part.forward(model, x, frozen));
        });
        self.judge();
        Team::work(count, |team| {
            let Learner { gradients, dense, rows, .. } = &mut *self.learner;
            team.each(self.parts, &mut gradients[..count], &|part, gradient| {
                part.learn(model, x, 0, gradient, dense, rows);
            });
            self.learner.gather(team);
        });
    }

    fn gradient(&mut self) -> &mut M {
        self.learner.gradient()
    }

    fn whole(&self) -> Option<&Passes<M, Heap>> {
        match &*self.parts {
            [whole] => Some(&whole.tape),
            _ => None,
        }
    }

    fn apply(&mut self, model: &mut M) {
        self.learner.apply(model, self.optimizer);
    }

    fn constrain(&mut self, model: &mut M) {
        self.learner.constrain(model);
    }
}

impl<M: Model> PartTape<M> {
    fn new(capacity: usize) -> Self {
        PartTape {
            samples: 0..0,
            rng: Xoshiro256PlusPlus::seed_from_u64(0),
            tape: Passes::new(capacity),
            losses: [0.0; MAX_INPUTS],
        }
    }

    /// Returns the samples of this part.
    fn of<'x>(&self, x: <M::Inputs as Tensors>::Batch<'x>) -> <M::Inputs as Tensors>::Batch<'x> {
        M::Inputs::slice(x, self.samples.clone())
    }

    /// Returns the masks of the outputs. `x` is the whole batch.
    fn masks<'a, 'x: 'a>(&'a self, x: <M::Inputs as Tensors>::Batch<'x>) -> [Option<&'a [u32]>; MAX_INPUTS] {
        self.tape.masks(self.of(x), self.samples.len())
    }

    fn forward(&mut self, model: &M, x: <M::Inputs as Tensors>::Batch<'_>, frozen: &[bool]) {
        let (x, n) = (self.of(x), self.samples.len());
        self.tape.forward(model, x, n, Mode::with_frozen(&mut self.rng, frozen));
    }

    /// Computes the losses and their gradients.
    fn judge<L: Losses<M::Outputs>>(
        &mut self,
        losses: &L,
        x: <M::Inputs as Tensors>::Batch<'_>,
        targets: <L::Targets as Tensors>::Batch<'_>,
        weighting: Weighting<'_>,
    ) -> LogitMask {
        let (x, n) = (self.of(x), self.samples.len());
        let targets = L::Targets::slice(targets, self.samples.clone());
        self.tape.judge(losses, x, targets, n, weighting, &mut self.losses[..M::Outputs::COUNT])
    }

    /// Computes the gradient of the weights from the gradients of the outputs.
    fn learn(
        &mut self,
        model: &M,
        x: <M::Inputs as Tensors>::Batch<'_>,
        logit_mask: LogitMask,
        gradient: &mut Gradient<M>,
        dense: &[Range<usize>],
        rows: &Rows,
    ) {
        // The gradient of the first part is zero since the last step.
        if self.samples.start > 0 {
            gradient.clear(dense);
        }
        let (x, n) = (self.of(x), self.samples.len());
        self.tape.backward(model, x, n, logit_mask, &mut gradient.dw);
        if !rows.is_empty() {
            rows.collect(&mut gradient.named, |visit| M::Training::NEW.touched::<Heap>(x, &self.tape.cache, visit));
        }
    }
}

/// Gives the parts of a batch their samples and random numbers. A single part uses the generator of the step; several
/// get generators that it seeds.
fn place<M: Model>(parts: &mut [PartTape<M>], division: Division, n: usize, mut rng: Xoshiro256PlusPlus) {
    if let [whole] = parts {
        (whole.samples, whole.rng) = (0..n, rng);
        return;
    }
    for (number, part) in parts.iter_mut().enumerate() {
        part.samples = division.range(n, number);
        part.rng = Xoshiro256PlusPlus::seed_from_u64(rng.next_u64());
    }
}

/// The number of samples or positions of each output that count in the loss. It is unknown for a batch that is not
/// divided.
pub(crate) struct Counted(Option<[usize; MAX_INPUTS]>);

impl Counted {
    /// Counts over the parts of a batch, from the samples and the masks of each.
    pub(crate) fn of<'a, M: Model, L: Losses<M::Outputs>>(
        losses: &L,
        targets: <L::Targets as Tensors>::Batch<'_>,
        parts: impl ExactSizeIterator<Item = (Range<usize>, [Option<&'a [u32]>; MAX_INPUTS])>,
    ) -> Self {
        if parts.len() == 1 {
            return Counted(None);
        }
        let mut sums = [0; MAX_INPUTS];
        for (samples, masks) in parts {
            let n = samples.len();
            losses.count(L::Targets::slice(L::Targets::shorter(targets), samples), &masks, n, &mut sums);
        }
        Counted(Some(sums))
    }

    /// Returns [`Weighting::counted`] for the parts.
    pub(crate) fn of_parts(&self) -> &[usize] {
        self.0.as_ref().map_or(&[], |sums| sums)
    }
}

/// Returns the total loss: `Σ wᵢ · Lᵢ` and the regularization.
pub(crate) fn whole<T: Scalar>(parts: &[f64], weighting: Weighting<'_>, penalty: T) -> f64 {
    parts.iter().zip(weighting.outputs).map(|(part, weight)| part * weight).sum::<f64>() + penalty.to_f64()
}
