//! Recognises digits with weights in flash.
#![no_std]
#![cfg_attr(any(target_os = "none", target_arch = "wasm32"), no_main)]

use core::hint::black_box;
use nn::prelude::*;
use nn_firmware::models::Digits;
use nn_firmware::{NO_PRINT, TEST, best, depth, fingerprint, image, measured, say};

static DIGITS: Digits = include_weights!(Digits, "../../weights/digits.safetensors");

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
