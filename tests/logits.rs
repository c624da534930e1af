//! A sigmoid or softmax under its cross-entropy has the stable gradient anywhere in the model.

use nn::prelude::*;

model! { pub struct Inner; Sequential([Input(shape = [2]), Dense(1, activation = sigmoid)]) }

model! {
    pub struct Outer;
    let x = Input(shape = [2]);
    let inner = Inner();
    let y = inner(x);
    Model(inputs = x, outputs = y)
}

model! {
    /// The outputs in another order; one is also read inside.
    pub struct Two;
    let x = Input(shape = [2]);
    let p = Dense(1, activation = sigmoid)(x);
    let q = Dense(3, activation = softmax)(x);
    Model(inputs = x, outputs = [p, q])
}

model! {
    pub struct Swapped;
    let x = Input(shape = [2]);
    let two = Two();
    let (a, b) = two(x);
    let c = Dense(1)(b);
    Model(inputs = x, outputs = [c, a])
}

model! {
    pub struct Around;
    let x = Input(shape = [2]);
    let swapped = Swapped();
    let (c, a) = swapped(x);
    Model(inputs = x, outputs = [a, c])
}

const X: [SVector<f64, 2>; 1] = [SVector::<f64, 2>::new(1.0, 1.0)];

fn inner() -> Box<Inner<f64>> {
    let mut model = Inner::<f64>::boxed(&mut StdRng::seed_from_u64(1));
    model.dense.kernel.fill(100.0);
    model
}

/// As in Keras: loss 200, and each weight goes from 100 to 99.99.
#[test]
fn a_saturated_sigmoid_inside_a_model_still_learns() {
    let mut outer = Outer::<f64>::boxed(&mut StdRng::seed_from_u64(1));
    outer.inner = *inner();
    let mut outer = outer.compile(Sgd::default(), BinaryCrossentropy::default());
    assert_eq!(outer.evaluate(X, [0.0f64]).expect("valid data").loss, 200.0);
    assert_eq!(outer.train_on_batch(X, [0.0f64]).expect("valid data").loss, 200.0);
    assert!(outer.model().inner.dense.kernel.iter().all(|w| (w - 99.99).abs() < 1e-9));
}

#[test]
fn outputs_are_told_apart() {
    let mut model = Around::<f64>::boxed(&mut StdRng::seed_from_u64(1));
    model.swapped.two.p.kernel.fill(100.0);
    let mut model =
        model.compile(Sgd::default(), AroundOutputs { a: BinaryCrossentropy::default(), c: MeanSquaredError });
    let report = model.train_on_batch(X, ([0.0f64], [0.0f64])).expect("valid data");
    assert_eq!(report.get("a_loss"), Some(200.0));
    assert!(model.model().swapped.two.p.kernel.iter().all(|w| (w - 99.99).abs() < 1e-9));
}

mod views {
    use nn::losses::CategoricalCrossentropy;
    use nn::prelude::*;

    // The logits are the reshaped input of the model. A loss asks for them when the input is out of its reach.
    model! {
        pub struct Viewed;
        let x = Input(shape = [1, 3]);
        let flat = Flatten()(x);
        let y = Activation(softmax)(flat);
        Model(inputs = x, outputs = y)
    }

    #[test]
    fn logits_may_be_a_view_of_an_input() {
        let x = [SVector::<f32, 3>::new(0.0, 0.0, 200.0)];
        let label = [SVector::<f32, 3>::new(1.0, 0.0, 0.0)];
        let model = Viewed::new(&mut StdRng::seed_from_u64(1));
        let model = Box::new(model).compile(Sgd::default(), CategoricalCrossentropy::default());
        // From clipped probabilities it would be about 16.1.
        assert!((model.evaluate(x, label).unwrap().loss - 200.0).abs() < 1e-3);
    }
}
