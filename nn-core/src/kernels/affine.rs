//! [`affine`]: `y[n, o] = b[o] + Σᵢ w[i, o] · x[n, i]`.
//!
//! Lanes are outputs, rows are samples. Inputs are taken in parts whose weights fit into the second cache, where they stay
//! while all samples pass; from the second part on, the sums start from what is in `y`.
//!
//! Every output is summed from the bias on, in the order of the inputs, whatever block it is in. So what is predicted for a
//! sample does not depend, to the last bit, on the samples beside it.

use super::block::{self, Vectors, each_row, with_lanes};
use super::level::{Arithmetic, Kernel, dispatch};
use crate::scalar::Scalar;

/// `y = W · x + b` for every sample: `y[n, o] = b[o] + Σᵢ w[i, o] · x[n, i]`. An empty `b` counts as zero.
///
/// Shapes: `w` is `O × I`, `b` has `O` or 0 scalars, `x` has `n · I` and `y` has `n · O`.
#[inline]
pub fn affine<T: Scalar, const I: usize, const O: usize>(w: &[T], b: &[T], x: &[T], y: &mut [T]) {
    if O == 0 {
        return;
    }
    let n = y.len() / O;
    dispatch(Affine::<T, I, O> { w: &w[..I * O], b, x: &x[..n * I], y: &mut y[..n * O] });
}

struct Affine<'a, T, const I: usize, const O: usize> {
    w: &'a [T],
    b: &'a [T],
    x: &'a [T],
    y: &'a mut [T],
}

/// The weights of that many scalars stay in the second cache.
const PART: usize = 1 << 16;

impl<T: Scalar, const I: usize, const O: usize> Kernel<T> for Affine<'_, T, I, O> {
    type Output = ();

    #[inline(always)]
    fn run<A: Arithmetic, const ROWS: usize, const LANES: usize, const WIDE: usize>(mut self) {
        let n = self.y.len() / O;
        let inputs = (PART / O).max(64);
        let mut i = 0;
        loop {
            let depth = inputs.min(I - i);
            let mut s = 0;
            while s + ROWS <= n {
                self.samples::<A, ROWS, LANES>(s, i, depth);
                s += ROWS;
            }
            while s + 4 <= n {
                self.samples::<A, 4, LANES>(s, i, depth);
                s += 4;
            }
            while s < n {
                self.samples::<A, 1, WIDE>(s, i, depth);
                s += 1;
            }
            i += depth;
            if i == I {
                return;
            }
        }
    }
}

impl<T: Scalar, const I: usize, const O: usize> Affine<'_, T, I, O> {
    #[inline(always)]
    fn samples<A: Arithmetic, const R: usize, const L: usize>(&mut self, s: usize, i: usize, depth: usize) {
        for o in (0..O / L * L).step_by(L) {
            self.block::<A, R, L>(s, i, depth, o, L);
        }
        if !O.is_multiple_of(L) {
            with_lanes!(O % L, L, LANES => self.block::<A, R, LANES>(s, i, depth, O / L * L, O % L));
        }
    }

    /// `R` samples from `s` on, `outputs` outputs from `o` on, `depth` inputs from `i` on.
    #[inline(always)]
    fn block<A: Arithmetic, const R: usize, const L: usize>(
        &mut self,
        s: usize,
        i: usize,
        depth: usize,
        o: usize,
        outputs: usize,
    ) {
        let w = Vectors { data: &self.w[(i * O + o).min(self.w.len())..], stride: O };
        let x = core::array::from_fn(|r| &self.x[(s + r) * I + i..][..depth]);
        let mut sums = [[T::ZERO; L]; R];
        if i > 0 {
            each_row!(r < R => sums[r] = block::load(&self.y[(s + r) * O + o..][..outputs]));
        } else if !self.b.is_empty() {
            let b = block::load(&self.b[o..][..outputs]);
            each_row!(r < R => sums[r] = b);
        }
        block::rows::<T, A, R, L>(&mut sums, w, x, depth);
        each_row!(r < R => block::store(&mut self.y[(s + r) * O + o..][..outputs], sums[r]));
    }
}
