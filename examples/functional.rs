//! Several inputs and outputs, all by name.
//!
//! ```sh
//! cargo run --release --example functional
//! ```
//!
//! The task is invented, but small and honest. A digit is cut into its left and right half, which are the two inputs.
//! The outputs are the digit, and whether it is odd. Keras names inputs, outputs, losses and their weights in dicts.
//! Here they are structs that `model!` writes, so a wrong or missing name does not compile.

mod common;

use common::Image;
use common::outcome::{Claims, seed};
use nn::prelude::*;
use std::process::ExitCode;

model! {
    /// Recognises a digit in two halves.
    pub struct Halves;

    let left = Input(shape = [32]);
    let right = Input(shape = [32]);
    let l = Dense(64, activation = relu)(left);
    let r = Dense(64, activation = relu)(right);
    let both = concatenate([l, r]);
    let both = Dropout(0.3)(both);
    let both = Dense(64, activation = relu)(both);
    let digit = Dense(10, activation = softmax)(both);
    let odd = Dense(1, activation = sigmoid)(both);

    Model(inputs = [left, right], outputs = [digit, odd])
}

type Half = SVector<f32, 32>;

/// The first four pixels of each row, and the others.
fn halves(images: &[Image]) -> (Vec<Half>, Vec<Half>) {
    let half = |image: &Image, from| Half::from_fn(|pixel, _| image[8 * (pixel / 4) + from + pixel % 4]);
    images.iter().map(|image| (half(image, 0), half(image, 4))).unzip()
}

/// 1 for odd digits. If a sample is a single number, plain numbers are enough.
fn parities(labels: &[u32]) -> Vec<f32> {
    labels.iter().map(|label| (label % 2) as f32).collect()
}

fn main() -> nn::Result<ExitCode> {
    let seed = seed();
    let (training, test) = common::load(seed);
    println!("{}", Halves::SUMMARY);

    let mut model = Halves::boxed(&mut StdRng::seed_from_u64(seed))
        .compile(
            Adam::default(),
            HalvesOutputs { digit: SparseCategoricalCrossentropy::default(), odd: BinaryCrossentropy::default() },
        )
        .loss_weights(HalvesOutputs { digit: 1.0, odd: 0.5 })
        .metrics(Accuracy);
    let ((left, right), odd) = (halves(&training.images), parities(&training.labels));
    model.fit(
        HalvesInputs { left: &left, right: &right },
        HalvesOutputs { digit: &training.labels, odd: &odd },
        Fit::new().epochs(30).seed(seed),
    )?;

    let ((left, right), odd) = (halves(&test.images), parities(&test.labels));
    let inputs = HalvesInputs { left: &left, right: &right };
    let report = model.evaluate(inputs, HalvesOutputs { digit: &test.labels, odd: &odd })?;
    println!("\ntest: {report}\n");

    // If the two outputs disagree, one of them is wrong.
    let HalvesOutputs { digit, odd } = model.predict(inputs)?;
    let disagree: Vec<_> = (0..test.labels.len())
        .filter(|&k| (digit[k].imax() % 2 == 1) != (odd[k].x > 0.5))
        .map(|k| {
            let parity = if odd[k].x > 0.5 { "odd" } else { "even" };
            (&test.images[k], format!("{}? {parity}? is {}", digit[k].imax(), test.labels[k]))
        })
        .collect();
    println!("the outputs disagree on {} of {} test digits:\n", disagree.len(), test.labels.len());
    println!("{}", common::draw(&disagree[..disagree.len().min(5)]));

    // One sample, by name or as a tuple.
    let one = model.model().call(HalvesInputs { left: &left[0], right: &right[0] });
    assert_eq!(one, model.model().call((&left[0], &right[0])));
    println!(
        "\nfirst: a {} with {:.0} %, odd with {:.0} %",
        one.digit.imax(),
        100.0 * one.digit.max(),
        100.0 * one.odd.x
    );

    let mut claims = Claims::default();
    claims.at_least("accuracy of the digit", report.get("digit_accuracy").unwrap_or(0.0), 0.93);
    claims.at_least("accuracy of odd", report.get("odd_accuracy").unwrap_or(0.0), 0.93);
    Ok(claims.code())
}
