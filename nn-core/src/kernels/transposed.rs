//! [`add_transposed`]: `dx[n, i] += Σₒ w[i, o] · dy[n, o]`.
//!
//! With several samples, lanes are inputs and rows are samples. The weights of neighbouring lanes are `O` apart, so a
//! panel of them is first transposed into a small buffer on the stack; all samples use the copy. With few samples the copy
//! would cost more than the product: then lanes are outputs, and each input is a sum over its lanes.

mod few;
mod panel;

use self::panel::Panel;
use super::block::{self, Vectors, each_row, with_lanes};
use super::level::{Arithmetic, Kernel, dispatch};
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

/// Samples from which on a copy of the weights pays.
const FEW: usize = 4;

impl<T: Scalar, const I: usize, const O: usize> Kernel<T> for AddTransposed<'_, T, I, O> {
    type Output = ();

    #[inline(always)]
    fn run<A: Arithmetic, const ROWS: usize, const LANES: usize, const WIDE: usize>(mut self) {
        let n = self.dx.len() / I;
        // Without `std` the stack may be too small for a panel.
        let few = n < FEW || !cfg!(feature = "std");
        // More lanes than 16 would make the panels larger, and nothing faster.
        match (few, LANES > 16) {
            (true, _) if O < 4 => self.scalars::<A>(),
            (true, _) if O < 16 => self.dots::<A, 4>(),
            (true, false) => self.dots::<A, LANES>(),
            (true, true) => self.dots::<A, 16>(),
            (false, false) if O <= 16 => self.panels::<A, ROWS, LANES, 16>(),
            (false, false) => self.panels::<A, ROWS, LANES, 64>(),
            (false, true) if O <= 16 => self.panels::<A, ROWS, 16, 16>(),
            (false, true) => self.panels::<A, ROWS, 16, 64>(),
        }
    }
}

impl<T: Scalar, const I: usize, const O: usize> AddTransposed<'_, T, I, O> {
    #[inline(always)]
    fn panels<A: Arithmetic, const R: usize, const L: usize, const D: usize>(&mut self) {
        let mut panel = Panel::<T, L, D>::new();
        for i in (0..I / L * L).step_by(L) {
            self.panel::<A, R, L, D>(&mut panel, i, L);
        }
        if !I.is_multiple_of(L) {
            with_lanes!(I % L, L, LANES => self.panel::<A, R, LANES, D>(&mut Panel::new(), I / L * L, I % L));
        }
    }

    /// `inputs` inputs from `i` on, for all samples.
    #[inline(always)]
    fn panel<A: Arithmetic, const R: usize, const L: usize, const D: usize>(
        &mut self,
        panel: &mut Panel<T, L, D>,
        i: usize,
        inputs: usize,
    ) {
        let n = self.dx.len() / I;
        for o in (0..O).step_by(D) {
            let depth = D.min(O - o);
            panel.fill(&self.w[i * O + o..], O, depth, inputs);
            let panel = &panel.lanes[..depth];
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
