//! The computation of the layers that normalize groups of scalars inside of a sample.
//!
//! ```text
//! v = f(x)    s = ..                      a shift and a factor for each group: see [`Formula`]
//! z = (x - v) · s
//! y = gamma ⊙ z + beta
//!
//! dx     += s · (g - a - x̂ · Σ (g ⊙ z) / n)        with g = gamma ⊙ dy, x̂ = (x - μ) · s, and a = mean(g) if v = μ, else 0
//! dgamma += dy ⊙ z
//! dbeta  += dy
//! ```
//!
//! The mean takes two passes. The second one adds `mean(x - μ)` to it, and takes its square from the variance: a mean
//! far from 0 is right to the last digits, and the variance of equal numbers is 0.
//!
//! Most groups are rows of neighbouring scalars, and a row is a loop (`rows`). If a row is short, or the scalars of a
//! group lie apart, neighbouring groups are computed together (`lanes`). No code here knows a size when it compiles, so
//! it exists once for all layers.

use super::axes::Places;
use super::walk::LAST;
use super::{lanes, rows};
use crate::kernels::{Loop, run};
use crate::spec::shape::Shape;
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use crate::weights::initializers::Fans;

/// The shift `v` and the factor `s` of a group of `n` scalars, with mean `μ` and variance `σ²`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Formula {
    /// `v = μ` and `s = 1 / √(σ² + epsilon)`
    Standard,
    /// `v = 0` and `s = 1 / √(σ² + epsilon)`
    Deviation,
    /// `v = 0` and `s = 1 / √(mean(x²) + epsilon)`; `μ` is taken as 0
    RootMeanSquare,
    /// `v = 0` and `s = 1 / max(√Σ x², epsilon)`; `μ` is taken as 0
    Length,
}

/// A normalization of samples.
#[derive(Clone, Copy)]
pub(super) struct Groups<'a, T> {
    pub(super) places: Places,
    pub(super) formula: Formula,
    pub(super) epsilon: f64,
    /// The factor; empty if there is none.
    pub(super) gamma: &'a [T],
    /// The offset; empty if there is none.
    pub(super) beta: &'a [T],
}

/// The wanted gradients. Those of variables are empty if they are not wanted.
pub(super) struct Gradients<'a, T> {
    pub(super) dx: Option<&'a mut [T]>,
    pub(super) dgamma: &'a mut [T],
    pub(super) dbeta: &'a mut [T],
}

/// A shift and a factor of a group: `μ` and `s`.
pub(super) type Kept<T> = [T; 2];

impl<T: Scalar + Element> Groups<'_, T> {
    /// Computes `y`. Writes `μ` and `s` of every group to `kept`, in the order of the groups.
    pub(super) fn forward(self, x: &[T], y: &mut [T], kept: Option<&mut [T]>) {
        run(Forward { groups: self, x, y, kept: kept.unwrap_or_default() });
    }

    /// Adds the gradients. `kept` is that of the forward pass.
    pub(super) fn backward(self, x: &[T], dy: &[T], kept: &[T], gradients: Gradients<'_, T>) {
        run(Backward { groups: self, x, dy, kept, gradients });
    }

    /// Whether `v` is `μ`.
    #[inline(always)]
    pub(super) fn shifts(&self) -> bool {
        self.formula == Formula::Standard
    }

    /// Whether `μ` is computed.
    #[inline(always)]
    pub(super) fn has_mean(&self) -> bool {
        matches!(self.formula, Formula::Standard | Formula::Deviation)
    }

    /// Computes `μ` and `s` of a group of `n` scalars, from the sums of `x - μ` and of its square, and the first `μ`.
    #[inline(always)]
    pub(super) fn finish(&self, mean: T, sum: T, squares: T, n: T) -> Kept<T> {
        if self.formula == Formula::Length {
            let (s, most) = (T::ONE / squares.sqrt(), T::of(1.0 / self.epsilon));
            return [T::ZERO, if s > most { most } else { s }];
        }
        let (moved, variance) = if self.has_mean() {
            let moved = sum / n;
            (moved, (squares / n - moved * moved).positive())
        } else {
            (T::ZERO, squares / n)
        };
        [mean + moved, T::ONE / (variance + T::of(self.epsilon)).sqrt()]
    }

    /// Returns the factors of `Σ g` and of `Σ (g ⊙ z)` in `dx`.
    #[inline(always)]
    pub(super) fn shares(&self, s: T, n: T) -> (T, T) {
        match self.formula {
            Formula::Standard => (T::ONE / n, T::ONE / n),
            Formula::Deviation | Formula::RootMeanSquare => (T::ZERO, T::ONE / n),
            // The factor of a shorter one is a constant.
            Formula::Length => (T::ZERO, if s < T::of(1.0 / self.epsilon) { T::ONE } else { T::ZERO }),
        }
    }

    /// Returns the axis of the groups that are computed together, if they are.
    #[inline(always)]
    fn together(&self) -> Option<usize> {
        let places = &self.places;
        if places.has_groups(LAST) {
            return Some(LAST);
        }
        let before = LAST - 1;
        let is_like_last = places.has_groups(before) && places.has_variables(before) == places.has_variables(LAST);
        let is_short = 2 * places.dims[LAST] <= lanes::LANES && places.count(false, 1 << LAST) > 1;
        (is_like_last && is_short).then_some(before)
    }
}

struct Forward<'a, T> {
    groups: Groups<'a, T>,
    x: &'a [T],
    y: &'a mut [T],
    kept: &'a mut [T],
}

impl<T: Scalar + Element> Loop for Forward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let size = self.groups.places.size().max(1);
        let together = self.groups.together();
        let mut kept = self.kept.as_chunks_mut::<2>().0.iter_mut();
        for (x, y) in self.x.chunks_exact(size).zip(self.y.chunks_exact_mut(size)) {
            match together {
                Some(axis) => lanes::forward(&self.groups, axis, x, y, &mut kept),
                None => rows::forward(&self.groups, x, y, &mut kept),
            }
        }
    }
}

struct Backward<'a, T> {
    groups: Groups<'a, T>,
    x: &'a [T],
    dy: &'a [T],
    kept: &'a [T],
    gradients: Gradients<'a, T>,
}

impl<T: Scalar + Element> Loop for Backward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let size = self.groups.places.size().max(1);
        let together = self.groups.together();
        let Gradients { dx, dgamma, dbeta } = self.gradients;
        let mut dx = dx.map(|dx| dx.chunks_exact_mut(size));
        let mut kept = self.kept.as_chunks::<2>().0.iter();
        for (x, dy) in self.x.chunks_exact(size).zip(self.dy.chunks_exact(size)) {
            let dx = dx.as_mut().and_then(Iterator::next);
            let gradients = Gradients { dx, dgamma, dbeta };
            match together {
                Some(axis) => lanes::backward(&self.groups, axis, x, dy, &mut kept, gradients),
                None => rows::backward(&self.groups, x, dy, &mut kept, gradients),
            }
        }
    }
}

/// Returns Keras's fans of any variable: the last two axes, times the axes before them. A vector counts as both.
pub(super) fn fans(shape: &Shape) -> Fans {
    let (last, before) = (shape.rows(), shape.cols());
    if shape.rank() < 2 {
        return Fans::new(last, last);
    }
    let beyond = before / shape.dim(shape.rank() - 2).max(1);
    Fans::new(before, beyond * last)
}

/// Values of a variable along a row: one for each scalar, or the same for all.
#[derive(Clone, Copy)]
pub(super) struct Along<'a, T> {
    values: &'a [T],
    step: usize,
}

impl<'a, T: Scalar> Along<'a, T> {
    /// Finds the values from place `at` on. `buffer` holds as many as a part of a row needs, if they are all the same.
    #[inline(always)]
    pub(super) fn new(variable: &'a [T], at: usize, varies: bool, len: usize, absent: T, buffer: &'a mut [T]) -> Self {
        if varies && !variable.is_empty() {
            return Along { values: variable.get(at..).unwrap_or_default(), step: 1 };
        }
        let value = variable.get(at).copied().unwrap_or(absent);
        let len = len.min(buffer.len());
        buffer.iter_mut().take(len).for_each(|same| *same = value);
        Along { values: buffer, step: 0 }
    }

    /// Returns the values for `len` scalars of the row from scalar `from` on.
    #[inline(always)]
    pub(super) fn part(&self, from: usize, len: usize) -> &'a [T] {
        self.values.get(from * self.step..).and_then(|values| values.get(..len)).unwrap_or_default()
    }
}
