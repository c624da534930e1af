//! Draws handwritten digits again from a few numbers.
//!
//! ```sh
//! cargo run --release --example autoencoder
//! ```
//!
//! An encoder turns a digit of MNIST into 16 numbers, and a decoder draws it from these. Both are models of their own
//! and train as one. `autoencoder.png` shows digits that they have not seen, above what they draw.

#[path = "common/mnist.rs"]
mod mnist;
#[path = "common/outcome.rs"]
mod outcome;
#[path = "common/picture.rs"]
mod picture;

use mnist::Image;
use nn::data;
use nn::prelude::*;
use outcome::{Claims, seed};
use picture::Picture;
use std::path::Path;
use std::process::ExitCode;

model! {
    /// From an image to its code.
    pub struct Encoder;

    let image = Input(shape = [28, 28, 1]);
    let x = Conv2D(8, 3, strides = 2, padding = same, activation = relu)(image);
    let x = Conv2D(16, 3, strides = 2, padding = same, activation = relu)(x);
    let code = Dense(16)(Flatten()(x));

    Model(inputs = image, outputs = code)
}

model! {
    /// From a code to an image.
    pub struct Decoder;

    let code = Input(shape = [16]);
    let x = Dense(7 * 7 * 16, activation = relu)(code);
    let x = Reshape((7, 7, 16))(x);
    let x = Conv2DTranspose(16, 3, strides = 2, padding = same, activation = relu)(x);
    let x = Conv2DTranspose(8, 3, strides = 2, padding = same, activation = relu)(x);
    let drawn = Conv2D(1, 3, padding = same, activation = sigmoid)(x);

    Model(inputs = code, outputs = drawn)
}

model! {
    /// An image, by way of its code.
    pub struct Autoencoder;

    let image = Input(shape = [28, 28, 1]);
    let encoder = Encoder();
    let decoder = Decoder();
    let drawn = decoder(encoder(image));

    Model(inputs = image, outputs = drawn)
}

fn main() -> nn::Result<ExitCode> {
    let seed = seed();
    let (training, test) = mnist::load(seed)?;
    println!("{}", Autoencoder::SUMMARY);
    let mut model = Autoencoder::boxed(&mut StdRng::seed_from_u64(seed))
        .compile(Adam::new(0.003), BinaryCrossentropy::default())
        .metrics(Mse);
    model.fit(&training.images, &training.images, Fit::new().epochs(6).batch_size(64).seed(seed))?;
    let report = model.evaluate(&test.images, &test.images)?;
    println!("on digits that it has not seen: {report}");

    // The two parts, one after the other.
    let codes = model.model().encoder.predict(&test.images[..12])?;
    let drawn = model.model().decoder.predict(&codes)?;
    let mut picture = Picture::new(12 * 61 + 5, 2 * 61 + 5);
    for (k, (image, drawn)) in test.images.iter().zip(data::arrays::<Image, _>(&drawn)).enumerate() {
        picture.draw(image, (5 + 61 * k, 5), 2, (1.0, 0.0));
        picture.draw(drawn, (5 + 61 * k, 66), 2, (1.0, 0.0));
    }
    picture.save(Path::new("autoencoder.png")).expect("the folder can be written to");
    println!("wrote autoencoder.png");

    let mut claims = Claims::default();
    // The mean squared error of drawing the mean image of all digits is 0.067.
    claims.at_most("mean squared error", report.get("mse").unwrap_or(1.0), 0.02);
    Ok(claims.code())
}
