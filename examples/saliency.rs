//! Shows which pixels make a digit what it is: the gradient of an output with respect to the input.
//!
//! ```sh
//! cargo run --release --example saliency
//! ```
//!
//! A tape of a prediction gives the gradient of each digit's probability for every pixel. The terminal and
//! `saliency.svg` show it for five digits: where ink makes the answer surer (red), and where it makes it less sure
//! (blue). A step along the gradient changes the answer: an adversarial image.

mod common;

use common::Image;
use common::outcome::{Claims, seed};
use nn::prelude::*;
use std::fmt::Write;
use std::process::ExitCode;

model! {
    /// Recognises a handwritten digit.
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let x = Dense(64, activation = relu)(pixels);
    let x = Dense(64, activation = relu)(x);
    let digit = Dense(10, activation = softmax)(x);

    Model(inputs = pixels, outputs = digit)
}

fn main() -> nn::Result<ExitCode> {
    let seed = seed();
    let (training, test) = common::load(seed);
    let mut digits = Digits::boxed(&mut StdRng::seed_from_u64(seed))
        .compile(Adam::default(), SparseCategoricalCrossentropy::default())
        .metrics(Accuracy);
    digits.fit(&training.images, &training.labels, Fit::new().epochs(20).batch_size(32).seed(seed))?;
    let accuracy = digits.evaluate(&test.images, &test.labels)?.get("accuracy").unwrap_or(0.0);
    let net = digits.model();

    // The gradient of ln p of each image's digit.
    let mut tape = net.tape(test.images.len());
    let p = tape.forward_inference(net, &test.images);
    let dy: Vec<SVector<f32, 10>> = p
        .iter()
        .zip(&test.labels)
        .map(|(p, &label)| SVector::from_fn(|i, _| if i == label as usize { 1.0 / p[i].max(1e-6) } else { 0.0 }))
        .collect();
    let gradients = tape.input_gradient(net, &dy);

    println!("the digits, and the pixels on which the answers depend:\n");
    let shown: Vec<usize> = (0..5).filter_map(|digit| test.labels.iter().position(|&label| label == digit)).collect();
    let images: Vec<_> = shown.iter().map(|&k| (&test.images[k], format!("a {}", test.labels[k]))).collect();
    println!("{}\n", common::draw(&images));
    let maps: Vec<Image> = shown.iter().map(|&k| gradients[k].abs() / gradients[k].amax().max(1e-12)).collect();
    println!("{}\n", common::draw(&maps.iter().map(|map| (map, String::new())).collect::<Vec<_>>()));
    let pairs: Vec<_> = shown.iter().map(|&k| (&test.images[k], &gradients[k])).collect();
    std::fs::write("saliency.svg", svg(&pairs)).expect("the folder can be written to");
    println!("wrote saliency.svg");

    // The sign of the gradient is the direction in which a small change of all pixels does most.
    let changed = |direction: &dyn Fn(usize) -> Image| -> Vec<Image> {
        (0..gradients.len()).map(|k| (test.images[k] + 0.15 * direction(k)).map(|x| x.clamp(0.0, 1.0))).collect()
    };
    let against = changed(&|k| gradients[k].map(|g| -g.signum()));
    let by_chance = changed(&|k| Image::from_fn(|i, _| if (k * 31 + i * 17) % 7 < 4 { 1.0 } else { -1.0 }));
    let of = |images: &[Image]| -> nn::Result<f64> {
        Ok(digits.evaluate(images, &test.labels)?.get("accuracy").unwrap_or(0.0))
    };
    let mut claims = Claims::default();
    claims.at_least("accuracy", accuracy, 0.93);
    claims.at_most("accuracy after a step against the gradient", of(&against)?, 0.5);
    claims.at_least("accuracy after a step of this size by chance", of(&by_chance)?, 0.85);
    Ok(claims.code())
}

/// Draws each image with its gradient below.
fn svg(pairs: &[(&Image, &Image)]) -> String {
    const PIXEL: usize = 12;
    let (width, height) = (pairs.len() * 9 * PIXEL + PIXEL, 19 * PIXEL);
    let mut svg = format!("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\">\n");
    svg += "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
    for (k, (image, gradient)) in pairs.iter().enumerate() {
        let largest = gradient.amax().max(1e-12);
        for i in 0..64 {
            let (x, y) = ((k * 9 + 1 + i % 8) * PIXEL, (1 + i / 8) * PIXEL);
            let gray = 255.0 * (1.0 - image[i]);
            let (g, other) = (gradient[i] / largest, 255.0 * (1.0 - (gradient[i] / largest).abs()));
            let (red, blue) = if g > 0.0 { (255.0, other) } else { (other, 255.0) };
            for (y, [red, green, blue]) in [(y, [gray; 3]), (y + 9 * PIXEL, [red, other, blue])] {
                writeln!(
                    svg,
                    "<rect x=\"{x}\" y=\"{y}\" width=\"{PIXEL}\" height=\"{PIXEL}\" fill=\"rgb({red:.0},{green:.0},{blue:.0})\"/>"
                )
                .expect("a string takes everything");
            }
        }
    }
    svg + "</svg>\n"
}
