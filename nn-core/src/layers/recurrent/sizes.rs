//! [`Sizes`]: the sizes of a cell as a type; [`Run`]: a pass with these sizes.

use super::cell::{Cell, Options};
use super::sequence::{SequenceGradients, SequenceParts};
use crate::layer::Pass;
use crate::tensor::scalar::Scalar;
use crate::tensor::storage::{Buffer, Storage};
use crate::tensor::{FloatTensors, Sample, Tensors};
use core::marker::PhantomData;
use nalgebra::{SMatrix, SVector};

/// The sizes of a cell: it reads steps of `F` features, has states of `U` units, and `G` rows of all gates. `G` is a
/// multiple of `U`.
///
/// `S` is [`One`] state or [`Two`]. Besides its gates, the cell keeps `K` scalars of each step for its backward step.
/// `D` is `F` if the input may have dropout, else 0.
#[derive(Clone, Copy, Debug)]
pub struct Sizes<const F: usize, const U: usize, const G: usize, S = One, const K: usize = 0, const D: usize = 0>(
    PhantomData<S>,
);

/// The numbers of [`Sizes`].
pub trait Size {
    /// The number of features of a step.
    const FEATURES: usize;
    /// The number of scalars of a state.
    const UNITS: usize;
    /// The number of rows of all gates.
    const ROWS: usize;
    /// The number of states.
    const STATES: usize;
    /// The number of scalars of the second state; 0 without one.
    const MEMORY: usize = if Self::STATES == 2 { Self::UNITS } else { 0 };
    /// The number of scalars that the cell keeps of a step.
    const OWN: usize;
}

impl<S: States, const F: usize, const U: usize, const G: usize, const K: usize, const D: usize> Size
    for Sizes<F, U, G, S, K, D>
{
    const FEATURES: usize = F;
    const UNITS: usize = U;
    const ROWS: usize = G;
    const STATES: usize = S::COUNT;
    const OWN: usize = K;
}

/// One state, `h`.
#[derive(Clone, Copy, Debug)]
pub struct One;

/// Two states, `h` and `c`.
#[derive(Clone, Copy, Debug)]
pub struct Two;

/// The number of states, as a type.
pub trait States: 'static {
    /// The number of states.
    const COUNT: usize;
    /// Room for the second state, if `R` is room for the first.
    type Second<R: Sample>: Sample<Element = R::Element>;
    /// The outputs of a layer that returns its last states: `Y` and the states of `U` units.
    type Last<T: Scalar, const U: usize, const P: usize>: FloatTensors<T>;
}

impl States for One {
    const COUNT: usize = 1;
    type Second<R: Sample> = SVector<R::Element, 0>;
    type Last<T: Scalar, const U: usize, const P: usize> = (SMatrix<T, U, P>, SVector<T, U>);
}

impl States for Two {
    const COUNT: usize = 2;
    type Second<R: Sample> = R;
    type Last<T: Scalar, const U: usize, const P: usize> = (SMatrix<T, U, P>, SVector<T, U>, SVector<T, U>);
}

/// The outputs of a layer with the sizes `N`: `P` steps, and the last states if `STATE` is 1.
#[derive(Clone, Copy, Debug)]
pub struct Returns<N, const P: usize = 1, const STATE: usize = 0>(PhantomData<N>);

/// The outputs of a recurrent layer.
pub trait Outputs<T: Scalar> {
    /// The number of steps.
    const STEPS: usize;
    /// The steps, then the last states.
    type Output: FloatTensors<T>;
}

impl<T: Scalar, S, const F: usize, const U: usize, const G: usize, const K: usize, const D: usize, const P: usize>
    Outputs<T> for Returns<Sizes<F, U, G, S, K, D>, P, 0>
{
    const STEPS: usize = P;
    type Output = SMatrix<T, U, P>;
}

impl<
    T: Scalar,
    S: States,
    const F: usize,
    const U: usize,
    const G: usize,
    const K: usize,
    const D: usize,
    const P: usize,
> Outputs<T> for Returns<Sizes<F, U, G, S, K, D>, P, 1>
{
    const STEPS: usize = P;
    type Output = S::Last<T, U, P>;
}

/// The passes of a cell of these sizes over `X`, in either direction.
///
/// The methods follow the conventions of [`Layer`](crate::Layer), over slices.
pub trait Run<T: Scalar, X: Tensors>: Size + Sized {
    /// Working memory of a prediction.
    type Scratch<B: Storage>: Buffer;
    /// Memory that a training pass leaves for the backward pass.
    type Cache<B: Storage>: Buffer;
    /// The number of steps.
    const STEPS: usize;
    /// The number of initial states.
    const INITIAL: usize;
    /// Multiply-accumulates of all steps.
    const MACS: usize = Self::STEPS * Self::ROWS * (Self::FEATURES + Self::UNITS);

    /// Returns the tensors as slices, without a mask.
    fn parts<'a>(x: X::Batch<'a>) -> SequenceParts<'a, T>;
    /// Returns the places where the gradients of the tensors are added.
    fn part_gradients<'a>(dx: X::Gradients<'a>) -> SequenceGradients<'a, T>;

    /// Computes `y`, all steps of each sample or the last one, and returns the last states. Without a second state,
    /// its slice is empty.
    fn run<'a, B: Storage, C: Cell<Sizes = Self>>(
        cell: &C,
        options: Options,
        w: &C::Weights<T>,
        x: SequenceParts<'_, T>,
        y: &mut [T],
        pass: Pass<'a, '_, T, Self::Scratch<B>, Self::Cache<B>>,
    ) -> [&'a [T]; 2];

    /// Computes a prediction of `n` samples whose input is already multiplied by the kernel. `pre` overwrites its
    /// argument with `W · x + b`, the gates of all steps of each sample. The pass reads only the weights that multiply
    /// the state. An empty state is zero; an empty mask counts all steps.
    fn run_from<'a, B: Storage, C: Cell<Sizes = Self>>(
        cell: &C,
        options: Options,
        w: &C::Weights<T>,
        n: usize,
        pre: impl FnOnce(&mut [T]),
        states: [&[T]; 2],
        mask: &[u32],
        y: &mut [T],
        scratch: &'a mut Self::Scratch<B>,
    ) -> [&'a [T]; 2];

    /// Adds the gradients to `dx` and `dw`. `dlast` are the gradients of the last states; empty if they are zero.
    fn run_back<B: Storage, C: Cell<Sizes = Self>>(
        cell: &C,
        options: Options,
        w: &C::Weights<T>,
        x: SequenceParts<'_, T>,
        dy: &[T],
        dlast: [&[T]; 2],
        cache: &mut Self::Cache<B>,
        dx: SequenceGradients<'_, T>,
        dw: Option<&mut C::Weights<T>>,
    );
}
