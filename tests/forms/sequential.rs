//! Sequential.

use super::*;

model! {
    pub struct Stack;
    Sequential([Input(shape = [3]), Dense(5, activation = tanh), Dropout(0.25), Dense(2, name = "last")])
}

model! {
    /// A layer bound before, a model and an activation as elements.
    pub struct Mixed;
    let first = Dense(3);
    Sequential([Input(shape = [3], name = "start"), first, Stack(), Activation(softmax)])
}

#[test]
fn gradients() {
    check::<Stack<f64>>();
    check::<Mixed<f64>>();
}

#[test]
fn names() {
    assert_eq!(variables::<Stack>(), ["dense.kernel", "dense.bias", "last.kernel", "last.bias"]);
    assert_eq!(variables::<Mixed>()[..3], ["first.kernel", "first.bias", "stack.dense.kernel"]);
    assert_eq!((Stack::<f32>::INPUT_NAMES, Stack::<f32>::OUTPUT_NAMES), (&["input_layer"][..], &["last"][..]));
    assert_eq!((Mixed::<f32>::INPUT_NAMES, Mixed::<f32>::OUTPUT_NAMES), (&["start"][..], &["activation"][..]));
}
