//! Is there a person in the picture? The folded MobileNet of MLPerf Tiny, with weights in flash that have not
//! been trained.
#![no_std]
#![cfg_attr(any(target_os = "none", target_arch = "wasm32"), no_main)]

use core::hint::black_box;
use mobilenet::MobilenetFolded;
use nn::prelude::*;
use nn_firmware::{NO_PRINT, depth, fingerprint, made, measured, say};

#[path = "../../../examples/tiny/mobilenet.rs"]
mod mobilenet;

static PERSON: MobilenetFolded = include!(concat!(env!("OUT_DIR"), "/mobilenet.rs"));

nn_firmware::program!({
    let mut picture = SMatrix::<f32, 3, 9216>::zeros();
    made(picture.as_mut_slice());
    let mut arena = nn::Arena::new();
    let (person, stack) = depth(|| measured(|| PERSON.call_in(black_box(&picture), &mut arena)));
    say!("# stack ", stack);
    say!("# arena ", MobilenetFolded::ARENA_BYTES);
    let highest = person.iter().copied().fold(0.0, f32::max);
    say!("mobilenet: highest probability ", highest, ", fingerprint ", fingerprint(person.as_slice(), NO_PRINT));
    black_box(&person);
    true
});
