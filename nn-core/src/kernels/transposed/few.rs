//! `dx += Wᵀ · dy` for few samples: reads the weights once, in their own layout.

use super::AddTransposed;
use crate::kernels::vector::Vector;
use crate::tensor::scalar::Scalar;

/// The number of inputs whose sums over lanes are made together.
const BLOCK: usize = 16;
/// The maximum number of lanes of a vector.
const LANES: usize = 16;

impl<T: Scalar> AddTransposed<'_, T> {
    /// Computes the product for a handful of outputs or fewer.
    #[inline(always)]
    pub(super) fn scalars(&mut self) {
        for (dy, dx) in self.dy.chunks_exact(self.outputs).zip(self.dx.chunks_mut(self.stride)) {
            // There are as many rows of weights as inputs.
            for (w, dx) in self.w.chunks_exact(self.outputs).zip(dx) {
                for (&w, &dy) in w.iter().zip(dy) {
                    *dx += w * dy;
                }
            }
        }
    }

    #[inline(always)]
    pub(super) fn dots<V: Vector<T>>(&mut self) {
        let outputs = self.outputs;
        let whole = outputs / V::LANES * V::LANES;
        for (dy, dx) in self.dy.chunks_exact(outputs).zip(self.dx.chunks_mut(self.stride)) {
            for (w, dx) in self.w.chunks(outputs * BLOCK).zip(dx[..self.inputs].chunks_mut(BLOCK)) {
                let mut sums = [T::ZERO; BLOCK * LANES];
                for (w, sum) in w.chunks_exact(outputs).zip(sums.chunks_exact_mut(V::LANES)) {
                    let mut lanes = V::splat(T::ZERO);
                    for (w, dy) in w.chunks_exact(V::LANES).zip(dy.chunks_exact(V::LANES)) {
                        lanes = V::load(w).mul_add(V::load(dy), lanes);
                    }
                    lanes.store(sum);
                    for ((sum, &w), &dy) in sum.iter_mut().zip(&w[whole..]).zip(&dy[whole..]) {
                        *sum += w * dy;
                    }
                }
                // Adds neighbours until there is one sum for each input. That is vectorised, with all of them in one
                // slice.
                let (mut half, mut out) = ([T::ZERO; BLOCK * LANES / 2], [T::ZERO; BLOCK]);
                match V::LANES {
                    16 => {
                        add_fours(&sums, &mut half);
                        add_fours(&half, &mut out);
                    }
                    8 => {
                        add_pairs(&sums[..BLOCK * 8], &mut half);
                        add_fours(&half, &mut out);
                    }
                    4 => add_fours(&sums, &mut out),
                    _ => add_pairs(&sums, &mut out),
                }
                for (dx, &out) in dx.iter_mut().zip(&out) {
                    *dx += out;
                }
            }
        }
    }
}

/// Writes the sums of pairs of neighbours.
#[inline(always)]
fn add_pairs<T: Scalar>(from: &[T], to: &mut [T]) {
    for (to, &[a, b]) in to.iter_mut().zip(from.as_chunks().0) {
        *to = a + b;
    }
}

/// Writes the sums of groups of four neighbours.
#[inline(always)]
fn add_fours<T: Scalar>(from: &[T], to: &mut [T]) {
    for (to, &[a, b, c, d]) in to.iter_mut().zip(from.as_chunks().0) {
        *to = (a + b) + (c + d);
    }
}
