//! [`SplitInput`]: a layer called on the parts of its input. A folded model has it around a `Dense` that reads a
//! `Concatenate`.

use super::{Dense, DenseWeights};
use crate::activations::{Activate, Activation};
use crate::kernels::{self, Features};
use crate::layer::{Activates, Ends, InPlace, Layer, Memory, Pass, Train, Work};
use crate::tensor::scalar::Scalar;
use crate::tensor::storage::Storage;
use crate::tensor::{Element, Sample, Tensors, flat, flat_mut, for_each_arity};
use crate::weights::fold::read_only;
use nalgebra::SMatrix;
use rand::Rng;

/// A layer that reads several tensors as if they were one, with the weights for the one tensor.
///
/// ```text
/// SplitInput<Dense>    y = W · (a, b, c) + b = Wa · a + Wb · b + Wc · c + b
/// ```
///
/// The columns of `W` for one part follow each other. Nothing is copied, and no tensor holds all parts. The layer only
/// predicts.
#[derive(Clone, Copy, Debug)]
pub struct SplitInput<L>(pub L);

/// Tensors with the same number of positions, beside each other along the last axis.
pub trait InputParts<T: Scalar>: Tensors {
    /// A sample with `N` features at each position.
    type With<const N: usize>: Sample<Element = T> + InPlace<T>;
    /// The number of positions.
    const POSITIONS: usize;

    /// Computes `y = W · x + b` at each position, or `max(W · x + b, 0)`; the parts have `ALL` features together.
    fn product<const ALL: usize, const O: usize>(
        w: &[T],
        b: &[T],
        x: Self::Batch<'_>,
        y: &mut [Self::With<O>],
        rectified: bool,
    );
}

macro_rules! parts {
    ($(($name:ident $index:tt $second:ident))+) => {
        impl<T: Scalar + Element, const P: usize, $(const $name: usize),+> Features<{ [$($index),+].len() }>
            for ($(SMatrix<T, $name, P>,)+)
        {
            const INPUTS: [usize; [$($index),+].len()] = [$($name),+];
        }

        impl<T: Scalar + Element, const P: usize, $(const $name: usize),+> InputParts<T> for ($(SMatrix<T, $name, P>,)+) {
            type With<const N: usize> = SMatrix<T, N, P>;
            const POSITIONS: usize = P;

            #[inline(always)]
            fn product<const ALL: usize, const O: usize>(w: &[T], b: &[T], x: Self::Batch<'_>, y: &mut [SMatrix<T, O, P>], rectified: bool) {
                let x = [$(flat(x.$index)),+];
                kernels::affine_split::<T, Self, { [$($index),+].len() }, ALL, O>(w, b, x, flat_mut(y), rectified);
            }
        }
    };
}

for_each_arity!(parts);

impl<T: Scalar + Element, X: InputParts<T>, const I: usize, const O: usize, const B: usize> Layer<T, X>
    for SplitInput<Dense<I, O, B>>
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
    fn forward<S: Storage>(
        &self,
        w: &Self::Weights,
        x: X::Batch<'_>,
        y: &mut [X::With<O>],
        _: Pass<'_, '_, T, (), ()>,
    ) {
        // y = Wa · a + Wb · b + .. + b
        X::product::<I, O>(w.kernel.as_slice(), w.bias.as_slice(), x, y, false);
    }

    fn backward<S: Storage>(
        &self,
        _: &Self::Weights,
        _: X::Batch<'_>,
        _: &[X::With<O>],
        _: &[X::With<O>],
        _: Memory<'_, T, ()>,
        _: X::Gradients<'_>,
        _: Option<&mut Self::Weights>,
    ) {
        const { read_only() }
    }
}

impl<T: Scalar + Element, X: InputParts<T>, const I: usize, const O: usize, const B: usize> Train<T, X>
    for SplitInput<Dense<I, O, B>>
{
}

impl<T: Scalar + Element, X: InputParts<T>, const I: usize, const O: usize, const B: usize> Ends<T, X>
    for SplitInput<Dense<I, O, B>>
{
}

impl<T: Scalar + Element, X: InputParts<T>, const I: usize, const O: usize, const B: usize> Activates<T, X>
    for SplitInput<Dense<I, O, B>>
{
    #[cfg_attr(feature = "std", inline(always))]
    fn forward_activated<S: Storage, F: Activation>(
        &self,
        w: &Self::Weights,
        x: X::Batch<'_>,
        y: &mut [X::With<O>],
        _: Pass<'_, '_, T, (), ()>,
        activation: &Activate<F>,
    ) {
        // y = f(Wa · a + Wb · b + .. + b)
        X::product::<I, O>(w.kernel.as_slice(), w.bias.as_slice(), x, y, F::RECTIFIES);
        if !F::RECTIFIES {
            activation.0.in_place(O, flat_mut(y));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activations::{Relu, Tanh};
    use crate::layers::Concatenate;
    use crate::tensor::storage::Inline;
    use crate::weights::Weights;

    const N: usize = 5;

    fn random<const R: usize, const P: usize>(seed: usize) -> [SMatrix<f64, R, P>; N] {
        core::array::from_fn(|k| SMatrix::from_fn(|i, p| ((i * 7 + p * 5 + k * 3 + seed) % 11) as f64 / 8.0 - 0.6))
    }

    /// Equals the layer behind a `Concatenate`, for one sample and for several, with an activation and without.
    fn like_the_copy<X, F, const C: usize, const I: usize, const O: usize, const B: usize, const P: usize>(
        x: impl Fn(usize) -> X::Batch<'static>,
        f: &Activate<F>,
    ) where
        X: InputParts<f64, With<O> = SMatrix<f64, O, P>> + crate::tensor::FloatTensors<f64>,
        F: Activation,
    {
        let layer = Dense::<I, O, B>::DEFAULT;
        let mut w = DenseWeights::<f64, I, O, B>::zeroed();
        w.kernel = SMatrix::from_fn(|o, i| ((o * 7 + i * 3) % 13) as f64 / 8.0 - 0.7);
        w.bias = SMatrix::from_fn(|o, _| (o % 5) as f64 / 4.0 - 0.5);
        for n in [1, N] {
            let mut joined = [SMatrix::<f64, I, P>::repeat(f64::NAN); N];
            let (mut found, mut expected) = ([SMatrix::<f64, O, P>::repeat(f64::NAN); N], [SMatrix::zeros(); N]);
            let concatenate = Concatenate::<C, I, P>::DEFAULT;
            Layer::<f64, X>::forward::<Inline<N>>(&concatenate, &(), x(n), &mut joined[..n], Pass::inference(&mut ()));
            layer.forward::<Inline<N>>(&w, &joined[..n], &mut expected[..n], Pass::inference(&mut ()));
            Layer::<f64, X>::forward::<Inline<N>>(
                &SplitInput(layer),
                &w,
                x(n),
                &mut found[..n],
                Pass::inference(&mut ()),
            );
            assert!(
                expected[..n].iter().flatten().any(|y| *y > 0.0) && expected[..n].iter().flatten().any(|y| *y < 0.0)
            );
            let close = |found: &[SMatrix<f64, O, P>], expected: &[SMatrix<f64, O, P>]| {
                let pairs = found.iter().flatten().zip(expected.iter().flatten());
                pairs.for_each(|(a, b)| assert!((a - b).abs() < 1e-13, "{a} instead of {b}"));
            };
            close(&found[..n], &expected[..n]);
            found = [SMatrix::repeat(f64::NAN); N];
            let (joined_layer, mut none) = (SplitInput(layer), ());
            let pass = Pass::inference(&mut none);
            Activates::<f64, X>::forward_activated::<Inline<N>, F>(&joined_layer, &w, x(n), &mut found[..n], pass, f);
            let pass = Pass::inference(&mut none);
            layer.forward_activated::<Inline<N>, F>(&w, &joined[..n], &mut expected[..n], pass, f);
            close(&found[..n], &expected[..n]);
        }
    }

    /// Leaks values, so that they live for the whole test.
    fn leaked<const R: usize, const P: usize>(seed: usize) -> &'static [SMatrix<f64, R, P>; N] {
        std::boxed::Box::leak(std::boxed::Box::new(random::<R, P>(seed)))
    }

    #[test]
    fn it_computes_what_the_layer_does_on_joined_parts() {
        type Two<const P: usize> = (SMatrix<f64, 3, P>, SMatrix<f64, 4, P>);
        type Three<const P: usize> = (SMatrix<f64, 5, P>, SMatrix<f64, 1, P>, SMatrix<f64, 13, P>);
        let (a, b) = (leaked(1), leaked(2));
        like_the_copy::<Two<1>, _, 1, 7, 19, 1, 1>(|n| (&a[..n], &b[..n]), &Activate(Relu));
        let (a, b) = (leaked(3), leaked(4));
        like_the_copy::<Two<3>, _, 3, 7, 5, 0, 3>(|n| (&a[..n], &b[..n]), &Activate(Relu));
        let (a, b, c) = (leaked(5), leaked(6), leaked(7));
        like_the_copy::<Three<2>, _, 2, 19, 33, 1, 2>(|n| (&a[..n], &b[..n], &c[..n]), &Activate(Tanh));
        // More weights than the kernel of a single sample allows, and more inputs than are summed up at once.
        type Long = (SMatrix<f64, 1000, 1>, SMatrix<f64, 7, 1>, SMatrix<f64, 500, 1>);
        let (a, b, c) = (leaked(8), leaked(9), leaked(10));
        like_the_copy::<Long, _, 1, 1507, 3, 1, 1>(|n| (&a[..n], &b[..n], &c[..n]), &Activate(Relu));
        // The same input twice.
        let a = leaked(11);
        like_the_copy::<(SMatrix<f64, 6, 1>, SMatrix<f64, 6, 1>), _, 1, 12, 17, 1, 1>(
            |n| (&a[..n], &a[..n]),
            &Activate(Relu),
        );
    }

    #[test]
    fn costs_and_fresh_weights_are_those_of_the_layer() {
        use rand::SeedableRng;
        use rand::rngs::StdRng;
        type X = (SMatrix<f32, 3, 2>, SMatrix<f32, 4, 2>);
        type Whole = SMatrix<f32, 7, 2>;
        type D = Dense<7, 5, 1>;
        assert_eq!(<SplitInput<D> as Layer<f32, X>>::MACS, <D as Layer<f32, Whole>>::MACS);
        let (mut w, mut same) = (DenseWeights::<f32, 7, 5, 1>::zeroed(), DenseWeights::zeroed());
        Layer::<f32, X>::init(&SplitInput(D::DEFAULT), &mut w, &mut StdRng::seed_from_u64(1));
        Layer::<f32, Whole>::init(&D::DEFAULT, &mut same, &mut StdRng::seed_from_u64(1));
        assert_eq!(w, same);
    }
}
