//! How the work on a batch is divided, and who does it: the threads of rayon, or without the feature `rayon` the caller
//! alone.
//!
//! A division says how many parts there are, and depends on the model and the number of samples; which thread computes
//! a part depends on nothing that a result could depend on. So results are the same, bit for bit, for any number of
//! threads.

use crate::layer::Work;
use crate::{Model, Scalar};
use core::ops::Range;

/// The most parts.
pub(crate) const MAX_PARTS: usize = 8;

/// A part takes at least so many multiply-accumulates, about 70 microseconds: to hand one over to another thread takes
/// ten.
const WORTH: usize = 4_000_000;
/// A part of a batch has at least so many samples: with fewer, products take longer.
const SAMPLES: usize = 16;
/// Every part of a training step but the first has a gradient of its own, which is zeroed, filled and added to the
/// others. Where a weight takes so many multiply-accumulates in a step, that is 3 percent of the step.
const TRAFFIC: usize = 1000;

/// Into how many parts a batch is divided, as far as a model says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Division {
    /// The fewest samples of a part, if there are several.
    least: usize,
    /// How many samples a batch must have for each part after the first.
    further: usize,
}

impl Division {
    /// One part.
    const WHOLE: Division = Division { least: usize::MAX, further: usize::MAX };

    /// A training step; `dense` is the number of weights whose gradients are zeroed as a whole.
    pub(crate) fn of_training<M: Model>(dense: usize) -> Self {
        match M::WORK {
            // The backward pass takes twice as long as the forward pass.
            Work::BySample(macs) => {
                Division::new(macs.saturating_mul(3), TRAFFIC.saturating_mul(dense)).of_at_least(SAMPLES)
            }
            Work::ByBatch(_) => Division::WHOLE,
        }
    }

    /// A prediction of one batch.
    pub(crate) fn of_prediction<M: Model>() -> Self {
        match M::WORK {
            Work::BySample(macs) => Division::new(macs, 0).of_at_least(SAMPLES),
            Work::ByBatch(_) => Division::WHOLE,
        }
    }

    /// Predictions of several batches of `size` samples, by batches.
    pub(crate) fn of_batches<M: Model>(size: usize) -> Self {
        Division::new(M::WORK.macs().saturating_mul(size), 0)
    }

    /// A sample takes `macs`, and each part after the first takes `further`. Without the feature `rayon` there is one
    /// part.
    fn new(macs: usize, further: usize) -> Self {
        if macs == 0 || cfg!(not(feature = "rayon")) {
            return Division::WHOLE;
        }
        Division { least: WORTH.div_ceil(macs), further: further.div_ceil(macs).max(1) }
    }

    fn of_at_least(self, samples: usize) -> Self {
        Division { least: self.least.max(samples), ..self }
    }

    /// The number of parts for `n` samples.
    pub(crate) fn parts(self, n: usize) -> usize {
        (n / self.least).min(n / self.further + 1).clamp(1, MAX_PARTS)
    }

    /// The samples of part `part` of `n`.
    pub(crate) fn range(self, n: usize, part: usize) -> Range<usize> {
        let parts = self.parts(n);
        n * part / parts..n * (part + 1) / parts
    }

    /// The most samples that a part of any batch of up to `n` samples has.
    pub(crate) fn capacity(self, n: usize) -> usize {
        let parts = self.parts(n);
        // The largest batches of fewer parts.
        let largest = |parts: usize| {
            let next = self.least.saturating_mul(parts + 1).max(self.further.saturating_mul(parts));
            (next - 1).min(n).div_ceil(parts)
        };
        (1..parts).map(largest).chain([n.div_ceil(parts)]).max().unwrap_or(n)
    }
}

/// Who works on parts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Team {
    /// The caller.
    Alone,
    /// The threads of a pool. One that waits for another does other work of the pool meanwhile, whatever that is.
    #[cfg(feature = "rayon")]
    Pool,
    /// The caller and at most this many helpers, which do nothing else and are waited for idly.
    #[cfg(feature = "rayon")]
    Helpers(usize),
}

impl Team {
    /// So many scalars are added by one thread.
    const SCALARS: usize = 16_384;

    /// Does work in so many parts on a thread of the pool: every [`join`](Self::join) from outside would wake it anew.
    /// Work in one part, and work for a pool of one thread, stays where it is.
    pub(crate) fn work<R: Send>(parts: usize, work: impl FnOnce(Team) -> R + Send) -> R {
        #[cfg(feature = "rayon")]
        if parts > 1 && rayon::current_num_threads() > 1 {
            let (mut work, mut done) = (Some(work), None);
            pool(&mut || done = work.take().map(|work| work(Team::Pool)), &mut || ());
            return done.expect("a join returns when both are done");
        }
        let _ = parts;
        work(Team::Alone)
    }

    /// Who predicts so many parts. Predictions need no exclusive reference, but whoever calls them may hold a lock, and
    /// other work of a pool may wait for it: a thread of the pool that did that work here would wait for itself. So
    /// these threads are not rayon's; there are as many as it has.
    pub(crate) fn apart(parts: usize) -> Team {
        #[cfg(feature = "rayon")]
        if parts > 1 && rayon::current_num_threads() > 1 {
            return Team::Helpers(rayon::current_num_threads() - 1);
        }
        let _ = parts;
        Team::Alone
    }

    /// Does both, at the same time if a thread is free.
    pub(crate) fn join(self, a: impl FnOnce() + Send, b: impl FnOnce() + Send) {
        match self {
            Team::Alone => {
                a();
                b();
            }
            #[cfg(feature = "rayon")]
            Team::Pool | Team::Helpers(_) => {
                let (mut a, mut b) = (Some(a), Some(b));
                let a: Half<'_> = &mut || a.take().into_iter().for_each(|a| a());
                let b: Half<'_> = &mut || b.take().into_iter().for_each(|b| b());
                match self {
                    Team::Helpers(most) => helpers::join(most, a, b),
                    _ => pool(a, b),
                }
            }
        }
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

/// Half of the work of a [`join`](Team::join), of any type: what hands it to another thread is compiled once, and not
/// for every model. It is called once.
#[cfg(feature = "rayon")]
type Half<'a> = &'a mut (dyn FnMut() + Send);

/// Does both on the threads of the pool.
#[cfg(feature = "rayon")]
fn pool(a: Half<'_>, b: Half<'_>) {
    rayon::join(a, b);
}

/// Threads that live for one piece of work.
#[cfg(feature = "rayon")]
mod helpers {
    use super::Half;
    use std::panic::resume_unwind;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    use std::sync::{Mutex, PoisonError};
    use std::thread::{Builder, scope};

    /// The helpers of the whole process: many predictions at a time share them.
    static BUSY: AtomicUsize = AtomicUsize::new(0);

    struct Helper;

    impl Helper {
        /// One more, unless there are `most` of them.
        fn new(most: usize) -> Option<Helper> {
            let more = |busy| (busy < most).then_some(busy + 1);
            BUSY.fetch_update(Relaxed, Relaxed, more).ok().map(|_| Helper)
        }
    }

    impl Drop for Helper {
        fn drop(&mut self) {
            BUSY.fetch_sub(1, Relaxed);
        }
    }

    /// Does both; `b` on a helper, unless `a` is done before one has begun with it.
    pub(super) fn join(most: usize, a: Half<'_>, b: Half<'_>) {
        let Some(helper) = Helper::new(most) else {
            a();
            return b();
        };
        let b = Mutex::new(Some(b));
        let take = || b.lock().unwrap_or_else(PoisonError::into_inner).take();
        scope(|scope| {
            // Where there is no thread to be had, the caller does it all.
            let spawned = Builder::new().spawn_scoped(scope, || {
                let _helper = helper;
                if let Some(b) = take() {
                    b();
                }
            });
            a();
            if let Some(b) = take() {
                b();
            }
            if let Ok(Err(panic)) = spawned.map(|thread| thread.join()) {
                resume_unwind(panic);
            }
        });
    }
}

#[cfg(all(test, feature = "rayon"))]
mod tests {
    use super::*;

    #[test]
    fn helpers_do_all_of_it_and_pass_a_panic_on() {
        let (mut parts, mut counts) = ([0usize; 8], [0usize; 8]);
        for most in [1, 2, 7] {
            Team::Helpers(most).each(&mut parts, &mut counts, &|part, count| (*part, *count) = (*part + 1, *count + 2));
        }
        assert_eq!((parts, counts), ([3; 8], [6; 8]));
        let fails =
            || Team::Helpers(3).join(|| std::thread::sleep(std::time::Duration::from_millis(50)), || panic!("b"));
        let panic = std::panic::catch_unwind(fails).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"b"));
    }

    #[test]
    fn parts_cover_a_batch_and_fit_into_their_memory() {
        for (macs, further) in
            [(1, 0), (3 * 9_000, 9_000 * TRAFFIC), (WORTH, 0), (7_000_000, 80_000 * TRAFFIC), (2 * WORTH, 1)]
        {
            let division = Division::new(macs, further);
            let mut before = 1;
            for n in 1..5000 {
                let parts = division.parts(n);
                assert!(parts >= before && parts <= MAX_PARTS);
                assert!(parts == 1 || n * macs >= parts * WORTH && n * macs >= (parts - 1) * further);
                let ranges: Vec<_> = (0..parts).map(|part| division.range(n, part)).collect();
                assert_eq!((ranges[0].start, ranges[parts - 1].end), (0, n));
                assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start));
                for capacity in [n, n + 1, 3 * n].map(|larger| division.capacity(larger)) {
                    assert!(
                        ranges.iter().all(|range| !range.is_empty() && range.len() <= capacity),
                        "{n} {division:?}"
                    );
                }
                before = parts;
            }
        }
        assert_eq!(Division::WHOLE.parts(usize::MAX - 1), 1);
        assert_eq!(Division::WHOLE.capacity(1000), 1000);
    }
}
