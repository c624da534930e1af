//! One digit: the smallest program around the model, to measure its size and its instructions.
#![no_std]
#![cfg_attr(any(target_os = "none", target_arch = "wasm32"), no_main)]

use core::hint::black_box;
use nn::prelude::*;
use nn_firmware::models::Digits;
use nn_firmware::{NO_PRINT, depth, fingerprint, measured, say};

static DIGITS: Digits = include_weights!(Digits, "../../weights/digits.safetensors");

nn_firmware::program!({
    let image = black_box(SVector::repeat(0.5));
    let (probabilities, stack) = depth(|| measured(|| DIGITS.call(&image)));
    say!("# stack ", stack);
    say!("mlp: fingerprint ", fingerprint(probabilities.as_slice(), NO_PRINT));
    black_box(&probabilities);
    true
});
