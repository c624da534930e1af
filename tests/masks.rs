//! Outputs with a mask: the loss, its gradient and the metrics see only unmasked steps, as in Keras
//! (`tests/fixtures/losses.py`).

#![allow(missing_docs)]

#[path = "parity/close.rs"]
mod close;
#[allow(dead_code)]
#[path = "parity/fixture.rs"]
mod fixture;

use fixture::Fixture;
use nn::Weights;
use nn::losses::{Loss, LossOn};
use nn::metrics::{CategoricalAccuracy, RootMeanSquaredError, Weighted};
use nn::prelude::*;
use nn::tensor::Sample;

model! {
    /// A class for each step.
    pub struct Steps;

    let x = Input(shape = [4, 2]);
    let h = Masking(mask_value = -1.0)(x);
    let dense = Dense(3, activation = softmax)(h);

    Model(inputs = x, outputs = dense)
}

model! {
    /// The same, with an activation that hides the logits from every loss.
    #[nn(allow(dropout_of_nothing, dropout_on_output))]
    pub struct Unfused;

    let x = Input(shape = [4, 2]);
    let h = Masking(mask_value = -1.0)(x);
    let dense = Dense(3, activation = softmax)(h);
    let y = Dropout(0.0)(dense);

    Model(inputs = x, outputs = y)
}

model! {
    /// Both outputs of two inner models, of which one has a mask.
    pub struct Around;

    let x = Input(shape = [4, 2]);
    let plain = Dense(3, activation = softmax)(x);
    let steps = Steps()(x);

    Model(inputs = x, outputs = [plain, steps])
}

type Input = SMatrix<f64, 2, 4>;
type Output = SMatrix<f64, 3, 4>;

struct Data {
    all: Fixture,
    weights: Vec<f64>,
    x: Vec<Input>,
    t: Vec<Output>,
}

impl Data {
    fn read() -> Self {
        let all = Fixture::read_case("losses", "masked_graph");
        let weights = Fixture::read("losses").array("w").values.clone();
        Data { weights, x: all.samples("x"), t: all.samples("t"), all }
    }

    fn steps(&self) -> Box<Steps<f64>> {
        let mut model = Steps::<f64>::boxed(&mut StdRng::seed_from_u64(1));
        // Keras stores a kernel in the same order.
        model.dense.as_mut_slice()[..6].copy_from_slice(&self.all.array("k").values);
        model.dense.as_mut_slice()[6..].copy_from_slice(&self.all.array("b").values);
        model
    }

    /// Whether a step counts.
    fn counts(&self, n: usize, step: usize) -> bool {
        self.x[n].column(step).iter().any(|&x| x != -1.0)
    }
}

fn sgd() -> Sgd {
    Sgd { learning_rate: 1.0, ..Sgd::default() }
}

/// Loss and metrics of an evaluation. Loss, metrics and weights of a step with sample weights.
#[test]
fn as_in_keras() {
    let data = Data::read();
    let metrics = (Accuracy, Mse, RootMeanSquaredError, Weighted(Mae));
    let mut model = data.steps().compile(sgd(), CategoricalCrossentropy::default()).metrics(metrics);
    let report = model.evaluate(&data.x, &data.t).unwrap();
    let compare = |name: &str, got: f64| data.all.compare(name, &[got], 1e-12);
    for name in ["loss", "accuracy", "mse", "root_mean_squared_error", "mae"] {
        compare(&format!("f64.evaluate.{name}"), report.get(name).unwrap());
    }
    let fit = Fit::new().sample_weight(&data.weights[..]).shuffle(false).batch_size(7).verbose(0);
    let history = model.fit(&data.x, &data.t, fit).unwrap();
    compare("f64.trained.loss", history.get("loss").unwrap()[0]);
    compare("f64.trained.mae", history.get("mae").unwrap()[0]);
    data.all.compare("f64.k", &model.model().dense.as_slice()[..6], 1e-12);
    data.all.compare("f64.b", &model.model().dense.as_slice()[6..], 1e-12);
}

/// A step of SGD against central differences of the loss.
#[test]
fn the_gradient_is_that_of_the_loss() {
    let data = Data::read();
    fn check<M: Model<Scalar = f64, Inputs = Input, Outputs = Output>>(data: &Data, model: &M) -> Vec<f64> {
        const STEP: f64 = 1e-5;
        let mut compiled = model.boxed_clone().compile(sgd(), CategoricalCrossentropy::default());
        compiled.train_on_batch(&data.x, &data.t).unwrap();
        let gradients = model.as_slice().iter().zip(compiled.model().as_slice()).map(|(before, after)| before - after);
        let gradients: Vec<f64> = gradients.collect();
        for (i, gradient) in gradients.iter().enumerate() {
            let [above, below] = [STEP, -STEP].map(|step| {
                let mut moved = model.boxed_clone();
                moved.as_mut_slice()[i] += step;
                let moved = moved.compile(sgd(), CategoricalCrossentropy::default());
                moved.evaluate(&data.x, &data.t).unwrap().loss
            });
            let expected = (above - below) / (2.0 * STEP);
            assert!((expected - gradient).abs() < 1e-8, "{i}: {expected} {gradient}");
        }
        gradients
    }
    let fused = check(&data, &*data.steps());
    let mut unfused = Unfused::<f64>::boxed(&mut StdRng::seed_from_u64(1));
    unfused.as_mut_slice().copy_from_slice(data.steps().as_slice());
    let unfused = check(&data, &*unfused);
    assert!(fused.iter().zip(&unfused).all(|(a, b)| (a - b).abs() < 1e-12), "{fused:?} {unfused:?}");
}

/// A masked target makes no difference.
#[test]
fn targets_of_other_steps_are_not_looked_at() {
    let data = Data::read();
    let metrics = || (Accuracy, CategoricalAccuracy, CategoricalCrossentropy::default());
    let train = |t: &[Output]| {
        let mut model = data.steps().compile(sgd(), CategoricalCrossentropy::default()).metrics(metrics());
        let report: Vec<f64> = model.train_on_batch(&data.x, t).unwrap().iter().map(|(_, value)| value).collect();
        (report, model.model().as_slice().to_vec())
    };
    let mut other = data.t.clone();
    for (n, t) in other.iter_mut().enumerate() {
        for step in (0..4).filter(|&step| !data.counts(n, step)) {
            t.set_column(step, &SVector::from([0.5, -3.0, 100.0]));
        }
    }
    assert_ne!(other, data.t);
    assert_eq!(train(&data.t), train(&other));
}

#[test]
fn a_batch_in_which_nothing_counts() {
    let data = Data::read();
    let nothing = [Input::repeat(-1.0); 3];
    let mut model = data.steps().compile(sgd(), CategoricalCrossentropy::default()).metrics(Accuracy);
    let logs = model.train_on_batch(nothing, &data.t[..3]).unwrap();
    assert_eq!((logs.loss, logs.get("accuracy")), (0.0, Some(0.0)));
    assert_eq!(model.model().as_slice(), data.steps().as_slice());
}

/// The output of an inner model has its mask; the output beside it has none.
#[test]
fn a_model_inside_hands_on_its_mask() {
    let data = Data::read();
    let mut around = Around::<f64>::boxed(&mut StdRng::seed_from_u64(1));
    around.steps = *data.steps();
    around.plain.as_mut_slice().copy_from_slice(data.steps().dense.as_slice());
    let losses = AroundOutputs { plain: CategoricalCrossentropy::default(), steps: CategoricalCrossentropy::default() };
    let metrics = AroundOutputs { plain: Accuracy, steps: Accuracy };
    let mut around = around.compile(sgd(), losses).metrics(metrics);
    let mut steps = data.steps().compile(sgd(), CategoricalCrossentropy::default()).metrics(Accuracy);
    let alone = steps.train_on_batch(&data.x, &data.t).unwrap();
    let both = around.train_on_batch(&data.x, (&data.t, &data.t)).unwrap();
    assert_eq!(both.get("steps_loss"), Some(alone.loss));
    assert_eq!(both.get("steps_accuracy"), alone.get("accuracy"));
    assert_ne!(both.get("plain_loss"), both.get("steps_loss"));
    assert_ne!(both.get("plain_accuracy"), both.get("steps_accuracy"));
    assert_eq!(around.model().steps.as_slice(), steps.model().as_slice());
}

/// A user's own loss knows nothing about positions.
#[derive(Clone, Copy, Debug)]
struct Squares;

impl Loss for Squares {
    fn name(&self) -> &'static str {
        "squares"
    }
}

impl<P: Sample<Element = f64>> LossOn<P> for Squares {
    type Target = P;

    fn loss(&self, target: &P, prediction: &P) -> f64 {
        let pairs = P::flat(std::slice::from_ref(target)).iter().zip(P::flat(std::slice::from_ref(prediction)));
        pairs.map(|(t, y)| (y - t) * (y - t)).sum::<f64>() / P::SIZE as f64
    }

    fn gradient(&self, target: &P, prediction: &P, gradient: &mut P) {
        let pairs = P::flat(std::slice::from_ref(target)).iter().zip(P::flat(std::slice::from_ref(prediction)));
        for (g, (t, y)) in P::flat_mut(std::slice::from_mut(gradient)).iter_mut().zip(pairs) {
            *g = 2.0 * (y - t) / P::SIZE as f64;
        }
    }
}

#[test]
fn a_loss_of_a_users_own_sees_what_counts() {
    let data = Data::read();
    let mut own = data.steps().compile(sgd(), Squares);
    let mut built_in = data.steps().compile(sgd(), MeanSquaredError);
    let (got, expected) = (own.train_on_batch(&data.x, &data.t), built_in.train_on_batch(&data.x, &data.t));
    assert!((got.unwrap().loss - expected.unwrap().loss).abs() < 1e-12);
    let pairs = own.model().as_slice().iter().zip(built_in.model().as_slice());
    assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-12));
}

model! {
    /// Sequences of different lengths, one after the other.
    pub struct Longer;

    let x = Input(shape = [4, 2]);
    let z = Input(shape = [3, 2]);
    let h = Masking(mask_value = -1.0)(x);
    let i = Masking(mask_value = -1.0)(z);
    let y = concatenate([h, i], axis = 1);
    let mean = GlobalAveragePooling1D()(y);
    let out = Activation(linear)(y);

    Model(inputs = [x, z], outputs = [out, mean])
}

/// As in Keras, masks are joined like the steps, for layers and for losses.
#[test]
fn steps_one_behind_the_other() {
    let model = Longer::<f64>::new(&mut StdRng::seed_from_u64(1)).compile(sgd(), MeanSquaredError);
    // Unmasked steps: 1 and 3 of the first sequence, 0 of the second.
    let x = SMatrix::<f64, 2, 4>::from_column_slice(&[-1., -1., 2., -1., -1., -1., 4., 5.]);
    let z = SMatrix::<f64, 2, 3>::from_column_slice(&[6., 8., -1., -1., -1., -1.]);
    let mean = model.model().call((&x, &z)).mean;
    assert!((mean - SVector::<f64, 2>::new(4., 4.)).norm() < 1e-12, "{mean}");
    let targets = ([SMatrix::<f64, 2, 7>::zeros()], [mean]);
    let report = model.evaluate((&[x], &[z]), (&targets.0, &targets.1)).unwrap();
    let squares = 4. + 1. + 16. + 25. + 36. + 64.;
    assert!((report.get("out_loss").unwrap() - squares / 6.).abs() < 1e-12, "{report:?}");
}
