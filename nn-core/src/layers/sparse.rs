//! [`Sparse`]: a layer called on sparse samples, [`MultiHot`]. `model!` writes it around a `Dense` that reads an input
//! with `sparse = true`.

use super::{Dense, DenseWeights};
use crate::MultiHot;
use crate::kernels;
use crate::layer::{Ends, Layer, Memory, Pass, Train, Work};
use crate::tensor::scalar::Scalar;
use crate::tensor::storage::Storage;
use crate::tensor::{Element, flat, flat_mut};
use crate::weights::regularizers::Regularizer;
use core::ops::Range;
use nalgebra::SMatrix;
use rand::Rng;

/// A layer that reads sparse samples, with the same weights and options as on dense samples.
///
/// ```text
/// Sparse<Dense>    y = b + Σ W[:, k]       over the places k of the ones
///
///                  dW[:, k] += dy
///                  db += dy
/// ```
///
/// Both cost as much as the number of ones. So does a step of the optimizer if it can skip rows
/// ([`ZeroGradient`](crate::train::optimizers::ZeroGradient)): Keras's `(in, out)` kernel has a row for each place,
/// and [`touched`](Train::touched) reports the rows of the batch. A penalty or a constraint costs as much as the whole
/// kernel.
#[derive(Clone, Copy, Debug)]
pub struct Sparse<L>(pub L);

impl<T: Scalar + Element, const I: usize, const O: usize, const B: usize> Layer<T, MultiHot<I>>
    for Sparse<Dense<I, O, B>>
{
    type Output = SMatrix<T, O, 1>;
    type Weights = DenseWeights<T, I, O, B>;
    type Scratch<S: Storage> = ();
    type Cache<S: Storage> = ();
    /// The cost of a sample that is 1 everywhere; other samples need fewer.
    const MACS: usize = I * O;
    /// The work if one place in a hundred is a 1. Memory access to the table dominates. Split into parts of a batch
    /// with a table of gradients each, a step took longer, even on two threads (benches/figures.md, Threads).
    const WORK: Work = Work::ByBatch(I.div_ceil(100) * O);

    fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
        Layer::<T, SMatrix<T, I, 1>>::init(&self.0, w, rng);
    }

    fn forward<S: Storage>(
        &self,
        w: &Self::Weights,
        x: &[MultiHot<I>],
        y: &mut [SMatrix<T, O, 1>],
        _: Pass<'_, '_, T, (), ()>,
    ) {
        // y = b + Σ W[:, k]
        for (x, y) in x.iter().zip(flat_mut(y).as_chunks_mut::<O>().0) {
            if B == 1 {
                y.copy_from_slice(w.bias.as_slice());
            } else {
                y.fill(T::ZERO);
            }
            kernels::add_columns(w.kernel.as_slice(), x.indices(), y);
        }
    }

    /// A list of places has no gradient.
    fn backward<S: Storage>(
        &self,
        _: &Self::Weights,
        x: &[MultiHot<I>],
        _: &[SMatrix<T, O, 1>],
        dy: &[SMatrix<T, O, 1>],
        _: Memory<'_, T, ()>,
        _: Option<&mut [MultiHot<I>]>,
        dw: Option<&mut Self::Weights>,
    ) {
        // y = b + Σ W[:, k], so dW[:, k] += dy and db += dy
        let Some(dw) = dw else { return };
        for (x, dy) in x.iter().zip(flat(dy).as_chunks::<O>().0) {
            kernels::add_to_columns(dw.kernel.as_mut_slice(), x.indices(), dy);
        }
        if B == 1 {
            kernels::add_rows::<T, O>(dw.bias.as_mut_slice(), flat(dy));
        }
    }
}

impl<T: Scalar + Element, const I: usize, const O: usize, const B: usize> Train<T, MultiHot<I>>
    for Sparse<Dense<I, O, B>>
{
    fn touched<S: Storage>(&self, x: &[MultiHot<I>], _: &(), visit: &mut dyn FnMut(Range<usize>)) {
        // The kernel is the first of the weights.
        if self.0.kernel_regularizer != Regularizer::NONE {
            return visit(0..I * O);
        }
        for &k in x.iter().flat_map(MultiHot::indices) {
            visit(k as usize * O..(k as usize + 1) * O);
        }
    }

    fn constrain(&self, w: &mut Self::Weights) {
        Train::<T, SMatrix<T, I, 1>>::constrain(&self.0, w);
    }

    fn regularize(&self, w: &Self::Weights, dw: Option<&mut Self::Weights>) -> T {
        Train::<T, SMatrix<T, I, 1>>::regularize(&self.0, w, dw)
    }
}

impl<T: Scalar + Element, const I: usize, const O: usize, const B: usize> Ends<T, MultiHot<I>>
    for Sparse<Dense<I, O, B>>
{
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::storage::Inline;
    use crate::weights::Weights;
    use nalgebra::SVector;
    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use std::vec::Vec;

    type Bag = MultiHot<5>;

    fn texts() -> [Bag; 3] {
        [&[0, 3][..], &[], &[4, 1, 3, 4]].map(|places| Bag::new(places.iter().copied()).unwrap())
    }

    fn dense(texts: &[Bag; 3]) -> [SVector<f64, 5>; 3] {
        texts.each_ref().map(|text| {
            let mut x = SVector::zeros();
            text.indices().iter().for_each(|&k| x[k as usize] = 1.0);
            x
        })
    }

    /// With the same weights, it equals the layer on dense samples: outputs, gradients, penalties.
    fn like_dense<const B: usize>(layer: Dense<5, 3, B>) {
        type X = SVector<f64, 5>;
        let (texts, sparse) = (texts(), Sparse(layer));
        let x = dense(&texts);
        let mut w = DenseWeights::<f64, 5, 3, B>::zeroed();
        Layer::<f64, Bag>::init(&sparse, &mut w, &mut StdRng::seed_from_u64(1));
        let mut same = DenseWeights::zeroed();
        Layer::<f64, X>::init(&layer, &mut same, &mut StdRng::seed_from_u64(1));
        assert_eq!(w, same);
        w.bias.fill(0.25);

        let nan = [SVector::<f64, 3>::repeat(f64::NAN); 3];
        let (mut y, mut expected) = (nan, nan);
        sparse.forward::<Inline<3>>(&w, &texts, &mut y, Pass::inference(&mut ()));
        Layer::<f64, X>::forward::<Inline<3>>(&layer, &w, &x, &mut expected, Pass::inference(&mut ()));
        for (y, expected) in y.iter().zip(&expected) {
            assert!((y - expected).norm() < 1e-14);
        }

        let dy = [SVector::from([1., -2., 3.]), SVector::from([0.5; 3]), SVector::from([4., 5., 6.])];
        let (mut dw, mut expected) = (w.clone(), w.clone());
        for _ in 0..2 {
            sparse.backward::<Inline<3>>(&w, &texts, &y, &dy, Memory::new(&mut ()), None, Some(&mut dw));
            Layer::<f64, X>::backward::<Inline<3>>(
                &layer,
                &w,
                &x,
                &y,
                &dy,
                Memory::new(&mut ()),
                None,
                Some(&mut expected),
            );
        }
        for (dw, expected) in dw.as_slice().iter().zip(expected.as_slice()) {
            assert!((dw - expected).abs() < 1e-13);
        }
        let penalty = Train::<f64, Bag>::regularize(&sparse, &w, Some(&mut dw));
        assert_eq!(penalty, Train::<f64, X>::regularize(&layer, &w, Some(&mut expected)));
    }

    #[test]
    fn it_computes_what_the_layer_does_on_dense_samples() {
        like_dense(Dense::<5, 3, 1>::DEFAULT);
        like_dense(Dense::<5, 3, 0>::DEFAULT);
        let l2 = Regularizer { l1: 0.0, l2: 0.5 };
        like_dense(Dense::<5, 3, 1> { kernel_regularizer: l2, bias_regularizer: l2, ..Dense::DEFAULT });
    }

    #[test]
    fn a_batch_touches_its_rows() {
        fn rows(layer: Dense<5, 3, 1>) -> Vec<Range<usize>> {
            let mut rows = Vec::new();
            Train::<f64, Bag>::touched::<Inline<3>>(&Sparse(layer), &texts(), &(), &mut |row| rows.push(row));
            rows
        }
        assert_eq!(rows(Dense::DEFAULT), [0..3, 9..12, 3..6, 9..12, 12..15]);
        let regularized = Dense { kernel_regularizer: Regularizer { l1: 0.1, l2: 0.0 }, ..Dense::DEFAULT };
        let rows = rows(regularized);
        assert!(rows.len() == 1 && rows[0] == (0..15));
    }
}
