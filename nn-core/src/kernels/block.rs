//! The innermost loops: a block of running sums stays in registers while a loop sums over one long axis.
//!
//! ```text
//! sums[r][l] += a[p, l] · b[p, r]        for every p
//! ```
//!
//! A row of sums is `C` vectors. `a` is read in vectors and `b` scalar by scalar. Every loaded vector of `a` serves
//! `R` rows, and every scalar of `b` serves `C` vectors. If these are too few, additions would wait for each other;
//! each sum is then split into `S` sums, which take turns.

use super::vector::Vector;
use crate::tensor::scalar::Scalar;

/// Running sums: `R` rows of `C` vectors.
pub(super) type Sums<V, const R: usize, const C: usize> = [[V; C]; R];

/// Rows of scalars, `stride` apart; they may overlap.
#[derive(Clone, Copy)]
pub struct Rows<'a, T> {
    pub(super) data: &'a [T],
    pub(super) stride: usize,
}

impl<'a, T: Scalar> Rows<'a, T> {
    /// Panics unless each of the first `rows` rows has `width` scalars.
    #[inline(always)]
    fn check(&self, rows: usize, width: usize) {
        assert!(rows == 0 || (rows - 1).saturating_mul(self.stride).saturating_add(width) <= self.data.len());
    }

    /// Returns the first `width` scalars of a row. A check would cost as much as the arithmetic on them, and
    /// registers.
    ///
    /// # Safety
    /// `check` was called with more than `row` rows and this width.
    #[inline(always)]
    unsafe fn row(&self, row: usize, width: usize) -> &'a [T] {
        let start = row * self.stride;
        // SAFETY: `check` found that the end is not above the length.
        unsafe { self.data.get_unchecked(start..start + width) }
    }
}

/// Repeats a statement for `$r` from 0 to `$rows`, at most 8, with `$r` as a literal. The compiler does not unroll a
/// loop with a long body, and does not keep an array in registers if a variable indexes it.
macro_rules! each {
    ($r:ident < $rows:ident => $body:expr) => {
        $crate::kernels::block::each!(@ $r $rows $body; 0 1 2 3 4 5 6 7)
    };
    (@ $r:ident $rows:ident $body:expr; $($index:literal)*) => {
        const { assert!($rows <= 8) };
        $(
            if $index < $rows {
                #[allow(non_upper_case_globals)]
                const $r: usize = $index;
                $body;
            }
        )*
    };
}
pub(super) use each;

/// Returns vector `c` of a row; the last vector may be incomplete.
#[inline(always)]
fn vector<T: Scalar, V: Vector<T>, const C: usize>(row: &[T], c: usize, full: bool) -> V {
    let row = &row[c * V::LANES..];
    if full || c + 1 < C { V::load(row) } else { V::load_part(row) }
}

/// The layout of the second factor's scalars.
pub(super) trait Factor<T>: Copy {
    /// Panics unless there are `depth × rows` scalars.
    fn check(&self, depth: usize, rows: usize);

    /// Returns `b[p, r]`.
    ///
    /// # Safety
    /// `check` was called with a larger depth and more rows.
    unsafe fn get(&self, p: usize, r: usize) -> T;
}

/// A factor with `p` along its rows.
#[derive(Clone, Copy)]
pub(super) struct Along<'a, T>(pub(super) Rows<'a, T>);

impl<T: Scalar> Factor<T> for Along<'_, T> {
    #[inline(always)]
    fn check(&self, depth: usize, rows: usize) {
        self.0.check(rows, depth);
    }

    #[inline(always)]
    unsafe fn get(&self, p: usize, r: usize) -> T {
        // SAFETY: `check` found `rows` rows of `depth` scalars; `r` and `p` are below these.
        unsafe { *self.0.data.get_unchecked(r * self.0.stride + p) }
    }
}

/// A factor with `p` across its rows.
#[derive(Clone, Copy)]
pub(super) struct Across<'a, T>(pub(super) Rows<'a, T>);

impl<T: Scalar> Factor<T> for Across<'_, T> {
    #[inline(always)]
    fn check(&self, depth: usize, rows: usize) {
        self.0.check(depth, rows);
    }

    #[inline(always)]
    unsafe fn get(&self, p: usize, r: usize) -> T {
        // SAFETY: `check` found `depth` rows of `rows` scalars; `p` and `r` are below these.
        unsafe { *self.0.data.get_unchecked(p * self.0.stride + r) }
    }
}

/// Adds the products at `p`.
///
/// # Safety
/// `a.check` was called with more than `p` rows and this width, and `b.check` with a larger depth and `R` rows.
#[inline(always)]
unsafe fn step<T: Scalar, V: Vector<T>, const R: usize, const C: usize>(
    sums: &mut Sums<V, R, C>,
    a: Rows<'_, T>,
    width: usize,
    full: bool,
    b: impl Factor<T>,
    p: usize,
) {
    // SAFETY: the caller's promise.
    let row = unsafe { a.row(p, width) };
    if R == 1 {
        // One after the other, to need fewer registers.
        // SAFETY: the caller's promise.
        let b = V::splat(unsafe { b.get(p, 0) });
        for c in 0..C {
            sums[0][c] = vector::<T, V, C>(row, c, full).mul_add(b, sums[0][c]);
        }
        return;
    }
    let a: [V; C] = load(row, full);
    for r in 0..R {
        // SAFETY: the caller's promise.
        let b = V::splat(unsafe { b.get(p, r) });
        for c in 0..C {
            sums[r][c] = a[c].mul_add(b, sums[r][c]);
        }
    }
}

/// Adds the sums over `depth`. The order of the additions depends only on `S` and the depth.
///
/// Rows of `a` have `width` scalars: all `C` vectors of them, unless the block is not `full`. `full` must be a
/// constant.
#[inline(always)]
pub(super) fn sum<T: Scalar, V: Vector<T>, const R: usize, const C: usize, const S: usize>(
    sums: &mut Sums<V, R, C>,
    a: Rows<'_, T>,
    width: usize,
    full: bool,
    b: impl Factor<T>,
    depth: usize,
) {
    let mut split = split(*sums);
    steps::<T, V, R, C, S>(&mut split, a, width, full, b, depth);
    *sums = whole(split);
}

/// Splits each sum into `S` parts.
#[inline(always)]
pub(super) fn split<T: Scalar, V: Vector<T>, const R: usize, const C: usize, const S: usize>(
    sums: Sums<V, R, C>,
) -> [Sums<V, R, C>; S] {
    let mut split = [[[V::splat(T::ZERO); C]; R]; S];
    split[0] = sums;
    split
}

/// Returns the sums of the parts.
#[inline(always)]
pub(super) fn whole<T: Scalar, V: Vector<T>, const R: usize, const C: usize, const S: usize>(
    split: [Sums<V, R, C>; S],
) -> Sums<V, R, C> {
    const { assert!(S == 1 || S == 2 || S == 4) };
    let mut sums = split[0];
    if S > 1 {
        each!(r < R => {
            for c in 0..C {
                let pair = split[0][r][c].add(split[1 % S][r][c]);
                sums[r][c] = if S == 2 { pair } else { pair.add(split[2 % S][r][c].add(split[3 % S][r][c])) };
            }
        });
    }
    sums
}

/// Works as [`sum`], on sums in parts: the products go to the parts in turn.
#[inline(always)]
pub(super) fn steps<T: Scalar, V: Vector<T>, const R: usize, const C: usize, const S: usize>(
    split: &mut [Sums<V, R, C>; S],
    a: Rows<'_, T>,
    width: usize,
    full: bool,
    b: impl Factor<T>,
    depth: usize,
) {
    let width = if full { C * V::LANES } else { width };
    a.check(depth, width);
    b.check(depth, R);
    // SAFETY, of both blocks: `a` and `b` were checked for `depth`, and `p` is below it; `b` was checked for `R` rows.
    let whole = depth / S * S;
    for first in (0..whole).step_by(S) {
        for s in 0..S {
            let p = first + s;
            // SAFETY: above.
            unsafe { step::<T, V, R, C>(&mut split[s], a, width, full, b, p) };
        }
    }
    for p in whole..depth {
        // SAFETY: above.
        unsafe { step::<T, V, R, C>(&mut split[0], a, width, full, b, p) };
    }
}

/// Copies a column so that its rows lie behind each other: two vectors from `o` on, of `depth` rows that are `stride`
/// apart.
#[inline(always)]
pub(super) fn copy<T: Scalar, V: Vector<T>>(to: &mut [T], from: &[T], stride: usize, o: usize, depth: usize) {
    for (from, to) in from.chunks_exact(stride).zip(to.chunks_exact_mut(2 * V::LANES)).take(depth) {
        V::load(&from[o..]).store(to);
        V::load(&from[o + V::LANES..]).store(&mut to[V::LANES..]);
    }
}

/// Loads the first vectors of a slice; the slice has `C` of them if it is `full`.
#[inline(always)]
pub(super) fn load<T: Scalar, V: Vector<T>, const C: usize>(from: &[T], full: bool) -> [V; C] {
    // A closure would not be compiled for the level.
    let mut vectors = [V::splat(T::ZERO); C];
    for c in 0..C {
        vectors[c] = vector::<T, V, C>(from, c, full);
    }
    vectors
}

/// The target of sums: the first `width` scalars of each row go to rows that are `stride` apart.
pub(super) struct Target<'a, T> {
    pub(super) data: &'a mut [T],
    pub(super) stride: usize,
    pub(super) width: usize,
    /// Whether `width` covers all of them.
    pub(super) full: bool,
}

impl<T: Scalar> Target<'_, T> {
    /// Overwrites the target.
    #[inline(always)]
    pub(super) fn set<V: Vector<T>, const R: usize, const C: usize>(self, sums: Sums<V, R, C>) {
        let width = if self.full { C * V::LANES } else { self.width };
        each!(r < R => {
            let to = &mut self.data[r * self.stride..][..width];
            for c in 0..C {
                let to = &mut to[c * V::LANES..];
                if self.full || c + 1 < C { sums[r][c].store(to) } else { sums[r][c].store_part(to) }
            }
        });
    }

    /// Adds to the target.
    #[inline(always)]
    pub(super) fn add<V: Vector<T>, const R: usize, const C: usize>(self, mut sums: Sums<V, R, C>) {
        // Reads everything before it writes: a load that begins where the last store ends would wait for it.
        let width = if self.full { C * V::LANES } else { self.width };
        each!(r < R => {
            let old = load::<T, V, C>(&self.data[r * self.stride..][..width], self.full);
            for c in 0..C {
                sums[r][c] = old[c].add(sums[r][c]);
            }
        });
        self.set(sums);
    }
}
