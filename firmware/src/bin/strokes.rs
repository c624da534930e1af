//! A digit out of five in a picture: a network that Keras trained, straight from its file into flash.
#![no_std]
#![cfg_attr(any(target_os = "none", target_arch = "wasm32"), no_main)]

use core::hint::black_box;
use nn::prelude::*;
use nn_firmware::{NO_PRINT, depth, fingerprint, made, measured, say};

model! {
    pub struct Strokes;

    Import("../examples/data/strokes.keras")
}

static STROKES: Strokes = include_weights!(Strokes, "../examples/data/strokes.keras");

nn_firmware::program!({
    let mut picture = SMatrix::<f32, 1, 784>::zeros();
    made(picture.as_mut_slice());
    let mut arena = nn::Arena::new();
    let (digit, stack) = depth(|| measured(|| STROKES.call_in(black_box(&picture), &mut arena)));
    say!("# stack ", stack);
    say!("# arena ", Strokes::ARENA_BYTES);
    let highest = digit.iter().copied().fold(0.0, f32::max);
    say!("strokes: highest probability ", highest, ", fingerprint ", fingerprint(digit.as_slice(), NO_PRINT));
    black_box(&digit);
    true
});
