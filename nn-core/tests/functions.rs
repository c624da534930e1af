//! The functions of optimised builds, and the loops for which they are made.
//!
//! The functions are tested at one `f32` of 17, in runs that reach every exponent. `NN_EXHAUSTIVE=1` tests every
//! `f32`, which takes minutes.
//!
//! ```sh
//! NN_EXHAUSTIVE=1 cargo test --release -p nn-core --features compute,std,testing --test functions -- --test-threads=1
//! ```

#![cfg(all(feature = "std", not(debug_assertions)))]

use nn_core::Scalar;
use nn_core::activations::{
    Activation, Elementwise, Elu, Gelu, GeluTanh, LogSoftmax, Mish, Relu, Selu, Sigmoid, Silu, Softmax, Softplus, Tanh,
};
use nn_core::kernels::level::{Level, force};
use nn_core::kernels::{self, Function, map};
use std::sync::atomic::{AtomicU32, Ordering};

macro_rules! functions {
    ($($name:ident $function:ident)*) => {$(
        struct $name;

        impl<T: Scalar> Function<T> for $name {
            #[inline(always)]
            fn value(&self, x: T) -> T {
                kernels::$function(x)
            }
        }
    )*};
}

functions!(Exp exp ExpM1 exp_m1 TanhOf tanh SigmoidOf sigmoid SoftplusOf softplus);

struct GeluOf;

impl Function<f32> for GeluOf {
    #[inline(always)]
    fn value(&self, x: f32) -> f32 {
        Gelu.value(x)
    }
}

const TINY: f64 = 1.0 / (1 << 13) as f64;

/// Returns the distance of `y` from `exact`, in units of its last place.
fn error(y: f32, exact: f64) -> f64 {
    if exact.is_nan() {
        return if y.is_nan() { 0.0 } else { f64::INFINITY };
    }
    let nearest = (exact as f32).abs();
    if nearest.is_infinite() {
        // Half a unit above the largest number.
        return if y.is_infinite() && (y > 0.0) == (exact > 0.0) { 0.0 } else { f64::INFINITY };
    }
    let unit = f64::from(nearest.next_up().min(f32::MAX)) - f64::from(nearest);
    (f64::from(y) - exact).abs() / if unit > 0.0 { unit } else { f64::from(f32::MAX) - f64::from(f32::MAX.next_down()) }
}

/// Tests bit patterns, in slices that leave a remainder of every vector: all with `NN_EXHAUSTIVE`, else one slice of
/// 17. If a value is known without a library, `exact` does not call one, which makes the test several times faster.
/// `small` values may become 0.
fn check_all(f: impl Function<f32> + Sync, exact: impl Fn(f64) -> f64 + Sync, units: f64, small: f64) {
    const LEN: usize = (1 << 16) - 1;
    let (slices, next) = (u32::MAX / LEN as u32 + 1, AtomicU32::new(0));
    // A slice is a 128th of an exponent's values, and 17 is coprime to that.
    let step = if std::env::var_os("NN_EXHAUSTIVE").is_some() { 1 } else { 17 };
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let (mut x, mut y) = (vec![0.0; LEN], vec![0.0; LEN]);
                loop {
                    let slice = next.fetch_add(step, Ordering::Relaxed);
                    if slice >= slices {
                        return;
                    }
                    for (k, x) in x.iter_mut().enumerate() {
                        *x = f32::from_bits((slice * LEN as u32).wrapping_add(k as u32));
                    }
                    map(&f, &x, &mut y);
                    for (&x, &y) in x.iter().zip(&y) {
                        let exact = exact(f64::from(x));
                        let right = error(y, exact) <= units
                            || (exact.abs() < small
                                && f64::from(y.abs()) <= 2.0 * small
                                && f64::from(y) * exact >= 0.0);
                        assert!(right, "{x:e}: {y:e} instead of {exact:e}, {} units off", error(y, exact));
                    }
                }
            });
        }
    });
}

#[test]
fn exp_everywhere() {
    check_all(
        Exp,
        |x| match x {
            _ if x.abs() < TINY * TINY => 1.0 + x,
            _ if x > 104.0 => f64::INFINITY,
            _ if x < -110.0 => 0.0,
            _ => x.exp(),
        },
        2.0,
        0.0,
    );
}

#[test]
fn exp_m1_everywhere() {
    check_all(
        ExpM1,
        |x| match x {
            _ if x.abs() < TINY => x + x * x / 2.0 + x * x * x / 6.0,
            _ if x > 104.0 => f64::INFINITY,
            _ if x < -110.0 => -1.0,
            _ => x.exp_m1(),
        },
        4.0,
        0.0,
    );
}

#[test]
fn tanh_everywhere() {
    check_all(
        TanhOf,
        |x| match x {
            _ if x.abs() < TINY => x - x * x * x / 3.0,
            _ if x.abs() > 20.0 => x.signum(),
            _ => x.tanh(),
        },
        3.0,
        0.0,
    );
}

#[test]
fn sigmoid_everywhere() {
    check_all(
        SigmoidOf,
        |x| match x {
            _ if x.abs() < TINY => 0.5 + x / 4.0 - x * x * x / 48.0,
            _ if x > 40.0 => 1.0,
            _ if x < -110.0 => 0.0,
            _ => 1.0 / (1.0 + (-x).exp()),
        },
        3.0,
        f64::from(f32::MIN_POSITIVE),
    );
}

#[test]
fn softplus_everywhere() {
    check_all(
        SoftplusOf,
        |x| match x {
            _ if x.abs() < TINY => core::f64::consts::LN_2 + x / 2.0 + x * x / 8.0,
            _ if x > 40.0 => x,
            _ if x < -110.0 => 0.0,
            _ if x > 0.0 => x + (-x).exp().ln_1p(),
            _ => x.exp().ln_1p(),
        },
        4.0,
        0.0,
    );
}

/// Also tests the activation, which uses the distribution function.
#[test]
fn gelu_everywhere() {
    check_all(
        GeluOf,
        |x| match x {
            _ if x.abs() < TINY => x * (0.5 + x * 0.3989422804014327),
            _ if x > 6.0 => x,
            _ if x < -16.0 => x * 0.0,
            _ => x * 0.5 * libm::erfc(-x * core::f64::consts::FRAC_1_SQRT_2),
        },
        10.0,
        16.0 * f64::from(f32::MIN_POSITIVE),
    );
}

#[test]
fn special_values() {
    let x = [0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, 1000.0, -1000.0, f32::NAN];
    let of = |f: &dyn Fn(&[f32], &mut [f32])| {
        let mut y = [9.0; 7];
        f(&x, &mut y);
        assert!(y[6].is_nan());
        <[f32; 6]>::try_from(&y[..6]).unwrap()
    };
    let tanh = of(&|x, y| map(&TanhOf, x, y));
    assert_eq!(tanh, [0.0, 0.0, 1.0, -1.0, 1.0, -1.0]);
    assert!(tanh[1].is_sign_negative());
    assert_eq!(of(&|x, y| map(&SigmoidOf, x, y)), [0.5, 0.5, 1.0, 0.0, 1.0, 0.0]);
    assert_eq!(of(&|x, y| map(&Exp, x, y)), [1.0, 1.0, f32::INFINITY, 0.0, f32::INFINITY, 0.0]);
    assert_eq!(of(&|x, y| map(&ExpM1, x, y)), [0.0, 0.0, f32::INFINITY, -1.0, f32::INFINITY, -1.0]);
    assert_eq!(of(&|x, y| map(&SoftplusOf, x, y))[2..], [f32::INFINITY, 0.0, 1000.0, 0.0]);
}

/// Forward and backward, for slices with every remainder: the same bits at every level, and as in `f64` up to
/// rounding.
#[test]
fn activations_at_each_level() {
    fn check(name: &str, f: &impl Activation) {
        for len in (1..40).chain([300]) {
            let x: Vec<f32> = (0..len).map(|k| (k * 37 % 101) as f32 / 12.5 - 4.0).collect();
            let dy: Vec<f32> = (0..len).map(|k| (k * 53 % 97) as f32 / 97.0 - 0.5).collect();
            let double = |x: &[f32]| x.iter().map(|&x| f64::from(x)).collect::<Vec<_>>();
            let (mut ys, mut dxs) = (vec![f64::NAN; len], vec![1.0; len]);
            f.forward(len, &double(&x), &mut ys);
            f.backward(len, &double(&x), &ys, &double(&dy), &mut dxs);
            let mut first: Option<(Vec<f32>, Vec<f32>)> = None;
            for &level in Level::ALL {
                force(level);
                let (mut y, mut dx) = (vec![f32::NAN; len], vec![1.0; len]);
                f.forward(len, &x, &mut y);
                f.backward(len, &x, &y, &dy, &mut dx);
                for (got, expected) in y.iter().zip(&ys).chain(dx.iter().zip(&dxs)) {
                    assert!((f64::from(*got) - expected).abs() < 3e-6, "{name} of {len}, {level:?}: {got}, {expected}");
                }
                let (y1, dx1) = first.get_or_insert_with(|| (y.clone(), dx.clone()));
                assert_eq!((&*y1, &*dx1), (&y, &dx), "{name} of {len}, {level:?}");
            }
            force(Level::Avx512);
        }
    }
    check("relu", &Relu);
    check("tanh", &Tanh);
    check("sigmoid", &Sigmoid);
    check("silu", &Silu);
    check("softplus", &Softplus);
    check("mish", &Mish);
    check("gelu", &Gelu);
    check("gelu_tanh", &GeluTanh);
    check("elu", &Elu::default());
    check("selu", &Selu);
    check("softmax", &Softmax);
    check("log_softmax", &LogSoftmax);
}
