//! A model that is trained without `std` and without a heap, as on a microcontroller.
//!
//! `fit` is for hosts. Here is what it does, written out on memory whose size is known when this compiles: [`Trainer`]
//! holds weights, gradient, velocity and activations, and may be a `static`.
#![no_std]

use nn::prelude::*;
use nn::{Buffer, Inline, Mode, losses::Weighting};
use rand::{Rng, RngExt, rngs::Xoshiro256PlusPlus};

model! {
    /// Tells from the last four readings of a thermometer whether it falls, stays or rises.
    pub struct Trend;

    let readings = Input(shape = [4]);
    let x = Dense(8, activation = relu)(readings);
    let trend = Dense(3, activation = softmax)(x);

    Model(inputs = readings, outputs = trend)
}

/// Four readings, the oldest first.
pub type Readings = SVector<f32, 4>;
/// The class: 0 falls, 1 stays, 2 rises.
pub type Class = SVector<u32, 1>;

/// The probability of each class.
pub type Chances = SVector<f32, 3>;

/// Samples of a step.
pub const BATCH: usize = 8;

/// A batch's activations, in place.
type Memory = Inline<BATCH>;
type Cache = <TrendGraph as Layer<f32, Readings>>::Cache<Memory>;

const LOSS: SparseCategoricalCrossentropy = SparseCategoricalCrossentropy { from_logits: false };
const OPTIMIZER: Sgd = Sgd { learning_rate: 0.05, momentum: 0.9, nesterov: false };

/// Everything that training needs.
pub struct Trainer {
    /// The model.
    pub model: Trend,
    gradient: Trend,
    velocity: Trend,
    cache: Cache,
    rng: Xoshiro256PlusPlus,
    steps: u64,
}

impl Trainer {
    /// How much RAM training takes.
    pub const BYTES: usize = size_of::<Self>();

    /// Fresh weights.
    pub fn new(seed: u64) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        Trainer {
            model: Trend::new(&mut rng),
            gradient: Trend::zeroed(),
            velocity: Trend::zeroed(),
            cache: Cache::with_capacity(BATCH),
            rng,
            steps: 0,
        }
    }

    /// One step on a batch that is made up; the loss before it.
    pub fn step(&mut self) -> f32 {
        let samples: [_; BATCH] = core::array::from_fn(|_| sample(&mut self.rng));
        self.step_on(&samples.map(|(readings, _)| readings), &samples.map(|(_, class)| class))
    }

    /// One step on a batch; the loss before it.
    pub fn step_on(&mut self, x: &[Readings; BATCH], targets: &[Class; BATCH]) -> f32 {
        let graph = TrendGraph;
        let mut y = [Chances::zeros(); BATCH];
        let mut dy = [Chances::zeros(); BATCH];
        // `backward` adds to what is there.
        self.gradient.as_mut_slice().fill(0.0);

        let pass = Pass::training(&mut self.cache, Mode::new(&mut self.rng));
        graph.forward::<Memory>(&self.model, x, &mut y, pass);
        let mut loss = [0.0];
        // `seeds` says that `dy` is already the gradient of the logits: softmax and cross-entropy are one formula.
        let seeds = Losses::<Chances>::evaluate(
            &LOSS,
            targets,
            &y,
            <TrendGraph as Layer<f32, Readings>>::training_logits::<Memory>(&self.cache, BATCH),
            <TrendGraph as Layer<f32, Readings>>::HEADS,
            Weighting::NONE,
            Some(&mut dy),
            &mut loss,
        );
        // Nobody wants the gradient of the readings.
        graph.backward_from::<Memory>(seeds, &self.model, x, &y, &dy, &mut self.cache, None, Some(&mut self.gradient));
        OPTIMIZER.step(
            self.steps,
            OPTIMIZER.learning_rate,
            self.model.as_mut_slice(),
            self.gradient.as_slice(),
            &mut [self.velocity.as_mut_slice()],
        );
        self.steps += 1;
        loss[0] as f32
    }
}

/// Trains for a number of steps; the loss of the last one.
pub fn train(steps: u32) -> f32 {
    let mut trainer = Trainer::new(1);
    let mut loss = f32::NAN;
    for _ in 0..steps {
        loss = trainer.step();
    }
    loss
}

/// Readings around some temperature that fall, stay or rise, with noise.
pub fn sample(rng: &mut dyn Rng) -> (Readings, Class) {
    let class = rng.random_range(0..3_u32);
    let slope = (class as f32 - 1.0) * rng.random_range(0.3..1.0);
    let level = rng.random_range(-1.0..1.0);
    let readings = Readings::from_fn(|time, _| level + slope * time as f32 + rng.random_range(-0.1..0.1));
    (readings, Class::new(class))
}
