//! Loops that the compiler vectorises, compiled for every level.

use super::exp;
use crate::tensor::scalar::Scalar;

/// A function of one scalar.
pub trait Function<T> {
    /// Whether it takes only a few instructions. For few scalars, finding out the level then takes longer than
    /// computing.
    const SIMPLE: bool = false;

    /// Returns the value. Must be `#[inline(always)]`: only inlined code is compiled for a level.
    fn value(&self, x: T) -> T;
}

/// A loop over slices.
pub trait Loop {
    /// The result.
    type Output;

    /// Runs the loop. Must be `#[inline(always)]`: only inlined code is compiled for a level.
    fn run(self) -> Self::Output;
}

/// The number of scalars up to which they are few.
const FEW: usize = 128;

/// Computes `y = f(x)`, for as many scalars as the shorter slice has.
#[inline]
pub fn map<T: Scalar, F: Function<T>>(f: &F, x: &[T], y: &mut [T]) {
    if F::SIMPLE && x.len() <= FEW {
        for (y, &x) in y.iter_mut().zip(x) {
            *y = f.value(x);
        }
    } else {
        build::map(f, x, y);
    }
}

/// Computes `x = f(x)`.
#[inline]
pub fn apply<T: Scalar, F: Function<T>>(f: &F, x: &mut [T]) {
    if F::SIMPLE && x.len() <= FEW {
        for x in x {
            *x = f.value(*x);
        }
    } else {
        build::apply(f, x);
    }
}

/// Computes `x = exp(x)`.
#[inline]
pub fn exp_all<T: Scalar>(x: &mut [T]) {
    apply(&Exp, x);
}

/// `exp`
pub(super) struct Exp;

impl<T: Scalar> Function<T> for Exp {
    #[inline(always)]
    fn value(&self, x: T) -> T {
        exp(x)
    }
}

#[cfg(all(feature = "std", not(debug_assertions)))]
pub(super) use build::{apply_with, map_with};

/// Runs a loop at the level of this machine.
#[inline]
pub fn run<L: Loop>(work: L) -> L::Output {
    build::run(work)
}

/// Plain loops.
#[cfg(any(not(feature = "std"), debug_assertions))]
mod build {
    use super::{Function, Loop};

    /// Marks a loop over a costly function: the compiler does not unroll it, because a body for each feature would be
    /// most of a small program. Products are unrolled in WebAssembly, where that takes less.
    #[inline(always)]
    fn once() {
        if cfg!(any(target_os = "none", target_arch = "wasm32")) {
            core::hint::black_box(());
        }
    }

    #[inline(always)]
    pub(super) fn map<T: Copy, F: Function<T>>(f: &F, x: &[T], y: &mut [T]) {
        for (y, &x) in y.iter_mut().zip(x) {
            *y = f.value(x);
            if !F::SIMPLE {
                once();
            }
        }
    }

    #[inline(always)]
    pub(super) fn apply<T: Copy, F: Function<T>>(f: &F, x: &mut [T]) {
        for x in x {
            *x = f.value(*x);
            if !F::SIMPLE {
                once();
            }
        }
    }

    #[inline(always)]
    pub(super) fn run<L: Loop>(work: L) -> L::Output {
        work.run()
    }
}

/// The loops of optimised builds.
#[cfg(all(feature = "std", not(debug_assertions)))]
mod build {
    use super::{Function, Loop};
    use crate::kernels::level::{Kernel, dispatch};
    use crate::kernels::vector::Vector;
    use crate::tensor::scalar::Scalar;

    #[inline(always)]
    pub(super) fn map<T: Scalar, F: Function<T>>(f: &F, x: &[T], y: &mut [T]) {
        let len = x.len().min(y.len());
        dispatch(Map { f, x: &x[..len], y: &mut y[..len] });
    }

    #[inline(always)]
    pub(super) fn apply<T: Scalar, F: Function<T>>(f: &F, x: &mut [T]) {
        dispatch(Apply { f, x });
    }

    struct Map<'a, T, F> {
        f: &'a F,
        x: &'a [T],
        y: &'a mut [T],
    }

    impl<T: Scalar, F: Function<T>> Kernel<T> for Map<'_, T, F> {
        type Output = ();

        #[inline(always)]
        fn run<V: Vector<T>, const R: usize, const C: usize, const WIDE: usize>(self) {
            map_with::<T, V, F>(self.f, self.x, self.y);
        }
    }

    /// Computes `y = f(x)` for slices of equal length, at the level of `V`.
    #[inline(always)]
    pub(in super::super) fn map_with<T: Scalar, V: Vector<T>, F: Function<T>>(f: &F, x: &[T], y: &mut [T]) {
        let whole = x.len() / V::LANES * V::LANES;
        for (y, &x) in y[..whole].iter_mut().zip(&x[..whole]) {
            *y = f.value(x);
        }
        if whole < x.len() {
            rest::<T, V>(f, V::load_part(&x[whole..])).store_part(&mut y[whole..]);
        }
    }

    struct Apply<'a, T, F> {
        f: &'a F,
        x: &'a mut [T],
    }

    impl<T: Scalar, F: Function<T>> Kernel<T> for Apply<'_, T, F> {
        type Output = ();

        #[inline(always)]
        fn run<V: Vector<T>, const R: usize, const C: usize, const WIDE: usize>(self) {
            apply_with::<T, V, F>(self.f, self.x);
        }
    }

    /// Computes `x = f(x)` at the level of `V`.
    #[inline(always)]
    pub(in super::super) fn apply_with<T: Scalar, V: Vector<T>, F: Function<T>>(f: &F, x: &mut [T]) {
        let whole = x.len() / V::LANES * V::LANES;
        for x in &mut x[..whole] {
            *x = f.value(*x);
        }
        if whole < x.len() {
            rest::<T, V>(f, V::load_part(&x[whole..])).store_part(&mut x[whole..]);
        }
    }

    /// Computes the remainder behind whole vectors as one vector, not scalar by scalar, because there may be nothing
    /// else.
    #[inline(always)]
    fn rest<T: Scalar, V: Vector<T>>(f: &impl Function<T>, x: V) -> V {
        let mut lanes = [T::ZERO; MOST];
        x.store(&mut lanes);
        for l in 0..V::LANES {
            lanes[l] = f.value(lanes[l]);
        }
        V::load(&lanes)
    }

    /// The maximum number of lanes of a vector.
    const MOST: usize = 16;

    #[inline(always)]
    pub(super) fn run<L: Loop>(work: L) -> L::Output {
        dispatch(Run(work))
    }

    struct Run<L>(L);

    impl<L: Loop> Kernel<f32> for Run<L> {
        type Output = L::Output;

        #[inline(always)]
        fn run<V: Vector<f32>, const R: usize, const C: usize, const WIDE: usize>(self) -> L::Output {
            self.0.run()
        }
    }
}
