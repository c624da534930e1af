//! NaN with both signs and both infinities: activations, products that end in relu, pooling, merges, losses and
//! metrics, in debug builds and at every level of optimised builds. The expected numbers are Keras's (3.15.1,
//! TensorFlow 2.21).
//!
//! ```sh
//! cargo test -p nn-core --features compute,std,testing --test not_a_number
//! cargo test --release -p nn-core --features compute,std,testing --test not_a_number -- --test-threads=1
//! ```

#![cfg(feature = "compute")]

mod judged;

use nalgebra::{SMatrix, SVector};
use nn_core::Scalar;
use nn_core::activations::*;
use nn_core::constraints::Constraint;
use nn_core::kernels::{Features, affine, affine_rectified, affine_split};
use nn_core::layer::{Layer, Memory, Pass};
use nn_core::layers::{self, GlobalMaxPooling1D};
use nn_core::optimizers::Clipping;
use nn_core::storage::Inline;

/// Runs a check at each level that this machine has; in a debug build there is one.
fn at_each_level(check: impl Fn(&str)) {
    #[cfg(all(feature = "std", not(debug_assertions)))]
    {
        use nn_core::kernels::level::{Level, force};
        for &level in Level::ALL {
            check(&std::format!("{:?}", force(level)));
        }
        force(Level::Avx512);
    }
    #[cfg(any(not(feature = "std"), debug_assertions))]
    check("plain");
}

/// Returns both NaNs of this number type, through an operation that the compiler cannot foresee.
fn nans<T: Scalar>() -> [T; 2] {
    [core::hint::black_box(T::of(f64::NAN)), core::hint::black_box(-T::of(f64::NAN))]
}

fn same<T: Scalar>(got: T, expected: f64) -> bool {
    (got.to_f64().is_nan() && expected.is_nan()) || (got.to_f64() - expected).abs() < 1e-6 || got.to_f64() == expected
}

/// Checks `f(NaN)`, `f(∞)` and `f(-∞)`, for slices that leave every remainder, in another place and in place.
fn check<T: Scalar>(name: &str, f: &impl Elementwise, expected: [f64; 3], level: &str) {
    let [nan, negative] = nans::<T>();
    let special = [nan, T::of(f64::INFINITY), negative, T::of(f64::NEG_INFINITY)];
    let expected = [expected[0], expected[1], expected[0], expected[2]];
    for len in [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 33, 127, 300] {
        let x: Vec<T> = (0..len).map(|k| special[k % 4]).collect();
        let (mut y, mut place) = (vec![T::ONE; len], x.clone());
        f.forward(1, &x, &mut y);
        f.in_place(1, &mut place);
        for k in 0..len {
            let (x, got, place) = (x[k], y[k], place[k]);
            assert!(same(got, expected[k % 4]), "{name}({x}) = {got}, scalar {k} of {len}, {level}");
            assert!(same(place, expected[k % 4]), "{name}({x}) = {place} in place, scalar {k} of {len}, {level}");
        }
    }
}

macro_rules! check_activations {
    ($level:expr; $($f:expr, $nan:expr, $above:expr, $below:expr;)*) => {$(
        check::<f32>(stringify!($f), &$f, [$nan, $above, $below], $level);
        check::<f64>(stringify!($f), &$f, [$nan, $above, $below], $level);
    )*};
}

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

/// Three activations do not pass NaN on, as in Keras: a comparison with a threshold decides, and NaN is not above it.
/// One differs from Keras: squareplus of -∞ is 0 here, and NaN there.
#[test]
fn activations() {
    at_each_level(|level| {
        check_activations!(level;
            Celu::default(), NAN, INF, -1.0;
            Elu::default(), NAN, INF, -1.0;
            Exponential, NAN, INF, 0.0;
            Gelu, NAN, INF, NAN;
            GeluTanh, NAN, INF, NAN;
            HardShrink::default(), 0.0, INF, -INF;
            HardSigmoid, NAN, 1.0, 0.0;
            HardSilu, NAN, INF, NAN;
            HardTanh, NAN, 1.0, -1.0;
            LeakyRelu::default(), NAN, INF, -INF;
            Linear, NAN, INF, -INF;
            LogSigmoid, NAN, 0.0, -INF;
            Mish, NAN, INF, NAN;
            Relu, NAN, INF, 0.0;
            Relu6, NAN, 6.0, 0.0;
            Selu, NAN, INF, -1.758_099_340_847_376_7;
            Sigmoid, NAN, 1.0, 0.0;
            Silu, NAN, INF, NAN;
            SoftShrink::default(), 0.0, INF, -INF;
            Softplus, NAN, INF, 0.0;
            Softsign, NAN, NAN, NAN;
            Squareplus::default(), NAN, INF, 0.0;
            SparsePlus, NAN, INF, 0.0;
            SparseSigmoid, NAN, 1.0, 0.0;
            Tanh, NAN, 1.0, -1.0;
            TanhShrink, NAN, INF, -INF;
            Threshold { threshold: 0.5, default_value: -1.0 }, -1.0, INF, -1.0;
        );
    });
}

/// The layers with these activations; 0 for -∞ if the slope is 0, for every threshold.
#[test]
fn layers_of_activations() {
    fn check<L, const N: usize>(layer: L, w: &L::Weights, expected: [f32; N], level: &str)
    where
        L: Layer<f32, SVector<f32, N>, Output = SVector<f32, N>, Scratch<Inline<1>> = ()>,
    {
        let [nan, negative] = nans::<f32>();
        let special = [nan, negative, f32::INFINITY, f32::NEG_INFINITY];
        let (x, mut y) = ([SVector::from_fn(|i, _| special[i % 4])], [SVector::zeros()]);
        layer.forward::<Inline<1>>(w, &x, &mut y, Pass::inference(&mut ()));
        let right = y[0].iter().zip(expected).all(|(&got, expected)| same(got, f64::from(expected)));
        assert!(right, "{} of {}: {}, {level}", core::any::type_name::<L>(), x[0], y[0]);
    }
    let (nan, inf) = (f32::NAN, f32::INFINITY);
    at_each_level(|level| {
        let plain = layers::ReLU::DEFAULT;
        check(plain, &(), [nan, nan, inf, 0.0], level);
        check(layers::ReLU { max_value: 6.0, ..plain }, &(), [nan, nan, 6.0, 0.0], level);
        check(layers::ReLU { threshold: 1.0, ..plain }, &(), [nan, nan, inf, 0.0], level);
        check(layers::ReLU { negative_slope: 0.1, threshold: 1.0, ..plain }, &(), [nan, nan, inf, -inf], level);
        check(layers::LeakyReLU::DEFAULT, &(), [nan, nan, inf, -inf], level);
        check(layers::ELU::DEFAULT, &(), [nan, nan, inf, -1.0], level);
        check(Activate(Relu), &(), [nan, nan, inf, 0.0], level);
    });
}

/// A product that ends in relu equals the product and the activation one after the other: for every column of a block,
/// every number of samples, and both kinds of product. NaN comes from an input, a weight, or ∞ - ∞.
#[test]
fn products_that_end_in_relu() {
    struct Parts<const A: usize, const B: usize>;
    impl<const A: usize, const B: usize> Features<2> for Parts<A, B> {
        const INPUTS: [usize; 2] = [A, B];
    }
    fn check<T: Scalar, const A: usize, const B: usize, const I: usize, const O: usize>(level: &str) {
        let [nan, negative] = nans::<T>();
        let inf = T::of(f64::INFINITY);
        for n in [1, 2, 3, 5, 8, 40] {
            for special in [nan, negative, inf, -inf] {
                let mut w: Vec<T> = (0..I * O).map(|k| T::of((k * 7 % 13) as f64 - 6.0)).collect();
                let x: Vec<T> = (0..n * I).map(|k| T::of((k * 5 % 11) as f64 - 5.0)).collect();
                // Every third output, and all outputs of the second sample.
                for o in (0..O).step_by(3) {
                    w[(o % I) * O + o] = special;
                }
                let mut x = x;
                if n > 1 {
                    x[I] = special;
                }
                let (mut y, mut fused) = (vec![T::ONE; n * O], vec![T::ONE; n * O]);
                affine::<T, I, O>(&w, &[], &x, &mut y);
                Relu.in_place(O, &mut y);
                affine_rectified::<T, I, O>(&w, &[], &x, &mut fused);
                let what = format!("{O} x {I}, {n} samples, {special}, {level}");
                assert!(y.iter().zip(&fused).all(|(a, b)| same(*b, a.to_f64())), "{what}: {y:?} {fused:?}");
                // A NaN that comes in comes out.
                if special.to_f64().is_nan() {
                    assert!(fused[0].to_f64().is_nan(), "{what}: {fused:?}");
                    assert!(n == 1 || fused[O..2 * O].iter().all(|y| y.to_f64().is_nan()), "{what}: {fused:?}");
                }
                let part = |from: usize, to: usize| -> Vec<T> {
                    x.chunks_exact(I).flat_map(|x| &x[from..to]).copied().collect()
                };
                let (a, b) = (part(0, A), part(A, I));
                affine_split::<T, Parts<A, B>, 2, I, O>(&w, &[], [&a, &b], &mut fused, true);
                assert!(y.iter().zip(&fused).all(|(a, b)| same(*b, a.to_f64())), "joined, {what}: {y:?} {fused:?}");
            }
        }
    }
    at_each_level(|level| {
        check::<f32, 1, 1, 2, 1>(level);
        check::<f32, 2, 3, 5, 3>(level);
        check::<f32, 4, 4, 8, 37>(level);
        check::<f32, 60, 40, 100, 16>(level);
        check::<f32, 300, 40, 340, 70>(level);
        check::<f64, 2, 3, 5, 3>(level);
        check::<f64, 4, 4, 8, 37>(level);
        check::<f64, 300, 40, 340, 70>(level);
    });
}

/// One NaN, or an infinity that is subtracted from itself, makes the whole position NaN. (TensorFlow's softmax gives 0
/// for the other scalars.)
#[test]
fn softmaxes() {
    fn check<T: Scalar>(level: &str) {
        for features in [2, 3, 5, 16, 17, 40] {
            for place in [0, features / 2, features - 1] {
                for special in nans::<T>().into_iter().chain([T::of(INF)]) {
                    let mut x = vec![T::ONE; 2 * features];
                    x[place] = special;
                    for f in [0, 1] {
                        let mut y = x.clone();
                        if f == 0 {
                            Softmax.in_place(features, &mut y)
                        } else {
                            LogSoftmax.in_place(features, &mut y)
                        }
                        let (first, second) = y.split_at(features);
                        assert!(
                            first.iter().all(|y| y.to_f64().is_nan()),
                            "{special} of {features}: {first:?}, {level}"
                        );
                        assert!(second.iter().all(|y| y.finite()), "{second:?}, {level}");
                    }
                }
            }
        }
        // -∞ is an impossible class.
        let mut y = [T::of(-INF), T::ONE, T::of(2.0)];
        Softmax.in_place(3, &mut y);
        assert!(y.iter().zip([0.0, 0.268_941_421, 0.731_058_579]).all(|(y, e)| same(*y, e)), "{y:?}, {level}");
        let mut y = [T::of(-INF), T::ONE, T::of(2.0)];
        LogSoftmax.in_place(3, &mut y);
        assert!(y.iter().zip([-INF, -1.313_261_69, -0.313_261_69]).all(|(y, e)| same(*y, e)), "{y:?}, {level}");
        let mut y = [T::of(-INF); 3];
        Softmax.in_place(3, &mut y);
        assert!(y.iter().all(|y| y.to_f64().is_nan()), "{y:?}, {level}");
    }
    at_each_level(|level| {
        check::<f32>(level);
        check::<f64>(level);
    });
}

/// A NaN in any step is the maximum, and its gradient is NaN at all steps.
#[test]
fn pooling() {
    for nan in nans::<f32>() {
        for place in 0..3 {
            let mut x = [SMatrix::<f32, 2, 3>::new(1., 2., 3., f32::NEG_INFINITY, f32::NEG_INFINITY, f32::INFINITY)];
            x[0][(0, place)] = nan;
            let mut y = [SVector::<f32, 2>::zeros()];
            GlobalMaxPooling1D.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert!(y[0].x.is_nan() && y[0].y == f32::INFINITY, "{place}: {}", y[0]);
            let (dy, mut dx) = ([SVector::<f32, 2>::new(2., 4.)], [SMatrix::<f32, 2, 3>::zeros()]);
            GlobalMaxPooling1D.backward::<Inline<1>>(&(), &x, &y, &dy, Memory::new(&mut ()), Some(&mut dx), None);
            assert!(dx[0].row(0).iter().all(|d| d.is_nan()), "{}", dx[0]);
            assert_eq!(dx[0].row(1).iter().copied().collect::<Vec<_>>(), [0., 0., 4.]);
        }
    }
}

/// A NaN in a window is its maximum, and the first NaN gets the gradient. Keras on TensorFlow skips NaN; here it
/// passes. Windows without NaN keep their numbers, also if all of them are -∞.
#[test]
fn windows() {
    fn check<L>(layer: &L, nan: f32)
    where
        L: Layer<f32, SMatrix<f32, 2, 4>, Output = SMatrix<f32, 2, 1>, Weights = ()>,
        L: Layer<f32, SMatrix<f32, 2, 4>, Scratch<Inline<1>> = (), Cache<Inline<1>> = ()>,
    {
        for place in 0..4 {
            let mut x = [SMatrix::<f32, 2, 4>::repeat(f32::NEG_INFINITY)];
            x[0].row_mut(0).copy_from_slice(&[1., 2., 3., 4.]);
            x[0][(0, place)] = nan;
            x[0][(0, 3)] = nan;
            let mut y = [SMatrix::<f32, 2, 1>::zeros()];
            layer.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert!(y[0].x.is_nan() && y[0].y == f32::NEG_INFINITY, "{place}: {}", y[0]);
            let (dy, mut dx) = ([SMatrix::<f32, 2, 1>::new(5., 7.)], [SMatrix::<f32, 2, 4>::zeros()]);
            layer.backward::<Inline<1>>(&(), &x, &y, &dy, Memory::new(&mut ()), Some(&mut dx), None);
            let expected = core::array::from_fn::<f32, 4, _>(|k| if k == place { 5. } else { 0. });
            assert_eq!(dx[0].row(0).iter().copied().collect::<Vec<_>>(), expected, "{place}");
            assert_eq!(dx[0].row(1).iter().copied().collect::<Vec<_>>(), [7., 0., 0., 0.]);
        }
    }
    for nan in nans::<f32>() {
        check(&layers::AdaptiveMaxPooling1D::<1>::DEFAULT, nan);
        let (input_height, input_width, output_height, output_width) = (1, 4, 1, 1);
        let parts = layers::PoolParts { input_height, input_width, output_height, output_width };
        check(&layers::AdaptiveMaxPooling2D::<1> { parts }, nan);
        let geometry = layers::PoolGeometry {
            input_height,
            input_width,
            output_height,
            output_width,
            window_height: 1,
            window_width: 4,
            stride_height: 1,
            stride_width: 4,
            padding_top: 0,
            padding_left: 0,
        };
        check(&layers::MaxPooling1D::<1> { geometry }, nan);
        check(&layers::MaxPooling2D::<1> { geometry }, nan);

        let mut x = [SMatrix::<f32, 2, 4>::new(1., 2., 3., 4., 5., 6., 7., 8.)];
        x[0][(0, 2)] = nan;
        let mut y = [SVector::<f32, 2>::zeros()];
        layers::GlobalAveragePooling2D.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
        assert!(y[0].x.is_nan() && y[0].y == 6.5, "{}", y[0]);
        layers::GlobalMaxPooling2D.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
        assert!(y[0].x.is_nan() && y[0].y == 8., "{}", y[0]);
        let (dy, mut dx) = ([SVector::<f32, 2>::new(2., 4.)], [SMatrix::<f32, 2, 4>::zeros()]);
        layers::GlobalMaxPooling2D.backward::<Inline<1>>(&(), &x, &y, &dy, Memory::new(&mut ()), Some(&mut dx), None);
        assert!(dx[0].row(0).iter().all(|d| d.is_nan()) && dx[0][(1, 3)] == 4., "{}", dx[0]);
    }
    // Infinity stays in a mean of many pixels.
    let mut x = [SMatrix::<f32, 1, 1000>::repeat(1.)];
    x[0][3] = f32::INFINITY;
    let mut y = [SVector::<f32, 1>::zeros()];
    layers::GlobalAveragePooling2D.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
    assert_eq!(y[0].x, f32::INFINITY);
}

#[test]
fn merges() {
    type Row = SVector<f32, 6>;
    let ([nan, negative], inf) = (nans::<f32>(), f32::INFINITY);
    let a = [Row::from([nan, 1., negative, 1., inf, -inf])];
    let b = [Row::from([1., nan, 1., negative, -inf, inf])];
    let (mut largest, mut smallest) = ([Row::zeros()], [Row::zeros()]);
    fn merge(
        layer: impl Layer<f32, (Row, Row), Output = Row, Weights = (), Scratch<Inline<1>> = ()>,
        x: (&[Row], &[Row]),
        y: &mut [Row],
    ) {
        layer.forward::<Inline<1>>(&(), x, y, Pass::inference(&mut ()));
    }
    merge(layers::Maximum::<6, 1>::DEFAULT, (&a, &b), &mut largest);
    merge(layers::Minimum::<6, 1>::DEFAULT, (&a, &b), &mut smallest);
    assert!(largest[0].iter().chain(&smallest[0]).enumerate().all(|(k, y)| y.is_nan() == (k % 6 < 4)));
    assert_eq!((largest[0][4], largest[0][5], smallest[0][4], smallest[0][5]), (inf, inf, -inf, -inf));
}

#[test]
fn constraints_and_clipping() {
    for nan in nans::<f32>() {
        let mut w = [nan, 1., 3., -1.];
        Constraint::NonNeg.apply(&mut w, &[4]);
        assert!(w[0].is_nan() && w[1..] == [1., 3., 0.]);
        for constraint in [
            Constraint::MaxNorm { max_value: 2.0, axis: &[0.0] },
            Constraint::UnitNorm { axis: &[0.0] },
            Constraint::MinMaxNorm { min_value: 0.5, max_value: 1.0, rate: 1.0, axis: &[0.0] },
        ] {
            let mut w = [nan, 1., 3., -1.];
            constraint.apply(&mut w, &[4]);
            assert!(w.iter().all(|w| w.is_nan()), "{constraint:?}: {w:?}");
        }
        let mut g = [nan, f32::INFINITY, f32::NEG_INFINITY, 0.25];
        Clipping::Value(0.5).apply(&mut g, &[(0, 0..4)]);
        assert!(g[0].is_nan() && g[1..] == [0.5, -0.5, 0.25]);
        for clipping in [Clipping::Norm(0.5), Clipping::GlobalNorm(0.5)] {
            let mut g = [nan, 1.0];
            clipping.apply(&mut g, &[(0, 0..2)]);
            assert!(g.iter().all(|g| g.is_nan()), "{clipping:?}: {g:?}");
        }
    }
}

/// NaN makes its group NaN, and no other group. An infinity does so too, except that the other scalars of its group are
/// 0 if nothing is subtracted. Groups lie in rows and side by side.
#[test]
fn normalizations() {
    type X = SMatrix<f32, 4, 3>;
    fn check<L>(layer: L, w: &L::Weights, group: impl Fn(usize) -> usize, subtracts: bool, level: &str)
    where
        L: Layer<f32, X, Output = X, Scratch<Inline<1>> = ()>,
    {
        let [nan, negative] = nans::<f32>();
        for special in [nan, negative, f32::INFINITY, f32::NEG_INFINITY] {
            for place in 0..12 {
                let (mut x, mut y) = ([X::from_fn(|r, c| (r * 5 + c * 7) as f32 % 11.0)], [X::zeros()]);
                x[0][place] = special;
                layer.forward::<Inline<1>>(w, &x, &mut y, Pass::inference(&mut ()));
                for k in 0..12 {
                    let zero = !special.is_nan() && !subtracts && k != place;
                    let right = match group(k) == group(place) {
                        true if zero => y[0][k] == 0.0,
                        true => y[0][k].is_nan(),
                        false => y[0][k].is_finite(),
                    };
                    assert!(right, "{} of {}: {}, {level}", core::any::type_name::<L>(), x[0], y[0]);
                }
            }
        }
    }
    fn weights<W: nn_core::Weights<f32>>() -> W {
        let mut w = W::zeroed();
        w.as_mut_slice().fill(1.0);
        w
    }
    at_each_level(|level| {
        let (row, lane, both) = (|k| k / 4, |k| k % 4, |k| k % 4 / 2);
        check(layers::LayerNormalization::<4, 1, 1, 0, 0, 0, 0, 0, 3>::DEFAULT, &weights(), row, true, level);
        check(layers::RMSNormalization::<4, 0, 0, 0, 0, 0, 3>::DEFAULT, &weights(), row, false, level);
        check(layers::UnitNormalization::<4, 3>::DEFAULT, &(), row, false, level);
        check(layers::GroupNormalization::<4, 1, 1, 4>::DEFAULT, &weights(), lane, true, level);
        check(layers::GroupNormalization::<4, 1, 1, 2>::DEFAULT, &weights(), both, true, level);
        check(layers::GroupNormalization::<4, 1, 1, 1>::DEFAULT, &weights(), |_| 0, true, level);
    });
}
