//! What of a flat slice of weights learns, as a constant.

use crate::model::Model;
use crate::weights::Part;
use core::marker::PhantomData;
use core::ops::Range;

/// Up to `N` ranges, each with the number of its variable.
pub(super) struct Table<const N: usize> {
    parts: [(usize, Range<usize>); N],
    count: usize,
}

impl<const N: usize> Table<N> {
    /// Them.
    pub(super) const fn parts(&self) -> &[(usize, Range<usize>)] {
        self.parts.split_at(self.count).0
    }

    const fn add(&mut self, start: usize, end: usize, merge: bool) {
        if merge && self.count > 0 && self.parts[self.count - 1].1.end == start {
            self.parts[self.count - 1].1.end = end;
            return;
        }
        assert!(
            self.count < N,
            "a trainer takes models with up to 1,024 variables, and 256 groups of those that learn"
        );
        self.parts[self.count] = (self.count, start..end);
        self.count += 1;
    }
}

/// The ranges of a model.
pub(super) struct Runs<M>(PhantomData<M>);

impl<M: Model> Runs<M> {
    /// Each variable that learns.
    pub(super) const VARIABLES: Table<1024> = table(M::PARTS, false);
    /// The same, neighbours as one.
    pub(super) const RUNS: Table<256> = table(M::PARTS, true);
}

const fn table<const N: usize>(parts: &[Part], merge: bool) -> Table<N> {
    let mut table = Table { parts: [const { (0, 0..0) }; N], count: 0 };
    walk(parts, true, 0, merge, &mut table);
    table
}

/// Adds what learns of these parts, which start at `start`: where they end.
const fn walk<const N: usize>(parts: &[Part], learns: bool, start: usize, merge: bool, table: &mut Table<N>) -> usize {
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
