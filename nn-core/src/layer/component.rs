//! [`Component`]: the meaning of a path in a graph; [`Folds`]: its meaning in a folded model.

use crate::layer::model::Model;
use crate::spec::ArgSpec;

/// The meaning of a path in a graph. In `my::Scale(penalty = 0.1)(x)` the layer is a
/// `<my::Scale as Component>::Layer<..>`, with the constants that the shape rule found.
///
/// [`layer!`](crate::layer!) implements it for a layer of your own. `model!` implements it for a model: its layer is a
/// type without size and ignores the constants. Both macros also write the functions that a graph calls, for the shape
/// rule and for the value.
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
    /// Whether another layer takes its place in a folded model: for a model its folded form, for a layer of your own
    /// [`Folds::Folded`].
    #[doc(hidden)]
    const FOLDS: bool = false;
    /// The graph of a model as text: see [`Model::DESCRIPTION`]. Empty for a layer.
    #[doc(hidden)]
    const GRAPH_TEXT: &'static str = "";
    /// The arguments that the layer declares.
    #[doc(hidden)]
    const ARGUMENTS: &'static [ArgSpec] = &[];
    /// Whether the first output has the mask of the first input, and therefore the same positions. The layer reads the
    /// masks of its inputs with [`Memory::mask`](crate::Memory::mask). If it does not hand the mask on, the next
    /// layers take the masked positions for data. The lint [`dropped_mask`](crate::spec::lints::dropped_mask) says so.
    /// [`layer!`](crate::layer!) sets it for `masking: Masking::Passes`.
    const PASSES_MASK: bool = false;
    /// Whether the layer hands its mask on, or reads it and rightly ends it. Then no lint reports a dropped mask.
    #[doc(hidden)]
    const HEEDS_MASK: bool = Self::PASSES_MASK;
}

/// A layer of your own that another layer replaces in a folded model ([`Model::fold`]). Examples: a factorised kernel
/// becomes one product, or weights that only training needs are dropped.
///
/// The other layer has the same constants, and its arguments are the first arguments of this one, in the same order. A
/// call gives both layers the same values. [`FoldInto`] makes its weights. The declaration ends in `impl Folds;`.
///
/// ```ignore
/// nn::layer! {
///     /// `y = a ⊙ b ⊙ x`
///     pub struct Product<N> {}
///
///     pub const PRODUCT: LayerSpec { weights: ProductWeights<N>, infer: rule!(same) }
///
///     impl Folds;
/// }
///
/// impl nn::layer::Folds for Product {
///     type Folded = Scale;
/// }
///
/// impl<T: Scalar, const N: usize> nn::layer::FoldInto<ScaleWeights<T, N>> for ProductWeights<T, N> {
///     fn fold_into(&self, folded: &mut ScaleWeights<T, N>) {
///         folded.factors = self.a.component_mul(&self.b);
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "the declaration of `{Self}` says `impl Folds;`, and nothing says what it folds into",
    note = "implement `nn::layer::Folds` for it, and `nn::layer::FoldInto` for its weights"
)]
pub trait Folds: Component {
    /// The layer that takes its place in a folded model.
    type Folded: Component;
}

/// Weights that can make the weights of the layer's folded form: see [`Folds`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say how the folded weights `{Folded}` are made",
    note = "weights of a layer that folds implement `nn::layer::FoldInto`"
)]
pub trait FoldInto<Folded> {
    /// Overwrites the weights of the folded layer with those made from `self`.
    fn fold_into(&self, folded: &mut Folded);
}

impl<M: Model + Component> Folds for M
where
    M::Folded: Component,
{
    type Folded = M::Folded;
}

impl<M: Model> FoldInto<M::Folded> for M {
    fn fold_into(&self, folded: &mut M::Folded) {
        Model::fold_into(self, folded);
    }
}
