//! A model with a state that lasts: one step at a time, with a state that is saved and loaded.
#![no_std]
#![cfg_attr(any(target_os = "none", target_arch = "wasm32"), no_main)]

use core::hint::black_box;
use nn::StreamState;
use nn::prelude::*;
use nn_firmware::models::Filter;
use nn_firmware::{NO_PRINT, depth, fingerprint, measured, say};

nn_firmware::program!({
    let mut weights = 1_u32;
    let filter: Filter = filled(|| {
        // Numbers between -0.5 and 0.5, the same on every board.
        weights = weights.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (weights >> 8) as f32 / 16_777_216.0 - 0.5
    });
    let mut state = StreamState::<Filter>::START;
    let x = black_box(0.5_f32);
    let (y, stack) = depth(|| measured(|| state.step(&filter, &x)));
    black_box(&y);
    say!("# stack ", stack);
    if cfg!(feature = "quiet") {
        return true;
    }
    let (mut print, mut slow) = (NO_PRINT, 0_u8);
    let mut bytes = [0; StreamState::<Filter>::BYTES];
    for step in 0..16_u8 {
        let y = state.step(&filter, &(f32::from(step) * 0.1));
        print = fingerprint(y.out.as_slice(), print);
        if let Some(mean) = y.slow {
            print = fingerprint(mean.as_slice(), print);
            slow += 1;
        }
        // A state that was saved goes on.
        let loaded = state.write(&mut bytes).and_then(|()| StreamState::from_bytes(&bytes));
        state = loaded.unwrap_or(StreamState::START);
    }
    say!("stream: fingerprint ", print);
    slow == 4
});

/// A model with these weights.
fn filled(mut next: impl FnMut() -> f32) -> Filter {
    let mut filter = <Filter as nn::Weights<f32>>::zeroed();
    filter.as_mut_slice().iter_mut().for_each(|w| *w = next());
    filter
}
