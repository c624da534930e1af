//! `layer!` for users' own layers.

/// Declares a layer of your own, in the same way as the library declares its layers. `my::Scale(penalty = 0.1)(x)`
/// calls it in a graph.
///
/// ```
/// use nn_core::layer::*;
///
/// nn_core::layer! {
///     /// `y = s ⊙ x`: a learned factor for each feature.
///     #[example = "let y = my::Scale(penalty = 0.1)(x); // [8] → [8]"]
///     /// `N` is the number of features.
///     #[doc(alias = "Gain")]
///     pub struct Scale<N> {
///         /// The factor of the absolute values, whose sum is added to the loss.
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
/// [`layer`](mod@crate::layer) has all names that such a page needs. [`weights!`](crate::weights!) and `impl Layer`
/// follow; the example `custom_layer` shows all of it. The declaration and the shape rule, which is public, must be in
/// a module, not in a function.
///
/// A layer with arguments of several kinds, and its complete code:
///
/// ```
/// use nn_core::layer::*;
///
/// nn_core::layer! {
///     /// `y = W x + b` at every position, from `I` features to `O`; `B` is 1 with a bias and 0 without.
///     pub struct Affine<I, O, B> {
///         /// The features of the output.
///         units: Size,
///         /// Whether there is a bias.
///         use_bias: Flag = true,
///         /// The initial kernel.
///         pub kernel_initializer: Initializer = GlorotUniform,
///         /// A penalty on the kernel.
///         pub kernel_regularizer: Regularizer,
///     }
///
///     pub const SPEC: LayerSpec { weights: AffineWeights<I, O, B>, masking: Masking::Passes, infer: rule!(infer) }
/// }
///
/// nn_core::weights! {
///     /// The weights of an [`Affine`].
///     pub struct AffineWeights<T, const I: usize, const O: usize, const B: usize> {
///         /// One row for each feature of the output.
///         kernel: SMatrix<T, O, I> => [I, O],
///         /// A column, or none.
///         bias: SMatrix<T, O, B> => [O],
///     }
/// }
///
/// /// The last axis has `units` features.
/// pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
///     let (args, x) = (Args(args), inputs[0]);
///     let consts = Consts { I: x.rows(), O: args.units(), B: args.use_bias() as usize };
///     Ok(Inferred::new(x.with_last(args.units()), &consts.list()))
/// }
///
/// // A tensor of features at `P` positions: features are the rows.
/// impl<T: Scalar, const I: usize, const O: usize, const B: usize, const P: usize> Layer<T, SMatrix<T, I, P>>
///     for Affine<I, O, B>
/// {
///     type Output = SMatrix<T, O, P>;
///     type Weights = AffineWeights<T, I, O, B>;
///     type Scratch<S: Storage> = ();
///     type Cache<S: Storage> = ();
///
///     fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
///         self.kernel_initializer.fill(w.kernel.as_mut_slice(), &[I, O], Fans::new(I, O), rng);
///     }
///
///     fn forward<S: Storage>(
///         &self,
///         w: &Self::Weights,
///         x: &[SMatrix<T, I, P>],
///         y: &mut [SMatrix<T, O, P>],
///         _: Pass<'_, '_, T, (), ()>,
///     ) {
///         for (x, y) in x.iter().zip(y) {
///             *y = w.kernel * x;
///             for bias in w.bias.column_iter() {
///                 y.column_iter_mut().for_each(|mut y| y += bias);
///             }
///         }
///     }
///
///     fn backward<S: Storage>(
///         &self,
///         w: &Self::Weights,
///         x: &[SMatrix<T, I, P>],
///         _: &[SMatrix<T, O, P>],
///         dy: &[SMatrix<T, O, P>],
///         _: Memory<'_, T, ()>,
///         dx: Option<&mut [SMatrix<T, I, P>]>,
///         dw: Option<&mut Self::Weights>,
///     ) {
///         // Gradients are added to the old contents. `None` is an unwanted gradient.
///         for (dx, dy) in dx.into_iter().flatten().zip(dy) {
///             *dx += w.kernel.transpose() * dy;
///         }
///         if let Some(dw) = dw {
///             for (x, dy) in x.iter().zip(dy) {
///                 dw.kernel += dy * x.transpose();
///                 dw.bias.column_iter_mut().for_each(|mut bias| bias += dy.column_sum());
///             }
///         }
///     }
/// }
/// # fn main() {}
/// ```
///
/// A graph calls it `my::Affine(7, use_bias = false, kernel_initializer = he_normal)(x)`.
///
/// # Constants
///
/// `N` is a `usize` constant of the type. The shape rule finds it from the inputs and the arguments, so a graph does
/// not write it. A layer has at most 8 constants.
///
/// # Arguments
///
/// They stand in the order of a call without keywords. A `pub` argument is a field of the struct, which [`Layer`]
/// reads. The others are for the shape rule. Initializers, regularizers and constraints are always `pub`, because the
/// layer's initialization and training read them. Every layer also has the arguments `name` and `trainable`.
///
/// | declaration | in a graph | if it is not given | in the rule |
/// |---|---|---|---|
/// | `units: Size` | `64`, `2 * UNITS` | an error | `usize` |
/// | `kernel_size: Sizes` | `3`, `(3, 5)`, `[3, N]` | an error | `Shape` |
/// | `axis: Int = -1`, `axes: Ints = [1, 2]` | `-1`, `(1, 2)` | the default | `i64`, `&[i64]` |
/// | `use_bias: Flag = true` | `false` | the default | `bool` |
/// | `pub rate: Float`, `pub epsilon: Float = 1e-3` | `0.5`, `1` | an error, the default | `Option<f64>` |
/// | `mode: Choice { SUM = "sum", MAX = "max" }` | `max`, `"max"` | the first | `usize`: `mode::MAX` is the index of `max` |
/// | `length: Option<Size>`, `strides: Option<Sizes>` | `5`, `(2, 3)` | `None` for the rule | `Option<usize>`, `Option<Shape>` |
/// | `pub kernel_initializer: Initializer = Zeros` | `he_normal` | the default | nothing |
/// | `pub kernel_regularizer: Regularizer` | `l2(0.01)` | no penalty | nothing |
/// | `pub kernel_constraint: Constraint` | `max_norm(2)` | no bound | nothing |
/// | `activation: ActivationAfter` | `relu`, `my::Swish` | nothing; it is a layer behind this one | nothing |
/// | `activity_regularizer: ActivityAfter` | `l1(0.1)` | nothing; it is a layer behind this one | nothing |
///
/// A [`Value::Float`](crate::spec::Value) may be absent, so the rule reads an `Option`.
///
/// A single name in lower case is a choice. A constant in lower case is written in braces: `units = { n }`.
/// Initializers, regularizers and constraints need keywords, whose names end in `initializer`, `regularizer` or
/// `constraint`.
///
/// # Facts
///
/// They are written like fields of [`LayerSpec`](crate::spec::LayerSpec). A graph reads four facts of a layer of your
/// own, and refuses the others:
///
/// - `weights: ScaleWeights<N>` stands first. It says which leading constants the weights have, and allows a check of
///   shared layers. Weights are named like their layer, with the suffix `Weights`.
/// - `inputs: Arity::TWO`, for a layer that is called on two tensors, `my::Gate()([a, b])`. It then implements
///   [`Layer`] for a tuple, `Layer<T, (SMatrix<T, N, P>, SMatrix<T, N, P>)>`, and the rule sees two shapes.
///   `Arity::ONE` is the default.
/// - `masking: Masking::Passes`, if the output has the mask of the input (of the first, if there are several).
///   `Masking::Reads { passes: None, both: None }`, if the layer reads the mask and its output has none. The default
///   is `Masking::Drops`. The lint [`dropped_mask`](crate::spec::lints::dropped_mask) reports it if there is a mask.
/// - `infer: rule!(infer)`, the shape rule.
///
/// # The shape rule
///
/// It is a `pub const fn`. An error names the input or the argument to blame, and the compiler points to it:
///
/// ```ignore
/// let message = nn::text::Text::new().str("expected ").shape(&inputs[0]);
/// return Err(ShapeError::input(nn::Code::ShapeMismatch, 1, message)); // the second input
/// return Err(ShapeError::argument(nn::Code::OutOfRange, arg::units, message));
/// ```
///
/// A number that the rule finds and that is no constant of the type, for example a stride, is a field of the struct.
/// It stands behind the arguments: `pub rule { /** The distance. */ stride, }`. The rule then ends in
/// `Ok(Inferred::new(output, &consts).with(&Fields { stride }.list()))`.
///
/// # Documentation
///
/// The page of the struct has the documentation and then a table of the arguments: kind, default and meaning. The
/// meaning is the documentation of an argument, in one paragraph. A bar in it is written `\|`.
///
/// `#[example = ".."]` adds lines of a graph. The documentation behind them stands below the table, for the constants
/// of the type. `#[doc(alias = "..")]` comes last: another name for the search.
///
/// # Generated items
///
/// - The struct, with `DEFAULT` if every field has a default.
/// - In a module with the constant's name: `Args(args).units()` for the shape rule, `Consts { N }.list()` and
///   `Fields { stride }.list()` for its result, and `arg::units` for the blame of an error. If the constant is called
///   `SPEC`, they need no prefix. Two layers in one module have constants with different names, such as `AFFINE` and
///   `GATE`; then write `AFFINE::Args(args)`.
/// - [`Component`](crate::Component), so that a graph may name the layer.
/// - [`Train`], with the penalties and bounds in the arguments: `kernel_regularizer` is a penalty on the variable
///   `kernel` of the weights.
/// - [`Ends`] and [`Activates`](crate::Activates), with their defaults.
///
/// `impl Folds;` at the end says that another layer replaces it in a folded model: see [`Folds`](crate::layer::Folds).
///
/// To write one of these traits yourself, put its name at the end of the declaration: `impl Train, Ends;`. A cell of
/// `RNN` says `impl Cell;`.
///
/// [`Layer`]: crate::Layer
/// [`Train`]: crate::layer::Train
/// [`Ends`]: crate::layer::Ends
#[macro_export]
macro_rules! layer {
    ($($declaration:tt)*) => { $crate::__layer! { @own $($declaration)* } };
}
