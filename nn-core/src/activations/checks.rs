//! Checks that the tests of the pages share.

use super::{ACTIVATIONS, Elementwise, Exponential, Linear, Relu, Relu6, Sigmoid, Softmax, Tanh};
use crate::spec::ValueSpec;
use rand::{Rng, RngExt};
use std::vec::Vec;

/// Compares an activation with Keras at points `(x, y, dy/dx)`, and checks that large `f32` values do not give NaN.
pub(super) fn like_keras<F: Elementwise>(f: &F, points: &[(f64, f64, f64)]) {
    let close = |expected: f64, got: f64| (expected - got).abs() <= 1e-8 * expected.abs().max(1.0);
    for &(x, y, derivative) in points {
        let got = f.value(x);
        assert!(close(y, got), "value at {x}: expected {y}, got {got}");
        let got = f.derivative(x, got);
        assert!(close(derivative, got), "derivative at {x}: expected {derivative}, got {got}");
    }
    // exp(x) overflows at about 88.7, and exp(-x) underflows at about 103.9.
    let sizes = [1e-30f32, 1e-3, 1.0, 9.0, 17.0, 88.0, 89.0, 103.0, 104.0, 1e3, 1e4];
    for x in sizes.iter().flat_map(|&x| [x, -x]).collect::<Vec<_>>() {
        let y = f.value(x);
        assert!(!y.is_nan(), "value at {x}");
        assert!(!f.derivative(x, y).is_nan(), "derivative at {x}");
    }
}

/// Returns inputs between `-range` and `range` away from kinks, where central differences are not derivatives.
pub(super) fn away_from(kinks: &'static [f64], range: f64) -> impl FnMut(&mut dyn Rng) -> f64 {
    move |rng| {
        loop {
            let x = rng.random_range(-range..range);
            if kinks.iter().all(|kink| (x - kink).abs() > 0.01) {
                return x;
            }
        }
    }
}

/// An activation with `from_output` has the same derivative if it gets the output for the input. Then
/// `backward_in_place` equals `backward`.
#[test]
fn the_output_is_enough() {
    use super::{Activate, Activation};
    use nalgebra::SVector;

    fn check<F: Elementwise>(f: F) {
        let x = SVector::<f32, 10>::from([-104.0, -9.0, -1.5, -1e-30, -0.0, 0.0, 1e-30, 0.75, 6.0, 9.0]);
        let (mut y, dy) = (x, SVector::<f32, 10>::from_fn(|i, _| i as f32 - 4.5));
        f.in_place(1, y.as_mut_slice());
        let (mut expected, mut got) = (SVector::<f32, 10>::zeros(), [dy]);
        f.backward(1, x.as_slice(), y.as_slice(), dy.as_slice(), expected.as_mut_slice());
        Activate(f).backward_in_place(&[y], &mut got);
        assert_eq!(got, [expected]);
    }
    check(Exponential);
    check(Relu);
    check(Relu6);
    check(Sigmoid);
    check(Tanh);
    let all: Vec<_> = ACTIVATIONS.iter().filter(|spec| spec.from_output).map(|spec| spec.path).collect();
    assert_eq!(
        all,
        ["Exponential", "Relu", "Relu6", "Sigmoid", "Tanh"].map(|name| std::format!("activations::{name}"))
    );
}

/// An activation with `head` has that head as a type, and one with `identity` returns its input.
#[test]
fn specifications_are_as_the_types() {
    use super::{Activation, Head};

    fn head<F: Activation>(_: F) -> Head {
        F::HEAD
    }
    assert_eq!(
        (head(Sigmoid), head(Softmax), head(Linear), head(Tanh)),
        (Head::Sigmoid, Head::Softmax, Head::Other, Head::Other)
    );
    let named = |says: fn(&ValueSpec) -> bool| {
        ACTIVATIONS.iter().filter(|spec| says(spec)).map(|spec| spec.path).collect::<Vec<_>>()
    };
    assert_eq!(named(|spec| spec.head), ["activations::Sigmoid", "activations::Softmax"]);
    assert_eq!(named(|spec| spec.identity), ["activations::Linear"]);
}
