//! Arguments.

use super::*;

model! {
    /// Given names, also of inputs and outputs.
    pub struct Given;

    let x = Input(shape = [3], name = "start");
    let h = Dense(5, activation = tanh, name = "middle")(x);
    let h = Dense(4, trainable = false, name = "fixed")(h);
    let y = Dense(2, name = "end")(h);

    Model(inputs = x, outputs = y)
}

model! {
    /// Initializers and regularizers.
    pub struct Started;

    let x = Input(shape = [3]);
    let h = Dense(5, kernel_initializer = he_normal, bias_initializer = ones, kernel_regularizer = l2(0.01))(x);
    let y = Dense(2, kernel_initializer = random_normal(stddev = 0.1), bias_regularizer = l1(l1 = 0.2))(h);

    Model(inputs = x, outputs = y)
}

model! {
    /// The function forms.
    pub struct Functions;

    let a = Input(shape = [2, 3]);
    let b = Input(shape = [2, 3]);
    let rows = concatenate([a, b], axis = 1);
    let features = Concatenate(axis = -1)([a, tanh(b)]);
    let y = Dense(3, activation = None)(softplus(features));
    let z = concatenate([rows, y], axis = 1);

    Model(inputs = [a, b], outputs = elu(z))
}

model! {
    /// Nothing to learn.
    pub struct Weightless;

    let x = Input(shape = [3]);
    let y = tanh(x);

    Model(inputs = x, outputs = y)
}

#[test]
fn gradients() {
    check::<Given<f64>>();
    check::<Started<f64>>();
    check::<Functions<f64>>();
    check::<Weightless<f64>>();
}

#[test]
fn names() {
    assert_eq!(
        variables::<Given>(),
        ["middle.kernel", "middle.bias", "(fixed.kernel)", "(fixed.bias)", "end.kernel", "end.bias"]
    );
    assert_eq!(Given::<f32>::INPUT_NAMES, ["start"]);
    assert_eq!(Started::new(&mut rng()).h.bias, SVector::<f32, 5>::repeat(1.0));
    assert_eq!(Weightless::PARAMETERS, 0);
    assert_eq!(Weightless::new(&mut rng()).call(&SVector::zeros()), SVector::<f32, 3>::zeros());
}

#[test]
fn weights_that_do_not_learn_do_not_change() {
    let mut given = Given::boxed(&mut rng()).compile(Sgd::default(), MeanSquaredError);
    let before = given.model().clone();
    given.train_on_batch([SVector::repeat(1.0)], [SVector::repeat(1.0)]).unwrap();
    assert_eq!(before.fixed, given.model().fixed);
    assert!(before.middle != given.model().middle && before.end != given.model().end);
}
