//! The metrics: the numbers of Keras 3 on edge cases (`tests/fixtures/losses.py`), and their use with a model.

#![allow(missing_docs)]

#[path = "parity/close.rs"]
mod close;
#[allow(dead_code)]
#[path = "parity/fixture.rs"]
mod fixture;

use fixture::Fixture;
use nn::Sample;
use nn::losses::{
    BinaryFocalCrossentropy, CategoricalHinge, Hinge, Huber, KlDivergence, LogCosh, MeanAbsolutePercentageError,
    MeanSquaredLogarithmicError, Poisson, SquaredHinge,
};
use nn::losses::{CategoricalFocalCrossentropy, LossOn, Weighting};
use nn::metrics::*;
use nn::metrics::{
    Auc, AucCurve, AucSummationMethod, BinaryAccuracy, CategoricalAccuracy, ConfusionMatrix, F1Average, F1Score,
    MetricOn, Metrics, Named, Precision, R2Aggregation, R2Score, Recall, RootMeanSquaredError,
    SparseCategoricalAccuracy, SparseTopKCategoricalAccuracy, TopKCategoricalAccuracy, Weighted, confusion_matrix,
};
use nn::prelude::*;

/// For `f64`: another order of sums.
const F64: f64 = 1e-12;
/// For `f32`, compared with Keras in `float32`, which also sums in it.
const F32: f64 = 5e-6;
/// For `f64` if Keras rounds a constant to `f32`: ln 2 in log-cosh.
const ROUNDED: f64 = 4e-9;

/// The samples in the first of two batches.
const FIRST: usize = 4;

/// Compares the value after both batches, after the first, with weights, and with the weight 0 for everything.
fn compare<T: Scalar, P: Sample<Element = T>, Y: Sample, M: MetricOn<P, Y>>(
    case: &str,
    key: fn(&[f64]) -> f64,
    metric: &M,
    targets: impl Fn(&Fixture) -> Vec<Y>,
    tolerance: f64,
) {
    let (all, shared) = (Fixture::read_case("losses", case), Fixture::read("losses"));
    let weights = &shared.array("w").values;
    let mask: Option<Vec<u32>> =
        case.starts_with("masked_").then(|| shared.array("m").values.iter().map(|&m| m as u32).collect());
    let (targets, predictions) = (targets(&all), all.samples::<P>("y"));
    let n = predictions.len();
    // Only wrapped metrics read weights.
    let value = |n: usize, weights: &[f64]| {
        fn run<P: Sample, Y: Sample, M: Metrics<P, Y>>(
            metric: M,
            batches: &[(&[Y], &[P])],
            weights: &[f64],
            mask: Option<&[u32]>,
        ) -> f64 {
            let mut state = M::State::default();
            let mut start = 0;
            for (targets, predictions) in batches {
                let end = start + targets.len();
                let masks = [mask.map(|mask| &mask[start * P::COLS..end * P::COLS])];
                let samples = weights.get(start..end).unwrap_or(&[]);
                let weighting = Weighting { samples: &[samples], masks: &masks, ..Weighting::NONE };
                metric.update(&mut state, targets, predictions, weighting);
                start = end;
            }
            let mut result = f64::NAN;
            metric.results(&state, &mut |_, _, value| result = value);
            result
        }
        let first = n.min(FIRST);
        let batches = [(&targets[..first], &predictions[..first]), (&targets[first..n], &predictions[first..n])];
        let weighted = run(Weighted(metric.clone()), &batches, weights, mask.as_deref());
        let plain = run(metric.clone(), &batches, weights, mask.as_deref());
        (plain, weighted)
    };
    let short = if T::NAME == "float32" { "f32" } else { "f64" };
    let check = |name: &str, got: f64| {
        let expected = key(&all.array(&format!("{short}.{name}")).values);
        if !(expected.is_nan() && got.is_nan()) {
            close::assert_close(&format!("{case}: {short}.{name}"), &[got], &[expected], tolerance);
        }
    };
    let (plain, weighted) = value(n, weights);
    check("plain", plain);
    check("weighted", weighted);
    check("first", value(FIRST, &[]).0);
    check("zero", value(n, &[0.0; 7]).1);
}

/// The only number.
fn number(values: &[f64]) -> f64 {
    assert_eq!(values.len(), 1);
    values[0]
}

macro_rules! cases {
    ($rows:literal x $cols:literal: $($case:ident $([$class:literal])?: $metric:expr;)*) => {$(
        #[test]
        fn $case() {
            #[allow(unused_variables)]
            let (case, key): (_, fn(&[f64]) -> f64) = (stringify!($case), number);
            $(let (case, key): (_, fn(&[f64]) -> f64) = ("m_f1_classes", |values| values[$class]);)?
            let tolerance = if case == "m_log_cosh" { ROUNDED } else { F64 };
            compare::<f64, SMatrix<f64, $rows, $cols>, SMatrix<f64, $rows, $cols>, _>(
                case, key, &$metric, |all| all.samples("t"), tolerance,
            );
            compare::<f32, SMatrix<f32, $rows, $cols>, SMatrix<f32, $rows, $cols>, _>(
                case, key, &$metric, |all| all.samples("t"), F32,
            );
        }
    )*};
    ($rows:literal x $cols:literal, classes: $($case:ident: $metric:expr;)*) => {$(
        #[test]
        fn $case() {
            let classes = |all: &Fixture| {
                let classes = all.array("t").values.as_chunks::<$cols>().0.iter();
                classes.map(|row| SMatrix::<u32, 1, $cols>::from(row.map(|class| [class as u32]))).collect()
            };
            let case = stringify!($case);
            compare::<f64, SMatrix<f64, $rows, $cols>, _, _>(case, number, &$metric, classes, F64);
            compare::<f32, SMatrix<f32, $rows, $cols>, _, _>(case, number, &$metric, classes, F32);
        }
    )*};
}

cases! {
    3 x 2:
    m_mse: Mse;
    m_mae: Mae;
    m_mape: MeanAbsolutePercentageError;
    m_msle: MeanSquaredLogarithmicError;
    m_log_cosh: LogCosh;
    m_hinge: Hinge;
    m_squared_hinge: SquaredHinge;
    m_categorical_hinge: CategoricalHinge;
    m_kl_divergence: KlDivergence;
    m_poisson: Poisson;
    m_binary_crossentropy: BinaryCrossentropy { label_smoothing: 0.25, ..Default::default() };
    m_categorical_crossentropy: CategoricalCrossentropy::default();
    m_huber: Huber::default();
    m_binary_focal: BinaryFocalCrossentropy::default();
    m_categorical_focal: CategoricalFocalCrossentropy::default();
    m_rmse: RootMeanSquaredError;
    m_cosine: CosineSimilarity;
    m_binary_accuracy: BinaryAccuracy::default();
    m_categorical_accuracy: CategoricalAccuracy;
    m_top_2_sequence: TopKCategoricalAccuracy { k: 2 };
    masked_m_mse: Mse;
    masked_m_binary_accuracy: BinaryAccuracy::default();
    masked_m_categorical_accuracy: CategoricalAccuracy;
    masked_m_top_2: TopKCategoricalAccuracy { k: 2 };
    masked_m_categorical_crossentropy: CategoricalCrossentropy::default();
    masked_m_cosine: CosineSimilarity;
    masked_m_rmse: RootMeanSquaredError;
    masked_m_precision: Precision::default();
    masked_m_recall: Recall::default();
}

cases! {
    3 x 2, classes:
    m_sparse_categorical_crossentropy: SparseCategoricalCrossentropy::default();
    m_sparse_categorical_accuracy: SparseCategoricalAccuracy;
    masked_m_sparse_categorical_accuracy: SparseCategoricalAccuracy;
}

cases! {
    5 x 1, classes:
    m_sparse_top_2: SparseTopKCategoricalAccuracy { k: 2 };
}

cases! {
    5 x 1:
    m_top_1: TopKCategoricalAccuracy { k: 1 };
    m_top_2: TopKCategoricalAccuracy { k: 2 };
    m_top_5: TopKCategoricalAccuracy::default();
    m_precision_top_2: Precision { top_k: Some(2), ..Default::default() };
    m_precision_class: Precision { class_id: Some(1), threshold: Some(0.25), ..Default::default() };
    m_precision_all: Precision { top_k: Some(3), class_id: Some(2), threshold: Some(0.5) };
    m_recall_top_2: Recall { top_k: Some(2), ..Default::default() };
    m_recall_class: Recall { class_id: Some(1), threshold: Some(0.25), ..Default::default() };
    m_f1_micro: F1Score { average: F1Average::Micro, ..Default::default() };
    m_f1_macro: F1Score::default();
    m_f1_weighted: F1Score { average: F1Average::Weighted, ..Default::default() };
    m_f1_class_0[0]: F1Score { average: F1Average::Class(0), ..Default::default() };
    m_f1_class_1[1]: F1Score { average: F1Average::Class(1), ..Default::default() };
    m_f1_class_4[4]: F1Score { average: F1Average::Class(4), ..Default::default() };
    m_r2: R2Score::default();
    m_r2_constant: R2Score::default();
    m_r2_variance: R2Score { class_aggregation: R2Aggregation::VarianceWeightedAverage, ..Default::default() };
    m_r2_adjusted: R2Score { num_regressors: 2, ..Default::default() };
}

cases! {
    3 x 1:
    m_precision: Precision::default();
    m_precision_threshold: Precision { threshold: Some(0.25), ..Default::default() };
    m_recall: Recall::default();
    m_recall_threshold: Recall { threshold: Some(0.25), ..Default::default() };
    m_auc: Auc::default();
    m_auc_steps: Auc::<11>::new();
    m_auc_pr: Auc { curve: AucCurve::Pr, ..Auc::default() };
    m_auc_pr_steps: Auc::<11> { curve: AucCurve::Pr, ..Auc::new() };
    m_auc_pr_minoring:
        Auc { curve: AucCurve::Pr, summation_method: AucSummationMethod::Minoring, ..Auc::default() };
    m_auc_majoring: Auc::<5> { summation_method: AucSummationMethod::Majoring, ..Auc::new() };
    m_auc_pr_gain: Auc { curve: AucCurve::PrGain, ..Auc::default() };
    m_auc_logits: Auc { from_logits: true, ..Auc::default() };
    m_f1_threshold: F1Score { threshold: Some(0.5), ..Default::default() };
}

model! {
    /// Three classes and a number.
    pub struct Forked;

    let x = Input(shape = [2]);
    let hidden = Dense(5, activation = tanh)(x);
    let kind = Dense(3, activation = softmax)(hidden);
    let score = Dense(1)(hidden);

    Model(inputs = x, outputs = [kind, score])
}

model! {
    /// Three classes.
    pub struct Kinds;

    let x = Input(shape = [2]);
    let kind = Dense(3, activation = softmax)(x);

    Model(inputs = x, outputs = kind)
}

fn inputs() -> Vec<SVector<f32, 2>> {
    (0..20).map(|n| SVector::from([n as f32 / 10.0 - 1.0, (n % 3) as f32])).collect()
}

fn scores() -> Vec<f32> {
    inputs().iter().map(|x| 0.5 * x[0] - 0.25 * x[1]).collect()
}

fn one_hot() -> Vec<SVector<f32, 3>> {
    (0..20).map(|n| SVector::from_fn(|row, _| f32::from(row == n % 3))).collect()
}

/// The output determines the constants of metrics.
#[test]
fn all_kinds_of_metrics_with_a_model() {
    let mut model = Kinds::boxed(&mut StdRng::seed_from_u64(2))
        .compile(Sgd { learning_rate: 1.0, ..Sgd::default() }, CategoricalFocalCrossentropy::default())
        .metrics((
            Accuracy,
            F1Score::default(),
            R2Score::default(),
            Auc::default(),
            Precision::default(),
            KlDivergence,
        ));
    model.fit(inputs(), one_hot(), Fit::new().epochs(200).verbose(0)).unwrap();
    let report = model.evaluate(inputs(), one_hot()).unwrap();
    for name in ["accuracy", "f1_score", "auc"] {
        assert!(report.get(name).unwrap() > 0.9, "{report}");
    }
    // The metric sees the same predictions as the user.
    let predictions = model.predict(inputs()).unwrap();
    let divergence = one_hot().iter().zip(&predictions).map(|(t, p)| f64::from(KlDivergence.loss(t, p))).sum::<f64>();
    assert!((report.get("kl_divergence").unwrap() - divergence / 20.0).abs() < 1e-9);

    let matrix: ConfusionMatrix<3> = confusion_matrix(&one_hot(), &predictions);
    assert_eq!((matrix.total(), matrix.accuracy()), (20, report.get("accuracy").unwrap()));
    assert_eq!(matrix.to_string().lines().count(), 5);
}

#[test]
fn each_output_its_own() {
    let metrics = ForkedOutputs {
        kind: (Named("top_2", SparseTopKCategoricalAccuracy { k: 2 }), Accuracy),
        score: (RootMeanSquaredError, R2Score::default(), Weighted(Mae)),
    };
    let losses = (SparseCategoricalCrossentropy::default(), Huber::default());
    let model = Forked::boxed(&mut StdRng::seed_from_u64(2)).compile(Sgd::default(), losses).metrics(metrics);
    let classes: Vec<u32> = (0..20).map(|n| n % 3).collect();
    let report = model.evaluate(&inputs(), (&classes, &scores())).unwrap();
    let names = ["kind_accuracy", "kind_top_2", "score_mae", "score_r2_score", "score_root_mean_squared_error"];
    assert!(names.iter().all(|name| report.get(name).is_some_and(f64::is_finite)), "{report}");
    assert!(report.get("score_root_mean_squared_error") >= report.get("score_mae"));
}
