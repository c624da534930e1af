//! Learns on the board with a loss of its own: a tape and a trainer in statics. The loss of two readings is the square
//! of the difference of their outputs from the difference of their squares.
#![no_std]
#![cfg_attr(any(target_os = "none", target_arch = "wasm32"), no_main)]

use nn::prelude::*;
use nn::{Tape, Trainer};
use nn_firmware::models::Sine;
use nn_firmware::{NO_PRINT, depth, fingerprint, measured, say};
use rand::Rng;
use rand::rngs::Xoshiro256PlusPlus;

const OPTIMIZER: Adam = Adam::new(0.01);

static mut TAPE: Tape<Sine, 2> = Tape::ZEROED;
static mut TRAINER: Trainer<Sine, 1, 2> = Trainer::ZEROED;

nn_firmware::program!({
    // SAFETY: this runs once, on the only thread, and nothing else names the two.
    let (tape, trainer) = unsafe { (&mut *(&raw mut TAPE), &mut *(&raw mut TRAINER)) };
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(5);
    if trainer.init(&OPTIMIZER, &mut rng).is_err() {
        return false;
    }
    let (mut first, mut last) = (0.0, 0.0);
    for step in 0..600_u32 {
        let mut number = || (rng.next_u32() >> 8) as f32 / 8_388_608.0 - 1.0;
        let x = [[number()], [number()]];
        let wanted = x[0][0] * x[0][0] - x[1][0] * x[1][0];
        let mut loss = 0.0;
        let mut learn = || {
            let Ok([a, b]) = tape.forward(&trainer.model, &x, &mut rng) else { return false };
            let error = a.x - b.x - wanted;
            loss = error * error;
            let Ok(gradient) = tape.backward(&trainer.model, &[[2.0 * error], [-2.0 * error]]) else { return false };
            trainer.apply_gradient(&OPTIMIZER, &gradient).is_ok()
        };
        let (learned, stack) = if step == 0 { depth(|| measured(learn)) } else { (learn(), 0) };
        if !learned {
            return false;
        }
        if step == 0 {
            say!("# stack ", stack);
        }
        let share = 0.02 * loss;
        if step < 50 {
            first += share
        } else if step >= 550 {
            last += share
        }
    }
    say!("tape: loss ", first, " to ", last, ", fingerprint ", fingerprint(trainer.model.as_slice(), NO_PRINT));
    // Its counts of samples are smaller on a board than on the host.
    say!("# tape ", Tape::<Sine, 2>::BYTES);
    last < 0.1 * first
});
