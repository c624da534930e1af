//! GRU: a recurrent layer whose gates say how much of its state is replaced.
//!
//! (maths follows)

use super::recurrent::{self, Places, SEED};
use crate::shape::{Shape, ShapeError};
use crate::spec::{ArgSpec, Arity, Inferred, LayerSpec, Masking, Value};

/// `GRU(units, activation, recurrent_activation, use_bias, kernel_initializer, recurrent_initializer, bias_initializer,
/// kernel_regularizer, recurrent_regularizer, bias_regularizer, activity_regularizer, kernel_constraint,
/// recurrent_constraint, bias_constraint, dropout, recurrent_dropout, seed, return_sequences, return_state, go_backwards,
/// stateful, unroll, reset_after, zero_output_for_mask)`
pub const SPEC: LayerSpec = LayerSpec {
    name: "GRU",
    module: "gru",
    args: &[
        ArgSpec::size("units"),
        ArgSpec::inner_activation("activation", "Tanh"),
        ArgSpec::inner_activation("recurrent_activation", "Sigmoid"),
        ArgSpec::flag("use_bias", true),
        ArgSpec::initializer("kernel_initializer"),
        ArgSpec::initializer("recurrent_initializer"),
        ArgSpec::initializer("bias_initializer"),
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
        ArgSpec::flag_field("reset_after", true),
        ArgSpec::flag_field("zero_output_for_mask", false),
    ],
    inputs: Arity { min: 1, max: 2 },
    call_keywords: &["initial_state"],
    masking: Masking::Reads { passes: Some(PLACES.returns) },
    consts: 7,
    weight_consts: Some(4),
    has_cache: true,
    has_scratch: true,
    infer,
    ..LayerSpec::BASE
};

const PLACES: Places = Places { dropout: 14, returns: 17 };

/// `(steps, features)`, with an initial state `[h]` or without, to `(units,)` or `(steps, units)`, and the last state if
/// asked for. The type is `GRU<features, units, 3 · units, columns of the bias, columns of the output, return_state, D>`;
/// the bias has 2 columns with `reset_after` and 1 without, and `D` is the features if `dropout` is given, else 0.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let n = match recurrent::sizes(args, inputs, PLACES, 1) {
        Ok(sizes) => sizes,
        Err(error) => return Err(error),
    };
    let bias = if args[3].as_flag() { 1 + args[22].as_flag() as usize } else { 0 };
    let consts = [n.features, n.units, n.units.saturating_mul(3), bias, n.positions, n.state, n.dropped];
    Ok(recurrent::outputs(args, inputs, PLACES, 1, &consts))
}

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::{Sigmoid, Tanh};
    use crate::constraints::Constraint;
    use crate::initializers::Initializer;
    use crate::layers::recurrent::replace;
    use crate::regularizers::Regularizer;
    use crate::scalar::Scalar;
    use crate::shape::Shape;
    use crate::weights::{Path, Variable, Weights};
    use nalgebra::SMatrix;

    /// A recurrent layer from `F` features to `U` units, whose gates say how much of the state is replaced.
    ///
    /// `G` is `3 · U`; `NB` is the number of columns of the bias: 2 with `reset_after`, 1 without, 0 without a bias; `P` is the
    /// number of steps with `return_sequences`, else 1; `STATE` is 1 with `return_state`; `D` is `F` if `dropout` is above 0,
    /// else 0. `A` and `R` are the activations.
    #[derive(Clone, Copy, Debug)]
    pub struct GRU<
        const F: usize,
        const U: usize,
        const G: usize,
        const NB: usize,
        const P: usize,
        const STATE: usize,
        const D: usize,
        A = Tanh,
        R = Sigmoid,
    > {
        /// Of the candidate for the new state; Keras's default is tanh.
        pub activation: A,
        /// Of the gates; Keras's default is sigmoid.
        pub recurrent_activation: R,
        /// How the kernel starts; Keras's default is Glorot uniform.
        pub kernel_initializer: Initializer,
        /// How the recurrent kernel starts; Keras's default is orthogonal.
        pub recurrent_initializer: Initializer,
        /// How the bias starts; Keras's default is zeros.
        pub bias_initializer: Initializer,
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
        /// Whether the reset gate acts after the product with the recurrent kernel instead of before; so by default. With a
        /// bias, `NB` says the same, and decides.
        pub reset_after: bool,
        /// Whether the output of a masked step is zero instead of that of the step before; not by default.
        pub zero_output_for_mask: bool,
    }

    impl<
        const F: usize,
        const U: usize,
        const G: usize,
        const NB: usize,
        const P: usize,
        const STATE: usize,
        const D: usize,
    > GRU<F, U, G, NB, P, STATE, D>
    {
        /// Keras's defaults.
        pub const DEFAULT: Self = GRU {
            activation: Tanh,
            recurrent_activation: Sigmoid,
            kernel_initializer: Initializer::GlorotUniform,
            recurrent_initializer: Initializer::Orthogonal { gain: 1.0 },
            bias_initializer: Initializer::Zeros,
            kernel_regularizer: Regularizer::NONE,
            recurrent_regularizer: Regularizer::NONE,
            bias_regularizer: Regularizer::NONE,
            kernel_constraint: Constraint::None,
            recurrent_constraint: Constraint::None,
            bias_constraint: Constraint::None,
            dropout: 0.0,
            recurrent_dropout: 0.0,
            go_backwards: false,
            reset_after: NB != 1,
            zero_output_for_mask: false,
        };
    }

    impl<
        const F: usize,
        const U: usize,
        const G: usize,
        const NB: usize,
        const P: usize,
        const STATE: usize,
        const D: usize,
        A: Copy,
        R: Copy,
    > GRU<F, U, G, NB, P, STATE, D, A, R>
    {
        /// The same layer with another activation.
        pub const fn activation<N>(self, activation: N) -> GRU<F, U, G, NB, P, STATE, D, N, R> {
            replace!(GRU, self, activation, [recurrent_activation, reset_after])
        }

        /// The same layer with another activation of the gates.
        pub const fn recurrent_activation<N>(self, recurrent_activation: N) -> GRU<F, U, G, NB, P, STATE, D, A, N> {
            replace!(GRU, self, recurrent_activation, [activation, reset_after])
        }
    }

    /// The weights of a [`GRU`]. The gates stand behind each other in the order `z`, `r`, `h`.
    #[repr(C)]
    #[derive(Clone, Debug, PartialEq)]
    pub struct GRUWeights<T, const F: usize, const U: usize, const G: usize, const NB: usize> {
        /// `W`: one row per unit of each gate, one column per feature. Keras's `(features, 3 · units)` has the same bytes.
        pub kernel: SMatrix<T, G, F>,
        /// `V`: one row per unit of each gate, one column per unit of the state.
        pub recurrent_kernel: SMatrix<T, G, U>,
        /// `b`: no column without a bias; one without `reset_after`; else one for the kernel and one for the recurrent kernel.
        pub bias: SMatrix<T, G, NB>,
    }

    // Written out because the rank of the bias depends on `NB`.
    // SAFETY: `repr(C)`, and the fields are matrices of `T`.
    unsafe impl<T: Scalar, const F: usize, const U: usize, const G: usize, const NB: usize> Weights<T>
        for GRUWeights<T, F, U, G, NB>
    {
        const LAYERS: usize = 1;
        const NON_TRAINABLE: usize = 0;

        fn variables(path: &Path<'_>, visit: &mut dyn FnMut(&Variable<'_>)) {
            visit(&Variable::new(path, "kernel", Shape::new(&[F, G])));
            visit(&Variable::new(path, "recurrent_kernel", Shape::new(&[U, G])));
            match NB {
                0 => {}
                1 => visit(&Variable::new(path, "bias", Shape::new(&[G]))),
                _ => visit(&Variable::new(path, "bias", Shape::new(&[NB, G]))),
            }
        }
    }
}
