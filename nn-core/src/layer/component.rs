//! [`Component`]: what a path in a graph stands for.

/// What a path in a graph stands for: in `my::Scale::<64>()(x)` the layer is `<my::Scale::<64> as Component>::Layer`.
///
/// A layer of your own stands for itself (`type Layer = Self`); a model stands for a type without size that `model!`
/// writes. Beside this trait the macro calls two associated functions on the layer type, `new(..)` with the arguments of
/// the call, and the `const fn output_shape(inputs: &[Shape]) -> Result<Shape, ShapeError>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a model nor a layer",
    label = "a call in a graph names a layer of the library, a model, or a layer of your own",
    note = "a layer of your own implements `nn::Component` with `type Layer = Self`",
    note = "explained in nn::errors::nn0506"
)]
pub trait Component {
    /// The layer.
    type Layer;
    /// Whether it is a model; `model!` says so. A folded model then has its folded form in its place.
    #[doc(hidden)]
    const MODEL: bool = false;
    /// Whether the first output has the mask of the first input, whose positions it then has. The layer reads the masks of
    /// its inputs by [`Memory::mask`](crate::Memory::mask). If it hands on none, what follows takes the masked positions for
    /// data, and the lint [`dropped_mask`](crate::spec::lints::dropped_mask) says so.
    const PASSES_MASK: bool = false;
}
