//! The calls that start a training run: [`Compiled::fit`], [`Compiled::fit_batches`].

mod builder;
mod settings;

pub use builder::Fit;
pub(crate) use settings::{Settings, batch_size};

use crate::callbacks::Callbacks;
use crate::check::{self, Targets};
use crate::data::{Batches, Inspect};
use crate::losses::Losses;
use crate::metrics::Metrics;
use crate::optimizers::Optimizer;
use crate::report::history::History;
use crate::train::compile::Compiled;
use crate::train::labels::Labelled;
use crate::train::samples::{Samples, TrainingBatch};
use crate::train::session::{Checked, Session};
use crate::train::source::{Arrays, Streams};
use crate::train::validation::Validation;
use crate::train::warnings::Data;
use crate::train::weights::{Columns, Weights};
use crate::{Error, Model, Result, Warning};

impl<M, O, L, K> Compiled<M, O, L, K>
where
    M: Model,
    O: Optimizer,
    L: Losses<M::Outputs, Targets: Inspect>,
    K: Metrics<M::Outputs, L::Targets>,
{
    /// Trains the model on inputs `x` and targets `y`.
    ///
    /// The losses and metrics of an epoch are those of its batches before each step, as in Keras. The means are over
    /// samples, so a smaller last batch counts for less. A second call continues training, and counts its epochs from 0
    /// again.
    ///
    /// # Errors
    /// If the data is empty, has different numbers of samples, NaN or infinity, or targets that the losses cannot
    /// judge. If a setting is invalid, or a callback monitors an unknown name. Nothing changes in these cases. Also if
    /// a callback fails during the run.
    pub fn fit<V: Validation<M::Inputs, Targets<M, L>>, C: Callbacks>(
        &mut self,
        x: impl Batches<M::Inputs>,
        y: impl Batches<Targets<M, L>>,
        fit: Fit<V, C>,
    ) -> Result<History> {
        let Fit { settings, mut validation, callbacks } = fit;
        settings.check()?;
        let strict = settings.strict || self.strict;
        self.check_settings(strict)?;
        self.said.clear();
        let (x, y) = (x.batches(), y.batches());
        let count = check::data::<M, L>(&self.losses, "", x, y)?;
        let weights = settings
            .sample_weight
            .as_ref()
            .map_or(Ok(Weights::NONE), |given| given.weights::<M>("sample_weight", count))?;
        let all = Samples::<M::Inputs, L::Targets> { x, y, weights };
        let mut given = None;
        let checked = Checked::new(self, &mut validation, &mut given)?;
        let (training, checked, first) = match checked {
            Checked::None => match settings.split(count)? {
                training if training == count => (all, checked, 0),
                training => (all.slice(0..training), Checked::Whole(all.slice(training..count)), training),
            },
            _ => (all, checked, 0),
        };
        let mut columns = Columns::default();
        let weights = settings.weigh_classes::<M, L>(&self.losses, training, &mut columns)?;
        let training = Samples { weights, ..training };
        check::targets::<M, L>(
            &self.losses,
            "",
            training.y,
            weights.columns(),
            &mut weights.counts(training.len()),
            0,
        )?;
        let labelled = Labelled { samples: training, data: Data::Training, first: 0, strict };
        let mut warnings = self.check_labels(labelled)?;
        if let Checked::Whole(samples) = checked {
            // Messages number the samples of a split by their place in the whole data.
            if first > 0 {
                check::targets::<M, L>(
                    &self.losses,
                    "",
                    samples.y,
                    samples.weights.columns(),
                    &mut samples.weights.counts(samples.len()),
                    first,
                )?;
            }
            warnings.extend(self.check_labels(Labelled { samples, data: Data::Validation, first, strict })?);
        }
        warnings.iter().for_each(Warning::print);

        let batch_size = batch_size(settings.batch_size, settings.steps_per_epoch, training.len());
        let seed = settings.seed.unwrap_or(self.seed);
        let mut source = Arrays::new(training, batch_size, settings.shuffle.then_some(seed));
        Session::new(self, &settings, callbacks).run(&mut source, true, checked)
    }

    /// Trains the model on batches from iterators, for data that does not fit in memory or is computed during training.
    ///
    /// `batches` is called at the start of every pass through the data, with the number of earlier passes, for example
    /// to shuffle by it. It returns an iterator. A batch is `(x, y)` or `(x, y, sample_weight)` of any size, or a
    /// `Result` of one. The first `Err` ends the run.
    ///
    /// A pass is an epoch, unless [`Fit::steps_per_epoch`] sets the steps of an epoch; an iterator may then be endless.
    /// A resumed run skips the batches that it has seen. If a later pass has fewer batches than the first, a warning
    /// says so.
    ///
    /// ```
    /// use nn::prelude::*;
    /// # model! { pub struct Line; Sequential([Input(shape = [1]), Dense(1)]) }
    /// # fn main() -> nn::Result<()> {
    /// # let mut line = Line::boxed(&mut StdRng::seed_from_u64(1))
    /// #     .compile(Sgd::new(0.1), MeanSquaredError);
    /// // Batches that are computed, or read from files, one at a time.
    /// let batch = |k: usize| {
    ///     let x = [k as f32 / 8.0, 1.0];
    ///     (x, x.map(|x| 2.0 * x + 1.0))
    /// };
    /// line.fit_batches(|_pass| (0..8).map(batch), Fit::new().epochs(50).verbose(0))?;
    ///
    /// // An endless stream: 100 steps are an epoch.
    /// line.fit_batches(|_| (0..).map(|k| batch(k % 8)), Fit::new().epochs(2).steps_per_epoch(100).verbose(0))?;
    ///
    /// // From a channel, which another thread fills.
    /// let (sender, receiver) = std::sync::mpsc::sync_channel(4);
    /// let reader = std::thread::spawn(move || (0..8).try_for_each(|k| sender.send(batch(k))));
    /// line.fit_batches(|_| receiver.iter(), Fit::new().verbose(0))?;
    /// # reader.join().unwrap().unwrap();
    ///
    /// // A source that can fail: the run ends with its error.
    /// let broken = (0..8).map(|k| if k < 5 { Ok(batch(k)) } else { Err(format!("no file {k}")) });
    /// let error = line.fit_batches(|_| broken.clone(), Fit::new().verbose(0)).unwrap_err();
    /// assert_eq!(error.to_string(), "no file 5");
    /// assert!(line.evaluate_batches((0..8).map(batch))?.loss < 1e-3);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`fit`](Self::fit). Also if there is no batch, or if a batch is an `Err`. Each batch is checked when it
    /// arrives. An error then ends the run, and the model keeps the steps so far.
    pub fn fit_batches<F, I, V: Validation<M::Inputs, Targets<M, L>>, C: Callbacks>(
        &mut self,
        batches: F,
        fit: Fit<V, C>,
    ) -> Result<History>
    where
        F: FnMut(usize) -> I,
        I: IntoIterator<Item: TrainingBatch<M::Inputs, Targets<M, L>>>,
    {
        let Fit { settings, mut validation, callbacks } = fit;
        settings.check()?;
        let strict = settings.strict || self.strict;
        self.check_settings(strict)?;
        self.said.clear();
        if settings.validation_split != 0.0 {
            return Err(Error::setting(
                "validation_split",
                "0 where batches come from iterators",
                settings.validation_split,
            ));
        }
        if settings.sample_weight.is_some() {
            return Err(Error::setting("sample_weight", "batches `(x, y, sample_weight)` instead", "one for all"));
        }
        settings.class_weights::<M>()?;
        let mut given = None;
        let checked = Checked::new(self, &mut validation, &mut given)?;
        if let Checked::Whole(samples) = checked {
            let labelled = Labelled { samples, data: Data::Validation, first: 0, strict };
            self.check_labels(labelled)?.iter().for_each(Warning::print);
        }
        Session::new(self, &settings, callbacks).run(&mut Streams::new(batches), false, checked)
    }
}
