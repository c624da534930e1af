//! Draws handwritten digits that nobody wrote: a variational autoencoder.
//!
//! ```sh
//! cargo run --release --example vae
//! ```
//!
//! The encoder gives a mean and a variance for each of two numbers, the code. The decoder draws a digit from a random
//! code with these. `add_loss` keeps the codes near the standard normal distribution, so the decoder can draw from any
//! such code. `vae.png` shows the digits of a grid of codes, and each code's neighbours look alike.

mod common;
#[path = "common/picture.rs"]
mod picture;

use common::outcome::{Claims, seed};
use nn::prelude::*;
use picture::Picture;
use std::path::Path;
use std::process::ExitCode;

/// Keras's guide to variational autoencoders has the same layer.
pub mod my {
    use nn::layer::*;
    use nn::rand::RngExt;
    use nn::spec::Arity;

    nn::layer! {
        /// Draws from a normal distribution in training; a prediction is its mean.
        pub struct Sampling {}

        pub const SPEC: LayerSpec { inputs: Arity::TWO, infer: rule!(infer) }
    }

    /// The mean and the logarithm of the variance have the shape of the output.
    pub const fn infer(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
        Ok(Inferred::new(inputs[0], &[]))
    }

    type Normal<T, const N: usize> = (SVector<T, N>, SVector<T, N>);

    impl<T: Scalar, const N: usize> Layer<T, Normal<T, N>> for Sampling {
        type Output = SVector<T, N>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();

        fn forward<B: Storage>(
            &self,
            _: &(),
            (mean, log_var): (&[SVector<T, N>], &[SVector<T, N>]),
            y: &mut [SVector<T, N>],
            pass: Pass<'_, '_, T, (), ()>,
        ) {
            y.copy_from_slice(mean);
            if let Pass::Training(_, mode) = pass
                && mode.has_noise()
            {
                for (y, log_var) in y.iter_mut().zip(log_var) {
                    // y = mean + exp(log_var / 2) · ε
                    *y += log_var.map(|log_var| (log_var * T::of(0.5)).exp() * T::of(normal(mode.rng)));
                }
            }
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            (mean, _): (&[SVector<T, N>], &[SVector<T, N>]),
            y: &[SVector<T, N>],
            dy: &[SVector<T, N>],
            _: Memory<'_, T, ()>,
            (dmean, dlog_var): (Option<&mut [SVector<T, N>]>, Option<&mut [SVector<T, N>]>),
            _: Option<&mut ()>,
        ) {
            // y = mean + exp(log_var / 2) · ε, so dmean += dy and dlog_var += dy · (y - mean) / 2.
            for (dmean, dy) in dmean.into_iter().flatten().zip(dy) {
                *dmean += dy;
            }
            for (k, dlog_var) in dlog_var.into_iter().flatten().enumerate() {
                *dlog_var += dy[k].component_mul(&(y[k] - mean[k])) * T::of(0.5);
            }
        }
    }

    /// A number from the standard normal distribution, by the method of Box and Muller.
    fn normal(rng: &mut dyn Rng) -> f64 {
        let (u, v): (f64, f64) = (rng.random(), rng.random());
        (-2.0 * (1.0 - u).ln()).sqrt() * (core::f64::consts::TAU * v).cos()
    }
}

model! {
    /// From an image to the distribution of its code.
    pub struct Encoder;

    let image = Input(shape = [64]);
    let x = Dense(128, activation = relu)(image);
    let mean = Dense(2)(x);
    let log_var = Dense(2)(x);

    Model(inputs = image, outputs = [mean, log_var])
}

model! {
    /// From a code to an image.
    pub struct Decoder;

    let code = Input(shape = [2]);
    let x = Dense(128, activation = relu)(code);
    let x = Dense(128, activation = relu)(x);
    let drawn = Dense(64, activation = sigmoid)(x);

    Model(inputs = code, outputs = drawn)
}

model! {
    /// An image, by way of a code.
    pub struct Vae;

    let image = Input(shape = [64]);
    let encoder = Encoder();
    let decoder = Decoder();
    let (mean, log_var) = encoder(image);
    let drawn = decoder(my::Sampling()([mean, log_var]));

    // The distance of the codes' distribution from the standard normal one: ½ · Σ (mean² + exp(log_var) - log_var - 1).
    let squares = multiply([mean, mean]);
    let kl = subtract([add([squares, exponential(log_var)]), log_var]);
    // The other loss is a mean over 64 pixels, so this one is divided by 64 as well.
    add_loss(Rescaling(0.5 / 64.0, offset = -0.5 / 64.0)(kl));

    Model(inputs = image, outputs = drawn)
}

/// The codes of a column and a row of the picture.
const GRID: [f32; 9] = [-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0];

fn main() -> nn::Result<ExitCode> {
    let seed = seed();
    let (training, test) = common::load(seed);
    println!("{}", Vae::SUMMARY);
    let mut model =
        Vae::boxed(&mut StdRng::seed_from_u64(seed)).compile(Adam::new(0.002), BinaryCrossentropy::default());
    model.fit(&training.images, &training.images, Fit::new().epochs(100).batch_size(32).seed(seed))?;
    let report = model.evaluate(&test.images, &test.images)?;
    println!("on digits that it has not seen: {report}");

    // The decoder is a field of the model.
    let codes: Vec<[f32; 2]> = GRID.iter().flat_map(|&y| GRID.map(|x| [x, y])).collect();
    let drawn = model.model().decoder.predict(&codes)?;
    let mut picture = Picture::new(GRID.len() * 34 + 2, GRID.len() * 34 + 2);
    for (k, image) in drawn.iter().enumerate() {
        let image: [[[f32; 1]; 8]; 8] = std::array::from_fn(|y| std::array::from_fn(|x| [image[8 * y + x]]));
        picture.draw(&image, (2 + 34 * (k % GRID.len()), 2 + 34 * (k / GRID.len())), 4, (1.0, 0.0));
    }
    picture.save(Path::new("vae.png")).expect("the folder can be written to");
    let middle: Vec<_> = drawn[36..45].iter().step_by(2).map(|image| (image, String::new())).collect();
    println!("\nthe middle row of vae.png:\n{}", common::draw(&middle));

    let codes = model.model().encoder.predict(&test.images)?;
    let count = codes.mean.len() as f64;
    for digit in 0..10 {
        let of: Vec<_> = codes.mean.iter().zip(&test.labels).filter(|(_, label)| **label == digit).collect();
        let middle = of.iter().map(|(code, _)| *code).sum::<SVector<f32, 2>>() / of.len().max(1) as f32;
        println!("the middle of the codes of {digit}: {:5.2} {:5.2}", middle.x, middle.y);
    }
    let divergence = codes
        .mean
        .iter()
        .zip(&codes.log_var)
        .map(|(mean, log_var)| 0.5 * (mean.norm_squared() + log_var.map(f32::exp).sum() - log_var.sum() - 2.0));
    let divergence = f64::from(divergence.sum::<f32>()) / count;
    let spread = codes.mean.iter().map(|mean| f64::from(mean.norm_squared())).sum::<f64>() / (2.0 * count);
    let mut claims = Claims::default();
    // Drawing the mean image of all digits costs 0.48.
    claims.at_most("loss", report.loss, 0.40);
    claims.at_least("information in a code, in nats,", divergence, 1.5);
    claims.at_most("variance of the codes", spread, 1.5);
    Ok(claims.code())
}
