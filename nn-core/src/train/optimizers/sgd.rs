//! SGD: gradient descent, with momentum and Nesterov momentum.

use super::{Optimizer, ZeroGradient};
use crate::spec::settings::{Allowed, Setting};
use crate::tensor::scalar::Scalar;

/// Gradient descent, with momentum and Nesterov momentum.
///
/// ```text
/// plain:     w -= lr · g
/// momentum:  v = μ · v - lr · g
///            w += v
/// Nesterov:  v = μ · v - lr · g
///            w += μ · v - lr · g
/// ```
///
/// `Sgd { learning_rate: 1.8, .. }`: the steepest direction points across the valley and hardly along it.
///
/// ```text
///       S
///
///              b
///                     d
///                          f    h   j
///                                     kl mn opqrstuvxyz      +
///                             g   i
///                  c     e
///
///           a
/// ```
///
/// `Sgd { learning_rate: 0.8, momentum: 0.8, .. }`: the velocity cancels the movement to and fro and sums up the
/// movement along the valley.
///
/// ```text
///       S
///
///                              f
///                         e
///         a                         g                   l  m      s
///                                                    k       +  zywt
///                    d                   h        j            op
///                                             i
///            b
///                c
/// ```
///
/// As in Keras, the learning rate and the minus sign are inside the velocity. A form that is often printed,
///
/// ```text
/// velocity = past_velocity * momentum + learning_rate * gradient
/// w = w + momentum * velocity - learning_rate * gradient
/// ```
///
/// has the wrong sign of the gradient in its first line: that velocity points uphill, and the second line adds it.
/// With `past_velocity * momentum - learning_rate * gradient`, the two lines become the Nesterov form above.
///
/// Source: <https://keras.io/api/optimizers/sgd/>
#[doc(alias = "SGD")]
#[doc(alias = "momentum")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd {
    /// `lr`; Keras's default is 0.01.
    pub learning_rate: f64,
    /// `μ`, from 0 to 1; 0 by default: no momentum.
    pub momentum: f64,
    /// Whether the momentum looks ahead.
    pub nesterov: bool,
}

impl Sgd {
    /// Keras's defaults.
    pub const DEFAULT: Self = Sgd { learning_rate: 0.01, momentum: 0.0, nesterov: false };
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

    fn zero_gradient(&self) -> ZeroGradient {
        // w -= lr · 0
        if self.momentum == 0.0 { ZeroGradient::Stays } else { ZeroGradient::Moves }
    }

    fn settings(&self, visit: &mut dyn FnMut(Setting)) {
        visit(Setting::new("learning_rate", self.learning_rate, Allowed::NOT_NEGATIVE));
        visit(Setting::new("momentum", self.momentum, Allowed::PART));
    }

    #[inline(always)]
    fn step<T: Scalar>(&self, _: u64, learning_rate: f64, w: &mut [T], g: &[T], slots: &mut [&mut [T]]) {
        let (lr, mu) = (T::of(learning_rate), T::of(self.momentum));
        match slots {
            [v, ..] if self.nesterov => {
                for ((w, &g), v) in w.iter_mut().zip(g).zip(v.iter_mut()) {
                    *v = mu * *v - lr * g;
                    *w += mu * *v - lr * g;
                }
            }
            [v, ..] => {
                for ((w, &g), v) in w.iter_mut().zip(g).zip(v.iter_mut()) {
                    *v = mu * *v - lr * g;
                    *w += *v;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::optimizers::checks::{like_keras, page_shows, way};

    /// `keras.optimizers.SGD(0.125, ..)`
    #[test]
    fn three_steps_as_in_keras() {
        let plain = Sgd { learning_rate: 0.125, ..Sgd::default() };
        like_keras(&plain, [[0.9375, -1.875, 0.46875], [0.90625, -2.125, 0.46875], [1.03125, -2.1875, 0.453125]]);
        // momentum=0.75
        let momentum = Sgd { momentum: 0.75, ..plain };
        let expected =
            [[0.9375, -1.875, 0.46875], [0.859375, -2.03125, 0.4453125], [0.92578125, -2.2109375, 0.412109375]];
        like_keras(&momentum, expected);
        // momentum=0.75, nesterov=True
        like_keras(
            &Sgd { nesterov: true, ..momentum },
            [
                [0.890625, -1.78125, 0.4453125],
                [0.80078125, -2.1484375, 0.427734375],
                [0.9755859375, -2.345703125, 0.38720703125],
            ],
        );
    }

    #[test]
    fn drawing() {
        let plain = Sgd { learning_rate: 1.8, ..Sgd::default() };
        page_shows(include_str!("sgd.rs"), &way(&plain));
        page_shows(include_str!("sgd.rs"), &way(&Sgd { learning_rate: 0.8, momentum: 0.8, ..plain }));
    }
}
