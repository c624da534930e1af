//! Sums that keep their digits: in lanes, and with the part that rounding loses.

use crate::tensor::Element;
use crate::tensor::scalar::Scalar;

/// The running sums of a slice, which the compiler adds as vectors.
const LANES: usize = 16;

/// The maximum number of scalars in a plain sum.
pub(super) const PART: usize = 128;

/// A running sum with the part that rounding has lost (Kahan's sum).
#[derive(Clone, Copy)]
pub(super) struct Sum<T> {
    sum: T,
    lost: T,
}

impl<T: Scalar + Element> Sum<T> {
    pub(super) const ZERO: Self = Sum { sum: T::ZERO, lost: T::ZERO };

    #[inline(always)]
    pub(super) fn add(&mut self, x: T) {
        add(x, &mut self.sum, &mut self.lost);
    }

    #[inline(always)]
    pub(super) fn total(self) -> T {
        self.sum
    }
}

/// Adds a number to a sum and the part that it has lost.
#[inline(always)]
pub(super) fn add<T: Scalar + Element>(x: T, sum: &mut T, lost: &mut T) {
    let x = x - *lost;
    let next = *sum + x;
    let rest = (next - *sum) - x;
    // The lost part of an infinite sum is NaN, which does not count.
    *lost = if rest.finite() { rest } else { T::ZERO };
    *sum = next;
}

/// Returns two sums over three slices of equal length.
#[inline(always)]
pub(super) fn sums<T: Scalar>(a: &[T], b: &[T], c: &[T], terms: impl Fn(T, T, T) -> (T, T)) -> (T, T) {
    let (mut first, mut second) = ([T::ZERO; LANES], [T::ZERO; LANES]);
    let (a, rest_a) = a.as_chunks::<LANES>();
    let (b, rest_b) = b.as_chunks::<LANES>();
    let (c, rest_c) = c.as_chunks::<LANES>();
    for ((a, b), c) in a.iter().zip(b).zip(c) {
        for lane in 0..LANES {
            let (p, q) = terms(a[lane], b[lane], c[lane]);
            first[lane] += p;
            second[lane] += q;
        }
    }
    for ((((first, second), &a), &b), &c) in first.iter_mut().zip(&mut second).zip(rest_a).zip(rest_b).zip(rest_c) {
        let (p, q) = terms(a, b, c);
        *first += p;
        *second += q;
    }
    (fold(first), fold(second))
}

/// Adds the lanes in pairs.
#[inline(always)]
fn fold<T: Scalar>(mut lanes: [T; LANES]) -> T {
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] += lanes[lane + width];
        }
        width /= 2;
    }
    lanes[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_keeps_what_rounding_loses() {
        let mut sum = Sum::<f32>::ZERO;
        (0..1_000_000).for_each(|_| sum.add(0.1));
        assert_eq!(sum.total(), 100_000.0);
        let mut sum = Sum::<f64>::ZERO;
        [1.0, f64::INFINITY, 1.0].iter().for_each(|&x| sum.add(x));
        assert_eq!(sum.total(), f64::INFINITY);
        sum.add(f64::NEG_INFINITY);
        assert!(sum.total().is_nan());
    }

    #[test]
    fn lanes_and_their_remainder() {
        for len in [0, 1, 5, 16, 17, 47, 128] {
            let x: std::vec::Vec<f64> = (0..len).map(f64::from).collect();
            let n = f64::from(len);
            let expected = (n * (n - 1.0) / 2.0, n);
            assert_eq!(sums(&x, &x, &x, |a, _, _| (a, 1.0)), expected);
        }
    }
}
