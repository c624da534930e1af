//! The ways in which a layer computes a sequence step by step.

use super::LayerSpec;

/// The computation of a call on a sequence if its steps come one at a time. Numbers are places of arguments.
///
/// A stream computes the layer on one step, whose shape is that of the sequence with a first axis of 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Streaming {
    /// It cannot: the reason, as the end of a sentence.
    Refuses(&'static str),
    /// Each step of the output depends on the same step of the inputs, and on nothing else.
    Steps,
    /// As [`Steps`](Self::Steps), if the axis or the axes in this argument are not the axis of the steps.
    Axis {
        /// The axis.
        axis: usize,
    },
    /// As [`Steps`](Self::Steps), if one of the axes in this argument is the axis of the steps.
    Shared {
        /// The axes.
        axes: usize,
    },
    /// A recurrent layer. The stream keeps its states.
    Recurrent {
        /// The flag for the output of all steps.
        sequences: usize,
        /// The flag for the reverse direction.
        backwards: usize,
        /// The type that the expansion writes around the layer.
        around: &'static str,
    },
    /// Windows that slide over the steps. The stream keeps the last steps, and computes the layer on one window.
    Window {
        /// The cells of the window.
        size: usize,
        /// The steps from one window to the next; those of a window if absent.
        strides: usize,
        /// The steps from one cell to the next.
        dilation: Option<usize>,
        /// The padding, whose first choice is none.
        padding: usize,
        /// The choice of zeros before the first step only.
        causal: Option<usize>,
        /// The layer that keeps the steps and makes the window. Its arguments are the size, the strides, the dilation,
        /// and whether the padding is causal.
        by: &'static LayerSpec,
    },
}
