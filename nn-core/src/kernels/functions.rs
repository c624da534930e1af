//! The exponential function and its relatives, written so that loops over them are vectorised.
//!
//! ```text
//! exp(z) = 2ᵏ · exp(r)                  k = round(z / ln 2), r = z - k · ln 2, so |r| ≤ ln 2 / 2
//! exp(r) = 1 + r + r² · P(r)            P of degree 5 (the polynomial of Cephes)
//!
//! exp_m1(x) = x + x² · (1/2! + x/3! + … + x⁶/8!)                     |x| < 0.5; off by 1e-8
//!           = exp(x) - 1                                             otherwise
//! tanh(x) = x · (945 + 105 x² + x⁴) / (945 + 420 x² + 15 x⁴)         |x| < 0.625, its continued fraction; off by 1e-9
//!         = ±(1 - exp(-2|x|)) / (1 + exp(-2|x|))                     otherwise
//! sigmoid(x) = 1 / (1 + exp(-x))
//! softplus(x) = max(x, 0) + ln(1 + u)                                u = exp(-|x|)
//! Φ(x) = exp(-x²/2) · P(-x) / Q(-x)                                  x < 0; P and Q of degrees 4 and 5, off by 1e-8
//!      = 1 - Φ(-x)                                                   otherwise
//! ln(1 + u) = 2 (s + s³/3 + s⁵/5 + … + s¹⁵/15)                       s = u / (2 + u), so s ≤ 1/3
//! ```
//!
//! For `f32` they contain no branch, no call and no fused multiply-add, so every level gives the same bits. `f64` uses
//! the functions of its library. So do debug builds, where nothing is vectorised, and builds without `std`.
//!
//! Maximum errors over all `f32`, in units in the last place:
//!
//! | function | units |
//! |---|--:|
//! | `exp` | 2 |
//! | `tanh` | 3 |
//! | `exp_m1`, `softplus` | 4 |
//! | `sigmoid` | 3 for a normal number; a smaller one may become 0 |
//! | the activation `gelu`, `x · Φ(x)` | 10 from 2⁻¹²² on |

use crate::tensor::scalar::Scalar;
use core::f64::consts::FRAC_1_SQRT_2;

/// Returns `exp(x)`.
#[inline(always)]
pub fn exp<T: Scalar>(x: T) -> T {
    of(x, single::exp, T::exp)
}

/// Returns `exp(x) - 1`.
#[inline(always)]
pub fn exp_m1<T: Scalar>(x: T) -> T {
    of(x, single::exp_m1, T::exp_m1)
}

/// Returns `tanh(x)`.
#[inline(always)]
pub fn tanh<T: Scalar>(x: T) -> T {
    of(x, single::tanh, T::tanh)
}

/// Returns `1 / (1 + exp(-x))`.
#[inline(always)]
pub fn sigmoid<T: Scalar>(x: T) -> T {
    // exp(-x) overflows to infinity for very negative x, and 1/∞ is the right 0.
    T::ONE / (T::ONE + of(-x, single::exp_coarse, T::exp))
}

/// Returns `σ(x)` and `σ(-x)`, where σ is [`sigmoid`], both to all digits: neither is computed as 1 minus the other.
#[inline(always)]
pub fn sigmoids<T: Scalar>(x: T) -> (T, T) {
    let e = exp(-x.abs());
    let large = T::ONE / (T::ONE + e);
    let small = e * large;
    if x > T::ZERO { (large, small) } else { (small, large) }
}

/// Returns `ln(1 + exp(x))`.
#[inline(always)]
pub fn softplus<T: Scalar>(x: T) -> T {
    // ln(1 + exp(x)) = max(x, 0) + ln(1 + exp(-|x|)): the exponential cannot overflow.
    let positive = if x > T::ZERO { x } else { T::ZERO };
    positive + of(exp(-x.abs()), single::ln_1p, T::ln_1p)
}

/// Returns `Φ(x)`, the distribution function of the normal distribution: `erfc(-x / √2) / 2`.
#[inline(always)]
pub fn normal<T: Scalar>(x: T) -> T {
    of(x, single::normal, |x| T::of(0.5) * (x * T::of(-FRAC_1_SQRT_2)).erfc())
}

/// Returns `Φ'(x) = exp(-x² / 2) / √(2π)`, its density.
#[inline(always)]
pub fn density<T: Scalar>(x: T) -> T {
    /// `1 / √(2π)`
    const FACTOR: f64 = 0.3989422804014327;
    of(x, |x| single::exp_half_square(single::magnitude(x)), |x| (-T::of(0.5) * x * x).exp()) * T::of(FACTOR)
}

/// Returns the function for `f32` in optimised builds, otherwise the library's.
#[inline(always)]
fn of<T: Scalar>(x: T, single: impl Fn(f32) -> f32, library: impl Fn(T) -> T) -> T {
    if cfg!(all(feature = "std", not(debug_assertions))) { x.in_single(single, library) } else { library(x) }
}

mod single {
    use core::f32::consts::LOG2_E;

    /// Returns `exp(z)`: infinity above 88.7, 0 below -104.
    #[inline(always)]
    pub(super) fn exp(z: f32) -> f32 {
        let (exp_r, k) = parts(z, 0.0, -104.0);
        scaled(exp_r, k)
    }

    /// Returns `exp_r · 2ᵏ`.
    #[inline(always)]
    fn scaled(exp_r: f32, k: i32) -> f32 {
        // 2ᵏ in two factors: it may be less than the smallest normal number, or 2¹²⁸.
        let half = k >> 1;
        exp_r * power_of_2(half) * power_of_2(k.wrapping_sub(half))
    }

    /// Returns `exp(z)` for sums with 1: also infinity if k is 128 (above 88.3), and never below the smallest normal
    /// number.
    #[inline(always)]
    pub(super) fn exp_coarse(z: f32) -> f32 {
        let (exp_r, k) = parts(z, 0.0, -87.0);
        exp_r * power_of_2(k)
    }

    /// Returns `exp(r)` and `k` for `z - rest`, where `z` is between `least` and 89, and `rest` is the rounding error
    /// of `z`.
    #[inline(always)]
    fn parts(z: f32, rest: f32, least: f32) -> (f32, i32) {
        // These comparisons keep NaN.
        let z = if z < least { least } else { z };
        let z = if z > 89.0 { 89.0 } else { z };
        // Adding 1.5 · 2²³ leaves no bits for a fraction: it rounds, and the last bits are the integer.
        const ROUND: f32 = 12_582_912.0;
        let rounded = z * LOG2_E + ROUND;
        let k = rounded - ROUND;
        // ln 2 in two parts; the first is so short that its product with k is exact.
        let r = (z - k * 0.693_359_4) - (k * -2.121_944_4e-4 + rest);
        // In pairs of terms, which do not wait for each other.
        let r2 = r * r;
        let p4 = 1.398_199_9e-3 + r * 1.987_569_1e-4;
        let p2 = 4.166_579_6e-2 + r * 8.333_452e-3;
        let p0 = 0.5 + r * 1.666_666_5e-1;
        let exp_r = 1.0 + (r + r2 * (p0 + r2 * (p2 + r2 * p4)));
        (exp_r, (rounded.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32))
    }

    /// Returns `|x|`, at most 15, where `exp(-x² / 2)` is 0.
    #[inline(always)]
    pub(super) fn magnitude(x: f32) -> f32 {
        let a = x.abs();
        if a > 15.0 { 15.0 } else { a }
    }

    /// Returns `exp(-x² / 2)` for at most 15. The square has twice as many digits as an `f32`. It is computed as the
    /// exact square of the first half of the digits of `x`, and a remainder.
    #[inline(always)]
    pub(super) fn exp_half_square(x: f32) -> f32 {
        let first = f32::from_bits(x.to_bits() & 0xffff_f000);
        let (exp_r, k) = parts(-0.5 * (first * first), 0.5 * ((x - first) * (x + first)), -104.0);
        scaled(exp_r, k)
    }

    #[inline(always)]
    pub(super) fn normal(x: f32) -> f32 {
        let a = magnitude(x);
        let p = 4.153_161_2e-3;
        let p = p * a + 4.088_070_6e-2;
        let p = p * a + 1.839_679_5e-1;
        let p = p * a + 4.392_819e-1;
        let p = p * a + 0.5;
        let q = 1.041_032e-2;
        let q = q * a + 1.024_788_5e-1;
        let q = q * a + 4.714_055_3e-1;
        let q = q * a + 1.205_543_5;
        let q = q * a + 1.676_448_8;
        let q = q * a + 1.0;
        let tail = p * exp_half_square(a) / q;
        if x < 0.0 { tail } else { 1.0 - tail }
    }

    /// Returns 2ᵏ, for an exponent within the range.
    #[inline(always)]
    fn power_of_2(k: i32) -> f32 {
        f32::from_bits((k.wrapping_add(127) as u32) << 23)
    }

    #[inline(always)]
    pub(super) fn exp_m1(x: f32) -> f32 {
        let p = 1.0 / 40320.0;
        let p = p * x + 1.0 / 5040.0;
        let p = p * x + 1.0 / 720.0;
        let p = p * x + 1.0 / 120.0;
        let p = p * x + 1.0 / 24.0;
        let p = p * x + 1.0 / 6.0;
        let p = p * x + 0.5;
        let small = x + x * x * p;
        if x.abs() < 0.5 { small } else { exp(x) - 1.0 }
    }

    #[inline(always)]
    pub(super) fn tanh(x: f32) -> f32 {
        let (a, x2) = (x.abs(), x * x);
        let e = exp_coarse(-2.0 * a);
        let small = a < 0.625;
        let above = if small { a * (945.0 + x2 * (105.0 + x2)) } else { 1.0 - e };
        let below = if small { 945.0 + x2 * (420.0 + x2 * 15.0) } else { 1.0 + e };
        (above / below).copysign(x)
    }

    /// Returns `ln(1 + x)` for `x` from 0 to 1.
    #[inline(always)]
    pub(super) fn ln_1p(x: f32) -> f32 {
        let s = x / (2.0 + x);
        let s2 = s * s;
        let p = 1.0 / 15.0;
        let p = p * s2 + 1.0 / 13.0;
        let p = p * s2 + 1.0 / 11.0;
        let p = p * s2 + 1.0 / 9.0;
        let p = p * s2 + 1.0 / 7.0;
        let p = p * s2 + 1.0 / 5.0;
        let p = p * s2 + 1.0 / 3.0;
        2.0 * (s + s * s2 * p)
    }
}
