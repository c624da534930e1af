//! The memory of a prediction: activations share memory if they are not alive at the same time.
//!
//! A tensor is alive from the call that computes it to the last call that reads it. [`plan`] gives each tensor a place
//! in one block of scalars, so that tensors that are alive together do not overlap. It tries three orders and takes
//! the smallest result:
//!
//! - tensors in the order of calls, each at the lowest free place;
//! - in the order of calls, alternating between the lowest and the highest place, which is optimal for a chain of
//!   layers;
//! - large tensors first.
//!
//! The optimal plan is not always among them, because finding it is NP-hard. The lower bound is the largest number of
//! scalars that are alive during one call ([`peak`]).
//!
//! `model!` plans at expansion time if it knows all shapes; otherwise rustc does, with the same function. A batch of
//! `n` samples takes `n` times as much, with every tensor in one piece.
//!
//! Source: Pisarchyk and Lee, "Efficient Memory Management for Deep Neural Net Inference" (2020), greedy by size,
//! <https://arxiv.org/abs/2001.03288>.

use core::ops::Range;

/// A tensor in the memory of a prediction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifetime {
    /// The number of scalars of a sample.
    pub size: usize,
    /// The call that computes it.
    pub first: usize,
    /// The last call that reads it.
    pub last: usize,
}

impl Lifetime {
    /// Creates a tensor of `size` scalars that call `first` computes and call `last` is the last to read.
    pub const fn new(size: usize, first: usize, last: usize) -> Self {
        Lifetime { size, first, last }
    }

    /// Whether both are alive during some call.
    pub const fn meets(&self, other: &Lifetime) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

/// The places of `N` tensors.
///
/// ```
/// use nn_core::arena::{Lifetime, Plan};
///
/// // A chain of three calls: the third tensor takes the place of the first.
/// const PLAN: Plan<3> = Plan::new(&[Lifetime::new(64, 0, 1), Lifetime::new(32, 1, 2), Lifetime::new(48, 2, 3)]);
/// assert_eq!((PLAN.range(0), PLAN.range(1), PLAN.range(2)), (0..64, 64..96, 0..48));
/// assert_eq!(PLAN.size(), 96);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Plan<const N: usize> {
    lives: [Lifetime; N],
    offsets: [usize; N],
    size: usize,
}

impl<const N: usize> Plan<N> {
    /// Finds a place for each tensor.
    pub const fn new(lives: &[Lifetime; N]) -> Self {
        let mut offsets = [0; N];
        let size = plan(lives, &mut offsets, &mut [0; N]);
        Plan { lives: *lives, offsets, size }
    }

    /// Returns the range of tensor `i`, in scalars of a sample.
    pub const fn range(&self, i: usize) -> Range<usize> {
        self.offsets[i]..self.offsets[i] + self.lives[i].size
    }

    /// Returns the number of scalars of a sample.
    pub const fn size(&self) -> usize {
        self.size
    }
}

/// The order in which tensors get a place.
#[derive(Clone, Copy)]
enum Order {
    /// The order of calls, at the lowest free place.
    Bottom,
    /// The order of calls, alternating between the lowest free place and the highest one below this height.
    BothEnds(usize),
    /// Large tensors first.
    BySize,
}

/// Above this number, tensors are placed in the order of calls: rustc would take too long to search the largest each
/// time.
const MANY: usize = 64;

/// Writes the offset of each tensor, and returns the size of all. Tensors come in the order of the calls that compute
/// them. `spare` is working memory; `spare` and `offsets` are as long as `lives`.
pub const fn plan(lives: &[Lifetime], offsets: &mut [usize], spare: &mut [usize]) -> usize {
    let (_, least) = peak(lives);
    let mut best = place(lives, offsets, Order::Bottom);
    let orders = [Order::BothEnds(least), Order::BySize];
    let mut i = 0;
    while i < orders.len() && best > least && (i == 0 || lives.len() <= MANY) {
        let size = place(lives, spare, orders[i]);
        if size < best {
            best = size;
            offsets.copy_from_slice(spare);
        }
        i += 1;
    }
    best
}

/// Not yet placed.
const NOWHERE: usize = usize::MAX;

const fn place(lives: &[Lifetime], offsets: &mut [usize], order: Order) -> usize {
    let mut i = 0;
    while i < lives.len() {
        offsets[i] = NOWHERE;
        i += 1;
    }
    // The first tensor in order that a later one can still meet.
    let (mut placed, mut size, mut from) = (0, 0, 0);
    while placed < lives.len() {
        let next = match order {
            Order::BySize => largest(lives, offsets),
            _ => placed,
        };
        if let Order::Bottom | Order::BothEnds(_) = order {
            while from < next && lives[from].last < lives[next].first {
                from += 1;
            }
        }
        let lowest = lowest(lives, offsets, next, from);
        offsets[next] = match order {
            Order::BothEnds(height) if placed % 2 == 1 => match highest(lives, offsets, next, from, height) {
                Some(offset) => offset,
                None => lowest,
            },
            _ => lowest,
        };
        if offsets[next] + lives[next].size > size {
            size = offsets[next] + lives[next].size;
        }
        placed += 1;
    }
    size
}

/// Returns the largest tensor without a place.
const fn largest(lives: &[Lifetime], offsets: &[usize]) -> usize {
    let (mut i, mut best) = (0, NOWHERE);
    while i < lives.len() {
        if offsets[i] == NOWHERE && (best == NOWHERE || lives[i].size > lives[best].size) {
            best = i;
        }
        i += 1;
    }
    best
}

/// Returns a tensor from `from` on that is alive with this one and would overlap it at `offset`.
const fn in_the_way(lives: &[Lifetime], offsets: &[usize], tensor: usize, from: usize, offset: usize) -> Option<usize> {
    let mut i = from;
    while i < lives.len() {
        let (other, start) = (&lives[i], offsets[i]);
        if start != NOWHERE
            && lives[tensor].meets(other)
            && start < offset + lives[tensor].size
            && offset < start + other.size
        {
            return Some(i);
        }
        // Later tensors are not alive yet.
        if other.first > lives[tensor].last {
            return None;
        }
        i += 1;
    }
    None
}

/// Returns the lowest offset at which a tensor overlaps no tensor that is alive with it.
const fn lowest(lives: &[Lifetime], offsets: &[usize], tensor: usize, from: usize) -> usize {
    let mut offset = 0;
    // No lower offset avoids the other tensor.
    while let Some(other) = in_the_way(lives, offsets, tensor, from, offset) {
        offset = offsets[other] + lives[other].size;
    }
    offset
}

/// Returns the highest such offset below a height, if there is one.
const fn highest(lives: &[Lifetime], offsets: &[usize], tensor: usize, from: usize, height: usize) -> Option<usize> {
    let Some(mut offset) = height.checked_sub(lives[tensor].size) else { return None };
    while let Some(other) = in_the_way(lives, offsets, tensor, from, offset) {
        match offsets[other].checked_sub(lives[tensor].size) {
            Some(below) => offset = below,
            None => return None,
        }
    }
    Some(offset)
}

/// Returns the call during which the most scalars are alive, and their number.
pub const fn peak(lives: &[Lifetime]) -> (usize, usize) {
    let (mut i, mut peak, mut most, mut from) = (0, 0, 0, 0);
    // The maximum is reached where some tensor begins.
    while i < lives.len() {
        let call = lives[i].first;
        while from < i && lives[from].last < call {
            from += 1;
        }
        let (mut size, mut j) = (0usize, from);
        while j < lives.len() && lives[j].first <= call {
            if call <= lives[j].last {
                size = size.saturating_add(lives[j].size);
            }
            j += 1;
        }
        if size > most {
            (peak, most) = (call, size);
        }
        i += 1;
    }
    (peak, most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;
    use std::vec::Vec;

    fn planned(lives: &[Lifetime]) -> (Vec<usize>, usize) {
        let mut offsets = vec![0; lives.len()];
        let size = plan(lives, &mut offsets, &mut vec![0; lives.len()]);
        (offsets, size)
    }

    /// Random numbers, so that the tests of the pure part need no dependency.
    fn random(state: &mut u64, n: u64) -> usize {
        *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((*state >> 33) % n) as usize
    }

    #[test]
    fn a_chain_needs_its_largest_pair() {
        let mut state = 1;
        for _ in 0..2000 {
            let sizes: Vec<usize> = (0..2 + random(&mut state, 100)).map(|_| 1 + random(&mut state, 20)).collect();
            let lives: Vec<Lifetime> =
                sizes.iter().enumerate().map(|(i, &size)| Lifetime::new(size, i, i + 1)).collect();
            let pair = sizes.windows(2).map(|pair| pair[0] + pair[1]).max().unwrap();
            assert_eq!(planned(&lives).1, pair, "{sizes:?}");
        }
    }

    #[test]
    fn a_residual_keeps_its_place() {
        // x is read again two calls later.
        let (offsets, size) = planned(&[Lifetime::new(8, 0, 3), Lifetime::new(4, 1, 2), Lifetime::new(4, 2, 3)]);
        assert_eq!((offsets, size), (vec![0, 8, 12], 16));
    }

    #[test]
    fn no_order_is_best_for_all() {
        // Skips, for which large tensors first is best.
        let skips = [
            Lifetime::new(2, 0, 5),
            Lifetime::new(8, 1, 2),
            Lifetime::new(3, 2, 6),
            Lifetime::new(9, 3, 4),
            Lifetime::new(4, 4, 6),
        ];
        assert_eq!(planned(&skips).1, peak(&skips).1);
    }

    #[test]
    fn whatever_is_alive_together_is_apart() {
        let mut state = 1;
        let (mut at_least, mut used) = (0, 0);
        for _ in 0..2000 {
            let count = 1 + random(&mut state, 90);
            let mut first = 0;
            let lives: Vec<Lifetime> = (0..count)
                .map(|_| {
                    first += random(&mut state, 2);
                    Lifetime::new(1 + random(&mut state, 40), first, first + random(&mut state, 5))
                })
                .collect();
            let (offsets, size) = planned(&lives);
            assert!(size >= peak(&lives).1);
            (at_least, used) = (at_least + peak(&lives).1, used + size);
            for (i, a) in lives.iter().enumerate() {
                assert!(offsets[i] + a.size <= size);
                for (j, b) in lives.iter().enumerate().skip(i + 1).filter(|(_, b)| a.meets(b)) {
                    let apart = offsets[i] + a.size <= offsets[j] || offsets[j] + b.size <= offsets[i];
                    assert!(apart, "{i} and {j} of {lives:?} at {offsets:?}");
                }
            }
        }
        // Random graphs are worse than realistic ones.
        assert!(used * 10 < at_least * 12, "{used} of {at_least}");
    }

    /// Rustc can plan this number of tensors without a warning about long evaluation.
    const CHAIN: Plan<1000> = {
        let (mut lives, mut i) = ([Lifetime::new(0, 0, 0); 1000], 0);
        while i < lives.len() {
            // The next call reads each tensor; for every tenth, so does a call ten steps later.
            lives[i] = Lifetime::new(64 + i % 7, i, i + if i % 10 == 0 { 10 } else { 1 });
            i += 1;
        }
        Plan::new(&lives)
    };

    #[test]
    fn many_tensors_are_planned_by_rustc() {
        assert!(CHAIN.size() >= peak(&CHAIN.lives).1 && CHAIN.size() < 6 * 70, "{}", CHAIN.size());
    }
}
