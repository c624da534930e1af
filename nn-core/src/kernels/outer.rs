//! [`add_outer`]: `dw[i, o] += Σₙ dy[n, o] · x[n, i]`.
//!
//! Lanes are outputs, rows are inputs, and the sum is over samples: a block of `dw` is read and written once for all of
//! them, or for as many as the first cache can hold the pieces of.

use super::block::{self, Vectors, each_row, with_lanes};
use super::level::{Arithmetic, Kernel, dispatch};
use crate::scalar::Scalar;

/// The weights' share of the gradient of [`affine`](super::affine), summed over the samples: `dW += Σₙ dy[n] ⊗ x[n]`.
///
/// Shapes: `dw` is `O × I`, `x` has `n · I` and `dy` has `n · O`.
#[inline]
pub fn add_outer<T: Scalar, const I: usize, const O: usize>(dw: &mut [T], x: &[T], dy: &[T]) {
    if O == 0 {
        return;
    }
    let n = dy.len() / O;
    dispatch(AddOuter::<T, I, O> { dw: &mut dw[..I * O], x: &x[..n * I], dy: &dy[..n * O] });
}

struct AddOuter<'a, T, const I: usize, const O: usize> {
    dw: &'a mut [T],
    x: &'a [T],
    dy: &'a [T],
}

/// Samples that are summed at once.
const SAMPLES: usize = 256;

impl<T: Scalar, const I: usize, const O: usize> Kernel<T> for AddOuter<'_, T, I, O> {
    type Output = ();

    #[inline(always)]
    fn run<A: Arithmetic, const ROWS: usize, const LANES: usize, const WIDE: usize>(mut self) {
        let n = self.dy.len() / O;
        for s in (0..n).step_by(SAMPLES) {
            let depth = SAMPLES.min(n - s);
            let mut i = 0;
            while i + ROWS <= I {
                self.inputs::<A, ROWS, LANES>(i, s, depth);
                i += ROWS;
            }
            while i + 4 <= I {
                self.inputs::<A, 4, LANES>(i, s, depth);
                i += 4;
            }
            while i < I {
                self.inputs::<A, 1, WIDE>(i, s, depth);
                i += 1;
            }
        }
    }
}

impl<T: Scalar, const I: usize, const O: usize> AddOuter<'_, T, I, O> {
    #[inline(always)]
    fn inputs<A: Arithmetic, const R: usize, const L: usize>(&mut self, i: usize, s: usize, depth: usize) {
        for o in (0..O / L * L).step_by(L) {
            self.block::<A, R, L>(i, s, depth, o, L);
        }
        if !O.is_multiple_of(L) {
            with_lanes!(O % L, L, LANES => self.block::<A, R, LANES>(i, s, depth, O / L * L, O % L));
        }
    }

    /// `R` inputs from `i` on, `outputs` outputs from `o` on, `depth` samples from `s` on.
    #[inline(always)]
    fn block<A: Arithmetic, const R: usize, const L: usize>(
        &mut self,
        i: usize,
        s: usize,
        depth: usize,
        o: usize,
        outputs: usize,
    ) {
        let dy = Vectors { data: &self.dy[s * O + o..], stride: O };
        let x = Vectors { data: &self.x[s * I + i..], stride: I };
        let mut sums = [[T::ZERO; L]; R];
        block::columns::<T, A, R, L>(&mut sums, dy, x, depth);
        each_row!(r < R => {
            let dw = &mut self.dw[(i + r) * O + o..][..outputs];
            block::store(dw, block::add(sums[r], block::load(dw)));
        });
    }
}
