//! The digit of `mlp` with weights in half the flash: they are kept as `bf16` and unpacked into RAM once.
#![no_std]
#![cfg_attr(any(target_os = "none", target_arch = "wasm32"), no_main)]

use core::hint::black_box;
use nn::prelude::*;
use nn::{Bf16, Packed};
use nn_firmware::models::Digits;
use nn_firmware::{NO_PRINT, depth, fingerprint, measured, say};

static DIGITS: Packed<Digits, Bf16> = include_weights!(Digits, "../../weights/digits.safetensors", bf16);

nn_firmware::program!({
    let image = black_box(SVector::repeat(0.5));
    let mut digits = Digits::zeroed();
    let (probabilities, stack) = depth(|| {
        measured(|| DIGITS.unpack_into(&mut digits));
        digits.call(&image)
    });
    say!("# stack ", stack);
    say!("# unpacked ", size_of::<Digits>());
    say!("half: weights ", fingerprint(digits.as_slice(), NO_PRINT));
    say!("half: fingerprint ", fingerprint(probabilities.as_slice(), NO_PRINT));
    black_box(&probabilities);
    true
});
