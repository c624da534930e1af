//! R²: the part of the variance of the targets that the predictions explain.
//!
//! ```text
//! for each scalar of the output:
//! residual = Σ w · (t - y)²,  total = Σ w · (t - m)²,  m = Σ w · t / Σ w
//! r = 1 - residual / total
//! uniform:            R² = 1/N · Σ r
//! variance-weighted:  R² = Σ total · r / Σ total
//!
//! with p regressors:  R² - p / (n - p - 1) · (1 - R²)
//! ```
//!
//! 1 is perfect, and 0 is as good as always predicting the mean; the score can be negative. If all targets are equal,
//! there is nothing to explain: `r` is 0, or NaN if the predictions are exact, as in Keras. It is therefore NaN before
//! the first sample. `n` counts the scalars of all samples, as in Keras; with too few of them (`n ≤ p + 1`), R² is not
//! adjusted.
//!
//! Each sample updates the mean and `total` (West, 1979). Keras subtracts two sums, `Σ w · t² - (Σ w · t)² / Σ w`, in
//! `f32`. That loses all digits if targets vary little around a large mean.
//!
//! Positions count as samples; Keras accepts only one position. Keras's `class_aggregation=None`, a number for each
//! scalar, has no counterpart. Source: <https://keras.io/api/metrics/regression_metrics/#r2score-class>

use super::{Metric, MetricOn};
use crate::activations::Head;
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use nalgebra::SMatrix;

/// The combination of several scalars' scores into one number
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum R2Aggregation {
    /// The mean: the default.
    #[default]
    UniformAverage,
    /// The mean, weighted by the variation of each scalar's targets.
    VarianceWeightedAverage,
}

/// The coefficient of determination of an output of `N` features
///
/// The output determines `N`: `.metrics(R2Score::default())`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct R2Score<const N: usize> {
    /// The combination of several features' scores; their mean by default.
    pub class_aggregation: R2Aggregation,
    /// The number of regressors of the adjusted score; 0, the default, is the score itself.
    pub num_regressors: usize,
}

/// The sums over the samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments<const N: usize> {
    mean: [f64; N],
    total: [f64; N],
    residual: [f64; N],
    weight: f64,
    scalars: f64,
}

impl<const N: usize> Default for Moments<N> {
    fn default() -> Self {
        Moments { mean: [0.0; N], total: [0.0; N], residual: [0.0; N], weight: 0.0, scalars: 0.0 }
    }
}

impl<const N: usize> Metric for R2Score<N> {
    type State = Moments<N>;

    fn name(&self) -> &'static str {
        "r2_score"
    }

    fn result(&self, state: &Moments<N>) -> f64 {
        let (mut sum, mut totals) = (0.0, 0.0);
        for i in 0..N {
            let total = state.total[i];
            let r = 1.0 - state.residual[i] / total;
            let r = if r.is_infinite() { 0.0 } else { r };
            let weight = match self.class_aggregation {
                R2Aggregation::UniformAverage => 1.0,
                R2Aggregation::VarianceWeightedAverage => total,
            };
            sum += weight * r;
            totals += weight;
        }
        let score = sum / totals;
        let (n, p) = (state.scalars, self.num_regressors as f64);
        if self.num_regressors == 0 || p >= n - 1.0 { score } else { 1.0 - (1.0 - score) * (n - 1.0) / (n - p - 1.0) }
    }
}

impl<T: Scalar + Element, const N: usize, const P: usize> MetricOn<SMatrix<T, N, P>, SMatrix<T, N, P>> for R2Score<N> {
    fn update(&self, state: &mut Moments<N>, target: &SMatrix<T, N, P>, prediction: &SMatrix<T, N, P>, weight: f64) {
        self.update_positions(Head::Other, state, target, prediction, P, &|_| weight, None);
    }

    fn update_positions(
        &self,
        _: Head,
        state: &mut Moments<N>,
        target: &SMatrix<T, N, P>,
        prediction: &SMatrix<T, N, P>,
        _: usize,
        weight: &dyn Fn(usize) -> f64,
        _: Option<&[u32]>,
    ) {
        let positions = target.as_slice().chunks_exact(N).zip(prediction.as_slice().chunks_exact(N));
        for (position, (t, y)) in positions.enumerate() {
            let weight = weight(position);
            state.scalars += N as f64;
            if weight == 0.0 {
                continue;
            }
            state.weight += weight;
            for i in 0..N {
                let (t, y) = (t[i].to_f64(), y[i].to_f64());
                let before = t - state.mean[i];
                state.mean[i] += weight / state.weight * before;
                state.total[i] += weight * before * (t - state.mean[i]);
                state.residual[i] += weight * (t - y) * (t - y);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Score = SMatrix<f32, 1, 1>;

    fn r2(metric: R2Score<1>, pairs: &[(f32, f32)]) -> f64 {
        let mut state = Moments::default();
        for &(t, y) in pairs {
            metric.update(&mut state, &Score::new(t), &Score::new(y), 1.0);
        }
        metric.result(&state)
    }

    /// The example of Keras's documentation: `[[1], [4], [3]]` and `[[2], [4], [4]]` give 0.57142854.
    #[test]
    fn as_in_keras() {
        let pairs = [(1., 2.), (4., 4.), (3., 4.)];
        assert!((r2(R2Score::default(), &pairs) - 4.0 / 7.0).abs() < 1e-12);
        let adjusted = R2Score { num_regressors: 1, ..R2Score::default() };
        assert!((r2(adjusted, &pairs) - (1.0 - 3.0 / 7.0 * 2.0)).abs() < 1e-12);
        // Too many regressors for three samples.
        let adjusted = R2Score { num_regressors: 2, ..R2Score::default() };
        assert!((r2(adjusted, &pairs) - 4.0 / 7.0).abs() < 1e-12);
    }

    #[test]
    fn nothing_to_explain() {
        assert_eq!(r2(R2Score::default(), &[(2., 1.), (2., 3.)]), 0.0);
        assert!(r2(R2Score::default(), &[(2., 2.), (2., 2.)]).is_nan());
        assert!(r2(R2Score::default(), &[]).is_nan());
    }

    /// 100 equal targets, even after the sums of `f32` have lost digits, and with weights.
    #[test]
    fn constant_targets() {
        for t in [0.1_f32, 1e-30, 12345.679, 3e38] {
            assert_eq!(r2(R2Score::default(), &[(t, 0.2); 100]), 0.0, "{t}");
            assert!(r2(R2Score::default(), &[(t, t); 100]).is_nan(), "{t}");
            let (metric, mut state) = (R2Score::<1>::default(), Moments::default());
            for k in 0..100 {
                metric.update(&mut state, &Score::new(t), &Score::new(0.5), f64::from(k % 7) / 3.0);
            }
            assert_eq!(metric.result(&state), 0.0, "{t}");
        }
    }

    /// Targets that vary by 1 around `mean`, predictions that are off by 1/4: `1 - 1/16 / (1/4)`.
    #[test]
    fn little_variation_around_a_large_mean() {
        for mean in [0.0, 1e3, 1e8, 1e15] {
            let (metric, mut state) = (R2Score::<1>::default(), Moments::default());
            for k in 0..1000 {
                let t = mean + f64::from(k % 2);
                metric.update(&mut state, &SMatrix::<f64, 1, 1>::new(t), &SMatrix::<f64, 1, 1>::new(t - 0.25), 1.0);
            }
            assert!((metric.result(&state) - 0.75).abs() < 1e-12, "{mean}: {}", metric.result(&state));
        }
    }

    #[test]
    fn by_variance() {
        // r = 0.5 with a total of 2, and r = 1 with a total of 6.
        let metric = R2Score { class_aggregation: R2Aggregation::VarianceWeightedAverage, ..R2Score::default() };
        let mut state = Moments::default();
        type Pair = SMatrix<f64, 2, 1>;
        metric.update(&mut state, &Pair::new(0., 1.), &Pair::new(1., 1.), 1.0);
        metric.update(&mut state, &Pair::new(2., 4.), &Pair::new(2., 4.), 1.0);
        metric.update(&mut state, &Pair::new(1., 3.), &Pair::new(1., 3.), 0.0);
        let total = 4.5;
        assert!((metric.result(&state) - (2.0 * 0.5 + total) / (2.0 + total)).abs() < 1e-12);
        let mean = R2Score::<2>::default();
        assert!((mean.result(&state) - 0.75).abs() < 1e-12);
    }
}
