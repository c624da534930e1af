//! Training steps and predictions, to compare numbers of threads.
//!
//! ```sh
//! for n in 1 2; do RAYON_NUM_THREADS=$n cargo bench --bench threads --features rayon -- 50; done
//! ```
//!
//! A line has the name of a task, and the shortest and the median time in microseconds, here of 50 runs.

mod models;

use models::{Digits, Headline, Reuters, SparseReuters};
use nn::losses::Losses;
use nn::prelude::*;
use rand::RngExt;
use std::hint::black_box;
use std::time::Instant;

model! {
    /// Wide layers with more than a hundred thousand weights.
    pub struct Wide;

    Sequential([
        Input(shape = [256]),
        Dense(256, activation = relu),
        Dense(256, activation = relu),
        Dense(10, activation = softmax),
    ])
}

/// The number of runs, and the task to time.
struct Request {
    times: usize,
    only: Option<String>,
}

impl Request {
    /// Times blocks of `calls` calls, so that a clock can measure them.
    fn time(&self, name: &str, calls: u32, mut work: impl FnMut()) {
        if self.only.as_ref().is_some_and(|only| !name.starts_with(only)) {
            return;
        }
        (0..3).for_each(|_| work());
        let time = |_| {
            let start = Instant::now();
            (0..calls).for_each(|_| work());
            start.elapsed().as_secs_f64() * 1e6 / f64::from(calls)
        };
        let mut times: Vec<f64> = (0..self.times).map(time).collect();
        times.sort_by(f64::total_cmp);
        println!("{name} {:.2} {:.2}", times[0], times[times.len() / 2]);
    }

    /// Steps and predictions of a classifier.
    fn classifier<const N: usize, M>(&self, name: &str, calls: u32, batch: usize, ones: Option<usize>)
    where
        M: Model<Scalar = f32, Inputs = SVector<f32, N>>,
        SparseCategoricalCrossentropy: Losses<M::Outputs, Targets = SVector<u32, 1>>,
    {
        let mut rng = StdRng::seed_from_u64(2);
        let mut sample = || match ones {
            Some(ones) => {
                let mut x = SVector::<f32, N>::zeros();
                (0..ones).for_each(|_| x[rng.random_range(0..N)] = 1.0);
                x
            }
            None => SVector::from_fn(|_, _| rng.random_range(-1.0..1.0)),
        };
        let x: Vec<_> = (0..batch).map(|_| sample()).collect();
        let y: Vec<SVector<u32, 1>> = (0..batch).map(|k| SVector::from([k as u32 * 7 % 10])).collect();
        let mut model = M::boxed(&mut StdRng::seed_from_u64(1))
            .compile(RmsProp::default(), SparseCategoricalCrossentropy::default())
            .inference_batch_size(32);
        self.time(&format!("{name}-step-{batch}"), calls, || {
            drop(black_box(model.train_on_batch(black_box(&x), &y)));
        });
        self.time(&format!("{name}-predict-{batch}"), calls, || drop(black_box(model.predict(black_box(&x)))));
    }

    fn sparse(&self, calls: u32, batch: usize) {
        let mut rng = StdRng::seed_from_u64(2);
        let mut text = || MultiHot::<10_000>::new((0..100).map(|_| rng.random_range(0..10_000))).expect("words");
        let x: Vec<_> = (0..batch).map(|_| text()).collect();
        let y: Vec<u32> = (0..batch).map(|k| k as u32 * 7 % 46).collect();
        let mut model = SparseReuters::boxed(&mut StdRng::seed_from_u64(1))
            .compile(RmsProp::default(), SparseCategoricalCrossentropy::default());
        self.time(&format!("sparse-step-{batch}"), calls, || {
            drop(black_box(model.train_on_batch(black_box(&x), &y)));
        });
    }

    fn headline(&self, batch: usize) {
        let mut rng = StdRng::seed_from_u64(2);
        let n = batch * 8;
        let words: Vec<_> = (0..n).map(|_| SVector::<u32, 100>::from_fn(|_, _| rng.random_range(0..10_000))).collect();
        let more: Vec<_> = (0..n).map(|_| SVector::<f32, 5>::from_fn(|_, _| rng.random_range(-1.0..1.0))).collect();
        let labels: Vec<f32> = (0..n).map(|_| f32::from(rng.random_bool(0.5))).collect();
        let mut model = Headline::boxed(&mut StdRng::seed_from_u64(1))
            .compile(RmsProp::default(), BinaryCrossentropy::default())
            .loss_weights((1.0, 0.2));
        let mut batches = (0..8).cycle().map(|k| batch * k..batch * (k + 1));
        self.time(&format!("headline-step-{batch}"), 1, || {
            let k = batches.next().expect("it cycles");
            let (x, y) = ((&words[k.clone()], &more[k.clone()]), (&labels[k.clone()], &labels[k]));
            drop(black_box(model.train_on_batch(black_box(x), y)));
        });
        self.time(&format!("headline-predict-{batch}"), 1, || {
            let k = batches.next().expect("it cycles");
            drop(black_box(model.predict_on_batch(black_box((&words[k.clone()], &more[k])))));
        });
    }
}

fn main() {
    // Cargo itself adds `--bench`.
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let times = arguments.next().map_or(20, |times| times.parse().expect("how often each work is timed"));
    let request = Request { times, only: arguments.next() };
    for (batch, calls) in [(32, 100), (256, 20), (4096, 1)] {
        request.classifier::<64, Digits>("digits", calls, batch, None);
    }
    for (batch, calls) in [(32, 5), (128, 2), (512, 1)] {
        request.classifier::<10_000, Reuters>("reuters", calls, batch, Some(100));
    }
    for (batch, calls) in [(32, 50), (512, 5)] {
        request.sparse(calls, batch);
    }
    for (batch, calls) in [(32, 20), (128, 10), (512, 2)] {
        request.classifier::<256, Wide>("wide", calls, batch, None);
    }
    for batch in [32, 128] {
        request.headline(batch);
    }
}
