//! [`dot`] and [`add_rows`]: sums that read every scalar once.

use super::block::products;
use super::level::{Arithmetic, Kernel, Separate, dispatch};
use crate::scalar::Scalar;

/// `Σ a · b`, over as many scalars as the shorter slice has.
#[inline]
pub fn dot<T: Scalar>(a: &[T], b: &[T]) -> T {
    let len = a.len().min(b.len());
    let (a, b) = (&a[..len], &b[..len]);
    // To find out the level takes as long as a few products.
    if len < 32 { dot_with::<T, Separate, 8>(a, b) } else { dispatch(Dot { a, b }) }
}

struct Dot<'a, T> {
    a: &'a [T],
    b: &'a [T],
}

impl<T: Scalar> Kernel<T> for Dot<'_, T> {
    type Output = T;

    #[inline(always)]
    fn run<A: Arithmetic, const ROWS: usize, const LANES: usize, const WIDE: usize>(self) -> T {
        dot_with::<T, A, LANES>(self.a, self.b)
    }
}

/// In `L` running sums: with one, every addition would wait for the one before it.
#[inline(always)]
fn dot_with<T: Scalar, A: Arithmetic, const L: usize>(a: &[T], b: &[T]) -> T {
    let mut sums = [T::ZERO; L];
    let (a_blocks, a_rest) = a.as_chunks::<L>();
    let (b_blocks, b_rest) = b.as_chunks::<L>();
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        sums = products::<T, A, L>(sums, a, b);
    }
    let mut rest = T::ZERO;
    for (&a, &b) in a_rest.iter().zip(b_rest) {
        rest = A::mul_add(a, b, rest);
    }
    // In halves, which the compiler adds as vectors.
    let mut half = L / 2;
    while half > 0 {
        for l in 0..half {
            sums[l] += sums[l + half];
        }
        half /= 2;
    }
    sums[0] + rest
}

/// The gradient of a bias: `db += Σₙ dy[n]`, over slices of `O` scalars.
#[inline]
pub fn add_rows<T: Scalar, const O: usize>(db: &mut [T], dy: &[T]) {
    if O > 0 {
        dispatch(AddRows::<T, O> { db: &mut db[..O], dy });
    }
}

struct AddRows<'a, T, const O: usize> {
    db: &'a mut [T],
    dy: &'a [T],
}

impl<T: Scalar, const O: usize> Kernel<T> for AddRows<'_, T, O> {
    type Output = ();

    #[inline(always)]
    fn run<A: Arithmetic, const ROWS: usize, const LANES: usize, const WIDE: usize>(self) {
        let (rows, _) = self.dy.as_chunks::<O>();
        let mut o = 0;
        while o + LANES <= O {
            let db = &mut self.db[o..o + LANES];
            let mut sums = [T::ZERO; LANES];
            for row in rows {
                let row = &row[o..o + LANES];
                for l in 0..LANES {
                    sums[l] += row[l];
                }
            }
            for l in 0..LANES {
                db[l] += sums[l];
            }
            o += LANES;
        }
        let db = &mut self.db[o..];
        for row in rows {
            for (db, &dy) in db.iter_mut().zip(&row[o..]) {
                *db += dy;
            }
        }
    }
}
