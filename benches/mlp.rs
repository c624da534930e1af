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
mod peer;

use models::{Digits, Iris, Reuters, SparseReuters};
use nn::layers::LstmState;
use nn::prelude::*;
use peer::{Request, batches, print, steps};
use std::hint::black_box;

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

/// All work for a model whose output is the probability of each class.
macro_rules! classifier {
    ($request:expr, $Model:ty, $INPUTS:literal) => {
        classifier!($request, $Model, $INPUTS, |x| x)
    };
    ($request:expr, $Model:ty, $INPUTS:literal, $sample:expr) => {{
        let request: &Request = $request;
        let model = request.load(<$Model>::boxed(&mut StdRng::seed_from_u64(1)), "weights.safetensors");
        let x: Vec<_> = request.samples::<$INPUTS, 1>("x").into_iter().map($sample).collect();
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
        let x = request.samples::<$INPUTS, 1>(concat!("x-", $INPUTS));
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
    let Some((model, request)) = &Request::given() else {
        return eprintln!("benches/peers/mlp.py runs this, with a model, a kind, numbers and a folder");
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
