//! The metrics.
//!
//! A metric implements [`MetricOn`] for the targets and predictions that it can compare. [`Metrics`] spreads metrics
//! over the outputs of a model. Only metrics in [`Weighted`] use the weights of samples, as in Keras. Losses are
//! metrics too, under their own names. [`confusion_matrix`] is a function, because a table is not a number. No metric
//! counts a sample or position of weight 0 whose label is missing: NaN, or no class of the output.
//!
//! If an output has a mask, some metrics skip the positions that do not count: the accuracies, the losses, [`Mse`],
//! [`Mae`] and the cosine similarity. All others use every position, as in Keras: [`Precision`], [`Recall`], [`Auc`],
//! [`F1Score`], [`R2Score`] and [`RootMeanSquaredError`].
//!
//! If the loss of an output takes logits (`from_logits`), its metrics are told so. A threshold applies to
//! probabilities: [`Accuracy`], [`BinaryAccuracy`], [`Precision`], [`Recall`] and [`F1Score`] compare it with the
//! logit of that probability, which is 0 for 1/2. A threshold that is not a probability is already a logit. [`Auc`]
//! and the cross-entropies use the probabilities. Keras compares the logits themselves with the threshold.

mod counts;
mod logits;
mod mean;
mod of_losses;
mod outputs;
mod position;

pub use counts::Counts;
pub use mean::Mean;
pub use of_losses::*;
#[doc(hidden)]
pub use outputs::Zip;
pub use outputs::{MetricSet, Metrics};

use crate::activations::Head;

/// Writes the methods of a metric that counts each position of a sample: both are `update_positions`.
macro_rules! counts_positions {
    ($state:ty; $rows:ident) => {
        fn update(
            &self,
            state: &mut $state,
            target: &SMatrix<Y, $rows, P>,
            prediction: &SMatrix<T, $rows, P>,
            weight: f64,
        ) {
            self.update_positions(Head::Other, state, target, prediction, P, &|_| weight, None);
        }

        fn update_logits(
            &self,
            link: Head,
            state: &mut $state,
            target: &SMatrix<Y, $rows, P>,
            prediction: &SMatrix<T, $rows, P>,
            weight: f64,
            _: Option<&[u32]>,
        ) {
            self.update_positions(link, state, target, prediction, P, &|_| weight, None);
        }
    };
}

/// The list of metrics: the only place besides its own page that a new metric changes.
macro_rules! metrics {
    ($($module:ident),* $(,)?) => {
        $(mod $module;)*
        pub use self::{$($module::*),*};
    };
}

metrics! {
    accuracy,
    auc,
    binary_accuracy,
    categorical_accuracy,
    confusion_counts,
    confusion_matrix,
    cosine_similarity,
    f1_score,
    mae,
    mse,
    precision,
    r2_score,
    recall,
    root_mean_squared_error,
    sensitivity_specificity,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
    weighted,
}

/// Gives metrics the constructor that losses have.
macro_rules! new {
    ($($name:ident)*) => {$(
        impl $name {
            /// Creates the metric with Keras's defaults.
            pub fn new() -> Self {
                Self::default()
            }
        }
    )*};
}

new! {
    Accuracy BinaryAccuracy CategoricalAccuracy FalseNegatives FalsePositives Mae Mse Precision Recall RootMeanSquaredError SparseCategoricalAccuracy
    SparseTopKCategoricalAccuracy TopKCategoricalAccuracy TrueNegatives TruePositives
}

/// A metric. [`MetricOn`] says which samples it can compare.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a metric",
    note = "a metric of your own implements `nn::metrics::Metric` and `nn::metrics::MetricOn<P, Y>`",
    note = "explained in nn::errors::nn0503"
)]
pub trait Metric: Clone {
    /// The state over the batches of an epoch; most metrics use a [`Mean`].
    type State: Default + Clone;

    /// Whether it uses the weights of samples: `true` only for metrics in [`Weighted`].
    const WEIGHTED: bool = false;

    /// Returns the name for reports.
    fn name(&self) -> &'static str;

    /// Returns the value so far.
    fn result(&self, state: &Self::State) -> f64;
}

/// A metric that can compare predictions `P` with targets `Y`.
#[diagnostic::on_unimplemented(
    message = "the metric `{Self}` cannot compare outputs and targets of these types",
    note = "explained in nn::errors::nn0503"
)]
pub trait MetricOn<P, Y>: Metric {
    /// Adds one sample, with its weight.
    fn update(&self, state: &mut Self::State, target: &Y, prediction: &P, weight: f64);

    /// Adds one sample of an output with a mask: one number for each position, 0 if it does not count. By default,
    /// every position counts.
    fn update_masked(&self, state: &mut Self::State, target: &Y, prediction: &P, weight: f64, mask: &[u32]) {
        let _ = mask;
        self.update(state, target, prediction, weight);
    }

    /// Adds one sample of an output whose loss takes logits; `link` turns the predictions into probabilities. By
    /// default, the metric measures the logits as they are. A metric of probabilities converts them first.
    fn update_logits(
        &self,
        link: Head,
        state: &mut Self::State,
        target: &Y,
        prediction: &P,
        weight: f64,
        mask: Option<&[u32]>,
    ) {
        let _ = link;
        match mask {
            Some(mask) => self.update_masked(state, target, prediction, weight, mask),
            None => self.update(state, target, prediction, weight),
        }
    }

    /// Adds one sample with a weight for each of its positions, of an output as in
    /// [`update_logits`](Self::update_logits). By default, the sample has the mean of the weights. A position of weight
    /// 0 may have no valid label.
    fn update_positions(
        &self,
        link: Head,
        state: &mut Self::State,
        target: &Y,
        prediction: &P,
        positions: usize,
        weight: &dyn Fn(usize) -> f64,
        mask: Option<&[u32]>,
    ) {
        let sum: f64 = (0..positions).map(weight).sum();
        self.update_logits(link, state, target, prediction, sum / positions.max(1) as f64, mask);
    }
}
