//! Forward and backward of a tape, beside `train_on_batch` with an optimizer that does nothing.
//!
//! ```sh
//! cargo bench --bench tape
//! ```
//!
//! Both compute the mean squared error and its gradient for batches of 64 samples. They take turns; the ratio is the
//! median over all pairs.

use nn::prelude::*;
use std::hint::black_box;
use std::time::Instant;

const BATCH: usize = 64;
const PAIRS: usize = 401;

model! {
    /// The dense part of the headline model, on what its LSTM gives.
    pub struct Mlp;

    let x = Input(shape = [37]);
    let h = Dense(64, activation = relu)(x);
    let h = Dense(64, activation = relu)(h);
    let h = Dense(64, activation = relu)(h);
    let y = Dense(10)(h);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Recurrent;

    let x = Input(shape = [20, 16]);
    let h = LSTM(32)(x);
    let y = Dense(10)(h);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Images;

    let x = Input(shape = [16, 16, 1]);
    let h = MaxPooling2D(2)(Conv2D(8, 3, activation = relu)(x));
    let h = Conv2D(16, 3, activation = relu)(h);
    let y = Dense(10)(Flatten()(h));

    Model(inputs = x, outputs = y)
}

/// An optimizer that leaves the weights as they are.
struct Nothing;

impl Optimizer for Nothing {
    fn name(&self) -> &'static str {
        "nothing"
    }

    fn slots(&self) -> &'static [&'static str] {
        &[]
    }

    fn learning_rate(&self, _: u64) -> f64 {
        0.0
    }

    fn step<T: Scalar>(&self, _: u64, _: f64, _: &mut [T], _: &[T], _: &mut [&mut [T]]) {}
}

fn number(k: usize) -> f32 {
    (k.wrapping_mul(2_654_435_761) % 2000) as f32 / 1000.0 - 1.0
}

/// Measures both for a model whose samples have this type.
macro_rules! compare {
    ($Model:ty, $Sample:ty) => {{
        let mut next = 0..;
        let x: Vec<$Sample> = (0..BATCH).map(|_| <$Sample>::from_fn(|_, _| number(next.next().unwrap_or(0)))).collect();
        let t: Vec<SVector<f32, 10>> = (0..BATCH).map(|k| SVector::from_fn(|i, _| number(7 * k + i))).collect();
        let mut rng = StdRng::seed_from_u64(1);
        let mut model = <$Model>::boxed(&mut rng).compile(Nothing, MeanSquaredError);
        let net = <$Model>::boxed(&mut StdRng::seed_from_u64(1));
        let mut tape = net.tape(BATCH);
        let mut dy = vec![SVector::<f32, 10>::zeros(); BATCH];
        let (mut of_tape, mut of_step) = (Vec::new(), Vec::new());
        for _ in 0..PAIRS + 20 {
            let start = Instant::now();
            let y = tape.forward(&net, black_box(&x), &mut rng);
            let mut loss = 0.0;
            for ((dy, y), t) in dy.iter_mut().zip(y).zip(&t) {
                let d = y - t;
                loss += d.norm_squared() / (10 * BATCH) as f32;
                *dy = d * (2.0 / (10 * BATCH) as f32);
            }
            black_box((loss, tape.backward(&net, &dy).as_slice()));
            of_tape.push(start.elapsed().as_nanos() as f64);

            let start = Instant::now();
            black_box(model.train_on_batch(black_box(&x), &t).expect("valid data").loss);
            of_step.push(start.elapsed().as_nanos() as f64);
        }
        let median = |mut values: Vec<f64>| {
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        let (of_tape, of_step) = (of_tape.split_off(20), of_step.split_off(20));
        let ratio = median(of_tape.iter().zip(&of_step).map(|(a, b)| a / b).collect());
        let micros = |values| median(values) / 1000.0;
        let name = stringify!($Model);
        println!(
            "{name:10} tape {:8.1} µs, train_on_batch {:8.1} µs, ratio {ratio:.3}",
            micros(of_tape),
            micros(of_step)
        );
    }};
}

fn main() {
    compare!(Mlp, SVector<f32, 37>);
    compare!(Recurrent, SMatrix<f32, 16, 20>);
    compare!(Images, SMatrix<f32, 1, 256>);
}
