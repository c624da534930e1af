//! [`Panel`]: some of the weights, transposed.

use crate::kernels::vector::{QUAD, Vector};
use crate::tensor::scalar::Scalar;

/// The number of inputs of a panel.
pub(in crate::kernels) const LANES: usize = 16;

/// The weights of a few inputs, with a row for each output; or several such panels behind each other.
#[repr(align(64))]
pub(in crate::kernels) struct Panel<T, const ROWS: usize> {
    pub(in crate::kernels) rows: [[T; LANES]; ROWS],
}

impl<T: Scalar, const ROWS: usize> Panel<T, ROWS> {
    #[inline(always)]
    pub(in crate::kernels) fn new() -> Self {
        Panel { rows: [[T::ZERO; LANES]; ROWS] }
    }
}

/// Computes `rows[p][l] = w[l * stride + p]`, for `p < depth`. The contents of lanes from `width` on do not matter.
#[inline(always)]
pub(in crate::kernels) fn fill<T: Scalar, V: Vector<T>>(
    rows: &mut [[T; LANES]],
    w: &[T],
    stride: usize,
    depth: usize,
    width: usize,
) {
    if depth < QUAD {
        for l in 0..width {
            for (p, &w) in w[l * stride..][..depth].iter().enumerate() {
                rows[p][l] = w;
            }
        }
        return;
    }
    let mut l = 0;
    while l < width {
        let w = &w[l * stride..];
        let mut p = 0;
        while p < depth {
            // The last ones may repeat some of the earlier ones.
            let from = p.min(depth - QUAD);
            let columns = V::transposed(&w[from..], stride, width - l);
            for q in 0..QUAD {
                columns[q].store(&mut rows[from + q][l..]);
            }
            p += QUAD;
        }
        l += V::LANES;
    }
}
