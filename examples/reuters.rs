//! Newswires: 46 topics from the words of a text, with the lecture's network, 10000-64-64-46.
//!
//! ```sh
//! cargo run --release --example reuters
//! ```
//!
//! The data are synthetic, because Reuters's newswires are not in this repository. They have the same form: 10,000
//! words, 46 topics of very unequal frequency, and a bag of words for each text. But they are drawn at random: word
//! frequencies follow Zipf's law, and each topic prefers some words. A model's accuracy here says nothing about real
//! newswires.
//!
//! A text is the list of its words, for a sparse input. A step costs the words of the batch, not 10,000 numbers for
//! each text.
//!
//! The example exits with 1 if it gets less than 80 % of the test right. Always answering the most frequent topic would
//! give less than 35 %. A seed as an argument draws other texts and other weights.
//!
//! The network is written in four ways that compute the same: as a `Sequential`, in functional form, as a layer of
//! another model, and on vectors of 10,000 zeros and ones.

#[path = "common/outcome.rs"]
mod outcome;

use nn::prelude::*;
use outcome::{Claims, seed};
use rand::RngExt;
use rand::seq::index;
use std::process::ExitCode;
use std::time::Instant;

const WORDS: usize = 10_000;
const TOPICS: usize = 46;

model! {
    /// Finds the topic of a newswire.
    pub struct Reuters;

    Sequential([
        Input(shape = [WORDS], sparse = true),
        Dense(64, activation = relu),
        Dense(64, activation = relu),
        Dense(TOPICS, activation = softmax),
    ])
}

model! {
    /// The same in functional form: every tensor has a name.
    pub struct Functional;

    let words = Input(shape = [WORDS], sparse = true);
    let x = Dense(64, activation = relu)(words);
    let x = Dense(64, activation = relu)(x);
    let topic = Dense(TOPICS, activation = softmax)(x);

    Model(inputs = words, outputs = topic)
}

model! {
    /// A model is a layer. It is called on a tensor, and its weights are a field, here `reuters`.
    pub struct Called;

    let words = Input(shape = [WORDS], sparse = true);
    let reuters = Reuters();
    let topic = reuters(words);

    Model(inputs = words, outputs = topic)
}

model! {
    /// The same for a text as a vector.
    pub struct OnVectors;

    Sequential([
        Input(shape = [WORDS]),
        Dense(64, activation = relu),
        Dense(64, activation = relu),
        Dense(TOPICS, activation = softmax),
    ])
}

/// The words in a text: 1 for each of them, 0 for the others.
type Bag = MultiHot<WORDS>;

/// Texts and their topics.
struct Newswires {
    texts: Vec<Bag>,
    topics: Vec<u32>,
}

const TRAINING: usize = 2_000;
const TEST: usize = 500;
/// The number of words that a topic prefers. Topics may share words.
const PREFERRED: usize = 60;
/// The part of a text that is drawn from these words. Less is harder.
const PREFERENCE: f64 = 0.15;

/// Numbers below `n`; the probability of `k` is proportional to `1 / (k + 1)`.
struct Zipf {
    cumulative: Vec<f64>,
}

impl Zipf {
    fn new(n: usize) -> Self {
        let mut sum = 0.0;
        let cumulative = (1..=n).map(|rank| {
            sum += 1.0 / rank as f64;
            sum
        });
        Zipf { cumulative: cumulative.collect() }
    }

    fn draw(&self, rng: &mut StdRng) -> usize {
        let total = self.cumulative[self.cumulative.len() - 1];
        let place = total * rng.random::<f64>();
        self.cumulative.partition_point(|&sum| sum <= place).min(self.cumulative.len() - 1)
    }
}

/// The newswires for training, and for the test.
fn newswires(rng: &mut StdRng) -> nn::Result<(Newswires, Newswires)> {
    let (topics, words, preferred) = (Zipf::new(TOPICS), Zipf::new(WORDS), Zipf::new(PREFERRED));
    // The 100 most frequent words are like "the" and "of", so no topic prefers them. Each topic chooses its words from
    // the next 2,000.
    let own: Vec<Vec<usize>> = (0..TOPICS)
        .map(|_| index::sample(rng, 2_000, PREFERRED).into_iter().map(|word| 100 + word).collect())
        .collect();
    let mut draw = |count| -> nn::Result<Newswires> {
        let mut newswires = Newswires { texts: Vec::with_capacity(count), topics: Vec::with_capacity(count) };
        for _ in 0..count {
            let topic = topics.draw(rng);
            let length = rng.random_range(30..120);
            let text = (0..length).map(|_| {
                let from_topic = rng.random_bool(PREFERENCE);
                let word = if from_topic { own[topic][preferred.draw(rng)] } else { words.draw(rng) };
                word as u32
            });
            newswires.texts.push(Bag::new(text)?);
            newswires.topics.push(topic as u32);
        }
        Ok(newswires)
    };
    Ok((draw(TRAINING)?, draw(TEST)?))
}

fn main() -> nn::Result<ExitCode> {
    let seed = seed();
    let (training, test) = newswires(&mut StdRng::seed_from_u64(seed))?;
    println!("{}", Reuters::SUMMARY);
    println!("the data are synthetic: {TRAINING} newswires to learn from, {TEST} for the test\n");

    let mut reuters = Reuters::boxed(&mut StdRng::seed_from_u64(seed))
        .compile(RmsProp::default(), SparseCategoricalCrossentropy::default())
        .metrics(Accuracy);
    let started = Instant::now();
    reuters.fit(
        &training.texts,
        &training.topics,
        Fit::new().epochs(8).batch_size(64).validation_split(0.1).seed(seed),
    )?;
    println!("\n{} steps in {:.1} s", reuters.steps(), started.elapsed().as_secs_f64());

    // The accuracy without reading: always the most frequent topic of the training data.
    let mut counts = [0; TOPICS];
    training.topics.iter().for_each(|&topic| counts[topic as usize] += 1);
    let most_frequent = (0..TOPICS).max_by_key(|&topic| counts[topic]).unwrap_or(0) as u32;
    let baseline = test.topics.iter().filter(|&&topic| topic == most_frequent).count() as f64 / TEST as f64;
    let report = reuters.evaluate(&test.texts, &test.topics)?;
    println!("test, on synthetic newswires that it has not seen: {report}");
    let accuracy = report.get("accuracy").unwrap_or(0.0);
    println!("accuracy {:.1} %; always the most frequent topic: {:.1} %", 100.0 * accuracy, 100.0 * baseline);

    // All models have the same weights in the same order, so they are the same function.
    let predicted = reuters.predict(&test.texts)?;
    let mut functional = Functional::boxed(&mut StdRng::seed_from_u64(1));
    assert_ne!(functional.predict(&test.texts)?, predicted);
    functional.as_mut_slice().copy_from_slice(reuters.model().as_slice());
    assert_eq!(functional.predict(&test.texts)?, predicted);
    let mut called = Called::boxed(&mut StdRng::seed_from_u64(2));
    called.reuters.clone_from(reuters.model());
    assert_eq!(called.predict(&test.texts)?, predicted);
    println!("in functional form and as a layer it predicts the same, to the bit");

    // On vectors the sums have another order.
    let mut on_vectors = OnVectors::boxed(&mut StdRng::seed_from_u64(3));
    on_vectors.as_mut_slice().copy_from_slice(reuters.model().as_slice());
    let mut vectors = vec![SVector::<f32, WORDS>::zeros(); 100];
    for (vector, text) in vectors.iter_mut().zip(&test.texts) {
        text.indices().iter().for_each(|&word| vector[word as usize] = 1.0);
    }
    let on_vectors = on_vectors.predict(&vectors)?;
    assert!(on_vectors.iter().zip(&predicted).all(|(y, expected)| (y - expected).amax() < 1e-5));

    let mut claims = Claims::default();
    claims.at_least("accuracy", accuracy, 0.8);
    claims.at_most("always the most frequent topic", baseline, 0.35);
    Ok(claims.code())
}
