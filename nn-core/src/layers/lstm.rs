//! LSTM: a recurrent layer with a memory that gates write to, erase and read.
//!
//! (maths follows)

use super::recurrent::{self, Places, SEED};
use crate::shape::{Shape, ShapeError};
use crate::spec::{ArgSpec, Arity, Inferred, LayerSpec, Masking, Value};

/// `LSTM(units, activation, recurrent_activation, use_bias, kernel_initializer, recurrent_initializer, bias_initializer,
/// unit_forget_bias, kernel_regularizer, recurrent_regularizer, bias_regularizer, activity_regularizer,
/// kernel_constraint, recurrent_constraint, bias_constraint, dropout, recurrent_dropout, seed, return_sequences,
/// return_state, go_backwards, stateful, unroll, zero_output_for_mask)`
pub const SPEC: LayerSpec = LayerSpec {
    name: "LSTM",
    module: "lstm",
    args: &[
        ArgSpec::size("units"),
        ArgSpec::inner_activation("activation", "Tanh"),
        ArgSpec::inner_activation("recurrent_activation", "Sigmoid"),
        ArgSpec::flag("use_bias", true),
        ArgSpec::initializer("kernel_initializer"),
        ArgSpec::initializer("recurrent_initializer"),
        ArgSpec::initializer("bias_initializer"),
        ArgSpec::flag_field("unit_forget_bias", true),
        ArgSpec::regularizer("kernel_regularizer"),
        ArgSpec::regularizer("recurrent_regularizer"),
        ArgSpec::regularizer("bias_regularizer"),
        ArgSpec::activity_regularizer(),
        ArgSpec::constraint("kernel_constraint"),
        ArgSpec::constraint("recurrent_constraint"),
        ArgSpec::constraint("bias_constraint"),
        ArgSpec::float("dropout", 0.0),
        ArgSpec::float("recurrent_dropout", 0.0),
        SEED,
        ArgSpec::flag("return_sequences", false),
        ArgSpec::flag("return_state", false),
        ArgSpec::flag_field("go_backwards", false),
        ArgSpec::flag("stateful", false),
        ArgSpec::flag("unroll", false),
        ArgSpec::flag_field("zero_output_for_mask", false),
    ],
    inputs: Arity { min: 1, max: 3 },
    call_keywords: &["initial_state"],
    masking: Masking::Reads { passes: Some(PLACES.returns) },
    consts: 7,
    weight_consts: Some(4),
    has_cache: true,
    has_scratch: true,
    infer,
    ..LayerSpec::BASE
};

const PLACES: Places = Places { dropout: 15, returns: 18 };

/// `(steps, features)`, with initial states `[h, c]` or without, to `(units,)` or `(steps, units)`, and the last states if
/// asked for. The type is `LSTM<features, units, 4 · units, use_bias, columns of the output, return_state, D>`, where `D`
/// is the features if `dropout` is given, else 0.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let n = match recurrent::sizes(args, inputs, PLACES, 2) {
        Ok(sizes) => sizes,
        Err(error) => return Err(error),
    };
    let (gates, bias) = (n.units.saturating_mul(4), args[3].as_flag() as usize);
    let consts = [n.features, n.units, gates, bias, n.positions, n.state, n.dropped];
    Ok(recurrent::outputs(args, inputs, PLACES, 2, &consts))
}

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::{Sigmoid, Tanh};
    use crate::constraints::Constraint;
    use crate::initializers::Initializer;
    use crate::layers::recurrent::replace;
    use crate::regularizers::Regularizer;
    use crate::weights;
    use nalgebra::SMatrix;

    /// A recurrent layer from `F` features to `U` units, with a memory.
    ///
    /// `G` is `4 · U`; `B` is 1 with a bias and 0 without; `P` is the number of steps with `return_sequences`, else 1; `STATE`
    /// is 1 with `return_state`; `D` is `F` if `dropout` is above 0, else 0. `A` and `R` are the activations.
    #[derive(Clone, Copy, Debug)]
    pub struct LSTM<
        const F: usize,
        const U: usize,
        const G: usize,
        const B: usize,
        const P: usize,
        const STATE: usize,
        const D: usize,
        A = Tanh,
        R = Sigmoid,
    > {
        /// Of what is written to the memory, and of the memory when it is read; Keras's default is tanh.
        pub activation: A,
        /// Of the gates; Keras's default is sigmoid.
        pub recurrent_activation: R,
        /// How the kernel starts; Keras's default is Glorot uniform.
        pub kernel_initializer: Initializer,
        /// How the recurrent kernel starts; Keras's default is orthogonal.
        pub recurrent_initializer: Initializer,
        /// How the bias starts; Keras's default is zeros.
        pub bias_initializer: Initializer,
        /// Whether the bias of the forget gate starts at 1; so by default.
        pub unit_forget_bias: bool,
        /// A penalty on the kernel; none by default.
        pub kernel_regularizer: Regularizer,
        /// A penalty on the recurrent kernel; none by default.
        pub recurrent_regularizer: Regularizer,
        /// A penalty on the bias; none by default.
        pub bias_regularizer: Regularizer,
        /// A bound on the kernel; none by default.
        pub kernel_constraint: Constraint,
        /// A bound on the recurrent kernel; none by default.
        pub recurrent_constraint: Constraint,
        /// A bound on the bias; none by default.
        pub bias_constraint: Constraint,
        /// The part of the input that is set to zero while training; 0 by default.
        pub dropout: f64,
        /// The part of the state that is set to zero where it enters a gate, while training; 0 by default.
        pub recurrent_dropout: f64,
        /// Whether it goes from the last step to the first; not by default.
        pub go_backwards: bool,
        /// Whether the output of a masked step is zero instead of that of the step before; not by default.
        pub zero_output_for_mask: bool,
    }

    impl<
        const F: usize,
        const U: usize,
        const G: usize,
        const B: usize,
        const P: usize,
        const STATE: usize,
        const D: usize,
    > LSTM<F, U, G, B, P, STATE, D>
    {
        /// Keras's defaults.
        pub const DEFAULT: Self = LSTM {
            activation: Tanh,
            recurrent_activation: Sigmoid,
            kernel_initializer: Initializer::GlorotUniform,
            recurrent_initializer: Initializer::Orthogonal { gain: 1.0 },
            bias_initializer: Initializer::Zeros,
            unit_forget_bias: true,
            kernel_regularizer: Regularizer::NONE,
            recurrent_regularizer: Regularizer::NONE,
            bias_regularizer: Regularizer::NONE,
            kernel_constraint: Constraint::None,
            recurrent_constraint: Constraint::None,
            bias_constraint: Constraint::None,
            dropout: 0.0,
            recurrent_dropout: 0.0,
            go_backwards: false,
            zero_output_for_mask: false,
        };
    }

    impl<
        const F: usize,
        const U: usize,
        const G: usize,
        const B: usize,
        const P: usize,
        const STATE: usize,
        const D: usize,
        A: Copy,
        R: Copy,
    > LSTM<F, U, G, B, P, STATE, D, A, R>
    {
        /// The same layer with another activation.
        pub const fn activation<N>(self, activation: N) -> LSTM<F, U, G, B, P, STATE, D, N, R> {
            replace!(LSTM, self, activation, [recurrent_activation, unit_forget_bias])
        }

        /// The same layer with another activation of the gates.
        pub const fn recurrent_activation<N>(self, recurrent_activation: N) -> LSTM<F, U, G, B, P, STATE, D, A, N> {
            replace!(LSTM, self, recurrent_activation, [activation, unit_forget_bias])
        }
    }

    weights! {
        /// The weights of an [`LSTM`]. The gates stand behind each other in the order `i`, `f`, `g`, `o` (Keras's i, f, c, o).
        pub struct LSTMWeights<T, const F: usize, const U: usize, const G: usize, const B: usize> {
            /// `W`: one row per unit of each gate, one column per feature. Keras's `(features, 4 · units)` has the same bytes.
            kernel: SMatrix<T, G, F> => [F, G],
            /// `V`: one row per unit of each gate, one column per unit of the state.
            recurrent_kernel: SMatrix<T, G, U> => [U, G],
            /// `b`: one column, or none without a bias.
            bias: SMatrix<T, G, B> => [G],
        }
    }
}
