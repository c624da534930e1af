//! The products of optimised builds: every level against the formulas, in `f64`. The feature `testing` adds one level:
//! the code of targets without a level of their own.
//!
//! ```sh
//! cargo test --release -p nn-core --features compute,std,testing --test kernels -- --test-threads=1
//! ```

#![cfg(all(feature = "std", not(debug_assertions)))]

use nn_core::Scalar;
use nn_core::activations::{Activation, Softmax};
use nn_core::kernels::level::{Level, force};
use nn_core::kernels::*;

/// Runs a check at each level that this machine has.
fn at_each_level(check: impl Fn(Level)) {
    let mut last = None;
    for &level in Level::ALL {
        let level = force(level);
        if last != Some(level) {
            check(level);
        }
        last = Some(level);
    }
    force(Level::Avx512);
}

/// Returns scalars between -1 and 1 without a pattern that a wrong index could repeat.
fn scalars<T: Scalar>(len: usize, seed: u32) -> Vec<T> {
    let mut state = seed * 2 + 1;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        T::of(f64::from(state >> 16) / 32768.0 - 1.0)
    };
    (0..len).map(|_| next()).collect()
}

/// Compares sums of `terms` products, which `T` added in another order.
fn assert_close<T: Scalar>(what: &str, got: &[T], expected: &[f64], terms: usize) {
    let tolerance = T::default_epsilon().to_f64() * (terms + 2) as f64;
    for (k, (got, expected)) in got.iter().zip(expected).enumerate() {
        assert!((got.to_f64() - expected).abs() <= tolerance, "{what}, scalar {k}: {got} instead of {expected}");
    }
}

fn check_products<T: Scalar, const I: usize, const O: usize>(n: usize, level: Level) {
    let what = |name: &str| std::format!("{name}, {O} x {I}, {n} samples, {level:?}");
    let (w, b) = (scalars::<T>(I * O, 1), scalars::<T>(O, 2));
    let (x, dy) = (scalars::<T>(n * I, 3), scalars::<T>(n * O, 4));
    let (mut y, mut dw, mut dx, mut db) =
        (std::vec![T::of(f64::NAN); n * O], scalars::<T>(I * O, 5), scalars::<T>(n * I, 6), scalars::<T>(O, 7));

    let product = |s: usize, o: usize| (0..I).map(|i| w[i * O + o].to_f64() * x[s * I + i].to_f64()).sum::<f64>();
    let (mut ys, mut products) = (std::vec![0.0; n * O], std::vec![0.0; n * O]);
    for s in 0..n {
        for o in 0..O {
            products[s * O + o] = product(s, o);
            ys[s * O + o] = products[s * O + o] + b[o].to_f64();
        }
    }
    affine::<T, I, O>(&w, &b, &x, &mut y);
    assert_close(&what("affine"), &y, &ys, I);
    let mut rectified = std::vec![T::of(f64::NAN); n * O];
    affine_rectified::<T, I, O>(&w, &b, &x, &mut rectified);
    assert!(rectified.iter().zip(&y).all(|(got, y)| *got == y.positive()), "{}", what("affine_rectified"));
    y.fill(T::of(f64::NAN));
    affine::<T, I, O>(&w, &[], &x, &mut y);
    assert_close(&what("affine without a bias"), &y, &products, I);

    let mut dws: Vec<f64> = dw.iter().map(|dw| dw.to_f64()).collect();
    let mut dxs: Vec<f64> = dx.iter().map(|dx| dx.to_f64()).collect();
    let mut dbs: Vec<f64> = db.iter().map(|db| db.to_f64()).collect();
    for s in 0..n {
        for o in 0..O {
            let dy = dy[s * O + o].to_f64();
            dbs[o] += dy;
            for i in 0..I {
                dws[i * O + o] += dy * x[s * I + i].to_f64();
                dxs[s * I + i] += dy * w[i * O + o].to_f64();
            }
        }
    }
    add_outer::<T, I, O>(&mut dw, &x, &dy);
    assert_close(&what("add_outer"), &dw, &dws, n);
    add_transposed::<T, I, O>(&w, &dy, &mut dx);
    assert_close(&what("add_transposed"), &dx, &dxs, O);
    add_rows::<T, O>(&mut db, &dy);
    assert_close(&what("add_rows"), &db, &dbs, n);
}

macro_rules! check_shapes {
    ($level:expr, $ns:expr; $(($i:literal, $o:literal))*) => {$(
        for n in $ns {
            check_products::<f32, $i, $o>(n, $level);
            check_products::<f64, $i, $o>(n, $level);
        }
    )*};
}

/// Remainders of every block, and numbers of samples with every remainder.
#[test]
fn products() {
    at_each_level(|level| {
        check_shapes!(level, (0..10).chain([32]);
            (1, 1) (1, 16) (3, 10) (10, 3) (16, 1) (17, 37) (37, 17) (3, 64) (64, 10) (16, 16) (37, 3) (64, 64) (5, 100));
    });
}

/// More than one part of the inputs, panel of the outputs, and run of samples.
#[test]
fn long_products() {
    at_each_level(|level| {
        check_shapes!(level, [1, 5]; (4099, 17) (19, 261) (1037, 67));
        check_shapes!(level, [521]; (5, 3) (9, 37));
        // Samples that are far apart, parts of which are copied.
        check_shapes!(level, [64, 261]; (1024, 3) (1037, 37));
        // Samples that share few places in a cache, and such weights.
        check_shapes!(level, [16, 150, 261]; (130, 150) (300, 64) (96, 129));
        // Several panels of weights: with remaining outputs, and with few of them.
        check_shapes!(level, [32, 45, 261]; (300, 130) (1700, 20));
    });
}

/// The prediction for a sample does not depend on the samples beside it.
#[test]
fn samples_do_not_matter_to_each_other() {
    fn check<const I: usize, const O: usize>(level: Level) {
        let (w, b, x) = (scalars::<f32>(I * O, 1), scalars(O, 2), scalars(37 * I, 3));
        let (mut all, mut one) = (std::vec![0.0; 37 * O], [0.0; O]);
        affine::<f32, I, O>(&w, &b, &x, &mut all);
        for (x, y) in x.chunks_exact(I).zip(all.chunks_exact(O)) {
            affine::<f32, I, O>(&w, &b, x, &mut one);
            assert_eq!(y, one, "{O} x {I}, {level:?}");
        }
    }
    at_each_level(|level| {
        check::<64, 10>(level);
        check::<5, 3>(level);
        check::<31, 32>(level);
        check::<31, 48>(level);
        check::<1100, 100>(level);
    });
}

/// A short row alone is computed in another way than rows beside each other, but equal to the last bit.
#[test]
fn softmax_of_a_row() {
    fn check<T: Scalar>(level: Level) {
        for features in 1..40 {
            let x: Vec<T> = scalars(5 * features, 1).into_iter().map(|x: T| T::of(90.0) * x).collect();
            let (mut all, mut alone) = (x.clone(), x.clone());
            Softmax.in_place(features, &mut all);
            alone.chunks_exact_mut(features).for_each(|x| Softmax.in_place(features, x));
            assert_eq!(all, alone, "{features} features, {level:?}");
            for (x, y) in x.chunks_exact(features).zip(alone.chunks_exact(features)) {
                let largest = x.iter().map(|x| x.to_f64()).fold(f64::MIN, f64::max);
                let exps: Vec<f64> = x.iter().map(|&x| (x.to_f64() - largest).exp()).collect();
                let expected: Vec<f64> = exps.iter().map(|exp| exp / exps.iter().sum::<f64>()).collect();
                assert_close(&std::format!("softmax of {features}, {level:?}"), y, &expected, 4);
            }
        }
    }
    at_each_level(|level| {
        check::<f32>(level);
        check::<f64>(level);
    });
}

/// Inputs in several slices, one of which may be empty.
#[test]
fn joined_products() {
    struct In<const A: usize, const B: usize, const C: usize>;
    impl<const A: usize, const B: usize, const C: usize> Features<3> for In<A, B, C> {
        const INPUTS: [usize; 3] = [A, B, C];
    }
    fn check<T: Scalar, const A: usize, const B: usize, const C: usize, const I: usize, const O: usize>(
        n: usize,
        level: Level,
    ) {
        let (w, b) = (scalars::<T>(I * O, 1), scalars::<T>(O, 2));
        let parts = [scalars::<T>(n * A, 3), scalars::<T>(n * B, 4), scalars::<T>(n * C, 5)];
        let mut sums = std::vec![0.0; n * O];
        for s in 0..n {
            let x = [(0, A), (1, B), (2, C)].map(|(k, size)| &parts[k][s * size..][..size]).concat();
            for o in 0..O {
                let products = x.iter().enumerate().map(|(i, x)| w[i * O + o].to_f64() * x.to_f64());
                sums[s * O + o] = products.sum::<f64>();
            }
        }
        let what = std::format!("joined, {O} x ({A}, {B}, {C}), {n} samples, {level:?}");
        let x = [&parts[0][..], &parts[1], &parts[2]];
        let mut y = std::vec![T::of(f64::NAN); n * O];
        affine_split::<T, In<A, B, C>, 3, I, O>(&w, &[], x, &mut y, false);
        assert_close(&what, &y, &sums, I);
        sums.iter_mut().enumerate().for_each(|(k, sum)| *sum += b[k % O].to_f64());
        affine_split::<T, In<A, B, C>, 3, I, O>(&w, &b, x, &mut y, false);
        assert_close(&what, &y, &sums, I);
        let mut rectified = std::vec![T::of(f64::NAN); n * O];
        affine_split::<T, In<A, B, C>, 3, I, O>(&w, &b, x, &mut rectified, true);
        assert!(rectified.iter().zip(&y).all(|(got, y)| *got == y.positive()), "{what}");
    }
    macro_rules! check_parts {
        ($level:expr, $ns:expr; $(($a:literal, $b:literal, $c:literal, $o:literal))*) => {$(
            for n in $ns {
                check::<f32, $a, $b, $c, { $a + $b + $c }, $o>(n, $level);
                check::<f64, $a, $b, $c, { $a + $b + $c }, $o>(n, $level);
            }
        )*};
    }
    /// Checks that a sample gives the same bits alone and beside others.
    fn alone<T: Scalar, const A: usize, const B: usize, const C: usize, const I: usize, const O: usize>(level: Level) {
        const N: usize = 37;
        let (w, b) = (scalars::<T>(I * O, 1), scalars::<T>(O, 2));
        let parts = [scalars::<T>(N * A, 3), scalars::<T>(N * B, 4), scalars::<T>(N * C, 5)];
        let (mut all, mut one) = (std::vec![T::ZERO; N * O], [T::ZERO; O]);
        affine_split::<T, In<A, B, C>, 3, I, O>(&w, &b, [&parts[0][..], &parts[1], &parts[2]], &mut all, false);
        for (s, y) in all.chunks_exact(O).enumerate() {
            let x = [&parts[0][s * A..][..A], &parts[1][s * B..][..B], &parts[2][s * C..][..C]];
            affine_split::<T, In<A, B, C>, 3, I, O>(&w, &b, x, &mut one, false);
            assert_eq!(y, one, "{O} x ({A}, {B}, {C}), {level:?}");
        }
    }
    at_each_level(|level| {
        alone::<f32, 4, 5, 3, 12, 16>(level);
        alone::<f64, 4, 5, 3, 12, 16>(level);
        alone::<f32, 7, 1, 30, 38, 37>(level);
        alone::<f64, 7, 1, 30, 38, 37>(level);
        alone::<f32, 60, 3, 77, 140, 48>(level);
        alone::<f32, 1000, 30, 101, 1131, 19>(level);
        alone::<f64, 1000, 30, 101, 1131, 19>(level);
        check_parts!(level, (0..8).chain([33]);
            (1, 1, 1, 1) (3, 2, 5, 3) (4, 4, 4, 16) (7, 1, 30, 37) (0, 5, 3, 10) (16, 0, 1, 64) (2, 3, 0, 100));
        // More weights than the monomorphised kernel takes, more than one part of the inputs, and copied weights.
        check_parts!(level, [1, 5, 40]; (60, 70, 3, 33) (1000, 30, 1500, 3) (100, 1030, 7, 19) (256, 1, 255, 16));
    });
}

#[test]
fn nothing_to_multiply() {
    at_each_level(|level| {
        check_shapes!(level, [0, 1, 9]; (0, 3) (3, 0) (0, 0));
    });
}

/// Equals the scalar function to the last bit. (The sign of NaN is up to the compiler, also for the scalar function.)
#[test]
fn rectified_as_a_scalar() {
    fn check<T: Scalar, const N: usize>(bits: impl Fn(T) -> u64) {
        let values = [0.0, -0.0, f64::INFINITY, f64::NEG_INFINITY, 1e-40, -1e-40, 2.0, -2.0];
        // One input of 1, and the values as weights: the sum is the value, except that 0 + -0 is 0.
        let w: [T; N] = core::array::from_fn(|o| T::of(values[o % values.len()]));
        let (mut y, mut rectified) = ([T::ZERO; N], [T::ZERO; N]);
        affine::<T, 1, N>(&w, &[], &[T::ONE], &mut y);
        affine_rectified::<T, 1, N>(&w, &[], &[T::ONE], &mut rectified);
        assert_eq!(rectified.map(&bits), y.map(T::positive).map(&bits));
    }
    at_each_level(|_| {
        check::<f32, 3>(|x| x.to_bits().into());
        check::<f32, 43>(|x| x.to_bits().into());
        check::<f64, 43>(f64::to_bits);
    });
}

/// Lanes beyond the end of a row read the next row; its scalars must not reach a result.
#[test]
fn rows_do_not_mix() {
    at_each_level(|_| {
        let x = [1.0, f32::NAN, 1.0, 1.0];
        let mut y = [0.0; 12];
        affine::<f32, 1, 3>(&[1.0, 2.0, 3.0], &[], &x, &mut y);
        assert_eq!((&y[..3], &y[6..9]), (&[1.0, 2.0, 3.0][..], &[1.0, 2.0, 3.0][..]));
        let mut dw = [0.0; 6];
        add_outer::<f32, 2, 3>(&mut dw, &[1.0, 2.0, 0.0, 0.0], &[1.0, 1.0, 1.0, f32::MAX, f32::MAX, f32::MAX]);
        assert_eq!(dw, [1.0, 1.0, 1.0, 2.0, 2.0, 2.0]);
        let mut dx = [0.0; 4];
        add_transposed::<f32, 1, 2>(&[1.0, 2.0], &[1.0, 1.0, f32::INFINITY, 1.0, 1.0, 1.0, 2.0, 2.0], &mut dx);
        assert_eq!(dx, [3.0, f32::INFINITY, 3.0, 6.0]);
    });
}

#[test]
fn dots() {
    at_each_level(|level| {
        for len in (0..70).chain([300]) {
            let (a, b) = (scalars::<f32>(len, 1), scalars::<f32>(len + 3, 2));
            let expected = a.iter().zip(&b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
            assert_close(&std::format!("dot of {len}, {level:?}"), &[dot(&a, &b)], &[expected], len);
        }
    });
}
