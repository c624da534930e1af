//! How the work on a batch is divided, and who does it: the threads of rayon, or without the feature `rayon` the caller alone.
//!
//! A division says how many parts there are, and depends on the model and the number of samples; which thread computes a part
//! depends on nothing that a result could depend on. So results are the same, bit for bit, for any number of threads.

use crate::{Model, Scalar};
use core::ops::Range;

/// The most parts.
pub(crate) const MAX_PARTS: usize = 8;

/// So many multiply-accumulates are worth the handing over to another thread, which takes some ten microseconds.
const WORTH: usize = 4_000_000;
/// A part of a training step has a gradient of its own, that is to be zeroed, filled and added to the others. So many
/// multiply-accumulates take about as long as this for one weight, and as `SHARE` times of what it may take.
const TRAFFIC: usize = 100;

/// Into how many parts a batch is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Division {
    /// The fewest samples of a part, if there are several.
    least: usize,
}

impl Division {
    /// A training step; `dense` is the number of weights whose gradients are zeroed as a whole.
    pub(crate) fn of_training<M: Model>(dense: usize) -> Self {
        // The backward pass takes twice as long as the forward pass.
        Division::new(M::WORK.map(|work| 3 * work), WORTH.max(TRAFFIC.saturating_mul(dense)))
    }

    /// A prediction of a batch.
    pub(crate) fn of_prediction<M: Model>() -> Self {
        Division::new(M::WORK, WORTH)
    }

    /// Predictions of several batches, counted in batches of `size` samples: also of a model that looks at a batch as a whole.
    pub(crate) fn of_batches<M: Model>(size: usize) -> Self {
        Division::new(Some(M::WORK.unwrap_or(M::MACS).saturating_mul(size)), WORTH)
    }

    /// Parts that take at least `least`, if a sample takes `work`. Without the feature there is one.
    fn new(work: Option<usize>, least: usize) -> Self {
        let least = match work {
            Some(work @ 1..) if cfg!(feature = "rayon") => least.div_ceil(work),
            _ => usize::MAX,
        };
        Division { least: least.max(1) }
    }

    /// The number of parts for `n` samples.
    pub(crate) fn parts(self, n: usize) -> usize {
        (n / self.least).clamp(1, MAX_PARTS)
    }

    /// The samples of part `part` of `n`.
    pub(crate) fn range(self, n: usize, part: usize) -> Range<usize> {
        let parts = self.parts(n);
        n * part / parts..n * (part + 1) / parts
    }

    /// The most samples that a part of any batch of up to `n` samples has.
    pub(crate) fn capacity(self, n: usize) -> usize {
        // Just below twice `least` there is one part still.
        n.div_ceil(self.parts(n)).max(n.min(self.least.saturating_mul(2) - 1))
    }
}

/// Who works on parts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Team {
    /// Whether there is more than one thread.
    #[cfg_attr(not(feature = "rayon"), allow(dead_code))]
    several: bool,
}

impl Team {
    /// One thread.
    pub(crate) const ALONE: Team = Team { several: false };

    /// So many scalars are added by one thread.
    const SCALARS: usize = 16_384;

    /// Does work in so many parts on a thread of the pool: every [`join`](Self::join) from outside would wake it anew. Work in one
    /// part, and work for a pool of one thread, stays where it is.
    pub(crate) fn work<R: Send>(parts: usize, work: impl FnOnce(Team) -> R + Send) -> R {
        #[cfg(feature = "rayon")]
        if parts > 1 && rayon::current_num_threads() > 1 {
            return rayon::join(|| work(Team { several: true }), || ()).0;
        }
        let _ = parts;
        work(Team::ALONE)
    }

    /// Does both, at the same time if a thread is free.
    pub(crate) fn join(self, a: impl FnOnce() + Send, b: impl FnOnce() + Send) {
        #[cfg(feature = "rayon")]
        if self.several {
            rayon::join(a, b);
            return;
        }
        a();
        b();
    }

    /// Calls `work` with all parts.
    pub(crate) fn each<A: Send, B: Send>(self, a: &mut [A], b: &mut [B], work: &(impl Fn(&mut A, &mut B) + Sync)) {
        if let ([a], [b]) = (&mut *a, &mut *b) {
            return work(a, b);
        }
        let middle = a.len() / 2;
        let ((a, other_a), (b, other_b)) = (a.split_at_mut(middle), b.split_at_mut(middle));
        self.join(|| self.each(a, b, work), || self.each(other_a, other_b, work));
    }

    /// Adds to each scalar those of the first `count` slices, in their order.
    pub(crate) fn add<T: Scalar>(self, to: &mut [T], from: [&[T]; MAX_PARTS - 1], count: usize) {
        if to.len() > Self::SCALARS {
            let middle = to.len() / 2;
            let (to, other) = to.split_at_mut(middle);
            let halves = from.map(|from| from.split_at(middle.min(from.len())));
            let (from, others) = (halves.map(|half| half.0), halves.map(|half| half.1));
            return self.join(|| self.add(to, from, count), || self.add(other, others, count));
        }
        for from in &from[..count] {
            for (to, &from) in to.iter_mut().zip(*from) {
                *to += from;
            }
        }
    }
}
