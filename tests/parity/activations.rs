//! Every activation: value and derivative on a grid, or on rows.

use crate::fixture::Fixture;
use crate::{F32, F64};
use nn::activations::*;
use nn::layer::{Layer, Memory, Mode, Pass};
use nn::tensor::flat;
use nn::{Element, Heap, SMatrix, Scalar, Tensors};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::collections::BTreeSet;

/// TensorFlow has the constants of gelu in `f32`.
const GELU: f64 = 2e-8;

macro_rules! activations {
    ($($name:ident: $activation:expr, $tolerance:expr;)*) => {
        /// The names of the activations on the grid.
        const ON_GRID: &[&str] = &[$(stringify!($name)),*];

        $(
            #[test]
            fn $name() {
                on_grid::<f64>(stringify!($name), $activation, $tolerance);
                on_grid::<f32>(stringify!($name), $activation, F32);
            }
        )*
    };
}

activations! {
    linear: Linear, F64;
    relu: Relu, F64;
    relu6: Relu6, F64;
    // TensorFlow rounds the slope to `f32`.
    leaky_relu: LeakyRelu { negative_slope: f64::from(LeakyRelu::default().negative_slope as f32) }, F64;
    elu: Elu::default(), F64;
    selu: Selu, F64;
    celu: Celu::default(), F64;
    gelu: Gelu, GELU;
    gelu_tanh: GeluTanh, GELU;
    silu: Silu, F64;
    hard_silu: HardSilu, F64;
    mish: Mish, F64;
    softplus: Softplus, F64;
    softsign: Softsign, F64;
    sigmoid: Sigmoid, F64;
    hard_sigmoid: HardSigmoid, F64;
    log_sigmoid: LogSigmoid, F64;
    tanh: Tanh, F64;
    hard_tanh: HardTanh, F64;
    tanh_shrink: TanhShrink, F64;
    hard_shrink: HardShrink::default(), F64;
    soft_shrink: SoftShrink::default(), F64;
    // The numbers of the script, because Keras has no defaults here.
    threshold: Threshold { threshold: 1.0, default_value: 0.25 }, F64;
    exponential: Exponential, F64;
    squareplus: Squareplus::default(), F64;
    sparse_plus: SparsePlus, F64;
    sparse_sigmoid: SparseSigmoid, F64;
}

#[test]
fn softmax_on_rows() {
    on_rows::<f64>("softmax", Softmax, F64);
    on_rows::<f32>("softmax", Softmax, F32);
}

#[test]
fn log_softmax_on_rows() {
    on_rows::<f64>("log_softmax", LogSoftmax, F64);
    on_rows::<f32>("log_softmax", LogSoftmax, F32);
}

#[test]
fn every_activation_of_the_file_is_tested() {
    let file = Fixture::read("activations");
    let in_file: BTreeSet<&str> = file.keys().filter_map(|key| Some(key.split_once('.')?.0)).collect();
    let on_rows = ["rows", "softmax", "log_softmax"];
    assert_eq!(in_file, ON_GRID.iter().copied().chain(on_rows).collect());
}

/// An activation that acts on each scalar. The derivative is the gradient of the sum.
fn on_grid<T: Scalar + Element>(name: &str, activation: impl Activation, tolerance: f64) {
    let x: Vec<SMatrix<T, 1, 1>> = Fixture::read("activations").samples("x");
    let expected = Fixture::read_case("activations", name);
    let dy = vec![SMatrix::repeat(T::ONE); x.len()];
    let (y, dx) = passes(activation, &x, &dy);
    expected.compare("y", flat(&y), tolerance);
    expected.compare("derivative", flat(&dx), tolerance);
    expected.finish();
}

/// An activation that acts on all features of a sample.
fn on_rows<T: Scalar + Element>(name: &str, activation: impl Activation, tolerance: f64) {
    let file = Fixture::read("activations");
    let expected = Fixture::read_case("activations", name);
    let x: Vec<SMatrix<T, 5, 1>> = file.samples("rows.x");
    let (y, dx) = passes(activation, &x, &file.samples("rows.dy"));
    expected.compare("y", flat(&y), tolerance);
    expected.compare("dx", flat(&dx), tolerance);
    expected.finish();
}

/// Checks output and gradient of the layer with this activation; a prediction gives the same output.
fn passes<T: Scalar + Element, const R: usize>(
    activation: impl Activation,
    x: &[SMatrix<T, R, 1>],
    dy: &[SMatrix<T, R, 1>],
) -> (Vec<SMatrix<T, R, 1>>, Vec<SMatrix<T, R, 1>>) {
    let layer = Activate(activation);
    let new = || SMatrix::<T, R, 1>::vecs(x.len());
    let (mut y, mut predicted, mut dx, mut rng) = (new(), new(), new(), StdRng::seed_from_u64(0));
    layer.forward::<Heap>(&(), x, &mut y, Pass::training(&mut (), Mode::new(&mut rng)));
    layer.forward::<Heap>(&(), x, &mut predicted, Pass::inference(&mut ()));
    assert_eq!(y, predicted);
    layer.backward::<Heap>(&(), x, &y, dy, Memory::new(&mut ()), Some(&mut dx), None);
    (y, dx)
}
