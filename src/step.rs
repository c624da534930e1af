//! One training step, on memory that is made once: gradients, loss, regularization, running states, optimizer.

use crate::freeze::{layers, visit_layers};
use crate::losses::{Losses, Weighting};
use crate::optimizers::{MAX_SLOTS, Optimizer};
use crate::weights::zeroed_box;
use crate::{Buffer, Graph, Heap, Layer, Mode, Model, Pass, Scalar, Tensors};
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
        let mode = Mode::with_frozen(rng, &learner.frozen);
        graph.forward::<Heap>(model, x, y, Pass::training(&mut self.cache, mode));
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
        let penalty = graph.regularize(model, Some(&mut learner.dw)) + graph.training_activity::<Heap>(&self.cache);

        graph.update::<Heap>(model, &self.cache);
        learner.apply(model, optimizer);
        learner.constrain(model);
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
    /// One for each name in [`Optimizer::state`]: the optimizer's slots and, where there is one, the average of the
    /// weights.
    pub(crate) slots: Vec<Box<M>>,
    /// What training changes: the ranges of the variables in the flat slice of weights. A gradient is clipped by
    /// variable.
    variables: Vec<Range<usize>>,
    /// The same in runs without gaps between neighbours, for fewer and longer loops.
    trainable: Vec<Range<usize>>,
    /// What [`set_trainable`](crate::Compiled::set_trainable) has frozen: one for each layer with weights, in the order
    /// of [`Weights::variables`](crate::Weights::variables).
    pub(crate) frozen: Vec<bool>,
    /// The learning rate that a callback has set, in place of the optimizer's.
    pub(crate) learning_rate: Option<f64>,
    pub(crate) steps: u64,
}

impl<M: Model> Learner<M> {
    pub(crate) fn new<O: Optimizer>(optimizer: &O) -> Self {
        let own = optimizer.slots().len();
        let slots = (0..optimizer.state().count()).map(|slot| {
            let mut weights = zeroed_box::<M::Scalar, M>();
            let initial = if slot < own { optimizer.initial(slot) } else { 0.0 };
            // Zeroed pages that are never written cost nothing.
            if initial != 0.0 {
                weights.as_mut_slice().fill(M::Scalar::of(initial));
            }
            weights
        });
        let slots = slots.collect();
        let dw = zeroed_box::<M::Scalar, M>();
        let frozen = vec![false; layers::<M>().len()];
        let (variables, trainable) = (Vec::new(), Vec::new());
        let mut learner = Learner { dw, slots, variables, trainable, frozen, learning_rate: None, steps: 0 };
        learner.refreeze();
        learner
    }

    /// Finds out anew what training changes, after a change of [`frozen`](Self::frozen).
    pub(crate) fn refreeze(&mut self) {
        self.variables = trainable::<M>(&self.frozen);
        self.trainable.clear();
        for range in &self.variables {
            extend(&mut self.trainable, range.clone());
        }
    }

    /// The learning rate of the next step.
    pub(crate) fn learning_rate<O: Optimizer>(&self, optimizer: &O) -> f64 {
        self.learning_rate.unwrap_or_else(|| optimizer.learning_rate(self.steps))
    }

    /// Clips the gradient and takes a step; constraints come after it.
    fn apply<O: Optimizer>(&mut self, model: &mut M, optimizer: &O) {
        let (learning_rate, options) = (self.learning_rate(optimizer), optimizer.options());
        if let (Some(_), Some(average), 0) = (options.ema, self.slots.last_mut(), self.steps) {
            // So that a layer that is frozen now, and not later, has an average to go on from.
            average.as_mut_slice().copy_from_slice(model.as_slice());
        }
        options.clipping.apply(self.dw.as_mut_slice(), &self.variables);
        let count = self.slots.len().min(MAX_SLOTS + 1);
        for range in &self.trainable {
            let mut slots: [&mut [M::Scalar]; MAX_SLOTS + 1] = Default::default();
            for (slot, weights) in slots.iter_mut().zip(&mut self.slots) {
                *slot = &mut weights.as_mut_slice()[range.clone()];
            }
            let (w, g) = (&mut model.as_mut_slice()[range.clone()], &self.dw.as_slice()[range.clone()]);
            optimizer.update(self.steps, learning_rate, w, g, &mut slots[..count]);
        }
        self.steps += 1;
    }

    /// Keeps the weights within their bounds. What is frozen at run time stays as it is: the gradient, which has done its
    /// work, holds it meanwhile.
    fn constrain(&mut self, model: &mut M) {
        let frozen = self.frozen.contains(&true);
        if frozen {
            self.dw.as_mut_slice().copy_from_slice(model.as_slice());
        }
        M::Graph::NEW.constrain(model);
        if frozen {
            let mut start = 0;
            for range in self.trainable.iter().cloned().chain(core::iter::once(M::COUNT..M::COUNT)) {
                model.as_mut_slice()[start..range.start].copy_from_slice(&self.dw.as_slice()[start..range.start]);
                start = range.end;
            }
        }
    }

    /// The end of `fit`: the weights become their average, where there is one.
    pub(crate) fn finish<O: Optimizer>(&self, model: &mut M, optimizer: &O) {
        // Before the first step there is none.
        if let (Some(_), Some(average), 1..) = (optimizer.options().ema, self.slots.last(), self.steps) {
            for range in &self.trainable {
                model.as_mut_slice()[range.clone()].copy_from_slice(&average.as_slice()[range.clone()]);
            }
        }
    }
}

/// The ranges of the variables that training changes, without those of `frozen` layers.
fn trainable<M: Model>(frozen: &[bool]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    visit_layers::<M>(&mut |layer, _, variable| {
        let end = start + variable.shape.size();
        if variable.trainable && !frozen[layer] {
            ranges.push(start..end);
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
