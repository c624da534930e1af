//! One training step, on memory that is made once: gradients, loss, regularization, running states, optimizer.
//!
//! A large batch is seen in parts, each with a tape, a gradient and random numbers of its own. Everything between two
//! samples is said once for the batch: by what the losses are divided, the penalties on weights, the step of the
//! optimizer.

use crate::losses::{LogitMask, Losses, Weighting, counted};
use crate::optimizers::Optimizer;
use crate::spec::MAX_INPUTS;
use crate::threads::{Division, Team};
use crate::train::learner::Learner;
use crate::{Graph, Heap, Mode, Model, Scalar, Tensors, Train};
use core::ops::Range;
use nn_core::tape::{Step, Tape};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

/// What a training step keeps of a batch: a tape for each of its parts.
pub(crate) struct Tapes<M: Model> {
    capacity: usize,
    /// As many as a batch of `capacity` samples has.
    parts: Vec<PartTape<M>>,
}

/// A part of the batch.
struct PartTape<M: Model> {
    /// Its place in the batch.
    samples: Range<usize>,
    rng: Xoshiro256PlusPlus,
    tape: Tape<M, Heap>,
    /// Its share in the loss of each output.
    losses: [f64; MAX_INPUTS],
}

impl<M: Model> Tapes<M> {
    fn new(capacity: usize, division: Division) -> Self {
        let parts = (0..division.parts(capacity)).map(|_| PartTape::new(division.capacity(capacity)));
        Tapes { capacity, parts: parts.collect() }
    }

    /// The tape in `tape`, made anew where it is missing or too short for batches of `n` samples.
    pub(crate) fn of(tape: &mut Option<Self>, division: Division, n: usize) -> &mut Self {
        if tape.as_ref().is_none_or(|tape| tape.capacity < n) {
            // The old one goes first, so that the two are never in memory together.
            *tape = None;
        }
        tape.get_or_insert_with(|| Tapes::new(n, division))
    }

    /// Calls `visit` with the parts of the last step, which saw the samples `x`: their places, what they predicted
    /// before it changed the weights, and the masks of that.
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

    /// One step over `n` samples: the whole loss; the loss of each output goes to `values`.
    pub(crate) fn step<O: Optimizer, L: Losses<M::Outputs>>(
        &mut self,
        model: &mut M,
        learner: &mut Learner<M>,
        optimizer: &O,
        losses: &L,
        x: <M::Inputs as Tensors>::Batch<'_>,
        targets: <L::Targets as Tensors>::Batch<'_>,
        n: usize,
        weighting: Weighting<'_>,
        rng: Xoshiro256PlusPlus,
        values: &mut [f64],
    ) -> f64 {
        let division = learner.division;
        let count = division.parts(n);
        let parts = &mut self.parts[..count];
        place(parts, division, n, rng);
        let (x, targets) = (M::Inputs::shorter(x), L::Targets::shorter(targets));
        let mut batch = Batch { parts, learner, optimizer, losses, x, targets, weighting, values };
        let penalty = nn_core::tape::step(model, &mut batch);
        self::whole(batch.values, weighting, penalty)
    }
}

/// A batch in its parts.
struct Batch<'a, M: Model, O, L: Losses<M::Outputs>> {
    parts: &'a mut [PartTape<M>],
    learner: &'a mut Learner<M>,
    optimizer: &'a O,
    losses: &'a L,
    x: <M::Inputs as Tensors>::Batch<'a>,
    targets: <L::Targets as Tensors>::Batch<'a>,
    weighting: Weighting<'a>,
    /// The loss of each output.
    values: &'a mut [f64],
}

impl<M: Model, O: Optimizer, L: Losses<M::Outputs>> Step<M> for Batch<'_, M, O, L> {
    type Storage = Heap;

    fn pass(&mut self, model: &M) {
        let Batch { parts, learner, losses, x, targets, weighting, values, .. } = self;
        let (count, x, targets, losses) = (parts.len(), *x, *targets, *losses);
        learner.reserve(count);
        Team::work(count, |team| {
            let Learner { gradients, dense, rows, frozen, .. } = &mut **learner;
            let gradients = &mut gradients[..count];
            team.each(parts, gradients, &|part, _| part.forward(model, x, frozen));
            let counted = Counted::of::<M>(parts.iter().map(|part| (part.samples.len(), part.masks(x))));
            let weighting = Weighting { counted: counted.of_parts(), ..*weighting };
            team.each(parts, gradients, &|part, gradient| {
                // That of the first part is zero since the last step.
                if part.samples.start > 0 {
                    gradient.clear(dense);
                }
                let logit_mask = part.judge(losses, x, targets, weighting);
                part.backward(model, x, logit_mask, &mut gradient.dw);
                if !rows.is_empty() {
                    let x = M::Inputs::slice(x, part.samples.clone());
                    rows.collect(&mut gradient.named, |visit| {
                        M::Training::NEW.touched::<Heap>(x, &part.tape.cache, visit)
                    });
                }
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

    fn whole(&self) -> Option<&Tape<M, Heap>> {
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
            tape: Tape::new(capacity),
            losses: [0.0; MAX_INPUTS],
        }
    }

    /// Its samples of a batch.
    fn of<'x>(&self, x: <M::Inputs as Tensors>::Batch<'x>) -> <M::Inputs as Tensors>::Batch<'x> {
        M::Inputs::slice(x, self.samples.clone())
    }

    /// The masks of the outputs; `x` is the whole batch.
    fn masks<'a, 'x: 'a>(&'a self, x: <M::Inputs as Tensors>::Batch<'x>) -> [Option<&'a [u32]>; MAX_INPUTS] {
        self.tape.masks(self.of(x), self.samples.len())
    }

    fn forward(&mut self, model: &M, x: <M::Inputs as Tensors>::Batch<'_>, frozen: &[bool]) {
        let (x, n) = (self.of(x), self.samples.len());
        self.tape.forward(model, x, n, Mode::with_frozen(&mut self.rng, frozen));
    }

    /// The losses, and their gradients.
    fn judge<L: Losses<M::Outputs>>(
        &mut self,
        losses: &L,
        x: <M::Inputs as Tensors>::Batch<'_>,
        targets: <L::Targets as Tensors>::Batch<'_>,
        weighting: Weighting<'_>,
    ) -> LogitMask {
        let (x, samples, n) = (self.of(x), self.samples.clone(), self.samples.len());
        let targets = L::Targets::slice(targets, samples.clone());
        let weighting = Weighting { samples: weighting.samples.get(samples).unwrap_or(&[]), ..weighting };
        self.tape.judge(losses, x, targets, n, weighting, &mut self.losses[..M::Outputs::COUNT])
    }

    fn backward(&mut self, model: &M, x: <M::Inputs as Tensors>::Batch<'_>, logit_mask: LogitMask, dw: &mut M) {
        let (x, n) = (self.of(x), self.samples.len());
        self.tape.backward(model, x, n, logit_mask, dw);
    }
}

/// Gives the parts of a batch their places and their random numbers: its own where there is one part, else some that
/// follow from these.
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

/// How many samples or positions of each output count in the loss of a batch that is judged in parts; not known of one
/// that is judged as a whole.
pub(crate) struct Counted(Option<[usize; MAX_INPUTS]>);

impl Counted {
    /// Of a batch of these parts: the number of samples and the masks of each.
    pub(crate) fn of<'a, M: Model>(
        parts: impl ExactSizeIterator<Item = (usize, [Option<&'a [u32]>; MAX_INPUTS])>,
    ) -> Self {
        if parts.len() == 1 {
            return Counted(None);
        }
        let mut sums = [0; MAX_INPUTS];
        for (n, masks) in parts {
            for ((sum, mask), shape) in sums.iter_mut().zip(masks).zip(M::OUTPUT_SHAPES) {
                *sum += counted(mask, n, n * shape.cols());
            }
        }
        Counted(Some(sums))
    }

    /// What [`Weighting::counted`] is of the parts.
    pub(crate) fn of_parts(&self) -> &[usize] {
        self.0.as_ref().map_or(&[], |sums| sums)
    }
}

/// The loss with everything: `Σ wᵢ · Lᵢ`, and the regularization.
pub(crate) fn whole<T: Scalar>(parts: &[f64], weighting: Weighting<'_>, penalty: T) -> f64 {
    parts.iter().zip(weighting.outputs).map(|(part, weight)| part * weight).sum::<f64>() + penalty.to_f64()
}
