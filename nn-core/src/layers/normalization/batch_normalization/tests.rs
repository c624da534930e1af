use super::compute::{BatchNormalization, BatchNormalizationWeights};
use super::{SPEC, arg, infer};
use crate::layer::testing::{check_layer, check_masked};
use crate::layer::{Memory, Mode};
use crate::spec::shape::Shape;
use crate::spec::{Inferred, Value};
use crate::tensor::storage::{Buffer, Heap};
use crate::weights::Weights;
use crate::weights::regularizers::Regularizer;
use crate::{Layer, Pass, Train};
use nalgebra::{SMatrix, SVector};
use rand::{SeedableRng, rngs::StdRng};
use std::string::ToString;

#[test]
fn gradients() {
    check_layer::<SMatrix<f64, 5, 3>, _>(&BatchNormalization::<5, 1, 1, 1> {
        gamma_regularizer: Regularizer { l1: 0.02, l2: 0.03 },
        beta_regularizer: Regularizer { l1: 0.05, l2: 0.07 },
        ..BatchNormalization::DEFAULT
    });
    check_layer::<SMatrix<f64, 5, 1>, _>(&BatchNormalization::<5, 0, 1, 1>::DEFAULT);
    check_layer::<SMatrix<f64, 5, 1>, _>(&BatchNormalization::<5, 1, 0, 1>::DEFAULT);
    // The middle axis of (2, 3, 5).
    check_layer::<SMatrix<f64, 5, 6>, _>(&BatchNormalization::<3, 1, 1, 5>::DEFAULT);
}

type Plain = BatchNormalization<2, 1, 1, 1>;
type W = BatchNormalizationWeights<f64, 2, 1, 1>;
type Cache = <Plain as Layer<f64, SVector<f64, 2>>>::Cache<Heap>;

/// Two samples whose features have mean 3 and 0, variance 4 and 9.
const X: [SVector<f64, 2>; 2] = [SVector::<f64, 2>::new(1., -3.), SVector::<f64, 2>::new(5., 3.)];
const PLAIN: Plain = BatchNormalization { epsilon: 0.0, ..BatchNormalization::DEFAULT };

fn train(w: &W, frozen: bool) -> ([SVector<f64, 2>; 2], Cache) {
    let (mut y, mut cache, mut rng) = ([SVector::zeros(); 2], Cache::with_capacity(2), StdRng::seed_from_u64(1));
    let mut mode = Mode::new(&mut rng);
    let mode = if frozen { mode.frozen() } else { mode.reborrow() };
    Layer::<f64, SVector<f64, 2>>::forward::<Heap>(&PLAIN, w, &X, &mut y, Pass::training(&mut cache, mode));
    (y, cache)
}

fn weights() -> W {
    let mut w = W::zeroed();
    (w.gamma, w.beta) = (SVector::<f64, 2>::new(2., 10.), SVector::<f64, 2>::new(0., 100.));
    (w.moving_mean, w.moving_variance) = (SVector::<f64, 2>::new(1., 1.), SVector::<f64, 2>::new(1., 4.));
    w
}

#[test]
fn training_uses_the_batch_and_moves_the_averages() {
    let mut w = weights();
    let (y, cache) = train(&w, false);
    assert_eq!(y, [SVector::<f64, 2>::new(-2., 90.), SVector::<f64, 2>::new(2., 110.)]);
    Train::<f64, SVector<f64, 2>>::update::<Heap>(&PLAIN, &mut w, &cache);
    assert!((w.moving_mean - SVector::<f64, 2>::new(1.02, 0.99)).norm() < 1e-12, "{w:?}");
    assert!((w.moving_variance - SVector::<f64, 2>::new(1.03, 4.05)).norm() < 1e-12, "{w:?}");
}

#[test]
fn a_prediction_and_a_frozen_layer_use_the_averages() {
    let mut w = weights();
    let expected = [SVector::<f64, 2>::new(0., 80.), SVector::<f64, 2>::new(8., 110.)];
    let mut y = [SVector::zeros(); 2];
    Layer::<f64, SVector<f64, 2>>::forward::<Heap>(&PLAIN, &w, &X, &mut y, Pass::inference(&mut ()));
    assert_eq!(y, expected);

    let (y, mut cache) = train(&w, true);
    assert_eq!(y, expected);
    let dy = [SVector::<f64, 2>::new(1., 1.), SVector::<f64, 2>::new(0., 3.)];
    let (mut dx, mut dw) = ([SVector::zeros(); 2], W::zeroed());
    Layer::<f64, SVector<f64, 2>>::backward::<Heap>(
        &PLAIN,
        &w,
        &X,
        &y,
        &dy,
        Memory::new(&mut cache),
        Some(&mut dx),
        Some(&mut dw),
    );
    assert_eq!(dx, [SVector::<f64, 2>::new(2., 5.), SVector::<f64, 2>::new(0., 15.)]);
    assert_eq!((dw.gamma, dw.beta), (SVector::<f64, 2>::new(0., 1.), SVector::<f64, 2>::new(1., 4.)));
    Train::<f64, SVector<f64, 2>>::update::<Heap>(&PLAIN, &mut w, &cache);
    assert_eq!(w, weights());
}

/// The series `[1, 2, 3, pad]` and `[2, pad, pad, pad]`, with 7 at the positions that do not count.
#[test]
fn a_mask_leaves_steps_out_of_the_statistics() {
    type One = BatchNormalization<1, 1, 1, 1>;
    type Steps = SMatrix<f64, 1, 4>;
    let layer = One { momentum: 0.0, epsilon: 0.0, ..One::DEFAULT };
    let x = [Steps::new(1., 2., 3., 7.), Steps::new(2., 7., 7., 7.)];
    let mut w = BatchNormalizationWeights::<f64, 1, 1, 1>::zeroed();
    w.gamma[0] = 1.0;
    let mut train = |m: &[u32; 8]| {
        let (mut y, mut cache) = ([Steps::zeros(); 2], <One as Layer<f64, Steps>>::Cache::<Heap>::with_capacity(2));
        let (mut rng, masks) = (StdRng::seed_from_u64(1), [Some(&m[..])]);
        let pass = Pass::training(&mut cache, Mode::new(&mut rng)).with_masks(&masks);
        Layer::<f64, Steps>::forward::<Heap>(&layer, &w, &x, &mut y, pass);
        Train::<f64, Steps>::update::<Heap>(&layer, &mut w, &cache);
        (y, w.moving_mean[0], w.moving_variance[0])
    };
    let (y, mean, variance) = train(&[1, 1, 1, 0, 1, 0, 0, 0]);
    assert_eq!((mean, variance), (2.0, 0.5));
    assert!((y[0] - Steps::new(-1., 0., 1., 5.) * 2f64.sqrt()).norm() < 1e-12, "{y:?}");
    // If nothing counts, mean and variance are 0.
    let (_, mean, variance) = train(&[0; 8]);
    assert_eq!((mean, variance), (0.0, 0.0));
}

/// Along the last axis, along the first one (each step is a feature), and along an axis with a scalar for each
/// feature.
#[test]
fn gradients_with_a_mask() {
    let last = BatchNormalization::<5, 1, 1, 1>::DEFAULT;
    check_masked::<SMatrix<f64, 5, 3>, _>(&last, &[Some(&[1, 0, 1, 0, 0, 1, 1, 1, 1])]);
    let first = BatchNormalization::<3, 1, 0, 5>::DEFAULT;
    check_masked::<SMatrix<f64, 5, 3>, _>(&first, &[Some(&[1, 0, 1, 0, 0, 1, 1, 0, 0])]);
    let scalars = BatchNormalization::<3, 0, 1, 1>::DEFAULT;
    check_masked::<SMatrix<f64, 1, 3>, _>(&scalars, &[Some(&[1, 0, 1, 0, 1, 1, 1, 0, 0])]);
}

/// Tests more features than one block of a prediction, and neighbours that are not adjacent.
#[test]
fn a_prediction_equals_a_frozen_layer() {
    type Layer37 = BatchNormalization<37, 1, 1, 2>;
    type X = SMatrix<f64, 2, 111>;
    let mut w = <BatchNormalizationWeights<f64, 37, 1, 1> as Weights<f64>>::zeroed();
    w.as_mut_slice().iter_mut().enumerate().for_each(|(k, w)| *w = (k % 11 + 1) as f64);
    let x = [X::from_fn(|r, c| (r * 7 + c) as f64), X::from_fn(|r, c| (r + c * 3) as f64)];
    let (mut y, mut frozen) = ([X::repeat(f64::NAN); 2], [X::repeat(f64::NAN); 2]);
    Layer::<f64, X>::forward::<Heap>(&Layer37::DEFAULT, &w, &x, &mut y, Pass::inference(&mut ()));
    let mut cache = <Layer37 as Layer<f64, X>>::Cache::<Heap>::with_capacity(2);
    let mut rng = StdRng::seed_from_u64(1);
    let mut mode = Mode::new(&mut rng);
    let mode = mode.frozen();
    Layer::<f64, X>::forward::<Heap>(&Layer37::DEFAULT, &w, &x, &mut frozen, Pass::training(&mut cache, mode));
    assert_eq!(y, frozen);
}

fn args(axis: i64) -> std::vec::Vec<Value> {
    SPEC.with(&[(arg::axis, Value::Int(axis)), (arg::scale, Value::Flag(false))])
}

#[test]
fn axes() {
    let shape = Shape::new(&[2, 3, 5]);
    assert_eq!(infer(&args(-1), &[shape]).unwrap(), Inferred::new(shape, &[5, 1, 0, 1]));
    assert_eq!(infer(&args(1), &[shape]).unwrap(), Inferred::new(shape, &[2, 1, 0, 15]));
    assert!(infer(&args(0), &[shape]).unwrap_err().to_string().contains("counts the batch"));
}

/// Equal numbers far from 0, whose plain sum in `f32` is off by percents, and numbers that differ in their last digits.
#[test]
fn a_mean_far_from_zero() {
    type One = BatchNormalization<1, 1, 1, 1>;
    type X = SMatrix<f32, 1, 4096>;
    let statistics = |x: &[X]| {
        let (mut w, layer) = (
            <BatchNormalizationWeights<f32, 1, 1, 1> as Weights<f32>>::zeroed(),
            One { momentum: 0.0, ..One::DEFAULT },
        );
        w.gamma[0] = 1.0;
        let mut y = std::vec![X::zeros(); x.len()];
        let mut cache = <One as Layer<f32, X>>::Cache::<Heap>::with_capacity(x.len());
        let mut rng = StdRng::seed_from_u64(1);
        let pass = Pass::training(&mut cache, Mode::new(&mut rng));
        Layer::<f32, X>::forward::<Heap>(&layer, &w, x, &mut y, pass);
        Train::<f32, X>::update::<Heap>(&layer, &mut w, &cache);
        let largest = y.iter().flat_map(|y| y.iter()).fold(0f32, |largest, y| largest.max(y.abs()));
        (w.moving_mean[0], w.moving_variance[0], largest)
    };
    for value in [0.1, 1e5 + 0.1, -3e7] {
        assert_eq!(statistics(&std::vec![X::repeat(value); 50]), (value, 0.0, 0.0));
    }
    let x = std::vec![X::from_fn(|_, k| 1e5 + (k % 2) as f32); 50];
    let (mean, variance, largest) = statistics(&x);
    assert!((mean - 1e5 - 0.5).abs() < 1e-2 && (variance - 0.25).abs() < 1e-6 && largest < 1.01, "{mean} {variance}");
}
