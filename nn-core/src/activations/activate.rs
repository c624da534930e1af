//! [`Activate`]: an activation as a layer.

use crate::kernels::{self, Loop, Simd};
use crate::layer::{Ends, Layer, Memory, Pass, Train, Work};
use crate::tensor::scalar::Scalar;
use crate::tensor::storage::Storage;
use crate::tensor::{Element, flat, flat_mut};
use nalgebra::SMatrix;

/// The activation of a model's output. Losses and the lints of training ask for it: behind a softmax or sigmoid, a
/// cross-entropy works on the logits, stable and in one formula.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Head {
    /// Sigmoid.
    Sigmoid,
    /// Softmax over the features.
    Softmax,
    /// A layer with weights and without an activation: logits, or numbers of any size. Only lints distinguish it from
    /// `Other`.
    Linear,
    /// Any other layer.
    #[default]
    Other,
}

impl Head {
    /// Whether it turns logits into probabilities.
    pub const fn of_logits(self) -> bool {
        matches!(self, Head::Sigmoid | Head::Softmax)
    }
}

/// An activation: a function of the features of one position.
///
/// Most activations are [`Elementwise`], which implements this trait for them. Implement `Elementwise` for an
/// activation of your own and use its path: `Dense(64, activation = my::Cube)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an activation",
    note = "an activation of your own implements `nn::activations::Elementwise`"
)]
pub trait Activation {
    /// The facts that a loss may use about the activation.
    const HEAD: Head = Head::Other;

    /// Whether the function is exactly `max(x, 0)`. A product can then apply it where it stores its sums.
    const RECTIFIES: bool = false;

    /// Overwrites `y` with the activation of `x`. Each position is a slice of `features` scalars.
    fn forward<T: Scalar>(&self, features: usize, x: &[T], y: &mut [T]);

    /// Applies the activation to `x` in place, as a prediction may do.
    fn in_place<T: Scalar>(&self, features: usize, x: &mut [T]);

    /// Given the output gradient `dy`, adds the input gradient to `dx`.
    fn backward<T: Scalar>(&self, features: usize, x: &[T], y: &[T], dy: &[T], dx: &mut [T]);

    /// Runs [`forward`](Self::forward) inside a [`kernels::with_simd`].
    #[doc(hidden)]
    #[inline(always)]
    fn forward_on<T: Scalar>(&self, _: impl Simd<T>, features: usize, x: &[T], y: &mut [T]) {
        self.forward(features, x, y);
    }

    /// Runs [`backward`](Self::backward) inside a [`kernels::with_simd`].
    #[doc(hidden)]
    #[inline(always)]
    fn backward_on<T: Scalar>(&self, _: impl Simd<T>, features: usize, x: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
        self.backward(features, x, y, dy, dx);
    }
}

/// An activation that acts on each scalar.
///
/// If its functions are `#[inline]` and have neither branches nor calls, the compiler vectorises loops over them for
/// the widest vectors of the machine. The functions in [`kernels`](crate::kernels) contain such loops.
///
/// ```
/// use nn_core::{Scalar, activations::Elementwise};
///
/// /// y = x³
/// struct Cube;
///
/// impl Elementwise for Cube {
///     fn value<T: Scalar>(&self, x: T) -> T {
///         x * x * x
///     }
///
///     fn derivative<T: Scalar>(&self, x: T, _y: T) -> T {
///         T::of(3.0) * x * x
///     }
/// }
/// ```
pub trait Elementwise {
    /// The facts that a loss may use about the activation.
    const HEAD: Head = Head::Other;

    /// Whether the function takes only a few instructions. A plain loop is then faster for few scalars.
    const SIMPLE: bool = false;

    /// Whether the function is exactly `max(x, 0)`.
    const RECTIFIES: bool = false;

    /// Returns `y = f(x)`.
    fn value<T: Scalar>(&self, x: T) -> T;

    /// Returns `f'(x)` from `x` and `y = f(x)`, whichever is cheaper.
    fn derivative<T: Scalar>(&self, x: T, y: T) -> T;
}

impl<F: Elementwise> Activation for F {
    const HEAD: Head = F::HEAD;
    const RECTIFIES: bool = F::RECTIFIES;

    #[inline]
    fn forward<T: Scalar>(&self, _: usize, x: &[T], y: &mut [T]) {
        kernels::map(&Value(self), x, y);
    }

    #[inline]
    fn in_place<T: Scalar>(&self, _: usize, x: &mut [T]) {
        kernels::apply(&Value(self), x);
    }

    #[inline]
    fn backward<T: Scalar>(&self, _: usize, x: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
        kernels::run(Backward { f: self, x, y, dy, dx });
    }

    #[inline(always)]
    fn forward_on<T: Scalar>(&self, simd: impl Simd<T>, _: usize, x: &[T], y: &mut [T]) {
        simd.map(&Value(self), x, y);
    }

    #[inline(always)]
    fn backward_on<T: Scalar>(&self, _: impl Simd<T>, _: usize, x: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
        Backward { f: self, x, y, dy, dx }.run();
    }
}

/// An activation as the argument of [`kernels::map`].
struct Value<'a, F>(&'a F);

impl<T: Scalar, F: Elementwise> kernels::Function<T> for Value<'_, F> {
    const SIMPLE: bool = F::SIMPLE;

    #[inline(always)]
    fn value(&self, x: T) -> T {
        self.0.value(x)
    }
}

/// The arguments of [`Activation::backward`].
struct Backward<'a, F, T> {
    f: &'a F,
    x: &'a [T],
    y: &'a [T],
    dy: &'a [T],
    dx: &'a mut [T],
}

impl<T: Scalar, F: Elementwise> Loop for Backward<'_, F, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        // y = f(x), so dx += f'(x) · dy
        for (((dx, &dy), &x), &y) in self.dx.iter_mut().zip(self.dy).zip(self.x).zip(self.y) {
            *dx += self.f.derivative(x, y) * dy;
        }
    }
}

/// The arguments of [`Activate::backward_in_place`].
struct BackwardInPlace<'a, F, T> {
    f: &'a F,
    y: &'a [T],
    dy: &'a mut [T],
}

impl<T: Scalar, F: Elementwise> kernels::Loop for BackwardInPlace<'_, F, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (dy, &y) in self.dy.iter_mut().zip(self.y) {
            *dy = self.f.derivative(y, y) * *dy;
        }
    }
}

/// The layer that applies an activation: `Activate(Relu)`.
#[doc(alias = "Activation")]
#[derive(Clone, Copy, Debug)]
pub struct Activate<F>(pub F);

impl<F: Activation> Activate<F> {
    /// Overwrites `x` with its activation.
    #[inline]
    pub fn in_place<T: Scalar + Element, const R: usize, const P: usize>(&self, x: &mut [SMatrix<T, R, P>]) {
        self.0.in_place(R, flat_mut(x));
    }
}

impl<F: Elementwise> Activate<F> {
    /// Computes the backward pass of an activation that was applied in place: replaces the output gradient by the
    /// input gradient. Only for a function whose derivative is the same if it gets the output for the input
    /// ([`ValueSpec::from_output`](crate::spec::ValueSpec::from_output)).
    #[inline]
    pub fn backward_in_place<T: Scalar + Element, const R: usize, const P: usize>(
        &self,
        y: &[SMatrix<T, R, P>],
        dy: &mut [SMatrix<T, R, P>],
    ) {
        kernels::run(BackwardInPlace { f: &self.0, y: flat(y), dy: flat_mut(dy) });
    }
}

impl<T: Scalar + Element, F: Activation, const R: usize, const P: usize> Layer<T, SMatrix<T, R, P>> for Activate<F> {
    type Output = SMatrix<T, R, P>;
    type Weights = ();
    type Scratch<B: Storage> = ();
    type Cache<B: Storage> = ();
    const WORK: Work = Work::BySample(0);

    #[inline]
    fn forward<B: Storage>(
        &self,
        _: &(),
        x: &[SMatrix<T, R, P>],
        y: &mut [SMatrix<T, R, P>],
        _: Pass<'_, '_, T, (), ()>,
    ) {
        self.0.forward(R, flat(x), flat_mut(y));
    }

    #[inline]
    fn backward<B: Storage>(
        &self,
        _: &(),
        x: &[SMatrix<T, R, P>],
        y: &[SMatrix<T, R, P>],
        dy: &[SMatrix<T, R, P>],
        _: Memory<'_, T, ()>,
        dx: Option<&mut [SMatrix<T, R, P>]>,
        _: Option<&mut ()>,
    ) {
        if let Some(dx) = dx {
            self.0.backward(R, flat(x), flat(y), flat(dy), flat_mut(dx));
        }
    }
}

impl<T: Scalar + Element, F: Activation, const R: usize, const P: usize> Ends<T, SMatrix<T, R, P>> for Activate<F> {
    const HEAD: Head = F::HEAD;
}

impl<T: Scalar + Element, F: Activation, const R: usize, const P: usize> Train<T, SMatrix<T, R, P>> for Activate<F> {}
