//! A model that learns on the board and keeps its weights.
#![no_std]
#![no_main]

use core::panic::PanicInfo;
use cortex_m_rt::entry;
use nn::prelude::*;
use nn::{Arena, Trainer};

model! {
    /// Tells from the last four readings of a thermometer whether the temperature falls, stays or rises.
    #[budget(ram = "1 KiB", flash = "1 KiB")]
    pub struct Trend;

    let readings = Input(shape = [4]);
    let x = Dense(8, activation = relu)(readings);
    let trend = Dense(3, activation = softmax)(x);

    Model(inputs = readings, outputs = trend)
}

// Constants, so that the program has no code for unused options.
const OPTIMIZER: Sgd = Sgd { learning_rate: 0.05, momentum: 0.9, nesterov: false };
const LOSS: SparseCategoricalCrossentropy = SparseCategoricalCrossentropy::DEFAULT;

/// The samples in a step.
const BATCH: usize = 8;

/// Weights, gradient, activations, and one number for each weight: the velocity of the momentum.
type Learner = Trainer<Trend, BATCH, 1>;

#[entry]
fn main() -> ! {
    // cortex-m-rt turns these statics into references. They pass through no stack. Zeros are in `.bss` and take no
    // flash.
    static mut LEARNER: Learner = Trainer::ZEROED;
    static mut ARENA: Arena<Trend> = Arena::ZEROED;
    static mut FLASH: [u8; Learner::SAVED_BYTES] = [0xFF; Learner::SAVED_BYTES];

    exit(learn(LEARNER, ARENA, FLASH))
}

/// Trains, and returns whether the model has learnt.
fn learn(learner: &mut Learner, arena: &mut Arena<Trend>, flash: &mut [u8]) -> bool {
    // In a product the seed comes from its serial number, or from noise.
    let mut rng = Xoshiro128PlusPlus::seed_from_u64(7);
    // Restores the weights of an earlier run, or starts with fresh ones.
    if learner.restore(&OPTIMIZER, flash).is_err() && learner.init(&OPTIMIZER, &mut rng).is_err() {
        return false;
    }
    for _ in 0..300 {
        let (mut x, mut y) = ([SVector::<f32, 4>::zeros(); BATCH], [0_u32; BATCH]);
        for (x, y) in x.iter_mut().zip(&mut y) {
            (*x, *y) = reading(&mut rng);
        }
        // If a sensor fails, the step is an `Err`, and the weights stay unchanged.
        if learner.step_checked(&OPTIMIZER, &LOSS, &x, &y, &mut rng).is_err() {
            continue;
        }
    }
    let mut right = 0;
    for _ in 0..200 {
        let (x, class) = reading(&mut rng);
        let chances = learner.model.call_in(&x, arena);
        let own = chances.get(class as usize).copied().unwrap_or(0.0);
        right += u32::from(chances.iter().all(|&other| other <= own));
    }
    // `FLASH` stands for a page of flash, which the chip's driver erases and writes.
    learner.save(&OPTIMIZER, flash).is_ok() && learner.restore(&OPTIMIZER, flash).is_ok() && right >= 190
}

/// Readings that fall, stay or rise; a real program reads its sensor.
fn reading(rng: &mut Xoshiro128PlusPlus) -> (SVector<f32, 4>, u32) {
    let class = rng.next_u32() % 3;
    let mut between = |low: f32, high: f32| low + (high - low) * ((rng.next_u32() >> 8) as f32 / 16_777_216.0);
    let slope = (class as f32 - 1.0) * between(0.3, 1.0);
    let level = between(-1.0, 1.0);
    let mut readings = SVector::<f32, 4>::zeros();
    for (time, reading) in readings.iter_mut().enumerate() {
        *reading = level + slope * time as f32 + between(-0.1, 0.1);
    }
    (readings, class)
}

/// This program cannot reach a panic of the library; `.ci/run no_std` checks it. A product resets or shows a light
/// here.
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    exit(false)
}

/// Ends QEMU, or informs a debugger. A product goes on in a loop.
fn exit(right: bool) -> ! {
    let reason = if right { 0x20026 } else { 0x20023 };
    loop {
        // SAFETY: the break instruction is semihosting's: 0x18 is its SYS_EXIT.
        unsafe { core::arch::asm!("bkpt 0xab", inout("r0") 0x18 => _, in("r1") reason) }
    }
}
