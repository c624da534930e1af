//! What the tests of the pages share.

use super::Optimizer;
use crate::scalar::Scalar;
use std::vec::Vec;

/// Takes three steps and compares the weights after each with those of Keras, which were computed by
///
/// ```python
/// keras.config.set_floatx("float64")
/// w = keras.Variable([1.0, -2.0, 0.5])
/// for g in [[0.5, -1.0, 0.25], [0.25, 2.0, 0.0], [-1.0, 0.5, 0.125]]:
///     optimizer.apply([tf.constant(g, "float64")], [w])
///     print(w.numpy())
/// ```
pub(super) fn like_keras<O: Optimizer>(optimizer: &O, expected: [[f64; 3]; 3]) {
    // Keras rounds some hyperparameters to float32 even then: 0.999 becomes 0.99900001287, and 1 - 0.999 moves by 1e-5.
    run::<f64, O>(optimizer, expected, 3e-6);
    run::<f32, O>(optimizer, expected, 1e-5);
}

fn run<T: Scalar, O: Optimizer>(optimizer: &O, expected: [[f64; 3]; 3], tolerance: f64) {
    const GRADIENTS: [[f64; 3]; 3] = [[0.5, -1.0, 0.25], [0.25, 2.0, 0.0], [-1.0, 0.5, 0.125]];
    let mut w = [1.0, -2.0, 0.5].map(T::of);
    let mut slots: Vec<_> = (0..optimizer.slots().len()).map(|slot| [T::of(optimizer.initial(slot)); 3]).collect();
    assert!(slots.len() <= super::MAX_SLOTS);
    for (step, (gradient, expected)) in GRADIENTS.into_iter().zip(expected).enumerate() {
        let mut slots: Vec<&mut [T]> = slots.iter_mut().map(|slot| &mut slot[..]).collect();
        optimizer.step(step as u64, &mut w, &gradient.map(T::of), &mut slots);
        for (w, expected) in w.iter().zip(expected) {
            assert!((w.to_f64() - expected).abs() < tolerance, "step {step}: expected {expected}, got {w}");
        }
    }
}
