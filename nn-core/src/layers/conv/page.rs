//! [`Convolve`]: the computations of a page of this family over flat slices, and the traits that follow from them.

use crate::tensor::scalar::Scalar;
use rand::Rng;

/// The computations of a page, for a batch.
pub(in crate::layers) trait Convolve<T: Scalar> {
    type Weights;
    /// Whether [`compute`](Convolve::compute) rectifies.
    const RECTIFIES: bool = false;

    /// Sets initial weights.
    fn initialize(&self, w: &mut Self::Weights, rng: &mut dyn Rng);

    /// Computes `y` from `x`. Sets numbers below 0 to 0 if `rectified`, which only pages with `RECTIFIES` must do.
    fn compute(&self, w: &Self::Weights, x: &[T], y: &mut [T], workspace: &mut [T], rectified: bool);

    /// Adds the gradients to `dx` and `dw`.
    fn add_gradients(
        &self,
        w: &Self::Weights,
        x: &[T],
        dy: &[T],
        workspace: &mut [T],
        dx: Option<&mut [T]>,
        dw: Option<&mut Self::Weights>,
    );
}

/// The number of scalars of an output that stay in the nearer caches until they are activated.
pub(in crate::layers) const NEAR: usize = 32_768;

/// Implements the traits of a layer for a page: its type and its weights with their constants, the channels and pixels
/// of its input, the channels and pixels of its output, and the multiply-accumulates of a sample.
macro_rules! convolution {
    ($name:ident<$($const:ident),*>, $weights:ident<$($of:ident),*>, [$c:ident, $p:ident] => [$o:ident, $q:ident], $macs:expr) => {
        impl<T: Scalar + Element, $(const $const: usize,)* const $c: usize, const $p: usize> Layer<T, SMatrix<T, $c, $p>>
            for $name<$($const),*>
        {
            type Output = SMatrix<T, $o, $q>;
            type Weights = $weights<T, $($of),*>;
            type Scratch<S: Storage> = ();
            type Cache<S: Storage> = ();
            const MACS: usize = $macs;
            const WORK: Work = Work::BySample($macs);

            fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
                self.initialize(w, rng);
            }

            fn forward<S: Storage>(
                &self,
                w: &Self::Weights,
                x: &[SMatrix<T, $c, $p>],
                y: &mut [Self::Output],
                pass: Pass<'_, '_, T, (), ()>,
            ) {
                let (Pass::Inference(Memory { workspace, .. }) | Pass::Training(Memory { workspace, .. }, _)) = pass;
                self.compute(w, flat(x), flat_mut(y), workspace, false);
            }

            fn backward<S: Storage>(
                &self,
                w: &Self::Weights,
                x: &[SMatrix<T, $c, $p>],
                _: &[Self::Output],
                dy: &[Self::Output],
                Memory { workspace, .. }: Memory<'_, T, ()>,
                dx: Option<&mut [SMatrix<T, $c, $p>]>,
                dw: Option<&mut Self::Weights>,
            ) {
                self.add_gradients(w, flat(x), flat(dy), workspace, dx.map(flat_mut), dw);
            }
        }

        impl<T: Scalar + Element, $(const $const: usize,)* const $c: usize, const $p: usize>
            Activates<T, SMatrix<T, $c, $p>> for $name<$($const),*>
        {
            fn forward_activated<S: Storage, F: Activation>(
                &self,
                w: &Self::Weights,
                x: &[SMatrix<T, $c, $p>],
                y: &mut [Self::Output],
                pass: Pass<'_, '_, T, (), ()>,
                activation: &Activate<F>,
            ) {
                let (Pass::Inference(Memory { workspace, .. }) | Pass::Training(Memory { workspace, .. }, _)) = pass;
                let rectified = const { F::RECTIFIES && <Self as Convolve<T>>::RECTIFIES };
                // As many samples at a time as stay in a near cache.
                let near = const { if $o * $q == 0 { 1 } else { NEAR.div_ceil($o * $q) } };
                for (x, y) in x.chunks(near).zip(y.chunks_mut(near)) {
                    self.compute(w, flat(x), flat_mut(y), workspace, rectified);
                    if !rectified {
                        activation.in_place(y);
                    }
                }
            }
        }
    };
}
pub(in crate::layers) use convolution;

/// Implements [`Affine`](crate::weights::fold::Affine) for the weights of a page, with the name of the kernel that
/// makes the outputs and its layout. Methods that differ from the defaults may follow.
macro_rules! filters {
    ($weights:ident<$($of:ident),*>, $kernel:ident, $layout:expr $(; $($method:item)*)?) => {
        impl<T: Scalar, $(const $of: usize),*> Affine<T> for $weights<T, $($of),*> {
            const LAYOUT: Layout = $layout;

            fn affine(&self, _: usize) -> (&[T], &[T]) {
                (self.$kernel.as_slice(), self.bias.as_slice())
            }

            fn affine_mut(&mut self, _: usize) -> (&mut [T], &mut [T]) {
                (self.$kernel.as_mut_slice(), self.bias.as_mut_slice())
            }

            $($($method)*)?
        }
    };
}
pub(in crate::layers) use filters;
