//! The memory of a prediction: activations that are not alive at the same time share it.
//!
//! A tensor is alive from the call that computes it to the last one that reads it. [`plan`] gives each a place in one block of scalars
//! so that tensors that are alive together do not overlap: the greedy planner that looks at large tensors first, and one that takes them as they come,
//! whichever needs less. Neither is always optimal, which is NP-hard; the least possible is the most that is alive during one call
//! ([`peak`]), and chains reach it.
//!
//! `model!` plans at expansion time where it knows all shapes, and otherwise rustc does, with the same function. A batch of `n` samples
//! takes `n` times as much, with every tensor in one piece.
//!
//! Source: Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference" (2020), greedy by size,
//! <https://arxiv.org/abs/2001.03288>.

use core::ops::Range;

/// A tensor in the memory of a prediction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// How many scalars a sample of it has.
    pub size: usize,
    /// The call that computes it.
    pub first: usize,
    /// The last call that reads it.
    pub last: usize,
}

impl Life {
    /// A tensor of `size` scalars that call `first` computes and call `last` is the last to read.
    pub const fn new(size: usize, first: usize, last: usize) -> Self {
        Life { size, first, last }
    }

    /// Whether both are alive during some call.
    pub const fn meets(&self, other: &Life) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

/// The places of `N` tensors.
///
/// ```
/// use nn_core::arena::{Life, Plan};
///
/// // A chain of three calls: the third tensor takes the place of the first.
/// const PLAN: Plan<3> = Plan::new(&[Life::new(64, 0, 1), Life::new(32, 1, 2), Life::new(48, 2, 3)]);
/// assert_eq!((PLAN.range(0), PLAN.range(1), PLAN.range(2)), (0..64, 64..96, 0..48));
/// assert_eq!(PLAN.size(), 96);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Plan<const N: usize> {
    lives: [Life; N],
    offsets: [usize; N],
    size: usize,
}

impl<const N: usize> Plan<N> {
    /// Finds a place for each tensor.
    pub const fn new(lives: &[Life; N]) -> Self {
        let mut offsets = [0; N];
        let size = plan(lives, &mut offsets, &mut [0; N]);
        Plan { lives: *lives, offsets, size }
    }

    /// Where tensor `i` is, in scalars of a sample.
    pub const fn range(&self, i: usize) -> Range<usize> {
        self.offsets[i]..self.offsets[i] + self.lives[i].size
    }

    /// How many scalars a sample needs.
    pub const fn size(&self) -> usize {
        self.size
    }
}

/// The order in which tensors are given a place.
#[derive(Clone, Copy)]
enum Order {
    BySize,
    ByCall,
}

/// Writes the offset of each tensor, and gives the size of all. `spare` is memory to work in; it is as long as `lives`, and so is `offsets`.
pub const fn plan(lives: &[Life], offsets: &mut [usize], spare: &mut [usize]) -> usize {
    let by_size = place(lives, offsets, Order::BySize);
    if by_size == size_at(lives, peak(lives)) {
        return by_size;
    }
    let by_call = place(lives, spare, Order::ByCall);
    if by_call >= by_size {
        return by_size;
    }
    offsets.copy_from_slice(spare);
    by_call
}

/// Not yet placed.
const NOWHERE: usize = usize::MAX;

const fn place(lives: &[Life], offsets: &mut [usize], order: Order) -> usize {
    let (mut i, mut size) = (0, 0);
    while i < lives.len() {
        offsets[i] = NOWHERE;
        i += 1;
    }
    let mut placed = 0;
    while placed < lives.len() {
        let next = next(lives, offsets, order);
        offsets[next] = lowest(lives, offsets, next);
        if offsets[next] + lives[next].size > size {
            size = offsets[next] + lives[next].size;
        }
        placed += 1;
    }
    size
}

/// The next tensor that has no place yet.
const fn next(lives: &[Life], offsets: &[usize], order: Order) -> usize {
    let (mut i, mut best) = (0, NOWHERE);
    while i < lives.len() {
        if offsets[i] == NOWHERE
            && (best == NOWHERE
                || match order {
                    Order::BySize => lives[i].size > lives[best].size,
                    Order::ByCall => lives[i].first < lives[best].first,
                })
        {
            best = i;
        }
        i += 1;
    }
    best
}

/// The lowest offset at which a tensor overlaps none that is alive with it.
const fn lowest(lives: &[Life], offsets: &[usize], tensor: usize) -> usize {
    let (mut offset, mut i) = (0, 0);
    while i < lives.len() {
        let (other, start) = (&lives[i], offsets[i]);
        let overlaps = start != NOWHERE
            && lives[tensor].meets(other)
            && start < offset + lives[tensor].size
            && offset < start + other.size;
        if overlaps {
            // No lower offset avoids it. What was looked at before may be in the way now.
            offset = start + other.size;
            i = 0;
        } else {
            i += 1;
        }
    }
    offset
}

/// The call during which the most scalars are alive.
pub const fn peak(lives: &[Life]) -> usize {
    let (mut i, mut peak, mut most) = (0, 0, 0);
    // The most is reached where some tensor begins.
    while i < lives.len() {
        let size = size_at(lives, lives[i].first);
        if size > most {
            (peak, most) = (lives[i].first, size);
        }
        i += 1;
    }
    peak
}

/// How many scalars are alive during a call.
pub const fn size_at(lives: &[Life], call: usize) -> usize {
    let (mut i, mut size) = (0, 0);
    while i < lives.len() {
        if lives[i].first <= call && call <= lives[i].last {
            size += lives[i].size;
        }
        i += 1;
    }
    size
}

#[cfg(feature = "compute")]
mod memory {
    use super::Range;
    use crate::tensor::Sample;

    /// The scalars of tensor `range` of the first `n` samples.
    #[inline(always)]
    pub fn part<E, const SIZE: usize>(arena: &[[E; SIZE]], n: usize, range: Range<usize>) -> &[E] {
        let part = arena.as_flattened().get(range.start * n..range.end * n);
        debug_assert!(part.is_some(), "the memory is too small for {n} samples");
        part.unwrap_or_default()
    }

    /// The scalars of tensor `range` of the first `n` samples, to be written.
    #[inline(always)]
    pub fn part_mut<E, const SIZE: usize>(arena: &mut [[E; SIZE]], n: usize, range: Range<usize>) -> &mut [E] {
        let part = arena.as_flattened_mut().get_mut(range.start * n..range.end * n);
        debug_assert!(part.is_some(), "the memory is too small for {n} samples");
        part.unwrap_or_default()
    }

    /// The scalars of several tensors of the first `n` samples. The plan sees to it that they do not overlap.
    #[inline(always)]
    pub fn parts<E, const SIZE: usize, const K: usize>(
        arena: &mut [[E; SIZE]],
        n: usize,
        ranges: [Range<usize>; K],
    ) -> [&mut [E]; K] {
        let parts = arena.as_flattened_mut().get_disjoint_mut(ranges.map(|range| range.start * n..range.end * n));
        debug_assert!(parts.is_ok(), "tensors overlap, or the memory is too small for {n} samples");
        // Without a panic, which firmware would have to link.
        parts.unwrap_or_else(|_| core::array::from_fn(|_| Default::default()))
    }

    /// A batch, from its scalars.
    #[inline(always)]
    pub fn samples<S: Sample>(flat: &[S::Element]) -> &[S] {
        S::samples(flat)
    }

    /// A batch to be written, from its scalars.
    #[inline(always)]
    pub fn samples_mut<S: Sample>(flat: &mut [S::Element]) -> &mut [S] {
        S::samples_mut(flat)
    }
}

#[cfg(feature = "compute")]
pub use memory::{part, part_mut, parts, samples, samples_mut};

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;
    use std::vec::Vec;

    fn planned(lives: &[Life]) -> (Vec<usize>, usize) {
        let mut offsets = vec![0; lives.len()];
        let size = plan(lives, &mut offsets, &mut vec![0; lives.len()]);
        (offsets, size)
    }

    #[test]
    fn a_chain_needs_its_largest_pair() {
        let lives: Vec<Life> = (0..7).map(|i| Life::new([5, 7, 11, 3, 13, 2, 17][i], i, i + 1)).collect();
        assert_eq!(planned(&lives).1, 19);
    }

    #[test]
    fn a_residual_keeps_its_place() {
        // x is read again two calls later.
        let (offsets, size) = planned(&[Life::new(8, 0, 3), Life::new(4, 1, 2), Life::new(4, 2, 3)]);
        assert_eq!((offsets, size), (vec![0, 8, 12], 16));
    }

    #[test]
    fn large_first_is_not_always_best() {
        let lives =
            [Life::new(3, 0, 1), Life::new(2, 2, 3), Life::new(2, 1, 2), Life::new(2, 0, 0), Life::new(3, 3, 3)];
        let (_, size) = planned(&lives);
        assert_eq!(size, 5, "the least possible, which is what is alive at call {}", peak(&lives));
    }

    #[test]
    fn whatever_is_alive_together_is_apart() {
        // A generator of its own, so that the tests of the pure part need no dependency.
        let mut state = 1u64;
        let mut random = |n: u64| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            ((state >> 33) % n) as usize
        };
        for _ in 0..2000 {
            let count = 1 + random(12);
            let lives: Vec<Life> = (0..count)
                .map(|_| {
                    let first = random(10);
                    Life::new(1 + random(40), first, first + random(5))
                })
                .collect();
            let (offsets, size) = planned(&lives);
            assert!(size >= size_at(&lives, peak(&lives)));
            for (i, a) in lives.iter().enumerate() {
                assert!(offsets[i] + a.size <= size);
                for (j, b) in lives.iter().enumerate().skip(i + 1).filter(|(_, b)| a.meets(b)) {
                    let apart = offsets[i] + a.size <= offsets[j] || offsets[j] + b.size <= offsets[i];
                    assert!(apart, "{i} and {j} of {lives:?} at {offsets:?}");
                }
            }
        }
    }

    #[cfg(feature = "compute")]
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
