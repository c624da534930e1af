//! Checks that the tests of the pages share.

use super::LossOn;
use crate::activations::{Activation, Head, Sigmoid, Softmax};
use nalgebra::SMatrix;

/// Compares the gradient of a loss with central differences. The gradient must overwrite the old contents.
pub(super) fn check_loss<L: LossOn<SMatrix<f64, R, P>>, const R: usize, const P: usize>(
    loss: &L,
    target: &L::Target,
    prediction: &SMatrix<f64, R, P>,
) {
    let mut gradient = SMatrix::repeat(f64::NAN);
    loss.gradient(target, prediction, &mut gradient);
    compare(prediction, &gradient, |prediction| loss.loss(target, prediction));
}

/// Runs [`check_loss`] for the loss from logits.
pub(super) fn check_fused<L: LossOn<SMatrix<f64, R, P>>, const R: usize, const P: usize>(
    loss: &L,
    head: Head,
    target: &L::Target,
    logits: &SMatrix<f64, R, P>,
) {
    let mut gradient = SMatrix::repeat(f64::NAN);
    let with = loss.fused(head, target, logits, Some(&mut gradient)).unwrap();
    assert_eq!(with, loss.fused(head, target, logits, None).unwrap());
    compare(logits, &gradient, |logits| loss.fused(head, target, logits, None).unwrap());

    let mut output = *logits;
    for z in output.as_mut_slice().chunks_exact_mut(R) {
        match head {
            Head::Softmax => Softmax.in_place(R, z),
            Head::Sigmoid => Sigmoid.in_place(R, z),
            Head::Linear | Head::Other => panic!("there is no form for it"),
        }
    }
    let mut known = SMatrix::repeat(f64::NAN);
    let value = loss.fused_with(head, target, &output, logits, Some(&mut known)).unwrap();
    assert!((value - with).abs() < 1e-9 && (known - gradient).amax() < 1e-12, "{value} and {with}, {known}{gradient}");
    assert_eq!(loss.fused_with(head, target, &output, logits, None).unwrap(), value);
}

fn compare<const R: usize, const P: usize>(
    at: &SMatrix<f64, R, P>,
    gradient: &SMatrix<f64, R, P>,
    loss: impl Fn(&SMatrix<f64, R, P>) -> f64,
) {
    const STEP: f64 = 1e-5;
    for k in 0..R * P {
        let (mut above, mut below) = (*at, *at);
        above[k] += STEP;
        below[k] -= STEP;
        let expected = (loss(&above) - loss(&below)) / (2.0 * STEP);
        assert!((expected - gradient[k]).abs() < 1e-6, "gradient {k}: expected {expected}, got {}", gradient[k]);
    }
}

/// Compares a loss and its gradient with numbers from Keras.
pub(super) fn like_keras<L: LossOn<SMatrix<f64, R, P>>, const R: usize, const P: usize>(
    loss: &L,
    target: &L::Target,
    prediction: &SMatrix<f64, R, P>,
    value: f64,
    gradient: &[f64],
) {
    let got = loss.loss(target, prediction);
    assert!((got - value).abs() < 1e-9, "loss: expected {value}, got {got}");
    let mut got = SMatrix::repeat(f64::NAN);
    loss.gradient(target, prediction, &mut got);
    assert_eq!(got.len(), gradient.len());
    for (k, (got, expected)) in got.iter().zip(gradient).enumerate() {
        assert!((got - expected).abs() < 1e-9, "gradient {k}: expected {expected}, got {got}");
    }
}
