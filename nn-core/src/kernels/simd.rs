//! [`with_simd`]: runs a computation of many short parts and finds out the level of the machine only once.

use super::Function;
use super::rows::LANES;
use crate::tensor::scalar::Scalar;

/// A computation of many short parts, such as the steps of a sequence.
pub trait WithSimd<T> {
    /// The result.
    type Output;

    /// Runs the computation. It and everything that it calls must be `#[inline(always)]`: only inlined code is
    /// compiled for a level.
    fn run<M: Simd<T>>(self, simd: M) -> Self::Output;
}

/// The vectors of a level for which a [`WithSimd`] is compiled. Its functions do not look up the level again.
pub trait Simd<T>: Copy {
    /// Computes `y = f(x)`, for as many scalars as the shorter slice has.
    fn map<F: Function<T>>(self, f: &F, x: &[T], y: &mut [T]);

    /// Computes `x = exp(x)`.
    fn exp(self, x: &mut [T]);

    /// Returns the scalars of a slice of at most 16, followed by zeros.
    fn part(self, x: &[T]) -> [T; LANES];

    /// Overwrites a slice of at most 16 scalars with the first lanes.
    fn set_part(self, lanes: [T; LANES], x: &mut [T]);

    /// Computes `y += W · x` for every sample: `y[n, o] += Σᵢ w[i, o] · x[n, i]`, with rows of `y` that are `stride`
    /// apart.
    ///
    /// Shapes: `w` is `O × I`, `x` has `n · I` scalars. `room` has `n · O`, for products meanwhile.
    fn add_product<const I: usize, const O: usize>(self, w: &[T], x: &[T], y: &mut [T], stride: usize, room: &mut [T]);
}

pub use build::with_simd;

/// Plain loops.
#[cfg(any(not(feature = "std"), debug_assertions))]
mod build {
    use super::{Function, LANES, Scalar, Simd, WithSimd};
    use crate::kernels::{affine, exp_all};

    /// Runs a computation.
    #[inline(always)]
    pub fn with_simd<T: Scalar, W: WithSimd<T>>(work: W) -> W::Output {
        work.run(Any)
    }

    #[derive(Clone, Copy)]
    struct Any;

    impl<T: Scalar> Simd<T> for Any {
        #[inline(always)]
        fn map<F: Function<T>>(self, f: &F, x: &[T], y: &mut [T]) {
            crate::kernels::map(f, x, y);
        }

        #[inline(always)]
        fn exp(self, x: &mut [T]) {
            exp_all(x);
        }

        #[inline(always)]
        fn part(self, x: &[T]) -> [T; LANES] {
            let mut lanes = [T::ZERO; LANES];
            lanes.iter_mut().zip(x).for_each(|(lane, &x)| *lane = x);
            lanes
        }

        #[inline(always)]
        fn set_part(self, lanes: [T; LANES], x: &mut [T]) {
            x.iter_mut().zip(lanes).for_each(|(x, lane)| *x = lane);
        }

        #[inline(always)]
        fn add_product<const I: usize, const O: usize>(
            self,
            w: &[T],
            x: &[T],
            y: &mut [T],
            stride: usize,
            room: &mut [T],
        ) {
            affine::<T, I, O>(w, &[], x, room);
            for (y, product) in y.chunks_mut(stride.max(1)).zip(room.chunks_exact(O)) {
                for (y, &product) in y.iter_mut().zip(product) {
                    *y += product;
                }
            }
        }
    }
}

/// Optimised builds.
#[cfg(all(feature = "std", not(debug_assertions)))]
mod build {
    use super::{Function, LANES, Scalar, Simd, WithSimd};
    use crate::kernels::level::{Kernel, dispatch};
    use crate::kernels::loops::{Exp, apply_with, map_with};
    use crate::kernels::state::AddProduct;
    use crate::kernels::vector::Vector;
    use core::marker::PhantomData;

    /// Runs a computation at the level of this machine.
    #[inline(always)]
    pub fn with_simd<T: Scalar, W: WithSimd<T>>(work: W) -> W::Output {
        dispatch(OnLevel(work))
    }

    struct OnLevel<W>(W);

    impl<T: Scalar, W: WithSimd<T>> Kernel<T> for OnLevel<W> {
        type Output = W::Output;

        #[inline(always)]
        fn run<V: Vector<T>, const R: usize, const C: usize, const WIDE: usize>(self) -> W::Output {
            self.0.run(With::<V, R, C>(PhantomData))
        }
    }

    /// Vectors of this kind, with the sizes of a [`Kernel`].
    #[derive(Clone, Copy)]
    struct With<V, const R: usize, const C: usize>(PhantomData<V>);

    impl<T: Scalar, V: Vector<T>, const R: usize, const C: usize> Simd<T> for With<V, R, C> {
        #[inline(always)]
        fn map<F: Function<T>>(self, f: &F, x: &[T], y: &mut [T]) {
            let len = x.len().min(y.len());
            map_with::<T, V, F>(f, &x[..len], &mut y[..len]);
        }

        #[inline(always)]
        fn exp(self, x: &mut [T]) {
            apply_with::<T, V, Exp>(&Exp, x);
        }

        #[inline(always)]
        fn part(self, x: &[T]) -> [T; LANES] {
            let mut lanes = [T::ZERO; LANES];
            for l in (0..LANES).step_by(V::LANES) {
                if l + V::LANES <= x.len() {
                    V::load(&x[l..]).store(&mut lanes[l..]);
                } else if l < x.len() {
                    V::load_stored(&x[l..]).store(&mut lanes[l..]);
                }
            }
            lanes
        }

        #[inline(always)]
        fn set_part(self, lanes: [T; LANES], x: &mut [T]) {
            for l in (0..LANES).step_by(V::LANES) {
                if l < x.len() {
                    let end = x.len().min(l + V::LANES);
                    V::load(&lanes[l..]).store_part(&mut x[l..end]);
                }
            }
        }

        #[inline(always)]
        fn add_product<const I: usize, const O: usize>(
            self,
            w: &[T],
            x: &[T],
            y: &mut [T],
            stride: usize,
            _: &mut [T],
        ) {
            AddProduct { n: x.len() / I.max(1), inputs: I, x_stride: I, outputs: O, w: &w[..I * O], x, y, stride }
                .run::<V, R, C>();
        }
    }
}
