//! [`Ema`]: a moving average of the weights.

use crate::tensor::scalar::Scalar;

/// A moving average of the weights. It often predicts better than the weights of the last step. Keras's
/// `use_ema=True`.
///
/// ```text
/// a = w                           after the first step
/// a = μ · a + (1 - μ) · w         after every other
/// w = a                           after every `overwrite_frequency` steps, if it is set
/// ```
///
/// The average does not affect the training, unless `overwrite_frequency` is set. At the end of `fit`, the weights
/// become the average; `train_on_batch` does not change them. As in Keras, untrained variables (the moving averages of
/// a `BatchNormalization`) are not averaged.
///
/// The path of a weight `w` that jumps between 1 and 0 every other step, and the average `a` with `μ = 0.9`:
///
/// ```text
///     1 |aa  ww  ww  ww  ww  ww  ww  ww  ww  ww  ww  ww  ww  ww  ww
///       |  a aa
///       |   a  a aa
///       |       a  aaaaa aaa aa   a   a   a   a
///       |               a   a  aaa aaa aaa aaa aaaaaaaaaaaaaaaaaaaaaa
///       |
///       |
///       |
///     0 |  ww  ww  ww  ww  ww  ww  ww  ww  ww  ww  ww  ww  ww  ww  ww
/// ```
///
/// Source: <https://keras.io/api/optimizers/>; Polyak and Juditsky, *Acceleration of Stochastic Approximation by
/// Averaging*, SIAM J. Control Optim. 30 (1992).
#[doc(alias = "use_ema")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ema {
    /// `μ`, the inertia of the average, from 0 (the latest weights) to 1 (the weights of the first step); Keras's
    /// default (`ema_momentum`) is 0.99.
    pub momentum: f64,
    /// The number of steps after which the weights become their average, repeatedly; never by default
    /// (`ema_overwrite_frequency`).
    pub overwrite_frequency: Option<u64>,
}

impl Default for Ema {
    fn default() -> Self {
        Ema::new(0.99)
    }
}

impl Ema {
    /// An average with this momentum, which the weights become at the end of `fit`.
    pub const fn new(momentum: f64) -> Self {
        Ema { momentum, overwrite_frequency: None }
    }

    /// Updates the average of a run of weights after step `step`, counted from 0.
    pub fn update<T: Scalar>(&self, step: u64, w: &mut [T], average: &mut [T]) {
        let momentum = if step == 0 { 0.0 } else { self.momentum };
        let (old, new) = (T::of(momentum), T::of(1.0 - momentum));
        for (w, a) in w.iter().zip(average.iter_mut()) {
            *a = old * *a + new * *w;
        }
        if self.overwrite_frequency.is_some_and(|steps| (step + 1).is_multiple_of(steps)) {
            w.copy_from_slice(average);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::optimizers::checks::{chart, page_shows};

    #[test]
    fn formula() {
        let ema = Ema { momentum: 0.75, overwrite_frequency: None };
        let (mut w, mut average) = ([1.0, -8.0], [f64::MAX; 2]);
        ema.update(0, &mut w, &mut average);
        assert_eq!(average, [1.0, -8.0]);
        w = [5.0, 0.0];
        ema.update(1, &mut w, &mut average);
        assert_eq!((w, average), ([5.0, 0.0], [2.0, -6.0]));
    }

    #[test]
    fn overwrites_every_few_steps() {
        let ema = Ema { momentum: 0.5, overwrite_frequency: Some(3) };
        let (mut w, mut average) = ([0.0], [0.0]);
        let mut way = [0.0; 6];
        for step in 0..6 {
            w[0] += 4.0;
            ema.update(step, &mut w, &mut average);
            way[step as usize] = w[0];
        }
        // The averages are 4, 6, 9; then 9 + 4 and so on.
        assert_eq!(way, [4.0, 8.0, 9.0, 13.0, 17.0, 17.5]);
        let never = Ema { overwrite_frequency: Some(0), ..ema };
        never.update(5, &mut w, &mut average);
        assert_eq!(w, [17.5], "0 is never, as in Keras");
    }

    #[test]
    fn drawing() {
        let ema = Ema { momentum: 0.9, overwrite_frequency: None };
        let (mut average, mut curves) = ([0.0], [[0.0; 60]; 2]);
        for step in 0..60 {
            let w = if step / 2 % 2 == 0 { 1.0 } else { 0.0 };
            ema.update(step as u64, &mut [w], &mut average);
            (curves[0][step], curves[1][step]) = (w, average[0]);
        }
        page_shows(include_str!("ema.rs"), &chart(&[('w', &curves[0]), ('a', &curves[1])], 1.0));
    }
}
