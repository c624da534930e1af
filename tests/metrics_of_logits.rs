//! Metrics of outputs whose loss takes logits give the values that the probabilities would give.

#![cfg(all(feature = "train", feature = "files", feature = "plot"))]
#![allow(missing_docs)]

use nn::losses::{BinaryFocalCrossentropy, CategoricalFocalCrossentropy, KlDivergence};
use nn::metrics::{
    Auc, AucCurve, BinaryAccuracy, CategoricalAccuracy, F1Average, F1Score, Named, Precision, Recall,
    SparseCategoricalAccuracy, SparseTopKCategoricalAccuracy, TopKCategoricalAccuracy, Weighted,
};
use nn::prelude::*;

model! {
    /// Logits of independent labels.
    pub struct Labels;
    Sequential([Input(shape = [3]), Dense(3, kernel_initializer = identity, trainable = false)])
}

model! {
    /// The same with the activation.
    pub struct LabelProbabilities;
    Sequential([Input(shape = [3]), Dense(3, kernel_initializer = identity, trainable = false), Activation(sigmoid)])
}

model! {
    /// Logits of classes.
    pub struct Kinds;
    Sequential([Input(shape = [3]), Dense(3, kernel_initializer = identity, trainable = false)])
}

model! {
    /// The same with the activation.
    pub struct KindProbabilities;
    Sequential([Input(shape = [3]), Dense(3, kernel_initializer = identity, trainable = false), Activation(softmax)])
}

model! {
    /// One logit.
    pub struct Yes;
    Sequential([Input(shape = [1]), Dense(1, kernel_initializer = ones, trainable = false)])
}

model! {
    /// Logits of steps, some of which are padding.
    pub struct Tagger;

    let x = Input(shape = [3, 1]);
    let h = Masking(mask_value = -9.0)(x);
    let y = Dense(1, kernel_initializer = ones, trainable = false)(h);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Two;

    let x = Input(shape = [1]);
    let logit = Dense(1, kernel_initializer = ones, trainable = false)(x);
    let number = Dense(1, kernel_initializer = ones, trainable = false)(x);

    Model(inputs = x, outputs = [logit, number])
}

type Row = SVector<f32, 3>;

/// Logits around the probability 1/2, and on both sides of 0 and 0.5.
fn logits() -> Vec<Row> {
    let rows =
        [[0.3, -2., 1.5], [-0.3, 0.2, 0.1], [4., 0.45, -0.1], [-1., -3., -0.2], [0.6, 0.49, 0.01], [2., -0.4, 0.2]];
    rows.map(Row::from).to_vec()
}

fn labels() -> Vec<Row> {
    [[1., 0., 1.], [1., 1., 0.], [1., 0., 0.], [0., 1., 0.], [0., 1., 1.], [1., 1., 0.]].map(Row::from).to_vec()
}

fn one_hot() -> Vec<Row> {
    [[0., 0., 1.], [0., 1., 0.], [1., 0., 0.], [0., 0., 1.], [0., 1., 0.], [1., 0., 0.]].map(Row::from).to_vec()
}

fn rng() -> StdRng {
    StdRng::seed_from_u64(1)
}

/// Everything that a metric reports is the same for logits as for probabilities.
macro_rules! same {
    ($logits:ident, $loss:expr; $probabilities:ident, $plain:expr; $targets:expr; $($metric:expr),* $(,)?) => {
        $({
            let (x, y) = (logits(), $targets);
            let report = |report: nn::Report| report.iter().map(|(name, value)| (name.to_string(), value)).collect::<Vec<_>>();
            let ours = $logits::boxed(&mut rng()).compile(Sgd::default(), $loss).metrics($metric);
            let theirs = $probabilities::boxed(&mut rng()).compile(Sgd::default(), $plain).metrics($metric);
            let (ours, theirs) = (report(ours.evaluate(&x, &y).unwrap()), report(theirs.evaluate(&x, &y).unwrap()));
            let near = ours.iter().zip(&theirs).all(|(a, b)| a.0 == b.0 && (a.1 - b.1).abs() < 1e-5);
            assert!(near && ours.len() == 2, "{}: {ours:?} of logits, {theirs:?} of probabilities", stringify!($metric));
        })*
    };
}

#[test]
fn independent_labels() {
    let loss = BinaryCrossentropy { from_logits: true, ..Default::default() };
    same! {
        Labels, loss; LabelProbabilities, BinaryCrossentropy::default(); labels();
        Accuracy, BinaryAccuracy::default(), BinaryAccuracy { threshold: 0.6 }, Weighted(BinaryAccuracy::default()),
        Named("right", BinaryAccuracy::default()),
        Precision::default(), Precision { threshold: Some(0.4), ..Default::default() },
        Precision { top_k: Some(2), ..Default::default() }, Precision { class_id: Some(1), ..Default::default() },
        Recall::default(), Recall { threshold: Some(0.55), ..Default::default() },
        F1Score::default(), F1Score { threshold: Some(0.5), ..Default::default() },
        F1Score { average: F1Average::Micro, threshold: Some(0.6) },
        Auc::default(), Auc { curve: AucCurve::Pr, ..Auc::default() },
        BinaryCrossentropy::default(), BinaryFocalCrossentropy::default(), CategoricalAccuracy,
    }
    let focal = BinaryFocalCrossentropy { from_logits: true, ..Default::default() };
    same! {
        Labels, focal; LabelProbabilities, BinaryFocalCrossentropy::default(); labels();
        Accuracy, BinaryAccuracy::default(), Auc::default(),
    }
}

#[test]
fn classes() {
    let loss = CategoricalCrossentropy { from_logits: true, ..Default::default() };
    same! {
        Kinds, loss; KindProbabilities, CategoricalCrossentropy::default(); one_hot();
        Accuracy, CategoricalAccuracy, TopKCategoricalAccuracy { k: 2 }, BinaryAccuracy::default(),
        Precision::default(), Precision { threshold: Some(0.3), ..Default::default() }, Recall::default(),
        F1Score::default(), F1Score { threshold: Some(0.4), ..Default::default() }, Auc::default(),
        CategoricalCrossentropy::default(), CategoricalFocalCrossentropy::default(), KlDivergence,
        BinaryCrossentropy::default(),
    }
    let focal = CategoricalFocalCrossentropy { from_logits: true, ..Default::default() };
    same! {
        Kinds, focal; KindProbabilities, CategoricalFocalCrossentropy::default(); one_hot();
        Precision::default(), Auc::default(), CategoricalCrossentropy::default(),
    }
    let sparse = SparseCategoricalCrossentropy { from_logits: true, ..SparseCategoricalCrossentropy::DEFAULT };
    same! {
        Kinds, sparse; KindProbabilities, SparseCategoricalCrossentropy::default(); [2_u32, 1, 0, 2, 1, 0];
        Accuracy, SparseCategoricalAccuracy, SparseTopKCategoricalAccuracy { k: 2 },
        SparseCategoricalCrossentropy::default(),
    }
}

/// By hand: 0.3 and 0.1 are above 0 and below 0.5; -0.2 and 0 are not above 0.
#[test]
fn the_threshold_of_a_logit_is_0() {
    let (x, y) = ([0.3_f32, -0.2, 0.1, 0.0], [1.0_f32, 0., 1., 0.]);
    let loss = BinaryCrossentropy { from_logits: true, ..Default::default() };
    let metrics = (Accuracy, BinaryAccuracy::default(), Precision::default(), Recall::default(), Auc::default());
    let mut yes = Yes::boxed(&mut rng()).compile(Sgd::default(), loss).metrics(metrics);
    let expected = |get: &dyn Fn(&str) -> Option<f64>| {
        for name in ["accuracy", "binary_accuracy", "precision", "recall", "auc"] {
            let got = get(name).unwrap();
            assert!((got - 1.0).abs() < 1e-6, "{name}: {got}");
        }
    };
    let report = yes.evaluate(x, y).unwrap();
    expected(&|name| report.get(name));
    let logs = yes.train_on_batch(x, y).unwrap();
    expected(&|name| logs.get(name));
    let history = yes.fit(x, y, Fit::new().verbose(0).validation_data(&x, &y)).unwrap();
    expected(&|name| Some(history.get(name)?[0]));
    expected(&|name| Some(history.get(&format!("val_{name}"))?[0]));
    // A threshold of 0 is taken as a logit, as in Keras.
    let yes = Yes::boxed(&mut rng()).compile(Sgd::default(), loss).metrics(BinaryAccuracy { threshold: 0.0 });
    assert_eq!(yes.evaluate(x, y).unwrap().get("binary_accuracy"), Some(1.0));
}

#[test]
fn masked_steps_of_logits() {
    let x = [SMatrix::<f32, 1, 3>::new(0.3, -0.2, -9.), SMatrix::<f32, 1, 3>::new(-0.4, -9., -9.)];
    let y = [SMatrix::<f32, 1, 3>::new(1., 0., 0.), SMatrix::<f32, 1, 3>::new(1., 1., 1.)];
    let loss = BinaryCrossentropy { from_logits: true, ..Default::default() };
    let metrics = (Accuracy, BinaryCrossentropy::default());
    let tagger = Tagger::boxed(&mut rng()).compile(Sgd::default(), loss).metrics(metrics);
    let report = tagger.evaluate(x, y).unwrap();
    assert!((report.get("accuracy").unwrap() - 2.0 / 3.0).abs() < 1e-12, "{report}");
    assert!((report.get("binary_crossentropy").unwrap() - report.loss).abs() < 1e-6, "{report}");
}

/// Another output is measured unchanged.
#[test]
fn each_output_is_what_its_loss_takes() {
    let (x, y) = ([0.3_f32, 0.1], [1.0_f32, 1.0]);
    let loss = BinaryCrossentropy { from_logits: true, ..Default::default() };
    let two =
        Two::boxed(&mut rng()).compile(Sgd::default(), (loss, MeanSquaredError)).metrics(BinaryAccuracy::default());
    let report = two.evaluate(x, (y, y)).unwrap();
    assert_eq!(report.get("logit_binary_accuracy"), Some(1.0));
    assert_eq!(report.get("number_binary_accuracy"), Some(0.0));
}

/// A sigmoid under a loss of logits is a mistake with a warning; the output still holds probabilities.
#[test]
fn an_output_that_has_its_activation_is_no_logit() {
    let loss = BinaryCrossentropy { from_logits: true, ..Default::default() };
    let model = LabelProbabilities::boxed(&mut rng()).compile(Sgd::default(), loss).metrics(BinaryAccuracy::default());
    let right = LabelProbabilities::boxed(&mut rng())
        .compile(Sgd::default(), BinaryCrossentropy::default())
        .metrics(BinaryAccuracy::default());
    let accuracy = |report: nn::Report| report.get("binary_accuracy");
    assert_eq!(
        accuracy(model.evaluate(logits(), labels()).unwrap()),
        accuracy(right.evaluate(logits(), labels()).unwrap())
    );
}
