//! The model of the digits: one prediction, 256 predictions, and a training step at batch size 32.
//!
//! ```sh
//! cargo bench --bench digits
//! ```

use divan::{Bencher, black_box};
use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let x = Dense(64, activation = relu)(pixels);
    let x = Dense(64, activation = relu)(x);
    let digit = Dense(10, activation = softmax)(x);

    Model(inputs = pixels, outputs = digit)
}

fn main() {
    divan::main();
}

fn images(n: usize) -> Vec<SVector<f32, 64>> {
    (0..n).map(|k| SVector::from_fn(|i, _| ((i * 7 + k * 3) % 17) as f32 / 16.0)).collect()
}

#[divan::bench]
fn one_prediction(bencher: Bencher<'_, '_>) {
    let (digits, images) = (Digits::boxed(&mut StdRng::seed_from_u64(1)), images(1));
    bencher.bench_local(|| digits.call(black_box(&images[0])));
}

#[divan::bench]
fn predictions_256(bencher: Bencher<'_, '_>) {
    let mut digits = Digits::boxed(&mut StdRng::seed_from_u64(1))
        .compile(RmsProp::default(), SparseCategoricalCrossentropy::default())
        .inference_batch_size(256);
    let images = images(256);
    bencher.bench_local(|| digits.predict(black_box(&images)));
}

#[divan::bench]
fn training_step_32(bencher: Bencher<'_, '_>) {
    let mut digits = Digits::boxed(&mut StdRng::seed_from_u64(1))
        .compile(RmsProp::default(), SparseCategoricalCrossentropy::default());
    let (images, labels) = (images(32), (0..32).map(|k| k % 10).collect::<Vec<u32>>());
    bencher.bench_local(|| digits.train_on_batch(black_box(&images), &labels));
}
