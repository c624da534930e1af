//! Shared weights: one model is called twice inside another one, which asks whether two images show the same digit.
//!
//! ```sh
//! cargo run --release --example shared
//! ```

mod common;

use common::outcome::{Claims, seed};
use common::{Digits, Image};
use nn::prelude::*;
use rand::RngExt;
use std::process::ExitCode;

model! {
    /// Describes an image by 16 numbers.
    pub struct Tower;

    let pixels = Input(shape = [64]);
    let x = Dense(128, activation = relu)(pixels);
    let x = Dropout(0.2)(x);
    let features = Dense(16)(x);

    Model(inputs = pixels, outputs = features)
}

model! {
    /// The probability that two images show the same digit.
    pub struct Pair;

    let a = Input(shape = [64]);
    let b = Input(shape = [64]);
    // A model is a layer. This one is called twice, so there is one set of weights, and its gradient is a sum of two.
    let tower = Tower();
    let both = concatenate([tower(a), tower(b)]);
    let both = Dense(64, activation = relu)(both);
    let same = Dense(1, activation = sigmoid)(both);

    Model(inputs = [a, b], outputs = same)
}

/// Pairs of images: the first ones, the second ones, and 1 if both show the same digit.
#[derive(Default)]
struct Pairs {
    a: Vec<Image>,
    b: Vec<Image>,
    same: Vec<f32>,
}

/// Draws pairs; half of them show the same digit.
fn pairs(digits: &Digits, count: usize, rng: &mut StdRng) -> Pairs {
    let mut pairs = Pairs::default();
    while pairs.same.len() < count {
        let (i, j) = (rng.random_range(0..digits.images.len()), rng.random_range(0..digits.images.len()));
        let equal = digits.labels[i] == digits.labels[j];
        // Only a tenth of all pairs is equal, so equal and unequal pairs take turns.
        if i != j && equal == (pairs.same.len() % 2 == 0) {
            pairs.a.push(digits.images[i]);
            pairs.b.push(digits.images[j]);
            pairs.same.push(f32::from(equal));
        }
    }
    pairs
}

fn main() -> nn::Result<ExitCode> {
    let seed = seed();
    let (training, test) = common::load(seed);
    let mut rng = StdRng::seed_from_u64(seed);
    let training = pairs(&training, 30_000, &mut rng);
    // No image of the test is in a training pair.
    let test = pairs(&test, 2_000, &mut rng);

    println!("{}", Pair::SUMMARY);
    println!("the tower is called twice and counted once: {} of {} weights\n", Tower::PARAMETERS, Pair::PARAMETERS);

    let mut pair = Pair::boxed(&mut rng).compile(Adam::default(), BinaryCrossentropy::default()).metrics(Accuracy);
    pair.fit((&training.a, &training.b), &training.same, Fit::new().epochs(12).batch_size(64).seed(seed))?;
    let report = pair.evaluate((&test.a, &test.b), &test.same)?;
    println!("\ntest: {report}, {} pairs of images that it has never seen\n", test.same.len());

    let same = pair.predict((&test.a, &test.b))?;
    for k in 0..4 {
        let is = if test.same[k] == 1.0 { "they are" } else { "they are not" };
        println!("the same with {:.0} %; {is}", 100.0 * same[k].x);
        println!("{}\n", common::draw(&[(&test.a[k], String::new()), (&test.b[k], String::new())]));
    }
    let mut claims = Claims::default();
    claims.at_least("accuracy", report.get("accuracy").unwrap_or(0.0), 0.93);
    Ok(claims.code())
}
