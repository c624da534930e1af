//! The products as plain loops, which are compiled quickly and small: for debug builds, and for builds without `std`, as those of
//! firmware.
//!
//! Loops run over constants in blocks of `SAMPLES` × `LANES` accumulators, which stay in registers; the compiler vectorises
//! the inner one.

use crate::scalar::Scalar;

/// What optimised builds have compiled for a number type: here, nothing.
#[doc(hidden)]
pub trait Shared {}
impl Shared for f32 {}
impl Shared for f64 {}

/// Samples that are computed together: each weight that is loaded serves all of them.
const SAMPLES: usize = 4;
/// Outputs that are computed together.
const LANES: usize = 16;

/// `y = W · x + b` for every sample: `y[n, o] = b[o] + Σᵢ w[i, o] · x[n, i]`. An empty `b` counts as zero.
///
/// Shapes: `w` is `O × I`, `b` has `O` or 0 scalars, `x` has `n · I` and `y` has `n · O`.
#[inline]
pub fn affine<T: Scalar, const I: usize, const O: usize>(w: &[T], b: &[T], x: &[T], y: &mut [T]) {
    if O == 0 {
        return;
    }
    let n = y.len() / O;
    let (w, x) = (&w[..I * O], &x[..n * I]);
    let mut s = 0;
    while s + SAMPLES <= n {
        let mut o = 0;
        while o + LANES <= O {
            affine_block::<T, I, O, SAMPLES, LANES>(w, b, &x[s * I..], &mut y[s * O..], o);
            o += LANES;
        }
        while o < O {
            affine_block::<T, I, O, SAMPLES, 1>(w, b, &x[s * I..], &mut y[s * O..], o);
            o += 1;
        }
        s += SAMPLES;
    }
    while s < n {
        let mut o = 0;
        while o + LANES <= O {
            affine_block::<T, I, O, 1, LANES>(w, b, &x[s * I..], &mut y[s * O..], o);
            o += LANES;
        }
        while o < O {
            affine_block::<T, I, O, 1, 1>(w, b, &x[s * I..], &mut y[s * O..], o);
            o += 1;
        }
        s += 1;
    }
}

#[inline(always)]
fn affine_block<T: Scalar, const I: usize, const O: usize, const S: usize, const L: usize>(
    w: &[T],
    b: &[T],
    x: &[T],
    y: &mut [T],
    o: usize,
) {
    let mut sums = [[T::ZERO; L]; S];
    if !b.is_empty() {
        for sum in &mut sums {
            sum.copy_from_slice(&b[o..o + L]);
        }
    }
    for i in 0..I {
        let column = &w[i * O + o..i * O + o + L];
        for s in 0..S {
            let x = x[s * I + i];
            for l in 0..L {
                sums[s][l] += column[l] * x;
            }
        }
    }
    for s in 0..S {
        y[s * O + o..s * O + o + L].copy_from_slice(&sums[s]);
    }
}

/// The weights' share of the gradient of [`affine`], summed over the samples: `dW += Σₙ dy[n] ⊗ x[n]`.
///
/// Shapes: `dw` is `O × I`, `x` has `n · I` and `dy` has `n · O`.
#[inline]
pub fn add_outer<T: Scalar, const I: usize, const O: usize>(dw: &mut [T], x: &[T], dy: &[T]) {
    if O == 0 {
        return;
    }
    let n = dy.len() / O;
    for i in 0..I {
        let column = &mut dw[i * O..i * O + O];
        let mut s = 0;
        while s + SAMPLES <= n {
            let (x0, x1, x2, x3) = (x[s * I + i], x[(s + 1) * I + i], x[(s + 2) * I + i], x[(s + 3) * I + i]);
            let (d0, rest) = dy[s * O..(s + SAMPLES) * O].split_at(O);
            let (d1, rest) = rest.split_at(O);
            let (d2, d3) = rest.split_at(O);
            for o in 0..O {
                column[o] += d0[o] * x0 + d1[o] * x1 + (d2[o] * x2 + d3[o] * x3);
            }
            s += SAMPLES;
        }
        while s < n {
            let x = x[s * I + i];
            for o in 0..O {
                column[o] += dy[s * O + o] * x;
            }
            s += 1;
        }
    }
}

/// The inputs' share of the gradient of [`affine`]: `dx[n] += Wᵀ · dy[n]`.
///
/// Shapes: `w` is `O × I`, `dy` has `n · O` and `dx` has `n · I`.
#[inline]
pub fn add_transposed<T: Scalar, const I: usize, const O: usize>(w: &[T], dy: &[T], dx: &mut [T]) {
    if O == 0 || I == 0 {
        return;
    }
    for (dy, dx) in dy.chunks_exact(O).zip(dx.chunks_exact_mut(I)) {
        for i in 0..I {
            dx[i] += dot(&w[i * O..i * O + O], dy);
        }
    }
}

/// `Σ a · b`, in eight running sums: one sum would make every addition wait for the one before it.
#[inline(always)]
pub fn dot<T: Scalar>(a: &[T], b: &[T]) -> T {
    const SUMS: usize = 8;
    let mut sums = [T::ZERO; SUMS];
    let (a_blocks, b_blocks) = (a.chunks_exact(SUMS), b.chunks_exact(SUMS));
    let tail: T = a_blocks.remainder().iter().zip(b_blocks.remainder()).map(|(&a, &b)| a * b).sum();
    for (a, b) in a_blocks.zip(b_blocks) {
        for k in 0..SUMS {
            sums[k] += a[k] * b[k];
        }
    }
    ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7])) + tail
}

/// The gradient of a bias: `db += Σₙ dy[n]`, over slices of `O` scalars.
#[inline]
pub fn add_rows<T: Scalar, const O: usize>(db: &mut [T], dy: &[T]) {
    if O == 0 {
        return;
    }
    for dy in dy.chunks_exact(O) {
        for o in 0..O {
            db[o] += dy[o];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::SMatrix;

    /// Against nalgebra, with sizes that leave remainders in every blocking, for 0 to 9 samples.
    #[test]
    fn products_match_nalgebra() {
        fn check<const I: usize, const O: usize>() {
            let w = SMatrix::<f64, O, I>::from_fn(|r, c| ((r * 7 + c * 3) % 11) as f64 - 5.0);
            let b = SMatrix::<f64, O, 1>::from_fn(|r, _| r as f64);
            for n in 0..10 {
                let x: std::vec::Vec<f64> = (0..n * I).map(|k| (k * 5 % 13) as f64 - 6.0).collect();
                let dy: std::vec::Vec<f64> = (0..n * O).map(|k| (k * 3 % 7) as f64 - 3.0).collect();
                let mut y = std::vec![f64::NAN; n * O];
                affine::<f64, I, O>(w.as_slice(), b.as_slice(), &x, &mut y);
                let (mut dw, mut dx) = (SMatrix::<f64, O, I>::repeat(1.0), std::vec![1.0; n * I]);
                add_outer::<f64, I, O>(dw.as_mut_slice(), &x, &dy);
                add_transposed::<f64, I, O>(w.as_slice(), &dy, &mut dx);
                let mut expected = SMatrix::<f64, O, I>::repeat(1.0);
                for s in 0..n {
                    let xs = SMatrix::<f64, I, 1>::from_column_slice(&x[s * I..(s + 1) * I]);
                    let ds = SMatrix::<f64, O, 1>::from_column_slice(&dy[s * O..(s + 1) * O]);
                    assert_eq!((w * xs + b).as_slice(), &y[s * O..(s + 1) * O]);
                    assert_eq!((w.transpose() * ds).add_scalar(1.0).as_slice(), &dx[s * I..(s + 1) * I]);
                    expected += ds * xs.transpose();
                }
                assert_eq!(expected, dw);
            }
        }
        check::<5, 3>();
        check::<17, 37>();
        check::<1, 16>();
        check::<64, 10>();
    }
}
