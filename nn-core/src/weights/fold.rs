//! What [`Model::fold`](crate::layer::model::Model::fold) is made of: how one layer is folded into the weights of
//! another one.
//!
//! ```text
//! Dense, then BatchNormalization      s ⊙ (W · x + b) + t = (diag(s) · W) · x + (s ⊙ b + t)          after
//! BatchNormalization, then Dense      W · (s ⊙ x + t) + b = (W · diag(s)) · x + (W · t + b)          before
//! Embedding, then what has positions  f(E[i]) = f(E)[i]: the table of all results                    rows
//! Embedding, then a recurrent layer   W · E[i] + b: the table of all products                        project
//! Concatenate, then Dense             W · (x, y) + b = Wx · x + Wy · y + b: the same W               SplitInput
//! ```
//!
//! A `Bidirectional` has two sets of weights that meet the same `x`: what is said of `W` and `b` holds for each, and a
//! row of a table holds the products of one after those of the other.
//!
//! The last line is no function here: [`SplitInput`](crate::layers::SplitInput) is another layer on the same weights.
//!
//! `model!` finds out what follows what ([`Folding`](crate::spec::Folding)), and calls these functions in `fold_into`.
//! Sums are made in `f64`.

use crate::spec::code::Code;
use crate::spec::text::Text;
use crate::tensor::Sample;
use crate::tensor::scalar::Scalar;
use crate::weights::Weights;

/// Weights of a layer that computes `W · x + b` along the last axis, or begins with it.
pub trait Affine<T: Scalar>: Weights<T> {
    /// How many sets of such weights there are, of the same `x`. They stand behind each other, are of one length, and
    /// begin with `W`.
    const SETS: usize = 1;

    /// `W` of a set, a column for each feature of `x`, and `b`, which is empty where there is none.
    fn affine(&self, set: usize) -> (&[T], &[T]);
    /// The same, to be written.
    fn affine_mut(&mut self, set: usize) -> (&mut [T], &mut [T]);
    /// `y = W · x + b`, for one position: that of one set after that of the other.
    fn apply(&self, x: &[T], y: &mut [T]);
}

/// A layer that computes `s ⊙ x + t` in a prediction.
pub trait Scale<T: Scalar> {
    /// Its weights.
    type Weights;
    /// How many features there are.
    const FEATURES: usize;
    /// `s` and `t` of a feature.
    fn scale(&self, w: &Self::Weights, feature: usize) -> (f64, f64);
}

/// What is not folded is copied.
pub fn copy<T: Scalar, W: Weights<T>>(from: &W, to: &mut W) {
    to.as_mut_slice().copy_from_slice(from.as_slice());
}

/// The weights of a layer, to those of one that may have a bias where this one has none: it is zero.
pub fn affine<T: Scalar>(from: &impl Affine<T>, to: &mut impl Affine<T>) {
    let ((kernel, bias), (to_kernel, to_bias)) = (from.affine(0), to.affine_mut(0));
    to_kernel.copy_from_slice(kernel);
    if bias.is_empty() {
        to_bias.fill(T::ZERO);
    } else {
        to_bias.copy_from_slice(bias);
    }
}

/// What stands behind the kernel in the weights of a recurrent layer, which is all that one on
/// [`Projected`](crate::layers::Projected) steps has.
pub fn behind<T: Scalar, W: Affine<T>>(from: &W, to: &mut impl Affine<T>) {
    let (from, to) = (from.as_slice(), to.as_mut_slice());
    let (length, rest) = (from.len() / W::SETS, to.len() / W::SETS);
    for (from, to) in from.chunks_exact(length).zip(to.chunks_exact_mut(rest)) {
        to.copy_from_slice(&from[length - rest..]);
    }
}

/// `scale` follows the layer of these weights: `W = diag(s) · W`, `b = s ⊙ b + t`.
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

/// `scale` stands before the layer of these weights: `b = W · t + b`, `W = W · diag(s)`.
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

/// Each row of a table through what follows the table in the graph, to the row of another one.
pub fn rows<T: Scalar, X: Sample<Element = T>, Y: Sample<Element = T>>(
    from: &impl Weights<T>,
    to: &mut impl Weights<T>,
    mut follow: impl FnMut(&X, &mut Y),
) {
    for (x, y) in X::samples(from.as_slice()).iter().zip(Y::samples_mut(to.as_mut_slice())) {
        follow(x, y);
    }
}

/// What a layer with such weights makes of one position.
pub fn project<T: Scalar, X: Sample<Element = T>, Y: Sample<Element = T>>(w: &impl Affine<T>, x: &X, y: &mut Y) {
    w.apply(crate::tensor::flat(core::slice::from_ref(x)), crate::tensor::flat_mut(core::slice::from_mut(y)));
}

/// Refuses, at compile time, to train what was folded.
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
