//! The ways in which a layer folds when a model is folded for predictions.

/// The effect of a layer in a prediction, if [`Model::fold`](crate::layer::model::Model::fold) can fold it into a
/// neighbour. Numbers are places among the constants of the layer's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folding {
    /// No effect that folds.
    Nothing,
    /// `y = x`: the layer is removed.
    Identity,
    /// `y[p] = f(x[p])`: each position alone, with the same number of features.
    Position,
    /// `y[p] = s ⊙ x[p] + t` along the axis in this argument. The layer is a `fold::Scale`.
    Scale {
        /// The index of the argument.
        axis: usize,
    },
    /// `y[p] = W · x[p] + b`. The weights are a `fold::Affine`.
    Affine {
        /// The features of `y`.
        units: usize,
        /// 1 if there is a `b`, else 0.
        bias: usize,
    },
    /// The inputs behind each other along the axis in this argument. If that axis is the last one, layers that can be
    /// called on parts (`split_input` in the specification) read the inputs instead.
    Join {
        /// The index of the argument.
        axis: usize,
    },
    /// `y[p] = E[x[p]]`, a row of a table.
    Table {
        /// The length of a row.
        width: usize,
    },
    /// A recurrent layer. It begins with `W · x[t] + b` for all gates of all steps. The weights are a `fold::Affine`
    /// and begin with that kernel.
    Recurrent {
        /// The features of a step.
        features: usize,
        /// The scalars of a state.
        units: usize,
        /// The rows of all gates.
        rows: usize,
        /// The number of biases.
        bias: usize,
        /// The number of features if the input may have dropout, else 0.
        dropped: usize,
    },
    /// A layer around a recurrent one that runs it several times on the same steps, each time with its own weights.
    /// The facts about the inner layer hold for it too; the rows of all gates of one set of weights come before those
    /// of the next. The weights are a `fold::Affine` of several sets.
    Around {
        /// The number of sets of weights.
        sets: usize,
        /// The features of a step.
        features: usize,
    },
}
