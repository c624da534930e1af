//! Named structs behave like tuples.

use crate::Tensors;
use crate::activations::Head;
use crate::train::data::{Batches, LossWeights};
use crate::train::losses::{
    BinaryCrossentropy, CategoricalCrossentropy, LogitMask, Losses, MeanSquaredError, Weighting,
};
use crate::train::losses::{LossOn, SparseCategoricalCrossentropy};
use crate::train::metrics::{Accuracy, Mae, Metrics, Mse, Weighted};
use nalgebra::SMatrix;
use std::vec::Vec;

#[derive(Clone, Debug, PartialEq)]
struct TwoOutputs<A, B> {
    first: A,
    second: B,
}
crate::named!(TwoOutputs { first: A SA TA, second: B SB TB });

#[derive(Clone, Debug, PartialEq)]
struct OneOutput<A> {
    only: A,
}
crate::named!(OneOutput { only: A SA TA });

/// The output of a softmax, and a scalar.
type Digit = SMatrix<f64, 3, 1>;
type Score = SMatrix<f64, 1, 1>;
type Outputs = (Digit, Score);

const HEADS: [Head; 2] = [Head::Softmax, Head::Sigmoid];

fn digit_logits() -> [Digit; 2] {
    [Digit::new(1., 2., 0.5), Digit::new(-1., 0., 0.25)]
}

fn digits() -> [Digit; 2] {
    digit_logits().map(|z| z.map(f64::exp) / z.map(f64::exp).sum())
}

const SCORE_LOGITS: [Score; 2] = [Score::new(-0.5), Score::new(2.)];

fn scores() -> [Score; 2] {
    SCORE_LOGITS.map(|z| z.map(|z| 1. / (1. + (-z).exp())))
}

fn one_hot() -> [Digit; 2] {
    [Digit::new(0., 1., 0.), Digit::new(1., 0., 0.)]
}

const LABELS: [Score; 2] = [Score::new(1.), Score::new(0.)];
const CLASSES: [SMatrix<u32, 1, 1>; 2] = [SMatrix::<u32, 1, 1>::new(1), SMatrix::<u32, 1, 1>::new(0)];

/// Losses, the mask of logits, and gradients.
fn evaluate<T: Tensors, L: Losses<Outputs, Targets = T>>(
    losses: &L,
    targets: T::Batch<'_>,
    logits: <Outputs as Tensors>::Optional<'_>,
    weighting: Weighting<'_>,
) -> ([f64; 2], LogitMask, [Digit; 2], [Score; 2]) {
    let (digits, scores) = (digits(), scores());
    let mut gradients = ([Digit::repeat(f64::NAN); 2], [Score::repeat(f64::NAN); 2]);
    let (mut values, mut again) = ([f64::NAN; 2], [f64::NAN; 2]);
    let predictions = (&digits[..], &scores[..]);
    let wanted = Some((&mut gradients.0[..], &mut gradients.1[..]));
    let logit_mask = losses.evaluate(targets, predictions, logits, &HEADS, weighting, wanted, &mut values);
    // The same without gradients.
    assert_eq!(losses.evaluate(targets, predictions, logits, &HEADS, weighting, None, &mut again), logit_mask);
    assert_eq!(values, again);
    (values, logit_mask, gradients.0, gradients.1)
}

fn mean<P: crate::Sample<Element = f64>, L: LossOn<P>>(loss: &L, t: &[L::Target], y: &[P], w: [f64; 2]) -> f64 {
    (0..2).map(|n| w[n] * loss.loss(&t[n], &y[n])).sum::<f64>() / 2.0
}

#[test]
fn conversions() {
    let named = TwoOutputs { first: 1, second: 'b' };
    assert_eq!(TwoOutputs::from((1, 'b')), named);
    assert_eq!(<(i32, char)>::from(named), (1, 'b'));
    assert_eq!(OneOutput::from(1), OneOutput { only: 1 });
}

#[test]
fn batches() {
    let (digits, scores) = (digits().to_vec(), [0.25, 0.75]);
    let named = TwoOutputs { first: &digits, second: &scores };
    let (first, second) = Batches::<Outputs>::batches(&named);
    assert_eq!((first, second), (&digits[..], &[Score::new(0.25), Score::new(0.75)][..]));
    assert_eq!(Batches::<Digit>::batches(&OneOutput { only: &digits }), &digits[..]);
}

#[test]
fn loss_weights() {
    let numbers = LossWeights::<Outputs>::numbers(&TwoOutputs { first: 1.0, second: 0.2 });
    assert_eq!(numbers[..3], [1.0, 0.2, 0.0]);
    assert_eq!(LossWeights::<Digit>::numbers(&OneOutput { only: 0.5 })[..2], [0.5, 0.0]);
}

#[test]
fn one_loss_a_tuple_and_a_named_struct_agree() {
    let mse = MeanSquaredError;
    let one_hot = one_hot();
    let targets = (&one_hot[..], &LABELS[..]);
    let weighting = Weighting { outputs: &[1.0, 0.2], samples: &[&[0.5, 3.0][..]; 2], ..Weighting::NONE };
    let every = evaluate(&mse, targets, (None, None), weighting);
    assert_eq!(evaluate(&(mse, mse), targets, (None, None), weighting), every);
    assert_eq!(evaluate(&TwoOutputs { first: mse, second: mse }, targets, (None, None), weighting), every);

    // The losses are unweighted by output; the gradients have both weights and are divided by the batch size.
    let (values, logit_mask, first, second) = every;
    let w = [0.5, 3.0];
    assert_eq!(values, [mean(&mse, &one_hot, &digits(), w), mean(&mse, &LABELS, &scores(), w)]);
    assert_eq!(logit_mask, 0);
    for n in 0..2 {
        let expected = (digits()[n] - one_hot[n]) * (2.0 / 3.0 * w[n] / 2.0);
        assert!((first[n] - expected).norm() < 1e-12);
        let expected = (scores()[n] - LABELS[n]) * (2.0 * 0.2 * w[n] / 2.0);
        assert!((second[n] - expected).norm() < 1e-12);
    }
}

#[test]
fn cross_entropies_seed_the_logits() {
    let (one_hot, logits) = (one_hot(), digit_logits());
    let losses = TwoOutputs { first: CategoricalCrossentropy::default(), second: BinaryCrossentropy::default() };
    let targets = (&one_hot[..], &LABELS[..]);
    let weighting = Weighting { outputs: &[0.5, 2.0], ..Weighting::NONE };
    let (plain, logit_mask, ..) = evaluate(&losses, targets, (None, None), weighting);
    assert_eq!(logit_mask, 0b00);
    let (half, logit_mask, ..) = evaluate(&losses, targets, (None, Some(&SCORE_LOGITS[..])), weighting);
    assert_eq!(logit_mask, 0b10);
    let (fused, logit_mask, first, second) =
        evaluate(&losses, targets, (Some(&logits[..]), Some(&SCORE_LOGITS[..])), weighting);
    assert_eq!(logit_mask, 0b11);
    for n in 0..2 {
        // If nothing saturates, both forms agree.
        assert!((plain[n] - fused[n]).abs() < 1e-12 && (plain[n] - half[n]).abs() < 1e-12);
        assert!((first[n] - (digits()[n] - one_hot[n]) * (0.5 / 2.0)).norm() < 1e-12);
        assert!((second[n] - (scores()[n] - LABELS[n]) * (2.0 / 2.0)).norm() < 1e-12);
    }
}

#[test]
fn targets_of_different_types_are_checked() {
    let losses = TwoOutputs { first: SparseCategoricalCrossentropy::default(), second: MeanSquaredError };
    let (values, ..) = evaluate(&losses, (&CLASSES[..], &LABELS[..]), (None, None), Weighting::NONE);
    assert!((values[0] - mean(&CategoricalCrossentropy::default(), &one_hot(), &digits(), [1.0; 2])).abs() < 1e-12);
    let classes = [SMatrix::<u32, 1, 1>::new(2), SMatrix::<u32, 1, 1>::new(3)];
    let mut reports = Vec::new();
    Losses::<Outputs>::check(&losses, (&classes, &LABELS), Weighting::NONE, &mut |output, sample, expected| {
        reports.push((output, sample, std::format!("{expected}")));
    });
    assert_eq!(reports, [(0, 1, "a class below 3, but got 3".into())]);
}

#[test]
fn an_output_may_have_no_loss() {
    let losses = TwoOutputs { first: (), second: MeanSquaredError };
    assert_eq!([0, 1].map(|output| Losses::<Outputs>::judges(&losses, output)), [false, true]);
}

#[test]
fn one_output() {
    let (one_hot, digits, logits) = (one_hot(), digits(), digit_logits());
    let loss = CategoricalCrossentropy::default();
    let run = |losses: &dyn Fn(&mut [Digit], &mut [f64]) -> LogitMask| {
        let (mut gradients, mut values) = ([Digit::repeat(f64::NAN); 2], [f64::NAN]);
        (losses(&mut gradients, &mut values), gradients, values)
    };
    let bare = run(&|gradients, values| {
        let (heads, weights) = (&HEADS, Weighting::NONE);
        Losses::<Digit>::evaluate(&loss, &one_hot, &digits, Some(&logits), heads, weights, Some(gradients), values)
    });
    let named = run(&|gradients, values| {
        let (named, heads, weights) = (OneOutput { only: loss }, &HEADS, Weighting::NONE);
        Losses::<Digit>::evaluate(&named, &one_hot, &digits, Some(&logits), heads, weights, Some(gradients), values)
    });
    assert_eq!(bare, named);
    assert_eq!(bare.0, 1);

    let mut state = Default::default();
    let metrics = OneOutput { only: (Accuracy, Mse) };
    Metrics::<Digit, Digit>::update(&metrics, &mut state, &one_hot, &digits, Weighting::NONE);
    let mut names = Vec::new();
    Metrics::<Digit, Digit>::results(&metrics, &state, &mut |output, name, _| names.push((output, name)));
    assert_eq!(names, [(0, "accuracy"), (0, "mse")]);
}

#[test]
fn each_output_has_its_own_metrics() {
    fn results<Y: Tensors, M: Metrics<Outputs, Y>>(
        metrics: M,
        targets: Y::Batch<'_>,
        weights: &[f64],
    ) -> Vec<(usize, &'static str, f64)> {
        let (digits, scores) = (digits(), scores());
        let mut state = M::State::default();
        metrics.update(
            &mut state,
            targets,
            (&digits, &scores),
            Weighting { samples: &[weights; 2], ..Weighting::NONE },
        );
        let mut results = Vec::new();
        metrics.results(&state, &mut |output, name, value| results.push((output, name, value)));
        results
    }
    type Sparse = (SMatrix<u32, 1, 1>, Score);
    let targets = (&CLASSES[..], &LABELS[..]);
    // The first digit is right, the second wrong, and both scores are wrong.
    let named = TwoOutputs { first: Accuracy, second: () };
    assert_eq!(results::<Sparse, _>(named, targets, &[]), [(0, "accuracy", 0.5)]);
    let named = TwoOutputs { first: Weighted(Accuracy), second: (Accuracy, Weighted(Mae)) };
    let error = (1.0 - scores()[0].x + 3.0 * scores()[1].x) / 4.0;
    assert_eq!(
        results::<Sparse, _>(named, targets, &[1.0, 3.0]),
        [(0, "accuracy", 0.25), (1, "accuracy", 0.0), (1, "mae", error)]
    );
    assert_eq!(results::<Sparse, _>((), targets, &[]), []);
    assert_eq!(results::<Sparse, _>(Accuracy, targets, &[]), [(0, "accuracy", 0.5), (1, "accuracy", 0.0)]);
    let one_hot = one_hot();
    let dense = (&one_hot[..], &LABELS[..]);
    assert_eq!(results::<Outputs, _>((Accuracy, Mse), dense, &[]).len(), 4);
}
