//! The loss of an output with a mask: only the positions count that the mask keeps.
//!
//! ```text
//! L = Σ m · w · l / Σ m        over all positions of the batch, with the weight w of the sample; 0 if none counts
//! ```
//!
//! A batch of samples with `P` positions is a batch of `P` times as many samples with one position each, without a copy:
//! the losses of this crate are means over positions, so they judge these as well.

use super::LossOn;
use crate::activations::Head;
use crate::scalar::Scalar;
use crate::tensor::{Element, Sample, flat};
use bytemuck::{cast_slice, cast_slice_mut};
use core::slice;
use nalgebra::SMatrix;

/// The sum of the losses of the positions that count, and whether the gradient is that of the logits.
pub(super) fn by_position<T, L, const R: usize, const P: usize>(
    loss: &L,
    target: &<L as LossOn<SMatrix<T, R, P>>>::Target,
    prediction: &SMatrix<T, R, P>,
    logits: Option<(Head, &SMatrix<T, R, P>)>,
    mask: &[u32],
    gradient: Option<&mut SMatrix<T, R, P>>,
) -> (T, bool)
where
    T: Scalar + Element,
    L: LossOn<SMatrix<T, R, P>> + LossOn<SMatrix<T, R, 1>>,
{
    type Position<T, const R: usize> = SMatrix<T, R, 1>;
    let targets = flat(slice::from_ref(target));
    let targets: &[<L as LossOn<Position<T, R>>>::Target] = cast_slice(targets);
    let predictions: &[Position<T, R>] = cast_slice(flat(slice::from_ref(prediction)));
    let logits = logits.map(|(head, logits)| (head, cast_slice::<T, Position<T, R>>(flat(slice::from_ref(logits)))));
    let mut gradients = gradient.map(|gradient| cast_slice_mut::<T, Position<T, R>>(gradient.as_mut_slice()));
    let (mut sum, mut from_logits) = (T::ZERO, false);
    for p in 0..P {
        let mut gradient = gradients.as_deref_mut().map(|gradients| &mut gradients[p]);
        let fused =
            logits.and_then(|(head, logits)| loss.fused(head, &targets[p], &logits[p], gradient.as_deref_mut()));
        from_logits = fused.is_some();
        let value = fused.unwrap_or_else(|| {
            if let Some(gradient) = gradient.as_deref_mut() {
                LossOn::<Position<T, R>>::gradient(loss, &targets[p], &predictions[p], gradient);
            }
            LossOn::<Position<T, R>>::loss(loss, &targets[p], &predictions[p])
        });
        // Not a product: what does not count may be NaN.
        if mask[p] != 0 {
            sum += value;
        } else if let Some(gradient) = gradient {
            gradient.fill(T::ZERO);
        }
    }
    (sum, from_logits)
}

/// Implements [`LossOn::masked`] for a loss that judges any number of positions.
macro_rules! masked_by_position {
    () => {
        fn masked(
            &self,
            target: &Self::Target,
            prediction: &SMatrix<T, R, P>,
            logits: Option<(crate::activations::Head, &SMatrix<T, R, P>)>,
            mask: &[u32],
            gradient: Option<&mut SMatrix<T, R, P>>,
        ) -> Option<(T, bool)> {
            Some(crate::losses::masked::by_position(self, target, prediction, logits, mask, gradient))
        }
    };
}
pub(super) use masked_by_position;

/// One output with a mask: [`LossOn::masked`] over the batch, and its gradient times the weight of the output; `None` if the
/// loss cannot leave positions out.
pub(super) fn evaluate<P: Sample<Element: Scalar>, L: LossOn<P>>(
    loss: &L,
    targets: &[L::Target],
    predictions: &[P],
    logits: Option<(Head, &[P])>,
    weight: f64,
    sample_weights: &[f64],
    mask: &[u32],
    mut gradients: Option<&mut [P]>,
) -> Option<(f64, bool)> {
    let count = mask.iter().filter(|&&m| m != 0).count().max(1) as f64;
    let positions = mask.len() / predictions.len().max(1);
    let (mut sum, mut from_logits) = (0.0, false);
    for n in 0..predictions.len() {
        let sample_weight = sample_weights.get(n).copied().unwrap_or(1.0);
        let mut gradient = gradients.as_deref_mut().map(|gradients| &mut gradients[n]);
        let logits = logits.map(|(head, logits)| (head, &logits[n]));
        let mask = &mask[n * positions..(n + 1) * positions];
        let value = loss.masked(&targets[n], &predictions[n], logits, mask, gradient.as_deref_mut());
        let (value, fused) = value?;
        (sum, from_logits) = (sum + sample_weight * value.to_f64(), fused);
        if let Some(gradient) = gradient {
            let scale = P::Element::of(weight * sample_weight / count);
            P::flat_mut(slice::from_mut(gradient)).iter_mut().for_each(|gradient| *gradient *= scale);
        }
    }
    Some((sum / count, from_logits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::losses::{CategoricalCrossentropy, Losses, MeanSquaredError, SparseCategoricalCrossentropy, Weighting};

    type Steps = SMatrix<f64, 2, 3>;

    const Y: [Steps; 2] = [Steps::new(0.5, 0.25, 0.1, 0.5, 0.75, 0.9), Steps::new(0.3, 0.6, 0.7, 0.7, 0.4, 0.3)];
    const T: [Steps; 2] = [Steps::new(1., 0., 0., 0., 1., 1.), Steps::new(0., 1., 1., 1., 0., 0.)];
    const MASK: [u32; 6] = [1, 0, 1, 0, 0, 7];

    fn evaluate<L: Losses<Steps, Targets = Steps>>(loss: &L, samples: &[f64], mask: &[u32]) -> (f64, [Steps; 2]) {
        let (mut gradients, mut losses) = ([Steps::repeat(9.); 2], [0.0]);
        let masks = [Some(mask)];
        let weighting = Weighting { outputs: &[2.0], samples, masks: &masks };
        loss.evaluate(&T, &Y, None, &[Head::Other], weighting, Some(&mut gradients), &mut losses);
        (losses[0], gradients)
    }

    #[test]
    fn positions_are_left_out() {
        // Squares of 0.5, 0.1 and 0.3 at both features, with the weights 1 and 3.
        let (loss, gradients) = evaluate(&MeanSquaredError, &[1.0, 3.0], &MASK);
        assert!((loss - (0.25 + 0.01 + 3.0 * 0.09) / 3.0).abs() < 1e-12, "{loss}");
        let (g, h) = (2.0 * -0.5 / 3.0, 2.0 * 3.0 * -0.3 / 3.0);
        let expected = [Steps::new(g, 0., 0.2 / 3.0, -g, 0., -0.2 / 3.0), Steps::new(0., 0., h, 0., 0., -h)];
        assert!(
            gradients.iter().zip(&expected).all(|(got, expected)| (got - expected).norm() < 1e-12),
            "{gradients:?}"
        );
    }

    #[test]
    fn all_ones_are_no_mask() {
        let (loss, gradients) = evaluate(&CategoricalCrossentropy::default(), &[0.5, 2.0], &[1; 6]);
        let (mut plain, mut losses) = ([Steps::zeros(); 2], [0.0]);
        let weighting = Weighting { outputs: &[2.0], samples: &[0.5, 2.0], masks: &[] };
        let cce = CategoricalCrossentropy::default();
        Losses::<Steps>::evaluate(&cce, &T, &Y, None, &[Head::Other], weighting, Some(&mut plain), &mut losses);
        assert!((loss - losses[0]).abs() < 1e-12);
        assert!(gradients.iter().zip(&plain).all(|(a, b)| (a - b).norm() < 1e-12));
    }

    #[test]
    fn nothing_counts() {
        let (loss, gradients) = evaluate(&MeanSquaredError, &[], &[0; 6]);
        assert_eq!((loss, gradients), (0.0, [Steps::zeros(); 2]));
    }

    /// Classes, and logits with their own gradient.
    #[test]
    fn fused_as_well() {
        let logits = Y.map(|y| y.map(f64::ln));
        let classes = [SMatrix::<u32, 1, 3>::new(0, 1, 1), SMatrix::<u32, 1, 3>::new(1, 0, 0)];
        let (mut gradients, mut losses) = ([Steps::repeat(9.); 2], [0.0]);
        let masks = [Some(&MASK[..])];
        let weighting = Weighting { masks: &masks, ..Weighting::NONE };
        let loss = SparseCategoricalCrossentropy::default();
        let gradient = Some(&mut gradients[..]);
        let heads = &[Head::Softmax];
        let seeds =
            Losses::<Steps>::evaluate(&loss, &classes, &Y, Some(&logits), heads, weighting, gradient, &mut losses);
        assert_eq!(seeds, 1);
        let expected = -(0.5f64.ln() + 0.9f64.ln() + 0.7f64.ln()) / 3.0;
        assert!((losses[0] - expected).abs() < 1e-12);
        // softmax(z) - t, over the number of positions that count.
        assert!((gradients[0][(0, 0)] + 0.5 / 3.0).abs() < 1e-12 && gradients[1][(1, 0)] == 0.0);
    }
}
