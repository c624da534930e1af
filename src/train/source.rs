//! The sources of training batches: arrays in memory, or iterators.
//!
//! A *pass* goes once through all data. Usually an epoch is a pass. With `steps_per_epoch` an epoch is a part of a
//! pass, and the next epoch continues behind it, as in Keras.

use crate::report::progress;
use crate::train::random::{Purpose, stream};
use crate::train::samples::{Samples, TrainingBatch};
use crate::train::weights::{Columns, Given, Weights};
use crate::{Buffer, Error, Heap, Result, Tensors};
use rand::seq::SliceRandom;

/// A place in the passes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DataPass {
    /// The number of earlier passes.
    pub(crate) number: usize,
    /// The number of steps before the pass. With the seed, it determines the order of the samples.
    pub(crate) step: u64,
    /// The number of its batches so far.
    pub(crate) seen: usize,
}

/// Takes a batch, and its weights if they are not checked yet.
pub(crate) type Visit<'a, X, Y> = &'a mut dyn FnMut(Samples<'_, X, Y>, Option<&Given>) -> Result<()>;

/// A source of batches.
pub(crate) trait Source<X: Tensors, Y: Tensors> {
    /// Returns the number of batches of a pass, if it is known.
    fn steps(&self) -> Option<usize>;

    /// Begins a pass, or continues in one.
    fn start(&mut self, pass: DataPass) -> Result<()>;

    /// Calls `visit` with the next batch of the pass, and with its weights if they are not checked yet. Returns `false`
    /// at its end.
    fn next(&mut self, visit: Visit<'_, X, Y>) -> Result<bool>;
}

/// Checked samples in memory.
pub(crate) struct Arrays<'a, X: Tensors, Y: Tensors> {
    samples: Samples<'a, X, Y>,
    count: usize,
    batch_size: usize,
    start: usize,
    seed: u64,
    shuffled: Option<Shuffled<X, Y>>,
}

impl<'a, X: Tensors, Y: Tensors> Arrays<'a, X, Y> {
    /// Makes a source. With a seed in `shuffle`, every pass has another order.
    pub(crate) fn new(samples: Samples<'a, X, Y>, batch_size: usize, shuffle: Option<u64>) -> Self {
        let count = samples.len();
        let shuffled = shuffle.map(|_| Shuffled::new(count, batch_size));
        Arrays { samples, count, batch_size, start: 0, seed: shuffle.unwrap_or(0), shuffled }
    }
}

impl<X: Tensors, Y: Tensors> Source<X, Y> for Arrays<'_, X, Y> {
    fn steps(&self) -> Option<usize> {
        Some(self.count.div_ceil(self.batch_size))
    }

    fn start(&mut self, pass: DataPass) -> Result<()> {
        self.start = self.batch_size.saturating_mul(pass.seen);
        if let Some(shuffled) = &mut self.shuffled {
            shuffled.shuffle(self.seed, pass.step);
        }
        Ok(())
    }

    fn next(&mut self, visit: Visit<'_, X, Y>) -> Result<bool> {
        if self.start >= self.count {
            return Ok(false);
        }
        let range = self.start..self.count.min(self.start.saturating_add(self.batch_size));
        self.start = range.end;
        match &mut self.shuffled {
            Some(shuffled) => visit(shuffled.gather(self.samples, range), None)?,
            None => visit(self.samples.slice(range), None)?,
        }
        Ok(true)
    }
}

/// A batch of samples from different places of the data.
struct Shuffled<X: Tensors, Y: Tensors> {
    order: Vec<usize>,
    x: X::Buffers<Heap>,
    y: Y::Buffers<Heap>,
    weights: Columns,
}

impl<X: Tensors, Y: Tensors> Shuffled<X, Y> {
    fn new(count: usize, batch_size: usize) -> Self {
        let capacity = batch_size.min(count);
        Shuffled {
            order: (0..count).collect(),
            x: Buffer::with_capacity(capacity),
            y: Buffer::with_capacity(capacity),
            weights: Columns::default(),
        }
    }

    /// Makes another order. It depends only on the stream, so that a resumed run sees the same samples.
    fn shuffle(&mut self, seed: u64, step: u64) {
        for (k, index) in self.order.iter_mut().enumerate() {
            *index = k;
        }
        self.order.shuffle(&mut stream(seed, step, Purpose::Shuffle));
    }

    /// Returns the samples at these places of the order.
    fn gather(&mut self, from: Samples<'_, X, Y>, places: core::ops::Range<usize>) -> Samples<'_, X, Y> {
        let indices = &self.order[places];
        let n = indices.len();
        X::gather(from.x, indices, X::batch_mut::<Heap>(&mut self.x, n));
        Y::gather(from.y, indices, Y::batch_mut::<Heap>(&mut self.y, n));
        self.weights.gather(from.weights, from.len(), indices);
        Samples { x: X::batch::<Heap>(&self.x, n), y: Y::batch::<Heap>(&self.y, n), weights: self.weights.weights() }
    }
}

/// Batches from an iterator for every pass.
pub(crate) struct Streams<F, I: IntoIterator> {
    make: F,
    batches: Option<I::IntoIter>,
    /// The number of batches of this pass so far.
    seen: usize,
    /// The number of batches of the first pass.
    first: Option<usize>,
    /// Whether the warning about a shorter pass was printed.
    warned: bool,
}

impl<F, I: IntoIterator> Streams<F, I> {
    pub(crate) fn new(make: F) -> Self {
        Streams { make, batches: None, seen: 0, first: None, warned: false }
    }
}

impl<X: Tensors, Y: Tensors, F, I> Source<X, Y> for Streams<F, I>
where
    F: FnMut(usize) -> I,
    I: IntoIterator<Item: TrainingBatch<X, Y>>,
{
    fn steps(&self) -> Option<usize> {
        None
    }

    fn start(&mut self, pass: DataPass) -> Result<()> {
        // The old iterator is dropped first: it may hold a file or a lock that the new one needs.
        self.batches = None;
        let mut batches = (self.make)(pass.number).into_iter();
        for seen in 0..pass.seen {
            let Some(batch) = batches.next() else {
                let problem = format!(
                    "the data has {seen} batch(es) in this pass, but the run that goes on had seen {}",
                    pass.seen
                );
                return Err(Error::data(problem));
            };
            batch.visit(&mut |_| Ok(()))?;
        }
        (self.batches, self.seen) = (Some(batches), pass.seen);
        Ok(())
    }

    fn next(&mut self, visit: Visit<'_, X, Y>) -> Result<bool> {
        if let Some(batch) = self.batches.as_mut().and_then(Iterator::next) {
            batch.visit(&mut |batch| {
                let (x, y) = (X::shorter(batch.x), Y::shorter(batch.y));
                visit(Samples { x, y, weights: Weights::NONE }, batch.weights.as_ref())
            })?;
            self.seen += 1;
            return Ok(true);
        }
        let first = *self.first.get_or_insert(self.seen);
        if self.seen < first && !core::mem::replace(&mut self.warned, true) {
            progress::warn(&format!(
                "a pass through the data had {} batch(es), but the first had {first}: a source that fails \
                 can return a `Result`, whose error ends the run",
                self.seen
            ));
        }
        Ok(false)
    }
}
