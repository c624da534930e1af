//! The headline model of Keras's functional guide: one prediction, and a training step at batch size 32.
//!
//! ```sh
//! cargo bench --bench headline                   # with divan
//! cargo bench --bench headline -- --step 100     # 100 lines `step NANOSECONDS`
//! cargo bench --bench headline -- --predict 100  # 100 lines `predict NANOSECONDS`
//! cargo bench --bench headline -- --folded 100   # 100 lines `folded NANOSECONDS`: the same with `fold`
//! ```
//!
//! The commands after the first are for `peers/headline.py`, which times the same work in other libraries.

mod models;

use divan::{Bencher, black_box};
use models::Headline;
use nn::prelude::*;
use rand::RngExt;
use std::time::Instant;

const BATCH: usize = 32;
/// Nearly every word occurs in this number of batches. So a step does not find its rows of the embedding in a cache
/// because the step before used them.
const BATCHES: usize = 16;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let repetitions = |option: &str| {
        let at = arguments.iter().position(|argument| argument == option)?;
        let number = arguments.get(at + 1).and_then(|number| number.parse().ok());
        Some(number.unwrap_or_else(|| panic!("{option} takes a number of repetitions")))
    };
    match (repetitions("--step"), repetitions("--predict"), repetitions("--folded")) {
        (None, None, None) => divan::main(),
        (step, predict, folded) => {
            step.into_iter().for_each(|n| print_times("step", n, 5, training_step()));
            predict.into_iter().for_each(|n| print_times("predict", n, 20, prediction()));
            folded.into_iter().for_each(|n| print_times("folded", n, 20, folded_prediction()));
        }
    }
}

/// Calls `f` `warm_up` times, then `n` times, and prints the time of each of the latter. It prints at the end, because
/// printing between two calls would disturb the second.
fn print_times(name: &str, n: usize, warm_up: usize, mut f: impl FnMut()) {
    (0..warm_up).for_each(|_| f());
    let time = |_| {
        let start = Instant::now();
        f();
        start.elapsed().as_nanos()
    };
    for nanoseconds in (0..n).map(time).collect::<Vec<_>>() {
        println!("{name} {nanoseconds}");
    }
}

#[divan::bench]
fn one_prediction(bencher: Bencher<'_, '_>) {
    bencher.bench_local(prediction());
}

#[divan::bench]
fn one_folded_prediction(bencher: Bencher<'_, '_>) {
    bencher.bench_local(folded_prediction());
}

#[divan::bench]
fn training_step_32(bencher: Bencher<'_, '_>) {
    bencher.bench_local(training_step());
}

/// Random samples: the words, the additional input, and the label for both outputs.
struct Samples {
    headlines: Vec<SVector<u32, 100>>,
    additional: Vec<SVector<f32, 5>>,
    labels: Vec<f32>,
}

fn samples() -> Samples {
    let mut rng = StdRng::seed_from_u64(2);
    let n = BATCH * BATCHES;
    Samples {
        headlines: (0..n).map(|_| SVector::from_fn(|_, _| rng.random_range(0..10_000))).collect(),
        additional: (0..n).map(|_| SVector::from_fn(|_, _| rng.random_range(-1.0..1.0))).collect(),
        labels: (0..n).map(|_| f32::from(rng.random_bool(0.5))).collect(),
    }
}

/// A training step on the next batch at each call.
fn training_step() -> impl FnMut() {
    let mut model = Headline::boxed(&mut StdRng::seed_from_u64(1))
        .compile(RmsProp::default(), BinaryCrossentropy::default())
        .loss_weights((1.0, 0.2));
    let Samples { headlines, additional, labels } = samples();
    let mut batches = (0..BATCHES).cycle().map(|k| BATCH * k..BATCH * (k + 1));
    move || {
        let batch = batches.next().expect("it cycles");
        let (headlines, additional, labels) = (&headlines[batch.clone()], &additional[batch.clone()], &labels[batch]);
        black_box(model.train_on_batch(black_box((headlines, additional)), (labels, labels)).expect("valid data"));
    }
}

/// A prediction for the next sample at each call.
fn prediction() -> impl FnMut() {
    let model = Headline::boxed(&mut StdRng::seed_from_u64(1));
    of_each_sample(move |headline, additional| {
        black_box(model.call(black_box((headline, additional))));
    })
}

/// The same with the folded model.
fn folded_prediction() -> impl FnMut() {
    let model = Headline::boxed(&mut StdRng::seed_from_u64(1)).fold();
    of_each_sample(move |headline, additional| {
        black_box(model.call(black_box((headline, additional))));
    })
}

/// Predicts for the next sample at each call.
fn of_each_sample(predict: impl Fn(&SVector<u32, 100>, &SVector<f32, 5>)) -> impl FnMut() {
    let Samples { headlines, additional, .. } = samples();
    let mut next = (0..headlines.len()).cycle();
    move || {
        let k = next.next().expect("it cycles");
        predict(&headlines[k], &additional[k]);
    }
}
