//! `adapt`: Normalization learns mean and variance of its input.

use nn::prelude::*;
use nn::{Adapting, Inline, Weights};

model! {
    /// The second Normalization sees the output of layers that change when the first one has adapted.
    pub struct Chain;

    let x = Input(shape = [4, 3]);
    let a = Dropout(0.5)(Rescaling([2.0, 1.0, 0.5], offset = 1)(Rescaling(1.0 / 1)(x)));
    let a = Normalization(name = "first")(a);
    let a = AlphaDropout(0.1, noise_shape = (None, 1, None))(GaussianDropout(0.1, seed = 3)(SpatialDropout1D(0.5)(a)));
    let h = BatchNormalization(name = "batch")(a);
    let h = Dense(2, name = "dense")(GaussianNoise(1.0)(h));
    let h = Normalization(axis = None, name = "second")(h);
    let given = Normalization(mean = 1.0, variance = SPREAD)(h);

    Model(inputs = x, outputs = given)
}

const SPREAD: f64 = 4.0;

model! {
    pub struct Tower;

    let x = Input(shape = [2]);
    let y = Normalization(name = "normalization")(x);

    Model(inputs = x, outputs = y)
}

model! {
    #[nn(allow(frozen_with_nothing_upstream))]
    /// A shared layer, a model inside, and an input that is an output too.
    pub struct Pair;

    let a = Input(shape = [2]);
    let b = Input(shape = [2]);
    let norm = Normalization(trainable = false);
    let tower = Tower();
    let (left, right) = (norm(a), norm(b));
    let t = tower(b);

    Model(inputs = [a, b], outputs = [left, right, t])
}

model! {
    pub struct Nothing;

    let x = Input(shape = [2]);
    let y = Dense(1)(x);

    Model(inputs = x, outputs = y)
}

model! {
    pub struct Steps;

    let x = Input(shape = [3, 2]);
    let y = TimeDistributed(Normalization())(x);

    Model(inputs = x, outputs = y)
}

fn moments(x: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let n = x.clone().count() as f64;
    let mean = x.clone().sum::<f64>() / n;
    (mean, x.map(|x| (x - mean).powi(2)).sum::<f64>() / n)
}

fn samples<const R: usize, const P: usize>(n: usize) -> Vec<SMatrix<f64, R, P>> {
    let mut rng = StdRng::seed_from_u64(5);
    let mut one = |f: usize| f as f64 * 10.0 + rng.random_range(-1.0..3.0);
    (0..n).map(|_| SMatrix::from_fn(|f, _| one(f))).collect()
}

#[test]
fn a_chain_adapts_in_order_and_without_noise() {
    let x = samples::<3, 4>(100);
    let mut chain = Chain::<f64>::boxed(&mut StdRng::seed_from_u64(1));
    chain.batch.moving_mean.fill(0.25);
    let batch = chain.batch.clone();
    chain.adapt(&x).unwrap();
    assert_eq!(chain.batch, batch);

    let scale = [2.0, 1.0, 0.5];
    for f in 0..3 {
        let (mean, variance) =
            moments(x.iter().flat_map(|x| x.row(f).iter().map(|x| x * scale[f] + 1.0).collect::<Vec<_>>()));
        assert!((chain.first.mean[f] - mean).abs() < 1e-12 && (chain.first.variance[f] - variance).abs() < 1e-12);
    }
    assert_eq!((chain.first.count[0], chain.second.count[0]), (400.0, 800.0));
    // The given numbers undo themselves, so the output has the mean -1/2 and the variance 1/4.
    let y = chain.predict(&x).unwrap();
    let (mean, variance) = moments(y.iter().flat_map(|y| y.iter().copied()));
    assert!((mean + 0.5).abs() < 1e-10 && (variance - 0.25).abs() < 1e-10, "{mean} {variance}");

    // Earlier statistics are forgotten, and training leaves them alone.
    let mut again = Chain::<f64>::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::new(0.1), MeanSquaredError);
    again.adapt(&x[..50]).unwrap();
    again.adapt(&x).unwrap();
    let w = |model: &Chain<f64>| (model.first.clone(), model.second.clone());
    chain.batch.moving_mean.fill(0.0);
    chain.adapt(&x).unwrap();
    assert_eq!(w(again.model()), w(&chain));
    again.train_on_batch(&x, &y).unwrap();
    assert_eq!(w(again.model()), w(&chain));
}

#[test]
fn shared_layers_and_models_inside() {
    let (a, b) = (samples::<2, 1>(37), samples::<2, 1>(70)[33..].to_vec());
    let mut pair = Pair::<f64>::boxed(&mut StdRng::seed_from_u64(1));
    pair.adapt((&a, &b)).unwrap();
    for f in 0..2 {
        let (mean, variance) = moments(a.iter().chain(&b).map(|x| x[f]));
        let norm = &pair.norm;
        assert!((norm.mean[f] - mean).abs() < 1e-12 && (norm.variance[f] - variance).abs() < 1e-12);
        let (mean, variance) = moments(b.iter().map(|x| x[f]));
        let norm = &pair.tower.normalization;
        assert!((norm.mean[f] - mean).abs() < 1e-12 && (norm.variance[f] - variance).abs() < 1e-12);
    }

    let x = samples::<2, 3>(9);
    let mut steps = Steps::<f64>::boxed(&mut StdRng::seed_from_u64(1));
    steps.adapt(&x).unwrap();
    let (mean, variance) = moments(x.iter().flat_map(|x| x.row(1).iter().copied().collect::<Vec<_>>()));
    let norm = &steps.y;
    assert!((norm.mean[1] - mean).abs() < 1e-12 && (norm.variance[1] - variance).abs() < 1e-12);
}

#[test]
fn errors_change_nothing() {
    let mut tower = Tower::boxed(&mut StdRng::seed_from_u64(1));
    let none: [SVector<f32, 2>; 0] = [];
    assert!(tower.adapt(&none).unwrap_err().to_string().contains("x"));
    assert!(tower.adapt(&[SVector::from([1.0, f32::NAN])]).is_err());
    assert_eq!(tower.as_slice(), [0.0, 0.0, 1.0, 1.0, 0.0]);
    let mut nothing = Nothing::boxed(&mut StdRng::seed_from_u64(1));
    let error = nothing.adapt(&[SVector::from([1.0_f32, 2.0])]).unwrap_err().to_string();
    assert_eq!(
        error,
        "adapt: expected a model with a Normalization that has no given mean and variance, got `Nothing`"
    );
}

/// The same without a heap, sample by sample.
#[test]
fn without_a_heap() {
    let x = samples::<2, 1>(20);
    let rng = &mut StdRng::seed_from_u64(1);
    let (mut tower, mut other, mut scratch) = (Tower::<f64>::new(rng), Tower::<f64>::new(rng), Tower::<f64>::new(rng));
    let mut adapting = Adapting::<Tower<f64>, Inline<1>>::new(1);
    x.iter().for_each(|x| adapting.add(&tower, core::slice::from_ref(x), 1));
    let adapted = adapting.finish(&mut tower, &mut scratch);
    assert!(adapted.changed && adapted.variables == 3);
    other.adapt(&x).unwrap();
    let close = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-13;
    assert!(tower.as_slice().iter().zip(other.as_slice()).all(close));
}

#[test]
fn the_names_of_the_variables_are_those_of_keras() {
    let (mut names, tower) = (Vec::new(), Tower::boxed(&mut StdRng::seed_from_u64(1)));
    Tower::<f32>::variables(&nn::Path::ROOT, &mut |variable| names.push(variable.path.to_string()));
    assert_eq!(names, ["normalization.mean", "normalization.variance", "normalization.count"]);
    let file = std::env::temp_dir().join(format!("adapt-{}.safetensors", std::process::id()));
    tower.save_weights(&file).unwrap();
    let mut read = Tower::boxed(&mut StdRng::seed_from_u64(2));
    read.load_weights(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    assert_eq!(*read, *tower);
}
