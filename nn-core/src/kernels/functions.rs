//! [`tanh`] and [`sigmoid`] of many scalars.
//!
//! ```text
//! exp(z) = 2ᵏ · exp(r)                  k = round(z / ln 2), r = z - k · ln 2, so |r| ≤ ln 2 / 2
//! exp(r) = Σ rʲ / j!                    j ≤ 7; what is left is below 6e-9
//!
//! tanh(x) = x · (945 + 105 x² + x⁴) / (945 + 420 x² + 15 x⁴)         |x| < 0.625, its continued fraction; off by 1e-9
//!         = ±(1 - exp(-2|x|)) / (1 + exp(-2|x|))                     otherwise
//! sigmoid(x) = 1 / (1 + exp(-x))
//! ```
//!
//! For `f32` there is no branch and no call in it, so the compiler vectorises the loops, and every level gives the same
//! result. `f64` uses the functions of its library. The errors of `f32`, over all its values: `tanh` at most 3 units in the
//! last place; `sigmoid` at most 3 where it is above 1e-37, and below that an absolute error of 1e-37.

use super::level::Kernel;
use super::vector::Vector;
use crate::scalar::Scalar;
use core::marker::PhantomData;

/// `y = tanh(x)`, for as many scalars as the shorter slice has.
#[inline]
pub fn tanh<T: Scalar>(x: &[T], y: &mut [T]) {
    T::tanh_all(x, y);
}

/// `y = 1 / (1 + exp(-x))`, for as many scalars as the shorter slice has.
#[inline]
pub fn sigmoid<T: Scalar>(x: &[T], y: &mut [T]) {
    T::sigmoid_all(x, y);
}

/// A function, applied to a slice.
pub(super) struct Map<'a, F> {
    x: &'a [f32],
    y: &'a mut [f32],
    f: PhantomData<F>,
}

impl<'a, F> Map<'a, F> {
    pub(super) fn new(x: &'a [f32], y: &'a mut [f32]) -> Self {
        Map { x, y, f: PhantomData }
    }
}

impl<F: Function> Kernel<f32> for Map<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<f32>, const R: usize, const C: usize, const WIDE: usize>(self) {
        for (y, &x) in self.y.iter_mut().zip(self.x) {
            *y = F::value(x);
        }
    }
}

pub(super) trait Function {
    fn value(x: f32) -> f32;
}

pub(super) struct Tanh;

impl Function for Tanh {
    #[inline(always)]
    fn value(x: f32) -> f32 {
        let (a, x2) = (x.abs(), x * x);
        let e = exp(-2.0 * a);
        let small = a < 0.625;
        let above = if small { a * (945.0 + x2 * (105.0 + x2)) } else { 1.0 - e };
        let below = if small { 945.0 + x2 * (420.0 + x2 * 15.0) } else { 1.0 + e };
        (above / below).copysign(x)
    }
}

pub(super) struct Sigmoid;

impl Function for Sigmoid {
    #[inline(always)]
    fn value(x: f32) -> f32 {
        1.0 / (1.0 + exp(-x))
    }
}

/// `exp(z)`: 1e-38 for less than -87, infinity for more than 88.4.
#[inline(always)]
fn exp(z: f32) -> f32 {
    // Comparisons that leave NaN as it is.
    let z = if z < -87.0 { -87.0 } else { z };
    let z = if z > 89.0 { 89.0 } else { z };
    // Adding 1.5 · 2²³ leaves no bits for a fraction, so this rounds, and the last bits are the integer.
    const ROUND: f32 = 12_582_912.0;
    let rounded = z * core::f32::consts::LOG2_E + ROUND;
    let k = rounded - ROUND;
    // ln 2 in two parts, the first so short that its product with k is exact.
    let r = (z - k * 0.693_359_4) - k * -2.121_944_4e-4;
    let terms = 1.0 / 24.0 + r * (1.0 / 120.0 + r * (1.0 / 720.0 + r * (1.0 / 5040.0)));
    let exp_r = 1.0 + (r + r * r * (0.5 + r * (1.0 / 6.0 + r * terms)));
    // 2ᵏ, whose exponent is k + 127; it is infinity for k = 128.
    exp_r * f32::from_bits(rounded.to_bits().wrapping_add(127) << 23)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::tests::at_each_level;
    use std::vec::Vec;

    /// Every `step`-th bit pattern, in slices that leave a remainder of every vector.
    fn check(f: fn(&[f32], &mut [f32]), exact: fn(f64) -> f64, tiny: f64, step: usize) {
        const LEN: usize = 4099;
        for first in (0..=u32::MAX).step_by(step * LEN) {
            let x: Vec<f32> = (0..LEN).map(|k| f32::from_bits(first.wrapping_add((k * step) as u32))).collect();
            let mut y = std::vec![0.0; LEN];
            f(&x, &mut y);
            for (&x, &y) in x.iter().zip(&y) {
                let expected = exact(f64::from(x));
                let nearest = (expected as f32).abs();
                let unit = f64::from(nearest.next_up()) - f64::from(nearest);
                let tolerance = if expected.abs() < tiny { tiny } else { 3.0 * unit };
                let right = (f64::from(y) - expected).abs() <= tolerance || (expected.is_nan() && y.is_nan());
                assert!(right, "{x}: {y} instead of {expected}");
            }
        }
    }

    fn check_both(step: usize) {
        check(tanh, f64::tanh, 0.0, step);
        check(sigmoid, |x| 1.0 / (1.0 + (-x).exp()), 1e-37, step);
    }

    #[test]
    fn within_3_units() {
        at_each_level(|_| check_both(97 * 64 + 1));
    }

    #[test]
    #[ignore = "takes minutes, and needs --release"]
    fn all_within_3_units() {
        check_both(1);
    }

    #[test]
    fn special_values() {
        let x = [0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, 1000.0, -1000.0, f32::NAN];
        let mut y = [9.0; 7];
        tanh(&x, &mut y);
        assert_eq!(y[..6], [0.0, 0.0, 1.0, -1.0, 1.0, -1.0]);
        assert!(y[1].is_sign_negative() && y[6].is_nan());
        sigmoid(&x, &mut y);
        assert_eq!(y[..6], [0.5, 0.5, 1.0, 0.0, 1.0, 0.0]);
        assert!(y[6].is_nan());
    }

    #[test]
    fn doubles() {
        let mut y = [9.0; 3];
        tanh(&[-1.0, 0.0, 0.5], &mut y);
        assert_eq!(y, [(-1.0f64).tanh(), 0.0, 0.5f64.tanh()]);
        sigmoid(&[-1000.0, 0.0, 1000.0], &mut y);
        assert_eq!(y, [0.0, 0.5, 1.0]);
    }
}
