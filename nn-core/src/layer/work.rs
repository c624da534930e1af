//! [`Work`]: how many operations a sample takes, and whether threads may share a batch.

/// The approximate multiply-accumulates of a sample, and whether threads may share a batch: for
/// [`Layer::WORK`](crate::Layer::WORK).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// The passes treat every sample independently. A training step may split the batch into parts, each with its own
    /// memory, random numbers and gradient.
    ///
    /// This promises that [`update`](crate::layer::Train::update), [`activity`](crate::layer::Train::activity) and
    /// [`training_activity`](crate::layer::Train::training_activity) do nothing.
    BySample(usize),
    /// The passes need the whole batch, as for the statistics of a BatchNormalization or for a penalty that is a mean
    /// over the batch. Also right if splitting does not pay.
    ByBatch(usize),
}

impl Work {
    /// Returns the multiply-accumulates of a sample.
    pub const fn macs(self) -> usize {
        let (Work::BySample(macs) | Work::ByBatch(macs)) = self;
        macs
    }

    /// Returns the work of `calls` calls.
    pub const fn times(self, calls: usize) -> Work {
        match self {
            Work::BySample(macs) => Work::BySample(macs.saturating_mul(calls)),
            Work::ByBatch(macs) => Work::ByBatch(macs.saturating_mul(calls)),
        }
    }

    /// Returns the work of several layers: by batch if one of them is by batch.
    pub const fn sum(layers: &[Work]) -> Work {
        let (mut sum, mut by_sample, mut i) = (0usize, true, 0);
        while i < layers.len() {
            sum = sum.saturating_add(layers[i].macs());
            by_sample = by_sample && matches!(layers[i], Work::BySample(_));
            i += 1;
        }
        if by_sample { Work::BySample(sum) } else { Work::ByBatch(sum) }
    }
}
