//! Checks that the tests of the pages share.

use super::Schedule;
use crate::train::optimizers::checks::{chart, page_shows};
use std::vec::Vec;

/// Compares the learning rates of the steps 0, 1, .. with Keras's.
#[track_caller]
pub(super) fn like_keras(schedule: &impl Schedule, expected: &[f64]) {
    for (step, &expected) in expected.iter().enumerate() {
        let got = schedule.learning_rate(step as u64);
        // Keras computes in f32.
        assert!((got - expected).abs() < 5e-7 * expected.abs().max(0.1), "step {step}: expected {expected}, got {got}");
    }
}

/// Checks that the page shows the curve.
#[track_caller]
pub(super) fn drawn(source: &str, schedule: &impl Schedule, highest: f64) {
    let rates: Vec<f64> = (0..=60).map(|step| schedule.learning_rate(step)).collect();
    page_shows(source, &chart(&[('o', &rates)], highest));
}
