//! The products as plain loops, which compile quickly and to little code: for debug builds, and for builds without
//! `std`, such as firmware.
//!
//! A block of `LANES` running sums stays in registers, and the compiler vectorises the loop over them if it can. The
//! code cannot panic, so that a linker can prove the same of firmware.

use super::{Features, before};
use crate::tensor::scalar::Scalar;

/// The code that optimised builds have compiled for a number type: here, none.
#[doc(hidden)]
pub trait Shared {}
impl Shared for f32 {}
impl Shared for f64 {}

/// The number of outputs that are computed together. Their running sums stay in the registers of a small machine.
const LANES: usize = 16;

/// Computes `y = W · x + b` for every sample: `y[n, o] = b[o] + Σᵢ w[i, o] · x[n, i]`. An empty `b` counts as zero.
///
/// Shapes: `w` is `O × I`, `b` has `O` or 0 scalars, `x` has `n · I` and `y` has `n · O`.
#[inline]
pub fn affine<T: Scalar, const I: usize, const O: usize>(w: &[T], b: &[T], x: &[T], y: &mut [T]) {
    start::<T, I, O>(w, b, x, y, false);
}

/// Computes `y = max(W · x + b, 0)`, as [`affine`].
#[inline]
pub fn affine_rectified<T: Scalar, const I: usize, const O: usize>(w: &[T], b: &[T], x: &[T], y: &mut [T]) {
    start::<T, I, O>(w, b, x, y, true);
}

/// Repeats a statement for each block of `$l` outputs of all `$all`, from output `$o` on.
macro_rules! blocks {
    ($l:ident, $o:ident, $all:ident => $block:expr) => {
        let mut $o = 0;
        while $o + LANES <= $all {
            blocks!(@ $l LANES => $block);
            $o += LANES;
        }
        // A constant, so that only one arm remains.
        blocks!(% $l $all % LANES => $block; 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
    };
    (% $l:ident $rest:expr => $block:expr; $($size:literal)*) => {
        match $rest {
            $($size => blocks!(@ $l $size => $block),)*
            _ => {}
        }
    };
    (@ $l:ident $size:expr => $block:expr) => {{
        const $l: usize = $size;
        $block
    }};
}

#[inline(always)]
fn start<T: Scalar, const I: usize, const O: usize>(w: &[T], b: &[T], x: &[T], y: &mut [T], rectified: bool) {
    if O == 0 {
        return;
    }
    let mut xs = x;
    for y in y.chunks_exact_mut(O) {
        let (x, rest) = xs.split_at_checked(I).unwrap_or_default();
        xs = rest;
        blocks!(L, o, O => affine_block::<T, L, O>(w, b, x, y, o, rectified));
    }
}

/// Computes `L` outputs of a sample, from output `o` on, rectified or not. A separate function that all blocks and all
/// layers with as many outputs share; inlined, it would be unrolled for each.
#[inline(never)]
fn affine_block<T: Scalar, const L: usize, const O: usize>(
    w: &[T],
    b: &[T],
    x: &[T],
    y: &mut [T],
    o: usize,
    rectified: bool,
) {
    // Never true. It tells the compiler that the ranges below are in bounds.
    if L > O || o > O - L || y.len() != O {
        return;
    }
    let mut sums = [T::ZERO; L];
    if let Some(b) = b.get(o..o + L) {
        sums.copy_from_slice(b);
    }
    for (column, &x) in w.chunks_exact(O).zip(x) {
        let column = &column[o..o + L];
        for l in 0..L {
            sums[l] += column[l] * x;
        }
        once();
    }
    if rectified {
        for sum in &mut sums {
            *sum = sum.positive();
        }
    }
    y[o..o + L].copy_from_slice(&sums);
}

/// Computes `y = W · x + b`, or `max(W · x + b, 0)`, if the inputs of a sample are in several slices behind each
/// other. `F` gives the number of inputs in each slice, `I` in all.
#[inline]
pub fn affine_split<T: Scalar, F: Features<K>, const K: usize, const I: usize, const O: usize>(
    w: &[T],
    b: &[T],
    x: [&[T]; K],
    y: &mut [T],
    rectified: bool,
) {
    const { assert!(I == before::<F, K>(K)) };
    if O == 0 {
        return;
    }
    let mut xs = x;
    for y in y.chunks_exact_mut(O) {
        let mut x: [&[T]; K] = [&[]; K];
        for k in 0..K {
            (x[k], xs[k]) = xs[k].split_at_checked(F::INPUTS[k]).unwrap_or_default();
        }
        blocks!(L, o, O => joined_block::<T, L, O>(w, b, &x, y, o, rectified));
    }
}

/// Computes a block as [`affine_block`], which would be slower with one more loop.
#[inline(never)]
fn joined_block<T: Scalar, const L: usize, const O: usize>(
    w: &[T],
    b: &[T],
    x: &[&[T]],
    y: &mut [T],
    o: usize,
    rectified: bool,
) {
    // Never true, as above.
    if L > O || o > O - L || y.len() != O {
        return;
    }
    let mut sums = [T::ZERO; L];
    if let Some(b) = b.get(o..o + L) {
        sums.copy_from_slice(b);
    }
    let mut columns = w.chunks_exact(O);
    for x in x {
        // In this order, no column is taken at the end of a part.
        for (&x, column) in x.iter().zip(&mut columns) {
            let column = &column[o..o + L];
            for l in 0..L {
                sums[l] += column[l] * x;
            }
            once();
        }
    }
    if rectified {
        for sum in &mut sums {
            *sum = sum.positive();
        }
    }
    y[o..o + L].copy_from_slice(&sums);
}

/// Marks a loop of firmware: the compiler does not unroll its body, which would cost flash and save little.
#[inline(always)]
fn once() {
    if cfg!(target_os = "none") {
        core::hint::black_box(());
    }
}

/// Adds the gradient of the weights of [`affine`], summed over the samples: `dW += Σₙ dy[n] ⊗ x[n]`.
///
/// Shapes: `dw` is `O × I`, `x` has `n · I` and `dy` has `n · O`.
#[inline]
pub fn add_outer<T: Scalar, const I: usize, const O: usize>(dw: &mut [T], x: &[T], dy: &[T]) {
    if O == 0 || I == 0 {
        return;
    }
    // Four samples at once, so that a weight is read and written once for all of them.
    let (mut xs, mut dys) = (x.chunks_exact(4 * I), dy.chunks_exact(4 * O));
    for (x, dy) in (&mut xs).zip(&mut dys) {
        let (x0, rest) = x.split_at(I);
        let (x1, rest) = rest.split_at(I);
        let (x2, x3) = rest.split_at(I);
        let (d0, rest) = dy.split_at(O);
        let (d1, rest) = rest.split_at(O);
        let (d2, d3) = rest.split_at(O);
        for (i, column) in dw.chunks_exact_mut(O).enumerate().take(I) {
            for o in 0..O {
                column[o] += d0[o] * x0[i] + d1[o] * x1[i] + (d2[o] * x2[i] + d3[o] * x3[i]);
            }
        }
    }
    for (x, dy) in xs.remainder().chunks_exact(I).zip(dys.remainder().chunks_exact(O)) {
        for (column, &x) in dw.chunks_exact_mut(O).zip(x) {
            for o in 0..O {
                column[o] += dy[o] * x;
            }
        }
    }
}

/// Adds the gradient of the inputs of [`affine`]: `dx[n] += Wᵀ · dy[n]`.
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

/// Returns `Σ a · b`, in eight running sums: with one sum, every addition would wait for the previous one.
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

/// Adds the gradient of a bias: `db += Σₙ dy[n]`, over slices of `O` scalars.
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

    /// The product over several slices, one of which may be empty, equals the product over one slice.
    #[test]
    fn joined_products_are_those_of_one_slice() {
        struct In<const A: usize, const B: usize, const C: usize>;
        impl<const A: usize, const B: usize, const C: usize> Features<3> for In<A, B, C> {
            const INPUTS: [usize; 3] = [A, B, C];
        }
        fn check<const A: usize, const B: usize, const C: usize, const I: usize, const O: usize>() {
            let w: std::vec::Vec<f64> = (0..I * O).map(|k| (k * 7 % 11) as f64 - 5.0).collect();
            let b: std::vec::Vec<f64> = (0..O).map(|k| k as f64 - 3.0).collect();
            for n in 0..4 {
                let x: std::vec::Vec<f64> = (0..n * I).map(|k| (k * 5 % 13) as f64 - 6.0).collect();
                let part = |from: usize, to: usize| -> std::vec::Vec<f64> {
                    x.chunks_exact(I).flat_map(|x| &x[from..to]).copied().collect()
                };
                let parts = [part(0, A), part(A, A + B), part(A + B, I)];
                let (mut y, mut expected) = (std::vec![f64::NAN; n * O], std::vec![f64::NAN; n * O]);
                affine_split::<f64, In<A, B, C>, 3, I, O>(&w, &b, [&parts[0], &parts[1], &parts[2]], &mut y, false);
                affine::<f64, I, O>(&w, &b, &x, &mut expected);
                assert_eq!(y, expected);
                affine_split::<f64, In<A, B, C>, 3, I, O>(&w, &[], [&parts[0], &parts[1], &parts[2]], &mut y, true);
                affine_rectified::<f64, I, O>(&w, &[], &x, &mut expected);
                assert_eq!(y, expected);
            }
        }
        check::<3, 2, 5, 10, 3>();
        check::<4, 0, 1, 5, 37>();
        check::<0, 6, 0, 6, 16>();
    }
}
