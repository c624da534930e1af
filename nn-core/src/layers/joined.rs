//! [`Joined`]: a layer called on the parts of its input. A frozen model has it around a `Dense` that reads a `Concatenate`.

use super::{Dense, DenseWeights};
use crate::activations::{Activate, Activation};
use crate::fold::read_only;
use crate::kernels::{self, Features};
use crate::layer::{Layer, Pass, Work};
use crate::scalar::Scalar;
use crate::storage::Storage;
use crate::tensor::{Element, Sample, Tensors, flat, flat_mut, for_each_arity};
use nalgebra::SMatrix;
use rand::Rng;

/// A layer that reads several tensors as if they were one, with the weights that it has on that.
///
/// ```text
/// Joined<Dense>    y = W · (a, b, c) + b = Wa · a + Wb · b + Wc · c + b
/// ```
///
/// The columns of `W` that meet one part stand behind each other, so nothing is copied, and no tensor has them all. It is for
/// predictions only.
#[derive(Clone, Copy, Debug)]
pub struct Joined<L>(pub L);

/// Tensors of equally many positions, which stand beside each other along the last axis.
pub trait Parts<T: Scalar>: Tensors {
    /// A sample with `N` features at each position.
    type With<const N: usize>: Sample<Element = T>;
    /// How many positions there are.
    const POSITIONS: usize;
    /// The features of all parts at one position.
    const FEATURES: usize;

    /// `y = W · x + b` at each position, or `max(.., 0)` of it.
    fn product<const O: usize>(w: &[T], b: &[T], x: Self::Batch<'_>, y: &mut [Self::With<O>], rectified: bool);
}

macro_rules! parts {
    ($(($name:ident $index:tt $second:ident))+) => {
        impl<T: Scalar + Element, const P: usize, $(const $name: usize),+> Features<{ [$($index),+].len() }>
            for ($(SMatrix<T, $name, P>,)+)
        {
            const INPUTS: [usize; [$($index),+].len()] = [$($name),+];
        }

        impl<T: Scalar + Element, const P: usize, $(const $name: usize),+> Parts<T> for ($(SMatrix<T, $name, P>,)+) {
            type With<const N: usize> = SMatrix<T, N, P>;
            const POSITIONS: usize = P;
            const FEATURES: usize = 0 $(+ $name)+;

            #[inline(always)]
            fn product<const O: usize>(w: &[T], b: &[T], x: Self::Batch<'_>, y: &mut [SMatrix<T, O, P>], rectified: bool) {
                let x = [$(flat(x.$index)),+];
                kernels::joined::<T, Self, { [$($index),+].len() }, O>(w, b, x, flat_mut(y), rectified);
            }
        }
    };
}

for_each_arity!(parts);

impl<const I: usize, const O: usize, const B: usize> Joined<Dense<I, O, B>> {
    /// `y = f(W · x + b)`: the layer and an activation of its output.
    #[cfg_attr(feature = "std", inline(always))]
    pub fn activated<T: Scalar + Element, X: Parts<T>, F: Activation>(
        &self,
        w: &DenseWeights<T, I, O, B>,
        x: X::Batch<'_>,
        y: &mut [X::With<O>],
        activation: &Activate<F>,
    ) {
        const { assert!(X::FEATURES == I) };
        X::product::<O>(w.kernel.as_slice(), w.bias.as_slice(), x, y, F::RECTIFIES);
        if !F::RECTIFIES {
            activation.0.in_place(O, flat_mut(y));
        }
    }
}

impl<T: Scalar + Element, X: Parts<T>, const I: usize, const O: usize, const B: usize> Layer<T, X>
    for Joined<Dense<I, O, B>>
{
    type Output = X::With<O>;
    type Weights = DenseWeights<T, I, O, B>;
    type Scratch<S: Storage> = ();
    type Cache<S: Storage> = ();
    const MACS: usize = I * O * X::POSITIONS;
    const WORK: Work = Work::BySample(I * O * X::POSITIONS);

    fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
        Layer::<T, SMatrix<T, I, 1>>::init(&self.0, w, rng);
    }

    #[cfg_attr(feature = "std", inline(always))]
    fn forward<S: Storage>(&self, w: &Self::Weights, x: X::Batch<'_>, y: &mut [X::With<O>], _: Pass<'_, '_, (), ()>) {
        // y = Wa · a + Wb · b + .. + b
        const { assert!(X::FEATURES == I) };
        X::product::<O>(w.kernel.as_slice(), w.bias.as_slice(), x, y, false);
    }

    fn backward<S: Storage>(
        &self,
        _: &Self::Weights,
        _: X::Batch<'_>,
        _: &[X::With<O>],
        _: &[X::With<O>],
        _: &mut (),
        _: X::Gradients<'_>,
        _: Option<&mut Self::Weights>,
    ) {
        const { read_only() }
    }
}
