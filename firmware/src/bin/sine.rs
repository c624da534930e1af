//! The sine of a few numbers.
#![no_std]
#![cfg_attr(any(target_os = "none", target_arch = "wasm32"), no_main)]

use core::hint::black_box;
use nn::prelude::*;
use nn_firmware::models::Sine;
use nn_firmware::{NO_PRINT, depth, fingerprint, measured, say};

static SINE: Sine = include_weights!(Sine, "../../weights/sine.safetensors");

nn_firmware::program!({
    let x = black_box(SVector::from([1.0]));
    let (y, stack) = depth(|| measured(|| SINE.call(&x)));
    black_box(&y);
    say!("# stack ", stack);
    if cfg!(feature = "quiet") {
        return true;
    }
    let mut print = NO_PRINT;
    for step in 0..16_u8 {
        let x = f32::from(step) * 0.375;
        let y = SINE.call(&SVector::from([x]));
        say!("sine of ", x, ": ", y.x);
        print = fingerprint(y.as_slice(), print);
    }
    say!("sine: fingerprint ", print);
    (y.x - 0.841_471).abs() < 0.05
});
