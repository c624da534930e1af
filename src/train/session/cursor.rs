//! [`Cursor`]: how far training has come.

use crate::callbacks::CallbackMemory;
use crate::train::source::DataPass;

/// How far training has come: what a checkpoint remembers beside weights and optimizer, so that
/// [`Fit::resume`](crate::Fit::resume) can go on at this very batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cursor {
    /// The epoch that goes on or comes next.
    pub(crate) epoch: usize,
    /// Whether callbacks know that it has begun.
    pub(crate) begun: bool,
    /// How many of its steps are done.
    pub(crate) batch: usize,
    /// The sums of losses over these steps.
    pub(crate) sums: Vec<f64>,
    /// How many passes through the data were begun.
    pub(crate) passes: usize,
    /// The number of steps made when the last one began.
    pub(crate) pass_step: u64,
    /// How many batches of it were seen.
    pub(crate) seen: usize,
    /// Whether it goes on.
    pub(crate) open: bool,
    /// What the callbacks remember, by their names.
    pub(crate) memories: Vec<(String, CallbackMemory)>,
}

impl Cursor {
    /// Begins a pass after `step` steps.
    pub(super) fn begin(&mut self, step: u64) {
        (self.passes, self.pass_step, self.seen, self.open) = (self.passes.saturating_add(1), step, 0, true);
    }

    /// The pass that goes on.
    pub(super) fn pass(&self) -> DataPass {
        DataPass { number: self.passes.saturating_sub(1), step: self.pass_step, seen: self.seen }
    }
}
