//! Products in which the rows of the matrix are gates, and each gate sees the vector in its own way.
//!
//! ```text
//! y[g] += W[g] · (m[g] ⊙ x)        for some of the gates g
//!
//! dx    += m[g] ⊙ (W[g]ᵀ · dy[g])
//! dW[g] += dy[g] · (m[g] ⊙ x)ᵀ
//! ```
//!
//! `W` is `G × I`, and a gate has `U` of its rows. A sample has `m`, with `I` factors for each gate, and `per` vectors
//! `x`. Without factors, all gates see the same `x`; the product of all gates is then one of the
//! [`kernels`](crate::kernels).

use crate::kernels::dot;
use crate::tensor::scalar::Scalar;
use core::ops::Range;

/// The factors of the gates of each sample, `G / U · I` of them; empty if all are 1.
#[derive(Clone, Copy)]
pub struct Factors<'a, T> {
    /// The factors of all samples.
    pub m: &'a [T],
    /// The number of vectors of a sample.
    pub per: usize,
}

impl<'a, T: Scalar> Factors<'a, T> {
    /// No factors.
    pub const ONE: Self = Factors { m: &[], per: 1 };

    /// Returns the `size` factors of sample `k`.
    #[inline(always)]
    pub fn sample(&self, k: usize, size: usize) -> Self {
        Factors { m: self.m.get(k * size..(k + 1) * size).unwrap_or_default(), per: self.per }
    }

    /// Returns the factor by which gate `gate` multiplies vector `row` of length `I`; `None` for 1.
    #[inline(always)]
    fn of<const I: usize>(&self, row: usize, gate: usize, gates: usize) -> Option<&'a [T; I]> {
        let sample = row.checked_div(self.per)?;
        self.m.get((sample * gates + gate) * I..)?.first_chunk()
    }
}

/// Returns the `U` rows of a gate.
#[inline(always)]
fn gate<T, const U: usize>(rows: &[T], g: usize) -> Option<&[T; U]> {
    rows.get(g * U..)?.first_chunk()
}

/// Returns the `U` rows of a gate for writing.
#[inline(always)]
fn gate_mut<T, const U: usize>(rows: &mut [T], g: usize) -> Option<&mut [T; U]> {
    rows.get_mut(g * U..)?.first_chunk_mut()
}

/// Computes `y[g] += W[g] · (m[g] ⊙ x)`.
#[inline]
pub(in super::super) fn add<T: Scalar, const I: usize, const U: usize, const G: usize>(
    gates: Range<usize>,
    w: &[T],
    x: &[T],
    factors: Factors<'_, T>,
    y: &mut [T],
) {
    for (row, (x, y)) in x.chunks_exact(I).zip(y.chunks_exact_mut(G)).enumerate() {
        for g in gates.clone() {
            let (m, Some(y)) = (factors.of::<I>(row, g, G / U), gate_mut::<T, U>(y, g)) else { continue };
            for (i, column) in w.chunks_exact(G).take(I).enumerate() {
                let x = m.map_or(x[i], |m| m[i] * x[i]);
                let Some(column) = gate::<T, U>(column, g) else { continue };
                for u in 0..U {
                    y[u] += column[u] * x;
                }
            }
        }
    }
}

/// Computes `dx += m[g] ⊙ (W[g]ᵀ · dy[g])`.
#[inline]
pub(in super::super) fn add_transposed<T: Scalar, const I: usize, const U: usize, const G: usize>(
    gates: Range<usize>,
    w: &[T],
    dy: &[T],
    factors: Factors<'_, T>,
    dx: &mut [T],
) {
    for (row, (dy, dx)) in dy.chunks_exact(G).zip(dx.chunks_exact_mut(I)).enumerate() {
        for g in gates.clone() {
            let (m, Some(dy)) = (factors.of::<I>(row, g, G / U), gate::<T, U>(dy, g)) else { continue };
            for (i, column) in w.chunks_exact(G).take(I).enumerate() {
                let Some(column) = gate::<T, U>(column, g) else { continue };
                let d = dot(column, dy);
                dx[i] += m.map_or(d, |m| m[i] * d);
            }
        }
    }
}

/// Computes `dW[g] += dy[g] · (m[g] ⊙ x)ᵀ`.
#[inline]
pub(in super::super) fn add_outer<T: Scalar, const I: usize, const U: usize, const G: usize>(
    gates: Range<usize>,
    dw: &mut [T],
    x: &[T],
    factors: Factors<'_, T>,
    dy: &[T],
) {
    for (row, (x, dy)) in x.chunks_exact(I).zip(dy.chunks_exact(G)).enumerate() {
        for g in gates.clone() {
            let (m, Some(dy)) = (factors.of::<I>(row, g, G / U), gate::<T, U>(dy, g)) else { continue };
            for (i, column) in dw.chunks_exact_mut(G).take(I).enumerate() {
                let x = m.map_or(x[i], |m| m[i] * x[i]);
                let Some(column) = gate_mut::<T, U>(column, g) else { continue };
                for u in 0..U {
                    column[u] += dy[u] * x;
                }
            }
        }
    }
}
