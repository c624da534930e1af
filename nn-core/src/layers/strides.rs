//! [`Strides`]: one row-major block seen through another block's axes, for transposing and broadcasting.

/// The axes of a row-major block, each with the distance of one of its steps in another block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strides<const N: usize> {
    dims: [usize; N],
    strides: [usize; N],
    same: bool,
}

impl<const N: usize> Strides<N> {
    /// Creates strides into a block with the same axes, but with length 1 (repeated, as in NumPy) for each bit `axis`
    /// set in `ones`.
    #[inline(always)]
    pub(crate) const fn repeat(dims: [usize; N], ones: usize) -> Self {
        let (mut strides, mut stride, mut axis) = ([0; N], 1, N);
        while axis > 0 {
            axis -= 1;
            if (ones >> axis) & 1 == 0 {
                strides[axis] = stride;
                stride *= dims[axis];
            }
        }
        Strides { dims, strides, same: ones == 0 }
    }

    /// Creates strides into a block whose axis `order[i]` is axis `i` of this block.
    #[inline(always)]
    pub(crate) const fn permute(dims: [usize; N], order: [usize; N]) -> Self {
        let (mut strides, mut i) = ([1; N], 0);
        while i < N {
            // The stride of an axis is the product of the other block's dimensions after it.
            let mut k = 0;
            while k < N {
                if order[k] > order[i] {
                    strides[i] *= dims[k];
                }
                k += 1;
            }
            i += 1;
        }
        Strides { dims, strides, same: false }
    }

    /// Returns the place in the other block of scalar `k` of this block.
    #[inline(always)]
    pub(crate) const fn place(&self, mut k: usize) -> usize {
        if self.same {
            return k;
        }
        let (mut place, mut axis) = (0, N);
        while axis > 0 {
            axis -= 1;
            place += k % self.dims[axis] * self.strides[axis];
            k /= self.dims[axis];
        }
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places() {
        // Rows of 3 against one row: the row repeats. Against one column: each of its scalars repeats.
        assert_eq!([0, 2, 3, 5].map(|k| Strides::repeat([2, 3], 0b01).place(k)), [0, 2, 0, 2]);
        assert_eq!([0, 2, 3, 5].map(|k| Strides::repeat([2, 3], 0b10).place(k)), [0, 0, 1, 1]);
        assert_eq!([0, 2, 3, 5].map(|k| Strides::repeat([2, 3], 0).place(k)), [0, 2, 3, 5]);
        // A 2 × 3 block that is the transpose of a 3 × 2 one.
        assert_eq!([0, 1, 2, 3, 4, 5].map(|k| Strides::permute([2, 3], [1, 0]).place(k)), [0, 2, 4, 1, 3, 5]);
    }
}
