//! SGD: gradient descent, with momentum and Nesterov momentum.
//!
//! ```text
//! plain:     w -= lr · g
//! momentum:  v = μ · v - lr · g
//!            w += v
//! Nesterov:  v = μ · v - lr · g
//!            w += μ · v - lr · g
//! ```
//!
//! The learning rate is inside the velocity, as in Keras. Source: <https://keras.io/api/optimizers/sgd/>

use super::Optimizer;
use crate::scalar::Scalar;

/// Gradient descent, with momentum and Nesterov momentum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd {
    /// `lr`; Keras's default is 0.01.
    pub learning_rate: f64,
    /// `μ`; 0 by default: no momentum.
    pub momentum: f64,
    /// Whether the momentum looks ahead.
    pub nesterov: bool,
}

impl Default for Sgd {
    fn default() -> Self {
        Sgd { learning_rate: 0.01, momentum: 0.0, nesterov: false }
    }
}

impl Optimizer for Sgd {
    fn name(&self) -> &'static str {
        "sgd"
    }

    fn slots(&self) -> &'static [&'static str] {
        if self.momentum == 0.0 { &[] } else { &["momentum"] }
    }

    fn learning_rate(&self, _: u64) -> f64 {
        self.learning_rate
    }

    fn step<T: Scalar>(&self, step: u64, w: &mut [T], g: &[T], slots: &mut [&mut [T]]) {
        let (lr, mu) = (T::of(self.learning_rate(step)), T::of(self.momentum));
        match slots {
            [v, ..] => {
                for ((w, &g), v) in w.iter_mut().zip(g).zip(v.iter_mut()) {
                    *v = mu * *v - lr * g;
                    *w += if self.nesterov { mu * *v - lr * g } else { *v };
                }
            }
            [] => {
                for (w, &g) in w.iter_mut().zip(g) {
                    *w -= lr * g;
                }
            }
        }
    }
}
