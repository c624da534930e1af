//! [`Cursor`]: the progress of training.

use crate::callbacks::CallbackMemory;
use crate::train::source::DataPass;

/// The progress of training. Checkpoints keep it, so that [`Fit::resume`](crate::Fit::resume) can continue at this
/// batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Cursor {
    /// The current or next epoch.
    pub(crate) epoch: usize,
    /// Whether callbacks have seen its beginning.
    pub(crate) begun: bool,
    /// The number of its steps so far.
    pub(crate) batch: usize,
    /// The sums of losses over these steps.
    pub(crate) sums: Vec<f64>,
    /// The number of passes through the data that have begun.
    pub(crate) passes: usize,
    /// The number of steps before the last pass.
    pub(crate) pass_step: u64,
    /// The number of its batches so far.
    pub(crate) seen: usize,
    /// Whether the pass goes on.
    pub(crate) open: bool,
    /// The memory of callbacks, by name.
    pub(crate) memories: Vec<(String, CallbackMemory)>,
}

impl Cursor {
    /// Begins a pass after `step` steps.
    pub(super) fn begin(&mut self, step: u64) {
        (self.passes, self.pass_step, self.seen, self.open) = (self.passes.saturating_add(1), step, 0, true);
    }

    /// Returns the current pass.
    pub(super) fn pass(&self) -> DataPass {
        DataPass { number: self.passes.saturating_sub(1), step: self.pass_step, seen: self.seen }
    }
}
