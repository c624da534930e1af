//! Tables whose gradient comes by rows. The cost of a step depends on the rows of its batch, not on the whole table.
//!
//! The gradient of a table is zero except for the touched rows ([`Layer::touched`](crate::Layer::touched)). If the
//! optimizer declares its effect on the other rows ([`ZeroGradient`]), only touched rows are updated. That effect is
//! nothing, or a decay of the slots. A row that is touched again makes up for the decay that it missed. The update
//! zeroes the gradient of its rows.

use crate::optimizers::{MAX_SLOTS, ZeroGradient};
use crate::train::learner::Gradient;
use crate::{Model, Scalar, Weights};
use core::ops::Range;

mod waiting;

/// A table.
struct Table {
    /// Its range in the flat slice of weights.
    range: Range<usize>,
    /// The scalars of a row.
    width: usize,
    /// The number of its layer among the layers that can be frozen.
    layer: usize,
    /// Whether it learns at present. Its rows do not count the steps in which it does not.
    learns: bool,
    /// The number of steps in which it learned.
    steps: u64,
    /// For each row, the number of these steps that are applied to it.
    seen: Vec<u64>,
    /// The rows of a batch during the update.
    named: Bits,
}

/// The touched rows of a batch or a part, for each table.
pub(crate) struct Named(Vec<Bits>);

/// All tables of a model.
pub(crate) struct Rows {
    tables: Vec<Table>,
    decay: Decay,
}

impl Rows {
    /// Makes a value without tables. Every step is then over all weights.
    pub(crate) fn none() -> Self {
        Rows { tables: Vec::new(), decay: Decay::none() }
    }

    /// Makes tables for an optimizer with this effect on untouched rows.
    pub(crate) fn new<T: Scalar>(zero_gradient: ZeroGradient) -> Option<Self> {
        let decay = match zero_gradient {
            ZeroGradient::Moves => return None,
            ZeroGradient::Stays => Decay::none(),
            ZeroGradient::Decays(factors) => Decay::new::<T>(factors),
        };
        Some(Rows { tables: Vec::new(), decay })
    }

    /// Adds a table of `count` rows.
    pub(crate) fn add(&mut self, range: Range<usize>, count: usize, layer: usize) {
        let (width, named) = (range.len() / count, Bits::new(count));
        self.tables.push(Table { range, width, layer, learns: true, steps: 0, seen: vec![0; count], named });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// Returns the maximum of [`parts`](Self::parts) in any batch. At least one row lies between two of them.
    pub(crate) fn capacity(&self) -> usize {
        self.tables.iter().map(|table| table.seen.len().div_ceil(2)).sum()
    }

    /// Returns the ranges of the tables, in ascending order.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = &Range<usize>> {
        self.tables.iter().map(|table| &table.range)
    }

    /// Returns whether a table starts here.
    pub(crate) fn has(&self, start: usize) -> bool {
        self.tables.iter().any(|table| table.range.start == start)
    }

    /// Sets the frozen layers.
    pub(crate) fn freeze(&mut self, frozen: &[bool]) {
        for table in &mut self.tables {
            table.learns = !frozen[table.layer];
        }
    }

    /// Returns empty sets of rows.
    pub(crate) fn nothing(&self) -> Named {
        Named(self.tables.iter().map(|table| Bits::new(table.seen.len())).collect())
    }

    /// Notes touched rows. `visit_all` calls its argument with ranges of the flat slice, which may repeat.
    pub(crate) fn collect(&self, named: &mut Named, visit_all: impl Fn(&mut dyn FnMut(Range<usize>))) {
        visit_all(&mut |range| {
            self.tables.iter().zip(&mut named.0).for_each(|(table, named)| table.name(&range, named));
        });
    }

    /// Adds and notes the rows of a gradient that are not zero.
    pub(crate) fn take<T: Scalar>(&self, named: &mut Named, to: &mut [T], from: &[T]) {
        for (table, named) in self.tables.iter().zip(&mut named.0) {
            for row in 0..table.seen.len() {
                let scalars = table.scalars(&(row..row + 1));
                let from = &from[scalars.clone()];
                if from.iter().any(|&g| g != T::ZERO) {
                    table.name(&scalars, named);
                    to[scalars].iter_mut().zip(from).for_each(|(to, &from)| *to += from);
                }
            }
        }
    }

    /// Adds the gradients of all parts of a batch to the first. The others become zero and lose their rows.
    pub(crate) fn gather<M: Model>(&self, gradients: &mut [Gradient<M>]) {
        let Some((first, others)) = gradients.split_first_mut() else { return };
        for part in others {
            for (number, table) in self.tables.iter().enumerate() {
                let (all, named) = (&mut first.named.0[number], &mut part.named.0[number]);
                let mut from = 0;
                while let Some(rows) = named.run(from, |_| true) {
                    take(&mut *first.dw, &mut *part.dw, table.scalars(&rows));
                    from = rows.end;
                }
                all.add(named);
                named.clear();
            }
        }
    }

    /// Adds the rows of the batch to the parts of the weights, with the numbers of their tables above `first`.
    pub(crate) fn extend(&self, parts: &mut Vec<(usize, Range<usize>)>, named: &Named, first: usize) {
        parts.extend(self.parts(named).map(|(table, range)| (first + table, range)));
    }

    /// Returns whether the gradients of all tables are zero. Between two steps they must be.
    pub(crate) fn are_clear<T: Scalar, W: Weights<T>>(&self, dw: &W) -> bool {
        self.ranges().all(|table| dw.as_slice()[table.clone()].iter().all(|&g| g == T::ZERO))
    }

    /// Returns the rows of the batch that learn, in ascending order, with neighbours joined and the numbers of their
    /// tables.
    fn parts(&self, named: &Named) -> impl Iterator<Item = (usize, Range<usize>)> {
        let learning = self.tables.iter().zip(&named.0).enumerate().filter(|(_, (table, _))| table.learns);
        learning.flat_map(|(number, (table, named))| {
            let mut from = 0;
            core::iter::from_fn(move || {
                let rows = named.run(from, |_| true)?;
                from = rows.end;
                Some((number, table.scalars(&rows)))
            })
        })
    }

    /// Calls `step` with all rows that learn, in ascending order, and then zeroes their gradients and forgets the
    /// batch. Before each call it applies the missed steps to the slots. The gradient of a row is the sum over the
    /// parts, and it stays in the first part that has the row. Most rows of a large table are in one part only, so they
    /// are not copied.
    pub(crate) fn apply<M: Model>(
        &mut self,
        gradients: &mut [Gradient<M>],
        slots: &mut [Box<M>],
        mut step: impl FnMut(&mut M, &mut [Box<M>], Range<usize>),
    ) {
        for (number, table) in self.tables.iter_mut().enumerate() {
            table.steps += u64::from(table.learns);
            table.named.clear();
            // Loops, because rustc compiles every iterator with a closure again for each model.
            for part in &*gradients {
                table.named.add(&part.named.0[number]);
            }
            // Neighbours form a run if they missed the same number of steps and are in the same parts.
            let alike = |parts: &[Gradient<M>], seen: &[u64], [a, b]: [usize; 2]| {
                for part in parts {
                    if part.named.0[number].contains(a) != part.named.0[number].contains(b) {
                        return false;
                    }
                }
                seen[a] == seen[b]
            };
            let mut from = 0;
            while let Some(rows) = table.named.run(from, |pair| alike(gradients, &table.seen, pair)) {
                let scalars = table.scalars(&rows);
                let mut parts = gradients.iter_mut().filter(|part| part.named.0[number].contains(rows.start));
                let Some(first) = parts.next() else { break };
                parts.for_each(|part| take(&mut *first.dw, &mut *part.dw, scalars.clone()));
                if table.learns {
                    // This step counts, too.
                    let missed = table.steps - 1 - table.seen[rows.start];
                    self.decay.catch_up(slots, scalars.clone(), missed);
                    // `step` zeroes the gradient.
                    step(&mut first.dw, slots, scalars);
                    table.seen[rows.clone()].fill(table.steps);
                } else {
                    first.dw.as_mut_slice()[scalars].fill(M::Scalar::ZERO);
                }
                from = rows.end;
            }
            for part in &mut *gradients {
                part.named.0[number].clear();
            }
        }
    }

    /// Applies all missed steps, so that the slots can be read.
    pub(crate) fn settle<T: Scalar, W: Weights<T>>(&mut self, slots: &mut [Box<W>]) {
        for table in &mut self.tables {
            for row in 0..table.seen.len() {
                let missed = table.steps - table.seen[row];
                self.decay.catch_up(slots, table.scalars(&(row..row + 1)), missed);
                table.seen[row] = table.steps;
            }
        }
    }

    /// Forgets missed steps, because the slots come from a file, where all are applied.
    pub(crate) fn reset(&mut self) {
        for table in &mut self.tables {
            table.steps = 0;
            table.seen.fill(0);
        }
    }
}

impl Table {
    /// Notes the rows that overlap `range`.
    fn name(&self, range: &Range<usize>, named: &mut Bits) {
        let (start, end) = (range.start.max(self.range.start), range.end.min(self.range.end));
        if start >= end {
            return;
        }
        let (start, end) = (start - self.range.start, end - self.range.start);
        let first = start / self.width;
        named.set(first);
        // Most ranges are a single row, for which one division is enough.
        if end > (first + 1) * self.width {
            (first + 1..end.div_ceil(self.width)).for_each(|row| named.set(row));
        }
    }

    /// Returns the range of rows in the flat slice of weights.
    fn scalars(&self, rows: &Range<usize>) -> Range<usize> {
        self.range.start + rows.start * self.width..self.range.start + rows.end * self.width
    }
}

/// Does `to += from` and `from = 0` in a range of the gradients.
fn take<T: Scalar, W: Weights<T>>(to: &mut W, from: &mut W, range: Range<usize>) {
    for (to, from) in to.as_mut_slice()[range.clone()].iter_mut().zip(&mut from.as_mut_slice()[range]) {
        *to += *from;
        *from = T::ZERO;
    }
}

/// A set of rows, in ascending order without sorting: one bit for each row of the table.
struct Bits(Vec<u64>);

impl Bits {
    fn new(count: usize) -> Self {
        Bits(vec![0; count.div_ceil(64)])
    }

    fn set(&mut self, row: usize) {
        self.0[row / 64] |= 1 << (row % 64);
    }

    fn contains(&self, row: usize) -> bool {
        self.0.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    fn clear(&mut self) {
        self.0.fill(0);
    }

    /// Adds the rows of another set.
    fn add(&mut self, others: &Bits) {
        self.0.iter_mut().zip(&others.0).for_each(|(word, other)| *word |= other);
    }

    /// Returns the first row from `from` on, and the rows behind it that are `alike`.
    fn run(&self, from: usize, alike: impl Fn([usize; 2]) -> bool) -> Option<Range<usize>> {
        let mut word = from / 64;
        let mut bits = self.0.get(word)? & (u64::MAX << (from % 64));
        while bits == 0 {
            word += 1;
            bits = *self.0.get(word)?;
        }
        let first = 64 * word + bits.trailing_zeros() as usize;
        let mut end = first + 1;
        while self.contains(end) && alike([first, end]) {
            end += 1;
        }
        Some(first..end)
    }
}

/// The effect of a step on the slots of an untouched row.
struct Decay {
    factors: [f64; MAX_SLOTS],
    /// Powers of the factors for few missed steps.
    powers: Vec<[f64; MAX_SLOTS]>,
}

impl Decay {
    /// A row with more missed steps computes its own power.
    const POWERS: u64 = 256;

    /// Makes a decay that changes nothing.
    fn none() -> Self {
        Decay { factors: [1.0; MAX_SLOTS], powers: Vec::new() }
    }

    /// Rounds the factors to the scalar type, because the rounding of 0.9 to `f32` matters over many steps.
    fn new<T: Scalar>(factors: [f64; MAX_SLOTS]) -> Self {
        let mut decay = Decay { factors: factors.map(|factor| T::of(factor).to_f64()), powers: Vec::new() };
        decay.powers = (0..Self::POWERS).map(|missed| decay.power(missed)).collect();
        decay
    }

    fn power(&self, missed: u64) -> [f64; MAX_SLOTS] {
        self.factors.map(|factor| factor.powf(missed as f64))
    }

    /// Does `slot *= decay^missed`.
    fn catch_up<T: Scalar, W: Weights<T>>(&self, slots: &mut [Box<W>], range: Range<usize>, missed: u64) {
        if missed == 0 {
            return;
        }
        let powers = self.powers.get(missed as usize).copied().unwrap_or_else(|| self.power(missed));
        for ((slot, power), factor) in slots.iter_mut().zip(powers).zip(self.factors) {
            if factor != 1.0 {
                let power = T::of(power);
                slot.as_mut_slice()[range.clone()].iter_mut().for_each(|slot| *slot *= power);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Rows {
        let mut rows = Rows::new::<f32>(ZeroGradient::Stays).expect("it leaves rows alone");
        rows.add(10..10 + 3 * 200, 200, 0);
        rows.add(700..704, 2, 1);
        rows
    }

    fn parts(rows: &Rows, named: &Named) -> Vec<(usize, Range<usize>)> {
        rows.parts(named).collect()
    }

    #[test]
    fn rows_come_in_order_and_neighbours_together() {
        let mut rows = rows();
        let mut named = rows.nothing();
        rows.collect(&mut named, |visit| {
            // This has the last row, two neighbours in different words, a repeated row, and the border of two tables.
            [607..610, 10 + 3 * 64..10 + 3 * 65, 10 + 3 * 63..10 + 3 * 64, 13..16, 13..16]
                .into_iter()
                .for_each(&mut *visit);
            visit(600..701);
            visit(0..10);
        });
        let expected = [(0, 13..16), (0, 199..205), (0, 598..610), (1, 700..702)];
        assert_eq!(parts(&rows, &named), expected);
        rows.freeze(&[true, false]);
        assert_eq!(parts(&rows, &named), expected[3..]);
        assert_eq!(rows.capacity(), 101);
    }

    #[test]
    fn a_part_of_a_row_is_a_row() {
        let rows = rows();
        let mut named = rows.nothing();
        rows.collect(&mut named, |visit| visit(14..17));
        assert_eq!(parts(&rows, &named), [(0, 13..19)]);
    }
}
