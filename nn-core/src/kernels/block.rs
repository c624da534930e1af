//! The innermost loops: a block of running sums that stays in registers while one long axis is summed over.
//!
//! ```text
//! sums[r][l] += a[p, l] · b[p, r]        for every p
//! ```
//!
//! `a` is read in vectors of `L` lanes and `b` scalar by scalar, each of which serves a whole vector. Every vector of `a`
//! that is loaded serves `R` rows.

use super::level::Arithmetic;
use crate::scalar::Scalar;

/// The lanes that compute what remains of an axis: a power of two, from 4 to `max`.
pub(super) const fn lanes(rest: usize, max: usize) -> usize {
    let mut lanes = max;
    while lanes > 4 && lanes / 2 >= rest {
        lanes /= 2;
    }
    lanes
}

/// Calls `$block` with the smallest number of lanes that computes `$rest` at once.
macro_rules! with_lanes {
    ($rest:expr, $max:ident, $lanes:ident => $block:expr) => {
        match $crate::kernels::block::lanes($rest, $max) {
            4 => {
                const $lanes: usize = 4;
                $block
            }
            8 => {
                const $lanes: usize = 8;
                $block
            }
            16 => {
                const $lanes: usize = 16;
                $block
            }
            32 => {
                const $lanes: usize = 32;
                $block
            }
            _ => {
                const $lanes: usize = 64;
                $block
            }
        }
    };
}
pub(super) use with_lanes;

/// Vectors of `L` lanes, `stride` apart. Where a row is shorter than the lanes, they also read the next rows, whose sums
/// nobody uses; so only the last rows need a copy.
#[derive(Clone, Copy)]
pub(super) struct Vectors<'a, T> {
    pub(super) data: &'a [T],
    pub(super) stride: usize,
}

impl<'a, T: Scalar> Vectors<'a, T> {
    /// How many of `depth` vectors are whole.
    #[inline(always)]
    fn whole<const L: usize>(&self, depth: usize) -> usize {
        if self.data.len() < L { 0 } else { ((self.data.len() - L) / self.stride + 1).min(depth) }
    }

    #[inline(always)]
    fn get<const L: usize>(&self, p: usize) -> &'a [T; L] {
        self.data[p * self.stride..].first_chunk().unwrap()
    }

    /// Vector `p`, filled up with zeros.
    #[inline(always)]
    fn padded<const L: usize>(&self, p: usize) -> [T; L] {
        let data = &self.data[p * self.stride..];
        let mut vector = [T::ZERO; L];
        let len = data.len().min(L);
        vector[..len].copy_from_slice(&data[..len]);
        vector
    }
}

/// Repeats a statement for `$r` from 0 to `$rows`, which is at most 16, with `$r` a literal. A loop would not always be
/// unrolled, and an array that is indexed by a variable is not kept in registers.
macro_rules! each_row {
    ($r:ident < $rows:ident => $body:expr) => {
        $crate::kernels::block::each_row!(@ $r $rows $body; 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
    };
    (@ $r:ident $rows:ident $body:expr; $($index:literal)*) => {$(
        if $index < $rows {
            #[allow(non_upper_case_globals)]
            const $r: usize = $index;
            $body;
        }
    )*};
}
pub(super) use each_row;

/// The first scalars of a row of sums, as many as `to` has.
#[inline(always)]
pub(super) fn store<T: Scalar, const L: usize>(to: &mut [T], row: [T; L]) {
    match to.first_chunk_mut::<L>() {
        Some(to) => *to = row,
        None => to.copy_from_slice(&row[..to.len()]),
    }
}

/// A row of sums that starts with these scalars.
#[inline(always)]
pub(super) fn load<T: Scalar, const L: usize>(from: &[T]) -> [T; L] {
    match from.first_chunk::<L>() {
        Some(row) => *row,
        None => {
            let mut row = [T::ZERO; L];
            row[..from.len()].copy_from_slice(from);
            row
        }
    }
}

/// `a[l] + b[l]`
#[inline(always)]
pub(super) fn add<T: Scalar, const L: usize>(mut a: [T; L], b: [T; L]) -> [T; L] {
    for l in 0..L {
        a[l] += b[l];
    }
    a
}

/// `sums[l] + a[l] · b`
#[inline(always)]
fn step<T: Scalar, A: Arithmetic, const L: usize>(mut sums: [T; L], a: &[T; L], b: T) -> [T; L] {
    for l in 0..L {
        sums[l] = A::mul_add(a[l], b, sums[l]);
    }
    sums
}

/// Row `r` of `b` is the slice `b[r]`, as long as the sum.
#[inline(always)]
pub(super) fn rows<T: Scalar, A: Arithmetic, const R: usize, const L: usize>(
    sums: &mut [[T; L]; R],
    a: Vectors<'_, T>,
    mut b: [&[T]; R],
    depth: usize,
) {
    each_row!(r < R => b[r] = &b[r][..depth]);
    let whole = a.whole::<L>(depth);
    for p in 0..whole {
        let a = a.get(p);
        each_row!(r < R => sums[r] = step::<T, A, L>(sums[r], a, b[r][p]));
    }
    for p in whole..depth {
        let a = &a.padded(p);
        each_row!(r < R => sums[r] = step::<T, A, L>(sums[r], a, b[r][p]));
    }
}

/// The `R` scalars of `b` at `p` are next to each other: `b.get(p)`.
#[inline(always)]
pub(super) fn columns<T: Scalar, A: Arithmetic, const R: usize, const L: usize>(
    sums: &mut [[T; L]; R],
    a: Vectors<'_, T>,
    b: Vectors<'_, T>,
    depth: usize,
) {
    let whole = a.whole::<L>(depth);
    for p in 0..whole {
        let (a, b) = (a.get(p), b.get::<R>(p));
        each_row!(r < R => sums[r] = step::<T, A, L>(sums[r], a, b[r]));
    }
    for p in whole..depth {
        let (a, b) = (&a.padded(p), b.get::<R>(p));
        each_row!(r < R => sums[r] = step::<T, A, L>(sums[r], a, b[r]));
    }
}

/// `sums[l] + a[l] · b[l]`
#[inline(always)]
pub(super) fn products<T: Scalar, A: Arithmetic, const L: usize>(mut sums: [T; L], a: &[T; L], b: &[T; L]) -> [T; L] {
    for l in 0..L {
        sums[l] = A::mul_add(a[l], b[l], sums[l]);
    }
    sums
}
