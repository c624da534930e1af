//! The division of a batch, and the threads that compute its parts. Without the feature `rayon`, the caller computes
//! all.
//!
//! The number of parts depends only on the model and the number of samples. The result of a part does not depend on its
//! thread. So results are equal bit for bit for any number of threads.

use crate::layer::Work;
use crate::{Model, Scalar};
use core::ops::Range;

/// The maximum number of parts.
pub(crate) const MAX_PARTS: usize = 8;

/// The fewest multiply-accumulates of a part, about 70 µs. Handing a part to another thread takes about 10 µs.
const WORTH: usize = 4_000_000;
/// The fewest samples of a part. With fewer, matrix products are slower.
const SAMPLES: usize = 16;
/// The fewest multiply-accumulates per weight of a part in a training step. Each part after the first zeroes, fills and
/// adds a gradient of its own. At this number, that is 3 % of the step.
const TRAFFIC: usize = 1000;

/// The rule that divides the batches of one model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Division {
    /// The fewest samples of a part, if there are several parts.
    least: usize,
    /// The samples that a batch must have for each part after the first.
    further: usize,
}

impl Division {
    /// Never divides.
    const WHOLE: Division = Division { least: usize::MAX, further: usize::MAX };

    /// The division of a training step. `dense` counts the weights whose gradient is not kept by rows.
    pub(crate) fn of_training<M: Model>(dense: usize) -> Self {
        match M::WORK {
            // The backward pass takes twice as long as the forward pass.
            Work::BySample(macs) => {
                Division::new(macs.saturating_mul(3), TRAFFIC.saturating_mul(dense)).of_at_least(SAMPLES)
            }
            Work::ByBatch(_) => Division::WHOLE,
        }
    }

    /// The division of one batch in a prediction.
    pub(crate) fn of_prediction<M: Model>() -> Self {
        match M::WORK {
            Work::BySample(macs) => Division::new(macs, 0).of_at_least(SAMPLES),
            Work::ByBatch(_) => Division::WHOLE,
        }
    }

    /// The division of several batches of `size` samples, by whole batches.
    pub(crate) fn of_batches<M: Model>(size: usize) -> Self {
        Division::new(M::WORK.macs().saturating_mul(size), 0)
    }

    /// Makes a division if a sample costs `macs`, and each part after the first costs `further`. Without the feature
    /// `rayon` there is one part.
    fn new(macs: usize, further: usize) -> Self {
        if macs == 0 || cfg!(not(feature = "rayon")) {
            return Division::WHOLE;
        }
        Division { least: WORTH.div_ceil(macs), further: further.div_ceil(macs).max(1) }
    }

    fn of_at_least(self, samples: usize) -> Self {
        Division { least: self.least.max(samples), ..self }
    }

    /// Returns the number of parts for `n` samples.
    pub(crate) fn parts(self, n: usize) -> usize {
        (n / self.least).min(n / self.further + 1).clamp(1, MAX_PARTS)
    }

    /// Returns the samples of the part number `part`.
    pub(crate) fn range(self, n: usize, part: usize) -> Range<usize> {
        let parts = self.parts(n);
        n * part / parts..n * (part + 1) / parts
    }

    /// Returns the size of the largest part of any batch with at most `n` samples.
    pub(crate) fn capacity(self, n: usize) -> usize {
        let parts = self.parts(n);
        // A smaller batch with fewer parts can have larger ones.
        let largest = |parts: usize| {
            let next = self.least.saturating_mul(parts + 1).max(self.further.saturating_mul(parts));
            (next - 1).min(n).div_ceil(parts)
        };
        (1..parts).map(largest).chain([n.div_ceil(parts)]).max().unwrap_or(n)
    }
}

/// The threads that compute parts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Team {
    /// The caller.
    Alone,
    /// The threads of a rayon pool. A thread that waits for another one takes on any other work of the pool.
    #[cfg(feature = "rayon")]
    Pool,
    /// The caller and at most this many helpers. They do nothing else, and waiting for them is idle.
    #[cfg(feature = "rayon")]
    Helpers(usize),
}

impl Team {
    /// The scalars that one thread adds.
    const SCALARS: usize = 16_384;

    /// Moves work in several parts to a thread of the pool, because every [`join`](Self::join) from outside would wake
    /// the pool again. Work in one part, or for a pool of one thread, stays on the caller.
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

    /// Returns the team for a prediction. Its helpers are not rayon's threads, but there are as many. The caller of a
    /// prediction may hold a lock that other work of the pool waits for. If a pool thread took on that work here, it
    /// would wait for itself.
    pub(crate) fn apart(parts: usize) -> Team {
        #[cfg(feature = "rayon")]
        if parts > 1 && rayon::current_num_threads() > 1 {
            return Team::Helpers(rayon::current_num_threads() - 1);
        }
        let _ = parts;
        Team::Alone
    }

    /// Runs both closures, in parallel if a thread is free.
    pub(crate) fn join(self, a: impl FnOnce() + Send, b: impl FnOnce() + Send) {
        match self {
            Team::Alone => {
                a();
                b();
            }
            #[cfg(feature = "rayon")]
            Team::Pool | Team::Helpers(_) => {
                let (mut a, mut b) = (Some(a), Some(b));
                let a: Half<'_> = &mut || {
                    if let Some(a) = a.take() {
                        a()
                    }
                };
                let b: Half<'_> = &mut || {
                    if let Some(b) = b.take() {
                        b()
                    }
                };
                match self {
                    Team::Helpers(most) => helpers::join(most, a, b),
                    _ => pool(a, b),
                }
            }
        }
    }

    /// Calls `work` with every part. It is of any type, so that this is compiled once for a model.
    pub(crate) fn each<A: Send, B: Send>(self, a: &mut [A], b: &mut [B], work: &(dyn Fn(&mut A, &mut B) + Sync)) {
        if let ([a], [b]) = (&mut *a, &mut *b) {
            return work(a, b);
        }
        let middle = a.len() / 2;
        let ((a, other_a), (b, other_b)) = (a.split_at_mut(middle), b.split_at_mut(middle));
        self.join(|| self.each(a, b, work), || self.each(other_a, other_b, work));
    }

    /// Adds the first `count` slices to the sum, in their order.
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

/// Half of the work of a [`join`](Team::join), of any type. The code that hands it to another thread is compiled once,
/// not for every model. A half is called once.
#[cfg(feature = "rayon")]
type Half<'a> = &'a mut (dyn FnMut() + Send);

/// Runs both halves on the threads of the pool.
#[cfg(feature = "rayon")]
fn pool(a: Half<'_>, b: Half<'_>) {
    rayon::join(a, b);
}

/// Threads for one piece of work.
#[cfg(feature = "rayon")]
mod helpers {
    use super::Half;
    use std::panic::resume_unwind;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
    use std::sync::{Mutex, PoisonError};
    use std::thread::{Builder, scope};

    /// The number of helpers in the process. All predictions share them.
    static BUSY: AtomicUsize = AtomicUsize::new(0);

    struct Helper;

    impl Helper {
        /// Counts one more helper, unless there are `most` already.
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

    /// Runs both halves: `b` on a helper, unless `a` ends before a helper has begun.
    pub(super) fn join(most: usize, a: Half<'_>, b: Half<'_>) {
        let Some(helper) = Helper::new(most) else {
            a();
            return b();
        };
        let b = Mutex::new(Some(b));
        let take = || b.lock().unwrap_or_else(PoisonError::into_inner).take();
        scope(|scope| {
            // If no thread can be started, the caller does all the work.
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
