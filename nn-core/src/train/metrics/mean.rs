//! [`Mean`]: the state of most metrics.

/// A weighted mean over samples.
///
/// ```text
/// result = Σ w · v / Σ w        0 before the first sample, as in Keras
/// ```
///
/// A second sum collects the rounding errors of the first (Neumaier, 1974). Values of both signs that cancel therefore
/// leave no error, whatever their number.
///
/// Source: <https://keras.io/api/metrics/reduction_metrics/#mean-class>
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mean {
    total: f64,
    /// The digits that `total` has lost.
    lost: f64,
    weight: f64,
}

impl Mean {
    /// Adds the value of one sample. If a sample has several positions, the value is their mean.
    pub fn add(&mut self, value: f64, weight: f64) {
        // Not a product, because a value without weight may be NaN.
        let term = if weight == 0.0 { 0.0 } else { weight * value };
        let sum = self.total + term;
        // The sum lacks only the last digits of the larger term.
        self.lost += if self.total.abs() >= term.abs() { (self.total - sum) + term } else { (term - sum) + self.total };
        self.total = sum;
        self.weight += weight;
    }

    /// Returns all its numbers, for checkpoints.
    pub fn sums(&self) -> [f64; 3] {
        [self.total, self.lost, self.weight]
    }

    /// Creates a mean that continues from [these numbers](Self::sums).
    pub fn from_sums([total, lost, weight]: [f64; 3]) -> Self {
        Mean { total, lost, weight }
    }

    /// Returns the mean so far.
    pub fn result(&self) -> f64 {
        if self.weight == 0.0 {
            return 0.0;
        }
        // An infinite sum loses nothing, and its correction is NaN.
        let total = if self.total.is_finite() { self.total + self.lost } else { self.total };
        total / self.weight
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(values: &[f64]) -> f64 {
        let mut mean = Mean::default();
        values.iter().for_each(|&value| mean.add(value, 1.0));
        mean.result()
    }

    #[test]
    fn nothing_is_lost_where_values_cancel() {
        assert_eq!(mean(&[1.0, 1e100, 1.0, -1e100]), 0.5);
        assert_eq!(mean(&[1e16, 1.0, -1e16]), 1.0 / 3.0);
        // 0.1 is a little more than a tenth, and so is the mean of a million of them, to the last bit.
        assert_eq!(mean(&[0.1; 1_000_000]), 0.1);
    }

    #[test]
    fn what_is_not_finite_stays() {
        assert_eq!(mean(&[1.0, f64::INFINITY, 2.0]), f64::INFINITY);
        assert_eq!(mean(&[1.0, f64::NEG_INFINITY, 1e300]), f64::NEG_INFINITY);
        assert!(mean(&[f64::INFINITY, f64::NEG_INFINITY]).is_nan() && mean(&[1.0, f64::NAN, 1.0]).is_nan());
    }

    #[test]
    fn weights() {
        let mut mean = Mean::default();
        assert_eq!(mean.result(), 0.0);
        mean.add(2.0, 1.0);
        mean.add(4.0, 3.0);
        assert_eq!(mean.result(), 3.5);
    }
}
