//! A shared LSTM: the same layer reads two tweets, and the model says whether one author wrote both.
//!
//! ```sh
//! cargo run --release --example siamese
//! ```
//!
//! The model is smaller than the one in Keras's functional guide: there a tweet is 280 characters out of 256, here it
//! is 40 out of 16. The tweets are synthetic. Each author draws every character independently, with frequencies of
//! their own. The LSTM therefore has to learn to count, because nothing else identifies an author.
//!
//! The example exits with 1 if it gets less than 90 % of the test right, or if the model without a layer in between
//! gets more than 60 %. A seed as an argument draws other authors, tweets and weights.

#[path = "common/outcome.rs"]
mod outcome;

use nn::prelude::*;
use nn::schedules::CosineDecay;
use outcome::{Claims, seed};
use rand::RngExt;
use std::process::ExitCode;
use std::time::Instant;

const STEPS: usize = 40;
const CHARACTERS: usize = 16;
const AUTHORS: usize = 8;

const EPOCHS: usize = 10;
const BATCH: usize = 32;

model! {
    /// Tells whether two tweets are by the same author.
    pub struct SameAuthor;

    // A character is a one-hot vector, and a tweet a sequence of them.
    let tweet_a = Input(shape = [STEPS, CHARACTERS]);
    let tweet_b = Input(shape = [STEPS, CHARACTERS]);
    // A layer that is bound before its calls has one set of weights for all of them.
    let shared = LSTM(64);
    let merged = concatenate([shared(tweet_a), shared(tweet_b)]);
    let compared = Dense(64, activation = relu)(merged);
    let same = Dense(1, activation = sigmoid)(compared);

    Model(inputs = [tweet_a, tweet_b], outputs = same)
}

model! {
    /// The guide's version without the layer in between. It cannot learn this task: see `main`.
    pub struct Guide;

    let tweet_a = Input(shape = [STEPS, CHARACTERS]);
    let tweet_b = Input(shape = [STEPS, CHARACTERS]);
    let shared = LSTM(64);
    let merged = concatenate([shared(tweet_a), shared(tweet_b)]);
    let same = Dense(1, activation = sigmoid)(merged);

    Model(inputs = [tweet_a, tweet_b], outputs = same)
}

/// A sample has a column for each step.
type Tweet = SMatrix<f32, CHARACTERS, STEPS>;

/// The frequencies of an author's characters. They are cubes of random numbers, so some characters are rare.
fn author(rng: &mut StdRng) -> [f32; CHARACTERS] {
    std::array::from_fn(|_| rng.random::<f32>().powi(3))
}

fn tweet(author: &[f32; CHARACTERS], rng: &mut StdRng) -> Tweet {
    let total: f32 = author.iter().sum();
    let mut tweet = Tweet::zeros();
    for step in 0..STEPS {
        let mut rest = total * rng.random::<f32>();
        let drawn = author.iter().position(|weight| {
            rest -= weight;
            rest < 0.0
        });
        tweet[(drawn.unwrap_or(0), step)] = 1.0;
    }
    tweet
}

/// Pairs of tweets: the first ones, the second ones, and 1 if they have the same author.
#[derive(Default)]
struct Pairs {
    a: Vec<Tweet>,
    b: Vec<Tweet>,
    same: Vec<f32>,
}

/// Pairs of new tweets, half of them by the same author.
fn pairs(authors: &[[f32; CHARACTERS]], count: usize, rng: &mut StdRng) -> Pairs {
    let mut pairs = Pairs::default();
    for k in 0..count {
        let first = rng.random_range(0..authors.len());
        let other = (first + rng.random_range(1..authors.len())) % authors.len();
        let same = k % 2 == 0;
        pairs.a.push(tweet(&authors[first], rng));
        pairs.b.push(tweet(&authors[if same { first } else { other }], rng));
        pairs.same.push(f32::from(same));
    }
    pairs
}

fn main() -> nn::Result<ExitCode> {
    let seed = seed();
    let mut rng = StdRng::seed_from_u64(seed);
    let authors: Vec<_> = (0..AUTHORS).map(|_| author(&mut rng)).collect();
    let training = pairs(&authors, 3_000, &mut rng);
    // New tweets by authors that the model knows.
    let test = pairs(&authors, 1_000, &mut rng);

    println!("{}", SameAuthor::SUMMARY);
    println!("the data are synthetic: {AUTHORS} authors, {} pairs of tweets to learn from\n", training.same.len());

    // Over 40 steps a gradient can suddenly be large, and a rate of 0.003 then throws the model back. So the gradient
    // is clipped, and the rate falls.
    let steps = (EPOCHS * training.same.len() / BATCH) as u64;
    let optimizer =
        Adam::default().schedule(CosineDecay { alpha: 0.05, ..CosineDecay::new(0.003, steps) }).global_clipnorm(0.5);
    let mut model = SameAuthor::boxed(&mut rng).compile(optimizer, BinaryCrossentropy::default()).metrics(Accuracy);
    let started = Instant::now();
    model.fit((&training.a, &training.b), &training.same, Fit::new().epochs(EPOCHS).batch_size(BATCH).seed(seed))?;
    println!("\n{} steps in {:.1} s", model.steps(), started.elapsed().as_secs_f64());
    let report = model.evaluate((&test.a, &test.b), &test.same)?;
    println!("test: {report}, {} pairs of new tweets", test.same.len());

    // In the guide's model, one dense unit follows the concatenation. The input of the sigmoid is then a sum of one
    // term for each tweet, which cannot compare them. Every author is in as many equal as unequal pairs, so a single
    // tweet says nothing, and the loss is least if the answer is always 50 %.
    let mut guide = Guide::boxed(&mut rng).compile(Adam::new(0.003), BinaryCrossentropy::default()).metrics(Accuracy);
    guide.fit((&training.a, &training.b), &training.same, Fit::new().epochs(2).batch_size(32).seed(seed).verbose(0))?;
    let without = guide.evaluate((&test.a, &test.b), &test.same)?;
    println!("without a layer between, as in Keras's guide: {without}");

    let mut claims = Claims::default();
    claims.at_least("accuracy", report.get("accuracy").unwrap_or(0.0), 0.9);
    claims.at_most("accuracy without a layer between", without.get("accuracy").unwrap_or(1.0), 0.6);
    Ok(claims.code())
}
