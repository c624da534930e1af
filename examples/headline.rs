//! The model of Keras's functional guide: the inputs are words and numbers, and the LSTM has an output of its own.
//!
//! ```sh
//! cargo run --release --example headline
//! ```
//!
//! The data are random, as in the lecture with this model, and so are the labels. They are not 0 or 1, so their binary
//! cross-entropy means nothing and may be negative. The example shows how to train such a model: by position, with
//! tuples, and by name, with structs that `model!` writes.

#[path = "common/outcome.rs"]
mod outcome;

use nn::prelude::*;
use outcome::{Claims, seed};
use rand::RngExt;
use std::process::ExitCode;

model! {
    /// Predicts how a headline will be received.
    pub struct Headline;

    // A headline is 100 indices of words; the embedding has 512 numbers for each of 10,000 words.
    let main_input = Input(shape = [100], dtype = u32);
    let x = Embedding(output_dim = 512, input_dim = 10_000)(main_input);
    let lstm_out = LSTM(32)(x);
    // With its own loss here, the LSTM also learns if the main loss is of little help.
    let aux_output = Dense(1, activation = sigmoid)(lstm_out);
    let aux_input = Input(shape = [5]);
    let x = concatenate([lstm_out, aux_input]);
    let x = Dense(64, activation = relu)(x);
    let x = Dense(64, activation = relu)(x);
    let x = Dense(64, activation = relu)(x);
    let main_output = Dense(1, activation = sigmoid)(x);

    Model(inputs = [main_input, aux_input], outputs = [main_output, aux_output])
}

const SAMPLES: usize = 12;

/// The lecture's data. If a sample is one number, plain numbers are enough.
struct Data {
    headlines: Vec<SVector<u32, 100>>,
    additional: Vec<SVector<f32, 5>>,
    labels: Vec<f32>,
    additional_labels: Vec<f32>,
}

fn data(rng: &mut StdRng) -> Data {
    Data {
        // `np.round(np.abs(np.random.rand(12, 100) * 100))`: words 0 to 100.
        headlines: samples(|| SVector::from_fn(|_, _| (rng.random::<f32>() * 100.0).round() as u32)),
        // `np.random.randn(12, 5)`, and twice `np.random.randn(12, 1)`.
        additional: samples(|| SVector::from_fn(|_, _| normal(rng))),
        labels: samples(|| normal(rng)),
        additional_labels: samples(|| normal(rng)),
    }
}

fn samples<S>(mut sample: impl FnMut() -> S) -> Vec<S> {
    (0..SAMPLES).map(|_| sample()).collect()
}

/// A standard normal number, by the Box-Muller formula.
fn normal(rng: &mut StdRng) -> f32 {
    let (radius, angle) = (1.0 - rng.random::<f32>(), rng.random::<f32>());
    (-2.0 * radius.ln()).sqrt() * (std::f32::consts::TAU * angle).cos()
}

fn main() -> nn::Result<ExitCode> {
    let seed = seed();
    let Data { headlines, additional, labels, additional_labels } = data(&mut StdRng::seed_from_u64(seed));
    println!("{}", Headline::SUMMARY);

    // By position. One loss serves both outputs; the second output has the weight 0.2.
    let mut by_position = Headline::boxed(&mut StdRng::seed_from_u64(seed))
        .compile(RmsProp::default(), BinaryCrossentropy::default())
        .loss_weights((1.0, 0.2));
    // There are fewer samples than a batch holds, so the only batch of an epoch has 12.
    let history = by_position.fit(
        (&headlines, &additional),
        (&labels, &additional_labels),
        Fit::new().epochs(50).batch_size(32).verbose(0),
    )?;
    print_losses("by position", &history);

    // By name. Keras's dicts are structs, so a missing or misspelt key does not compile.
    let mut by_name = Headline::boxed(&mut StdRng::seed_from_u64(seed))
        .compile(
            RmsProp::default(),
            HeadlineOutputs { main_output: BinaryCrossentropy::default(), aux_output: BinaryCrossentropy::default() },
        )
        .loss_weights(HeadlineOutputs { main_output: 1.0, aux_output: 0.2 });
    let inputs = HeadlineInputs { main_input: &headlines, aux_input: &additional };
    let history = by_name.fit(
        inputs,
        HeadlineOutputs { main_output: &labels, aux_output: &additional_labels },
        Fit::new().epochs(50).batch_size(32).verbose(0),
    )?;
    print_losses("by name", &history);
    let losses = history.get("loss").unwrap_or_default();

    // Both predict by name and by position. The seeds are equal, so both have learned the same, bit for bit.
    let predicted = by_name.predict(inputs)?;
    assert_eq!(predicted, by_position.predict((&headlines, &additional))?);
    let HeadlineOutputs { main_output, aux_output } = predicted;
    let shape = |output: &[SVector<f32, 1>]| format!("({}, {})", output.len(), output[0].len());
    println!("predictions: main_output {}, aux_output {}", shape(&main_output), shape(&aux_output));
    println!("the first headline: {:.3} and {:.3}", main_output[0].x, aux_output[0].x);

    let mut claims = Claims::default();
    let (first, last) = (losses.first().unwrap_or(&f64::NAN), losses.last().unwrap_or(&f64::NAN));
    claims.at_most("difference of the last loss to the first", last - first, 0.0);
    Ok(claims.code())
}

fn print_losses(form: &str, history: &nn::History) {
    println!("{form}, first and last of {} epochs:", history.epoch.len());
    for name in ["loss", "main_output_loss", "aux_output_loss"] {
        if let Some([first, .., last]) = history.get(name) {
            println!("  {name:16} {first:9.3} {last:9.3}");
        }
    }
}
