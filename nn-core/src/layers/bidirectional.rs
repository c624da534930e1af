//! Bidirectional: a recurrent layer and its mirror image, which reads the sequence from the end.
//!
//! (maths follows)

use crate::code::Code;
use crate::shape::{Shape, ShapeError};
use crate::spec::{ArgSpec, Arity, Inferred, LayerSpec, MAX_OUTPUTS, Masking, Value};
use crate::text::Text;

/// `Bidirectional(layer, merge_mode)`
pub const SPEC: LayerSpec = LayerSpec {
    name: "Bidirectional",
    module: "bidirectional",
    args: &[ArgSpec::layer(), ArgSpec::choice("merge_mode", &["concat", "sum", "mul", "ave", "None"])],
    inputs: Arity { min: 1, max: 5 },
    call_keywords: &["initial_state"],
    masking: Masking::Reads { passes: None },
    consts: 6,
    has_cache: true,
    has_scratch: true,
    infer,
    inner: Some(inner),
    ..LayerSpec::BASE
};

/// The index of `concat`, which doubles the features.
const CONCAT: usize = 0;
/// The index of `sum`.
#[cfg(feature = "compute")]
const SUM: usize = 1;
/// The index of `mul`.
#[cfg(feature = "compute")]
const MUL: usize = 2;
/// The index of `ave`.
#[cfg(feature = "compute")]
const AVE: usize = 3;
/// The index of `None`, which leaves both outputs as they are.
const NONE: usize = 4;

/// What the layer that reads forwards is called on: the sequence, and the first half of the initial states.
pub const fn inner(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let states = inputs.len() - 1;
    if states % 2 == 1 {
        let message = Text::new().str("expected initial states of both directions, `[h, h_back]` or ");
        return Err(ShapeError::input(
            Code::InputCount,
            states,
            message.str("`[h, c, h_back, c_back]`, but got ").size(states),
        ));
    }
    Ok(Inferred::many(inputs.split_at(1 + states / 2).0, &[]))
}

/// The merged outputs of both directions, or both of them; then, if the layer has `return_state`, its last states and those
/// of its mirror image. The type is `Bidirectional<_, merge_mode, features, units, rows of y, columns of y, states>`.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (layer, mode) = (args[0].as_layer(), args[1].as_choice());
    let (y, states) = (layer.output(0), layer.outputs().len() - 1);
    if inputs[0].rank() != 2 || y.rank() == 0 || y.rank() > 2 || states > 2 {
        let message = Text::new().str("expected a recurrent layer: `SimpleRNN`, `LSTM` or `GRU`");
        return Err(ShapeError::argument(Code::LayerInside, 0, message));
    }
    // The rule of the layer has looked at the first half of the initial states.
    let (mut i, half) = (1 + (inputs.len() - 1) / 2, (inputs.len() - 1) / 2);
    while i < inputs.len() {
        if !inputs[i].equals(&inputs[i - half]) {
            let message = Text::new().str("expected an initial state of shape ").shape(&inputs[i - half]);
            return Err(ShapeError::input(Code::ShapeMismatch, i, message.str(", but got ").shape(&inputs[i])));
        }
        i += 1;
    }
    let units = y.rows();
    let merged = if mode == CONCAT { y.with_last(units.saturating_mul(2)) } else { y };
    let (mut outputs, mut count) = ([merged; MAX_OUTPUTS], if mode == NONE { 2 } else { 1 });
    i = 0;
    while i < 2 * states {
        outputs[count] = layer.output(1 + i % states);
        count += 1;
        i += 1;
    }
    let consts = [mode, inputs[0].dim(1), units, merged.rows(), y.cols(), 2 * states];
    Ok(Inferred::many(outputs.split_at(count).0, &consts))
}

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::scalar::Scalar;
    use crate::weights::{Path, Variable, Weights};

    /// The recurrent layer `L` in both directions, over steps of `F` features, with `U` units in each direction.
    ///
    /// `MODE` is the index of the merge mode in Keras's order; the output has `O` rows and `P` columns; `STATES` is the number
    /// of last states that are outputs.
    #[derive(Clone, Copy, Debug)]
    pub struct Bidirectional<
        L,
        const MODE: usize,
        const F: usize,
        const U: usize,
        const O: usize,
        const P: usize,
        const STATES: usize,
    > {
        /// The layer that reads forwards. Its mirror image has the same arguments.
        pub layer: L,
    }

    impl<L, const MODE: usize, const F: usize, const U: usize, const O: usize, const P: usize, const STATES: usize>
        Bidirectional<L, MODE, F, U, O, P, STATES>
    {
        /// Around a layer.
        pub const fn new(layer: L) -> Self {
            Bidirectional { layer }
        }
    }

    /// The weights of a [`Bidirectional`]: those of the layer, and those of its mirror image.
    #[repr(C)]
    #[derive(Clone, Debug, PartialEq)]
    pub struct BidirectionalWeights<W> {
        /// Of the layer that reads forwards.
        pub forward: W,
        /// Of the one that reads backwards.
        pub backward: W,
    }

    // SAFETY: `repr(C)`, and both fields are `Weights<T>`.
    unsafe impl<T: Scalar, W: Weights<T>> Weights<T> for BidirectionalWeights<W> {
        // The two directions are one layer of the graph: they are frozen together.
        const LAYERS: usize = 1;
        const NON_TRAINABLE: usize = 2 * W::NON_TRAINABLE;

        fn variables(path: &Path<'_>, visit: &mut dyn FnMut(&Variable<'_>)) {
            W::variables(&path.join("forward"), visit);
            W::variables(&path.join("backward"), visit);
        }
    }
}
