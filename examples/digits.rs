//! Handwritten digits: train, look at the curves, test on new digits, save and load.
//!
//! ```sh
//! cargo run --release --example digits
//! ```
//!
//! The example writes `out/digits.svg` and `out/digits.safetensors`. It exits with 1 if it gets less than 95 % of the
//! test right. A seed as an argument draws another test and other weights: `cargo run --release --example digits 7`.

mod common;

use common::outcome::{Claims, seed};
use nn::metrics::{ConfusionMatrix, confusion_matrix};
use nn::prelude::*;
use std::process::ExitCode;
use std::time::Instant;

model! {
    /// Recognises a handwritten digit.
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let x = GaussianNoise(0.15)(pixels);
    let x = Dense(512, activation = relu)(x);
    let x = Dropout(0.5)(x);
    let x = Dense(256, activation = relu)(x);
    let x = Dropout(0.5)(x);
    let digit = Dense(10, activation = softmax)(x);

    Model(inputs = pixels, outputs = digit)
}

fn main() -> nn::Result<ExitCode> {
    let seed = seed();
    let (training, test) = common::load(seed);

    // The compiler wrote the table, and every other constant of the model.
    println!("{}", Digits::SUMMARY);

    // Smoothed labels ask for 91 % instead of certainty. No loss is then below 0.5, but the model memorises less.
    let mut digits = Digits::boxed(&mut StdRng::seed_from_u64(seed))
        .compile(Adam::default(), CategoricalCrossentropy { label_smoothing: 0.1, ..Default::default() })
        .metrics(Accuracy);
    std::fs::create_dir_all("out").expect("the directory `out` can be made");
    let started = Instant::now();
    let history = digits.fit(
        &training.images,
        one_hot(&training.labels),
        Fit::new()
            .epochs(60)
            .batch_size(32)
            .validation_split(0.1)
            .seed(seed)
            // If the validation loss has not fallen for ten epochs, training stops and restores the best weights. The
            // best state so far is in a file, from which an interrupted run could go on.
            .callback(EarlyStopping::new().patience(10).restore_best_weights(true).verbose(true))
            .callback(ModelCheckpoint::new("out/digits.checkpoint.safetensors").save_best_only(true)),
    )?;
    println!("\n{} steps in {:.1} s", digits.steps(), started.elapsed().as_secs_f64());

    history.plot("out/digits.svg")?;
    println!("learning curves: out/digits.svg");

    // `fit` has not seen these digits.
    let report = digits.evaluate(&test.images, one_hot(&test.labels))?;
    let accuracy = report.get("accuracy").unwrap_or(0.0);
    let probabilities = digits.predict(&test.images)?;
    let confusion: ConfusionMatrix<10> = confusion_matrix(&test.labels, &probabilities);
    println!("\none row for each digit, one column for each answer:\n\n{confusion}");
    mistakes(&test, &probabilities);

    // The file has Keras's names and shapes: `dense.kernel` is (64, 512).
    digits.save_weights("out/digits.safetensors")?;
    let mut loaded = Digits::boxed(&mut StdRng::seed_from_u64(seed + 1));
    assert_ne!(loaded.predict(&test.images)?, probabilities);
    loaded.load_weights("out/digits.safetensors")?;
    assert_eq!(loaded.predict(&test.images)?, probabilities);
    println!("weights: out/digits.safetensors; loaded again, they predict the same to the bit");

    // A single prediction is a plain function call on the stack.
    let first: SVector<f32, 10> = loaded.call(&test.images[0]);
    println!("the first test digit is a {}; the model says {}", test.labels[0], first.imax());

    println!("\ntest: {report}, {} digits", test.labels.len());
    let mut claims = Claims::default();
    claims.at_least("accuracy", accuracy, 0.95);
    Ok(claims.code())
}

/// Keras's `to_categorical`: 1 in the row of the class, 0 elsewhere.
fn one_hot(labels: &[u32]) -> Vec<SVector<f32, 10>> {
    labels.iter().map(|&label| SVector::from_fn(|class, _| f32::from(class == label as usize))).collect()
}

/// Draws the mistakes with the highest confidence.
fn mistakes(test: &common::Digits, probabilities: &[SVector<f32, 10>]) {
    let mut wrong: Vec<_> = test.images.iter().zip(&test.labels).zip(probabilities).collect();
    wrong.retain(|&((_, &label), p)| p.imax() != label as usize);
    wrong.sort_by(|(_, p), (_, q)| q.max().total_cmp(&p.max()));
    println!("\n{} mistakes; the surest of them:\n", wrong.len());
    let captioned = |&((image, label), p): &((_, &u32), &SVector<f32, 10>)| {
        (image, format!("{label}, not {} ({:.0} %)", p.imax(), 100.0 * p.max()))
    };
    println!("{}\n", common::draw(&wrong.iter().take(5).map(captioned).collect::<Vec<_>>()));
}
