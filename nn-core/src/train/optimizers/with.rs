//! [`With`] and [`Scheduled`]: an optimizer with Keras's common options.

use super::{Clipping, Ema, Optimizer, ZeroGradient};
use crate::spec::settings::{Allowed, Setting};
use crate::tensor::scalar::Scalar;
use crate::train::schedules::Schedule;

/// The options around the step of an optimizer: the arguments that all optimizers of Keras have.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OptimizerOptions {
    /// The bound on the gradients; Keras's `clipnorm`, `clipvalue` or `global_clipnorm`.
    pub clipping: Clipping,
    /// The part of each weight that is subtracted before a step, times the learning rate; 0 for no decay.
    pub weight_decay: f64,
    /// The moving average of the weights.
    pub ema: Option<Ema>,
    /// The number of batches whose mean gradient makes one step; 0 for a step with each batch.
    pub gradient_accumulation_steps: u32,
    /// Whether a step skips the rows of tables that a batch does not touch.
    pub lazy: bool,
}

impl OptimizerOptions {
    /// Calls `visit` with every numeric option.
    pub fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        match self.clipping {
            Clipping::None => {}
            // A bound of 0 or less means no bound.
            Clipping::Norm(norm) => visit(Setting::new("clipnorm", norm, Allowed::FINITE)),
            Clipping::Value(value) => visit(Setting::new("clipvalue", value, Allowed::FINITE)),
            Clipping::GlobalNorm(norm) => visit(Setting::new("global_clipnorm", norm, Allowed::FINITE)),
        }
        visit(Setting::new("weight_decay", self.weight_decay, Allowed::NOT_NEGATIVE));
        if self.gradient_accumulation_steps != 0 {
            let (steps, allowed) = (self.gradient_accumulation_steps.into(), Allowed { low: 2.0, ..Allowed::FINITE });
            visit(Setting::new("gradient_accumulation_steps", steps, allowed));
        }
        if let Some(ema) = self.ema {
            visit(Setting::new("ema_momentum", ema.momentum, Allowed::PART));
        }
    }
}

/// An optimizer with options; methods such as [`Optimizer::clipnorm`] create it.
///
/// It starts with the options of the optimizer, such as the weight decay of [`AdamW`](super::AdamW).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct With<O> {
    /// The optimizer.
    pub optimizer: O,
    /// The options.
    pub options: OptimizerOptions,
}

impl<O: Optimizer> With<O> {
    /// Wraps the optimizer with the options that it has.
    pub fn new(optimizer: O) -> Self {
        With { options: optimizer.options(), optimizer }
    }
}

// The same names as in the trait, so that a chain of methods stays one struct.
impl<O> With<O> {
    /// Sets the option as [`Optimizer::lazy`] does.
    pub fn lazy(mut self) -> Self {
        self.options.lazy = true;
        self
    }

    /// Sets the option as [`Optimizer::weight_decay`] does.
    pub fn weight_decay(mut self, weight_decay: f64) -> Self {
        self.options.weight_decay = weight_decay;
        self
    }

    /// Sets the option as [`Optimizer::clipnorm`] does.
    pub fn clipnorm(mut self, norm: f64) -> Self {
        self.options.clipping = Clipping::Norm(norm);
        self
    }

    /// Sets the option as [`Optimizer::clipvalue`] does.
    pub fn clipvalue(mut self, value: f64) -> Self {
        self.options.clipping = Clipping::Value(value);
        self
    }

    /// Sets the option as [`Optimizer::global_clipnorm`] does.
    pub fn global_clipnorm(mut self, norm: f64) -> Self {
        self.options.clipping = Clipping::GlobalNorm(norm);
        self
    }

    /// Sets the option as [`Optimizer::ema`] does.
    pub fn ema(mut self, ema: Ema) -> Self {
        self.options.ema = Some(ema);
        self
    }

    /// Sets the option as [`Optimizer::gradient_accumulation_steps`] does.
    pub fn gradient_accumulation_steps(mut self, batches: u32) -> Self {
        self.options.gradient_accumulation_steps = batches;
        self
    }
}

impl<O: Optimizer> Optimizer for With<O> {
    fn name(&self) -> &'static str {
        self.optimizer.name()
    }

    fn slots(&self) -> &'static [&'static str] {
        self.optimizer.slots()
    }

    fn initial(&self, slot: usize) -> f64 {
        self.optimizer.initial(slot)
    }

    fn learning_rate(&self, step: u64) -> f64 {
        self.optimizer.learning_rate(step)
    }

    #[inline(always)]
    fn step<T: Scalar>(&self, step: u64, learning_rate: f64, w: &mut [T], g: &[T], slots: &mut [&mut [T]]) {
        self.optimizer.step(step, learning_rate, w, g, slots);
    }

    fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        self.optimizer.settings(visit);
    }

    fn zero_gradient(&self) -> ZeroGradient {
        match self.options {
            OptimizerOptions { lazy: true, .. } => ZeroGradient::Stays,
            OptimizerOptions { weight_decay: 0.0, ema: None, .. } => self.optimizer.zero_gradient(),
            // Decay and averages reach every weight.
            _ => ZeroGradient::Moves,
        }
    }

    fn options(&self) -> OptimizerOptions {
        self.options
    }
}

/// An optimizer whose learning rate follows a [`Schedule`]; [`Optimizer::schedule`] creates it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scheduled<O, S> {
    /// The optimizer.
    pub optimizer: O,
    /// The learning rate of each step.
    pub schedule: S,
    functions: Functions<S>,
}

impl<O, S: Schedule> Scheduled<O, S> {
    pub(super) fn new(optimizer: O, schedule: S) -> Self {
        let functions = Functions { learning_rate: S::learning_rate, settings: S::settings };
        Scheduled { optimizer, schedule, functions }
    }
}

/// The methods of a schedule. With them, the optimizer needs no bound on `S`, so a type that is not a schedule is an
/// error of [`Optimizer::schedule`] alone.
#[derive(Debug)]
struct Functions<S> {
    learning_rate: fn(&S, u64) -> f64,
    settings: fn(&S, &mut dyn FnMut(Setting)),
}

impl<S> Copy for Functions<S> {}

impl<S> Clone for Functions<S> {
    fn clone(&self) -> Self {
        *self
    }
}

/// A type has its methods once.
impl<S> PartialEq for Functions<S> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<O: Optimizer, S> Optimizer for Scheduled<O, S> {
    fn name(&self) -> &'static str {
        self.optimizer.name()
    }

    fn slots(&self) -> &'static [&'static str] {
        self.optimizer.slots()
    }

    fn initial(&self, slot: usize) -> f64 {
        self.optimizer.initial(slot)
    }

    fn learning_rate(&self, step: u64) -> f64 {
        (self.functions.learning_rate)(&self.schedule, step)
    }

    #[inline(always)]
    fn step<T: Scalar>(&self, step: u64, learning_rate: f64, w: &mut [T], g: &[T], slots: &mut [&mut [T]]) {
        self.optimizer.step(step, learning_rate, w, g, slots);
    }

    /// The optimizer's own rate does not count, so it is not checked.
    fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        self.optimizer.settings(&mut |setting| {
            if setting.name != "learning_rate" {
                visit(setting);
            }
        });
        (self.functions.settings)(&self.schedule, visit);
    }

    fn zero_gradient(&self) -> ZeroGradient {
        self.optimizer.zero_gradient()
    }

    fn options(&self) -> OptimizerOptions {
        self.optimizer.options()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::optimizers::{Adam, AdamW, Sgd};

    const SGD: Sgd = Sgd { learning_rate: 0.5, momentum: 0.0, nesterov: false };

    #[test]
    fn options_add_up() {
        let ema = Ema { momentum: 0.5, overwrite_frequency: Some(2) };
        let optimizer: With<Adam> = Adam::default().weight_decay(0.25).clipvalue(3.0).ema(ema).clipnorm(2.0);
        let clipping = Clipping::Norm(2.0);
        let expected = OptimizerOptions { clipping, weight_decay: 0.25, ema: Some(ema), ..OptimizerOptions::default() };
        assert_eq!(optimizer.options(), expected, "the last clipping counts");
        // The same through a schedule.
        let scheduled = optimizer.schedule(|step: u64| step as f64);
        assert_eq!((scheduled.options(), scheduled.learning_rate(7)), (expected, 7.0));
        let more = scheduled.global_clipnorm(1.0);
        assert_eq!(more.options(), OptimizerOptions { clipping: Clipping::GlobalNorm(1.0), ..expected });
        assert_eq!(more.learning_rate(7), 7.0);
    }

    #[test]
    fn what_an_optimizer_brings_stays() {
        assert_eq!(AdamW::default().clipnorm(1.0).options().weight_decay, 0.004);
        assert_eq!(AdamW::default().weight_decay(0.0).options().weight_decay, 0.0);
    }

    #[test]
    fn names_of_the_state() {
        let names = |optimizer: &With<Adam>| optimizer.state().collect::<std::vec::Vec<_>>();
        assert_eq!(names(&With::new(Adam::default())), ["momentum", "velocity"]);
        assert_eq!(names(&Adam::default().ema(Ema::default())), ["momentum", "velocity", "average"]);
        assert_eq!(Adam::default().clipnorm(1.0).name(), "adam");
    }

    /// Decay first, then the step, then the average.
    #[test]
    fn order() {
        let optimizer = SGD.weight_decay(0.5).ema(Ema::default());
        let (mut w, mut average) = ([8.0, -4.0], [0.0; 2]);
        optimizer.update(0, 0.5, &mut w, &[2.0, 2.0], &mut [&mut average]);
        // 8 - 8/4 - 1 and -4 + 4/4 - 1
        assert_eq!((w, average), ([5.0, -4.0], [5.0, -4.0]));
    }
}
