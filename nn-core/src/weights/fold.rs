//! The arithmetic of [`Model::fold`](crate::layer::model::Model::fold): folds one layer into the weights of another.
//!
//! ```text
//! Dense, then BatchNormalization      s ⊙ (W · x + b) + t = (diag(s) · W) · x + (s ⊙ b + t)          after
//! BatchNormalization, then Dense      W · (s ⊙ x + t) + b = (W · diag(s)) · x + (W · t + b)          before
//! Embedding, then a layer by position f(E[i]) = f(E)[i]: the table of all results                    rows
//! Embedding, then a recurrent layer   W · E[i] + b: the table of all products                        project
//! Concatenate, then Dense             W · (x, y) + b = Wx · x + Wy · y + b: the same W               SplitInput
//! ```
//!
//! A `Bidirectional` has two sets of weights for the same `x`. The formulas for `W` and `b` hold for each set. A row
//! of a table holds the products of the first set, then those of the second.
//!
//! The last line has no function here: [`SplitInput`](crate::layers::SplitInput) is another layer on the same weights.
//!
//! `model!` finds out which layers follow each other ([`Folding`](crate::spec::Folding)), and calls these functions in
//! `fold_into`. Sums are made in `f64`.

use crate::spec::code::Code;
use crate::spec::text::Text;
use crate::tensor::Sample;
use crate::tensor::scalar::Scalar;
use crate::weights::Weights;

/// Weights of a layer that computes `W · x + b` along the last axis, or begins with that product.
pub trait Affine<T: Scalar>: Weights<T> {
    /// The number of sets of such weights for the same `x`. The sets stand behind each other, have the same length,
    /// and begin with `W`.
    const SETS: usize = 1;

    /// Returns `W` of a set, with a column for each feature of `x`, and `b`, which is empty if there is no bias.
    fn affine(&self, set: usize) -> (&[T], &[T]);
    /// Returns the same slices for writing.
    fn affine_mut(&mut self, set: usize) -> (&mut [T], &mut [T]);
    /// Computes `y = W · x + b` for one position; the result of one set follows the result of the other.
    fn apply(&self, x: &[T], y: &mut [T]);
}

/// A layer that computes `s ⊙ x + t` in a prediction.
pub trait Scale<T: Scalar> {
    /// Its weights.
    type Weights;
    /// The number of features.
    const FEATURES: usize;
    /// Returns `s` and `t` of a feature.
    fn scale(&self, w: &Self::Weights, feature: usize) -> (f64, f64);
}

/// Copies weights that do not fold.
pub fn copy<T: Scalar, W: Weights<T>>(from: &W, to: &mut W) {
    to.as_mut_slice().copy_from_slice(from.as_slice());
}

/// Copies the weights of a layer to a layer that may have a bias where this one has none. That bias becomes zero.
pub fn affine<T: Scalar>(from: &impl Affine<T>, to: &mut impl Affine<T>) {
    let ((kernel, bias), (to_kernel, to_bias)) = (from.affine(0), to.affine_mut(0));
    to_kernel.copy_from_slice(kernel);
    if bias.is_empty() {
        to_bias.fill(T::ZERO);
    } else {
        to_bias.copy_from_slice(bias);
    }
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
    let (kernel, bias) = to.affine_mut(0);
    for feature in 0..S::FEATURES {
        let (s, t) = scale.scale(w, feature);
        for weight in kernel.iter_mut().skip(feature).step_by(S::FEATURES) {
            *weight = T::of(s * weight.to_f64());
        }
        bias[feature] = T::of(s * bias[feature].to_f64() + t);
    }
}

/// Folds a `scale` before the layer of these weights: `b = W · t + b`, `W = W · diag(s)`.
pub fn before<T: Scalar, S: Scale<T>, W: Affine<T>>(scale: &S, w: &S::Weights, to: &mut W) {
    for set in 0..W::SETS {
        let (kernel, bias) = to.affine_mut(set);
        let outputs = bias.len();
        for output in 0..outputs {
            let mut sum = bias[output].to_f64();
            for feature in 0..S::FEATURES {
                sum += kernel[feature * outputs + output].to_f64() * scale.scale(w, feature).1;
            }
            bias[output] = T::of(sum);
        }
        for feature in 0..S::FEATURES {
            let (s, _) = scale.scale(w, feature);
            for weight in &mut kernel[feature * outputs..][..outputs] {
                *weight = T::of(s * weight.to_f64());
            }
        }
    }
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
pub fn project<T: Scalar, X: Sample<Element = T>, Y: Sample<Element = T>>(w: &impl Affine<T>, x: &X, y: &mut Y) {
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
