//! [`Sizes`]: how much a cell has of what, as a type; [`Run`] is a pass with these sizes.

use super::cell::{Cell, Options};
use super::sequence::{SequenceGradients, SequenceParts};
use crate::layer::Pass;
use crate::tensor::scalar::Scalar;
use crate::tensor::storage::{Buffer, Storage};
use crate::tensor::{FloatTensors, Sample, Tensors};
use core::marker::PhantomData;
use nalgebra::{SMatrix, SVector};

/// The sizes of a cell: it reads steps of `F` features, has states of `U` units, and `G` rows of all gates, which is a
/// multiple of `U`.
///
/// `S` is [`One`] state or [`Two`]. The cell keeps `K` scalars of each step for its way back, beside its gates. `D` is
/// `F` if a part of the input may be dropped, else 0.
#[derive(Clone, Copy, Debug)]
pub struct Sizes<const F: usize, const U: usize, const G: usize, S = One, const K: usize = 0, const D: usize = 0>(
    PhantomData<S>,
);

/// The numbers of [`Sizes`].
pub trait Size {
    /// Features of a step.
    const FEATURES: usize;
    /// Scalars of a state.
    const UNITS: usize;
    /// Rows of all gates.
    const ROWS: usize;
    /// How many states there are.
    const STATES: usize;
    /// Scalars of the second state; 0 without one.
    const MEMORY: usize = if Self::STATES == 2 { Self::UNITS } else { 0 };
    /// Scalars that the cell keeps of a step.
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

/// How many states there are.
pub trait States: 'static {
    /// It.
    const COUNT: usize;
    /// Room for the second state where `R` is room for the first.
    type Second<R: Sample>: Sample<Element = R::Element>;
    /// The outputs of a layer that gives its last states, `Y` beside states of `U` units.
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
    /// How many steps there are.
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
/// The methods are those of [`Layer`](crate::Layer), with the same conventions, over slices.
pub trait Run<T: Scalar, X: Tensors>: Size + Sized {
    /// Working memory of a prediction.
    type Scratch<B: Storage>: Buffer;
    /// What a training pass leaves for the backward pass.
    type Cache<B: Storage>: Buffer;
    /// How many steps there are.
    const STEPS: usize;
    /// How many initial states there are.
    const INITIAL: usize;
    /// Multiply-accumulates of all steps.
    const MACS: usize = Self::STEPS * Self::ROWS * (Self::FEATURES + Self::UNITS);

    /// The tensors as slices, without a mask.
    fn parts<'a>(x: X::Batch<'a>) -> SequenceParts<'a, T>;
    /// Where the gradients of the tensors are added.
    fn part_gradients<'a>(dx: X::Gradients<'a>) -> SequenceGradients<'a, T>;

    /// Computes `y`, all steps of each sample or the last one, and gives the last states; where there is no second one,
    /// it is empty.
    fn run<'a, B: Storage, C: Cell<Sizes = Self>>(
        cell: &C,
        options: Options,
        w: &C::Weights<T>,
        x: SequenceParts<'_, T>,
        y: &mut [T],
        pass: Pass<'a, '_, T, Self::Scratch<B>, Self::Cache<B>>,
    ) -> [&'a [T]; 2];

    /// A prediction of `n` samples whose input has met the kernel before: `pre` overwrites its argument with
    /// `W · x + b`, the gates of all steps of each sample. Of the weights it reads those that the state meets. An empty
    /// state is zero, an empty mask counts all steps.
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

    /// Adds to `dx` and `dw`. `dlast` are the gradients of the last states; empty where they are zero.
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
