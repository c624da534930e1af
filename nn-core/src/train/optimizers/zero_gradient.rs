//! [`ZeroGradient`]: the effect of a step without a gradient.

use super::MAX_SLOTS;

/// The effect of a step on a weight with gradient 0, and on its slots. It decides whether a step can skip the rows of
/// a table (an [`Embedding`](crate::layers::Embedding)) that a batch does not touch.
///
/// | optimizer | |
/// |---|---|
/// | [`Sgd`](super::Sgd) without momentum, [`Adagrad`](super::Adagrad) | `Stays` |
/// | [`RmsProp`](super::RmsProp) without momentum, [`Adadelta`](super::Adadelta) | `Decays`: a row that comes again is caught up first |
/// | all others; any with weight decay or an average | `Moves`; [`lazy`](super::Optimizer::lazy) skips rows all the same |
///
/// It holds for finite numbers. A NaN or infinite gradient spreads to all rows in a step over whole tables, but only
/// to the batch's rows in a step by rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ZeroGradient {
    /// The weights may move, or the effect is more complex: every row takes part in every step. Momentum, for example,
    /// goes on after the gradient is gone.
    Moves,
    /// Nothing changes.
    Stays,
    /// The weight stays, and each slot is multiplied by its factor.
    Decays([f64; MAX_SLOTS]),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::optimizers::*;
    use std::vec::Vec;

    /// Returns weights and slots after some steps with gradients, and after one more step without.
    fn idle_step<O: Optimizer>(optimizer: &O, before: &[f64]) -> ([f64; 3], Vec<[f64; 3]>, [f64; 3], Vec<[f64; 3]>) {
        let mut w = [1.0, -2.0, 0.5];
        let mut state: Vec<_> = (0..optimizer.state().count()).map(|slot| [optimizer.initial(slot); 3]).collect();
        let mut update = |step: usize, g: [f64; 3]| {
            let mut state_now: Vec<&mut [f64]> = state.iter_mut().map(|slot| &mut slot[..]).collect();
            optimizer.update(step as u64, optimizer.learning_rate(step as u64), &mut w, &g, &mut state_now);
            (w, state.clone())
        };
        let mut filled = ([1.0, -2.0, 0.5], Vec::new());
        for (step, &g) in before.iter().enumerate() {
            filled = update(step, [g, -g, 0.25 * g]);
        }
        if before.is_empty() {
            filled.1 = (0..optimizer.state().count()).map(|slot| [optimizer.initial(slot); 3]).collect();
        }
        let (w, slots) = update(before.len(), [0.0; 3]);
        (filled.0, filled.1, w, slots)
    }

    /// Checks that the answer is the effect of a step, at the start and later.
    #[track_caller]
    fn exact<O: Optimizer>(optimizer: O) {
        let factors = match optimizer.zero_gradient() {
            ZeroGradient::Moves => panic!("expected an optimizer that is exact by rows"),
            ZeroGradient::Stays => [1.0; MAX_SLOTS],
            ZeroGradient::Decays(factors) => factors,
        };
        for before in [&[][..], &[0.5], &[0.5, -2.0, 0.25]] {
            let (w, slots, after, slots_after) = idle_step(&optimizer, before);
            assert_eq!(w, after, "{}: weights", optimizer.name());
            for ((slot, factor), after) in slots.iter().zip(factors).zip(slots_after) {
                assert_eq!(slot.map(|slot| slot * factor), after, "{}: slots", optimizer.name());
            }
        }
    }

    /// Checks that the optimizer answers `Moves`, and that a step does move something.
    #[track_caller]
    fn moves<O: Optimizer>(optimizer: O) {
        assert_eq!(optimizer.zero_gradient(), ZeroGradient::Moves, "{}", optimizer.name());
        let moved = [&[][..], &[0.5]].into_iter().any(|before| {
            let (w, slots, after, slots_after) = idle_step(&optimizer, before);
            // Perhaps only the average follows the weights.
            w != after || slots.last() != slots_after.last()
        });
        assert!(moved, "{} would be exact by rows", optimizer.name());
    }

    #[test]
    fn what_is_exact() {
        let (sgd, rms) = (Sgd::default(), RmsProp { rho: 0.75, ..RmsProp::default() });
        exact(sgd);
        exact(sgd.clipnorm(1.0));
        exact(Adagrad::default());
        exact(Adagrad { initial_accumulator_value: 0.0, ..Adagrad::default() });
        exact(Adagrad { epsilon: 0.0, ..Adagrad::default() });
        exact(rms);
        exact(RmsProp { centered: true, ..rms });
        exact(rms.schedule(|step: u64| 0.5 / (step + 1) as f64));
        exact(rms.weight_decay(0.0).global_clipnorm(2.0));
        exact(Adadelta::default());
    }

    #[test]
    fn what_is_not() {
        let (sgd, rms) = (Sgd::default(), RmsProp::default());
        moves(Sgd { momentum: 0.5, ..sgd });
        moves(Sgd { momentum: 0.5, nesterov: true, ..sgd });
        moves(RmsProp { momentum: 0.5, ..rms });
        moves(RmsProp { momentum: 0.5, centered: true, ..rms });
        moves(Adam::default());
        moves(Adam { amsgrad: true, ..Adam::default() });
        moves(AdamW::default());
        moves(Adamax::default());
        moves(Nadam::default());
        moves(Ftrl::default());
        moves(Lion::default());
        for decay in [sgd.weight_decay(0.5), sgd.ema(Ema::default())] {
            moves(decay);
        }
        moves(rms.ema(Ema::default()).schedule(|_: u64| 0.5));
    }

    /// 0 / 0, as in Keras.
    #[test]
    fn without_epsilon_every_row_becomes_nan() {
        fn nan<O: Optimizer>(optimizer: O) {
            assert_eq!(optimizer.zero_gradient(), ZeroGradient::Moves);
            assert!(idle_step(&optimizer, &[]).2[0].is_nan());
        }
        nan(RmsProp { epsilon: 0.0, ..RmsProp::default() });
        nan(Adadelta { epsilon: 0.0, ..Adadelta::default() });
        nan(Adagrad { epsilon: 0.0, initial_accumulator_value: 0.0, ..Adagrad::default() });
    }

    #[test]
    fn lazy_is_for_all() {
        assert_eq!(Adam::default().lazy().zero_gradient(), ZeroGradient::Stays);
        assert_eq!(AdamW::default().lazy().ema(Ema::default()).clipvalue(1.0).zero_gradient(), ZeroGradient::Stays);
        assert_eq!(Nadam::default().lazy().schedule(|_: u64| 0.5).zero_gradient(), ZeroGradient::Stays);
        assert_eq!(Nadam::default().schedule(|_: u64| 0.5).lazy().zero_gradient(), ZeroGradient::Stays);
        assert_eq!(
            RmsProp::default().lazy().zero_gradient(),
            ZeroGradient::Stays,
            "asked for by name: the slots do not decay"
        );
    }
}
