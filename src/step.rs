//! One training step, on memory that is made once: gradients, loss, regularization, running states, optimizer.

use crate::freeze::{layers, visit_layers};
use crate::kernels;
use crate::losses::{Losses, Weighting};
use crate::optimizers::{Clipping, Idle, MAX_SLOTS, Optimizer};
use crate::rows::Rows;
use crate::spec::MAX_INPUTS;
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

    /// The masks of the outputs in the last step, which saw the `n` samples `x`.
    pub(crate) fn masks<'a>(
        &'a self,
        x: <M::Inputs as Tensors>::Batch<'a>,
        n: usize,
    ) -> [Option<&'a [u32]>; MAX_INPUTS] {
        masks::<M>(|output| M::Graph::training_mask::<Heap>(M::Inputs::shorter(x), &self.cache, n, output))
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
        M::Outputs::clear(M::Outputs::batch_mut::<Heap>(&mut self.dy, n));

        let y = M::Outputs::batch_mut::<Heap>(&mut self.y, n);
        let mode = Mode::with_frozen(rng, &learner.frozen);
        graph.forward::<Heap>(model, x, y, Pass::training(&mut self.cache, mode));
        let y = M::Outputs::batch::<Heap>(&self.y, n);
        let masks = masks::<M>(|output| M::Graph::training_mask::<Heap>(M::Inputs::shorter(x), &self.cache, n, output));
        let seeds = losses.evaluate(
            targets,
            y,
            M::Graph::training_logits::<Heap>(&self.cache, n),
            M::Graph::HEADS,
            Weighting { masks: &masks, ..weighting },
            Some(M::Outputs::batch_mut::<Heap>(&mut self.dy, n)),
            parts,
        );
        let dy = M::Outputs::batch::<Heap>(&self.dy, n);
        let nobody = M::Inputs::no_gradients();
        graph.backward_from::<Heap>(seeds, model, x, y, dy, &mut self.cache, nobody, Some(&mut learner.dw));
        let penalty = graph.regularize(model, Some(&mut learner.dw)) + graph.training_activity::<Heap>(&self.cache);

        if !learner.rows.is_empty() {
            learner.rows.collect(|visit| graph.touched::<Heap>(x, &self.cache, visit));
        }
        graph.update::<Heap>(model, &self.cache);
        learner.apply(model, optimizer);
        learner.constrain(model);
        whole(parts, weighting, penalty)
    }
}

/// The masks of the outputs that have one.
pub(crate) fn masks<'a, M: Model>(mask: impl Fn(usize) -> Option<&'a [u32]>) -> [Option<&'a [u32]>; MAX_INPUTS] {
    core::array::from_fn(|output| if output < M::Outputs::COUNT { mask(output) } else { None })
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
    /// The tables whose gradient comes by rows. Where there are none, all steps are over all weights.
    pub(crate) rows: Rows,
    /// What backward passes add to although nothing is applied: it is zeroed after a step.
    unused: Vec<Range<usize>>,
    /// What training changes: the variables in the flat slice of weights, each with a number, without the tables. Behind
    /// these, during a step, the rows of the batch. A gradient is clipped by variable.
    parts: Vec<(usize, Range<usize>)>,
    /// How many of the parts are not rows.
    variables: usize,
    /// The same variables in runs without gaps between neighbours, for fewer and longer loops.
    runs: Vec<Range<usize>>,
    /// The same with the tables: everything that training changes.
    trainable: Vec<Range<usize>>,
    /// Everything else.
    fixed: Vec<Range<usize>>,
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
        let rows = tables::<M>(optimizer.idle());
        let mut learner = Learner {
            dw,
            slots,
            rows,
            unused: Vec::new(),
            parts: Vec::new(),
            variables: 0,
            runs: Vec::new(),
            trainable: Vec::new(),
            fixed: Vec::new(),
            frozen,
            learning_rate: None,
            steps: 0,
        };
        learner.refreeze();
        learner
    }

    /// Finds out anew what training changes, after a change of [`frozen`](Self::frozen).
    pub(crate) fn refreeze(&mut self) {
        self.rows.freeze(&self.frozen);
        self.parts.clear();
        self.runs.clear();
        self.trainable.clear();
        for range in trainable::<M>(&self.frozen) {
            extend(&mut self.trainable, range.clone());
            if !self.rows.ranges().any(|table| *table == range) {
                extend(&mut self.runs, range.clone());
                self.parts.push((self.parts.len(), range));
            }
        }
        self.variables = self.parts.len();
        self.fixed = without(M::COUNT, &self.trainable);
        self.unused = unused::<M>(&self.rows, &self.frozen);
    }

    /// Makes the slots what they would be if every row took part in every step.
    pub(crate) fn settle(&mut self) {
        self.rows.settle(&mut self.slots);
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
        if options.clipping != Clipping::None {
            self.parts.truncate(self.variables);
            self.parts.reserve(self.rows.capacity());
            self.parts.extend(self.rows.parts().map(|(table, range)| (self.variables + table, range)));
        }
        options.clipping.apply(self.dw.as_mut_slice(), &self.parts);
        let steps = self.steps;
        let mut update = |dw: &mut M, slots: &mut [Box<M>], range: Range<usize>| {
            let count = slots.len().min(MAX_SLOTS + 1);
            let mut runs: [&mut [M::Scalar]; MAX_SLOTS + 1] = Default::default();
            for (run, slot) in runs.iter_mut().zip(slots) {
                *run = &mut slot.as_mut_slice()[range.clone()];
            }
            let (w, g) = (&mut model.as_mut_slice()[range.clone()], &mut dw.as_mut_slice()[range]);
            let state = &mut runs[..count];
            kernels::run(Update { optimizer, step: steps, learning_rate, w, g, state });
        };
        for range in &self.runs {
            update(&mut self.dw, &mut self.slots, range.clone());
        }
        for range in &self.unused {
            self.dw.as_mut_slice()[range.clone()].fill(M::Scalar::ZERO);
        }
        self.rows.apply(&mut *self.dw, &mut self.slots, update);
        // Looked at once, since it costs as much as the tables.
        debug_assert!(self.steps > 0 || self.rows.are_clear(&*self.dw), "a layer has not named all rows in `touched`");
        self.steps += 1;
    }

    /// Keeps the weights within their bounds. What is frozen at run time stays as it is: the gradient, which has done its
    /// work, holds it meanwhile.
    fn constrain(&mut self, model: &mut M) {
        if !M::Graph::CONSTRAINS || !self.frozen.contains(&true) {
            return M::Graph::NEW.constrain(model);
        }
        for range in &self.fixed {
            self.dw.as_mut_slice()[range.clone()].copy_from_slice(&model.as_slice()[range.clone()]);
        }
        M::Graph::NEW.constrain(model);
        for range in &self.fixed {
            model.as_mut_slice()[range.clone()].copy_from_slice(&self.dw.as_slice()[range.clone()]);
            self.dw.as_mut_slice()[range.clone()].fill(M::Scalar::ZERO);
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

/// The arguments of [`Optimizer::update`], as a loop for all levels. The gradient is zeroed, for the next step, while it is near.
struct Update<'a, 'b, O, T> {
    optimizer: &'a O,
    step: u64,
    learning_rate: f64,
    w: &'a mut [T],
    g: &'a mut [T],
    state: &'a mut [&'b mut [T]],
}

impl<O: Optimizer, T: Scalar> kernels::Loop for Update<'_, '_, O, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        // An optimizer computes with the number of the step in every call, which is little beside so many weights.
        const BLOCK: usize = 1 << 14;
        let count = self.state.len();
        for (block, (w, g)) in self.w.chunks_mut(BLOCK).zip(self.g.chunks_mut(BLOCK)).enumerate() {
            let mut state: [&mut [T]; MAX_SLOTS + 1] = Default::default();
            for (part, run) in state.iter_mut().zip(&mut *self.state) {
                *part = &mut run[block * BLOCK..][..g.len()];
            }
            self.optimizer.update(self.step, self.learning_rate, w, g, &mut state[..count]);
            g.fill(T::ZERO);
        }
    }
}

/// The tables of a model whose gradient comes by rows, if the optimizer can leave rows out.
fn tables<M: Model>(idle: Idle) -> Rows {
    let Some(mut rows) = Rows::new::<M::Scalar>(idle) else { return Rows::none() };
    let mut start = 0;
    visit_layers::<M>(&mut |layer, _, variable| {
        let end = start + variable.shape.size();
        if variable.rows && variable.trainable {
            rows.add(start..end, variable.shape.dim(0), layer);
        }
        start = end;
    });
    rows
}

/// What a backward pass may add to and no step is for: layers that are frozen at run time, without the tables.
fn unused<M: Model>(rows: &Rows, frozen: &[bool]) -> Vec<Range<usize>> {
    let (mut unused, mut start) = (Vec::new(), 0);
    visit_layers::<M>(&mut |layer, _, variable| {
        let end = start + variable.shape.size();
        if variable.trainable && frozen[layer] && !rows.ranges().any(|table| table.start == start) {
            extend(&mut unused, start..end);
        }
        start = end;
    });
    unused
}

/// What is left of `0..count` without some ranges, which are in ascending order.
fn without(count: usize, ranges: &[Range<usize>]) -> Vec<Range<usize>> {
    let (mut left, mut start) = (Vec::new(), 0);
    for range in ranges {
        left.push(start..range.start);
        start = range.end;
    }
    left.push(start..count);
    left.retain(|range| !range.is_empty());
    left
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
        assert_eq!(without(15, &ranges), [0..2, 9..11, 13..15]);
        assert_eq!(without(13, &[0..9, 9..13]), []);
    }
}
