//! `dx += Wᵀ · dy` for few samples: the weights are read once, as they are.

use super::AddTransposed;
use crate::kernels::block;
use crate::kernels::level::Arithmetic;
use crate::scalar::Scalar;

/// Inputs whose sums over lanes are made together.
const BLOCK: usize = 16;

impl<T: Scalar, const I: usize, const O: usize> AddTransposed<'_, T, I, O> {
    #[inline(always)]
    pub(super) fn scalars<A: Arithmetic>(&mut self) {
        for (dy, dx) in self.dy.chunks_exact(O).zip(self.dx.chunks_exact_mut(I)) {
            for (w, dx) in self.w.chunks_exact(O).zip(dx) {
                for o in 0..O {
                    *dx = A::mul_add(w[o], dy[o], *dx);
                }
            }
        }
    }

    #[inline(always)]
    pub(super) fn dots<A: Arithmetic, const L: usize>(&mut self) {
        // If the compiler knew them, it would compute several products at once, with lanes that are `O` apart.
        let chunks = core::hint::black_box(O / L);
        for (dy, dx) in self.dy.chunks_exact(O).zip(self.dx.chunks_exact_mut(I)) {
            let (dy, dy_rest) = dy.as_chunks::<L>();
            let dy_rest: [T; L] = block::load(dy_rest);
            for (w, dx) in self.w.chunks(O * BLOCK).zip(dx.chunks_mut(BLOCK)) {
                let mut sums = [[T::ZERO; L]; BLOCK];
                for (w, sum) in w.chunks_exact(O).zip(&mut sums) {
                    let (w, w_rest) = w.as_chunks::<L>();
                    let mut lanes = [T::ZERO; L];
                    if !O.is_multiple_of(L) {
                        lanes = block::products::<T, A, L>(lanes, &block::load(w_rest), &dy_rest);
                    }
                    for (w, dy) in w[..chunks].iter().zip(&dy[..chunks]) {
                        lanes = block::products::<T, A, L>(lanes, w, dy);
                    }
                    *sum = lanes;
                }
                // Sums of neighbours are vectorised, with all the sums of the block as one slice.
                let (mut fours, mut out) = ([[T::ZERO; 4]; BLOCK], [T::ZERO; BLOCK]);
                match L {
                    16 => add_fours(sums.as_flattened(), fours.as_flattened_mut()),
                    8 => {
                        let (pairs, _) = sums.as_flattened().as_chunks();
                        for (to, &[a, b]) in fours.as_flattened_mut().iter_mut().zip(pairs) {
                            *to = a + b;
                        }
                    }
                    _ => fours.as_flattened_mut().copy_from_slice(sums.as_flattened()),
                }
                add_fours(fours.as_flattened(), &mut out);
                for (dx, &out) in dx.iter_mut().zip(&out) {
                    *dx += out;
                }
            }
        }
    }
}

/// The sums of four neighbours each.
#[inline(always)]
fn add_fours<T: Scalar>(from: &[T], to: &mut [T]) {
    for (to, &[a, b, c, d]) in to.iter_mut().zip(from.as_chunks().0) {
        *to = (a + b) + (c + d);
    }
}
