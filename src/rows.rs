//! Tables whose gradient comes by rows: a step costs what the rows of its batch cost, and not the whole table.
//!
//! The gradient of a table is zero but for the rows that a batch names ([`Layer::touched`](crate::Layer::touched)). The
//! optimizer is applied to these alone, if it says what it does to all others ([`Idle`]): nothing, or a decay of its slots, which
//! a row that comes again later makes up for. A row of the gradient is zeroed as soon as it was applied.

use crate::optimizers::{Idle, MAX_SLOTS};
use crate::{Scalar, Weights};
use core::ops::Range;

/// A variable by rows.
struct Table {
    /// Where it lies in the flat slice of weights.
    range: Range<usize>,
    /// How many scalars a row has.
    width: usize,
    /// The number of its layer among those that can be frozen.
    layer: usize,
    /// Whether it learns at present. A step in which it does not is none for its rows either.
    learns: bool,
    /// The steps in which it learned.
    steps: u64,
    /// For each row, how many of these it has made up for.
    seen: Vec<u64>,
}

/// Some rows of a batch, which have missed the same number of steps.
struct Touched {
    range: Range<usize>,
    missed: u64,
    learns: bool,
}

/// All tables of a model, and the rows of the batch.
pub(crate) struct Rows {
    tables: Vec<Table>,
    touched: Vec<Touched>,
    /// What a step does to the slots of a row without gradient.
    decay: [f64; MAX_SLOTS],
}

impl Rows {
    /// No tables: every step is one over all weights.
    pub(crate) fn none() -> Self {
        Rows { tables: Vec::new(), touched: Vec::new(), decay: [1.0; MAX_SLOTS] }
    }

    /// Tables for an optimizer that leaves the rows of others alone.
    pub(crate) fn new(idle: Idle) -> Option<Self> {
        let decay = match idle {
            Idle::Moves => return None,
            Idle::Stays => [1.0; MAX_SLOTS],
            Idle::Decays(decay) => decay,
        };
        Some(Rows { decay, ..Rows::none() })
    }

    /// Adds a table of `count` rows.
    pub(crate) fn add(&mut self, range: Range<usize>, count: usize, layer: usize) {
        let width = range.len() / count;
        self.tables.push(Table { range, width, layer, learns: true, steps: 0, seen: vec![0; count] });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// How many rows a batch can name without more memory.
    pub(crate) fn capacity(&self) -> usize {
        self.touched.capacity()
    }

    /// Where the tables lie, in ascending order.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = &Range<usize>> {
        self.tables.iter().map(|table| &table.range)
    }

    /// What is frozen from now on.
    pub(crate) fn freeze(&mut self, frozen: &[bool]) {
        for table in &mut self.tables {
            table.learns = !frozen[table.layer];
        }
    }

    /// Takes down the rows of a batch, in ascending order; some may come twice. `visit_all` calls its argument with ranges
    /// of the flat slice.
    pub(crate) fn collect(&mut self, visit_all: impl Fn(&mut dyn FnMut(Range<usize>))) {
        self.touched.clear();
        // As many as there are visits, and not only as many rows as differ, so that no later batch needs more.
        let mut visits = 0;
        visit_all(&mut |_| visits += 1);
        self.touched.reserve(visits);
        let (tables, touched) = (&mut self.tables, &mut self.touched);
        visit_all(&mut |range| tables.iter_mut().for_each(|table| table.touch(&range, touched)));
        touched.sort_unstable_by_key(|row| row.range.start);
        for table in &mut self.tables {
            table.steps += u64::from(table.learns);
        }
    }

    /// Whether the gradient of all tables is zero, as it has to be between two steps.
    pub(crate) fn are_clear<T: Scalar, W: Weights<T>>(&self, dw: &W) -> bool {
        self.ranges().all(|table| dw.as_slice()[table.clone()].iter().all(|&g| g == T::ZERO))
    }

    /// The rows of the batch that learn, in ascending order, with the numbers of their tables.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (usize, Range<usize>)> {
        let table = |row: &Touched| self.tables.iter().position(|table| table.range.contains(&row.range.start));
        let learning = self.touched.iter().filter(|row| row.learns);
        learning.filter_map(move |row| Some((table(row)?, row.range.clone())))
    }

    /// Calls `step` with every row that learns, once its slots were caught up, and zeroes the gradient of all rows of the
    /// batch.
    pub(crate) fn apply<T: Scalar, W: Weights<T>>(
        &mut self,
        dw: &mut W,
        slots: &mut [Box<W>],
        mut step: impl FnMut(&W, &mut [Box<W>], Range<usize>),
    ) {
        for Touched { range, missed, learns } in &self.touched {
            if *learns {
                catch_up(slots, &self.decay, range.clone(), *missed);
                step(dw, slots, range.clone());
            }
            dw.as_mut_slice()[range.clone()].fill(T::ZERO);
        }
    }

    /// Makes up for all missed steps, before somebody reads the slots.
    pub(crate) fn settle<T: Scalar, W: Weights<T>>(&mut self, slots: &mut [Box<W>]) {
        for table in &mut self.tables {
            for (row, seen) in table.seen.iter_mut().enumerate() {
                let start = table.range.start + row * table.width;
                catch_up(slots, &self.decay, start..start + table.width, table.steps - *seen);
                *seen = table.steps;
            }
        }
    }

    /// Forgets missed steps: the slots were read from a file, where all are made up for.
    pub(crate) fn reset(&mut self) {
        for table in &mut self.tables {
            table.steps = 0;
            table.seen.fill(0);
        }
    }
}

impl Table {
    /// Takes down the rows that have a part in `range`.
    fn touch(&mut self, range: &Range<usize>, touched: &mut Vec<Touched>) {
        let range = range.start.max(self.range.start)..range.end.min(self.range.end);
        if range.is_empty() {
            return;
        }
        let learns = self.learns;
        if !learns {
            return touched.push(Touched { range, missed: 0, learns });
        }
        let rows = (range.start - self.range.start) / self.width..(range.end - self.range.start).div_ceil(self.width);
        // A table with a penalty is touched as a whole in every step.
        if rows.len() > 1 && self.seen[rows.clone()].iter().all(|&seen| seen == self.steps) {
            let range = self.range.start + rows.start * self.width..self.range.start + rows.end * self.width;
            self.seen[rows].fill(self.steps + 1);
            return touched.push(Touched { range, missed: 0, learns });
        }
        for row in rows {
            let seen = &mut self.seen[row];
            // Once in a step.
            if *seen <= self.steps {
                let start = self.range.start + row * self.width;
                touched.push(Touched { range: start..start + self.width, missed: self.steps - *seen, learns });
                *seen = self.steps + 1;
            }
        }
    }
}

/// `slot *= decay^missed`, where the decay is that of the scalars: over many steps, the rounding of 0.9 to `f32` shows.
fn catch_up<T: Scalar, W: Weights<T>>(slots: &mut [Box<W>], decay: &[f64], range: Range<usize>, missed: u64) {
    if missed == 0 {
        return;
    }
    for (slot, &decay) in slots.iter_mut().zip(decay) {
        if decay != 1.0 {
            let factor = T::of(T::of(decay).to_f64().powf(missed as f64));
            slot.as_mut_slice()[range.clone()].iter_mut().for_each(|slot| *slot *= factor);
        }
    }
}
