//! Penalties and bounds in a graph, and layers that are frozen at run time.

use nn::prelude::*;

model! {
    pub struct Charged;
    let x = Input(shape = [2]);
    let h = Dense(2, activation = relu, use_bias = false, activity_regularizer = l1_l2(l1 = 0.5, l2 = 0.25))(x);
    let y = Dense(1, use_bias = false)(h);
    Model(inputs = x, outputs = y)
}

model! {
    pub struct ChargedInside;
    let x = Input(shape = [2]);
    let inner = Charged();
    let y = inner(x);
    Model(inputs = x, outputs = y)
}

model! {
    #[nn(allow(bias_before_batch_normalization))]
    pub struct Bound;
    let x = Input(shape = [2]);
    let h = Dense(3, kernel_constraint = max_norm(0.5), bias_constraint = non_neg)(x);
    let h = BatchNormalization(momentum = 0.5)(h);
    let y = Dense(1, kernel_constraint = unit_norm)(h);
    Model(inputs = x, outputs = y)
}

model! {
    pub struct BoundInside;
    let x = Input(shape = [2]);
    let first = Dense(2)(x);
    let bound = Bound();
    let y = bound(first);
    Model(inputs = x, outputs = y)
}

model! {
    pub struct OneLayer;
    let x = Input(shape = [2]);
    let y = Dense(3, kernel_constraint = max_norm(0.5), bias_constraint = non_neg)(x);
    Model(inputs = x, outputs = y)
}

/// An axis that only rustc knows.
const LAST: f64 = -1.0;

model! {
    pub struct Filters;
    let x = Input(shape = [4, 4, 2]);
    let c = Conv2D(3, 2, kernel_constraint = unit_norm(axis = [0, 1, 2]), bias_constraint = unit_norm(axis = LAST))(x);
    let d = Conv2D(2, 2, kernel_constraint = max_norm(max_value = 0.25, axis = (0, LAST)))(c);
    Model(inputs = x, outputs = d)
}

/// Keras's advice for the kernel of a convolution: the norm of a filter is along the first three axes.
#[test]
fn norms_along_several_axes() {
    let mut model = Filters::<f64>::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::new(0.01), MeanSquaredError);
    model.train_on_batch(&[[[[1.0, -0.5]; 4]; 4]], &[[[[0.5, 2.0]; 2]; 2]]).expect("valid data");
    // A row of the kernel's matrix is a filter, and its columns are the places (row, column, channel) of a window.
    for filter in model.model().c.kernel.row_iter() {
        assert!((filter.norm() - 1.0).abs() < 1e-6, "{}", filter.norm());
    }
    // The bias was 0 before the step, so its norm is small enough for Keras's epsilon to show.
    assert!((model.model().c.bias.norm() - 1.0).abs() < 1e-3);
    let kernel = model.model().d.kernel;
    for cell in 0..2 * 3 {
        // Both rows of the window, and all filters.
        let norm = kernel.column(cell).norm().hypot(kernel.column(2 * 3 + cell).norm());
        assert!(norm < 0.25 + 1e-6 && norm > 0.1, "{norm}");
    }
}

fn data() -> ([SVector<f64, 2>; 2], [f64; 2]) {
    ([[1.0, 2.0], [-3.0, 4.0]].map(SVector::from), [0.0, 0.0])
}

fn charged() -> Box<Charged<f64>> {
    let mut model = Charged::<f64>::boxed(&mut StdRng::seed_from_u64(1));
    model.h.kernel = SMatrix::identity();
    model.y.kernel.fill(0.0);
    model
}

/// The loss and the weights agree with Keras 3: 4.375 and [[0.5, 3], [-1, -5.5]].
#[test]
fn a_penalty_on_activations_is_a_part_of_the_loss_in_training_and_in_a_test() {
    let (x, y) = data();
    // relu(x) is (1, 2) and (0, 4): (0.5 · 7 + 0.25 · 21) / 2 samples; the output, and so the error, is 0.
    let expected = (0.5 * 7.0 + 0.25 * 21.0) / 2.0;
    let mut model = charged().compile(Sgd { learning_rate: 1.0, ..Sgd::default() }, MeanSquaredError);
    assert!((model.evaluate(x, y).expect("valid data").loss - expected).abs() < 1e-12);
    assert!((model.train_on_batch(x, y).expect("valid data").loss - expected).abs() < 1e-12);
    // dW = Σ (0.5 + 0.5 · h) · x / 2 over the h > 0.
    let expected = SMatrix::<f64, 2, 2>::new(1.0 - 0.5, -1.0, -(0.75 - 3.75), 1.0 - (1.5 + 5.0));
    assert!((model.model().h.kernel - expected).norm() < 1e-12, "{}", model.model().h.kernel);
}

#[test]
fn a_penalty_inside_a_model_that_is_a_layer() {
    let (x, y) = data();
    let mut outer = ChargedInside::<f64>::boxed(&mut StdRng::seed_from_u64(1));
    outer.inner = *charged();
    let mut outer = outer.compile(Sgd::default(), MeanSquaredError);
    let mut inner = charged().compile(Sgd::default(), MeanSquaredError);
    assert_eq!(outer.evaluate(x, y).expect("valid data").loss, inner.evaluate(x, y).expect("valid data").loss);
    assert_eq!(
        outer.train_on_batch(x, y).expect("valid data").loss,
        inner.train_on_batch(x, y).expect("valid data").loss
    );
    assert_eq!(outer.model().inner, *inner.model());
}

/// `Dense(3, kernel_constraint=MaxNorm(0.5), bias_constraint=NonNeg())` with `SGD(0.1)` and `"mse"`. The expected
/// numbers come from one `train_on_batch` of Keras 3 (TensorFlow, float64) from these weights, with targets of 1.
/// TensorFlow rounds its step to `f32`.
#[test]
fn bounds_are_those_of_keras() {
    let (x, _) = data();
    let mut model = OneLayer::<f64>::boxed(&mut StdRng::seed_from_u64(1));
    model.y.kernel.as_mut_slice().copy_from_slice(&[0.1, 0.6, -0.3, 0.2, 0.8, 0.4]);
    model.y.bias.as_mut_slice().copy_from_slice(&[0.1, -0.2, 0.3]);
    let mut model = model.compile(Sgd { learning_rate: 0.1, ..Sgd::default() }, MeanSquaredError);
    model.train_on_batch(x, [SVector::<f64, 3>::repeat(1.0); 2]).expect("valid data");
    let y = &model.model().y;
    let kernel = [0.07333331, 0.31937765, -0.11333328, 0.2799999, 0.3847049, 0.17333325];
    let bias = [0.12666667, 0.0, 0.24666667];
    let close = |got: &[f64], keras: &[f64]| got.iter().zip(keras).all(|(got, keras)| (got - keras).abs() < 2e-7);
    assert!(close(y.kernel.as_slice(), &kernel) && close(y.bias.as_slice(), &bias), "{y:?}");
}

#[test]
fn bounds_hold_after_every_step() {
    let (x, y) = data();
    let mut model = BoundInside::<f64>::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), MeanSquaredError);
    for _ in 0..5 {
        model.train_on_batch(x, y).expect("valid data");
        let bound = &model.model().bound;
        // One row of our kernel is a column of Keras's.
        assert!(bound.dense.kernel.row_iter().all(|row| row.norm() <= 0.5));
        assert!(bound.dense.bias.iter().all(|&bias| bias >= 0.0));
        assert!((bound.y.kernel.norm() - 1.0).abs() < 1e-6);
    }
}

#[test]
fn what_is_frozen_at_run_time_is_neither_trained_nor_bound_and_keeps_its_averages() {
    let (x, y) = data();
    let mut model = BoundInside::<f64>::boxed(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), MeanSquaredError);
    model.set_trainable("bound", false).expect("there is such a layer");
    let before = model.model().clone();
    model.fit(x, y, Fit::new().epochs(3).verbose(0)).expect("valid data");
    assert_eq!(before.bound, model.model().bound);
    assert_ne!(before.first, model.model().first);
    model.set_trainable("bound.batch_normalization", true).expect("there is such a layer");
    model.fit(x, y, Fit::new().epochs(3).verbose(0)).expect("valid data");
    assert_eq!(before.bound.dense, model.model().bound.dense);
    assert_ne!(before.bound.batch_normalization, model.model().bound.batch_normalization);
}

const PENALTY: f64 = 0.25;

model! {
    /// Numbers that only rustc knows.
    #[nn(allow(bias_before_batch_normalization))]
    pub struct ByConst;

    let x = Input(shape = [2]);
    let h = Dense(2, kernel_regularizer = l2(PENALTY * 2.0), kernel_initializer = constant(value = PENALTY))(x);
    let y = BatchNormalization(momentum = PENALTY, epsilon = PENALTY / 2.0)(h);

    Model(inputs = x, outputs = y)
}

#[test]
fn numbers_that_only_rustc_knows() {
    let model = ByConst::new(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), MeanSquaredError);
    let loss = model.evaluate([SVector::<f32, 2>::zeros()], [SVector::<f32, 2>::zeros()]).unwrap().loss;
    // Four weights of 1/4.
    assert!((loss - 0.5 * 4.0 / 16.0).abs() < 1e-6, "{loss}");
}

model! {
    #[nn(allow(dropout_on_output))]
    pub struct Channels;
    let image = Input(shape = [4, 5, 16]);
    let y = SpatialDropout2D(0.5)(image);
    Model(inputs = image, outputs = y)
}

/// The channels of a prediction are whole; the page of the layer tests training.
#[test]
fn spatial_dropout_keeps_predictions() {
    let image = [SMatrix::<f32, 16, 20>::repeat(1.0)];
    assert_eq!(Channels::boxed(&mut StdRng::seed_from_u64(1)).predict(image).unwrap(), image);
}

model! {
    #[nn(allow(dropout_on_output))]
    pub struct Shared;
    let steps = Input(shape = [5, 3]);
    let y = Dropout(0.5, noise_shape = (None, 1, None), seed = 7)(steps);
    Model(inputs = steps, outputs = y)
}

/// A graph has the shape of the noise; the page of the layer tests training.
#[test]
fn shared_noise_keeps_predictions() {
    let steps = [SMatrix::<f32, 3, 5>::repeat(1.0)];
    assert_eq!(Shared::boxed(&mut StdRng::seed_from_u64(1)).predict(steps).unwrap(), steps);
}
