//! What of a flat slice of weights learns, as a constant.

use crate::model::Model;
use crate::weights::Part;
use core::marker::PhantomData;
use core::ops::Range;

/// The most ranges of a model: variables that learn, between others that do not.
const MOST: usize = 256;

/// Ranges, each with the number of its variable.
pub(super) struct Table {
    parts: [(usize, Range<usize>); MOST],
    count: usize,
}

impl Table {
    /// Them.
    pub(super) const fn parts(&self) -> &[(usize, Range<usize>)] {
        self.parts.split_at(self.count).0
    }

    const fn add(&mut self, start: usize, end: usize, merge: bool) {
        if merge && self.count > 0 && self.parts[self.count - 1].1.end == start {
            self.parts[self.count - 1].1.end = end;
            return;
        }
        assert!(self.count < MOST, "a trainer takes models with up to 256 variables between others that do not learn");
        self.parts[self.count] = (self.count, start..end);
        self.count += 1;
    }
}

/// The ranges of a model.
pub(super) struct Runs<M>(PhantomData<M>);

impl<M: Model> Runs<M> {
    /// Each variable that learns.
    pub(super) const VARIABLES: Table = table(M::PARTS, false);
    /// The same, neighbours as one.
    pub(super) const RUNS: Table = table(M::PARTS, true);
}

const fn table(parts: &[Part], merge: bool) -> Table {
    let mut table = Table { parts: [const { (0, 0..0) }; MOST], count: 0 };
    walk(parts, true, 0, merge, &mut table);
    table
}

/// Adds what learns of these parts, which start at `start`: where they end.
const fn walk(parts: &[Part], learns: bool, start: usize, merge: bool, table: &mut Table) -> usize {
    let (mut at, mut i) = (start, 0);
    while i < parts.len() {
        match &parts[i] {
            Part::Variable { shape, trainable, .. } => {
                let end = at + shape.size();
                if learns && *trainable {
                    table.add(at, end, merge);
                }
                at = end;
            }
            Part::Layer { parts, trainable, .. } => at = walk(parts, learns && *trainable, at, merge, table),
            Part::Nothing => {}
        }
        i += 1;
    }
    at
}
