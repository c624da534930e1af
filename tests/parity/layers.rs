//! Every layer by itself: outputs, gradients of inputs and weights, moving averages.
//!
//! A case gives Keras's arguments to the layer's shape rule, which returns the constants of the type. The shapes of the
//! output and the weights must also be Keras's.

use crate::fixture::Fixture;
use nn::layer::{Memory, Mode, Pass};
use nn::shape::MAX_RANK;
use nn::spec::Value::Ints;
use nn::spec::{Default, Inferred, LayerSpec, Value};
use nn::tensor::FloatTensors;
use nn::weights::zeroed_box;
use nn::{Buffer, Element, Heap, Scalar, Tensors, Weights};
use rand::SeedableRng;
use rand::rngs::StdRng;

/// `case: page::Layer[indices of its constants] { fields } (arguments) on [shape of a sample] ..`
macro_rules! cases {
    ($file:literal; $(
        $case:ident: $page:ident::$layer:ident [$($i:literal)*] $({ $($field:tt)* })?
            ($($argument:ident = $value:expr),*) on $([$($dim:literal),*])+;
    )*) => {
        $(
            #[test]
            fn $case() {
                use nn::layers::*;
                #[allow(unused_imports)]
                use nn::layers::{activation::*, conv::*, merging::*, normalization::*, pooling::*, regularization::*, reshaping::*};
                use nn::spec::{Inferred, Value, expect};
                use nn::{SMatrix, Shape};
                #[allow(unused_imports)]
                use nn::spec::Value::{Flag, Int, Size};

                const ARGUMENTS: [Value; $page::SPEC.args.len()] =
                    crate::layers::arguments(&$page::SPEC, &[$((stringify!($argument), $value)),*]);
                const INFERRED: Inferred =
                    expect(stringify!($layer), $page::infer(&ARGUMENTS, &[$(Shape::new(&[$($dim),*])),+]));
                type L = $layer<$({ INFERRED.constant($i) }),*>;
                #[allow(clippy::needless_update)] // Some layers have no other fields.
                const LAYER: L = cases!(@layer L $({ $($field)* })?);
                #[allow(unused_parens)] // One input is no tuple.
                type X<T> = ($(SMatrix<
                    T,
                    { Shape::new(&[$($dim),*]).rows() },
                    { Shape::new(&[$($dim),*]).cols() }
                >),+);
                let fixture = || crate::fixture::Fixture::read_case($file, stringify!($case));
                crate::layers::check::<f64, X<f64>, L>(fixture(), &LAYER, &INFERRED, crate::F64);
                crate::layers::check::<f32, X<f32>, L>(fixture(), &LAYER, &INFERRED, crate::F32);
            }
        )*

        #[test]
        fn every_case_of_the_file_is_tested() {
            let file = crate::fixture::Fixture::read($file);
            let in_file: std::collections::BTreeSet<&str> =
                file.keys().filter_map(|key| Some(key.split_once('.')?.0)).collect();
            assert_eq!(in_file, [$(stringify!($case)),*].into());
        }
    };
    (@layer $layer:ident) => { $layer::DEFAULT };
    (@layer $layer:ident { $($field:tt)* }) => { $layer { $($field)*, ..$layer::DEFAULT } };
}

cases! { "layers";
    dense: dense::Dense[0 1 2] (units = Size(7)) on [5];
    dense_rank3: dense::Dense[0 1 2] (units = Size(7)) on [3, 5];
    dense_no_bias: dense::Dense[0 1 2] (units = Size(7), use_bias = Flag(false)) on [5];
    batch_normalization: batch_normalization::BatchNormalization[0 1 2 3] () on [4];
    batch_normalization_rank3: batch_normalization::BatchNormalization[0 1 2 3] () on [3, 2];
    layer_normalization: layer_normalization::LayerNormalization[0 1 2 3 4 5 6 7 8] () on [7];
    layer_normalization_rank3: layer_normalization::LayerNormalization[0 1 2 3 4 5 6 7 8] () on [3, 5];
    prelu: p_re_lu::PReLU[0 1 2 3 4 5 6] () on [7];
    prelu_rank3: p_re_lu::PReLU[0 1 2 3 4 5 6] () on [3, 5];
    prelu_shared: p_re_lu::PReLU[0 1 2 3 4 5 6] (shared_axes = ints(&[1])) on [3, 5];
    softmax: softmax::Softmax[0 1] () on [7];
    softmax_rank3: softmax::Softmax[0 1] () on [3, 5];
    elu: elu::ELU[] { alpha: 0.7 } () on [7];
    // TensorFlow rounds the slope to `f32`.
    leaky_relu: leaky_re_lu::LeakyReLU[] { negative_slope: LeakyReLU::DEFAULT.negative_slope as f32 as f64 } () on [7];
    relu: re_lu::ReLU[] () on [7];
    relu_arguments: re_lu::ReLU[] { max_value: 0.75, negative_slope: 0.1, threshold: 0.25 } () on [7];
    add: add::Add[0 1 2 3 4 5] () on [3, 5] [3, 5] [3, 5];
    subtract: subtract::Subtract[0 1 2 3 4 5] () on [3, 5] [3, 5];
    multiply: multiply::Multiply[0 1 2 3 4 5] () on [3, 5] [3, 5] [3, 5];
    average: average::Average[0 1 2 3 4 5] () on [3, 5] [3, 5] [3, 5];
    maximum: maximum::Maximum[0 1 2 3 4 5] () on [3, 5] [3, 5] [3, 5];
    minimum: minimum::Minimum[0 1 2 3 4 5] () on [3, 5] [3, 5] [3, 5];
    concatenate: concatenate::Concatenate[0 1 2] () on [2] [3] [5];
    concatenate_axis_1: concatenate::Concatenate[0 1 2] (axis = Int(1)) on [2, 5] [3, 5] [7, 5];
    concatenate_axis_last: concatenate::Concatenate[0 1 2] (axis = Int(-1)) on [5, 2] [5, 3] [5, 7];
    dot: dot::Dot[0 1 2 3 4 5] (axes = ints(&[1])) on [5] [5];
    dot_normalize: dot::Dot[0 1 2 3 4 5] (axes = ints(&[1]), normalize = Flag(true)) on [5] [5];
    dot_axes_1: dot::Dot[0 1 2 3 4 5] (axes = ints(&[1])) on [5, 2] [5, 3];
    dot_axes_2: dot::Dot[0 1 2 3 4 5] (axes = ints(&[2])) on [2, 5] [3, 5];
    dot_axes_1_2: dot::Dot[0 1 2 3 4 5] (axes = ints(&[1, 2])) on [5, 2] [3, 5];
    dot_axes_2_1: dot::Dot[0 1 2 3 4 5] (axes = ints(&[2, 1])) on [2, 5] [5, 3];
    dot_axes_1_2_normalize: dot::Dot[0 1 2 3 4 5] (axes = ints(&[1, 2]), normalize = Flag(true)) on [5, 2] [3, 5];
    reshape: reshape::Reshape[0 1] (target_shape = ints(&[2, 6])) on [3, 4];
    reshape_infer: reshape::Reshape[0 1] (target_shape = ints(&[-1, 2, 3])) on [30];
    permute: permute::Permute[0 1 2 3 4 5 6] (dims = ints(&[2, 1])) on [3, 5];
    permute_3_1_2: permute::Permute[0 1 2 3 4 5 6] (dims = ints(&[3, 1, 2])) on [2, 3, 5];
    repeat_vector: repeat_vector::RepeatVector[0] (n = Size(3)) on [5];
    flatten: flatten::Flatten[0] () on [3, 5];
    flatten_rank4: flatten::Flatten[0] () on [2, 3, 5];
}

/// Checks one case in one precision.
pub(crate) fn check<T, X, L>(fixture: Fixture, layer: &L, inferred: &Inferred, tolerance: f64)
where
    T: Scalar + Element,
    X: FloatTensors<T>,
    L: nn::Train<T, X, Output: FloatTensors<T>>,
{
    assert_eq!(inferred.output(0).dims(), &fixture.array("y").shape[1..], "the shape of the output");
    let mut w: Box<L::Weights> = fixture.weights("w");

    if <L::Weights as Weights<T>>::NON_TRAINABLE == 0 {
        predict::<T, X, L>(&fixture, "", layer, &w, tolerance);
        train::<T, X, L>(&fixture, "", layer, &mut w, false, tolerance);
    } else {
        // A frozen layer works as in a prediction, even in a training pass, and its moving averages stay.
        predict::<T, X, L>(&fixture, "inference.", layer, &w, tolerance);
        train::<T, X, L>(&fixture, "inference.", layer, &mut w, true, tolerance);
        fixture.compare_weights("w", &*w, |_| true, 0.0);
        train::<T, X, L>(&fixture, "", layer, &mut w, false, tolerance);
        fixture.compare_weights("after", &*w, |variable| !variable.trainable, tolerance);
    }
    fixture.finish();
}

/// Compares the output of a prediction.
fn predict<T, X, L>(fixture: &Fixture, prefix: &str, layer: &L, w: &L::Weights, tolerance: f64)
where
    T: Scalar + Element,
    X: FloatTensors<T>,
    L: nn::Train<T, X, Output: FloatTensors<T>>,
{
    let (x, n) = fixture.buffers::<T, X>("x");
    let mut y = <L::Output as Tensors>::Buffers::<Heap>::with_capacity(n);
    let mut scratch = L::Scratch::<Heap>::with_capacity(n);
    let y_mut = <L::Output as Tensors>::batch_mut::<Heap>(&mut y, n);
    layer.forward::<Heap>(w, X::batch::<Heap>(&x, n), y_mut, Pass::inference(&mut scratch));
    let y = <L::Output as FloatTensors<T>>::flat(<L::Output as Tensors>::batch::<Heap>(&y, n), 0);
    fixture.compare(&format!("{prefix}y"), y, tolerance);
}

/// Compares the output of a training pass, the gradients, and the running state after it.
fn train<T, X, L>(fixture: &Fixture, prefix: &str, layer: &L, w: &mut L::Weights, frozen: bool, tolerance: f64)
where
    T: Scalar + Element,
    X: FloatTensors<T>,
    L: nn::Train<T, X, Output: FloatTensors<T>>,
{
    let (x, n) = fixture.buffers::<T, X>("x");
    let x = X::batch::<Heap>(&x, n);
    let mut y = <L::Output as Tensors>::Buffers::<Heap>::with_capacity(n);
    let mut cache = L::Cache::<Heap>::with_capacity(n);
    let mut rng = StdRng::seed_from_u64(0);
    let mut mode = Mode::new(&mut rng);
    let mode = if frozen { mode.frozen() } else { mode.reborrow() };
    let y_mut = <L::Output as Tensors>::batch_mut::<Heap>(&mut y, n);
    layer.forward::<Heap>(w, x, y_mut, Pass::training(&mut cache, mode));
    let y = <L::Output as Tensors>::batch::<Heap>(&y, n);
    fixture.compare(&format!("{prefix}y"), <L::Output as FloatTensors<T>>::flat(y, 0), tolerance);

    let mut dy = <L::Output as Tensors>::Buffers::<Heap>::with_capacity(n);
    let dy_mut = <L::Output as FloatTensors<T>>::flat_mut(<L::Output as Tensors>::batch_mut::<Heap>(&mut dy, n), 0);
    for (dy, &value) in dy_mut.iter_mut().zip(&fixture.array("dy").values) {
        *dy = T::of(value);
    }
    let dy = <L::Output as Tensors>::batch::<Heap>(&dy, n);
    let mut dx = X::Buffers::<Heap>::with_capacity(n);
    let mut dw = zeroed_box::<T, L::Weights>();
    let dx_mut = X::gradients(X::batch_mut::<Heap>(&mut dx, n));
    layer.backward::<Heap>(w, x, y, dy, Memory::new(&mut cache), dx_mut, Some(&mut dw));
    for i in 0..X::COUNT {
        fixture.compare(&format!("{prefix}dx{i}"), X::flat(X::batch::<Heap>(&dx, n), i), tolerance);
    }
    fixture.compare_weights(&format!("{prefix}dw"), &*dw, |variable| variable.trainable, tolerance);
    layer.update::<Heap>(w, &cache);
}

/// The arguments of a layer in order: the given ones, and defaults for the others.
pub(crate) const fn arguments<const N: usize>(spec: &LayerSpec, given: &[(&str, Value)]) -> [Value; N] {
    let (mut values, mut found, mut i) = ([Value::Absent; N], 0, 0);
    while i < N {
        if let Default::Is(value) = spec.args[i].default {
            values[i] = value;
        }
        let mut k = 0;
        while k < given.len() {
            if equal(spec.args[i].name.as_bytes(), given[k].0.as_bytes()) {
                values[i] = given[k].1;
                found += 1;
            }
            k += 1;
        }
        i += 1;
    }
    assert!(found == given.len(), "the layer has no argument of this name");
    values
}

const fn equal(mut a: &[u8], mut b: &[u8]) -> bool {
    while let ([x, rest_a @ ..], [y, rest_b @ ..]) = (a, b) {
        if *x != *y {
            return false;
        }
        (a, b) = (rest_a, rest_b);
    }
    a.is_empty() && b.is_empty()
}

/// A list of whole numbers, in the form that the macro gives to a shape rule.
pub(crate) const fn ints(numbers: &[i64]) -> Value {
    let (mut ints, mut i) = ([0; MAX_RANK], 0);
    while i < numbers.len() {
        ints[i] = numbers[i];
        i += 1;
    }
    Ints(ints, numbers.len())
}
