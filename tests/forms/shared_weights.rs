//! Shared weights.

use super::*;
use nn::layer::{Layer, Memory, Pass, Tensors};
use nn::{Buffer, Heap};

model! {
    /// One layer, called three times.
    pub struct Thrice;

    let a = Input(shape = [3]);
    let b = Input(shape = [3]);
    let tower = Dense(3, activation = tanh);
    let y = concatenate([tower(a), tower(b), tower(tower(a))]);

    Model(inputs = [a, b], outputs = y)
}

model! {
    /// The same, of two layers.
    pub struct Apart;

    let a = Input(shape = [3]);
    let b = Input(shape = [3]);
    let one = Dense(3, activation = tanh);
    let two = Dense(3, activation = tanh);
    let y = concatenate([one(a), two(b)]);

    Model(inputs = [a, b], outputs = y)
}

model! {
    /// As `Apart`, of one layer.
    pub struct Together;

    let a = Input(shape = [3]);
    let b = Input(shape = [3]);
    let one = Dense(3, activation = tanh);
    let y = concatenate([one(a), one(b)]);

    Model(inputs = [a, b], outputs = y)
}

model! {
    /// One set of weights for different numbers of positions.
    pub struct Positions;

    let a = Input(shape = [2, 3]);
    let b = Input(shape = [5, 3]);
    let embed = Dense(2);
    let y = concatenate([embed(a), embed(b)], axis = 1);

    Model(inputs = [a, b], outputs = y)
}

#[test]
fn gradients() {
    check::<Thrice<f64>>();
    check::<Apart<f64>>();
    check::<Together<f64>>();
    check::<Positions<f64>>();
    assert_eq!(variables::<Thrice>(), ["tower.kernel", "tower.bias"]);
}

/// The gradient of the weights, for some input and some output gradient.
fn gradient<M>(model: &M) -> Box<M>
where
    M: Model<Scalar = f64, Inputs = (SVector<f64, 3>, SVector<f64, 3>), Outputs = SVector<f64, 6>>,
{
    let graph = <M::Graph as nn::Graph<f64, M::Inputs>>::NEW;
    let x = (&[SVector::from([0.1, 0.2, 0.3])][..], &[SVector::from([-0.5, 0.7, 0.4])][..]);
    let mut y = [SVector::zeros()];
    let mut cache = <M::Graph as Layer<f64, M::Inputs>>::Cache::<Heap>::with_capacity(1);
    let mut rng = rng();
    graph.forward::<Heap>(model, x, &mut y, Pass::training(&mut cache, nn::Mode::new(&mut rng)));
    let dy = [SVector::from([1.0, -2.0, 3.0, 0.5, 0.25, -1.0])];
    let mut dw = nn::weights::zeroed_box::<f64, M>();
    graph.backward::<Heap>(model, x, &y, &dy, Memory::new(&mut cache), M::Inputs::no_gradients(), Some(&mut dw));
    dw
}

#[test]
fn gradients_of_shared_weights_add_up() {
    let together = Together::<f64>::new(&mut rng());
    let apart = Apart { one: together.one.clone(), two: together.one.clone() };
    let (shared, separate) = (gradient(&together), gradient(&apart));
    let sum = separate.one.kernel + separate.two.kernel;
    assert!((shared.one.kernel - sum).norm() < 1e-12);
    assert!(separate.one.kernel.norm() > 0.1 && separate.two.kernel.norm() > 0.1);
}
