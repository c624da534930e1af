//! A spoken word out of twelve: the folded DS-CNN of MLPerf Tiny, with weights in flash that have not been
//! trained.
#![no_std]
#![cfg_attr(any(target_os = "none", target_arch = "wasm32"), no_main)]

use core::hint::black_box;
use ds_cnn::DsCnnFolded;
use nn::prelude::*;
use nn_firmware::{NO_PRINT, depth, fingerprint, made, measured, say};

#[path = "../../../examples/tiny/ds_cnn.rs"]
mod ds_cnn;

static WORDS: DsCnnFolded = include!(concat!(env!("OUT_DIR"), "/ds_cnn.rs"));

nn_firmware::program!({
    let mut sound = SMatrix::<f32, 1, 490>::zeros();
    made(sound.as_mut_slice());
    let mut arena = nn::Arena::new();
    let (word, stack) = depth(|| measured(|| WORDS.call_in(black_box(&sound), &mut arena)));
    say!("# stack ", stack);
    say!("# arena ", DsCnnFolded::ARENA_BYTES);
    let highest = word.iter().copied().fold(0.0, f32::max);
    say!("ds_cnn: highest probability ", highest, ", fingerprint ", fingerprint(word.as_slice(), NO_PRINT));
    black_box(&word);
    true
});
