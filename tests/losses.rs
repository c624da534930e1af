//! The losses: the numbers of Keras 3 on edge cases (`tests/fixtures/losses.py`), a user's own loss, and outputs
//! without a loss.

#![allow(missing_docs)]

#[path = "parity/close.rs"]
mod close;
#[allow(dead_code)]
#[path = "parity/fixture.rs"]
mod fixture;

use fixture::Fixture;
use nn::activations::{Activate, Head, Sigmoid, Softmax};
use nn::losses::*;
use nn::losses::{
    BinaryFocalCrossentropy, CategoricalFocalCrossentropy, CategoricalHinge, Hinge, Huber, KlDivergence, LogCosh, Loss,
    LossOn, Losses, MeanAbsolutePercentageError, MeanSquaredLogarithmicError, Poisson, SquaredHinge, Weighting,
};
use nn::prelude::*;
use nn::tensor::flat;
use nn::{Element, Tensors};

/// For `f64`: another order of sums, and the last bits of `ln` and `exp`.
const F64: f64 = 1e-13;
/// For `f32`, compared with Keras in `float32`.
const F32: f64 = 3e-6;
/// For `f64` if Keras rounds a constant to `f32`: ln 2 in log-cosh.
const ROUNDED: f64 = 4e-9;

/// Two positions of three features.
type Sequence<T> = SMatrix<T, 3, 2>;

/// The head of an output whose predictions are logits, or the predictions themselves.
#[derive(Clone, Copy, PartialEq)]
enum Output {
    Logits(Head),
    Predictions,
    /// As `Predictions`, but Keras's gradient is NaN.
    Values,
}

/// Compares the loss of the batch, of a part of it and with weights, and the gradient of the last.
fn compare<T: Scalar + Element, L: Loss + LossOn<Sequence<T>>>(
    case: &str,
    loss: &L,
    targets: impl Fn(&Fixture) -> Vec<L::Target>,
    output: Output,
    tolerance: f64,
) {
    let (all, shared) = (Fixture::read_case("losses", case), Fixture::read("losses"));
    let weights = &shared.array("w").values;
    let mask: Option<Vec<u32>> =
        case.starts_with("masked_").then(|| shared.array("m").values.iter().map(|&m| m as u32).collect());
    let targets = targets(&all);
    let predictions = all.samples::<Sequence<T>>(if let Output::Logits(_) = output { "z" } else { "y" });
    let n = predictions.len();
    let (logits, mut predictions) = (predictions.clone(), predictions);
    let (head, logits) = match output {
        Output::Logits(head) => {
            // A loss may read logits and predictions.
            match head {
                Head::Softmax => Activate(Softmax).in_place(&mut predictions),
                Head::Sigmoid => Activate(Sigmoid).in_place(&mut predictions),
                Head::Linear | Head::Other => {}
            }
            (head, Some(&logits[..]))
        }
        _ => (Head::Other, None),
    };
    let evaluate = |n: usize, samples: &[f64], gradients: Option<&mut [Sequence<T>]>| {
        let mut value = [f64::NAN];
        let masks = [mask.as_deref().map(|mask| &mask[..2 * n])];
        let weighting = Weighting { samples: &[samples], masks: &masks, ..Weighting::NONE };
        let logits = logits.map(|logits| &logits[..n]);
        let (targets, predictions) = (&targets[..n], &predictions[..n]);
        let seeds = Losses::<Sequence<T>>::evaluate(
            loss,
            targets,
            predictions,
            logits,
            &[head],
            weighting,
            gradients,
            &mut value,
        );
        assert_eq!(seeds == 1, logits.is_some(), "{case}: whether the gradient is that of the logits");
        value
    };
    let short = if T::NAME == "float32" { "f32" } else { "f64" };
    all.compare(&format!("{short}.loss"), &evaluate(n, &[], None), tolerance);
    all.compare(&format!("{short}.partial"), &evaluate(3, &[], None), tolerance);
    if mask.is_some() {
        let (nothing, mut gradients) = ([Some(&[0; 14][..])], vec![Sequence::repeat(T::of(f64::NAN)); n]);
        let weighting = Weighting { samples: &[weights], masks: &nothing, ..Weighting::NONE };
        let (mut value, gradient) = ([f64::NAN], Some(&mut gradients[..]));
        Losses::<Sequence<T>>::evaluate(loss, &targets, &predictions, logits, &[head], weighting, gradient, &mut value);
        all.compare(&format!("{short}.nothing"), &value, 0.0);
        assert!(flat(&gradients).iter().all(|&g| g == T::ZERO));
    }
    let mut gradients = vec![Sequence::repeat(T::of(f64::NAN)); n];
    all.compare(&format!("{short}.weighted"), &evaluate(n, weights, Some(&mut gradients)), tolerance);
    if output != Output::Values {
        let key = if logits.is_some() { "dz" } else { "dy" };
        all.compare(&format!("{short}.{key}"), flat(&gradients), tolerance);
    }
}

macro_rules! cases {
    ($($case:ident: $loss:expr, $output:expr;)*) => {$(
        #[test]
        fn $case() {
            let case = stringify!($case);
            let tolerance = if case == "log_cosh" { ROUNDED } else { F64 };
            compare::<f64, _>(case, &$loss, |all| all.samples("t"), $output, tolerance);
            compare::<f32, _>(case, &$loss, |all| all.samples("t"), $output, F32);
        }
    )*};
    (classes: $($case:ident: $loss:expr, $output:expr;)*) => {$(
        #[test]
        fn $case() {
            let case = stringify!($case);
            let classes = |all: &Fixture| {
                let classes = all.array("t").values.as_chunks::<2>().0.iter();
                classes.map(|pair| SMatrix::<u32, 1, 2>::from(pair.map(|class| [class as u32]))).collect()
            };
            compare::<f64, _>(case, &$loss, classes, $output, F64);
            compare::<f32, _>(case, &$loss, classes, $output, F32);
        }
    )*};
}

use Output::{Logits, Predictions, Values};

cases! {
    mean_squared_error: MeanSquaredError, Predictions;
    mean_absolute_error: MeanAbsoluteError, Predictions;
    mean_absolute_percentage_error: MeanAbsolutePercentageError, Predictions;
    mean_squared_logarithmic_error: MeanSquaredLogarithmicError, Predictions;
    mean_squared_logarithmic_error_positive: MeanSquaredLogarithmicError, Predictions;
    huber: Huber::default(), Predictions;
    huber_delta: Huber { delta: 0.375 }, Predictions;
    log_cosh: LogCosh, Predictions;
    cosine_similarity: CosineSimilarity, Predictions;
    cosine_similarity_zero: CosineSimilarity, Values;
    hinge: Hinge, Predictions;
    hinge_signs: Hinge, Predictions;
    squared_hinge: SquaredHinge, Predictions;
    squared_hinge_signs: SquaredHinge, Predictions;
    categorical_hinge: CategoricalHinge, Predictions;
    categorical_hinge_ties: CategoricalHinge, Predictions;
    kl_divergence: KlDivergence, Predictions;
    kl_divergence_outside: KlDivergence, Predictions;
    poisson: Poisson, Predictions;
    binary_crossentropy: BinaryCrossentropy::default(), Predictions;
    binary_crossentropy_smooth: BinaryCrossentropy { label_smoothing: 0.25, ..Default::default() }, Predictions;
    binary_crossentropy_logits: BinaryCrossentropy { from_logits: true, ..Default::default() }, Predictions;
    binary_crossentropy_head: BinaryCrossentropy::default(), Logits(Head::Sigmoid);
    categorical_crossentropy: CategoricalCrossentropy::default(), Predictions;
    categorical_crossentropy_smooth: CategoricalCrossentropy { label_smoothing: 0.25, ..Default::default() }, Predictions;
    categorical_crossentropy_logits: CategoricalCrossentropy { from_logits: true, ..Default::default() }, Predictions;
    categorical_crossentropy_head: CategoricalCrossentropy::default(), Logits(Head::Softmax);
    binary_focal: BinaryFocalCrossentropy::default(), Predictions;
    binary_focal_balanced:
        BinaryFocalCrossentropy { apply_class_balancing: true, alpha: 0.75, gamma: 3.0, ..Default::default() },
        Predictions;
    binary_focal_smooth:
        BinaryFocalCrossentropy { label_smoothing: 0.25, gamma: 1.5, ..Default::default() },
        Predictions;
    binary_focal_logits:
        BinaryFocalCrossentropy { from_logits: true, apply_class_balancing: true, ..Default::default() },
        Predictions;
    binary_focal_head:
        BinaryFocalCrossentropy { apply_class_balancing: true, ..Default::default() },
        Logits(Head::Sigmoid);
    categorical_focal: CategoricalFocalCrossentropy::default(), Predictions;
    categorical_focal_options:
        CategoricalFocalCrossentropy { alpha: 0.75, gamma: 1.5, label_smoothing: 0.25, ..Default::default() },
        Predictions;
    categorical_focal_logits:
        CategoricalFocalCrossentropy { from_logits: true, ..Default::default() },
        Predictions;
    masked_mse: MeanSquaredError, Predictions;
    masked_binary: BinaryCrossentropy::default(), Predictions;
    masked_binary_head: BinaryCrossentropy::default(), Logits(Head::Sigmoid);
    masked_categorical: CategoricalCrossentropy::default(), Predictions;
    masked_categorical_head: CategoricalCrossentropy::default(), Logits(Head::Softmax);
}

cases! {
    classes:
    sparse_categorical_crossentropy: SparseCategoricalCrossentropy::default(), Predictions;
    sparse_categorical_crossentropy_logits: SparseCategoricalCrossentropy { from_logits: true, ..SparseCategoricalCrossentropy::DEFAULT }, Predictions;
    sparse_categorical_crossentropy_head: SparseCategoricalCrossentropy::default(), Logits(Head::Softmax);
    masked_sparse: SparseCategoricalCrossentropy::default(), Predictions;
    masked_sparse_head: SparseCategoricalCrossentropy::default(), Logits(Head::Softmax);
}

model! {
    /// Two outputs from one input.
    pub struct Forked;

    let x = Input(shape = [2]);
    let hidden = Dense(3, activation = tanh)(x);
    let score = Dense(1)(hidden);
    let kind = Dense(3, activation = softmax)(hidden);

    Model(inputs = x, outputs = [score, kind])
}

fn inputs() -> Vec<SVector<f32, 2>> {
    (0..20).map(|n| SVector::from([n as f32 / 10.0 - 1.0, (n % 3) as f32])).collect()
}

fn scores() -> Vec<f32> {
    inputs().iter().map(|x| 0.5 * x[0] - 0.25 * x[1]).collect()
}

fn kinds() -> Vec<SVector<f32, 3>> {
    (0..20).map(|n| SVector::from_fn(|row, _| f32::from(row == n % 3))).collect()
}

fn forked() -> Box<Forked> {
    Forked::boxed(&mut StdRng::seed_from_u64(4))
}

/// A user's own loss: a quarter of the targets should lie below the prediction.
#[derive(Clone, Copy, Debug)]
struct Pinball {
    tau: f64,
}

impl Loss for Pinball {
    fn name(&self) -> &'static str {
        "pinball"
    }
}

impl<T: Scalar + Element, const R: usize, const P: usize> LossOn<SMatrix<T, R, P>> for Pinball {
    type Target = SMatrix<T, R, P>;

    fn loss(&self, target: &SMatrix<T, R, P>, prediction: &SMatrix<T, R, P>) -> T {
        let (low, high) = (T::of(self.tau), T::of(self.tau - 1.0));
        let pairs = target.iter().zip(prediction.iter());
        let sum: T = pairs.map(|(&t, &y)| if y < t { low * (t - y) } else { high * (t - y) }).sum();
        sum / T::of((R * P) as f64)
    }

    fn gradient(&self, target: &SMatrix<T, R, P>, prediction: &SMatrix<T, R, P>, gradient: &mut SMatrix<T, R, P>) {
        let (low, high) = (T::of(self.tau), T::of(self.tau - 1.0));
        for ((g, &t), &y) in gradient.iter_mut().zip(target.iter()).zip(prediction.iter()) {
            *g = -(if y < t { low } else { high }) / T::of((R * P) as f64);
        }
    }
}

model! {
    /// Predicts the same for everything.
    pub struct Constant;

    let x = Input(shape = [1]);
    let y = Dense(1)(x);

    Model(inputs = x, outputs = y)
}

#[test]
fn a_loss_of_a_users_own_trains() {
    let mut model = Constant::boxed(&mut StdRng::seed_from_u64(1))
        .compile(Sgd { learning_rate: 0.05, ..Sgd::default() }, Pinball { tau: 0.25 });
    let (x, y) = ([0.0f32; 100], core::array::from_fn::<f32, 100, _>(|n| n as f32 / 100.0));
    model.fit(x, y, Fit::new().epochs(300).verbose(0)).unwrap();
    let quantile = model.predict([0.0f32]).unwrap()[0].x;
    assert!((quantile - 0.25).abs() < 0.02, "{quantile}");
}

#[test]
fn a_loss_of_a_users_own_for_one_of_several_outputs() {
    let mut model = forked().compile(Sgd::default(), (Pinball { tau: 0.5 }, CategoricalCrossentropy::default()));
    let before = model.evaluate(&inputs(), (&scores(), &kinds())).unwrap();
    model.fit(&inputs(), (&scores(), &kinds()), Fit::new().epochs(20).verbose(0)).unwrap();
    let after = model.evaluate(&inputs(), (&scores(), &kinds())).unwrap();
    assert!(after.get("score_loss") < before.get("score_loss") && after.loss < before.loss);
}

/// An output without a loss needs no data and learns nothing, in any position and spelling.
#[test]
fn an_output_without_a_loss() {
    let (x, scores, kinds) = (inputs(), scores(), kinds());
    let fit = || Fit::new().epochs(3).batch_size(8).verbose(0);

    let mut tuple = forked().compile(Sgd::default(), (MeanSquaredError, ()));
    let history = tuple.fit(&x, (&scores, ()), fit().validation_data(&x, (&scores, ()))).unwrap();
    assert_eq!(history.get("loss").unwrap(), history.get("score_loss").unwrap());
    let untouched = forked();
    assert_eq!(tuple.model().kind.as_slice(), untouched.kind.as_slice());
    assert_ne!(tuple.model().score.as_slice(), untouched.score.as_slice());

    let losses = ForkedOutputs { score: MeanSquaredError, kind: () };
    let mut named = forked().compile(Sgd::default(), losses);
    named.fit(&x, ForkedOutputs { score: &scores, kind: () }, fit().shuffle(true)).unwrap();
    assert_eq!(named.model().as_slice(), tuple.model().as_slice());

    // A loss with the weight 0 is the same.
    let mut weighted = forked()
        .compile(Sgd::default(), (MeanSquaredError, CategoricalCrossentropy::default()))
        .loss_weights((1.0, 0.0));
    weighted.fit(&x, (&scores, &kinds), fit()).unwrap();
    assert_eq!(weighted.model().as_slice(), tuple.model().as_slice());

    let mut first = forked().compile(Sgd::default(), ((), CategoricalCrossentropy::default()));
    first.train_on_batch(&x, ((), &kinds)).unwrap();
    assert_eq!(first.model().score.as_slice(), untouched.score.as_slice());
    assert!(first.train_on_batch(&x, ((), &kinds[1..])).is_err());
    assert!(first.evaluate(&x, ((), &kinds)).unwrap().loss > 0.0);

    // Without any loss nothing learns, and the loss is 0.
    let mut nothing = forked().compile(Sgd::default(), ());
    assert_eq!(nothing.train_on_batch(&x, ((), ())).unwrap().loss, 0.0);
    assert_eq!(nothing.model().as_slice(), untouched.as_slice());
}

#[test]
fn which_outputs_have_a_loss() {
    type Outputs = <Forked as Model>::Outputs;
    assert_eq!(<Outputs as Tensors>::COUNT, 2);
    let judges = |losses: &dyn Fn(usize) -> bool| [losses(0), losses(1)];
    assert_eq!(judges(&|i| Losses::<Outputs>::judges(&(MeanSquaredError, ()), i)), [true, false]);
    assert_eq!(judges(&|i| Losses::<Outputs>::judges(&MeanSquaredError, i)), [true, true]);
    assert_eq!(judges(&|i| Losses::<Outputs>::judges(&(), i)), [false, false]);
}
