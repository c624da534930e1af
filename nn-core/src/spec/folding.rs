//! What can be folded away when a model is folded for predictions.

/// What a prediction with a layer amounts to, as far as [`Model::fold`](crate::layer::model::Model::fold) can fold it
/// into a neighbour. Numbers are places among the constants of the layer's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folding {
    /// Nothing that can be folded.
    Nothing,
    /// `y = x`: it is left out.
    Identity,
    /// `y[p] = f(x[p])`: each position alone, whose number of features stays.
    Position,
    /// `y[p] = s ⊙ x[p] + t` along the axis that this argument gives. The layer is a `fold::Scale`.
    Scale {
        /// The index of the argument.
        axis: usize,
    },
    /// `y[p] = W · x[p] + b`. The weights are a `fold::Affine`.
    Affine {
        /// The features of `y`.
        units: usize,
        /// Whether there is a `b`: 1 or 0.
        bias: usize,
    },
    /// The inputs, one behind the other along the axis that this argument gives. What can be called on parts
    /// (`split_input` in the specification) reads them instead, if that axis is the last one.
    Join {
        /// The index of the argument.
        axis: usize,
    },
    /// `y[p] = E[x[p]]`, a row of a table.
    Table {
        /// The length of a row.
        width: usize,
    },
    /// A recurrent layer, which begins with `W · x[t] + b` for all gates of all steps. The weights are a
    /// `fold::Affine`, whose kernel is what they begin with.
    Recurrent {
        /// The features of a step.
        features: usize,
        /// The scalars of a state.
        units: usize,
        /// The rows of all gates.
        rows: usize,
        /// How many biases there are.
        bias: usize,
        /// The features if a part of the input is dropped, else 0.
        dropped: usize,
    },
    /// A layer around a recurrent one that runs it several times on the same steps, each time with weights of its own:
    /// what holds for the layer inside holds for it, with the rows of all gates of one set of weights above those of
    /// the next. The weights are a `fold::Affine` of so many sets.
    Around {
        /// How many sets of weights there are.
        sets: usize,
        /// The features of a step.
        features: usize,
    },
}
