//! [`Component`]: what a path in a graph stands for.

/// What a path in a graph stands for: in `my::Scale(penalty = 0.1)(x)` the layer is a
/// `<my::Scale as Component>::Layer<..>`, with the constants that the shape rule found.
///
/// [`layer!`](crate::layer!) implements it for a layer of your own. `model!` implements it for a model, which stands for a type
/// without size and ignores the constants. The two also write the functions that a graph calls: of a shape rule, and of a value.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a model nor a layer",
    label = "a call in a graph names a layer of the library, a model, or a layer of your own",
    note = "a layer of your own is declared with `nn::layer!`",
    note = "explained in nn::errors::nn0506"
)]
pub trait Component {
    /// The layer with these constants.
    type Layer<
        const A: usize,
        const B: usize,
        const C: usize,
        const D: usize,
        const E: usize,
        const F: usize,
        const G: usize,
        const H: usize,
    >;
    /// Whether it is a model; `model!` says so. A folded model then has its folded form in its place.
    #[doc(hidden)]
    const MODEL: bool = false;
    /// Whether the first output has the mask of the first input, whose positions it then has. The layer reads the masks of
    /// its inputs by [`Memory::mask`](crate::Memory::mask). If it hands on none, what follows takes the masked positions for
    /// data, and the lint [`dropped_mask`](crate::spec::lints::dropped_mask) says so. [`layer!`](crate::layer!) sets it for
    /// `masking: Masking::Passes`.
    const PASSES_MASK: bool = false;
    /// Whether the layer hands its mask on, or reads it and rightly ends it. Then no lint says that it drops the mask.
    #[doc(hidden)]
    const HEEDS_MASK: bool = Self::PASSES_MASK;
}
