//! [`Activates`]: layers that compute an activation where they write their output.

use super::{Layer, Pass};
use crate::activations::{Activate, Activation};
use crate::tensor::scalar::Scalar;
use crate::tensor::storage::Storage;
use crate::tensor::{Element, Tensors};
use nalgebra::SMatrix;

/// A layer that can compute the activation of its output where it writes it. That saves a pass over the memory.
///
/// A layer of the library says so in its specification ([`LayerSpec::activates`](crate::spec::LayerSpec::activates)).
/// Its backward pass must not read `y`, because the output before the activation is not kept. For a layer of your own,
/// [`layer!`](crate::layer!) writes the implementation, and a graph uses it in a prediction.
pub trait Activates<T: Scalar, X: Tensors>: Layer<T, X, Output: InPlace<T>> {
    /// Runs [`Layer::forward`] and then the activation of `y`. The numbers equal those of the layer and the activation
    /// one after the other, to the last bit.
    fn forward_activated<B: Storage, F: Activation>(
        &self,
        w: &Self::Weights,
        x: X::Batch<'_>,
        mut y: <Self::Output as Tensors>::BatchMut<'_>,
        pass: Pass<'_, '_, T, Self::Scratch<B>, Self::Cache<B>>,
        activation: &Activate<F>,
    ) {
        self.forward::<B>(w, x, <Self::Output as Tensors>::reborrow(&mut y), pass);
        <Self::Output as InPlace<T>>::activate(y, activation);
    }
}

/// A sample whose activation can be computed in place.
pub trait InPlace<T: Scalar>: Tensors {
    /// Computes the activation of each sample in place.
    fn activate<F: Activation>(batch: Self::BatchMut<'_>, activation: &Activate<F>);
}

impl<T: Scalar + Element, const R: usize, const P: usize> InPlace<T> for SMatrix<T, R, P> {
    #[inline]
    fn activate<F: Activation>(batch: &mut [Self], activation: &Activate<F>) {
        activation.in_place(batch);
    }
}
