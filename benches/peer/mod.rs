//! The shared parts of the programs that `peers/` runs: what they are asked, and how they answer.

#![allow(dead_code)] // Each of them uses some.

use nn::prelude::*;
use std::path::PathBuf;
use std::time::Instant;

/// The request in the arguments.
pub(crate) struct Request {
    /// The kind before its number: `predict`, or an optimizer.
    pub(crate) work: String,
    /// The number of samples.
    pub(crate) size: usize,
    blocks: usize,
    least: u128,
    folder: PathBuf,
}

impl Request {
    /// Returns the name of the model and the request that this program was given.
    pub(crate) fn given() -> Option<(String, Request)> {
        // Cargo itself adds `--bench`.
        let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
        let [model, kind, blocks, least, folder] = &arguments[..] else { return None };
        let (work, size) = kind.split_once('-').expect("a kind has a number");
        let request = Request {
            work: work.to_owned(),
            size: size.parse().expect("a number of samples"),
            blocks: blocks.parse().expect("a number of blocks"),
            least: least.parse().expect("a number of nanoseconds"),
            folder: folder.into(),
        };
        Some((model.clone(), request))
    }

    fn read(&self, file: &str) -> Vec<u8> {
        let path = self.folder.join(file);
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub(crate) fn samples<const R: usize, const C: usize>(&self, file: &str) -> Vec<SMatrix<f32, R, C>> {
        let numbers: Vec<f32> = bytemuck::pod_collect_to_vec(&self.read(file));
        numbers.chunks_exact(R * C).map(SMatrix::from_column_slice).collect()
    }

    pub(crate) fn labels(&self, file: &str) -> Vec<u32> {
        bytemuck::pod_collect_to_vec(&self.read(file))
    }

    pub(crate) fn load<M: Model>(&self, mut model: Box<M>, file: &str) -> Box<M> {
        model.load_weights(self.folder.join(file)).expect("the weights are those of this model");
        model
    }

    /// Gives a model the weights of a file, which has nothing but numbers, in the order of the graph.
    pub(crate) fn fill<M: Model<Scalar = f32>>(&self, mut model: Box<M>, file: &str) -> Box<M> {
        model.as_mut_slice().copy_from_slice(&bytemuck::pod_collect_to_vec(&self.read(file)));
        model
    }

    /// Prints the times of `f`. It prints at the end, because printing between two blocks would disturb the second.
    pub(crate) fn measure(&self, mut f: impl FnMut()) {
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

pub(crate) fn print(word: &str, numbers: &[f32]) {
    println!("{word} {}", numbers.iter().map(f32::to_string).collect::<Vec<_>>().join(" "));
}

/// The next batch of `n` samples of `all`, starting over at the end.
pub(crate) fn batches(all: usize, n: usize) -> impl FnMut() -> std::ops::Range<usize> {
    let mut next = (0..all / n).cycle();
    move || {
        let k = next.next().expect("it cycles");
        n * k..n * (k + 1)
    }
}

/// Training steps on the next batch at each call.
macro_rules! steps {
    ($request:expr, $model:expr, $optimizer:expr, $x:expr, $y:expr) => {{
        use $crate::peer::{batches, print};
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
pub(crate) use steps;
