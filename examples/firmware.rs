//! The weights of the programs in `firmware/`: a sine, and digits that a microcontroller recognises.
//!
//! ```sh
//! cargo run --release --example firmware
//! ```
//!
//! The example writes `firmware/weights/sine.safetensors`, `firmware/weights/digits.safetensors` and
//! `firmware/weights/digits.test`. The last one has digits for tests on boards; they are not in the training data.

mod common;
#[path = "../firmware/src/models.rs"]
mod models;

use models::{Digits, Sine};
use nn::prelude::*;
use std::f32::consts::TAU;
use std::fs;

/// The number of test digits.
const TESTED: usize = 200;

fn main() -> nn::Result<()> {
    let x: Vec<SVector<f32, 1>> = (0..1000).map(|i| SVector::from([i as f32 / 1000.0 * TAU])).collect();
    let y: Vec<SVector<f32, 1>> = x.iter().map(|x| x.map(f32::sin)).collect();
    let mut sine = Sine::boxed(&mut StdRng::seed_from_u64(3))
        .compile(Adam::new(0.005), MeanSquaredError)
        .metrics(MeanAbsoluteError);
    sine.fit(&x, &y, Fit::new().epochs(400).batch_size(32).verbose(0))?;
    sine.save_weights("firmware/weights/sine.safetensors")?;
    println!("sine: {}", sine.evaluate(&x, &y)?);

    let (training, test) = common::load(42);
    let mut digits = Digits::boxed(&mut StdRng::seed_from_u64(42))
        .compile(Adam::default(), SparseCategoricalCrossentropy::default())
        .metrics(Accuracy);
    digits.fit(&training.images, &training.labels, Fit::new().epochs(60).batch_size(32).verbose(0))?;
    digits.save_weights("firmware/weights/digits.safetensors")?;
    println!("digits: {}", digits.evaluate(&test.images, &test.labels)?);

    // The label, then the pixels from 0 to 16, as in examples/data.
    let mut records = Vec::new();
    for (image, &label) in test.images.iter().zip(&test.labels).take(TESTED) {
        records.push(label as u8);
        records.extend(image.iter().map(|pixel| (pixel * 16.0) as u8));
    }
    fs::write("firmware/weights/digits.test", records).expect("the file can be written");
    Ok(())
}
