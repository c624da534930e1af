//! A batch that is divided into parts gives the same bits for any number of threads, and the numbers of an undivided
//! batch.
//!
//! Small work is not divided, and neither is the work of a model with many weights for little computation. The models
//! here divide a batch of some hundred samples into 3 to 5 parts. They do not divide a batch of 8, which is the
//! reference.

#![allow(missing_docs)]

use nn::losses::{Loss, LossOn};
use nn::metrics::{BinaryAccuracy, Metric, MetricOn, SparseCategoricalAccuracy, Weighted};
use nn::optimizers::With;
use nn::prelude::*;
use nn::{History, Result};
use rayon::ThreadPoolBuilder;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::thread::{ThreadId, current};

/// Runs work on a pool.
fn on<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool").install(work)
}

/// The result, which must be the same with 1, 2, 3 and 8 threads.
fn for_any_threads<R: Send + PartialEq + std::fmt::Debug>(work: impl Fn() -> Result<R> + Sync) -> R {
    let one = on(1, &work).expect("valid data");
    for threads in [2, 3, 8] {
        assert!(on(threads, &work).expect("valid data") == one, "{threads} threads have another result");
    }
    one
}

/// All numbers of a run, compared bit for bit.
#[derive(Debug, PartialEq)]
struct Numbers {
    weights: Vec<u32>,
    history: Vec<u64>,
    report: Vec<u64>,
    predictions: Vec<u32>,
}

fn bits(numbers: impl IntoIterator<Item = f32>) -> Vec<u32> {
    numbers.into_iter().map(f32::to_bits).collect()
}

fn history_bits(history: &History, names: &[&str]) -> Vec<u64> {
    names.iter().flat_map(|name| history.get(name).expect("it is logged")).map(|x| x.to_bits()).collect()
}

fn silent(batch_size: usize) -> Fit {
    Fit::new().epochs(2).batch_size(batch_size).verbose(0)
}

fn numbers(seed: u64, n: usize) -> impl Iterator<Item = f32> {
    use rand::RngExt;
    let mut rng = StdRng::seed_from_u64(seed);
    (0..n).map(move |_| rng.random_range(-1.0..1.0))
}

fn samples<const N: usize>(seed: u64, n: usize) -> Vec<SVector<f32, N>> {
    numbers(seed, n * N).collect::<Vec<_>>().chunks_exact(N).map(SVector::from_column_slice).collect()
}

fn classes(n: usize, count: u32) -> Vec<u32> {
    (0..n as u32).map(|k| k * 7 % count).collect()
}

/// Checks that `a` and `b` differ by at most `tolerance` of the largest number.
fn assert_close(a: &[f32], b: &[f32], tolerance: f32) {
    let most = a.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
    let error = a.iter().zip(b).fold(0.0_f32, |most, (a, b)| most.max((a - b).abs()));
    assert!(a.len() == b.len() && error <= tolerance * most, "they differ by {error}, of numbers up to {most}");
}

model! {
    /// Sixteen positions.
    pub struct Wide;

    Sequential([
        Input(shape = [16, 32]),
        Dense(32, activation = relu, kernel_regularizer = l2(0.01)),
        Dense(32, activation = tanh),
        Flatten(),
        Dense(10, activation = softmax),
    ])
}

type Positions = SMatrix<f32, 32, 16>;

/// The samples of a divided batch.
const MANY: usize = 160;

fn positions(seed: u64, n: usize) -> Vec<Positions> {
    numbers(seed, n * 512).collect::<Vec<_>>().chunks_exact(512).map(Positions::from_column_slice).collect()
}

/// The threads that call a loss.
static CALLERS: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

#[derive(Clone, Copy, Debug)]
struct Watched(SparseCategoricalCrossentropy);

impl Loss for Watched {
    fn name(&self) -> &'static str {
        "watched"
    }
}

impl<P: nn::Sample> LossOn<P> for Watched
where
    SparseCategoricalCrossentropy: LossOn<P>,
{
    type Target = <SparseCategoricalCrossentropy as LossOn<P>>::Target;

    fn loss(&self, target: &Self::Target, prediction: &P) -> P::Element {
        self.0.loss(target, prediction)
    }

    fn gradient(&self, target: &Self::Target, prediction: &P, gradient: &mut P) {
        let caller: ThreadId = current().id();
        CALLERS.lock().expect("nobody panics").insert(format!("{caller:?}"));
        self.0.gradient(target, prediction, gradient);
    }
}

/// Without this test every other test here could pass on a single thread.
#[test]
fn a_large_batch_is_divided_and_a_small_one_is_not() -> Result<()> {
    let (x, y) = (positions(1, MANY), classes(MANY, 10));
    let callers = |n: usize, threads: usize| {
        on(threads, || {
            CALLERS.lock().expect("nobody panics").clear();
            let loss = Watched(SparseCategoricalCrossentropy::default());
            let mut model = Wide::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), loss);
            let seen = || CALLERS.lock().expect("nobody panics").len();
            // Any thread may be busy, but none is always busy.
            for _ in 0..20 {
                model.train_on_batch(&x[..n], &y[..n]).expect("valid data");
                if n > 32 && threads > 1 && seen() > 1 {
                    break;
                }
            }
            seen()
        })
    };
    assert_eq!(callers(32, 4), 1);
    assert!(callers(MANY, 4) > 1);
    Ok(())
}

#[test]
fn dense() {
    let (x, y) = (positions(1, MANY + 50), classes(MANY + 50, 10));
    let run = |optimizer| {
        // The last batch is a small one.
        let mut model = Wide::boxed(&mut StdRng::seed_from_u64(1))
            .compile(optimizer, SparseCategoricalCrossentropy::default())
            .metrics((Accuracy, SparseCategoricalAccuracy));
        let fit = silent(MANY).validation_split(0.1).class_weight([(3, 5.0)]);
        let history = model.fit(&x, &y, fit)?;
        let report = model.evaluate(&x, &y)?;
        Ok(Numbers {
            weights: bits(model.model().as_slice().iter().copied()),
            history: history_bits(&history, &["loss", "accuracy", "val_loss", "sparse_categorical_accuracy"]),
            report: vec![report.loss.to_bits()],
            predictions: bits(model.predict(&x)?.iter().flat_map(|y| y.iter().copied().collect::<Vec<_>>())),
        })
    };
    for_any_threads(|| run(RmsProp::default().clipnorm(0.0)));
    for_any_threads(|| run(RmsProp::default().clipnorm(0.01)));
}

/// A step equals the step of the undivided batch, computed from the gradients of its samples, 10 at a time.
#[test]
fn parts_add_up_to_the_whole() -> Result<()> {
    let (x, y) = (positions(1, MANY), classes(MANY, 10));
    let weights: Vec<f64> = (0..MANY).map(|k| (k % 5) as f64).collect();
    let start = || Wide::boxed(&mut StdRng::seed_from_u64(1));
    // At a rate of 1 a step subtracts the gradient, if no weight has a bound.
    let gradient = |x: &[_], y: &[u32], weights: &[f64]| -> Result<(Vec<f32>, f64)> {
        let sgd = Sgd { learning_rate: 1.0, ..Sgd::default() };
        let mut model = start().compile(sgd, SparseCategoricalCrossentropy::default());
        let fit = Fit::new().batch_size(x.len()).shuffle(false).sample_weight(weights).verbose(0);
        let history = model.fit(x, y, fit)?;
        let (before, after) = (start(), model.model());
        let step = before.as_slice().iter().zip(after.as_slice()).map(|(before, after)| before - after);
        Ok((step.collect(), history.get("loss").expect("a loss")[0]))
    };
    let (whole, loss) = gradient(&x, &y, &weights)?;
    let (mut mean, mut mean_loss) = (vec![0.0_f64; whole.len()], 0.0);
    for start in (0..MANY).step_by(10) {
        let k = start..start + 10;
        let (part, loss) = gradient(&x[k.clone()], &y[k.clone()], &weights[k])?;
        mean.iter_mut().zip(part).for_each(|(mean, part)| *mean += f64::from(part) * 10.0 / MANY as f64);
        mean_loss += loss * 10.0 / MANY as f64;
    }
    let mean: Vec<f32> = mean.into_iter().map(|x| x as f32).collect();
    assert_close(&mean, &whole, 1e-4);
    assert!((loss - mean_loss).abs() < 1e-5 * loss, "{loss} {mean_loss}");
    Ok(())
}

model! {
    /// Every part draws random numbers.
    pub struct Random;

    Sequential([
        Input(shape = [16, 32]),
        GaussianNoise(0.1),
        Dense(32, activation = relu),
        Dense(32, activation = relu),
        Dropout(0.5),
        Flatten(),
        Dense(10, activation = softmax),
    ])
}

#[test]
fn dropout() {
    let (x, y) = (positions(1, MANY), classes(MANY, 10));
    let train = |x: &[Positions], seed: u64| {
        let mut model = Random::boxed(&mut StdRng::seed_from_u64(1))
            .compile(Adam::default(), SparseCategoricalCrossentropy::default())
            .seed(seed);
        for _ in 0..3 {
            model.train_on_batch(x, &y)?;
        }
        Ok(bits(model.model().as_slice().iter().copied()))
    };
    let weights = for_any_threads(|| train(&x, 5));
    assert_ne!(weights, train(&x, 6).expect("valid data"), "the seed decides");

    // The parts drop different units: a batch of equal samples has more different losses than a part has samples.
    let same = vec![x[0]; MANY];
    let model = Random::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), MeanSquaredError);
    let mut watching = model.metrics(Recorder);
    let targets = vec![SVector::<f32, 10>::zeros(); MANY];
    watching.train_on_batch(&same, &targets).expect("valid data");
    let seen = SEEN.lock().expect("nobody panics");
    let different: BTreeSet<_> = seen.iter().collect();
    assert_eq!((seen.len(), different.len()), (MANY, MANY));
}

/// The first number of every prediction.
static SEEN: Mutex<Vec<u32>> = Mutex::new(Vec::new());

#[derive(Clone, Copy, Debug, Default)]
struct Recorder;

impl Metric for Recorder {
    type State = ();

    fn name(&self) -> &'static str {
        "recorder"
    }

    fn result(&self, (): &()) -> f64 {
        0.0
    }
}

impl<const N: usize> MetricOn<SVector<f32, N>, SVector<f32, N>> for Recorder {
    fn update(&self, (): &mut (), _: &SVector<f32, N>, prediction: &SVector<f32, N>, _: f64) {
        SEEN.lock().expect("nobody panics").push(prediction[0].to_bits());
    }
}

model! {
    /// Tables by rows, a walk over steps, masks, and two outputs, one of them with a mask.
    pub struct Reader;

    let words = Input(shape = [12], dtype = u32);
    let more = Input(shape = [5]);
    let x = Embedding(500, 16, mask_zero = true)(words);
    let steps = LSTM(32, return_sequences = true, dropout = 0.2, recurrent_dropout = 0.1)(x);
    let tags = Dense(6, activation = softmax)(steps);
    let all = concatenate([GlobalAveragePooling1D()(steps), more]);
    let score = Dense(1, activation = sigmoid, kernel_regularizer = l1(0.001))(all);

    Model(inputs = [words, more], outputs = [tags, score])
}

type Words = SVector<u32, 12>;

/// Texts of very different lengths, so the parts of a batch have different numbers of words.
fn texts(n: usize) -> Vec<Words> {
    (0..n)
        .map(|k| Words::from_fn(|i, _| if i <= k * 12 / n { (k * 37 + i * 11) as u32 % 499 + 1 } else { 0 }))
        .collect()
}

fn tags(n: usize) -> Vec<SMatrix<u32, 1, 12>> {
    (0..n).map(|k| SMatrix::from_fn(|_, i| ((k + i) % 6) as u32)).collect()
}

#[test]
fn embedding_masks_and_two_outputs() {
    let n = 100;
    let (words, more, tags) = (texts(n), samples::<5>(3, n), tags(n));
    let scores: Vec<f32> = (0..n).map(|k| (k % 2) as f32).collect();
    let weights: Vec<f64> = (0..n).map(|k| (k % 3) as f64).collect();
    fn optimizers() -> [With<RmsProp>; 2] {
        [RmsProp::default().clipnorm(0.0), RmsProp::default().global_clipnorm(0.05)]
    }
    for k in 0..optimizers().len() {
        for_any_threads(|| {
            let losses = (SparseCategoricalCrossentropy::default(), BinaryCrossentropy::default());
            let mut model = Reader::boxed(&mut StdRng::seed_from_u64(1))
                .compile(optimizers()[k], losses)
                .loss_weights((1.0, 0.3))
                .metrics(ReaderOutputs {
                    tags: (Accuracy, Weighted(SparseCategoricalAccuracy)),
                    score: BinaryAccuracy::default(),
                });
            let fit = silent(90).sample_weight(&weights[..]);
            let history = model.fit((&words, &more), (&tags, &scores), fit)?;
            let report = model.evaluate((&words, &more), (&tags, &scores))?;
            let predictions = model.predict((&words, &more))?;
            let tags = predictions.tags.iter().flat_map(|y| y.as_slice().to_vec());
            let scores = predictions.score.iter().map(|y| y.x);
            Ok(Numbers {
                weights: bits(model.model().as_slice().iter().copied()),
                history: history_bits(&history, &["loss", "tags_loss", "score_loss", "tags_accuracy"]),
                report: vec![report.loss.to_bits()],
                predictions: bits(tags.chain(scores)),
            })
        });
    }
}

model! {
    /// A model that is called twice.
    pub struct Tower;

    Sequential([Input(shape = [16, 32]), Dense(32, activation = relu), Dense(16), Flatten()])
}

model! {
    /// An inner model on both inputs.
    pub struct Twins;

    let a = Input(shape = [16, 32]);
    let b = Input(shape = [16, 32]);
    let tower = Tower();
    let difference = subtract([tower(a), tower(b)]);
    let same = Dense(1, activation = sigmoid)(difference);

    Model(inputs = [a, b], outputs = same)
}

#[test]
fn a_model_that_is_called_twice() {
    let (a, b) = (positions(1, MANY), positions(2, MANY));
    let y: Vec<f32> = (0..MANY).map(|k| (k % 2) as f32).collect();
    for_any_threads(|| {
        let mut model =
            Twins::boxed(&mut StdRng::seed_from_u64(1)).compile(Adam::default(), BinaryCrossentropy::default());
        model.set_trainable("tower.dense", false)?;
        let history = model.fit((&a, &b), &y, silent(MANY - 10))?;
        Ok(Numbers {
            weights: bits(model.model().as_slice().iter().copied()),
            history: history_bits(&history, &["loss"]),
            report: vec![model.evaluate((&a, &b), &y)?.loss.to_bits()],
            predictions: bits(model.predict_on_batch((&a, &b))?.iter().map(|y| y.x)),
        })
    });
}

model! {
    /// Layers that read the batch as a whole.
    pub struct Normal;

    Sequential([
        Input(shape = [16, 32]),
        Dense(32, activation = relu, activity_regularizer = l2(0.01)),
        BatchNormalization(),
        Dense(32, activation = relu),
        Flatten(),
        Dense(10, activation = softmax),
    ])
}

#[test]
fn the_statistics_of_a_batch_are_those_of_the_whole() {
    let (x, y) = (positions(1, MANY), classes(MANY, 10));
    for_any_threads(|| {
        let mut model = Normal::boxed(&mut StdRng::seed_from_u64(1))
            .compile(Sgd::default(), SparseCategoricalCrossentropy::default())
            .inference_batch_size(50);
        let history = model.fit(&x, &y, silent(MANY))?;
        Ok(Numbers {
            weights: bits(model.model().as_slice().iter().copied()),
            history: history_bits(&history, &["loss"]),
            report: vec![model.evaluate(&x, &y)?.loss.to_bits()],
            predictions: bits(model.predict(&x)?.iter().map(|y| y[3])),
        })
    });
    // The moving averages come from one batch, not from its parts.
    let mut model =
        Normal::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), SparseCategoricalCrossentropy::default());
    let before = model.model().dense.clone();
    model.train_on_batch(&x, &y).expect("valid data");
    let first = |x: &Positions| (before.kernel * x).row(0).map(|z| (z + before.bias[0]).max(0.0)).mean();
    let mean = x.iter().map(|x| first(x) / MANY as f32).sum::<f32>();
    let moving = model.model().batch_normalization.moving_mean[0];
    assert!((moving - 0.01 * mean).abs() < 1e-4 * mean, "{moving} {mean}");
}

/// Batches of any size give the results of single samples.
#[test]
fn predictions_are_those_of_single_samples() -> Result<()> {
    let x = positions(1, 400);
    let model = Wide::boxed(&mut StdRng::seed_from_u64(1));
    let expected: Vec<_> = x.iter().map(|x| model.call(x)).collect();
    for size in [32, 300, 1000] {
        let got = for_any_threads(|| Ok(bits(model.predict_in_batches(&x, size)?.iter().flat_map(|y| y.data.0[0]))));
        assert_eq!(got, bits(expected.iter().flat_map(|y| y.data.0[0])), "in batches of {size}");
    }
    let compiled = model.compile(Sgd::default(), ());
    assert_eq!(compiled.predict_on_batch(&x)?, expected);
    assert_eq!(compiled.predict_batches(x.chunks(190))?, expected);
    Ok(())
}

/// A layer that does nothing and does not declare `BySample`, so its batch is not divided.
pub mod my {
    use nn::layer::{Layer, Memory, Pass, Storage};
    use nn::prelude::*;
    use nn::spec::{Inferred, LayerSpec, Value, rule};
    use nn::{Element, Shape, ShapeError};

    nn::layer! {
        /// `y = x`
        pub struct Same {}

        pub const SPEC: LayerSpec { infer: rule!(infer) }
    }

    /// The output has the shape of the input.
    pub const fn infer(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
        Ok(Inferred::new(inputs[0], &[]))
    }

    impl<T: Scalar + Element, const R: usize, const P: usize> Layer<T, SMatrix<T, R, P>> for Same {
        type Output = SMatrix<T, R, P>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();

        fn forward<B: Storage>(&self, _: &(), x: &[Self::Output], y: &mut [Self::Output], _: Pass<'_, '_, T, (), ()>) {
            y.copy_from_slice(x);
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            _: &[Self::Output],
            _: &[Self::Output],
            dy: &[Self::Output],
            _: Memory<'_, T, ()>,
            dx: Option<&mut [Self::Output]>,
            _: Option<&mut ()>,
        ) {
            if let Some(dx) = dx {
                nn::tensor::add(dx, dy);
            }
        }
    }
}

model! {
    /// [`Reader`] without random numbers.
    pub struct Divided;

    let words = Input(shape = [12], dtype = u32);
    let more = Input(shape = [5]);
    let steps = LSTM(32, return_sequences = true)(Embedding(500, 16, mask_zero = true)(words));
    let tags = Dense(6, activation = softmax)(steps);
    let all = concatenate([GlobalAveragePooling1D()(steps), more]);
    let score = Dense(1, activation = sigmoid, kernel_regularizer = l1(0.001))(all);

    Model(inputs = [words, more], outputs = [tags, score])
}

model! {
    /// The same, but not divided.
    pub struct Undivided;

    let words = Input(shape = [12], dtype = u32);
    let more = Input(shape = [5]);
    let steps = LSTM(32, return_sequences = true)(Embedding(500, 16, mask_zero = true)(words));
    let tags = Dense(6, activation = softmax)(steps);
    let all = concatenate([GlobalAveragePooling1D()(steps), my::Same()(more)]);
    let score = Dense(1, activation = sigmoid, kernel_regularizer = l1(0.001))(all);

    Model(inputs = [words, more], outputs = [tags, score])
}

/// Masks, sample weights and rows of tables: the division only changes rounding.
#[test]
fn a_model_is_divided_or_not() -> Result<()> {
    const { assert!(matches!(<Divided as Model>::WORK, nn::layer::Work::BySample(1..))) }
    const { assert!(matches!(<Undivided as Model>::WORK, nn::layer::Work::ByBatch(1..))) }
    let n = 100;
    let (words, more, tags) = (texts(n), samples::<5>(3, n), tags(n));
    let scores: Vec<f32> = (0..n).map(|k| (k % 2) as f32).collect();
    let weights: Vec<f64> = (0..n).map(|k| (k % 3) as f64).collect();
    let losses = (SparseCategoricalCrossentropy::default(), BinaryCrossentropy::default());
    macro_rules! train {
        ($Model:ident) => {{
            let sgd = Sgd { learning_rate: 0.5, ..Sgd::default() };
            let mut model = $Model::boxed(&mut StdRng::seed_from_u64(1)).compile(sgd, losses).metrics(Accuracy);
            let fit = Fit::new().epochs(3).batch_size(n).sample_weight(&weights[..]).verbose(0);
            let history = model.fit((&words, &more), (&tags, &scores), fit)?;
            let report = model.evaluate((&words, &more), (&tags, &scores))?;
            let numbers = history.get("loss").into_iter().chain(history.get("tags_accuracy")).flatten();
            let numbers: Vec<f32> = numbers.chain([&report.loss]).map(|&x| x as f32).collect();
            (model.into_model().as_slice().to_vec(), numbers)
        }};
    }
    let ((divided, numbers), (undivided, expected)) = (train!(Divided), train!(Undivided));
    assert_close(&undivided, &divided, 1e-5);
    assert_close(&expected, &numbers, 1e-5);
    assert_ne!(divided, undivided, "both were divided, or none");
    Ok(())
}
