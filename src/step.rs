//! One training step, on memory that is made once: gradients, loss, regularization, running states, optimizer.

use crate::losses::{Losses, Weighting};
use crate::optimizers::{MAX_SLOTS, Optimizer};
use crate::weights::zeroed_box;
use crate::{Buffer, Graph, Heap, Layer, Mode, Model, Pass, Path, Scalar, Tensors};
use core::ops::Range;
use rand::Rng;

/// What a training step keeps of a batch, from the forward to the backward pass.
pub(crate) struct Tape<M: Model> {
    capacity: usize,
    y: <M::Outputs as Tensors>::Buffers<Heap>,
    dy: <M::Outputs as Tensors>::Buffers<Heap>,
    cache: <M::Graph as Layer<M::Scalar, M::Inputs>>::Cache<Heap>,
}

impl<M: Model> Tape<M> {
    fn new(capacity: usize) -> Self {
        Tape {
            capacity,
            y: Buffer::with_capacity(capacity),
            dy: Buffer::with_capacity(capacity),
            cache: Buffer::with_capacity(capacity),
        }
    }

    /// The tape in `tape`, made anew where it is missing or too short for batches of `n` samples.
    pub(crate) fn of(tape: &mut Option<Self>, n: usize) -> &mut Self {
        if tape.as_ref().is_none_or(|tape| tape.capacity < n) {
            // The old one goes first, so that the two are never in memory together.
            *tape = None;
        }
        tape.get_or_insert_with(|| Tape::new(n))
    }

    /// What the last step predicted, before it changed the weights.
    pub(crate) fn predictions(&self, n: usize) -> <M::Outputs as Tensors>::Batch<'_> {
        <M::Outputs as Tensors>::batch::<Heap>(&self.y, n)
    }

    /// One step over `n` samples: the whole loss; the loss of each output goes to `parts`.
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
        rng: &mut dyn Rng,
        parts: &mut [f64],
    ) -> f64 {
        let graph = M::Graph::NEW;
        learner.dw.as_mut_slice().fill(M::Scalar::ZERO);
        M::Outputs::clear(M::Outputs::batch_mut::<Heap>(&mut self.dy, n));

        let y = M::Outputs::batch_mut::<Heap>(&mut self.y, n);
        graph.forward::<Heap>(model, x, y, Pass::training(&mut self.cache, Mode::new(rng)));
        let y = M::Outputs::batch::<Heap>(&self.y, n);
        let seeds = losses.evaluate(
            targets,
            y,
            M::Graph::training_logits::<Heap>(&self.cache, n),
            M::Graph::HEADS,
            weighting,
            Some(M::Outputs::batch_mut::<Heap>(&mut self.dy, n)),
            parts,
        );
        let dy = M::Outputs::batch::<Heap>(&self.dy, n);
        let nobody = M::Inputs::no_gradients();
        graph.backward_from::<Heap>(seeds, model, x, y, dy, &mut self.cache, nobody, Some(&mut learner.dw));
        let penalty = graph.regularize(model, Some(&mut learner.dw));

        graph.update::<Heap>(model, &self.cache);
        learner.apply(model, optimizer);
        whole(parts, weighting, penalty)
    }
}

/// The loss with everything: `Σ wᵢ · Lᵢ`, and the regularization.
pub(crate) fn whole<T: Scalar>(parts: &[f64], weighting: Weighting<'_>, penalty: T) -> f64 {
    parts.iter().zip(weighting.outputs).map(|(part, weight)| part * weight).sum::<f64>() + penalty.to_f64()
}

/// What an optimizer works with: the gradient of the weights, its slots, and the number of steps so far.
pub(crate) struct Learner<M: Model> {
    dw: Box<M>,
    /// One for each name in [`Optimizer::slots`].
    pub(crate) slots: Vec<Box<M>>,
    /// What training changes: runs of the flat slice of weights, without gaps between neighbours.
    trainable: Vec<Range<usize>>,
    pub(crate) steps: u64,
}

impl<M: Model> Learner<M> {
    pub(crate) fn new<O: Optimizer>(optimizer: &O) -> Self {
        let slots = (0..optimizer.slots().len()).map(|slot| {
            let mut weights = zeroed_box::<M::Scalar, M>();
            let initial = optimizer.initial(slot);
            // Zeroed pages that are never written cost nothing.
            if initial != 0.0 {
                weights.as_mut_slice().fill(M::Scalar::of(initial));
            }
            weights
        });
        Learner { slots: slots.collect(), dw: zeroed_box::<M::Scalar, M>(), trainable: trainable::<M>(), steps: 0 }
    }

    fn apply<O: Optimizer>(&mut self, model: &mut M, optimizer: &O) {
        let count = self.slots.len().min(MAX_SLOTS);
        for range in &self.trainable {
            let mut slots: [&mut [M::Scalar]; MAX_SLOTS] = Default::default();
            for (slot, weights) in slots.iter_mut().zip(&mut self.slots) {
                *slot = &mut weights.as_mut_slice()[range.clone()];
            }
            let (w, g) = (&mut model.as_mut_slice()[range.clone()], &self.dw.as_slice()[range.clone()]);
            optimizer.step(self.steps, w, g, &mut slots[..count]);
        }
        self.steps += 1;
    }
}

/// The runs of the flat slice of weights that training changes.
fn trainable<M: Model>() -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    M::variables(&Path::ROOT, &mut |variable| {
        let end = start + variable.shape.size();
        if variable.trainable {
            extend(&mut ranges, start..end);
        }
        start = end;
    });
    ranges
}

/// Adds a run, as a part of the last one where it follows without a gap.
fn extend(ranges: &mut Vec<Range<usize>>, next: Range<usize>) {
    match ranges.last_mut() {
        Some(last) if last.end == next.start => last.end = next.end,
        _ => ranges.push(next),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_become_one_run() {
        let mut ranges = Vec::new();
        for next in [2..5, 5..9, 11..12, 12..13] {
            extend(&mut ranges, next);
        }
        assert_eq!(ranges, [2..9, 11..13]);
    }
}
