//! The losses of the library for one position, and the loss of a sample made from them.
//!
//! ```text
//! l(t, y)                            a position: its features and their target
//! L = 1/P · Σ l(t[p], y[p])          a sample of P positions
//! M = Σ w[p] · l(t[p], y[p])         the same with weights, or a mask; only the batch knows how many positions count
//! ```

use super::mean::mean_of;
use crate::activations::Head;
use crate::spec::text::Text;
use crate::tensor::Element;
use crate::tensor::scalar::Scalar;
use crate::train::losses::Loss;
use nalgebra::SMatrix;

/// A loss that judges the positions of a sample one by one. [`on_positions!`] implements
/// [`LossOn`](crate::train::losses::LossOn) with it.
pub(super) trait Position<T: Scalar>: Loss + Sized {
    /// The items of a target: `T`, or `u32` if it is the index of a class.
    type Target: Element;

    /// Returns the loss of a position.
    fn value(&self, target: &[Self::Target], prediction: &[T]) -> T;

    /// Overwrites `slope` with the gradient of [`value`](Self::value) with respect to the prediction.
    fn slope(&self, target: &[Self::Target], prediction: &[T], slope: &mut [T]);

    /// Computes both, which may cost less than one after the other.
    fn value_and_slope(&self, target: &[Self::Target], prediction: &[T], slope: &mut [T]) -> T {
        self.slope(target, prediction, slope);
        self.value(target, prediction)
    }

    /// Returns the value for a loss of logits, where `output` is their activation.
    fn value_with(&self, target: &[Self::Target], output: &[T], logits: &[T]) -> T {
        let _ = output;
        self.value(target, logits)
    }

    /// Computes both for a loss of logits, where `output` is their activation.
    fn value_and_slope_with(&self, target: &[Self::Target], output: &[T], logits: &[T], slope: &mut [T]) -> T {
        let _ = output;
        self.value_and_slope(target, logits, slope)
    }

    /// Returns the loss that judges the logits of an output that ends in `head`, if there is a stable formula.
    fn of_logits(&self, head: Head) -> Option<Self> {
        let _ = head;
        None
    }

    /// Returns whether [`ignores`](Self::ignores) can hold.
    #[inline(always)]
    fn may_ignore(&self) -> bool {
        false
    }

    /// Returns whether the position is left out for this label.
    fn ignores(&self, target: &[Self::Target]) -> bool {
        let _ = target;
        false
    }

    /// Checks whether the targets of a sample are valid for predictions with this number of features.
    fn check_targets(&self, targets: &[Self::Target], features: usize) -> Result<(), Text<96>> {
        let (_, _) = (targets, features);
        Ok(())
    }
}

/// Returns target and prediction of each position.
fn positions<'a, T, Y, const R: usize, const P: usize>(
    targets: &'a [Y],
    predictions: &'a SMatrix<T, R, P>,
) -> impl Iterator<Item = (&'a [Y], &'a [T])> {
    targets.chunks_exact((targets.len() / P).max(1)).zip(predictions.as_slice().chunks_exact(R))
}

/// Returns `1/P · Σ l(t[p], y[p])`.
pub(super) fn loss<T: Scalar, L: Position<T>, const R: usize, const P: usize>(
    loss: &L,
    targets: &[L::Target],
    predictions: &SMatrix<T, R, P>,
) -> T {
    if let Some(mean) = of_counted(loss, targets, predictions, None) {
        return mean;
    }
    mean_of(positions(targets, predictions).map(|(t, y)| loss.value(t, y)), P)
}

/// Returns [`loss`] from logits, if the output is known as well.
pub(super) fn loss_with<T: Scalar, L: Position<T>, const R: usize, const P: usize>(
    loss: &L,
    targets: &[L::Target],
    output: &SMatrix<T, R, P>,
    logits: &SMatrix<T, R, P>,
) -> T {
    if let Some(mean) = of_counted(loss, targets, logits, None) {
        return mean;
    }
    let positions = positions(targets, logits).zip(output.as_slice().chunks_exact(R));
    mean_of(positions.map(|((t, z), y)| loss.value_with(t, y, z)), P)
}

/// Returns [`loss`], and computes its gradient.
pub(super) fn loss_and_gradient<T: Scalar, L: Position<T>, const R: usize, const P: usize>(
    loss: &L,
    targets: &[L::Target],
    predictions: &SMatrix<T, R, P>,
    gradient: &mut SMatrix<T, R, P>,
) -> T {
    if let Some(mean) = of_counted(loss, targets, predictions, Some(&mut *gradient)) {
        return mean;
    }
    judged(targets, predictions, predictions, gradient, |t, _, y, g| loss.value_and_slope(t, y, g))
}

/// Returns [`loss_and_gradient`] from logits, if the output is known as well.
pub(super) fn loss_and_gradient_with<T: Scalar, L: Position<T>, const R: usize, const P: usize>(
    loss: &L,
    targets: &[L::Target],
    output: &SMatrix<T, R, P>,
    logits: &SMatrix<T, R, P>,
    gradient: &mut SMatrix<T, R, P>,
) -> T {
    if let Some(mean) = of_counted(loss, targets, logits, Some(&mut *gradient)) {
        return mean;
    }
    judged(targets, output, logits, gradient, |t, y, z, g| loss.value_and_slope_with(t, y, z, g))
}

/// Returns the mean over positions of the results of `judge` for target, output, logits and gradient.
#[inline(always)]
fn judged<T: Scalar, Y, const R: usize, const P: usize>(
    targets: &[Y],
    output: &SMatrix<T, R, P>,
    logits: &SMatrix<T, R, P>,
    gradient: &mut SMatrix<T, R, P>,
    judge: impl Fn(&[Y], &[T], &[T], &mut [T]) -> T,
) -> T {
    let (factor, mut sum) = (T::of(1.0 / P as f64), T::ZERO);
    let outputs = output.as_slice().chunks_exact(R);
    for (((t, z), y), g) in positions(targets, logits).zip(outputs).zip(gradient.as_mut_slice().chunks_exact_mut(R)) {
        sum += judge(t, y, z, g);
        if P > 1 {
            g.iter_mut().for_each(|g| *g *= factor);
        }
    }
    sum / T::of(P as f64)
}

/// Computes the gradient of [`loss`].
pub(super) fn gradient<T: Scalar, L: Position<T>, const R: usize, const P: usize>(
    loss: &L,
    targets: &[L::Target],
    predictions: &SMatrix<T, R, P>,
    gradient: &mut SMatrix<T, R, P>,
) {
    if of_counted(loss, targets, predictions, Some(&mut *gradient)).is_some() {
        return;
    }
    let factor = T::of(1.0 / P as f64);
    for ((t, y), g) in positions(targets, predictions).zip(gradient.as_mut_slice().chunks_exact_mut(R)) {
        loss.slope(t, y, g);
        if P > 1 {
            g.iter_mut().for_each(|g| *g *= factor);
        }
    }
}

/// Returns `Σ w[p] · l(t[p], y[p])`, and computes its gradient. Nothing is read at a position of weight 0.
pub(super) fn weighted<T: Scalar, L: Position<T>, const R: usize, const P: usize>(
    loss: &L,
    targets: &[L::Target],
    predictions: &SMatrix<T, R, P>,
    weight: impl Fn(usize) -> T,
    gradient: Option<&mut SMatrix<T, R, P>>,
) -> T {
    let mut sum = T::ZERO;
    let mut gradients = gradient.map(|gradient| gradient.as_mut_slice().chunks_exact_mut(R));
    for (p, (t, y)) in positions(targets, predictions).enumerate() {
        let gradient = gradients.as_mut().and_then(Iterator::next);
        let weight = weight(p);
        // Not a product, because a position that does not count may be NaN.
        match (weight != T::ZERO, gradient) {
            (true, Some(gradient)) => {
                sum += weight * loss.value_and_slope(t, y, gradient);
                gradient.iter_mut().for_each(|g| *g *= weight);
            }
            (true, None) => sum += weight * loss.value(t, y),
            (false, Some(gradient)) => gradient.fill(T::ZERO),
            (false, None) => {}
        }
    }
    sum
}

/// Returns the mean over the positions that the loss does not ignore, and computes its gradient; 0 if there are none.
/// `None` if the loss ignores nothing.
fn of_counted<T: Scalar, L: Position<T>, const R: usize, const P: usize>(
    loss: &L,
    targets: &[L::Target],
    predictions: &SMatrix<T, R, P>,
    gradient: Option<&mut SMatrix<T, R, P>>,
) -> Option<T> {
    if !loss.may_ignore() {
        return None;
    }
    let targets_of = |p: usize| positions(targets, predictions).nth(p).map(|(t, _)| t);
    let counts = |p: usize| targets_of(p).is_some_and(|t| !loss.ignores(t));
    let counted = (0..P).filter(|&p| counts(p)).count().max(1);
    let share = T::of(1.0 / counted as f64);
    Some(weighted(loss, targets, predictions, |p| if counts(p) { share } else { T::ZERO }, gradient))
}

/// Implements [`LossOn`](crate::train::losses::LossOn) for a [`Position`]: `on_positions!(Huber: SMatrix<T, R, P>)`,
/// with the type of a sample's target.
macro_rules! on_positions {
    ($loss:ident: $target:ty) => {
        impl<T, const R: usize, const P: usize> $crate::train::losses::LossOn<SMatrix<T, R, P>> for $loss
        where
            T: Scalar + $crate::tensor::Element,
        {
            type Target = $target;

            fn loss(&self, target: &$target, prediction: &SMatrix<T, R, P>) -> T {
                $crate::train::losses::position::loss(self, target.as_slice(), prediction)
            }

            fn gradient(&self, target: &$target, prediction: &SMatrix<T, R, P>, gradient: &mut SMatrix<T, R, P>) {
                $crate::train::losses::position::gradient(self, target.as_slice(), prediction, gradient);
            }

            fn fused(
                &self,
                head: $crate::activations::Head,
                target: &$target,
                logits: &SMatrix<T, R, P>,
                gradient: Option<&mut SMatrix<T, R, P>>,
            ) -> Option<T> {
                let loss = Position::<T>::of_logits(self, head)?;
                Some(match gradient {
                    Some(gradient) => {
                        $crate::train::losses::position::loss_and_gradient(&loss, target.as_slice(), logits, gradient)
                    }
                    None => $crate::train::losses::position::loss(&loss, target.as_slice(), logits),
                })
            }

            fn fused_with(
                &self,
                head: $crate::activations::Head,
                target: &$target,
                prediction: &SMatrix<T, R, P>,
                logits: &SMatrix<T, R, P>,
                gradient: Option<&mut SMatrix<T, R, P>>,
            ) -> Option<T> {
                use $crate::train::losses::position::{loss_and_gradient_with, loss_with};
                let loss = Position::<T>::of_logits(self, head)?;
                let target = target.as_slice();
                Some(match gradient {
                    Some(gradient) => loss_and_gradient_with(&loss, target, prediction, logits, gradient),
                    None => loss_with(&loss, target, prediction, logits),
                })
            }

            fn masked(
                &self,
                target: &$target,
                prediction: &SMatrix<T, R, P>,
                logits: Option<($crate::activations::Head, &SMatrix<T, R, P>)>,
                mask: &[u32],
                gradient: Option<&mut SMatrix<T, R, P>>,
            ) -> (T, bool) {
                use $crate::train::losses::position::weighted;
                let weight = |p: usize| if mask.get(p).is_some_and(|&m| m != 0) { T::ONE } else { T::ZERO };
                let fused = logits.and_then(|(head, logits)| Some((Position::<T>::of_logits(self, head)?, logits)));
                match fused {
                    Some((loss, logits)) => (weighted(&loss, target.as_slice(), logits, weight, gradient), true),
                    None => (weighted(self, target.as_slice(), prediction, weight, gradient), false),
                }
            }

            fn weighted(
                &self,
                target: &$target,
                prediction: &SMatrix<T, R, P>,
                logits: Option<($crate::activations::Head, &SMatrix<T, R, P>)>,
                weight: &dyn Fn(usize) -> f64,
                gradient: Option<&mut SMatrix<T, R, P>>,
            ) -> (T, bool) {
                use $crate::train::losses::position::weighted;
                let weight = |p: usize| T::of(weight(p));
                let fused = logits.and_then(|(head, logits)| Some((Position::<T>::of_logits(self, head)?, logits)));
                match fused {
                    Some((loss, logits)) => (weighted(&loss, target.as_slice(), logits, weight, gradient), true),
                    None => (weighted(self, target.as_slice(), prediction, weight, gradient), false),
                }
            }

            fn may_ignore(&self) -> bool {
                Position::<T>::may_ignore(self)
            }

            fn ignores(&self, target: &$target, position: usize) -> bool {
                let label = target.as_slice().chunks_exact((target.len() / P).max(1)).nth(position);
                label.is_some_and(|label| Position::<T>::ignores(self, label))
            }

            fn check(&self, target: &$target) -> Result<(), $crate::spec::text::Text<96>> {
                Position::<T>::check_targets(self, target.as_slice(), R)
            }
        }
    };
}
pub(super) use on_positions;
