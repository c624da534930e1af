//! Running states: numbers that training moves without a gradient.

use nn::prelude::*;

model! {
    pub struct Normal;
    let x = Input(shape = [3]);
    let h = BatchNormalization(momentum = 0.5)(x);
    let y = Dense(1)(h);
    Model(inputs = x, outputs = y)
}

model! {
    pub struct Frozen;
    let x = Input(shape = [3]);
    let h = BatchNormalization(momentum = 0.5, trainable = false)(x);
    let y = Dense(1)(h);
    Model(inputs = x, outputs = y)
}

model! {
    /// One state, which each call moves once.
    pub struct Twice;
    let x = Input(shape = [3]);
    let norm = Normal();
    let y = add([norm(x), norm(x)]);
    Model(inputs = x, outputs = y)
}

fn data() -> (Vec<SVector<f32, 3>>, Vec<f32>) {
    let x = (0..8).map(|n| SVector::from([n as f32, 2.0 * n as f32 + 1.0, -3.0])).collect();
    (x, vec![0.5; 8])
}

/// The mean of `0..8` and its biased variance.
const MEAN: f32 = 3.5;
const VARIANCE: f32 = 5.25;

#[test]
fn a_step_moves_the_averages_and_a_prediction_uses_them() {
    let (x, y) = data();
    let mut model = Normal::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), MeanSquaredError);
    model.train_on_batch(&x, &y).expect("valid data");
    let h = &model.model().h;
    // moving · 0.5 + batch · 0.5, from 0 and 1
    assert_eq!(h.moving_mean.as_slice(), [MEAN / 2.0, (2.0 * MEAN + 1.0) / 2.0, -1.5]);
    assert_eq!(h.moving_variance.as_slice(), [0.5 + VARIANCE / 2.0, 0.5 + 4.0 * VARIANCE / 2.0, 0.5]);

    let before = model.model().h.clone();
    let prediction = model.predict(&x).expect("valid data")[0][0];
    assert_eq!(before, model.model().h, "a prediction changes nothing");
    let m = model.model();
    let expected: f32 = (0..3)
        .map(|i| {
            let normal = (x[0][i] - m.h.moving_mean[i]) / (m.h.moving_variance[i] + 1e-3).sqrt();
            m.y.kernel[i] * (m.h.gamma[i] * normal + m.h.beta[i])
        })
        .sum::<f32>()
        + m.y.bias[0];
    assert!((prediction - expected).abs() < 1e-5, "{prediction} against {expected}");
}

#[test]
fn a_frozen_layer_keeps_its_state_and_weights() {
    let (x, y) = data();
    let mut model = Frozen::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), MeanSquaredError);
    let before = model.model().clone();
    model.fit(&x, &y, Fit::new().epochs(3).verbose(0)).expect("valid data");
    assert_eq!(before.h, model.model().h);
    assert_ne!(before.y, model.model().y);
}

#[test]
fn a_shared_layer_moves_once_for_each_call() {
    let (x, y) = data();
    let mut model = Twice::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), MeanSquaredError);
    model.train_on_batch(&x, &y).expect("valid data");
    assert_eq!(model.model().norm.h.moving_mean[0], 0.75 * MEAN);
}

#[test]
fn trainable_parameters_are_counted_without_the_state() {
    assert!(Normal::SUMMARY.contains("Total params: 16 "), "{}", Normal::SUMMARY);
    assert!(Normal::SUMMARY.contains("Non-trainable params: 6 "), "{}", Normal::SUMMARY);
    assert!(Frozen::SUMMARY.contains("Non-trainable params: 12 "), "{}", Frozen::SUMMARY);
}
