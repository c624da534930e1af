//! [`Weights`]: the weights of samples, for each output.

use crate::data::SampleWeight;
use crate::spec::MAX_INPUTS;
use crate::{Error, Model, Result, Tensors};
use core::ops::Range;

/// The weights of some samples: one column for each output, empty if all its weights are 1.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Weights<'a> {
    columns: [&'a [f64]; MAX_INPUTS],
}

impl<'a> Weights<'a> {
    /// All weights are 1.
    pub(crate) const NONE: Weights<'static> = Weights { columns: [&[]; MAX_INPUTS] };

    /// Returns the weights of an output: one for each sample, or one for each of its positions.
    pub(crate) fn of(&self, output: usize) -> &'a [f64] {
        self.columns.get(output).copied().unwrap_or(&[])
    }

    /// Returns the columns of all outputs.
    pub(crate) fn columns(&self) -> &[&'a [f64]] {
        &self.columns
    }

    /// Returns the weights of a range of `n` samples.
    pub(crate) fn slice(self, n: usize, range: Range<usize>) -> Self {
        let part = |column: &'a [f64]| {
            let each = each(column, n);
            column.get(range.start * each..range.end * each).unwrap_or(&[])
        };
        Weights { columns: self.columns.map(part) }
    }

    /// Returns whether a position of a sample counts, out of `n` samples, by output, sample and position.
    pub(crate) fn counts(&self, n: usize) -> impl FnMut(usize, usize, Option<usize>) -> bool {
        move |output, sample, position| self.at(output, n, sample, position) != 0.0
    }

    /// Returns the weight of a position of a sample, out of `n`. A target with one position for several has the
    /// largest weight of these.
    pub(crate) fn at(&self, output: usize, n: usize, sample: usize, position: Option<usize>) -> f64 {
        let column = self.of(output);
        if column.is_empty() {
            return 1.0;
        }
        let each = each(column, n);
        let weights = column.get(sample * each..(sample + 1) * each).unwrap_or(&[]);
        match (weights, position) {
            ([weight], _) => *weight,
            (_, Some(position)) => weights.get(position).copied().unwrap_or(1.0),
            _ => weights.iter().copied().fold(0.0, f64::max),
        }
    }
}

/// Returns the number of weights of each of `n` samples.
fn each(column: &[f64], n: usize) -> usize {
    column.len().checked_div(n).unwrap_or(0)
}

/// The weights of samples as numbers: a column for each output, or one for all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Given {
    together: bool,
    /// The number of weights of a sample, and all weights.
    columns: Vec<(usize, Vec<f64>)>,
}

impl Given {
    /// Copies weights.
    pub(crate) fn new(weights: &impl SampleWeight) -> Self {
        fn together<W: SampleWeight>(_: &W) -> bool {
            W::TOGETHER
        }
        let mut columns = Vec::new();
        weights.columns(&mut |each, weights| columns.push((each, weights.collect())));
        Given { together: together(weights), columns }
    }

    /// Returns the weights for the outputs of `M`.
    ///
    /// # Errors
    /// If there are weights for another number of outputs, or not as many as `n` samples need, or if one is not finite
    /// or negative.
    pub(crate) fn weights<M: Model>(&self, name: &'static str, n: usize) -> Result<Weights<'_>> {
        let outputs = M::Outputs::COUNT;
        if !self.together && self.columns.len() != outputs {
            let expected = format!("weights for {outputs} output(s)");
            return Err(Error::setting(name, expected, format!("weights for {}", self.columns.len())));
        }
        let mut weights = Weights::NONE;
        for (output, to) in weights.columns.iter_mut().enumerate().take(outputs) {
            let Some((each, column)) = self.columns.get(if self.together { 0 } else { output }) else { continue };
            if *each == 0 {
                continue;
            }
            let shape = M::OUTPUT_SHAPES.get(output);
            let place =
                Place { name, output: (outputs > 1 && !self.together).then(|| M::OUTPUT_NAMES[output]), each: *each };
            place.check(column, n, shape.map_or(1, |shape| shape.cols()))?;
            *to = column;
        }
        Ok(weights)
    }
}

/// The place of a column in messages.
struct Place {
    name: &'static str,
    /// The output, if there are several.
    output: Option<&'static str>,
    each: usize,
}

impl Place {
    /// Checks the weights of `n` samples of an output with this number of positions.
    fn check(&self, column: &[f64], n: usize, positions: usize) -> Result<()> {
        let of = self.output.map_or(String::new(), |name| format!(" of output `{name}`"));
        if self.each != 1 && self.each != positions {
            let steps = if positions > 1 { format!(", or {positions}, one for each position") } else { String::new() };
            let expected = format!("1 number for each sample{of}{steps}");
            return Err(Error::setting(self.name, expected, self.each));
        }
        if column.len() != n.saturating_mul(self.each) {
            let expected = format!("{n} numbers, one for each sample{of}");
            let expected = if self.each > 1 { expected.replace("numbers", "arrays") } else { expected };
            return Err(Error::setting(self.name, expected, column.len() / self.each));
        }
        for (k, &weight) in column.iter().enumerate() {
            if let Some(expected) = expected_weight(weight) {
                let step = if self.each > 1 { format!(", position {}", k % self.each) } else { String::new() };
                let got = format!("{weight} for sample {}{step}{of}", k / self.each);
                return Err(Error::setting(self.name, expected, got));
            }
        }
        Ok(())
    }
}

/// Returns the expected numbers, if this sample or class weight is invalid.
pub(crate) fn expected_weight(weight: f64) -> Option<&'static str> {
    match weight.is_finite() {
        false => Some("finite numbers"),
        true if weight < 0.0 => Some("numbers of at least 0"),
        true => None,
    }
}

/// Weights in memory that is used again, one column for each output.
#[derive(Debug, Default)]
pub(crate) struct Columns(Vec<Vec<f64>>);

impl Columns {
    /// Removes all weights.
    pub(crate) fn clear(&mut self) {
        self.0.iter_mut().for_each(Vec::clear);
    }

    /// Returns the empty column of an output.
    pub(crate) fn column(&mut self, output: usize) -> &mut Vec<f64> {
        while self.0.len() <= output {
            self.0.push(Vec::new());
        }
        &mut self.0[output]
    }

    /// Returns the weights.
    pub(crate) fn weights(&self) -> Weights<'_> {
        let mut weights = Weights::NONE;
        weights.columns.iter_mut().zip(&self.0).for_each(|(to, column)| *to = column);
        weights
    }

    /// Copies the weights of these samples, out of `n`.
    pub(crate) fn gather(&mut self, from: Weights<'_>, n: usize, samples: &[usize]) {
        self.clear();
        for (output, column) in from.columns.iter().enumerate().filter(|(_, column)| !column.is_empty()) {
            let each = each(column, n);
            let of = |&k: &usize| column.get(k * each..(k + 1) * each).unwrap_or(&[]);
            self.column(output).extend(samples.iter().flat_map(of));
        }
    }
}
