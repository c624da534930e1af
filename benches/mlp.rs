//! Small models for `peers/mlp.py`, which times the same work in other libraries and writes weights and data for all.
//!
//! ```sh
//! cargo bench --bench mlp -- iris sgd-32 100 200000 FOLDER
//! ```
//!
//! The program prints 100 lines `time NANOSECONDS`. Each is the time of a block of calls, divided by their number. A
//! block takes at least 200,000 ns, because no clock can time 50 ns. Before these lines, `first` has the values that
//! must agree with other libraries, and `second` has the loss of the second step.
//!
//! The kinds are `predict-N`, for N samples; `sgd-N`, `adam-N` and `rmsprop-N`, training steps at batch size N;
//! `epoch-N`, an epoch of `fit` with RMSprop. The model `stream` has `step-1` and `step-512`, a step of an LSTM with
//! this number of inputs.

mod models;

use models::{Digits, Iris, Reuters, SparseReuters};
use nn::layers::LstmState;
use nn::prelude::*;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

model! {
    pub struct Stream1;

    let x = Input(shape = [1, 1]);
    let lstm = LSTM(32)(x);

    Model(inputs = x, outputs = lstm)
}

model! {
    pub struct Stream512;

    let x = Input(shape = [1, 512]);
    let lstm = LSTM(32)(x);

    Model(inputs = x, outputs = lstm)
}

/// The request in the arguments.
struct Request {
    work: String,
    size: usize,
    blocks: usize,
    least: u128,
    folder: PathBuf,
}

impl Request {
    fn read(&self, file: &str) -> Vec<u8> {
        let path = self.folder.join(file);
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn samples<const N: usize>(&self, file: &str) -> Vec<SVector<f32, N>> {
        let numbers: Vec<f32> = bytemuck::pod_collect_to_vec(&self.read(file));
        numbers.chunks_exact(N).map(SVector::from_column_slice).collect()
    }

    fn labels(&self, file: &str) -> Vec<u32> {
        bytemuck::pod_collect_to_vec(&self.read(file))
    }

    fn load<M: Model>(&self, mut model: Box<M>, file: &str) -> Box<M> {
        model.load_weights(self.folder.join(file)).expect("the weights are those of this model");
        model
    }

    /// Prints the times of `f`. It prints at the end, because printing between two blocks would disturb the second.
    fn measure(&self, mut f: impl FnMut()) {
        let mut block = |calls: u32| {
            let start = Instant::now();
            (0..calls).for_each(|_| f());
            start.elapsed().as_nanos()
        };
        let mut calls = 1;
        while block(calls) < self.least {
            calls *= 2;
        }
        for time in (0..self.blocks).map(|_| block(calls)).collect::<Vec<_>>() {
            println!("time {}", time as f64 / f64::from(calls));
        }
    }
}

fn print(word: &str, numbers: &[f32]) {
    println!("{word} {}", numbers.iter().map(f32::to_string).collect::<Vec<_>>().join(" "));
}

/// The next batch of `n` samples of `all`, starting over at the end.
fn batches(all: usize, n: usize) -> impl FnMut() -> std::ops::Range<usize> {
    let mut next = (0..all / n).cycle();
    move || {
        let k = next.next().expect("it cycles");
        n * k..n * (k + 1)
    }
}

/// Training steps on the next batch at each call.
macro_rules! steps {
    ($request:expr, $model:expr, $optimizer:expr, $x:expr, $y:expr) => {{
        let mut model = $model.compile($optimizer, SparseCategoricalCrossentropy::default());
        let mut next = batches($x.len(), $request.size);
        let mut step = || {
            let batch = next();
            model.train_on_batch(black_box(&$x[batch.clone()]), &$y[batch]).expect("valid data").loss
        };
        print("first", &[step() as f32]);
        print("second", &[step() as f32]);
        $request.measure(|| {
            black_box(step());
        });
    }};
}

/// All work for a model whose output is the probability of each class.
macro_rules! classifier {
    ($request:expr, $Model:ty, $INPUTS:literal) => {
        classifier!($request, $Model, $INPUTS, |x| x)
    };
    ($request:expr, $Model:ty, $INPUTS:literal, $sample:expr) => {{
        let request: &Request = $request;
        let model = request.load(<$Model>::boxed(&mut StdRng::seed_from_u64(1)), "weights.safetensors");
        let x: Vec<_> = request.samples::<$INPUTS>("x").into_iter().map($sample).collect();
        let y = request.labels("y");
        let mut next = batches(x.len(), request.size);
        match (request.work.as_str(), request.size) {
            ("predict", 1) => {
                print("first", model.call(&x[0]).as_slice());
                request.measure(|| {
                    black_box(model.call(black_box(&x[next().start])));
                });
            }
            ("predict", n) => {
                let model =
                    model.compile(Sgd::default(), SparseCategoricalCrossentropy::default()).inference_batch_size(n);
                print("first", model.predict(&x[next()]).expect("valid data")[0].as_slice());
                request.measure(|| {
                    black_box(model.predict(black_box(&x[next()])).expect("valid data"));
                });
            }
            ("sgd", _) => steps!(request, model, Sgd::default(), x, y),
            ("adam", _) => steps!(request, model, Adam::default(), x, y),
            ("rmsprop", _) => steps!(request, model, RmsProp::default(), x, y),
            ("epoch", n) => {
                let mut model =
                    model.compile(RmsProp::default(), SparseCategoricalCrossentropy::default()).metrics(Accuracy);
                request.measure(|| {
                    let fit = Fit::new().epochs(1).batch_size(n).verbose(0);
                    black_box(model.fit(black_box(&x), &y, fit).expect("valid data"));
                });
            }
            (work, _) => panic!("there is no kind {work}"),
        }
    }};
}

macro_rules! stream {
    ($request:expr, $Model:ty, $INPUTS:literal) => {{
        let request: &Request = $request;
        let weights = concat!("weights-", $INPUTS, ".safetensors");
        let model = request.load(<$Model>::boxed(&mut StdRng::seed_from_u64(1)), weights);
        let x = request.samples::<$INPUTS>(concat!("x-", $INPUTS));
        let (mut state, mut next) = (LstmState::default(), batches(x.len(), 1));
        let mut step = || {
            model.lstm.step(black_box(&x[next().start]), &mut state);
            state.h
        };
        print("first", step().as_slice());
        request.measure(|| {
            black_box(step());
        });
    }};
}

fn main() {
    // Cargo itself adds `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [model, kind, blocks, least, folder] = &arguments[..] else {
        return eprintln!("benches/peers/mlp.py runs this, with a model, a kind, numbers and a folder");
    };
    let (work, size) = kind.split_once('-').expect("a kind has a number");
    let request = &Request {
        work: work.to_owned(),
        size: size.parse().expect("a number of samples"),
        blocks: blocks.parse().expect("a number of blocks"),
        least: least.parse().expect("a number of nanoseconds"),
        folder: folder.into(),
    };
    match (model.as_str(), request.size) {
        ("iris", _) => classifier!(request, Iris, 4),
        ("digits", _) => classifier!(request, Digits, 64),
        ("reuters", _) => classifier!(request, Reuters, 10_000),
        ("reuters-sparse", _) => classifier!(request, SparseReuters, 10_000, |x: SVector<f32, 10_000>| {
            let words = x.iter().enumerate().filter(|(_, count)| **count > 0.0).map(|(word, _)| word as u32);
            MultiHot::<10_000>::new(words).expect("the words are below 10,000")
        }),
        ("stream", 1) => stream!(request, Stream1, 1),
        ("stream", 512) => stream!(request, Stream512, 512),
        _ => panic!("there is no model {model}"),
    }
}
