use super::compute::{Normalization, NormalizationWeights};
use super::{SPEC, arg, infer};
use crate::layer::Mode;
use crate::layer::testing::check_layer;
use crate::spec::Value;
use crate::spec::shape::Shape;
use crate::tensor::storage::{Buffer, Heap, Inline};
use crate::weights::Weights;
use crate::{Layer, Pass, Train};
use nalgebra::{SMatrix, SVector};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::string::{String, ToString};
use std::vec::Vec;

/// Features along the last axis, of `F` places.
const fn last<const F: usize, const LEARNT: usize>() -> Normalization<F, LEARNT> {
    Normalization {
        mean: &[],
        variance: &[],
        invert: false,
        length_1: 1,
        stride_1: 1,
        length_2: 1,
        stride_2: 1,
        stride_3: 1,
        last: F,
    }
}

/// Samples of shape `(2, 3, 5)` with the features of the axes 1 and 3.
const APART: Normalization<10, 1> = Normalization { length_2: 2, stride_2: 15, last: 5, ..last() };

#[test]
fn gradients() {
    check_layer::<SMatrix<f64, 5, 3>, _>(&last::<5, 1>());
    check_layer::<SMatrix<f64, 19, 3>, _>(&last::<19, 1>());
    check_layer::<SMatrix<f64, 5, 3>, _>(&Normalization::<5, 1> { invert: true, ..last() });
    check_layer::<SMatrix<f64, 5, 6>, _>(&APART);
    check_layer::<SMatrix<f64, 5, 6>, _>(&Normalization::<3, 1> { stride_3: 5, ..last() });
    let given = Normalization::<5, 0> { mean: &[0.5], variance: &[2.0], ..last() };
    check_layer::<SMatrix<f64, 5, 3>, _>(&given);
    let given = Normalization::<3, 0> { mean: &[0.5, 0.25, 0.0], variance: &[2.0, 3.0, 0.5], ..last() };
    check_layer::<SMatrix<f64, 3, 2>, _>(&given);
    // One feature for all scalars.
    check_layer::<SMatrix<f64, 3, 2>, _>(&Normalization::<1, 0> { mean: &[0.5], variance: &[2.0], ..last() });
}

/// Runs `adapt` over batches, and returns the weights.
fn adapted<const F: usize, const R: usize, const P: usize, T: crate::Scalar + crate::Element>(
    layer: &Normalization<F, 1>,
    batches: &[&[SMatrix<T, R, P>]],
) -> NormalizationWeights<T, F, 1> {
    let mut cache = <Normalization<F, 1> as Layer<T, SMatrix<T, R, P>>>::Cache::<Heap>::with_capacity(1);
    let mut w = NormalizationWeights::<T, F, 1>::zeroed();
    w.as_mut_slice().fill(T::of(f64::NAN));
    for x in batches {
        let (mut y, mut rng) = (x.to_vec(), StdRng::seed_from_u64(1));
        let pass = Pass::training(&mut cache, Mode::adapting(&mut rng));
        Layer::<T, SMatrix<T, R, P>>::forward::<Heap>(layer, &w, x, &mut y, pass);
    }
    Train::<T, SMatrix<T, R, P>>::update::<Heap>(layer, &mut w, &cache);
    w
}

#[test]
fn mean_and_variance_of_batches() {
    let x = [[1.0, -3.0], [5.0, 3.0], [3.0, 0.0]].map(SVector::<f64, 2>::from);
    let w = adapted(&last::<2, 1>(), &[&x[..2], &x[2..]]);
    assert_eq!((w.mean.as_slice(), w.count[0]), (&[3.0, 0.0][..], 3.0));
    assert!((w.variance[0] - 8.0 / 3.0).abs() < 1e-15 && (w.variance[1] - 6.0).abs() < 1e-15, "{w:?}");
    // All scalars are one feature.
    let w = adapted(&last::<1, 1>(), &[&x[..]]);
    assert_eq!((w.mean[0], w.count[0]), (1.5, 6.0));
}

/// A year with a small deviation: sums of squares in `f32`, or without a shift, lose all digits.
#[test]
fn a_large_mean_costs_no_digits() {
    let mut rng = StdRng::seed_from_u64(1);
    let x: Vec<SVector<f64, 1>> = (0..100_000).map(|_| SVector::from([1e8 + rng.random_range(-1.0..1.0)])).collect();
    let batches: Vec<_> = x.chunks(32).collect();
    let w = adapted(&last::<1, 1>(), &batches);
    let mean = x.iter().map(|x| x[0] - 1e8).sum::<f64>() / 1e5;
    let variance = x.iter().map(|x| (x[0] - 1e8 - mean).powi(2)).sum::<f64>() / 1e5;
    assert!((w.mean[0] - 1e8 - mean).abs() < 2e-8 && (w.variance[0] / variance - 1.0).abs() < 1e-12, "{w:?}");

    let x: Vec<SVector<f32, 1>> = (0..100_000).map(|k| SVector::from([2000.0 + (k % 5) as f32])).collect();
    let batches: Vec<_> = x.chunks(32).collect();
    let w = adapted(&last::<1, 1>(), &batches);
    assert_eq!((w.mean[0], w.variance[0], w.count[0]), (2002.0, 2.0, 1e5));
}

/// Tests the moments of features that lie apart, and the second call of a shared layer.
#[test]
fn features_of_several_axes() {
    let x = [0.0, 100.0]
        .map(|n| SMatrix::<f64, 5, 6>::from_fn(|c, p| n + 10.0 * (p / 3) as f64 + c as f64 + (p % 3) as f64));
    let w = adapted(&APART, &[&x[..]]);
    for (f, &mean) in w.mean.as_slice().iter().enumerate() {
        assert_eq!(mean, 51.0 + 10.0 * (f / 5) as f64 + (f % 5) as f64, "{f}");
    }
    assert!(w.variance.iter().all(|v| (v - (2500.0 + 2.0 / 3.0)).abs() < 1e-11) && w.count[0] == 6.0, "{w:?}");

    let mut both = adapted(&APART, &[&x[..1]]);
    let mut cache = <Normalization<10, 1> as Layer<f64, SMatrix<f64, 5, 6>>>::Cache::<Heap>::with_capacity(1);
    let (mut y, mut rng) = (x, StdRng::seed_from_u64(1));
    let pass = Pass::training(&mut cache, Mode::adapting(&mut rng));
    Layer::<f64, SMatrix<f64, 5, 6>>::forward::<Heap>(&APART, &both, &x[1..], &mut y[1..], pass);
    Train::<f64, SMatrix<f64, 5, 6>>::update::<Heap>(&APART, &mut both, &cache);
    assert_eq!(both.mean, w.mean);
    assert!((both.variance - w.variance).norm() < 1e-10 && both.count == w.count);
}

#[test]
fn the_formula() {
    let layer = Normalization::<2, 0> { mean: &[1.0, 2.0], variance: &[4.0, 0.0], ..last() };
    let w = NormalizationWeights::<f64, 2, 0>::zeroed();
    let (x, mut y) = ([SVector::<f64, 2>::new(5.0, 3.0)], [SVector::<f64, 2>::zeros()]);
    Layer::<f64, SVector<f64, 2>>::forward::<Inline<1>>(&layer, &w, &x, &mut y, Pass::inference(&mut ()));
    // A variance of 0 counts as 1e-14.
    assert!((y[0][0] - 2.0).abs() < 1e-15 && (y[0][1] * 1e-7 - 1.0).abs() < 1e-12, "{y:?}");
    let inverse = Normalization::<2, 0> { invert: true, ..layer };
    let z = y;
    Layer::<f64, SVector<f64, 2>>::forward::<Inline<1>>(&inverse, &w, &z, &mut y, Pass::inference(&mut ()));
    assert!((y[0] - x[0]).norm() < 1e-12, "{y:?}");
}

/// An ordinary training pass changes nothing.
#[test]
fn training_leaves_the_statistics() {
    let (layer, mut rng) = (last::<2, 1>(), StdRng::seed_from_u64(1));
    let (x, mut y) = ([SVector::<f64, 2>::new(5.0, 3.0)], [SVector::<f64, 2>::zeros()]);
    let mut w = NormalizationWeights::<f64, 2, 1>::zeroed();
    Layer::<f64, SVector<f64, 2>>::init(&layer, &mut w, &mut rng);
    let mut cache = <Normalization<2, 1> as Layer<f64, SVector<f64, 2>>>::Cache::<Heap>::with_capacity(1);
    let pass = Pass::training(&mut cache, Mode::new(&mut rng));
    Layer::<f64, SVector<f64, 2>>::forward::<Heap>(&layer, &w, &x, &mut y, pass);
    Train::<f64, SVector<f64, 2>>::update::<Heap>(&layer, &mut w, &cache);
    assert_eq!((y, w.mean.as_slice(), w.variance.as_slice()), (x, &[0.0, 0.0][..], &[1.0, 1.0][..]));
}

fn rule(axis: &[i64], numbers: Option<(usize, usize)>, x: &[usize]) -> Result<(Vec<usize>, Vec<usize>), String> {
    let (mean, variance) = numbers.map_or((Value::Absent, Value::Absent), |(mean, variance)| {
        let number = |n: usize| if n == 9 { Value::Absent } else { Value::Floats(n) };
        (number(mean), number(variance))
    });
    let args = SPEC.with(&[(arg::axis, Value::ints(axis)), (arg::mean, mean), (arg::variance, variance)]);
    let found = infer(&args, &[Shape::new(x)]).map_err(|error| error.to_string())?;
    Ok((found.consts().to_vec(), found.fields().iter().map(|field| field.1).collect()))
}

#[test]
fn axes() {
    let facts = |axis: &[i64], x: &[usize]| rule(axis, None, x).unwrap();
    assert_eq!(facts(&[-1], &[2, 3, 5]), ([5, 1].to_vec(), [1, 1, 1, 1, 1, 5].to_vec()));
    assert_eq!(facts(&[2], &[2, 3, 5]), ([3, 1].to_vec(), [1, 1, 1, 1, 5, 3].to_vec()));
    assert_eq!(facts(&[], &[2, 3, 5]), ([1, 1].to_vec(), [1, 1, 1, 1, 1, 1].to_vec()));
    assert_eq!(facts(&[2, 1], &[2, 3, 5]), ([6, 1].to_vec(), [1, 1, 1, 1, 5, 3].to_vec()));
    assert_eq!(facts(&[1, -1], &[2, 3, 5]), ([10, 1].to_vec(), [1, 1, 2, 15, 1, 5].to_vec()));
    let three = facts(&[1, 3, 5], &[2, 3, 5, 7, 11]);
    assert_eq!(three, ([110, 1].to_vec(), [2, 1155, 5, 77, 1, 11].to_vec()));
    assert_eq!(rule(&[-1], Some((5, 5)), &[2, 3, 5]).unwrap().0, [5, 0]);
}

#[test]
fn errors() {
    let error = |axis: &[i64], numbers| rule(axis, numbers, &[2, 3, 5]).unwrap_err();
    assert!(error(&[0], None).starts_with("axis 0 counts the batch"));
    assert_eq!(error(&[1, -3], None), "`axis` has axis 1 twice");
    assert_eq!(error(&[-1], Some((3, 3))), "`mean` has 3 numbers, but `axis` has 5 places");
    assert_eq!(error(&[], Some((3, 3))), "`mean` has 3 numbers, but `axis = None` makes one feature");
    assert_eq!(error(&[-1], Some((5, 1))), "`mean` has 5 numbers, but `variance` has 1");
    let alone = "`mean` is given without `variance`: give both, or none and call `adapt`";
    assert_eq!(error(&[-1], Some((5, 9))), alone);
    assert_eq!(error(&[1, 3], Some((2, 2))), "`mean` has 2 numbers, but the last axis of `axis` has 5 places");
}
