//! The lints of training. Each is printed once in a run, independent of `verbose`.

use crate::losses::{About, Losses};
use crate::{Compiled, Ends, Model, Warning, activations::Head};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The data of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Data {
    Training,
    Validation,
    Evaluation,
}

impl Data {
    /// Returns the prefix of a tensor's name in messages.
    pub(crate) fn prefix(self) -> &'static str {
        if self == Data::Validation { "validation " } else { "" }
    }
}

/// The warnings that this run has printed: lint, output and data. `fit` begins a run. Later single steps and
/// evaluations belong to the same run.
#[derive(Debug, Default)]
pub(crate) struct Said(Mutex<Vec<(&'static str, usize, Data)>>);

impl Said {
    /// Begins a run.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    /// Returns whether a warning was printed.
    pub(crate) fn contains(&self, lint: &'static str, output: usize, data: Data) -> bool {
        self.lock().contains(&(lint, output, data))
    }

    /// Notes a printed warning. Evaluations do so through a shared reference.
    pub(crate) fn insert(&self, lint: &'static str, output: usize, data: Data) {
        self.lock().push((lint, output, data));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(&'static str, usize, Data)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M: Model, O, L: Losses<M::Outputs>, K> Compiled<M, O, L, K> {
    /// Returns probable mistakes in the choice of losses. The first [`fit`](Self::fit) prints them.
    ///
    /// ```
    /// use nn::prelude::*;
    ///
    /// model! {
    ///     /// A classifier.
    ///     pub struct Classifier;
    ///
    ///     let x = Input(shape = [4]);
    ///     let class = Dense(3, activation = softmax)(x);
    ///
    ///     Model(inputs = x, outputs = class)
    /// }
    ///
    /// let model = Classifier::boxed(&mut StdRng::seed_from_u64(1)).compile(Adam::default(), MeanSquaredError);
    /// assert_eq!(model.warnings()[0].lint, "mse_on_softmax");
    /// ```
    pub fn warnings(&self) -> Vec<Warning> {
        let output = |output| Output {
            end: end::<M>(output),
            loss: self.losses.about(output),
            judged: self.losses.judges(output),
        };
        found(M::NAME, M::OUTPUT_NAMES, M::ALLOWED_LINTS, &output)
    }
}

/// An output and its loss.
struct Output {
    end: Head,
    loss: About,
    judged: bool,
}

/// Does the work of [`Compiled::warnings`] for any model: rustc would compile it again for each.
fn found(model: &str, names: &[&str], allowed: &[&str], output: &dyn Fn(usize) -> Output) -> Vec<Warning> {
    let outputs = names.iter().enumerate();
    let mut found: Vec<Warning> = outputs.filter_map(|(i, name)| warning(&output(i), name)).collect();
    if (0..names.len()).all(|i| !output(i).judged) {
        found.push(Warning {
            lint: "output_without_loss",
            message: format!("no output of `{model}` has a loss: it learns nothing"),
            help: "`compile` takes a loss such as `MeanSquaredError`",
        });
    }
    found.retain(|warning| !allowed.contains(&warning.lint));
    found
}

fn warning(Output { end, loss, .. }: &Output, name: &str) -> Option<Warning> {
    let (lint, message, help) = match (end, loss.takes_logits) {
        (Head::Softmax | Head::Sigmoid, Some(true)) => (
            "activation_under_from_logits",
            format!("the output `{name}` ends in an activation, but its loss `{}` takes logits", loss.name),
            "leave out `from_logits: true`: the loss works on the logits of a softmax or sigmoid by itself",
        ),
        (Head::Linear, Some(false)) => (
            "linear_without_from_logits",
            format!("the output `{name}` has no activation, but its loss `{}` takes probabilities", loss.name),
            "end the output in `softmax` or `sigmoid`, or set `from_logits: true`",
        ),
        (Head::Softmax, None) if loss.name == "mean_squared_error" => (
            "mse_on_softmax",
            format!("the output `{name}` ends in a softmax, and its loss is `{}`", loss.name),
            "use `CategoricalCrossentropy`, or `SparseCategoricalCrossentropy` for the numbers of classes",
        ),
        _ => return None,
    };
    Some(Warning { lint, message, help })
}

/// Returns the activation at the end of an output, in the graph or in a model that it ends with.
pub(crate) fn end<M: Model>(output: usize) -> Head {
    match M::ENDS.get(output).copied().unwrap_or_default() {
        Head::Other => <M::Graph as Ends<M::Scalar, M::Inputs>>::HEADS.get(output).copied().unwrap_or_default(),
        end => end,
    }
}
