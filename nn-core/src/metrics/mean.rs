//! [`Mean`]: what most metrics accumulate.

/// A weighted mean over samples.
///
/// ```text
/// result = Σ w · v / Σ w        0 before the first sample, as in Keras
/// ```
///
/// Source: <https://keras.io/api/metrics/reduction_metrics/#mean-class>
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mean {
    total: f64,
    weight: f64,
}

impl Mean {
    /// Adds the value of one sample; where a sample has several positions, that is their mean.
    pub fn add(&mut self, value: f64, weight: f64) {
        self.total += weight * value;
        self.weight += weight;
    }

    /// The mean so far.
    pub fn result(&self) -> f64 {
        if self.weight == 0.0 { 0.0 } else { self.total / self.weight }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights() {
        let mut mean = Mean::default();
        assert_eq!(mean.result(), 0.0);
        mean.add(2.0, 1.0);
        mean.add(4.0, 3.0);
        assert_eq!(mean.result(), 3.5);
    }
}
