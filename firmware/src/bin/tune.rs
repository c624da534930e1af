//! Continues training on the board: the digits are upside down here, and the last layer learns to read them. The layer
//! before it stays in flash.
#![no_std]
#![cfg_attr(any(target_os = "none", target_arch = "wasm32"), no_main)]

use nn::Inline;
use nn::activations::{Activate, Relu};
use nn::layer::{Layer, Pass};
use nn::layers::Dense;
use nn::prelude::*;
use nn_firmware::models::{Digits, Head};
use nn_firmware::{NO_PRINT, TEST, best, depth, fingerprint, image, measured, say};
use rand::rngs::Xoshiro256PlusPlus;

static DIGITS: Digits = include_weights!(Digits, "../../weights/digits.safetensors");

/// The input of the last layer.
type Features = SVector<f32, 32>;
/// The memory of its training, digit by digit.
type Trainer = nn::Trainer<Head, 1>;

const OPTIMIZER: Sgd = Sgd { learning_rate: 0.05, momentum: 0.0, nesterov: false };
const LOSS: SparseCategoricalCrossentropy = SparseCategoricalCrossentropy::DEFAULT;

nn_firmware::program!({
    // A label and 64 pixels each: half for training, half for the test.
    let (training, test) = TEST.split_at_checked(65 * 100).unwrap_or_default();
    let head = Head { digit: DIGITS.digit.clone() };
    let before = right(&head, test);
    let Ok(mut trainer) = Trainer::new(head, &OPTIMIZER) else { return false };
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    for _ in 0..20 {
        for record in training.chunks_exact(65) {
            let (x, label) = turned(record);
            let first = trainer.steps() == 0;
            let mut step = || trainer.step(&OPTIMIZER, &LOSS, [x], [label], &mut rng).is_ok();
            if first {
                let (_, stack) = depth(|| measured(&mut step));
                say!("# stack ", stack);
            } else {
                step();
            }
        }
    }
    let after = right(&trainer.model, test);
    say!("tune: fingerprint ", fingerprint(trainer.model.as_slice(), NO_PRINT));
    say!("tune: ", before, " and then ", after, " of 100 right");
    after >= 75
});

/// An upside-down digit as the input of the last layer, and its label.
fn turned(record: &[u8]) -> (Features, u32) {
    let Some((&label, pixels)) = record.split_first() else { return (Features::zeros(), 0) };
    let mut image = image(pixels);
    // Row by row from the top left, so reversing turns the image around.
    image.as_mut_slice().reverse();
    let (mut h, mut features) = ([Features::zeros()], [Features::zeros()]);
    Dense::<64, 32, 1>::DEFAULT.forward::<Inline<1>>(&DIGITS.h, &[image], &mut h, Pass::inference(&mut ()));
    Activate(Relu).forward::<Inline<1>>(&(), &h, &mut features, Pass::inference(&mut ()));
    let [features] = features;
    (features, u32::from(label))
}

fn right(head: &Head, records: &[u8]) -> u32 {
    let mut right = 0;
    for record in records.chunks_exact(65) {
        let (x, label) = turned(record);
        right += u32::from(best(&head.call(&x)) == label as usize);
    }
    right
}
