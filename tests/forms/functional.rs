//! Functional.

use super::*;

model! {
    /// A name may be bound again.
    pub struct Rebound;

    let start = Input(shape = [3]);
    let x = Dense(5, activation = tanh)(start);
    let x = Dense(2)(x);
    let end = Dense(7, activation = sigmoid)(x);

    Model(inputs = start, outputs = end)
}

model! {
    /// Calls within calls.
    pub struct Nested;

    let x = Input(shape = [3]);

    Model(inputs = x, outputs = Dense(2)(Dense(5, activation = tanh)(x)))
}

model! {
    /// `Model` with positional arguments, lists of one, and a semicolon.
    pub struct Positional;

    let x = Input([3]);
    let y = Dense(units = 2, activation = softmax, use_bias = false)(x);

    Model([x], [y]);
}

#[test]
fn gradients() {
    check::<Rebound<f64>>();
    check::<Nested<f64>>();
    check::<Positional<f64>>();
}

#[test]
fn a_layer_has_the_name_of_a_let_that_is_bound_once() {
    assert_eq!(
        variables::<Rebound>(),
        ["dense.kernel", "dense.bias", "dense_1.kernel", "dense_1.bias", "end.kernel", "end.bias"]
    );
    // As in Python, the outer layer is made before the argument of its call.
    assert_eq!(variables::<Nested>(), ["dense.kernel", "dense.bias", "dense_1.kernel", "dense_1.bias"]);
    assert_eq!(variables::<Positional>(), ["y.kernel"]);
    assert_eq!((Rebound::<f32>::INPUT_NAMES, Rebound::<f32>::OUTPUT_NAMES), (&["start"][..], &["end"][..]));
    assert_eq!(Nested::<f32>::OUTPUT_NAMES, ["dense"]);
}
