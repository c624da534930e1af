//! Goes on training on the board: the digits stand on their heads here, and the last layer learns to read them. The layer before
//! stays in flash.
#![no_std]
#![cfg_attr(any(target_os = "none", target_arch = "wasm32"), no_main)]

use nn::activations::{Activate, Relu};
use nn::layers::Dense;
use nn::losses::Weighting;
use nn::prelude::*;
use nn::{Buffer, Inline, Mode};
use nn_firmware::models::{Digits, Head, HeadGraph};
use nn_firmware::{NO_PRINT, TEST, best, depth, fingerprint, image, measured, say};
use rand::rngs::Xoshiro256PlusPlus;

static DIGITS: Digits = include_weights!(Digits, "../../weights/digits.safetensors");

/// What the last layer sees.
type Features = SVector<f32, 32>;
type Cache = <HeadGraph as Layer<f32, Features>>::Cache<Inline<1>>;

const LOSS: SparseCategoricalCrossentropy = SparseCategoricalCrossentropy { from_logits: false };
const OPTIMIZER: Sgd = Sgd { learning_rate: 0.05, momentum: 0.0, nesterov: false };

nn_firmware::program!({
    // A label and 64 pixels each: half to learn from, half for the test.
    let (training, test) = TEST.split_at_checked(65 * 100).unwrap_or_default();
    let mut head = Head { digit: DIGITS.digit.clone() };
    let before = right(&head, test);
    let mut gradient = Head::zeroed();
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    let mut steps = 0;
    for _ in 0..20 {
        for record in training.chunks_exact(65) {
            let (x, label) = turned(record);
            let mut step = || learn(&mut head, &mut gradient, &x, label, steps, &mut rng);
            if steps == 0 {
                let ((), stack) = depth(|| measured(&mut step));
                say!("# stack ", stack);
            } else {
                step();
            }
            steps += 1;
        }
    }
    let after = right(&head, test);
    say!("tune: fingerprint ", fingerprint(head.as_slice(), NO_PRINT));
    say!("tune: ", before, " and then ", after, " of 100 right");
    after >= 75
});

/// A digit that stands on its head, as the last layer sees it, and its label.
fn turned(record: &[u8]) -> (Features, u32) {
    let Some((&label, pixels)) = record.split_first() else { return (Features::zeros(), 0) };
    let mut image = image(pixels);
    // Row by row from the top left: turned round, it begins with the last.
    image.as_mut_slice().reverse();
    let (mut h, mut features) = ([Features::zeros()], [Features::zeros()]);
    Dense::<64, 32, 1>::DEFAULT.forward::<Inline<1>>(&DIGITS.h, &[image], &mut h, Pass::Inference(&mut ()));
    Activate(Relu).forward::<Inline<1>>(&(), &h, &mut features, Pass::Inference(&mut ()));
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

/// A step on one digit.
fn learn(head: &mut Head, gradient: &mut Head, x: &Features, label: u32, steps: u64, rng: &mut Xoshiro256PlusPlus) {
    let (x, target) = ([*x], [SVector::<u32, 1>::new(label)]);
    let (mut y, mut dy, mut loss) = ([SVector::<f32, 10>::zeros()], [SVector::<f32, 10>::zeros()], [0.0]);
    let mut cache = Cache::with_capacity(1);
    HeadGraph.forward::<Inline<1>>(head, &x, &mut y, Pass::training(&mut cache, Mode::new(rng)));
    let logits = <HeadGraph as Layer<f32, Features>>::training_logits::<Inline<1>>(&cache, 1);
    let heads = <HeadGraph as Layer<f32, Features>>::HEADS;
    let seeds = Losses::<SVector<f32, 10>>::evaluate(
        &LOSS,
        &target,
        &y,
        logits,
        heads,
        Weighting::NONE,
        Some(&mut dy),
        &mut loss,
    );
    gradient.as_mut_slice().fill(0.0);
    HeadGraph.backward_from::<Inline<1>>(seeds, head, &x, &y, &dy, &mut cache, None, Some(gradient));
    OPTIMIZER.step(steps, OPTIMIZER.learning_rate, head.as_mut_slice(), gradient.as_slice(), &mut []);
}
