//! Masks for losses that judge a whole sample, such as a user's own loss.
//!
//! The loss of a sample is the mean over its positions. The loss of some positions therefore follows from losses of
//! whole samples:
//!
//! ```text
//! v: a position that counts,  k: the number of positions that do not
//! filled: the sample with a copy of v in their places,  copies: the sample of nothing but copies of v
//! L(filled) = 1/P · (Σ m · l + k · l[v]),  L(copies) = l[v]
//! Σ m · l = P · L(filled) - k · L(copies)
//! d/dy[p] = P · dL(filled)/dy[p] where m[p] ≠ 0, else 0
//! ```
//!
//! The values at positions that do not count are not read.

use crate::tensor::Sample;
use crate::tensor::scalar::Scalar;
use core::slice;

/// Returns the sum of the losses of the positions that count, and its gradient. `judge` computes the loss of whole
/// samples, and writes its gradient if it is wanted. The target has as many positions as the prediction, or belongs to
/// all of them.
pub(super) fn by_sample<P: Sample<Element: Scalar>, Y: Sample>(
    target: &Y,
    prediction: &P,
    mask: &[u32],
    mut gradient: Option<&mut P>,
    judge: impl Fn(&Y, &P, Option<&mut P>) -> P::Element,
) -> P::Element {
    let counted = mask.iter().filter(|&&m| m != 0).count();
    let (positions, zero) = (P::Element::of(P::COLS as f64), P::Element::ZERO);
    let Some(first) = mask.iter().position(|&m| m != 0) else {
        if let Some(gradient) = gradient {
            crate::tensor::clear(slice::from_mut(gradient));
        }
        return zero;
    };
    let fill = |everywhere: bool, target: &mut Y, prediction: &mut P| {
        for (p, &m) in mask.iter().enumerate() {
            if everywhere || m == 0 {
                copy(prediction, first, p);
                if Y::COLS == P::COLS {
                    copy(target, first, p);
                }
            }
        }
    };
    let mut sum = with_copies(target, prediction, |target, prediction| {
        fill(false, target, prediction);
        positions * judge(target, prediction, gradient.as_deref_mut())
    });
    if counted < P::COLS {
        let copied = with_copies(target, prediction, |target, prediction| {
            fill(true, target, prediction);
            judge(target, prediction, None)
        });
        // An infinite loss is also in the sum over the counted positions.
        if copied.to_f64().is_finite() {
            sum -= P::Element::of((P::COLS - counted) as f64) * copied;
        }
    }
    if let Some(gradient) = gradient {
        let columns = P::flat_mut(slice::from_mut(gradient)).chunks_exact_mut(P::ROWS);
        for (column, &m) in columns.zip(mask) {
            column.iter_mut().for_each(|g| *g = if m != 0 { positions * *g } else { zero });
        }
    }
    sum
}

/// Returns the sum of the losses of positions times their weights, and its gradient. `judge` computes the loss of the
/// positions that a mask lets through.
pub(super) fn one_by_one<P: Sample<Element: Scalar>>(
    weight: &dyn Fn(usize) -> f64,
    gradient: Option<&mut P>,
    judge: impl Fn(&[u32], Option<&mut P>) -> (P::Element, bool),
) -> (P::Element, bool) {
    #[cfg(feature = "alloc")]
    {
        let mut mask = alloc::vec![0; P::COLS];
        let mut own = bytemuck::zeroed_box::<P>();
        let (mut sum, mut gradient) = (P::Element::ZERO, gradient);
        // With an empty mask, it clears the gradient and says whether that is of logits.
        let from_logits = judge(&mask, gradient.as_deref_mut()).1;
        for p in 0..P::COLS {
            let weight = weight(p);
            if weight == 0.0 {
                continue;
            }
            let weight = P::Element::of(weight);
            mask[p] = 1;
            sum += weight * judge(&mask, gradient.is_some().then_some(&mut *own)).0;
            mask[p] = 0;
            if let Some(gradient) = gradient.as_deref_mut() {
                let all = P::flat_mut(slice::from_mut(gradient)).iter_mut();
                all.zip(P::flat(slice::from_ref(&*own))).for_each(|(sum, &own)| *sum += weight * own);
            }
        }
        (sum, from_logits)
    }
    #[cfg(not(feature = "alloc"))]
    {
        let (_, _, _) = (weight, gradient, judge);
        (P::Element::of(f64::NAN), false)
    }
}

/// Calls `then` with copies of two samples. Large copies are on the heap, if there is one.
fn with_copies<Y: Sample, P: Sample, R>(a: &Y, b: &P, then: impl FnOnce(&mut Y, &mut P) -> R) -> R {
    #[cfg(feature = "alloc")]
    if const { size_of::<Y>() + size_of::<P>() > ON_STACK } {
        let (mut a_copy, mut b_copy) = (bytemuck::zeroed_box::<Y>(), bytemuck::zeroed_box::<P>());
        bytemuck::bytes_of_mut(&mut *a_copy).copy_from_slice(bytemuck::bytes_of(a));
        bytemuck::bytes_of_mut(&mut *b_copy).copy_from_slice(bytemuck::bytes_of(b));
        return then(&mut a_copy, &mut b_copy);
    }
    on_stack(a, b, then)
}

/// A separate function, so that its stack frame exists only while it runs.
#[inline(never)]
fn on_stack<Y: Sample, P: Sample, R>(a: &Y, b: &P, then: impl FnOnce(&mut Y, &mut P) -> R) -> R {
    let (mut a, mut b) = (*a, *b);
    then(&mut a, &mut b)
}

/// The maximum size of copies on the stack, in bytes.
#[cfg(feature = "alloc")]
const ON_STACK: usize = 16 * 1024;

/// Copies position `from` of a sample to position `to`.
pub(super) fn copy<S: Sample>(sample: &mut S, from: usize, to: usize) {
    let (scalars, rows) = (S::flat_mut(slice::from_mut(sample)), S::ROWS);
    for r in 0..rows {
        let scalar = scalars.get(from * rows + r).copied();
        scalars.iter_mut().skip(to * rows + r).zip(scalar).for_each(|(to, scalar)| *to = scalar);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activations::Head;
    use crate::train::losses::{
        CategoricalCrossentropy, Huber, Loss, LossOn, Losses, MeanSquaredError, SparseCategoricalCrossentropy,
        Weighting,
    };
    use nalgebra::SMatrix;

    type Steps = SMatrix<f64, 2, 3>;

    const Y: [Steps; 2] = [Steps::new(0.5, 0.25, 0.1, 0.5, 0.75, 0.9), Steps::new(0.3, 0.6, 0.7, 0.7, 0.4, 0.3)];
    const T: [Steps; 2] = [Steps::new(1., 0., 0., 0., 1., 1.), Steps::new(0., 1., 1., 1., 0., 0.)];
    const MASK: [u32; 6] = [1, 0, 1, 0, 0, 7];

    fn evaluate<L: Losses<Steps, Targets = Steps>>(loss: &L, samples: &[f64], mask: &[u32]) -> (f64, [Steps; 2]) {
        let (mut gradients, mut losses) = ([Steps::repeat(9.); 2], [0.0]);
        let masks = [Some(mask)];
        let weighting = Weighting { outputs: &[2.0], samples: &[samples], masks: &masks, ..Weighting::NONE };
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
        let weighting = Weighting { outputs: &[2.0], samples: &[&[0.5, 2.0]], ..Weighting::NONE };
        let cce = CategoricalCrossentropy::default();
        Losses::<Steps>::evaluate(&cce, &T, &Y, None, &[Head::Other], weighting, Some(&mut plain), &mut losses);
        assert!((loss - losses[0]).abs() < 1e-12);
        assert!(gradients.iter().zip(&plain).all(|(a, b)| (a - b).norm() < 1e-12));
    }

    #[test]
    fn nothing_counts() {
        let (loss, gradients) = evaluate(&MeanSquaredError, &[], &[0; 6]);
        assert_eq!((loss, gradients), (0.0, [Steps::zeros(); 2]));
        let (loss, gradients) = evaluate(&Whole(MeanSquaredError), &[], &[0; 6]);
        assert_eq!((loss, gradients), (0.0, [Steps::zeros(); 2]));
    }

    #[test]
    fn a_mask_of_other_positions_is_not_applied() {
        let plain = evaluate(&MeanSquaredError, &[], &[1; 6]);
        assert_eq!(evaluate(&MeanSquaredError, &[], &[0, 1, 0]), evaluate(&MeanSquaredError, &[], &[]));
        assert!((plain.0 - evaluate(&MeanSquaredError, &[], &[]).0).abs() < 1e-12);
    }

    /// A loss without positions, such as a user's own loss.
    #[derive(Clone, Copy)]
    struct Whole<L>(L);

    impl<L: Loss> Loss for Whole<L> {
        fn name(&self) -> &'static str {
            self.0.name()
        }
    }

    impl<P: Sample, L: LossOn<P>> LossOn<P> for Whole<L> {
        type Target = L::Target;

        fn loss(&self, target: &L::Target, prediction: &P) -> P::Element {
            self.0.loss(target, prediction)
        }

        fn gradient(&self, target: &L::Target, prediction: &P, gradient: &mut P) {
            self.0.gradient(target, prediction, gradient);
        }

        fn fused(&self, head: Head, target: &L::Target, logits: &P, gradient: Option<&mut P>) -> Option<P::Element> {
            self.0.fused(head, target, logits, gradient)
        }
    }

    #[test]
    fn a_loss_of_whole_samples_leaves_out_the_same() {
        let masks = [MASK, [0, 0, 1, 1, 1, 1], [0, 0, 0, 1, 1, 0], [1; 6]];
        for mask in masks {
            let (expected, slopes) = evaluate(&Huber { delta: 0.5 }, &[0.5, 2.0], &mask);
            let (got, gradients) = evaluate(&Whole(Huber { delta: 0.5 }), &[0.5, 2.0], &mask);
            assert!((got - expected).abs() < 1e-12, "{got} {expected}");
            assert!(gradients.iter().zip(&slopes).all(|(a, b)| (a - b).norm() < 1e-12), "{gradients:?}");
        }
        // Classes, and logits.
        let loss = SparseCategoricalCrossentropy::default();
        let (classes, logits) = (SMatrix::<u32, 1, 3>::new(0, 7, 1), Y[0].map(f64::ln));
        for head in [Head::Softmax, Head::Other] {
            let (mut a, mut b) = (Steps::repeat(9.), Steps::repeat(9.));
            let (expected, fused) = loss.masked(&classes, &Y[0], Some((head, &logits)), &MASK[..3], Some(&mut a));
            let got = Whole(loss).masked(&classes, &Y[0], Some((head, &logits)), &MASK[..3], Some(&mut b));
            assert!((got.0 - expected).abs() < 1e-12 && got.1 == fused && fused == (head == Head::Softmax));
            assert!((a - b).norm() < 1e-12, "{a}{b}");
        }
    }

    /// Infinity minus infinity would be NaN.
    #[test]
    fn an_infinite_loss_stays_infinite() {
        let mut y = Y[0];
        y[(0, 0)] = f64::INFINITY;
        let (loss, _) = Whole(MeanSquaredError).masked(&T[0], &y, None, &MASK[..3], None);
        assert_eq!(loss, f64::INFINITY);
    }

    #[test]
    fn what_does_not_count_may_be_anything() {
        let mut y = Y[0];
        y.column_mut(1).fill(f64::NAN);
        let mut gradient = Steps::repeat(9.);
        let mse = Whole(MeanSquaredError);
        assert_eq!(
            mse.masked(&T[0], &y, None, &MASK[..3], Some(&mut gradient)),
            mse.masked(&T[0], &Y[0], None, &MASK[..3], None)
        );
        assert!(gradient.column(1).iter().all(|&g| g == 0.0) && gradient.iter().all(|g| g.is_finite()));
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
        let logit_mask =
            Losses::<Steps>::evaluate(&loss, &classes, &Y, Some(&logits), heads, weighting, gradient, &mut losses);
        assert_eq!(logit_mask, 1);
        let expected = -(0.5f64.ln() + 0.9f64.ln() + 0.7f64.ln()) / 3.0;
        assert!((losses[0] - expected).abs() < 1e-12);
        // softmax(z) - t, divided by the number of counted positions.
        assert!((gradients[0][(0, 0)] + 0.5 / 3.0).abs() < 1e-12 && gradients[1][(1, 0)] == 0.0);
    }
}
