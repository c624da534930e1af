//! A model that is trained without `std` and without a heap, as on a microcontroller. Its memory has a size known at
//! compile time: [`Trainer`] holds weights, gradient, velocity and activations.
#![no_std]

use nn::prelude::*;
use nn::{StreamError, StreamState};
use rand::{Rng, RngExt, rngs::Xoshiro256PlusPlus};

model! {
    /// Tells from the last four readings of a thermometer whether the temperature falls, stays or rises.
    pub struct Trend;

    let readings = Input(shape = [4]);
    let x = Dense(8, activation = relu)(readings);
    let trend = Dense(3, activation = softmax)(x);

    Model(inputs = readings, outputs = trend)
}

model! {
    /// Smooths a thermometer's readings, one at a time.
    #[nn(stream)]
    pub struct Smooth;

    let readings = Input(shape = [32, 1]);
    let h = Conv1D(3, 2, padding = causal, activation = relu)(readings);
    let h = GRU(3, return_sequences = true)(h);
    let smooth = Dense(1)(h);
    let slow = MaxPooling1D(4)(smooth);

    Model(inputs = readings, outputs = [smooth, slow])
}

/// Reads all values with a stream that goes on from a saved state after each, and returns the last outputs.
///
/// # Errors
/// Never: the bytes are those of the state.
pub fn smooth(model: &Smooth, readings: &[f32]) -> Result<(f32, Option<f32>), StreamError> {
    let (mut state, mut last) = (StreamState::START, (0.0, None));
    for reading in readings {
        let y = state.step(model, reading);
        last = (y.smooth.x, y.slow.map(|slow| slow.x));
        let mut bytes = [0; StreamState::<Smooth>::BYTES];
        state.write(&mut bytes)?;
        state = StreamState::from_bytes(&bytes)?;
    }
    Ok(last)
}

/// Four readings, the oldest first.
pub type Readings = SVector<f32, 4>;
/// The class: 0 falls, 1 stays, 2 rises.
pub type Class = SVector<u32, 1>;

/// The samples in a step.
pub const BATCH: usize = 8;

/// All memory of training. The optimizer keeps a velocity for each weight.
pub type Trainer = nn::Trainer<Trend, BATCH, 1>;

/// The optimizer.
pub const OPTIMIZER: Sgd = Sgd { learning_rate: 0.05, momentum: 0.9, nesterov: false };
/// The loss.
pub const LOSS: SparseCategoricalCrossentropy = SparseCategoricalCrossentropy::DEFAULT;

/// Takes one step on an invented batch and returns the loss before it.
///
/// # Errors
/// Never: the batch has as many samples as there is room for.
pub fn step(trainer: &mut Trainer, rng: &mut dyn Rng) -> Result<f64, nn::StepError> {
    let samples: [_; BATCH] = core::array::from_fn(|_| sample(rng));
    trainer.step(&OPTIMIZER, &LOSS, samples.map(|(readings, _)| readings), samples.map(|(_, class)| class), rng)
}

/// Makes a trainer, takes some steps, and returns the loss of the last one too.
///
/// # Errors
/// Never.
pub fn train(seed: u64, steps: u32) -> Result<(Trainer, f64), nn::StepError> {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let (mut trainer, mut loss) = (Trainer::new(Trend::new(&mut rng), &OPTIMIZER)?, f64::NAN);
    for _ in 0..steps {
        loss = step(&mut trainer, &mut rng)?;
    }
    Ok((trainer, loss))
}

/// Invents noisy readings around some temperature that fall, stay or rise.
pub fn sample(rng: &mut dyn Rng) -> (Readings, Class) {
    let class = rng.random_range(0..3_u32);
    let slope = (class as f32 - 1.0) * rng.random_range(0.3..1.0);
    let level = rng.random_range(-1.0..1.0);
    let readings = Readings::from_fn(|time, _| level + slope * time as f32 + rng.random_range(-0.1..0.1));
    (readings, Class::new(class))
}
