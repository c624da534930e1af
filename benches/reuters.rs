//! Newswires as bags of words, 10000-64-64-46: a training step on dense and on sparse samples, at batch sizes 32 and
//! 512.
//!
//! ```sh
//! cargo bench --bench reuters
//! ```
//!
//! A text has 100 different words. `uniform` draws them with equal probabilities, so a batch of 32 has a quarter of all
//! words. `zipf` draws them as in real texts, so the frequent words come in each text.

mod models;

use divan::{Bencher, black_box};
use models::{Reuters, SparseReuters};
use nn::prelude::*;
use rand::RngExt;
use std::collections::BTreeSet;

const WORDS: usize = 10_000;
const TOPICS: usize = 46;
const WORDS_OF_A_TEXT: usize = 100;
/// With this number of batches, a step does not find the rows of the step before in a cache.
const BATCHES: usize = 8;

fn main() {
    divan::main();
}

/// Texts as sets of words.
fn texts(count: usize, word: impl Fn(&mut StdRng) -> usize) -> Vec<BTreeSet<usize>> {
    let mut rng = StdRng::seed_from_u64(2);
    let text = |_| {
        let mut text = BTreeSet::new();
        while text.len() < WORDS_OF_A_TEXT {
            text.insert(word(&mut rng));
        }
        text
    };
    (0..count).map(text).collect()
}

fn uniform(count: usize) -> Vec<BTreeSet<usize>> {
    texts(count, |rng| rng.random_range(0..WORDS))
}

/// Word `k` has a probability proportional to `1 / k`, as near as a continuous distribution comes.
fn zipf(count: usize) -> Vec<BTreeSet<usize>> {
    texts(count, |rng| ((WORDS as f64).powf(rng.random::<f64>()) as usize - 1).min(WORDS - 1))
}

fn topics(count: usize) -> Vec<u32> {
    (0..count).map(|k| (k * 7 % TOPICS) as u32).collect()
}

fn sparse_step(bencher: Bencher<'_, '_>, batch: usize, texts: fn(usize) -> Vec<BTreeSet<usize>>) {
    let mut model = SparseReuters::boxed(&mut StdRng::seed_from_u64(1))
        .compile(RmsProp::default(), SparseCategoricalCrossentropy::default());
    let text = |text: BTreeSet<usize>| MultiHot::new(text.into_iter().map(|word| word as u32)).expect("words");
    let texts: Vec<MultiHot<WORDS>> = texts(BATCHES * batch).into_iter().map(text).collect();
    let topics = topics(batch);
    let mut batches = texts.chunks_exact(batch).cycle();
    bencher.bench_local(|| model.train_on_batch(black_box(batches.next().expect("it cycles")), &topics));
}

#[divan::bench(args = [32, 512])]
fn sparse_uniform(bencher: Bencher<'_, '_>, batch: usize) {
    sparse_step(bencher, batch, uniform);
}

#[divan::bench(args = [32, 512])]
fn sparse_zipf(bencher: Bencher<'_, '_>, batch: usize) {
    sparse_step(bencher, batch, zipf);
}

#[divan::bench(args = [32, 512])]
fn dense(bencher: Bencher<'_, '_>, batch: usize) {
    let mut model = Reuters::boxed(&mut StdRng::seed_from_u64(1))
        .compile(RmsProp::default(), SparseCategoricalCrossentropy::default());
    let texts = uniform(batch);
    let mut vectors = vec![SVector::<f32, WORDS>::zeros(); batch];
    for (x, text) in vectors.iter_mut().zip(texts) {
        text.into_iter().for_each(|word| x[word] = 1.0);
    }
    let topics = topics(batch);
    bencher.bench_local(|| model.train_on_batch(black_box(&vectors), &topics));
}
