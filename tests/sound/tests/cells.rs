//! A recurrent cell that breaks every promise: its weights have other sizes than declared, and its products have sizes
//! that it does not have.
#![forbid(unsafe_code)]
#![allow(missing_docs, unreachable_pub)]

use nn::layer::Pass;
use nn::layers::RNN;
use nn::layers::recurrent::{AllSteps, Cell, Returns, Simd, Sizes, Step, StepBack, Two};
use nn::prelude::*;
use nn::{Buffer, Heap, Mode};
use nn_sound::{Numbers, survives};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

nn::weights! {
    /// Some scalars.
    pub struct SomeWeights<T, const N: usize> {
        some: SVector<T, N> => [N],
    }
}

/// Another number below this one at each call.
fn any(below: usize) -> usize {
    static ASKED: AtomicU64 = AtomicU64::new(0);
    Numbers(ASKED.fetch_add(1, Relaxed)).below(below)
}

/// Some or all of these.
fn some<T>(x: &[T]) -> &[T] {
    &x[..if any(3) == 0 { any(x.len() + 1) } else { x.len() }]
}

fn some_mut<T>(x: &mut [T]) -> &mut [T] {
    let end = if any(3) == 0 { any(x.len() + 1) } else { x.len() };
    &mut x[..end]
}

/// A cell that lies.
struct Liar;

impl Cell for Liar {
    type Sizes = Sizes<3, 4, 12, Two, 2>;
    type Weights<T: Scalar> = SomeWeights<T, 48>;
    type Returns = Returns<Sizes<3, 5, 10>>;

    fn input<T: Scalar>(w: &Self::Weights<T>) -> (&[T], &[T]) {
        (some(w.some.as_slice()), some(&w.some.as_slice()[..12]))
    }

    fn input_mut<T: Scalar>(dw: &mut Self::Weights<T>) -> (&mut [T], &mut [T]) {
        let (kernel, bias) = dw.some.as_mut_slice().split_at_mut(36);
        (some_mut(kernel), some_mut(bias))
    }

    fn forward_step<T: Scalar, M: Simd<T>>(&self, simd: M, w: &Self::Weights<T>, mut at: Step<'_, T>) {
        let v = some(w.some.as_slice());
        match any(6) {
            0 => at.add_state::<M, 1, 40>(simd, v),
            1 => at.add_state::<M, 16, 3>(simd, v),
            2 => at.own.row(any(9)).fill(T::ONE),
            _ => at.add_state::<M, 4, 12>(simd, v),
        }
    }

    fn backward_step<T: Scalar, M: Simd<T>>(&self, _: M, w: &Self::Weights<T>, mut at: StepBack<'_, T>) {
        let v = some(w.some.as_slice());
        match any(6) {
            0 => at.add_state_back::<1, 40>(v),
            1 => at.add_state_back::<16, 3>(v),
            2 => at.dz_kept.row(any(9)).fill(T::ONE),
            _ => at.add_state_back::<4, 12>(v),
        }
    }

    fn state_gradients<T: Scalar>(&self, dw: &mut Self::Weights<T>, at: AllSteps<'_, T>) {
        let dv = some_mut(dw.some.as_mut_slice());
        match any(4) {
            0 => at.add_state_outer::<1, 40>(dv),
            1 => at.add_state_outer::<16, 3>(dv),
            _ => at.add_state_outer::<4, 12>(dv),
        }
    }

    fn start<T: Scalar>(&self, w: &mut Self::Weights<T>, _: &mut dyn Rng) {
        w.some.fill(T::of(0.1));
    }
}

type X = SMatrix<f32, 3, 7>;
type Y = SMatrix<f32, 4, 7>;

#[test]
fn a_cell_that_lies() {
    let (layer, mut rng) = (RNN::<_, 7>::new(Liar), StdRng::seed_from_u64(1));
    let mut w = Box::new(<<Liar as Cell>::Weights<f32> as nn::Weights<f32>>::zeroed());
    Liar.start(&mut w, &mut rng);
    let mut ends = 0;
    for n in (0..300).map(|k| k % 6) {
        let (x, mut y, dy) = (vec![X::repeat(0.5); n], vec![Y::zeros(); n], vec![Y::repeat(0.1); n]);
        ends += usize::from(survives(|| {
            let mut scratch = <RNN<Liar, 7> as nn::Layer<f32, X>>::Scratch::<Heap>::with_capacity(n);
            nn::Layer::<f32, X>::forward::<Heap>(&layer, &w, &x, &mut y, Pass::inference(&mut scratch));
        }));
        ends += usize::from(survives(|| {
            let mut cache = <RNN<Liar, 7> as nn::Layer<f32, X>>::Cache::<Heap>::with_capacity(n);
            let (mut dw, mut dx) = (w.clone(), x.clone());
            let pass = Pass::training(&mut cache, Mode::new(&mut rng));
            nn::Layer::<f32, X>::forward::<Heap>(&layer, &w, &x, &mut y, pass);
            let (dx, dw) = (Some(&mut dx[..]), Some(&mut *dw));
            nn::Layer::<f32, X>::backward::<Heap>(&layer, &w, &x, &y, &dy, nn::Memory::new(&mut cache), dx, dw);
        }));
    }
    assert!(ends > 0, "no pass came to its end");
}
