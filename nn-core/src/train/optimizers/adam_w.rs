//! AdamW: Adam with weight decay that does not pass through the gradients.

use super::{Adam, Optimizer, OptimizerOptions};
use crate::spec::settings::Setting;
use crate::tensor::scalar::Scalar;

/// [`Adam`] with a decay of every weight before each step.
///
/// ```text
/// w -= w · weight_decay · lr
/// then as Adam
/// ```
///
/// An L2 penalty in the loss would be divided by the root mean square like the rest of the gradient, so the weights
/// with the largest gradients would decay the least. Here all weights lose the same part of themselves. It equals
/// [`Adam::default().weight_decay(0.004)`](Optimizer::weight_decay).
///
/// `AdamW { learning_rate: 0.5, weight_decay: 0.1, .. }` reaches the minimum sooner than Adam, because it is at zero:
///
/// ```text
///       S
///
///
///             a                                    j
///                                            h  i     k  l          x
///                                        g                 m +     zv
///                  b                 f                        o pqrs
///                                e
///                       c    d
/// ```
///
/// The weights change only in [`update`](Optimizer::update); [`step`](Optimizer::step) alone is Adam's step. Source:
/// <https://keras.io/api/optimizers/adamw/>; Loshchilov and Hutter, *Decoupled Weight Decay Regularization*, ICLR
/// 2019.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamW {
    /// `lr`; Keras's default is 0.001.
    pub learning_rate: f64,
    /// The part of itself that a weight loses in a step, times `lr`; Keras's default is 0.004.
    pub weight_decay: f64,
    /// `β₁`, the inertia of the momentum; Keras's default is 0.9.
    pub beta_1: f64,
    /// `β₂`, the inertia of the mean square; Keras's default is 0.999.
    pub beta_2: f64,
    /// `ε`; Keras's default is 1e-7.
    pub epsilon: f64,
    /// Whether to divide by the largest mean square so far.
    pub amsgrad: bool,
}

impl AdamW {
    /// Keras's defaults.
    pub const DEFAULT: Self = {
        let Adam { learning_rate, beta_1, beta_2, epsilon, amsgrad } = Adam::DEFAULT;
        AdamW { learning_rate, weight_decay: 0.004, beta_1, beta_2, epsilon, amsgrad }
    };
}

impl AdamW {
    fn adam(&self) -> Adam {
        let AdamW { learning_rate, beta_1, beta_2, epsilon, amsgrad, .. } = *self;
        Adam { learning_rate, beta_1, beta_2, epsilon, amsgrad }
    }
}

impl Optimizer for AdamW {
    fn name(&self) -> &'static str {
        "adamw"
    }

    fn slots(&self) -> &'static [&'static str] {
        self.adam().slots()
    }

    fn learning_rate(&self, _: u64) -> f64 {
        self.learning_rate
    }

    fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        self.adam().settings(visit);
    }

    #[inline(always)]
    fn step<T: Scalar>(&self, step: u64, learning_rate: f64, w: &mut [T], g: &[T], slots: &mut [&mut [T]]) {
        self.adam().step(step, learning_rate, w, g, slots);
    }

    fn options(&self) -> OptimizerOptions {
        OptimizerOptions { weight_decay: self.weight_decay, ..OptimizerOptions::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::optimizers::checks::{like_keras, page_shows, way};

    /// `keras.optimizers.AdamW(0.125, ..)`
    #[test]
    fn three_steps_as_in_keras() {
        let adam_w = AdamW { learning_rate: 0.125, ..AdamW::default() };
        like_keras(
            &adam_w,
            [
                [0.87450158596, -1.87400114536, 0.374752402306],
                [0.757543742657, -1.91882658005, 0.29080966115],
                [0.782959401608, -1.96982336044, 0.197028547525],
            ],
        );
        // weight_decay=0.5, beta_1=0.75, beta_2=0.5, epsilon=0.01, amsgrad=True
        like_keras(
            &AdamW { weight_decay: 0.5, beta_1: 0.75, beta_2: 0.5, epsilon: 0.01, amsgrad: true, ..adam_w },
            [
                [0.815938293934, -1.75174307823, 0.35044246912],
                [0.658597826958, -1.69346690178, 0.266441315413],
                [0.653274297714, -1.63576054573, 0.177880495787],
            ],
        );
    }

    #[test]
    fn drawing() {
        let adam_w = AdamW { learning_rate: 0.5, weight_decay: 0.1, ..AdamW::default() };
        page_shows(include_str!("adam_w.rs"), &way(&adam_w));
    }
}
