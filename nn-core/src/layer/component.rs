//! [`Component`]: what a path in a graph stands for; [`Folds`]: what it stands for in a folded model.

use crate::layer::model::Model;
use crate::spec::ArgSpec;

/// The meaning of a path in a graph: in `my::Scale(penalty = 0.1)(x)` the layer is a
/// `<my::Scale as Component>::Layer<..>`, with the constants that the shape rule found.
///
/// [`layer!`](crate::layer!) implements it for a layer of your own. `model!` implements it for a model, which stands
/// for a type without size and ignores the constants. The two also write the functions that a graph calls: of a shape
/// rule, and of a value.
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
    /// Whether a folded model has another layer in its place: of a model its folded form, of a layer of your own
    /// [`Folds::Folded`].
    #[doc(hidden)]
    const FOLDS: bool = false;
    /// The arguments that it declares.
    #[doc(hidden)]
    const ARGUMENTS: &'static [ArgSpec] = &[];
    /// Whether the first output has the mask of the first input, whose positions it then has. The layer reads the masks
    /// of its inputs by [`Memory::mask`](crate::Memory::mask). If it hands on none, what follows takes the masked
    /// positions for data, and the lint [`dropped_mask`](crate::spec::lints::dropped_mask) says so.
    /// [`layer!`](crate::layer!) sets it for `masking: Masking::Passes`.
    const PASSES_MASK: bool = false;
    /// Whether the layer hands its mask on, or reads it and rightly ends it. Then no lint says that it drops the mask.
    #[doc(hidden)]
    const HEEDS_MASK: bool = Self::PASSES_MASK;
}

/// A layer of your own that is another one in a folded model ([`Model::fold`]): a factorised kernel that is one
/// product, or weights without what only training needs.
///
/// The other layer has the same constants and the first arguments of this one, in the same order: a call gives it what
/// it gave this one. [`FoldInto`] makes its weights. The declaration ends in `impl Folds;`.
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
    /// The layer in a folded model.
    type Folded: Component;
}

/// Weights from which those of the layer in a folded model are made: see [`Folds`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say how the folded weights `{Folded}` are made",
    note = "weights of a layer that folds implement `nn::layer::FoldInto`"
)]
pub trait FoldInto<Folded> {
    /// Overwrites the weights of the folded layer.
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
