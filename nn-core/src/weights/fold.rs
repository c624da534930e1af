//! The arithmetic of [`Model::fold`](crate::layer::model::Model::fold): folds one layer into the weights of another.
//!
//! ```text
//! Dense, then BatchNormalization      s ⊙ (W · x + b) + t = (diag(s) · W) · x + (s ⊙ b + t)          after
//! BatchNormalization, then Dense      W · (s ⊙ x + t) + b = (W · diag(s)) · x + (W · t + b)          before
//! SeparableConv                       W · (D · x) + b = (W · D) · x + b, if W · D is smaller           compose
//! Embedding, then a layer by position f(E[i]) = f(E)[i]: the table of all results                    rows
//! Embedding, then a recurrent layer   W · E[i] + b: the table of all products                        project
//! Concatenate, then Dense             W · (x, y) + b = Wx · x + Wy · y + b: the same W               SplitInput
//! ZeroPadding, then a convolution     the window begins further outside: the same W                  Geometry
//! ```
//!
//! Normalization and Rescaling have the form `s ⊙ x + t` too. In a convolution, `W · x` is the sum over the cells of a
//! window: `Σ W[i, j] · x[i, j]`. The formulas hold for each cell:
//!
//! ```text
//! after       W'[i, j] = diag(s) · W[i, j]        b' = s ⊙ b + t
//! before      W'[i, j] = W[i, j] · diag(s)        b' = b + Σ W[i, j] · t      the sum over all cells
//! compose     W'[i, j] = W · D[i, j]
//! ```
//!
//! The cells outside an image are 0, not `t`. A window at a border therefore has another sum, and the second line holds
//! only if no window reaches over the border, or if `t = 0`. In a transposed convolution, a pixel is the sum over the
//! windows that cover it. Their number differs from pixel to pixel, so a `t` folds only if the window is one pixel.
//!
//! A `Bidirectional` has two sets of weights for the same `x`. The formulas for `W` and `b` hold for each set. A row
//! of a table holds the products of the first set, then those of the second.
//!
//! Two lines have no function here: [`SplitInput`](crate::layers::SplitInput) is another layer on the same weights, and
//! a convolution has its padding in its [`Geometry`](crate::layers::Geometry).
//!
//! `model!` finds out which layers follow each other ([`Folding`](crate::spec::Folding)), and calls these functions in
//! `fold_into`. Sums are made in `f64`.

mod layout;

use crate::spec::code::Code;
use crate::spec::text::Text;
use crate::tensor::Sample;
use crate::tensor::scalar::Scalar;
use crate::weights::Weights;
pub use layout::Layout;

/// Weights of a layer that computes `W · x + b` along the last axis or for each window, or begins with that product.
/// The bias is the last variable.
pub trait Affine<T: Scalar>: Weights<T> {
    /// The number of sets of such weights for the same `x`. The sets stand behind each other, have the same length,
    /// and begin with `W`.
    const SETS: usize = 1;
    /// The order of the weights in `W`.
    const LAYOUT: Layout;

    /// Returns `W` of a set, and `b`, which is empty if there is no bias.
    fn affine(&self, set: usize) -> (&[T], &[T]);
    /// Returns the same slices for writing.
    fn affine_mut(&mut self, set: usize) -> (&mut [T], &mut [T]);

    /// Makes the layer compute `s ⊙ y + t` instead of `y`. `scale` returns `s` and `t` of a feature.
    fn scale_outputs(&mut self, scale: impl Fn(usize) -> (f64, f64)) {
        let (kernel, bias) = self.affine_mut(0);
        Self::LAYOUT.scale_outputs(kernel, bias, scale);
    }

    /// Makes the layer compute from `x`, which has this number of features, its output for `s ⊙ x + t`.
    fn scale_inputs(&mut self, features: usize, scale: impl Fn(usize) -> (f64, f64)) {
        for set in 0..Self::SETS {
            let (kernel, bias) = self.affine_mut(set);
            for (output, b) in bias.iter_mut().enumerate() {
                *b = T::of(b.to_f64() + Self::LAYOUT.offset(kernel, output, features, &scale));
            }
            Self::LAYOUT.scale_inputs(kernel, features, &scale);
        }
    }
}

/// Weights that compute each position alone: the positions of `y` are those of `x`.
pub trait Pointwise<T: Scalar>: Affine<T> {
    /// Computes `y = W · x + b` for one position; the result of one set follows the result of the other.
    fn apply(&self, x: &[T], y: &mut [T]);
}

/// Weights of two products: the windows `D · x` of each channel alone, with [`MULTIPLIER`](Self::MULTIPLIER) results
/// for a channel, then `W · (D · x) + b`.
pub trait Separable<T: Scalar>: Affine<T> {
    /// The results for each channel.
    const MULTIPLIER: usize;

    /// Returns `D`, cell by cell.
    fn windows(&self) -> &[T];
}

/// A layer that computes `s ⊙ x + t` in a prediction.
pub trait Scale<T: Scalar> {
    /// Its weights.
    type Weights;

    /// Returns the number of features. They repeat if `x` has more.
    fn features(&self) -> usize;
    /// Returns `s` and `t` of a feature.
    fn scale(&self, w: &Self::Weights, feature: usize) -> (f64, f64);
}

/// Copies weights that do not fold.
pub fn copy<T: Scalar, W: Weights<T>>(from: &W, to: &mut W) {
    to.as_mut_slice().copy_from_slice(from.as_slice());
}

/// Copies the weights of a layer to a layer that may have a bias where this one has none. That bias becomes zero.
pub fn affine<T: Scalar>(from: &impl Affine<T>, to: &mut impl Affine<T>) {
    let (from, (same, bias)) = (from.as_slice(), to.as_mut_slice().split_at_mut(from.as_slice().len()));
    same.copy_from_slice(from);
    bias.fill(T::ZERO);
}

/// Copies the weights of two products to a layer that computes both as one: `W · D`. A bias that this layer lacks
/// becomes zero.
pub fn compose<T: Scalar, W: Separable<T>>(from: &W, to: &mut impl Affine<T>) {
    let (multiplier, filters) = (W::MULTIPLIER.max(1), W::LAYOUT.outputs.max(1));
    let channels = (W::LAYOUT.inputs / multiplier).max(1);
    let ((mix, bias), (to_kernel, to_bias)) = (from.affine(0), to.affine_mut(0));
    let each = from.windows().chunks_exact(multiplier).zip(to_kernel.chunks_exact_mut(filters));
    for (n, (windows, to)) in each.enumerate() {
        let mix = &mix[n % channels * multiplier * filters..];
        for (filter, to) in to.iter_mut().enumerate() {
            let products = windows.iter().zip(mix.iter().skip(filter).step_by(filters));
            *to = T::of(products.map(|(d, w)| d.to_f64() * w.to_f64()).sum());
        }
    }
    to_bias.fill(T::ZERO);
    to_bias.iter_mut().zip(bias).for_each(|(to, &bias)| *to = bias);
}

/// Copies the weights behind the kernel of a recurrent layer. A recurrent layer on
/// [`Projected`](crate::layers::Projected) steps has no others.
pub fn behind<T: Scalar, W: Affine<T>>(from: &W, to: &mut impl Affine<T>) {
    let (from, to) = (from.as_slice(), to.as_mut_slice());
    let (length, rest) = (from.len() / W::SETS, to.len() / W::SETS);
    for (from, to) in from.chunks_exact(length).zip(to.chunks_exact_mut(rest)) {
        to.copy_from_slice(&from[length - rest..]);
    }
}

/// Folds a `scale` behind the layer of these weights: `W = diag(s) · W`, `b = s ⊙ b + t`.
pub fn after<T: Scalar, S: Scale<T>, W: Affine<T>>(scale: &S, w: &S::Weights, to: &mut W) {
    let features = scale.features().max(1);
    to.scale_outputs(|feature| scale.scale(w, feature % features));
}

/// Folds a `scale` before the layer of these weights: `b = W · t + b`, `W = W · diag(s)`. The layer reads
/// `of_input` features.
pub fn before<T: Scalar, S: Scale<T>, W: Affine<T>>(scale: &S, w: &S::Weights, of_input: usize, to: &mut W) {
    let features = scale.features().max(1);
    to.scale_inputs(of_input, |feature| scale.scale(w, feature % features));
}

/// Runs each row of a table through the layers that follow the table, and writes the results to another table.
pub fn rows<T: Scalar, X: Sample<Element = T>, Y: Sample<Element = T>>(
    from: &impl Weights<T>,
    to: &mut impl Weights<T>,
    mut follow: impl FnMut(&X, &mut Y),
) {
    for (x, y) in X::samples(from.as_slice()).iter().zip(Y::samples_mut(to.as_mut_slice())) {
        follow(x, y);
    }
}

/// Computes the output of a layer with such weights for one position.
pub fn project<T: Scalar, X: Sample<Element = T>, Y: Sample<Element = T>>(w: &impl Pointwise<T>, x: &X, y: &mut Y) {
    w.apply(crate::tensor::flat(core::slice::from_ref(x)), crate::tensor::flat_mut(core::slice::from_mut(y)));
}

/// Fails to compile if a program trains a folded model.
///
/// # Panics
/// Always, in a constant.
#[track_caller]
pub const fn read_only() -> ! {
    let message = Text::<256>::new()
        .str("a folded model is read-only: its layers are folded into each other, and have no gradient");
    let message =
        message.str("\n  = help: train the model itself, and call `fold` again").str(Code::Folded.note().as_str());
    panic!("{}", message.as_str())
}
