//! [`Panel`]: some of the weights, transposed.

use crate::scalar::Scalar;

/// The weights of `L` inputs and at most `D` outputs, `lanes[output][input]`.
#[repr(align(64))]
pub(super) struct Panel<T, const L: usize, const D: usize> {
    pub(super) lanes: [[T; L]; D],
    /// Where every fourth input is interleaved first.
    quads: [[[T; 4]; D]; 4],
}

impl<T: Scalar, const L: usize, const D: usize> Panel<T, L, D> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Panel { lanes: [[T::ZERO; L]; D], quads: [[[T::ZERO; 4]; D]; 4] }
    }

    /// `lanes[p][l] = w[l * stride + p]`, for `p < depth`. What is in the lanes from `inputs` on does not matter.
    #[inline(always)]
    pub(super) fn fill(&mut self, w: &[T], stride: usize, depth: usize, inputs: usize) {
        let row = |l: usize| &w[l.min(inputs - 1) * stride..][..depth];
        if L == 16 {
            // Transposed in one loop, the scalars would be stored one by one. To interleave four slices is
            // vectorised, so that is done twice.
            let [q0, q1, q2, q3] = &mut self.quads;
            interleave([row(0), row(4), row(8), row(12)], q0);
            interleave([row(1), row(5), row(9), row(13)], q1);
            interleave([row(2), row(6), row(10), row(14)], q2);
            interleave([row(3), row(7), row(11), row(15)], q3);
            let quads = [
                q0[..depth].as_flattened(),
                q1[..depth].as_flattened(),
                q2[..depth].as_flattened(),
                q3[..depth].as_flattened(),
            ];
            interleave(quads, self.lanes.as_flattened_mut().as_chunks_mut().0);
        } else {
            for l in 0..L {
                for (lanes, &w) in self.lanes.iter_mut().zip(row(l)) {
                    lanes[l] = w;
                }
            }
        }
    }
}

/// `to[p] = [a[p], b[p], c[p], d[p]]`
#[inline(always)]
fn interleave<T: Scalar>([a, b, c, d]: [&[T]; 4], to: &mut [[T; 4]]) {
    for ((((to, &a), &b), &c), &d) in to.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *to = [a, b, c, d];
    }
}
