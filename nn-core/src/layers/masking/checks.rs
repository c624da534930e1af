//! For the tests of the layers that read a mask.

use crate::layer::testing::check_layer;
use crate::layer::{Layer, Memory, Pass, Train};
use crate::tensor::storage::Storage;
use crate::tensor::{FloatTensors, Sample, Tensors};
use nalgebra::SMatrix;
use rand::Rng;

/// [`check_layer`] with a mask that is always this one.
pub(crate) fn check_masked<M, L, const R: usize, const P: usize>(layer: L, mask: [M; 3])
where
    M: Sample<Element = u32>,
    L: Train<f64, (SMatrix<f64, R, P>, M), Output: FloatTensors<f64>>,
{
    check_layer::<SMatrix<f64, R, P>, _>(&Masked(layer, mask));
}

struct Masked<L, M>(L, [M; 3]);

impl<M: Sample<Element = u32>, L: Layer<f64, (SMatrix<f64, R, P>, M)>, const R: usize, const P: usize>
    Layer<f64, SMatrix<f64, R, P>> for Masked<L, M>
{
    type Output = L::Output;
    type Weights = L::Weights;
    type Scratch<B: Storage> = L::Scratch<B>;
    type Cache<B: Storage> = L::Cache<B>;

    fn init(&self, w: &mut L::Weights, rng: &mut dyn Rng) {
        self.0.init(w, rng);
    }

    fn forward<B: Storage>(
        &self,
        w: &L::Weights,
        x: &[SMatrix<f64, R, P>],
        y: <L::Output as Tensors>::BatchMut<'_>,
        pass: Pass<'_, '_, f64, L::Scratch<B>, L::Cache<B>>,
    ) {
        self.0.forward::<B>(w, (x, &self.1), y, pass);
    }

    fn backward<B: Storage>(
        &self,
        w: &L::Weights,
        x: &[SMatrix<f64, R, P>],
        y: <L::Output as Tensors>::Batch<'_>,
        dy: <L::Output as Tensors>::Batch<'_>,
        memory: Memory<'_, f64, L::Cache<B>>,
        dx: Option<&mut [SMatrix<f64, R, P>]>,
        dw: Option<&mut L::Weights>,
    ) {
        self.0.backward::<B>(w, (x, &self.1), y, dy, memory, (dx, None), dw);
    }
}

impl<M: Sample<Element = u32>, L: Train<f64, (SMatrix<f64, R, P>, M)>, const R: usize, const P: usize>
    Train<f64, SMatrix<f64, R, P>> for Masked<L, M> {
    fn regularize(&self, w: &L::Weights, dw: Option<&mut L::Weights>) -> f64 {
        self.0.regularize(w, dw)
    }
}
