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
    /// `y[p] = s ⊙ x[p] + t` along the last axis. The layer is a `fold::Scale`.
    Scale {
        /// The index of the argument that names the axis or the axes of the features, if there is one. The layer folds
        /// if that is the last axis, or if there are no axes and therefore one feature. Without the argument, a list of
        /// numbers is for the features along the last axis.
        axis: Option<usize>,
        /// The index of the argument whose numbers are `t`, or make it: `t` is 0 if they are. An absent list is a `t`
        /// that the layer learns, and so is the absence of an index.
        offset: Option<usize>,
    },
    /// `y[p] = W · x[p] + b`. The weights are a `fold::Affine`.
    Affine {
        /// The features of `y`.
        units: usize,
        /// 1 if there is a `b`, else 0.
        bias: usize,
    },
    /// A convolution: `W · x + b` for each window of `x`, whose sizes are in a [`Geometry`](crate::layers::Geometry).
    /// The weights are a `fold::Affine`.
    Filters {
        /// 1 if there is a `b`, else 0.
        bias: usize,
        /// The index of the argument with the padding. Its first choice is none.
        padding: usize,
        /// The index of the argument with the size of the window.
        kernel_size: usize,
        /// The index of the argument with the strides.
        strides: usize,
        /// The way from the windows to the outputs.
        form: Filters,
    },
    /// Zeros around `x`. A convolution of the same number of axes can have them in its own geometry.
    Padding,
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

/// The ways of convolutions from windows to outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filters {
    /// A window of the input gives a place of the output.
    Windows,
    /// A place of the input adds to a window of the output.
    Transposed,
    /// As [`Windows`](Self::Windows), in two products. The weights are a `fold::Separable`.
    Separable(&'static Composed),
}

/// The layer that computes a product of two kernels at once. It has the arguments of the first layer that have the
/// same names. Numbers are places among the constants of the first layer's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Composed {
    /// The specification of the other layer.
    pub layer: &'static super::LayerSpec,
    /// The cells of a window.
    pub cells: usize,
    /// The results of the first product.
    pub products: usize,
    /// The features of the output.
    pub filters: usize,
}
