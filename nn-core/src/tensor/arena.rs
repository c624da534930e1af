//! The places of tensors in the memory of a prediction, as [`plan`](crate::spec::arena::plan) gives them.

use crate::tensor::Sample;
use core::ops::Range;

/// Returns the scalars of tensor `range` of the first `n` samples.
#[inline(always)]
pub fn part<E, const SIZE: usize>(arena: &[[E; SIZE]], n: usize, range: Range<usize>) -> &[E] {
    let part = arena.as_flattened().get(range.start * n..range.end * n);
    part.unwrap_or_else(|| too_small(n))
}

/// Returns the scalars of tensor `range` of the first `n` samples, for writing.
#[inline(always)]
pub fn part_mut<E, const SIZE: usize>(arena: &mut [[E; SIZE]], n: usize, range: Range<usize>) -> &mut [E] {
    let part = arena.as_flattened_mut().get_mut(range.start * n..range.end * n);
    part.unwrap_or_else(|| too_small(n))
}

/// Returns the scalars of several tensors of the first `n` samples, for writing. By the plan, they do not overlap.
#[inline(always)]
pub fn parts<E, const SIZE: usize, const K: usize>(
    arena: &mut [[E; SIZE]],
    n: usize,
    ranges: [Range<usize>; K],
) -> [&mut [E]; K] {
    let parts = arena.as_flattened_mut().get_disjoint_mut(ranges.map(|range| range.start * n..range.end * n));
    parts.unwrap_or_else(|_| core::array::from_fn(|_| too_small(n)))
}

/// Panics for a caller who asks for too many samples, as `&x[..n]` would. Firmware must not link a panic; there the
/// memory always has the size of its type.
#[cold]
fn too_small<E: Default>(n: usize) -> E {
    if cfg!(feature = "std") {
        panic!("the memory of this pass is too small for {n} samples");
    }
    E::default()
}

/// Returns a batch from its scalars.
#[inline(always)]
pub fn samples<S: Sample>(flat: &[S::Element]) -> &[S] {
    S::samples(flat)
}

/// Returns a batch for writing from its scalars.
#[inline(always)]
pub fn samples_mut<S: Sample>(flat: &mut [S::Element]) -> &mut [S] {
    S::samples_mut(flat)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(feature = "std")]
    #[test]
    #[should_panic(expected = "too small for 4 samples")]
    fn too_many_samples_are_told() {
        part(&[[0u32; 5]; 3], 4, 0..5);
    }

    #[test]
    fn parts_of_a_batch() {
        let mut arena = [[0u32; 5]; 3];
        let [a, b] = parts(&mut arena, 2, [3..5, 0..3]);
        assert_eq!((a.len(), b.len()), (4, 6));
        a.fill(1);
        b.fill(2);
        assert_eq!(part(&arena, 2, 3..5), [1; 4]);
        assert_eq!(arena.as_flattened(), [2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 0, 0, 0, 0, 0]);
        let batch = samples::<nalgebra::SMatrix<u32, 1, 2>>(part(&arena, 2, 0..2));
        assert_eq!(batch, [nalgebra::SMatrix::<u32, 1, 2>::new(2, 2); 2]);
    }
}
