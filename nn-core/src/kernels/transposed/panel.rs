//! [`Panel`]: some of the weights, transposed.

use crate::scalar::Scalar;

/// Inputs of a panel.
pub(super) const LANES: usize = 16;
/// Outputs of a panel.
pub(super) const DEPTH: usize = 64;

/// The weights of a few inputs: `lanes[output][input]`.
#[repr(align(64))]
pub(super) struct Panel<T> {
    pub(super) lanes: [[T; LANES]; DEPTH],
    /// Where every fourth input is interleaved first.
    quads: [[[T; 4]; DEPTH]; 4],
}

impl<T: Scalar> Panel<T> {
    #[inline(always)]
    pub(super) fn new() -> Self {
        Panel { lanes: [[T::ZERO; LANES]; DEPTH], quads: [[[T::ZERO; 4]; DEPTH]; 4] }
    }

    /// `lanes[p][l] = w[l * stride + p]`, for `p < depth`. What is in the lanes from `width` on does not matter.
    ///
    /// Transposed in one loop, the scalars would be stored one by one. To interleave four slices is vectorised, so that
    /// is done twice.
    #[inline(always)]
    pub(super) fn fill(&mut self, w: &[T], stride: usize, depth: usize, width: usize) {
        for (q, quads) in self.quads.iter_mut().enumerate() {
            let row = |l: usize| &w[l.min(width - 1) * stride..][..depth];
            interleave([row(q), row(q + 4), row(q + 8), row(q + 12)], quads);
        }
        let (lanes, _) = self.lanes.as_flattened_mut().as_chunks_mut();
        // A few lengths that are constants are faster than any length.
        if depth <= 4 {
            interleave(self.quads.each_ref().map(|quads| quads[..4].as_flattened()), lanes);
        } else if depth <= 16 {
            interleave(self.quads.each_ref().map(|quads| quads[..16].as_flattened()), lanes);
        } else {
            interleave(self.quads.each_ref().map(|quads| quads.as_flattened()), lanes);
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
