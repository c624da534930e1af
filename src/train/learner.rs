//! [`Learner`]: gradients, slots, and the update of a training step.

use crate::kernels;
use crate::optimizers::{Clipping, Ema, MAX_SLOTS, Optimizer, ZeroGradient};
use crate::threads::{Division, MAX_PARTS, Team};
use crate::train::tables::{Named, Rows};
use crate::weights::zeroed_box;
use crate::{Graph, Model, Scalar, Train};
use core::ops::Range;
use nn_core::weights::Place;

/// The gradient of a part of a batch.
pub(crate) struct Gradient<M: Model> {
    pub(crate) dw: Box<M>,
    /// The rows of tables whose gradient is not zero.
    pub(crate) named: Named,
}

impl<M: Model> Gradient<M> {
    /// Sets the gradient to zero, except for tables, where it already is.
    pub(crate) fn clear(&mut self, dense: &[Range<usize>]) {
        for range in dense {
            self.dw.as_mut_slice()[range.clone()].fill(M::Scalar::ZERO);
        }
    }
}

/// The gradient of the weights, the slots of the optimizer, and the number of steps so far.
pub(crate) struct Learner<M: Model> {
    /// The gradients of the parts of a batch. The first one becomes the gradient of the batch.
    pub(crate) gradients: Vec<Gradient<M>>,
    /// The number of parts of the last batch.
    used: usize,
    /// The number of batches whose gradients are in the first gradient and wait for others, with
    /// [`gradient_accumulation_steps`](Optimizer::gradient_accumulation_steps).
    pub(crate) waiting: u64,
    /// Whether a step has begun and not ended. If so between steps, a user's loss or layer panicked.
    unfinished: bool,
    /// The slots, one for each name in [`Optimizer::state`]. The average of the weights is one of them.
    pub(crate) slots: Vec<Box<M>>,
    /// The tables whose gradient comes by rows. Without tables, every step is over all weights.
    pub(crate) rows: Rows,
    /// The ranges that backward passes add to, without tables. The update zeroes the first part; the other parts are
    /// zeroed before the backward pass.
    pub(crate) dense: Vec<Range<usize>>,
    /// The ranges that backward passes add to although no update reads them. They are zeroed after a step.
    unused: Vec<Range<usize>>,
    /// The ranges of the variables.
    places: Vec<Place>,
    /// The division of batches.
    pub(crate) division: Division,
    /// The parts of the flat slice that training changes, each with the number of its variable, because a gradient is
    /// clipped by variable. Variables come first, without tables. During a step, the rows of the batch follow.
    parts: Vec<(usize, Range<usize>)>,
    /// The number of parts that are not rows.
    variables: usize,
    /// The same variables with neighbours joined, for fewer and longer loops.
    runs: Vec<Range<usize>>,
    /// The same, including the tables.
    pub(crate) trainable: Vec<Range<usize>>,
    /// The rest of the flat slice.
    fixed: Vec<Range<usize>>,
    /// The layers that [`set_trainable`](crate::Compiled::set_trainable) has frozen. There is one entry for each layer
    /// with weights, in the order of [`Weights::variables`](crate::Weights::variables).
    pub(crate) frozen: Vec<bool>,
    /// The learning rate that replaces the optimizer's.
    pub(crate) learning_rate: Option<f64>,
    pub(crate) steps: u64,
    /// Whether the model has the averages, and the slot of the averages has the weights.
    pub(crate) averaged: bool,
}

impl<M: Model> Learner<M> {
    pub(crate) fn new<O: Optimizer>(optimizer: &O) -> Self {
        let own = optimizer.slots().len();
        // A loop, because rustc compiles every iterator with a closure again for each model.
        let mut slots = Vec::new();
        for slot in 0..optimizer.state().count() {
            let mut weights = zeroed_box::<M::Scalar, M>();
            let initial = if slot < own { optimizer.initial(slot) } else { 0.0 };
            // Zeroed pages cost nothing until they are written.
            if initial != 0.0 {
                weights.as_mut_slice().fill(M::Scalar::of(initial));
            }
            slots.push(weights);
        }
        let mut places = vec![Place::NONE; nn_core::weights::places(M::PARTS, false, &mut [])];
        nn_core::weights::places(M::PARTS, false, &mut places);
        let frozen = vec![false; places.last().map_or(0, |last| last.layer + 1)];
        let rows = tables::<M::Scalar>(&places, optimizer.zero_gradient());
        // The ranges that a backward pass may add to, without tables.
        let dense = merged(&places, &|place| place.trainable && !rows.has(place.start));
        let mut learner = Learner {
            gradients: Vec::new(),
            used: 0,
            waiting: 0,
            unfinished: false,
            slots,
            division: Division::of_training::<M>(total(&dense)),
            dense,
            unused: Vec::new(),
            places,
            rows,
            parts: Vec::new(),
            variables: 0,
            runs: Vec::new(),
            trainable: Vec::new(),
            fixed: Vec::new(),
            frozen,
            learning_rate: None,
            steps: 0,
            averaged: false,
        };
        learner.refreeze();
        learner
    }

    /// Begins a step, and makes the gradients of its parts if they are missing.
    pub(crate) fn reserve(&mut self, parts: usize) {
        if core::mem::replace(&mut self.unfinished, true) {
            // The gradients have unknown contents.
            self.forget();
        }
        self.used = parts;
        while self.gradients.len() < parts {
            self.gradients.push(Gradient { dw: zeroed_box::<M::Scalar, M>(), named: self.rows.nothing() });
        }
    }

    /// Forgets the gradients, also of batches that wait for others.
    pub(crate) fn forget(&mut self) {
        self.gradients.clear();
        self.waiting = 0;
    }

    /// Adds the gradients of all parts to the first, in order, except for tables.
    pub(crate) fn gather(&mut self, team: Team) {
        let Some((first, others)) = self.gradients[..self.used].split_first_mut() else { return };
        for range in &self.dense {
            let mut from: [&[M::Scalar]; MAX_PARTS - 1] = Default::default();
            for (from, other) in from.iter_mut().zip(&*others) {
                *from = &other.dw.as_slice()[range.clone()];
            }
            team.add(&mut first.dw.as_mut_slice()[range.clone()], from, others.len());
        }
    }

    /// Adds a given gradient to that of the batch, without weights that no step changes.
    pub(crate) fn take(&mut self, from: &M) {
        let Gradient { dw, named } = &mut self.gradients[0];
        let (to, from) = (dw.as_mut_slice(), from.as_slice());
        for range in &self.dense {
            to[range.clone()].iter_mut().zip(&from[range.clone()]).for_each(|(to, &from)| *to += from);
        }
        self.rows.take(named, to, from);
    }

    /// Returns the gradient of the batch.
    pub(crate) fn gradient(&mut self) -> &mut M {
        &mut self.gradients[0].dw
    }

    /// Updates the ranges after a change of [`frozen`](Self::frozen).
    pub(crate) fn refreeze(&mut self) {
        self.rows.freeze(&self.frozen);
        let Learning { parts, runs, trainable, unused } = Learning::of(&self.places, &self.rows, &self.frozen);
        self.variables = parts.len();
        self.fixed = without(M::COUNT, &trainable);
        (self.parts, self.runs, self.trainable, self.unused) = (parts, runs, trainable, unused);
    }

    /// Brings the slots to the values that they would have if every row took part in every step.
    pub(crate) fn settle(&mut self) {
        self.rows.settle(&mut self.slots);
    }

    /// Returns the learning rate of the next step.
    pub(crate) fn learning_rate<O: Optimizer>(&self, optimizer: &O) -> f64 {
        self.learning_rate.unwrap_or_else(|| optimizer.learning_rate(self.steps))
    }

    /// Clips the gradient, and updates the weights, or lets the gradient wait for the next batches. Constraints follow.
    pub(crate) fn apply<O: Optimizer>(&mut self, model: &mut M, optimizer: &O) {
        let (learning_rate, options) = (self.learning_rate(optimizer), optimizer.options());
        if let (Some(_), Some(average), 0) = (options.ema, self.slots.last_mut(), self.steps) {
            // A layer that is frozen now may learn later, and then needs its average.
            average.as_mut_slice().copy_from_slice(model.as_slice());
        }
        let batches = u64::from(options.gradient_accumulation_steps.max(1));
        let step = self.steps / batches;
        if !(self.steps + 1).is_multiple_of(batches) {
            return self.wait(model, step, options.ema);
        }
        let waiting = core::mem::take(&mut self.waiting) + 1;
        if options.clipping != Clipping::None || waiting > 1 {
            self.parts.truncate(self.variables);
            self.parts.reserve(self.rows.capacity());
            self.rows.gather(&mut self.gradients[..self.used]);
            self.rows.extend(&mut self.parts, &self.gradients[0].named, self.variables);
        }
        if waiting > 1 {
            let (g, count) = (self.gradients[0].dw.as_mut_slice(), M::Scalar::of(waiting as f64));
            self.parts.iter().for_each(|(_, range)| g[range.clone()].iter_mut().for_each(|g| *g /= count));
        }
        options.clipping.apply(self.gradients[0].dw.as_mut_slice(), &self.parts);
        let mut update = |dw: &mut M, slots: &mut [Box<M>], range: Range<usize>| {
            let count = slots.len().min(MAX_SLOTS + 1);
            let mut runs: [&mut [M::Scalar]; MAX_SLOTS + 1] = Default::default();
            for (run, slot) in runs.iter_mut().zip(slots) {
                *run = &mut slot.as_mut_slice()[range.clone()];
            }
            let (w, g) = (&mut model.as_mut_slice()[range.clone()], &mut dw.as_mut_slice()[range]);
            let state = &mut runs[..count];
            kernels::run(Update { optimizer, step, learning_rate, w, g, state });
        };
        for range in &self.runs {
            update(&mut self.gradients[0].dw, &mut self.slots, range.clone());
        }
        for range in &self.unused {
            self.gradients[0].dw.as_mut_slice()[range.clone()].fill(M::Scalar::ZERO);
        }
        self.rows.apply(&mut self.gradients[..self.used], &mut self.slots, update);
        // This check costs as much as the tables, so it runs once.
        let are_clear = || self.gradients.iter().all(|gradient| self.rows.are_clear(&*gradient.dw));
        debug_assert!(step > 0 || are_clear(), "a layer has not named all rows in `touched`");
        self.steps += 1;
        self.unfinished = false;
    }

    /// Keeps the gradient of a batch for a later step. As in Keras, the average of the weights moves all the same.
    fn wait(&mut self, model: &mut M, step: u64, ema: Option<Ema>) {
        // The next batch may have fewer parts.
        self.rows.gather(&mut self.gradients[..self.used]);
        self.rows.drop_frozen(&mut self.gradients[0]);
        for range in &self.unused {
            self.gradients[0].dw.as_mut_slice()[range.clone()].fill(M::Scalar::ZERO);
        }
        if let (Some(ema), Some(average)) = (ema, self.slots.last_mut()) {
            for range in &self.runs {
                let range = range.clone();
                ema.update(step, &mut model.as_mut_slice()[range.clone()], &mut average.as_mut_slice()[range]);
            }
        }
        self.waiting += 1;
        self.steps += 1;
        self.unfinished = false;
    }

    /// Applies the constraints. Frozen weights must not change; the gradient is no longer needed, so it keeps them in
    /// the meantime.
    pub(crate) fn constrain(&mut self, model: &mut M) {
        if !M::Graph::CONSTRAINS || !self.frozen.contains(&true) {
            return M::Graph::NEW.constrain(model);
        }
        let dw = &mut self.gradients[0].dw;
        for range in &self.fixed {
            dw.as_mut_slice()[range.clone()].copy_from_slice(&model.as_slice()[range.clone()]);
        }
        M::Graph::NEW.constrain(model);
        for range in &self.fixed {
            model.as_mut_slice()[range.clone()].copy_from_slice(&dw.as_slice()[range.clone()]);
            dw.as_mut_slice()[range.clone()].fill(M::Scalar::ZERO);
        }
    }

    /// Ends `fit`: if the optimizer keeps an average, it replaces the weights.
    pub(crate) fn finish<O: Optimizer>(&mut self, model: &mut M, optimizer: &O) {
        self.use_averages(model, false);
        // Before the first step there is no average.
        if let (Some(_), Some(average), 1..) = (optimizer.options().ema, self.slots.last(), self.steps) {
            for range in &self.trainable {
                model.as_mut_slice()[range.clone()].copy_from_slice(&average.as_slice()[range.clone()]);
            }
        }
    }
}

/// The arguments of [`Optimizer::update`], as a loop for every instruction set. It zeroes the gradient for the next
/// step while it is in the cache.
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
        // Every call computes factors from the number of the step. That is little beside this number of weights.
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

/// Returns the tables whose gradient comes by rows, if the optimizer can leave rows out.
fn tables<T: Scalar>(places: &[Place], zero_gradient: ZeroGradient) -> Rows {
    let Some(mut rows) = Rows::new::<T>(zero_gradient) else { return Rows::none() };
    for place in places.iter().filter(|place| place.rows > 0 && place.trainable) {
        rows.add(place.start..place.end, place.rows, place.layer);
    }
    rows
}

/// The ranges that training changes, as [`Learner`] keeps them. It depends on no model, so it is compiled once.
struct Learning {
    parts: Vec<(usize, Range<usize>)>,
    runs: Vec<Range<usize>>,
    trainable: Vec<Range<usize>>,
    unused: Vec<Range<usize>>,
}

impl Learning {
    fn of(places: &[Place], rows: &Rows, frozen: &[bool]) -> Self {
        let learns = |place: &Place| place.trainable && !frozen[place.layer];
        let variables = places.iter().filter(|place| learns(place) && !rows.has(place.start));
        Learning {
            parts: variables.map(|place| place.start..place.end).enumerate().collect(),
            runs: merged(places, &|place| learns(place) && !rows.has(place.start)),
            trainable: merged(places, &learns),
            // Layers that are frozen at run time still get gradients, which no step applies.
            unused: merged(places, &|place| place.trainable && !learns(place) && !rows.has(place.start)),
        }
    }
}

/// Returns the ranges of some variables, with neighbours joined.
fn merged(places: &[Place], wanted: &dyn Fn(&Place) -> bool) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for place in places.iter().filter(|place| wanted(place)) {
        match ranges.last_mut() {
            Some(last) if last.end == place.start => last.end = place.end,
            _ => ranges.push(place.start..place.end),
        }
    }
    ranges
}

/// Returns the number of scalars in some ranges.
fn total(ranges: &[Range<usize>]) -> usize {
    ranges.iter().map(Range::len).sum()
}

/// Returns `0..count` without some ranges in ascending order.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_become_one_run() {
        let place = |(start, end)| Place { start, end, ..Place::NONE };
        let places = [(0, 2), (2, 5), (5, 9), (9, 11), (11, 12), (12, 13)].map(place);
        let ranges = merged(&places, &|place| place.start != 0 && place.start != 9);
        assert_eq!(ranges, [2..9, 11..13]);
        assert_eq!(without(15, &ranges), [0..2, 9..11, 13..15]);
        assert_eq!(without(13, &[0..9, 9..13]), []);
    }
}
