//! Labels that a loss cannot judge are a warning, printed once a run for any `verbose`. In strict mode they are an
//! error. Labels that do not count are not blamed.

#![cfg(all(feature = "train", feature = "files", feature = "plot"))]
#![allow(missing_docs)]

use nn::losses::{
    BinaryFocalCrossentropy, CategoricalFocalCrossentropy, CategoricalHinge, CosineSimilarity, Hinge, Huber,
    KlDivergence, LogCosh, Losses, MeanAbsolutePercentageError, MeanSquaredLogarithmicError, Poisson, SquaredHinge,
};
use nn::prelude::*;
use std::process::Command;

model! {
    /// One probability.
    pub struct Yes;
    Sequential([Input(shape = [1]), Dense(1, activation = sigmoid)])
}

model! {
    /// One number.
    pub struct Line;
    Sequential([Input(shape = [1]), Dense(1)])
}

model! {
    /// Three classes.
    pub struct Kinds;
    Sequential([Input(shape = [1]), Dense(3, activation = softmax)])
}

model! {
    /// A probability for every step that is not padding.
    pub struct Tagger;

    let x = Input(shape = [3, 1]);
    let h = Masking(mask_value = -9.0)(x);
    let y = Dense(1, activation = sigmoid)(h);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Two;

    let x = Input(shape = [1]);
    let first = Dense(1, activation = sigmoid)(x);
    let second = Dense(1, activation = sigmoid)(x);

    Model(inputs = x, outputs = [first, second])
}

model! {
    #[nn(allow(labels_outside_domain))]
    pub struct Allowed;
    Sequential([Input(shape = [1]), Dense(1, activation = sigmoid)])
}

fn rng() -> StdRng {
    StdRng::seed_from_u64(1)
}

fn inputs(count: usize) -> Vec<f32> {
    (0..count).map(|k| k as f32 / 8.0).collect()
}

/// The fault in labels of one number under a loss; `None` if there is none.
fn said<L: Losses<<Line as Model>::Outputs, Targets = SMatrix<f32, 1, 1>>>(loss: L, labels: &[f32]) -> Option<String> {
    let mut line = Line::boxed(&mut rng()).compile(Sgd::default(), loss).strict(true);
    // Lints of losses are tested elsewhere.
    line = line.strict(false);
    let before = line.model().clone();
    let x = inputs(labels.len());
    let error = line.fit(&x, labels, Fit::new().verbose(0).strict(true)).err()?;
    assert_eq!(*line.model(), before, "nothing has changed");
    Some(error.to_string())
}

#[track_caller]
fn bad<L: Losses<<Line as Model>::Outputs, Targets = SMatrix<f32, 1, 1>>>(loss: L, labels: &[f32], expected: &str) {
    let said = said(loss, labels).expect("an error");
    let start = "target of output `dense`: sample ";
    assert_eq!(said.strip_prefix(start), Some(expected), "{said}");
}

#[test]
fn labels_of_one_number() {
    let bce = BinaryCrossentropy { from_logits: true, ..Default::default() };
    let start = "does not fit the loss: expected labels from 0 to 1, but got the label";
    bad(bce, &[1., 2., 1.], &format!("1 {start} 2: labels 1 and 2 look like classes"));
    bad(bce, &[1., -1., 1.], &format!("1 {start} -1: labels -1 and 1 look like those of a hinge loss"));
    bad(bce, &[0., 0., 255.], &format!("2 {start} 255: labels 0 and 255 look like bytes"));
    bad(bce, &[0., 1., 2., 3.], &format!("2 {start} 2: labels from 0 to 3 look like classes"));
    bad(bce, &[0.25, -1.5], &format!("1 {start} -1.5: labels from -1.5 to 0.25 look like the numbers of a regression"));
    let focal = BinaryFocalCrossentropy { from_logits: true, ..Default::default() };
    bad(focal, &[2., 1.], &format!("0 {start} 2: labels 1 and 2 look like classes"));

    let start = "does not fit the loss: expected the labels -1 and 1, or 0 and 1, but got the label";
    bad(Hinge, &[1., 2.], &format!("1 {start} 2: labels 1 and 2 look like classes"));
    bad(
        SquaredHinge,
        &[1., 0.5, -1.],
        &format!("1 {start} 0.5: labels from -1 to 1 look like the numbers of a regression"),
    );
    let mixed = format!("2 {start} 0: labels -1, 0 and 1 mix two kinds, or look like three classes");
    bad(Hinge, &[-1., 1., 0.], &mixed);

    let start = "does not fit the loss: expected labels that are not negative, but got the label";
    bad(Poisson, &[3., -0.5], &format!("1 {start} -0.5: labels from -0.5 to 3 look standardized, or like differences"));
    let msle = MeanSquaredLogarithmicError;
    bad(msle, &[-2., -0.5], &format!("0 {start} -2: labels from -2 to -0.5 look standardized, or like differences"));

    let start = "does not fit the loss: expected labels other than 0, but got the label";
    bad(MeanAbsolutePercentageError, &[3., 0.], &format!("1 {start} 0: a percentage of 0 is infinite"));
    let start = "does not fit the loss: expected vectors that are not all 0, but got nothing but 0";
    bad(CosineSimilarity, &[3., 0.], &format!("1 {start}: a vector of zeros has no direction"));
}

#[test]
fn good_labels_of_one_number() {
    let bce = BinaryCrossentropy { from_logits: true, ..Default::default() };
    for labels in [[0., 1., 0.5], [1., 1., 1.0000001], [0., -1e-7, 0.]] {
        assert_eq!(said(bce, &labels), None);
    }
    assert_eq!((said(Hinge, &[0., 1.]), said(SquaredHinge, &[-1., 1.])), (None, None));
    assert_eq!((said(Poisson, &[0., 7.]), said(MeanSquaredLogarithmicError, &[0., 1e9])), (None, None));
    assert_eq!((said(MeanAbsolutePercentageError, &[-1., 7.]), said(CosineSimilarity, &[-1., 7.])), (None, None));
    for labels in [[-1e9, 0.0], [1.0, 2.0]] {
        assert_eq!((said(MeanSquaredError, &labels), said(MeanAbsoluteError, &labels)), (None, None));
        assert_eq!((said(Huber::default(), &labels), said(LogCosh, &labels)), (None, None));
    }
}

#[test]
fn distributions() {
    type Kind = SVector<f32, 3>;
    fn said<L: Losses<Kind, Targets = Kind>>(loss: L, labels: &[[f32; 3]]) -> String {
        let labels: Vec<Kind> = labels.iter().map(|&label| label.into()).collect();
        let mut kinds = Kinds::boxed(&mut rng()).compile(Sgd::default(), loss);
        let result = kinds.fit(inputs(labels.len()), &labels, Fit::new().verbose(0).strict(true));
        result.map_or_else(|error| error.to_string(), |_| String::new())
    }
    let start =
        "target of output `dense`: sample 1 does not fit the loss: expected labels from 0 to 1 that sum to 1, but got";
    let bad = [
        ([0., 0., 0.], "labels with the sum 0: no class is given"),
        ([1., 0., 1.], "labels with the sum 2: several classes are given at once"),
        ([0.5, 0., 0.], "labels with the sum 0.5: these are no probabilities"),
        ([0., -1., 1.], "the label -1 (feature 1): labels -1 and 1 stand for 0 and 1"),
        ([0., 255., 0.], "the label 255 (feature 1): labels 0 and 255 look like one-hot vectors of another size"),
        ([0., 2., 5.], "the label 2 (feature 1): labels from 0 to 5 look like numbers of classes, or counts"),
        ([0.5, 0.7, -0.2], "the label -0.2 (feature 2): labels from -0.2 to 1 look like the numbers of a regression"),
    ];
    for (labels, expected) in bad {
        let expected = format!("{start} {expected}");
        let all = [[0., 1., 0.], labels];
        assert_eq!(said(CategoricalCrossentropy::default(), &all), expected);
        assert_eq!(said(CategoricalFocalCrossentropy::default(), &all), expected);
        assert_eq!(said(CategoricalHinge, &all), expected);
        assert_eq!(said(KlDivergence, &all), expected);
    }
    let good = [[0.2, 0.5, 0.3], [0., 1., 0.], [0.33, 0.33, 0.33], [0.3333, 0.3333, 0.3334]];
    assert_eq!(said(CategoricalCrossentropy::default(), &good), "");
    assert_eq!(said(KlDivergence, &good), "");
}

/// Every call that trains or evaluates, and every way to hand in data.
#[test]
fn every_call() {
    let (x, good, bad) = (inputs(4), [0.0_f32, 1., 0., 1.], [0.0_f32, 1., 2., 1.]);
    let mut yes = Yes::boxed(&mut rng()).compile(Sgd::default(), BinaryCrossentropy::default()).strict(true);
    let before = yes.model().clone();
    let text = "target of output `dense`: sample 2 does not fit the loss: expected labels from 0 to 1, but got the label 2: \
                labels from 0 to 2 look like classes";
    let fit = || Fit::new().verbose(0).shuffle(false);
    let expect = |result: nn::Result<()>| assert_eq!(result.unwrap_err().to_string(), text);
    expect(yes.fit(&x, bad, fit()).map(drop));
    expect(yes.train_on_batch(&x, bad).map(drop));
    expect(yes.test_on_batch(&x, bad).map(drop));
    expect(yes.evaluate(&x, bad).map(drop));
    expect(yes.evaluate_batches([(&x, &bad)]).map(drop));
    expect(yes.fit_batches(|_| [(&x, &bad)], fit()).map(drop));
    let expect =
        |result: nn::Result<History>| assert_eq!(result.unwrap_err().to_string(), format!("validation {text}"));
    expect(yes.fit(&x, good, fit().validation_data(&x, &bad)));
    expect(yes.fit_batches(|_| [(&x, &good)], fit().validation_data(&x, &bad)));
    assert_eq!(*yes.model(), before);
    // The samples of a split keep their numbers.
    expect(yes.fit(inputs(5), [1.0_f32, 1., 2., 0., 1.], fit().validation_split(0.7)));
    assert_eq!(*yes.model(), before);
    expect(yes.fit(&x, good, fit().validation_batches(|| [(&x, &bad)])));
}

use nn::History;

#[test]
fn what_does_not_count_is_not_blamed() {
    let (x, bad) = (inputs(4), [0.0_f32, 1., 2., 1.]);
    let yes = || Yes::boxed(&mut rng()).compile(Sgd::default(), BinaryCrossentropy::default());
    let fit = || Fit::new().verbose(0).strict(true);
    assert!(yes().fit(&x, bad, fit().sample_weight([1., 1., 0., 1.])).is_ok());
    assert!(yes().fit(&x, bad, fit().sample_weight([1., 0., 1., 1.])).is_err());
    assert!(yes().fit(&x, bad, fit().class_weight([(2, 0.0)])).is_ok());
    assert!(yes().fit(&x, bad, fit().class_weight([(2, 0.5)])).is_err());
    // Class weights do not apply to the validation data.
    assert!(yes().fit(&x, bad, fit().class_weight([(2, 0.0)]).validation_split(0.5)).is_err());
    let weights = [1., 1., 0., 1.];
    assert!(yes().fit_batches(|_| [(&x, &bad, weights)], fit()).is_ok());
    assert!(yes().fit_batches(|_| [(&x, &bad)], fit().class_weight([(2, 0.0)])).is_ok());
    assert!(yes().strict(true).evaluate_batches([(&x, &bad, weights)]).is_ok());
    let good = [0.0_f32; 4];
    assert!(yes().fit(&x, good, fit().weighted_validation_data(&x, &bad, weights)).is_ok());
    assert!(yes().fit(&x, good, fit().weighted_validation_data(&x, &bad, [1.0; 4])).is_err());
}

#[test]
fn masked_positions_are_not_blamed() {
    type Steps = SMatrix<f32, 1, 3>;
    let x = [Steps::new(1., 2., -9.), Steps::new(3., -9., -9.)];
    let fit = |labels: &[Steps]| {
        let mut tagger = Tagger::boxed(&mut rng()).compile(Sgd::default(), BinaryCrossentropy::default());
        tagger.fit(x, labels, Fit::new().verbose(0).strict(true)).err().map(|error| error.to_string())
    };
    assert_eq!(fit(&[Steps::new(1., 0., -1.), Steps::new(1., 7., 255.)]), None);
    let start =
        "target of output `y`: sample 1 does not fit the loss: expected labels from 0 to 1, but got the label 5";
    let said = fit(&[Steps::new(1., 0., -1.), Steps::new(5., 7., 255.)]);
    assert_eq!(said, Some(format!("{start} (step 0): labels from 0 to 5 look like classes")));
}

#[test]
fn every_output_has_its_name() {
    let (x, good, bad) = (inputs(2), [0.0_f32, 1.], [1.0_f32, 2.]);
    let two = || Two::boxed(&mut rng()).compile(Sgd::default(), BinaryCrossentropy::default()).strict(true);
    let text = two().fit(&x, (&good, &bad), Fit::new().verbose(0)).unwrap_err().to_string();
    assert!(text.starts_with("target of output `second`: sample 1 does not fit"), "{text}");
    let text = two().evaluate(&x, TwoOutputs { first: &bad, second: &good }).unwrap_err().to_string();
    assert!(text.starts_with("target of output `first`: sample 1 does not fit"), "{text}");
    // An output without a loss, or with the weight 0, judges nothing.
    let mut weighted = two().loss_weights((1.0, 0.0));
    assert!(weighted.fit(&x, (&good, &bad), Fit::new().verbose(0)).is_ok());
    let losses = TwoOutputs { first: BinaryCrossentropy::default(), second: MeanSquaredError };
    let mut other = Two::boxed(&mut rng()).compile(Sgd::default(), losses).strict(true);
    assert!(other.fit(&x, (&good, &bad), Fit::new().verbose(0)).is_ok());
    let losses = TwoOutputs { first: (), second: BinaryCrossentropy::default() };
    let mut other = Two::boxed(&mut rng()).compile(Sgd::default(), losses).strict(true);
    assert!(other.fit(&x, ((), &bad), Fit::new().verbose(0)).is_err());
}

#[test]
fn a_loss_that_does_not_fit_is_an_error_too() {
    let mut line = Line::boxed(&mut rng()).compile(Sgd::default(), BinaryCrossentropy::default()).strict(true);
    let text = line.fit([1.0_f32], [1.0_f32], Fit::new().verbose(0)).unwrap_err().to_string();
    assert!(text.starts_with("the output `dense` has no activation, but its loss"), "{text}");
}

#[test]
fn allowed_by_name() {
    let mut model = Allowed::boxed(&mut rng()).compile(Sgd::default(), BinaryCrossentropy::default()).strict(true);
    assert!(model.fit([1.0_f32, 2.0], [1.0_f32, 2.0], Fit::new().verbose(0)).is_ok());
}

/// Runs as its own program; the test below reads its standard error.
#[test]
fn child() {
    let Ok(call) = std::env::var("NN_LABELS") else { return };
    let (x, bad, good) = (inputs(4), [1.0_f32, 2., 1., 2.], [0.0_f32, 1., 0., 1.]);
    let mut yes = Yes::boxed(&mut rng()).compile(Sgd::default(), BinaryCrossentropy::default());
    let fit = || Fit::new().epochs(3).verbose(0).batch_size(1);
    match call.as_str() {
        "fit" => drop(yes.fit(&x, bad, fit()).unwrap()),
        "fit_twice" => (0..2).for_each(|_| drop(yes.fit(&x, bad, fit()).unwrap())),
        "fit_batches" => drop(yes.fit_batches(|_| (0..4).map(|_| (&x, &bad)), fit()).unwrap()),
        "validation" => drop(yes.fit(&x, good, fit().validation_data(&x, &bad)).unwrap()),
        "validation_batches" => drop(yes.fit(&x, good, fit().validation_batches(|| [(&x, &bad), (&x, &bad)])).unwrap()),
        "evaluate" => (0..3).for_each(|_| drop(yes.evaluate(&x, bad).unwrap())),
        "train_on_batch" => (0..3).for_each(|_| drop(yes.train_on_batch(&x, bad).unwrap())),
        "one_line" => drop(yes.fit(&x, bad, fit().verbose(2)).unwrap()),
        "good" => drop(yes.fit(&x, good, fit()).unwrap()),
        _ => unreachable!("{call}"),
    }
}

#[test]
fn warned_once_in_a_run() {
    let expected = "warning: the target of output `dense` has the label 2 in sample 1, but its loss `binary_crossentropy` \
                    judges labels from 0 to 1: labels 1 and 2 look like classes\n  = help: subtract 1, so that the labels are 0 \
                    and 1\n  = help: `#[nn(allow(labels_outside_domain))]` on the struct silences this\n";
    let stderr = |call: &str| {
        let mut program = Command::new(std::env::current_exe().unwrap());
        let output = program.args(["--exact", "child", "--nocapture"]).env("NN_LABELS", call).output().unwrap();
        assert!(output.status.success(), "{call}");
        String::from_utf8(output.stderr).unwrap()
    };
    for call in ["fit", "fit_batches", "evaluate", "train_on_batch", "one_line"] {
        assert_eq!(stderr(call), expected, "{call}");
    }
    assert_eq!(stderr("fit_twice"), expected.repeat(2));
    let expected = expected.replace("the target", "the validation target");
    for call in ["validation", "validation_batches"] {
        assert_eq!(stderr(call), expected, "{call}");
    }
    assert_eq!(stderr("good"), "");
}
