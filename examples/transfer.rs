//! A convolutional network that Keras trained on the digits 0 to 4 learns 5 to 9 from fifty images.
//!
//! ```sh
//! cargo run --release --example transfer
//! ```
//!
//! The file is cut behind its convolutions. Their knowledge of strokes stays as it is, and a new last layer is trained.
//! The same network without that knowledge is trained beside it.

#[path = "common/mnist.rs"]
mod mnist;
#[path = "common/outcome.rs"]
mod outcome;

use mnist::Image;
use nn::prelude::*;
use outcome::{Claims, seed};
use std::process::ExitCode;

const NETWORK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/data/strokes.keras");

model! {
    /// The network of the file with a new end.
    pub struct Transfer;

    let image = Input(shape = [28, 28, 1]);
    let strokes = Import("data/strokes.keras", outputs = "flatten", trainable = false)(image);
    let class = Dense(5, activation = softmax)(strokes);

    Model(inputs = image, outputs = class)
}

model! {
    /// The same, and everything learns.
    pub struct Scratch;

    let image = Input(shape = [28, 28, 1]);
    let strokes = Import("data/strokes.keras", outputs = "flatten")(image);
    let class = Dense(5, activation = softmax)(strokes);

    Model(inputs = image, outputs = class)
}

/// The images of each digit to learn from.
const IMAGES: usize = 10;

/// Images of the digits 5 to 9, and their classes 0 to 4.
type Digits = (Vec<Image>, Vec<u32>);

/// A few images of each digit for training, and all others.
fn digits(seed: u64) -> nn::Result<(Digits, Digits)> {
    let (some, others) = mnist::load(seed)?;
    let (mut training, mut test) = (Digits::default(), Digits::default());
    let mut counts = [0; 5];
    let images = some.images.into_iter().chain(others.images);
    for (image, label) in images.zip(some.labels.into_iter().chain(others.labels)) {
        let Some(class) = label.checked_sub(5) else { continue };
        counts[class as usize] += 1;
        let part = if counts[class as usize] <= IMAGES { &mut training } else { &mut test };
        part.0.push(image);
        part.1.push(class);
    }
    Ok((training, test))
}

/// Trains a model on a few images, and returns its accuracy on the others.
macro_rules! accuracy {
    ($model:expr, $training:expr, $test:expr, $seed:expr) => {{
        let loss = SparseCategoricalCrossentropy::default();
        let mut model = $model.compile(Adam::new(0.003), loss).metrics(Accuracy);
        model.fit(&$training.0, &$training.1, Fit::new().epochs(60).batch_size(20).seed($seed).verbose(0))?;
        model.evaluate(&$test.0, &$test.1)?.get("accuracy").expect("it is a metric of the model")
    }};
}

fn main() -> nn::Result<ExitCode> {
    let seed = seed();
    let (training, test) = digits(seed)?;
    let mut rng = StdRng::seed_from_u64(seed);

    let mut transfer = Transfer::boxed(&mut rng);
    let matched = transfer.load_matching(NETWORK)?;
    println!("{matched}");
    let with = accuracy!(transfer, training, test, seed);
    let without = accuracy!(Scratch::boxed(&mut rng), training, test, seed);
    println!(
        "{} images: {with:.3} of {} digits are right, without the file {without:.3}",
        training.1.len(),
        test.1.len()
    );

    let mut claims = Claims::default();
    claims.at_least("accuracy", with, 0.8);
    claims.at_least("accuracy beyond that without the file", with - without, -0.02);
    Ok(claims.code())
}
