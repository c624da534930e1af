//! A convolutional network that Keras trained on the digits 0 to 4 learns 5 to 9 from a hundred images.
//!
//! ```sh
//! cargo run --release --example transfer
//! ```
//!
//! The file is cut behind the layer `strokes`. What it has learned about strokes stays as it is, and a new last layer
//! is trained. The same network without that knowledge is trained beside it.

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
    let strokes = Import("data/strokes.keras", outputs = "strokes", trainable = false)(image);
    let digit = Dense(5, activation = softmax)(strokes);

    Model(inputs = image, outputs = digit)
}

model! {
    /// The same, and everything learns.
    pub struct Scratch;

    let image = Input(shape = [28, 28, 1]);
    let strokes = Import("data/strokes.keras", outputs = "strokes")(image);
    let digit = Dense(5, activation = softmax)(strokes);

    Model(inputs = image, outputs = digit)
}

/// Images of the digits 5 to 9, and their classes 0 to 4.
type Digits = (Vec<Image>, Vec<u32>);

/// 20 images of each digit for training, and all others.
fn digits(seed: u64) -> nn::Result<(Digits, Digits)> {
    let (some, others) = mnist::load(seed)?;
    let (mut training, mut test) = (Digits::default(), Digits::default());
    let mut counts = [0; 5];
    let images = some.images.into_iter().chain(others.images);
    for (image, label) in images.zip(some.labels.into_iter().chain(others.labels)) {
        let Some(class) = label.checked_sub(5) else { continue };
        counts[class as usize] += 1;
        let part = if counts[class as usize] <= 20 { &mut training } else { &mut test };
        part.0.push(image);
        part.1.push(class);
    }
    Ok((training, test))
}

/// Trains a model, and returns its accuracy on the test images.
fn trained<M: Model>(model: Box<M>, (x, y): &Digits, test: &Digits, seed: u64) -> nn::Result<f64>
where
    M: Model<Scalar = f32>,
{
    todo!()
}

fn main() -> nn::Result<ExitCode> {
    Ok(ExitCode::SUCCESS)
}
