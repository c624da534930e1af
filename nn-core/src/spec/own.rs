//! `layer!` for layers of a user's own.

/// Declares a layer of your own, as the library declares its layers: `my::Scale(penalty = 0.1)(x)` is a call of it in a graph.
///
/// ```
/// use nn_core::spec::{Inferred, LayerSpec, Masking, Value, rule};
/// use nn_core::{Shape, ShapeError};
///
/// nn_core::layer! {
///     /// `y = s ⊙ x`: a learned factor for each of `N` features.
///     pub struct Scale<N> {
///         /// The loss grows by `penalty · Σ |s|`.
///         pub penalty: Float = 0.0,
///     }
///
///     pub const SPEC: LayerSpec { weights: ScaleWeights<N>, masking: Masking::Passes, infer: rule!(infer) }
/// }
///
/// /// The shape stays.
/// pub const fn infer(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
///     Ok(Inferred::new(inputs[0], &Consts { N: inputs[0].rows() }.list()))
/// }
/// # fn main() {}
/// ```
///
/// Then come [`weights!`](crate::weights!) and `impl Layer`; the example `custom_layer` shows all of it. The declaration and the
/// shape rule, which is public, stand in a module and not in a function.
///
/// # Constants
///
/// `N` is a `usize` constant of the type. The shape rule finds it from the inputs and the arguments, so nobody writes it in a
/// graph. A layer has at most 8.
///
/// # Arguments
///
/// They stand in the order of a call without keywords. One that is `pub` is a field of the struct, which [`Layer`] reads. The
/// others are for the shape rule. Every layer has the arguments `name` and `trainable` as well.
///
/// | declaration | in a graph | if it is not given |
/// |---|---|---|
/// | `units: Size` | `64`, `2 * UNITS` | an error |
/// | `kernel_size: Sizes` | `3`, `(3, 5)`, `[3, N]` | an error |
/// | `axis: Int = -1`, `axes: Ints = [1, 2]` | `-1`, `(1, 2)` | the default |
/// | `use_bias: Flag = true` | `false` | the default |
/// | `pub rate: Float`, `pub epsilon: Float = 1e-3` | `0.5`, `1` | an error, the default |
/// | `mode: Choice { SUM = "sum", MAX = "max" }` | `max`, `"max"` | the first; `mode::MAX` is its index |
/// | `length: Option<Size>` | `5` | `None` for the rule |
/// | `pub kernel_initializer: Initializer = Zeros` | `he_normal` | the default |
/// | `pub kernel_regularizer: Regularizer` | `l2(0.01)` | no penalty |
/// | `pub kernel_constraint: Constraint` | `max_norm(2)` | no bound |
/// | `activation: ActivationAfter` | `relu`, `my::Swish` | nothing; it is a layer behind this one |
/// | `activity_regularizer: ActivityAfter` | `l1(0.1)` | nothing; it is a layer behind this one |
///
/// A single name in lower case is a choice. A constant in lower case is written in braces: `units = { n }`. Initializers,
/// regularizers and constraints need their keywords, whose names end in the word for what they are.
///
/// # Facts
///
/// They are fields of [`LayerSpec`](crate::spec::LayerSpec). A graph reads three of a layer of your own: `infer`, the shape rule;
/// `masking: Masking::Passes`, if the output has the mask of the inputs; and `weights`, which stands first, says which leading
/// constants the weights have and lets a shared layer be checked.
///
/// # What follows
///
/// - The struct, with `DEFAULT` if every field has a default.
/// - In a module of the constant's name: `Args(args).units()` for the shape rule, `Consts { N }.list()` and `Fields { stride }.list()`
///   for its result, and `arg::units` for the blame of an error. If the constant is called `SPEC`, they need no prefix.
/// - [`Component`](crate::Component), so that a graph may name the layer.
/// - [`Train`], with the penalties and bounds of all arguments of these kinds: `kernel_regularizer` is a penalty on the variable
///   `kernel` of the weights.
/// - [`Ends`] and [`Activates`](crate::Activates), as for a layer that has nothing to say there.
///
/// You write one of these traits yourself if its name stands at the end of the declaration: `impl Train, Ends;`. A cell of
/// `RNN` says `impl Cell;`.
///
/// [`Layer`]: crate::Layer
/// [`Train`]: crate::layer::Train
/// [`Ends`]: crate::layer::Ends
#[macro_export]
macro_rules! layer {
    ($($declaration:tt)*) => { $crate::__layer! { @own $($declaration)* } };
}
