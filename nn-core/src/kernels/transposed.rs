//! [`add_transposed`]: `dx[n, i] += Σₒ w[i, o] · dy[n, o]`.
//!
//! With several samples, lanes are inputs and rows are samples. The weights of one lane are `O` apart, so a panel of them
//! is first copied the other way round into a small buffer on the stack; all samples use the copy. With few samples
//! the copy would cost more than the product: then each input is a [`dot`] product with the weights as they are.

use super::block::{self, Vectors, each_row, with_lanes};
use super::level::{Arithmetic, Kernel, dispatch};
use super::sums::dot_with;
use crate::scalar::Scalar;

/// The inputs' share of the gradient of [`affine`](super::affine): `dx[n] += Wᵀ · dy[n]`.
///
/// Shapes: `w` is `O × I`, `dy` has `n · O` and `dx` has `n · I`.
#[inline]
pub fn add_transposed<T: Scalar, const I: usize, const O: usize>(w: &[T], dy: &[T], dx: &mut [T]) {
    if O == 0 || I == 0 {
        return;
    }
    let n = dx.len() / I;
    dispatch(AddTransposed::<T, I, O> { w: &w[..I * O], dy: &dy[..n * O], dx: &mut dx[..n * I] });
}

struct AddTransposed<'a, T, const I: usize, const O: usize> {
    w: &'a [T],
    dy: &'a [T],
    dx: &'a mut [T],
}

/// Outputs of a panel.
const DEPTH: usize = 128;
/// Samples from which on a copy of the weights pays.
const FEW: usize = 4;

impl<T: Scalar, const I: usize, const O: usize> Kernel<T> for AddTransposed<'_, T, I, O> {
    type Output = ();

    #[inline(always)]
    fn run<A: Arithmetic, const ROWS: usize, const LANES: usize, const WIDE: usize>(mut self) {
        let n = self.dx.len() / I;
        // Without `std` the stack may be too small for a panel.
        if n < FEW || !cfg!(feature = "std") {
            for s in 0..n {
                let dy = &self.dy[s * O..][..O];
                for i in 0..I {
                    self.dx[s * I + i] += dot_with::<T, A, LANES>(&self.w[i * O..][..O], dy);
                }
            }
            return;
        }
        for i in (0..I / LANES * LANES).step_by(LANES) {
            self.panels::<A, ROWS, LANES>(i, LANES);
        }
        if !I.is_multiple_of(LANES) {
            with_lanes!(I % LANES, LANES, L => self.panels::<A, ROWS, L>(I / LANES * LANES, I % LANES));
        }
    }
}

impl<T: Scalar, const I: usize, const O: usize> AddTransposed<'_, T, I, O> {
    /// `inputs` inputs from `i` on, for all samples.
    #[inline(always)]
    fn panels<A: Arithmetic, const R: usize, const L: usize>(&mut self, i: usize, inputs: usize) {
        let n = self.dx.len() / I;
        let mut panel = [[T::ZERO; L]; DEPTH];
        for o in (0..O).step_by(DEPTH) {
            let depth = DEPTH.min(O - o);
            for l in 0..inputs {
                let w = &self.w[(i + l) * O + o..][..depth];
                for p in 0..depth {
                    panel[p][l] = w[p];
                }
            }
            let panel = &panel[..depth];
            let mut s = 0;
            while s + R <= n {
                self.block::<A, R, L>(panel, s, i, inputs, o);
                s += R;
            }
            while s + 4 <= n {
                self.block::<A, 4, L>(panel, s, i, inputs, o);
                s += 4;
            }
            while s < n {
                self.block::<A, 1, L>(panel, s, i, inputs, o);
                s += 1;
            }
        }
    }

    #[inline(always)]
    fn block<A: Arithmetic, const R: usize, const L: usize>(
        &mut self,
        panel: &[[T; L]],
        s: usize,
        i: usize,
        inputs: usize,
        o: usize,
    ) {
        let depth = panel.len();
        let panel = Vectors { data: panel.as_flattened(), stride: L };
        let dy = core::array::from_fn(|r| &self.dy[(s + r) * O + o..][..depth]);
        let mut sums = [[T::ZERO; L]; R];
        block::rows::<T, A, R, L>(&mut sums, panel, dy, depth);
        each_row!(r < R => {
            let dx = &mut self.dx[(s + r) * I + i..][..inputs];
            block::store(dx, block::add(sums[r], block::load(dx)));
        });
    }
}
