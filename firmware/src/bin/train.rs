//! Learns on the board from fresh weights: the model of `tests/no_std`, with all its memory in RAM.
#![no_std]
#![cfg_attr(any(target_os = "none", target_arch = "wasm32"), no_main)]

use nn::prelude::*;
use nn_firmware::{NO_PRINT, depth, fingerprint, measured, say};
use nn_no_std::{BATCH, Class, LOSS, OPTIMIZER, Readings, Trainer, Trend};
use rand::Rng;
use rand::rngs::Xoshiro256PlusPlus;

nn_firmware::program!({
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(7);
    let Ok(mut trainer) = Trainer::new(Trend::new(&mut rng), &OPTIMIZER) else { return false };
    let (mut first, mut last) = (0.0, 0.0);
    for step in 0..300_u32 {
        let (mut x, mut y) = ([Readings::zeros(); BATCH], [Class::zeros(); BATCH]);
        for (x, y) in x.iter_mut().zip(&mut y) {
            (*x, *y) = sample(&mut rng);
        }
        if step == 0 {
            let (loss, stack) = depth(|| measured(|| trainer.step(&OPTIMIZER, &LOSS, &x, &y, &mut rng)));
            say!("# stack ", stack);
            first = loss.unwrap_or(f64::NAN);
        } else {
            last = trainer.step(&OPTIMIZER, &LOSS, &x, &y, &mut rng).unwrap_or(f64::NAN);
        }
    }
    let mut right = 0_u32;
    for _ in 0..200 {
        let (readings, class) = sample(&mut rng);
        let chances = trainer.model.call(&readings);
        let own = chances.get(class.x as usize).copied().unwrap_or(0.0);
        right += u32::from(chances.iter().all(|&other| other <= own));
    }
    say!(
        "train: loss ",
        first as f32,
        " to ",
        last as f32,
        ", fingerprint ",
        fingerprint(trainer.model.as_slice(), NO_PRINT)
    );
    say!("train: ", right, " of 200 right, ", Trainer::BYTES, " bytes");
    right >= 190
});

/// Noisy readings around some temperature that fall, stay or rise.
fn sample(rng: &mut Xoshiro256PlusPlus) -> (Readings, Class) {
    let class = rng.next_u32() % 3;
    let mut between = |low: f32, high: f32| low + (high - low) * ((rng.next_u32() >> 8) as f32 / 16_777_216.0);
    let slope = (class as f32 - 1.0) * between(0.3, 1.0);
    let level = between(-1.0, 1.0);
    let mut readings = Readings::zeros();
    for (time, reading) in readings.iter_mut().enumerate() {
        *reading = level + slope * time as f32 + between(-0.1, 0.1);
    }
    (readings, Class::new(class))
}
