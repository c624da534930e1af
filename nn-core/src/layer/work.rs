//! [`Work`]: how much a sample takes, and who may compute it.

/// About how many multiply-accumulates a sample takes, and who may compute them: for
/// [`Layer::WORK`](crate::Layer::WORK).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// The passes treat every sample as if it were the only one: a training step may see a batch in parts, each with
    /// memory, random numbers and a gradient of its own.
    ///
    /// It is a promise that [`update`](crate::layer::Train::update), [`activity`](crate::layer::Train::activity) and
    /// [`training_activity`](crate::layer::Train::training_activity) do nothing.
    BySample(usize),
    /// The passes look at the batch as a whole, as for the statistics of a BatchNormalization or for a penalty that is
    /// a mean over the batch; or parts do not pay.
    ByBatch(usize),
}

impl Work {
    /// The multiply-accumulates of a sample.
    pub const fn macs(self) -> usize {
        let (Work::BySample(macs) | Work::ByBatch(macs)) = self;
        macs
    }

    /// The work of `calls` calls.
    pub const fn times(self, calls: usize) -> Work {
        match self {
            Work::BySample(macs) => Work::BySample(macs.saturating_mul(calls)),
            Work::ByBatch(macs) => Work::ByBatch(macs.saturating_mul(calls)),
        }
    }

    /// The work of several layers: by batch if that of one of them is.
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
