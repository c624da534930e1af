//! [`Domain`]: the targets that a loss can judge.
//!
//! Other targets train as well, but the loss is meaningless: a binary cross-entropy of the labels 1 and 2 has no lower
//! bound. `fit` therefore warns of them. Only [`LossOn::check`](super::LossOn::check) refuses targets, if the loss
//! cannot be computed.

use crate::tensor::{Element, Sample};
use core::fmt;
use core::ops::Range;
use core::slice;

/// The targets that a loss can judge
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Domain {
    /// All numbers.
    #[default]
    Any,
    /// Every label is a probability, from 0 to 1.
    Probabilities,
    /// The labels of a position are probabilities that sum to 1, such as a one-hot vector.
    Distribution,
    /// Every label is -1 or 1, or every label is 0 or 1.
    Sides,
    /// No label is negative.
    NotNegative,
    /// No label is 0.
    NotZero,
    /// Not all labels of a position are 0.
    Direction,
}

/// The distance by which a label may lie outside a range, because of rounding.
const ROUNDING: f64 = 1e-5;
/// The distance by which the sum of a position may differ from 1: three times 0.33 is rounding.
const SUM_ROUNDING: f64 = 0.015;
/// Labels nearer to 0 than this count as 0, because the losses clip them.
const ZERO: f64 = 1e-7;

impl Domain {
    /// Returns the first label of a position that the loss cannot judge.
    fn judge<E: Element>(self, labels: &[E]) -> Option<(usize, Fault)> {
        let find = |fits: fn(f64) -> bool| {
            let row = labels.iter().position(|label| !fits(label.value()))?;
            Some((row, Fault::Label(labels[row].value())))
        };
        let part = |x| (-ROUNDING..=1.0 + ROUNDING).contains(&x);
        match self {
            Domain::Any => None,
            Domain::Probabilities => find(part),
            Domain::Distribution => find(part).or_else(|| {
                let sum: f64 = labels.iter().map(|label| label.value()).sum();
                ((sum - 1.0).abs() > SUM_ROUNDING).then_some((0, Fault::Sum(sum)))
            }),
            Domain::Sides => find(|x| x == -1.0 || x == 0.0 || x == 1.0),
            Domain::NotNegative => find(|x| x >= -ROUNDING),
            Domain::NotZero => find(|x| x.abs() >= ZERO),
            Domain::Direction => {
                let zero = labels.iter().all(|label| label.value().abs() < ZERO);
                zero.then_some((0, Fault::Zeros))
            }
        }
    }
}

/// Formats the domain as in `expected labels from 0 to 1`.
impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Domain::Any => "numbers",
            Domain::Probabilities => "labels from 0 to 1",
            Domain::Distribution => "labels from 0 to 1 that sum to 1",
            Domain::Sides => "the labels -1 and 1, or 0 and 1",
            Domain::NotNegative => "labels that are not negative",
            Domain::NotZero => "labels other than 0",
            Domain::Direction => "vectors that are not all 0",
        })
    }
}

/// The error of a label.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// A label outside the domain.
    Label(f64),
    /// The labels of the position have this sum.
    Sum(f64),
    /// A label of another kind than earlier labels: labels are -1 and 1, or 0 and 1.
    Mixed(f64),
    /// All labels of the position are 0.
    Zeros,
}

/// A label that a loss cannot judge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Misfit {
    /// The sample.
    pub sample: usize,
    /// The position in the sample.
    pub position: usize,
    /// The row (feature) in the position.
    pub row: usize,
    /// The fault.
    pub fault: Fault,
}

/// A summary of a few labels, to guess their meaning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// The smallest label.
    pub low: f64,
    /// The largest label.
    pub high: f64,
    /// Whether all labels are whole numbers.
    pub whole: bool,
    /// Whether every position holds only 0 and one other value.
    pub two: bool,
    /// The number of features of a position.
    pub rows: usize,
}

/// The positions that count: neither masked nor of a sample with the weight 0. Asked only for positions that matter.
pub type Counts<'a> = &'a mut dyn FnMut(usize, usize) -> bool;

/// The labels of an output, with the domain of its loss.
pub trait Labels {
    /// Returns the domain.
    fn domain(&self) -> Domain;

    /// Returns the first counted label that the loss cannot judge.
    fn misfit(&self, counts: Counts<'_>) -> Option<Misfit>;

    /// Returns a summary of the counted labels of some samples.
    fn seen(&self, samples: Range<usize>, counts: Counts<'_>) -> Seen;
}

/// The labels of some targets.
pub(super) struct LabelsOf<'a, Y> {
    pub(super) domain: Domain,
    pub(super) targets: &'a [Y],
}

impl<'a, Y: Sample> LabelsOf<'a, Y> {
    /// Returns the labels of every position of some samples.
    fn positions(&self, samples: Range<usize>) -> impl Iterator<Item = (usize, usize, &'a [Y::Element])> + use<'a, Y> {
        let targets = self.targets.get(samples.clone()).unwrap_or(&[]);
        targets.iter().zip(samples).flat_map(|(target, sample)| {
            let positions = Y::flat(slice::from_ref(target)).chunks_exact(Y::ROWS.max(1)).enumerate();
            positions.map(move |(position, labels)| (sample, position, labels))
        })
    }

    /// Returns the first label of this value.
    fn first(&self, value: f64, counts: Counts<'_>) -> Option<Misfit> {
        let found = |labels: &[Y::Element]| labels.iter().position(|label| label.value() == value);
        self.positions(0..self.targets.len()).find_map(|(sample, position, labels)| {
            let row = found(labels).filter(|_| counts(sample, position))?;
            Some(Misfit { sample, position, row, fault: Fault::Mixed(value) })
        })
    }

    /// Returns the first label of the second kind if labels are -1, 0 and 1.
    fn mixed(&self, counts: Counts<'_>) -> Option<Misfit> {
        let all = Y::flat(self.targets);
        let has = |value: f64| all.iter().any(|label| label.value() == value);
        if !has(-1.0) || !has(0.0) {
            return None;
        }
        let (minus, zero) = (self.first(-1.0, counts)?, self.first(0.0, counts)?);
        let place = |misfit: &Misfit| (misfit.sample, misfit.position, misfit.row);
        Some(if place(&minus) > place(&zero) { minus } else { zero })
    }
}

impl<Y: Sample> Labels for LabelsOf<'_, Y> {
    fn domain(&self) -> Domain {
        self.domain
    }

    fn misfit(&self, counts: Counts<'_>) -> Option<Misfit> {
        let first = self.positions(0..self.targets.len()).find_map(|(sample, position, labels)| {
            let (row, fault) = self.domain.judge(labels).filter(|_| counts(sample, position))?;
            Some(Misfit { sample, position, row, fault })
        });
        first.or_else(|| if self.domain == Domain::Sides { self.mixed(counts) } else { None })
    }

    fn seen(&self, samples: Range<usize>, counts: Counts<'_>) -> Seen {
        let mut seen = Seen { low: f64::INFINITY, high: f64::NEG_INFINITY, whole: true, two: true, rows: Y::ROWS };
        let end = samples.end.min(self.targets.len());
        for (sample, position, labels) in self.positions(samples.start..end) {
            if !counts(sample, position) {
                continue;
            }
            let mut other = 0.0;
            for label in labels.iter().map(|label| label.value()) {
                (seen.low, seen.high) = (seen.low.min(label), seen.high.max(label));
                // The remainder of a division by 1 is exact.
                seen.whole &= label % 1.0 == 0.0;
                seen.two &= label == 0.0 || other == 0.0 || label == other;
                other = if label == 0.0 { other } else { label };
            }
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::SMatrix;

    type Pair = SMatrix<f64, 2, 1>;
    type One = SMatrix<f32, 1, 1>;

    fn misfit<Y: Sample>(domain: Domain, targets: &[Y]) -> Option<(usize, usize, usize, Fault)> {
        let found = LabelsOf { domain, targets }.misfit(&mut |_, _| true);
        found.map(|Misfit { sample, position, row, fault }| (sample, position, row, fault))
    }

    fn ones(labels: &[f32]) -> std::vec::Vec<One> {
        labels.iter().map(|&label| One::new(label)).collect()
    }

    #[test]
    fn every_domain() {
        use Domain::*;
        let first = |domain, labels: &[f32]| misfit(domain, &ones(labels)).map(|(sample, _, _, fault)| (sample, fault));
        assert_eq!(first(Any, &[-3.0, 1e30]), None);
        assert_eq!(first(Probabilities, &[0.0, 0.25, 1.0, 1.000001, -1e-7]), None);
        assert_eq!(first(Probabilities, &[1.0, 2.0, 1.0]), Some((1, Fault::Label(2.0))));
        assert_eq!(first(Probabilities, &[1.0, -1.0]), Some((1, Fault::Label(-1.0))));
        assert_eq!(first(Sides, &[1.0, -1.0]), None);
        assert_eq!(first(Sides, &[1.0, 0.0]), None);
        assert_eq!(first(Sides, &[1.0, -1.0, 0.5]), Some((2, Fault::Label(0.5))));
        assert_eq!(first(Sides, &[1.0, -1.0, 0.0, -1.0]), Some((2, Fault::Mixed(0.0))));
        assert_eq!(first(Sides, &[0.0, 1.0, -1.0, 0.0]), Some((2, Fault::Mixed(-1.0))));
        assert_eq!(first(NotNegative, &[0.0, 7.0, -2.0]), Some((2, Fault::Label(-2.0))));
        assert_eq!(first(NotZero, &[-1.0, 7.0, 0.0]), Some((2, Fault::Label(0.0))));
        let pairs = [Pair::new(0.5, 0.5), Pair::new(0.0, 1.0), Pair::new(0.333, 0.666), Pair::new(1.0, 1.0)];
        assert_eq!(misfit(Distribution, &pairs), Some((3, 0, 0, Fault::Sum(2.0))));
        assert_eq!(misfit(Distribution, &[Pair::new(0.0, 0.0)]), Some((0, 0, 0, Fault::Sum(0.0))));
        assert_eq!(misfit(Distribution, &[Pair::new(1.5, -0.5)]), Some((0, 0, 0, Fault::Label(1.5))));
        assert_eq!(
            misfit(Distribution, &[Pair::new(1.0, 0.0), Pair::new(1.0, -1.0)]),
            Some((1, 0, 1, Fault::Label(-1.0)))
        );
        assert_eq!(misfit(Direction, &[Pair::new(0.0, 1.0), Pair::new(0.0, 0.0)]), Some((1, 0, 0, Fault::Zeros)));
    }

    #[test]
    fn positions_that_do_not_count() {
        let steps = [SMatrix::<f64, 1, 3>::new(1.0, 7.0, 0.0), SMatrix::<f64, 1, 3>::new(1.0, 1.0, 9.0)];
        let labels = LabelsOf { domain: Domain::Probabilities, targets: &steps };
        let found = |counts: &[[bool; 3]; 2]| labels.misfit(&mut |sample, position| counts[sample][position]);
        let place = |misfit: Misfit| (misfit.sample, misfit.position, misfit.fault);
        assert_eq!(found(&[[true; 3]; 2]).map(place), Some((0, 1, Fault::Label(7.0))));
        assert_eq!(found(&[[true, false, true], [true; 3]]).map(place), Some((1, 2, Fault::Label(9.0))));
        assert_eq!(found(&[[true, false, true], [true, true, false]]), None);
        // Padding with 0 is not a label beside -1 and 1, in any place.
        let steps = [SMatrix::<f64, 1, 3>::new(0.0, -1.0, 1.0)];
        let labels = LabelsOf { domain: Domain::Sides, targets: &steps };
        assert_eq!(labels.misfit(&mut |_, position| position > 0), None);
        assert_eq!(labels.misfit(&mut |_, _| true).map(place), Some((0, 1, Fault::Mixed(-1.0))));
    }

    #[test]
    fn what_was_seen() {
        let seen =
            |labels: &[f32]| LabelsOf { domain: Domain::Any, targets: &ones(labels) }.seen(0..9, &mut |_, _| true);
        let expected = Seen { low: 1.0, high: 2.0, whole: true, two: true, rows: 1 };
        assert_eq!(seen(&[1.0, 2.0, 1.0]), expected);
        assert_eq!(seen(&[1.0, 2.0, 1.5]), Seen { whole: false, ..expected });
        let pairs = [Pair::new(0.0, 255.0), Pair::new(255.0, 255.0)];
        let labels = LabelsOf { domain: Domain::Any, targets: &pairs };
        let expected = Seen { low: 0.0, high: 255.0, whole: true, two: true, rows: 2 };
        assert_eq!(labels.seen(0..2, &mut |_, _| true), expected);
        assert_eq!(labels.seen(0..2, &mut |sample, _| sample == 1), Seen { low: 255.0, ..expected });
    }
}
