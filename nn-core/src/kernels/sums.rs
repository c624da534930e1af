//! [`dot`] and [`add_rows`]: sums that read every scalar once.

use super::block::{self, Target};
use super::level::Kernel;
use super::vector::Vector;
use crate::kernels::Shared;
use crate::tensor::scalar::Scalar;

/// Returns `Σ a · b`, over as many scalars as the shorter slice has.
#[inline]
pub fn dot<T: Scalar>(a: &[T], b: &[T]) -> T {
    let len = a.len().min(b.len());
    Shared::dot(Dot { a: &a[..len], b: &b[..len] })
}

/// The arguments of [`dot`].
pub struct Dot<'a, T> {
    a: &'a [T],
    b: &'a [T],
}

impl<T: Scalar> Kernel<T> for Dot<'_, T> {
    type Output = T;

    /// Sums in several running sums: with one, every addition would wait for the previous one.
    #[inline(always)]
    fn run<V: Vector<T>, const R: usize, const C: usize, const WIDE: usize>(self) -> T {
        const SUMS: usize = 4;
        let block = SUMS * V::LANES;
        let whole = self.a.len() / block * block;
        let (a, a_rest) = self.a.split_at(whole);
        let (b, b_rest) = self.b.split_at(whole);
        let mut total = T::ZERO;
        if whole > 0 {
            let mut sums = [V::splat(T::ZERO); SUMS];
            for (a, b) in a.chunks_exact(block).zip(b.chunks_exact(block)) {
                for k in 0..SUMS {
                    sums[k] = V::load(&a[k * V::LANES..]).mul_add(V::load(&b[k * V::LANES..]), sums[k]);
                }
            }
            let mut lanes = [T::ZERO; 16];
            sums[0].add(sums[1]).add(sums[2].add(sums[3])).store(&mut lanes);
            let mut half = V::LANES / 2;
            while half > 0 {
                for l in 0..half {
                    lanes[l] += lanes[l + half];
                }
                half /= 2;
            }
            total = lanes[0];
        }
        for (&a, &b) in a_rest.iter().zip(b_rest) {
            total += a * b;
        }
        total
    }
}

/// Adds the gradient of a bias: `db += Σₙ dy[n]`, over slices of `O` scalars.
#[inline]
pub fn add_rows<T: Scalar, const O: usize>(db: &mut [T], dy: &[T]) {
    if O > 0 {
        Shared::add_rows(AddRows { db: &mut db[..O], dy });
    }
}

/// The arguments of [`add_rows`].
pub struct AddRows<'a, T> {
    db: &'a mut [T],
    dy: &'a [T],
}

impl<T: Scalar> Kernel<T> for AddRows<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<T>, const R: usize, const C: usize, const WIDE: usize>(mut self) {
        let outputs = self.db.len();
        let mut o = 0;
        while o + WIDE * V::LANES <= outputs {
            self.columns::<V, WIDE>(o, WIDE * V::LANES, true);
            o += WIDE * V::LANES;
        }
        while o + 2 * V::LANES <= outputs {
            self.columns::<V, 2>(o, 2 * V::LANES, true);
            o += 2 * V::LANES;
        }
        while o < outputs {
            let width = V::LANES.min(outputs - o);
            self.columns::<V, 1>(o, width, false);
            o += width;
        }
    }
}

impl<T: Scalar> AddRows<'_, T> {
    /// Computes `width` outputs from `o` on, which stay in registers over all samples.
    #[inline(always)]
    fn columns<V: Vector<T>, const C: usize>(&mut self, o: usize, width: usize, full: bool) {
        let outputs = self.db.len();
        let mut sums: [V; C] = block::load(&self.db[o..o + width], full);
        for dy in self.dy.chunks_exact(outputs) {
            let dy: [V; C] = block::load(&dy[o..o + width], full);
            for c in 0..C {
                sums[c] = sums[c].add(dy[c]);
            }
        }
        Target { data: &mut self.db[o..], stride: outputs, width, full }.set([sums]);
    }
}
