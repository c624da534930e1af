//! Weights of samples, steps and classes, missing labels, ignored classes, and metrics with bounds: the numbers of
//! Keras 3 (`tests/fixtures/weights.py`).

#![cfg(feature = "train")]
#![allow(missing_docs)]

#[path = "sample_weight/averages.rs"]
mod averages;
#[path = "parity/close.rs"]
mod close;
#[allow(dead_code)]
#[path = "parity/fixture.rs"]
mod fixture;
#[path = "sample_weight/metrics.rs"]
mod metrics;

use fixture::Fixture;
use nn::losses::{Loss, LossOn, SparseCategoricalCrossentropy as Sparse, Weighting};
use nn::metrics::*;
use nn::metrics::{
    Auc, BinaryAccuracy, FalseNegatives, FalsePositives, MetricOn, Metrics, Named, Precision, PrecisionAtRecall,
    Recall, RecallAtPrecision, RootMeanSquaredError, SensitivityAtSpecificity, SpecificityAtSensitivity, TrueNegatives,
    TruePositives, Weighted,
};
use nn::prelude::*;
use nn::{Element, Error, Model, Sample};

model! {
    pub struct Both;
    let x = Input(shape = [3, 2]);
    let hidden = Dense(4, activation = tanh)(x);
    let kind = Dense(3, activation = softmax)(hidden);
    let mean = GlobalAveragePooling1D()(hidden);
    let score = Dense(1, activation = sigmoid)(mean);
    Model(inputs = x, outputs = [kind, score])
}

model! {
    pub struct Kinds;
    let x = Input(shape = [3, 2]);
    let hidden = Dense(4, activation = tanh)(x);
    let kind = Dense(3, activation = softmax)(hidden);
    Model(inputs = x, outputs = kind)
}

model! {
    pub struct Masked;
    let x = Input(shape = [3, 2]);
    let left = Masking()(x);
    let hidden = Dense(4, activation = tanh)(left);
    let kind = Dense(3, activation = softmax)(hidden);
    Model(inputs = x, outputs = kind)
}

model! {
    pub struct Steps;
    let x = Input(shape = [3, 2]);
    let y = Dense(2)(x);
    Model(inputs = x, outputs = y)
}

/// TensorFlow rounds some constants to `f32`.
const TOLERANCE: f64 = 1e-7;

type Kind = SMatrix<u32, 1, 3>;
type Score = SVector<f64, 1>;
type Series<T = f64> = SMatrix<T, 2, 3>;

/// The data of the fixture.
struct Data {
    keras: Fixture,
    x: Vec<Series>,
    kind: Vec<Kind>,
    score: Vec<Score>,
    by_step: Vec<[f64; 3]>,
    by_sample: Vec<f64>,
}

fn data() -> Data {
    let keras = Fixture::read("weights");
    let kind = keras.array("kind").values.as_chunks::<3>().0.iter().map(|k| Kind::from(k.map(|k| [k as u32])));
    Data {
        x: keras.samples("x"),
        kind: kind.collect(),
        score: keras.samples("score"),
        by_step: keras.array("by_step").values.as_chunks().0.to_vec(),
        by_sample: keras.array("by_sample").values.clone(),
        keras,
    }
}

fn fit() -> Fit {
    Fit::new().epochs(2).batch_size(4).shuffle(false).verbose(0)
}

fn rng() -> StdRng {
    StdRng::seed_from_u64(1)
}

/// Compares history, weights and evaluation of a run.
fn compare<M: Model<Scalar = f64>>(keras: &Fixture, run: &str, history: &nn::History, report: &nn::Report, model: &M) {
    let mut count = 0;
    let names: Vec<_> = keras.keys().filter_map(|key| key.strip_prefix(&format!("{run}.history."))).collect();
    for name in names {
        let got = history.get(name).unwrap_or_else(|| panic!("{run}: there is no {name}"));
        keras.compare(&format!("{run}.history.{name}"), got, TOLERANCE);
        let got = if name == "loss" { Some(report.loss) } else { report.get(name) };
        keras.compare(&format!("{run}.evaluate.{name}"), &[got.unwrap()], TOLERANCE);
        count += 1;
    }
    assert!(count > 0, "{run}");
    keras.compare_weights(&format!("{run}.final"), model, |_| true, TOLERANCE);
}

#[test]
fn weights_of_outputs_and_steps_as_in_keras() -> nn::Result<()> {
    let Data { keras, x, kind, score, by_step, by_sample } = data();
    let new = || {
        keras
            .weights::<f64, Both<f64>>("initial")
            .compile(Sgd::new(0.5), (Sparse::new(), BinaryCrossentropy::default()))
            .metrics(BothOutputs {
                kind: (Weighted(Accuracy), Weighted(Sparse::new())),
                score: (Weighted(Mae), Weighted(Recall::default())),
            })
            .inference_batch_size(4)
    };
    let y = (&kind, &score);
    let mut model = new();
    let history = model.fit(&x, y, fit().sample_weight((&by_step, &by_sample)))?;
    let report = model.evaluate_weighted(&x, y, (&by_step, &by_sample))?;
    compare(&keras, "outputs", &history, &report, model.model());

    // The same numbers by other calls and types.
    let mut other = new();
    let single: Vec<[f32; 3]> = by_step.iter().map(|w| w.map(|w| w as f32)).collect();
    let batch = |range: std::ops::Range<usize>| {
        (
            (&x[range.clone()]),
            (&kind[range.clone()], &score[range.clone()]),
            (&single[range.clone()], &by_sample[range]),
        )
    };
    let by_batches = other.fit_batches(|_| [batch(0..4), batch(4..7)], fit())?;
    assert_eq!(by_batches.get("loss"), history.get("loss"));
    assert_eq!(other.model(), model.model());
    let report_of_batches = other.evaluate_batches([batch(0..4), batch(4..7)])?;
    assert_eq!(report_of_batches.loss, report.loss);

    let named = BothOutputs { kind: &by_step, score: &by_sample };
    let mut steps = new();
    for _ in 0..2 {
        for range in [0..4, 4..7] {
            let (x, y, w) = batch(range);
            steps.train_on_batch_weighted(x, y, w)?;
        }
    }
    assert_eq!(steps.model(), model.model());
    let whole = steps.test_on_batch_weighted(&x, y, BothOutputs { kind: &by_step, score: &by_sample })?;
    assert!((whole.loss - report.loss).abs() < 1e-12);

    let mut validated = new();
    let settings = fit().weighted_validation_data(&x, y, named).sample_weight((&by_step, &by_sample));
    let history = validated.fit(&x, y, settings)?;
    assert!((history.get("val_loss").unwrap()[1] - report.loss).abs() < 1e-12);
    Ok(())
}

#[test]
fn weights_of_steps_with_a_mask() -> nn::Result<()> {
    let Data { keras, x, kind, by_step, .. } = data();
    let mut model = keras
        .weights::<f64, Masked<f64>>("initial")
        .compile(Sgd::new(0.5), Sparse::new())
        .metrics((Weighted(Accuracy), Weighted(Sparse::new())))
        .inference_batch_size(4);
    let history = model.fit(&x, &kind, fit().sample_weight(&by_step))?;
    let report = model.evaluate_weighted(&x, &kind, &by_step)?;
    compare(&keras, "masked", &history, &report, model.model());
    Ok(())
}

#[test]
fn ignored_classes() -> nn::Result<()> {
    let Data { keras, x, kind, by_step, by_sample, .. } = data();
    let ignoring = |class| Sparse { ignore_class: Some(class), ..Sparse::new() };
    fn run<M: Model<Scalar = f64, Inputs = Series, Outputs = SMatrix<f64, 3, 3>>>(
        (keras, x, kind): (&Fixture, &[Series], &[Kind]),
        name: &str,
        loss: Sparse,
        weights: impl nn::data::SampleWeight + Clone,
    ) -> nn::Result<()> {
        let mut model = keras.weights::<f64, M>("initial").compile(Sgd::new(0.5), loss).inference_batch_size(4);
        let history = model.fit(x, kind, fit().sample_weight(weights.clone()))?;
        let report = model.evaluate_weighted(x, kind, weights)?;
        compare(keras, name, &history, &report, model.model());
        Ok(())
    }
    let all = (&keras, &x[..], &kind[..]);
    run::<Kinds<f64>>(all, "ignored", ignoring(2), [1.0; 7])?;
    run::<Kinds<f64>>(all, "ignored_by_sample", ignoring(2), &by_sample)?;
    run::<Kinds<f64>>(all, "ignored_by_step", ignoring(0), &by_step)?;
    run::<Masked<f64>>(all, "ignored_masked", ignoring(1), &by_step)?;

    // An ignored class need not exist, and the metric of the loss leaves it out, too.
    let other: Vec<Kind> = kind.iter().map(|k| k.map(|k| if k == 2 { u32::MAX } else { k })).collect();
    let void = ignoring(u32::MAX);
    run::<Kinds<f64>>((&keras, &x, &other), "ignored", void, [1.0; 7])?;
    let model = keras.weights::<f64, Kinds<f64>>("initial").compile(Sgd::new(0.5), void).metrics(void);
    let logs = model.test_on_batch(&x, &other)?;
    let mean = logs.get("sparse_categorical_crossentropy").unwrap();
    assert!((mean - logs.loss).abs() < 1e-12, "{mean} {}", logs.loss);
    let error = model.test_on_batch(&x, &kind.iter().map(|k| k.map(|_| 3)).collect::<Vec<_>>()).unwrap_err();
    assert!(error.to_string().contains("a class below 3, but got 3"), "{error}");
    Ok(())
}

/// A batch in parts has the divisor of the whole.
#[test]
fn ignored_classes_of_a_large_batch() -> nn::Result<()> {
    let count = 3000;
    let x: Vec<Series> = (0..count).map(|k| Series::from_fn(|r, c| ((k * 7 + r * 3 + c) % 11) as f64 / 11.0)).collect();
    // The first half counts little, and the second much.
    let kind: Vec<Kind> = (0..count)
        .map(|k| Kind::from_fn(|_, c| if k < count / 2 && (k + c) % 5 != 0 { 9 } else { ((k + c) % 3) as u32 }))
        .collect();
    let loss = Sparse { ignore_class: Some(9), ..Sparse::new() };
    let model = Kinds::<f64>::boxed(&mut rng()).compile(Sgd::new(0.5), loss).metrics(loss);
    let logs = model.test_on_batch(&x, &kind)?;
    assert!((logs.get("sparse_categorical_crossentropy").unwrap() - logs.loss).abs() < 1e-9);
    let mut trained = model;
    let before = trained.train_on_batch(&x, &kind)?;
    assert!((before.loss - logs.loss).abs() < 1e-9);
    Ok(())
}

/// A loss of one's own without code for weights.
#[derive(Clone, Copy, Debug)]
struct Squares;

impl Loss for Squares {
    fn name(&self) -> &'static str {
        "squares"
    }
}

impl<T: Scalar + Element> LossOn<Series<T>> for Squares {
    type Target = Series<T>;

    fn loss(&self, target: &Series<T>, prediction: &Series<T>) -> T {
        MeanSquaredError.loss(target, prediction)
    }

    fn gradient(&self, target: &Series<T>, prediction: &Series<T>, gradient: &mut Series<T>) {
        MeanSquaredError.gradient(target, prediction, gradient);
    }
}

#[test]
fn a_loss_of_ones_own_has_weights_of_steps() -> nn::Result<()> {
    let Data { x, by_step, .. } = data();
    let y: Vec<Series> = x.iter().map(|x| x.map(|x| 0.5 - x)).collect();
    let mut own = Steps::<f64>::boxed(&mut rng()).compile(Sgd::new(0.5), Squares);
    let mut mse = Steps::<f64>::boxed(&mut rng()).compile(Sgd::new(0.5), MeanSquaredError);
    let a = own.train_on_batch_weighted(&x, &y, &by_step)?;
    let b = mse.train_on_batch_weighted(&x, &y, &by_step)?;
    assert!((a.loss - b.loss).abs() < 1e-12);
    let weights = own.model().as_slice().iter().zip(mse.model().as_slice());
    assert!(weights.into_iter().all(|(a, b)| (a - b).abs() < 1e-12));
    Ok(())
}

// -------------------------------------------------------------------------------------------------- missing labels

/// The missing labels stand for any others: loss, weights and metrics are the same.
#[test]
fn labels_without_weight_may_be_missing() -> nn::Result<()> {
    let Data { keras, x, kind, score, by_step, by_sample } = data();
    let new = || {
        keras
            .weights::<f64, Both<f64>>("initial")
            .compile(Sgd::new(0.5), (Sparse::new(), BinaryCrossentropy::default()))
            .metrics(BothOutputs {
                kind: (Weighted(Accuracy), Named("plain", Accuracy), Weighted(Sparse::new())),
                score: (Weighted(Mae), Named("plain", Mae), Named("precision", Weighted(Precision::default()))),
            })
            .strict(true)
    };
    let missing_kind: Vec<Kind> = kind
        .iter()
        .zip(&by_step)
        .map(|(kind, weights)| Kind::from_fn(|_, c| if weights[c] == 0.0 { u32::MAX } else { kind[c] }))
        .collect();
    for number in [f64::NAN, f64::INFINITY, 255.0] {
        let missing: Vec<Score> =
            score.iter().zip(&by_sample).map(|(&s, &w)| if w == 0.0 { Score::new(number) } else { s }).collect();
        let (mut whole, mut part) = (new(), new());
        let w = (&by_step, &by_sample);
        let a = whole.fit(&x, (&kind, &score), fit().sample_weight(w))?;
        let settings = fit().sample_weight(w).weighted_validation_data(&x, (&missing_kind, &missing), w);
        let b = part.fit(&x, (&missing_kind, &missing), settings)?;
        assert_eq!(part.model(), whole.model());
        for name in ["loss", "kind_loss", "score_loss", "kind_accuracy", "score_mae", "score_precision"] {
            assert_eq!(a.get(name), b.get(name), "{name}");
        }
        assert!(b.iter().all(|(name, values)| values.iter().all(|value| value.is_finite()) || panic!("{name}")));
        let report = part.evaluate_weighted(&x, (&missing_kind, &missing), w)?;
        assert!(report.iter().all(|(_, value)| value.is_finite()));
    }
    // A plain metric is over the samples that have labels.
    let missing: Vec<Score> =
        score.iter().zip(&by_sample).map(|(&s, &w)| if w == 0.0 { Score::new(f64::NAN) } else { s }).collect();
    let model = new();
    let got = model.test_on_batch_weighted(&x, (&missing_kind, &missing), (&by_step, &by_sample))?;
    let have: Vec<usize> = (0..7).filter(|&k| by_sample[k] != 0.0).collect();
    let of = |k: &[usize]| {
        let score: Vec<Score> = k.iter().map(|&k| score[k]).collect();
        let kind: Vec<Kind> = k.iter().map(|&k| kind[k]).collect();
        model.test_on_batch(k.iter().map(|&k| x[k]).collect::<Vec<_>>(), (kind, score)).unwrap()
    };
    assert!((got.get("score_plain").unwrap() - of(&have).get("score_plain").unwrap()).abs() < 1e-12);

    // With weight, they are errors.
    let error = new().fit(&x, (&kind, &missing), fit().sample_weight((&by_step, ()))).unwrap_err();
    assert_eq!(error.to_string(), "target of output `score`: expected finite numbers, got NaN in sample 2 (feature 0)");
    let error = new().fit(&x, (&missing_kind, &score), fit().sample_weight(((), &by_sample))).unwrap_err();
    assert!(error.to_string().contains("target of output `kind`"), "{error}");
    // The first bad label with weight is named, even after one without.
    let mut bad = missing_kind.clone();
    bad[6] = Kind::repeat(7);
    let error = new().fit(&x, (&bad, &score), fit().sample_weight((&by_step, ()))).unwrap_err();
    assert!(error.to_string().contains("sample 6"), "{error}");
    Ok(())
}

#[test]
fn all_weights_zero() -> nn::Result<()> {
    let Data { x, .. } = data();
    let nothing = vec![Series::repeat(f64::NAN); 7];
    let mut model = Steps::<f64>::boxed(&mut rng()).compile(Sgd::new(0.5), MeanSquaredError).metrics(Weighted(Mae));
    let before = model.model().clone();
    let logs = model.train_on_batch_weighted(&x, &nothing, [[0.0; 3]; 7])?;
    assert_eq!((logs.loss, logs.get("mae")), (0.0, Some(0.0)));
    let logs = model.train_on_batch_weighted(&x, &nothing, [0.0; 7])?;
    assert_eq!((logs.loss, *model.model() == before), (0.0, true));
    Ok(())
}

// --------------------------------------------------------------------------------------------------- class weights

#[test]
fn class_weights_of_an_output() -> nn::Result<()> {
    let Data { keras, x, kind, score, by_sample, by_step } = data();
    let new = || {
        let losses = (Sparse::new(), BinaryCrossentropy::default());
        keras.weights::<f64, Both<f64>>("initial").compile(Sgd::new(0.5), losses)
    };
    let y = (&kind, &score);
    let of_class = |score: &Score| if score.x == 1.0 { 3.0 } else { 0.5 };
    let product: Vec<f64> = score.iter().zip(&by_sample).map(|(score, w)| w * of_class(score)).collect();
    let (mut a, mut b) = (new(), new());
    a.fit(&x, y, fit().class_weight_of("score", [(0, 0.5), (1, 3.0)]).sample_weight((&by_step, &by_sample)))?;
    b.fit(&x, y, fit().sample_weight((&by_step, &product)))?;
    assert_eq!(a.model(), b.model());
    // The same batch by batch.
    let mut c = new();
    let batch = |k: std::ops::Range<usize>| {
        (&x[k.clone()], (&kind[k.clone()], &score[k.clone()]), (&by_step[k.clone()], &by_sample[k]))
    };
    c.fit_batches(|_| [batch(0..4), batch(4..7)], fit().class_weight_of("score", [(0, 0.5), (1, 3.0)]))?;
    assert_eq!(c.model(), b.model());

    let message = |fit: Fit| new().fit(&x, y, fit).unwrap_err().to_string();
    assert_eq!(
        message(fit().class_weight_of("price", [(0, 1.0)])),
        "class_weight_of: expected an output (`kind`, `score`), got `price`"
    );
    assert_eq!(
        message(fit().class_weight([(0, 1.0)])),
        "class_weight: expected a model with one output, or `class_weight_of` for each of several, got 2"
    );
    assert_eq!(
        message(fit().class_weight_of("kind", [(0, 1.0)])),
        "class_weight: expected targets with one position, got targets with several"
    );
    Ok(())
}

#[test]
fn all_types_of_weights() {
    fn columns<W: nn::data::SampleWeight>(given: W) -> (bool, Vec<(usize, Vec<f64>)>) {
        let mut columns = Vec::new();
        given.columns(&mut |each, weights| columns.push((each, weights.collect())));
        (W::TOGETHER, columns)
    }
    assert_eq!(columns([1.0, 0.5]), (true, vec![(1, vec![1.0, 0.5])]));
    assert_eq!(columns(&vec![1.0_f32, 0.5]), (true, vec![(1, vec![1.0, 0.5])]));
    assert_eq!(columns(&[[1.0_f32, 2.0], [3.0, 4.0]][..]), (true, vec![(2, vec![1.0, 2.0, 3.0, 4.0])]));
    assert_eq!(columns([[[1.0, 2.0], [3.0, 4.0]]]), (true, vec![(4, vec![1.0, 2.0, 3.0, 4.0])]));
    assert_eq!(columns([SMatrix::<f32, 2, 1>::new(1.0, 2.0)]), (true, vec![(2, vec![1.0, 2.0])]));
    let several = vec![(1, vec![1.0]), (0, vec![]), (2, vec![2.0, 3.0])];
    assert_eq!(columns(([1.0], (), &[[2.0, 3.0]])), (false, several));
}

// --------------------------------------------------------------------------------------------------------- errors

#[test]
fn wrong_weights() {
    let Data { x, kind, score, .. } = data();
    let mut model =
        Both::<f64>::boxed(&mut rng()).compile(Sgd::new(0.5), (Sparse::new(), BinaryCrossentropy::default()));
    let mut refused = |fit: Fit, expected: &str| {
        let error = model.fit(&x, (&kind, &score), fit).unwrap_err();
        assert!(matches!(error, Error::Setting { .. }));
        assert_eq!(error.to_string(), format!("sample_weight: expected {expected}"));
    };
    refused(fit().sample_weight([1.0; 6]), "7 numbers, one for each sample, got 6");
    refused(fit().sample_weight(([1.0; 7], [1.0; 7], [1.0; 7])), "weights for 2 output(s), got weights for 3");
    refused(fit().sample_weight(([[1.0; 3]; 6], ())), "7 arrays, one for each sample of output `kind`, got 6");
    refused(
        fit().sample_weight(([[1.0; 2]; 7], ())),
        "1 number for each sample of output `kind`, or 3, one for each position, got 2",
    );
    refused(fit().sample_weight(((), [[1.0; 3]; 7])), "1 number for each sample of output `score`, got 3");
    let mut weights = [[1.0_f32; 3]; 7];
    weights[4][2] = -1.0;
    refused(
        fit().sample_weight((weights, ())),
        "numbers of at least 0, got -1 for sample 4, position 2 of output `kind`",
    );
    refused(fit().sample_weight(((), [f32::NAN; 7])), "finite numbers, got NaN for sample 0 of output `score`");
}
