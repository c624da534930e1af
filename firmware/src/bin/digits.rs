//! Recognises digits with weights in flash.
#![no_std]
#![cfg_attr(any(target_os = "none", target_arch = "wasm32"), no_main)]

use core::hint::black_box;
use nn::prelude::*;
use nn_firmware::models::Digits;
use nn_firmware::{NO_PRINT, depth, fingerprint, measured, say};

static DIGITS: Digits = include_weights!(Digits, "../../weights/digits.safetensors");

/// A label, then the pixels from 0 to 16.
static TEST: &[u8] = include_bytes!("../../weights/digits.test");

nn_firmware::program!({
    let (mut right, mut tested, mut print) = (0u32, 0u32, NO_PRINT);
    for record in TEST.chunks_exact(65) {
        let Some((&label, pixels)) = record.split_first() else { continue };
        let image = image(pixels);
        let probabilities = if tested == 0 {
            let (probabilities, stack) = depth(|| measured(|| black_box(&DIGITS).call(black_box(&image))));
            say!("# stack ", stack);
            probabilities
        } else {
            DIGITS.call(&image)
        };
        right += u32::from(best(&probabilities) == usize::from(label));
        tested += 1;
        print = fingerprint(probabilities.as_slice(), print);
    }
    say!("digits: ", right, " of ", tested, " right, fingerprint ", print);
    right * 100 >= tested * 93
});

fn image(pixels: &[u8]) -> SVector<f32, 64> {
    let mut image = SVector::<f32, 64>::zeros();
    for (to, &pixel) in image.iter_mut().zip(pixels) {
        *to = f32::from(pixel) / 16.0;
    }
    image
}

/// The digit with the highest probability.
fn best(probabilities: &SVector<f32, 10>) -> usize {
    let (mut best, mut highest) = (0, 0.0);
    for (digit, &probability) in probabilities.iter().enumerate() {
        if probability > highest {
            (best, highest) = (digit, probability);
        }
    }
    best
}
