//! [`Panel`]: some of the weights, transposed.

use crate::kernels::vector::{QUAD, Vector};
use crate::scalar::Scalar;

/// Inputs of a panel.
pub(super) const LANES: usize = 16;
/// Outputs of a panel.
pub(super) const DEPTH: usize = 64;

/// The weights of a few inputs: `lanes[output][input]`.
#[repr(align(64))]
pub(super) struct Panel<T> {
    pub(super) lanes: [[T; LANES]; DEPTH],
}

impl<T: Scalar> Panel<T> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Panel { lanes: [[T::ZERO; LANES]; DEPTH] }
    }

    /// `lanes[p][l] = w[l * stride + p]`, for `p < depth`. What is in the lanes from `width` on does not matter.
    #[inline(always)]
    pub(super) fn fill<V: Vector<T>>(&mut self, w: &[T], stride: usize, depth: usize, width: usize) {
        if depth < QUAD {
            for l in 0..width {
                for (p, &w) in w[l * stride..][..depth].iter().enumerate() {
                    self.lanes[p][l] = w;
                }
            }
            return;
        }
        let mut l = 0;
        while l < width {
            let w = &w[l * stride..];
            let mut p = 0;
            while p < depth {
                // The last ones may be some of those before once more.
                let from = p.min(depth - QUAD);
                let columns = V::transposed(&w[from..], stride, width - l);
                for q in 0..QUAD {
                    columns[q].store(&mut self.lanes[from + q][l..]);
                }
                p += QUAD;
            }
            l += V::LANES;
        }
    }
}
