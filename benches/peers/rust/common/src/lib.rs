//! The shared parts of this workspace's programs: the request of a script of `benches/peers`, its data, and timing.
//!
//! ```sh
//! peer-candle digits rmsprop-32 100 1 200000 FOLDER
//! ```
//!
//! A program prints 100 lines `time NANOSECONDS`, by the rules of `benches/mlp.rs`. Each is the time of a block of
//! calls, divided by their number. The number doubles until a block takes 200,000 ns; with 0 in its place, a time is
//! one call. Before these lines, `first` has the values that must agree with other libraries, and `second` has the loss
//! of the second step.

use std::hint::black_box;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Instant;

/// The sizes of the model of `benches/headline.rs`.
pub mod headline {
    pub const WORDS: usize = 100;
    pub const VOCABULARY: usize = 10_000;
    pub const EMBEDDING: usize = 512;
    pub const LSTM: usize = 32;
    pub const ADDITIONAL: usize = 5;
    pub const DENSE: usize = 64;
    pub const LOSS_WEIGHTS: [f64; 2] = [1.0, 0.2];
}

// The optimizers' constants are Keras's.
pub const SGD_RATE: f64 = 0.01;
pub const RATE: f64 = 1e-3;
pub const RHO: f64 = 0.9;
pub const BETAS: [f64; 2] = [0.9, 0.999];
pub const EPSILON: f64 = 1e-7;

/// The number of steps on one batch that must lower the loss, and the number of epochs in which a model must learn.
const TRIED_STEPS: usize = 6;
const TRIED_EPOCHS: usize = 5;

/// The request in the arguments.
pub struct Request {
    /// The backend, for a library with several: an argument before all others, such as `--flex`.
    pub backend: Option<String>,
    pub model: String,
    pub work: String,
    /// The samples in one call.
    pub size: usize,
    blocks: usize,
    warm_up: usize,
    least: u128,
    folder: PathBuf,
}

impl Request {
    pub fn from_arguments() -> Self {
        let mut arguments: Vec<String> = std::env::args().skip(1).collect();
        let has_backend = arguments.first().is_some_and(|first| first.starts_with("--"));
        let backend = has_backend.then(|| arguments.remove(0)[2..].to_owned());
        let [model, kind, blocks, warm_up, least, folder] = &arguments[..] else {
            panic!("a script of benches/peers runs this, with a model, a kind, numbers and a folder");
        };
        let (work, size) = kind.split_once('-').expect("a kind has a number");
        Self {
            backend,
            model: model.clone(),
            work: work.to_owned(),
            size: number(size),
            blocks: number(blocks),
            warm_up: number(warm_up),
            least: number(least),
            folder: folder.into(),
        }
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    fn read<T>(&self, file: &str, parse: fn([u8; 4]) -> T) -> Vec<T> {
        let path = self.path(file);
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        bytes.as_chunks().0.iter().map(|bytes| parse(*bytes)).collect()
    }

    pub fn floats(&self, file: &str) -> Vec<f32> {
        self.read(file, f32::from_le_bytes)
    }

    pub fn integers(&self, file: &str) -> Vec<u32> {
        self.read(file, u32::from_le_bytes)
    }

    /// All weights, in the order of the layers and in Keras's layout.
    pub fn weights(&self) -> Weights {
        Weights(self.floats("weights").into_iter())
    }

    /// The inputs, outputs and so on of the layers.
    pub fn sizes(&self) -> [usize; 4] {
        match self.model.as_str() {
            "iris" => [4, 32, 32, 3],
            "digits" => [64, 64, 64, 10],
            "reuters" => [10_000, 64, 64, 46],
            model => panic!("there is no model {model}"),
        }
    }

    /// Prints the times of `f`. It prints at the end, because printing between two blocks would disturb the second.
    pub fn measure(&self, mut f: impl FnMut()) {
        let mut block = |calls: usize| {
            let start = Instant::now();
            (0..calls).for_each(|_| f());
            start.elapsed().as_nanos()
        };
        block(self.warm_up);
        let mut calls = 1;
        while self.least > 0 && block(calls) < self.least {
            calls *= 2;
        }
        for time in (0..self.blocks).map(|_| block(calls)).collect::<Vec<_>>() {
            println!("time {}", time as f64 / calls as f64);
        }
    }

    /// Times predictions, each of the next samples.
    pub fn predictions<X>(&self, samples: &[X], mut predict: impl FnMut(&X) -> Vec<f32>) {
        self.report("first", &predict(&samples[0])[..self.outputs()]);
        let mut next = samples.iter().cycle();
        self.measure(|| {
            black_box(predict(black_box(next.next().expect("it cycles"))));
        });
    }

    /// The number of outputs of one sample.
    fn outputs(&self) -> usize {
        if self.model == "headline" { 2 } else { self.sizes()[3] }
    }

    /// Times training steps on the next batch at each call. `new` gives a step that begins with the first weights.
    ///
    /// # Panics
    ///
    /// If steps on one batch do not lower its loss.
    pub fn steps<B, F: FnMut(&B) -> f32>(&self, batches: &[B], new: impl Fn() -> F) {
        let mut step = new();
        let first = step(&batches[0]);
        self.report("first", &[first]);
        self.report("second", &[step(&batches[1])]);
        let last = (0..TRIED_STEPS).map(|_| step(&batches[0])).last().expect("there are steps");
        assert!(last < first, "the loss does not fall: first {first}, after some steps {last}");
        drop(step);

        let (mut step, mut next) = (new(), batches.iter().cycle());
        self.measure(|| {
            let loss = step(black_box(next.next().expect("it cycles")));
            assert!(loss.is_finite(), "the loss is {loss}");
        });
    }

    /// Times epochs over `samples` samples. `epoch` takes the samples' numbers in a new order, and returns the sum of
    /// the losses and the number of correct predictions.
    ///
    /// # Panics
    ///
    /// If the model is not right more often than wrong after some epochs.
    pub fn epochs(&self, samples: usize, mut epoch: impl FnMut(&[u32]) -> (f32, f32)) {
        let mut order: Vec<u32> = (0..samples as u32).collect();
        let mut random = 1_u64;
        let mut run = || {
            for k in (1..samples).rev() {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                order.swap(k, (random >> 33) as usize % (k + 1));
            }
            let (loss, right) = epoch(&order);
            (loss / samples as f32, right / samples as f32)
        };
        let (loss, accuracy) = (0..TRIED_EPOCHS).map(|_| run()).last().expect("there are epochs");
        assert!(loss < 2.0 && accuracy > 0.5, "after some epochs the loss is {loss}, the accuracy {accuracy}");
        self.measure(|| {
            black_box(run());
        });
    }

    fn report(&self, word: &str, numbers: &[f32]) {
        println!("{word} {}", numbers.iter().map(f32::to_string).collect::<Vec<_>>().join(" "));
    }
}

fn number<N: FromStr>(text: &str) -> N {
    text.parse().unwrap_or_else(|_| panic!("{text} is not a number"))
}

/// Weights; each call of a method takes the next ones.
pub struct Weights(std::vec::IntoIter<f32>);

impl Weights {
    pub fn vector(&mut self, len: usize) -> Vec<f32> {
        let vector: Vec<f32> = self.0.by_ref().take(len).collect();
        assert_eq!(vector.len(), len, "there are too few weights");
        vector
    }

    /// A kernel of `inputs` rows.
    pub fn kernel(&mut self, inputs: usize, outputs: usize) -> Vec<f32> {
        self.vector(inputs * outputs)
    }

    /// A kernel with a row for each output.
    pub fn transposed_kernel(&mut self, inputs: usize, outputs: usize) -> Vec<f32> {
        let kernel = self.kernel(inputs, outputs);
        (0..inputs * outputs).map(|k| kernel[k % inputs * outputs + k / inputs]).collect()
    }
}

/// The batches of `size` samples, without a remainder. Each sample has `numbers` numbers, stored together.
pub fn batches<T>(all: &[T], numbers: usize, size: usize) -> impl Iterator<Item = &[T]> {
    all.chunks_exact(numbers * size)
}
