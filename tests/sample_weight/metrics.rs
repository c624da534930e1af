//! Weighted metrics, and those with bounds.

use super::*;

#[test]
fn metrics_as_in_keras() {
    let keras = Fixture::read("weights");
    fn value<P: Sample, M: MetricOn<P, P>>(metric: M, t: &[P], p: &[P], weights: &[f64]) -> f64 {
        let (metric, each) = (Weighted(metric), weights.len() / 7);
        let mut state = Default::default();
        for range in [0..4, 4..7] {
            let own = weights.get(range.start * each..range.end * each).unwrap_or(&[]);
            let weighting = Weighting { samples: &[own], ..Weighting::NONE };
            Metrics::<P, P>::update(&metric, &mut state, &t[range.clone()], &p[range], weighting);
        }
        let mut result = f64::NAN;
        Metrics::<P, P>::results(&metric, &state, &mut |_, _, value| result = value);
        result
    }
    fn check<T: Scalar + Element, M>(keras: &Fixture, name: &str, metric: &M, tolerance: f64)
    where
        M: MetricOn<Series<T>, Series<T>> + MetricOn<SVector<T, 2>, SVector<T, 2>>,
    {
        let (t, p) = (keras.samples::<Series<T>>("t"), keras.samples::<Series<T>>("p"));
        let first = |all: &[Series<T>]| all.iter().map(|s| s.column(0).into_owned()).collect::<Vec<_>>();
        let (by_step, by_sample) = (&keras.array("by_step").values, &keras.array("by_sample").values);
        let got = [
            ("none", value(metric.clone(), &t, &p, &[])),
            ("step", value(metric.clone(), &t, &p, by_step)),
            ("sample", value(metric.clone(), &first(&t), &first(&p), by_sample)),
        ];
        for (weights, got) in got {
            keras.compare(&format!("metric.{name}.{weights}"), &[got], tolerance);
        }
    }
    macro_rules! metrics {
        ($($name:ident: $metric:expr;)*) => {$({
            check::<f64, _>(&keras, stringify!($name), &$metric, 1e-7);
            check::<f32, _>(&keras, stringify!($name), &$metric, 1e-6);
        })*};
    }
    metrics! {
        true_positives: TruePositives::new();
        false_positives: FalsePositives { threshold: 0.3 };
        true_negatives: TrueNegatives::default();
        false_negatives: FalseNegatives { threshold: 0.7 };
        precision_at_recall: PrecisionAtRecall::new(0.6);
        precision_at_recall_of_1: PrecisionAtRecall::<7> { recall: 0.8, class_id: Some(1) };
        recall_at_precision: RecallAtPrecision::new(0.6);
        recall_at_precision_of_0: RecallAtPrecision::<20> { precision: 0.5, class_id: Some(0) };
        sensitivity_at_specificity: SensitivityAtSpecificity::new(0.7);
        sensitivity_at_specificity_of_1: SensitivityAtSpecificity::<5> { specificity: 0.9, class_id: Some(1) };
        specificity_at_sensitivity: SpecificityAtSensitivity::new(0.7);
        specificity_at_sensitivity_of_0: SpecificityAtSensitivity::<200> { sensitivity: 1.0, class_id: Some(0) };
        precision: Precision::default();
        recall_of_1: Recall { class_id: Some(1), ..Recall::default() };
        auc: Auc::default();
        binary_accuracy: BinaryAccuracy::default();
        mean_squared_error: MeanSquaredError;
        root_mean_squared_error: RootMeanSquaredError;
    }
    assert!(value(PrecisionAtRecall::new(1.5), &keras.samples::<Series>("t"), &keras.samples("p"), &[]).is_nan());
    assert_eq!(TruePositives::new().name(), "true_positives");
}
