//! A convolutional network that reads handwritten digits of MNIST.
//!
//! ```sh
//! cargo run --release --example mnist
//! ```
//!
//! It trains on 8,000 digits, and on four copies of each, moved by a pixel or two. It is tested on 2,000 others. It
//! writes the filters of the first layer to `mnist_filters.png`, and mistakes to `mnist_mistakes.png`.

#[path = "common/mnist.rs"]
mod mnist;
#[path = "common/outcome.rs"]
mod outcome;
#[path = "common/picture.rs"]
mod picture;

use mnist::Image;
use nn::metrics::confusion_matrix;
use nn::prelude::*;
use outcome::{Claims, seed};
use picture::Picture;
use std::path::Path;
use std::process::ExitCode;

model! {
    /// Recognises a handwritten digit.
    pub struct Digit;

    let image = Input(shape = [28, 28, 1]);
    let filters = Conv2D(16, 5, activation = relu, padding = same);
    let x = MaxPooling2D(2)(filters(image));
    let x = Conv2D(32, 3, activation = relu, padding = same)(x);
    let x = MaxPooling2D(2)(x);
    let x = Dropout(0.25)(Flatten()(x));
    let x = Dense(64, activation = relu)(x);
    let x = Dropout(0.25)(x);
    let digit = Dense(10, activation = softmax)(x);

    Model(inputs = image, outputs = digit)
}

/// The digit, moved down and to the right by at most two pixels, or by negative numbers of them.
fn moved(image: &Image, down: isize, right: isize) -> Image {
    let mut moved = [[[0.0]; 28]; 28];
    for (row, pixels) in moved.iter_mut().enumerate() {
        for (column, pixel) in pixels.iter_mut().enumerate() {
            let from = (row.checked_add_signed(-down), column.checked_add_signed(-right));
            if let (Some(row @ ..28), Some(column @ ..28)) = from {
                *pixel = image[row][column];
            }
        }
    }
    moved
}

fn main() -> nn::Result<ExitCode> {
    let seed = seed();
    let (mut training, test) = mnist::load(seed)?;
    let mut rng = StdRng::seed_from_u64(seed);
    for k in 0..4 * training.images.len() {
        let mut pixels = || rng.random_range(-2_i32..3) as isize;
        training.images.push(moved(&training.images[k % 8_000], pixels(), pixels()));
        training.labels.push(training.labels[k % 8_000]);
    }
    println!("{}", Digit::SUMMARY);
    let mut model =
        Digit::boxed(&mut rng).compile(Adam::new(0.002), SparseCategoricalCrossentropy::default()).metrics(Accuracy);
    let rate = nn::callbacks::LearningRateScheduler::new(|epoch, _| 0.002 * 0.6_f64.powi(epoch as i32));
    let fit = Fit::new().epochs(6).batch_size(64).seed(seed).callback(rate);
    let start = std::time::Instant::now();
    model.fit(&training.images, &training.labels, fit)?;
    println!("trained in {:.1} s", start.elapsed().as_secs_f64());

    let report = model.evaluate(&test.images, &test.labels)?;
    println!("on digits that it has not seen: {report}");
    let probabilities = model.predict(&test.images)?;
    println!("{}", confusion_matrix::<10>(&test.labels, &probabilities));

    // The filters side by side, each from its smallest to its largest weight.
    let mut picture = Picture::new(16 * 30 + 5, 35);
    for k in 0..16 {
        // The kernel has a row for each filter and a column for each place of its window.
        let filter = model.model().filters.kernel.row(k);
        let image: [[[f32; 1]; 5]; 5] =
            std::array::from_fn(|row| std::array::from_fn(|column| [filter[5 * row + column]]));
        picture.draw(&image, (5 + 30 * k, 5), 5, (filter.min(), filter.max()));
    }
    save(&picture, "mnist_filters.png");

    let answers = probabilities.iter().map(|y| y.imax() as u32);
    let mistakes: Vec<_> = answers.zip(&test.labels).enumerate().filter(|(_, (got, label))| got != *label).collect();
    let mut picture = Picture::new(8 * 61 + 5, 4 * 61 + 5);
    for (place, (k, (got, label))) in mistakes.iter().take(32).enumerate() {
        println!("digit {k} is {label}, and taken for {got}");
        picture.draw(&test.images[*k], (5 + 61 * (place % 8), 5 + 61 * (place / 8)), 2, (1.0, 0.0));
    }
    save(&picture, "mnist_mistakes.png");

    let mut claims = Claims::default();
    claims.at_least("accuracy", report.get("accuracy").unwrap_or(0.0), 0.985);
    Ok(claims.code())
}

fn save(picture: &Picture, name: &str) {
    picture.save(Path::new(name)).expect("the folder can be written to");
    println!("wrote {name}");
}
