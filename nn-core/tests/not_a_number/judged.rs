//! Losses and metrics of a prediction that is NaN or infinite.

use super::{INF, nans};
use nalgebra::{SMatrix, SVector};
use nn_core::losses::{self, LossOn};
use nn_core::metrics::{self, F1Average, Metric, MetricOn};

/// A NaN prediction makes every loss NaN at any place, and its gradient does not hide it behind a number.
#[test]
fn every_loss_of_nan_is_nan() {
    type Row = SVector<f64, 3>;
    fn check<L: LossOn<Row>>(loss: L, target: L::Target, hides: bool) {
        for nan in nans::<f64>() {
            for place in 0..3 {
                let mut y = Row::new(0.25, 0.5, 0.25);
                y[place] = nan;
                let value = loss.loss(&target, &y);
                assert!(value.is_nan(), "{}: {value} at {place}", loss.name());
                let mut gradient = Row::zeros();
                loss.gradient(&target, &y, &mut gradient);
                let seen = gradient.iter().any(|g| g.is_nan());
                assert!(seen || hides, "{}: {gradient} at {place}", loss.name());
            }
        }
    }
    let t = Row::new(0., 1., 0.);
    check(losses::BinaryCrossentropy::default(), t, false);
    check(losses::BinaryCrossentropy { from_logits: true, ..Default::default() }, t, false);
    check(losses::BinaryFocalCrossentropy::default(), t, false);
    check(losses::BinaryFocalCrossentropy { from_logits: true, ..Default::default() }, t, false);
    check(losses::CategoricalCrossentropy::default(), t, false);
    check(losses::CategoricalCrossentropy { from_logits: true, ..Default::default() }, t, false);
    check(losses::CategoricalFocalCrossentropy::default(), t, false);
    check(losses::CategoricalFocalCrossentropy { from_logits: true, ..Default::default() }, t, false);
    check(losses::CategoricalHinge, t, false);
    check(losses::CosineSimilarity, t, false);
    // Keras's gradient of a maximum with NaN is 0, for both.
    check(losses::Hinge, t, true);
    check(losses::SquaredHinge, t, true);
    check(losses::Huber::default(), t, false);
    check(losses::KlDivergence, t, false);
    check(losses::LogCosh, t, false);
    check(losses::MeanAbsoluteError, t, false);
    check(losses::MeanAbsolutePercentageError, t, false);
    check(losses::MeanSquaredError, t, false);
    check(losses::MeanSquaredLogarithmicError, t, false);
    check(losses::Poisson, t, false);
    let class = SMatrix::<u32, 1, 1>::new(1);
    check(losses::SparseCategoricalCrossentropy::default(), class, false);
    check(
        losses::SparseCategoricalCrossentropy { from_logits: true, ..losses::SparseCategoricalCrossentropy::DEFAULT },
        class,
        false,
    );
}

fn result<M, const N: usize>(metric: M, target: [f64; N], prediction: [f64; N]) -> f64
where
    M: MetricOn<SVector<f64, N>, SVector<f64, N>>,
{
    let mut state = M::State::default();
    metric.update(&mut state, &SVector::from(target), &SVector::from(prediction), 1.0);
    metric.result(&state)
}

/// A class with NaN is not predicted, unless all classes are NaN.
#[test]
fn accuracies() {
    let one_hot = |class: usize| core::array::from_fn::<f64, 3, _>(|i| f64::from(u8::from(i == class)));
    for nan in nans::<f64>() {
        for (prediction, class) in
            [([nan, 1., 2.], 2), ([1., nan, 2.], 2), ([1., 2., nan], 1), ([nan, nan, 1.], 2), ([nan; 3], 0)]
        {
            for target in 0..3 {
                let right = f64::from(u8::from(target == class));
                let row = SVector::from(prediction);
                assert_eq!(result(metrics::CategoricalAccuracy, one_hot(target), prediction), right, "{prediction:?}");
                assert_eq!(result(metrics::Accuracy, one_hot(target), prediction), right, "{prediction:?}");
                let mut state = metrics::Mean::default();
                let targets = SMatrix::<u32, 1, 1>::new(target as u32);
                metrics::SparseCategoricalAccuracy.update(&mut state, &targets, &row, 1.0);
                assert_eq!(state.result(), right, "{prediction:?}");
                let matrix = metrics::confusion_matrix::<3>(&[target as u32], &[row]);
                assert_eq!(matrix.count(target, class), 1, "{prediction:?}");
                // A position with NaN is never among the best, as in Keras.
                let top = metrics::TopKCategoricalAccuracy { k: 3 };
                assert_eq!(result(top, one_hot(target), prediction), 0.0, "{prediction:?}");
            }
        }
        let binary = metrics::BinaryAccuracy::default();
        assert_eq!(result(binary, [1., 0., 1., 0.], [nan, nan, INF, -INF]), 0.75);
        assert_eq!(result(metrics::Accuracy, [1.], [nan]), 0.0);
        assert_eq!(metrics::confusion_matrix::<2>(&[1_u32], &[nan]).count(1, 0), 1);
    }
}

/// NaN is never positive: not above a threshold, and not among the best.
#[test]
fn precision_recall_and_f1() {
    for nan in nans::<f64>() {
        let (precision, recall) = (metrics::Precision::default(), metrics::Recall::default());
        for (t, p, of) in [
            ([1., 0., 1.], [0.9, nan, 0.8], (1.0, 1.0)),
            ([1., 0., 1.], [0.9, 0.2, nan], (1.0, 0.5)),
            ([1., 0., 1.], [0.9, 0.2, INF], (1.0, 1.0)),
            ([0., 0., 1.], [nan, nan, nan], (0.0, 0.0)),
        ] {
            assert_eq!((result(precision, t, p), result(recall, t, p)), of, "{p:?}");
        }
        let (precision, recall) = (
            metrics::Precision { top_k: Some(1), ..Default::default() },
            metrics::Recall { top_k: Some(1), ..Default::default() },
        );
        for (t, p, of) in [
            ([1., 0., 0.], [nan, 0.9, 0.8], (0.0, 0.0)),
            ([0., 1., 0.], [nan, 0.9, 0.8], (1.0, 1.0)),
            ([1., 0., 0.], [0.9, 0.8, nan], (1.0, 1.0)),
            ([0., 0., 1.], [0.9, 0.8, nan], (0.0, 0.0)),
            ([1., 0., 0.], [nan, nan, nan], (0.0, 0.0)),
            ([1., 0., 0.], [INF, 0.9, 0.8], (1.0, 1.0)),
            ([1., 0., 0.], [-INF, 0.9, 0.8], (0.0, 0.0)),
        ] {
            assert_eq!((result(precision, t, p), result(recall, t, p)), of, "{t:?} {p:?}");
        }
        let f1 = metrics::F1Score { average: F1Average::Micro, threshold: None };
        for place in 0..3 {
            let mut p = [0.9, 0.5, 0.1];
            p[place] = nan;
            assert_eq!(result(f1, [1., 0., 0.], p), 0.0, "{p:?}");
        }
        assert!(result(f1, [1., 0., 0.], [INF, 0.9, 0.8]) > 0.999);
    }
}

#[test]
fn auc() {
    let (roc, pr) = (metrics::Auc::default(), metrics::Auc { curve: metrics::AucCurve::Pr, ..Default::default() });
    let logits = metrics::Auc { from_logits: true, ..roc };
    for nan in nans::<f64>() {
        let t = [1., 0., 1.];
        for (p, area, under_pr) in [
            ([0.9, 0.2, nan], 0.5, 0.5),
            ([0.9, nan, 0.8], 0.0, 1.0),
            ([0.9, 0.2, INF], 1.0, 1.0),
            ([0.9, INF, 0.8], 0.0, 0.450_693_85),
            ([0.9, 0.2, -INF], 0.5, 0.797_267_44),
            ([0.9, -INF, 0.8], 1.0, 1.0),
        ] {
            assert!((result(roc, t, p) - area).abs() < 1e-6, "{p:?}: {}", result(roc, t, p));
            assert!((result(logits, t, p) - area).abs() < 1e-6, "{p:?}: {}", result(logits, t, p));
            assert!((result(pr, t, p) - under_pr).abs() < 1e-6, "{p:?}: {}", result(pr, t, p));
        }
    }
}

/// Means of losses, and R².
#[test]
fn means() {
    for nan in nans::<f64>() {
        assert!(result(metrics::Mse, [1., 2.], [nan, 2.]).is_nan());
        assert!(result(metrics::Mae, [1., 2.], [nan, 2.]).is_nan());
        assert!(result(metrics::RootMeanSquaredError, [1., 2.], [nan, 2.]).is_nan());
        assert!(result(metrics::CosineSimilarity, [1., 2.], [nan, 2.]).is_nan());
        let r2 = |pairs: [(f64, f64); 2]| {
            let (metric, mut state) = (metrics::R2Score::<1>::default(), Default::default());
            for (t, y) in pairs {
                metric.update(&mut state, &SVector::<f64, 1>::new(t), &SVector::<f64, 1>::new(y), 1.0);
            }
            metric.result(&state)
        };
        assert!(r2([(1., nan), (2., 2.)]).is_nan() && r2([(1., 1.), (nan, 2.)]).is_nan());
        assert_eq!(r2([(1., INF), (2., 2.)]), 0.0);
    }
}
