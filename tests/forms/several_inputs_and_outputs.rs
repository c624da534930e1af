//! Several inputs and outputs.

use super::*;

model! {
    pub struct Two;

    let a = Input(shape = [3]);
    let b = Input(shape = [2]);
    let both = concatenate([a, b]);
    let hidden = Dense(7, activation = tanh)(both);
    let p = Dense(5, activation = softmax)(hidden);
    let q = Dense(2)(b);

    Model(inputs = [a, b], outputs = [p, q])
}

model! {
    /// Outputs in another order than their computation; one is also read inside.
    pub struct ReadInside;

    let x = Input(shape = [3]);
    let h = Dense(5, activation = tanh)(x);
    let y = Dense(2, activation = sigmoid)(h);

    Model(inputs = x, outputs = [y, h])
}

model! {
    /// The same input twice in one merge, and a tensor three times.
    pub struct Twice;

    let x = Input(shape = [3]);
    let xx = concatenate([x, x]);
    let h = Dense(2, activation = tanh)(xx);
    let y = concatenate([h, h, x, h]);

    Model(inputs = x, outputs = y)
}

model! {
    /// Inputs with different uses: one reaches only the second output.
    pub struct Separate;

    let a = Input(shape = [3]);
    let b = Input(shape = [2]);
    let p = Activation(tanh)(a);
    let q = Activation(sigmoid)(b);

    Model(inputs = [b, a], outputs = [p, q])
}

#[test]
fn gradients() {
    check::<Two<f64>>();
    check::<ReadInside<f64>>();
    check::<Twice<f64>>();
    check::<Separate<f64>>();
}

#[test]
fn call_takes_a_tuple_or_names() {
    let model = Two::new(&mut rng());
    let (a, b) = (SVector::from([0.1, 0.2, 0.3]), SVector::from([0.4, 0.5]));
    let by_tuple = model.call((&a, &b));
    let by_name = model.call(TwoInputs { b: &b, a: &a });
    assert_eq!(by_tuple, by_name);
    let TwoOutputs { p, q } = by_name;
    assert!((p.sum() - 1.0).abs() < 1e-6);
    assert_eq!(q.len(), 2);
}

#[test]
fn an_output_that_is_read_inside() {
    let model = ReadInside::<f64>::new(&mut rng());
    let ReadInsideOutputs { y, h } = model.call(&SVector::from([0.1, 0.2, 0.3]));
    let expected = (model.y.kernel * h + model.y.bias).map(|z| 1.0 / (1.0 + (-z).exp()));
    assert!((y - expected).norm() < 1e-12);
}
