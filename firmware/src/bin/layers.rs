//! The costs of each layer of the digits model: the marks surround one layer after the other.
#![no_std]
#![cfg_attr(any(target_os = "none", target_arch = "wasm32"), no_main)]

use core::hint::black_box;
use nn::prelude::*;
use nn_firmware::models::Digits;
use nn_firmware::{NO_PRINT, fingerprint, measure_begin, measure_end, say};

static DIGITS: Digits = include_weights!(Digits, "../../weights/digits.safetensors");

nn_firmware::program!({
    let image = black_box(SVector::repeat(0.5));
    let mut arena = nn::Arena::new();
    measure_begin();
    let probabilities = DIGITS.profile(&image, &mut arena, |layer| {
        measure_end();
        say!("# of ", layer);
        measure_begin();
    });
    say!("layers: fingerprint ", fingerprint(probabilities.as_slice(), NO_PRINT));
    black_box(&probabilities);
    true
});
