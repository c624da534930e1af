//! The ranges of a flat slice of weights that learn, as a constant.

use crate::layer::model::Model;
use crate::weights::{Part, Place, places};
use core::marker::PhantomData;
use core::ops::Range;

/// Up to `N` ranges, each with its number.
pub(super) struct Table<const N: usize> {
    parts: [(usize, Range<usize>); N],
    count: usize,
}

impl<const N: usize> Table<N> {
    const EMPTY: Self = Table { parts: [const { (0, 0..0) }; N], count: 0 };

    /// Returns the ranges.
    pub(super) const fn parts(&self) -> &[(usize, Range<usize>)] {
        self.parts.split_at(self.count).0
    }

    /// Returns the variables that learn.
    const fn variables(parts: &[Part]) -> Self {
        let (mut found, mut table, mut i) = ([Place::NONE; N], Self::EMPTY, 0);
        let count = places(parts, true, &mut found);
        while i < count {
            table.has_room();
            table.parts[i] = (i, found[i].start..found[i].end);
            table.count += 1;
            i += 1;
        }
        table
    }

    /// Returns the ranges with neighbours merged.
    const fn merged<const M: usize>(&self) -> Table<M> {
        let (mut table, mut i) = (Table::<M>::EMPTY, 0);
        while i < self.count {
            let (start, end) = (self.parts[i].1.start, self.parts[i].1.end);
            if table.count > 0 && table.parts[table.count - 1].1.end == start {
                table.parts[table.count - 1].1.end = end;
            } else {
                table.has_room();
                table.parts[table.count] = (table.count, start..end);
                table.count += 1;
            }
            i += 1;
        }
        table
    }

    const fn has_room(&self) {
        assert!(
            self.count < N,
            "a trainer takes models with up to 1,024 variables, and 256 groups of those that learn"
        );
    }
}

/// The ranges of a model.
pub(super) struct TrainableRanges<M>(PhantomData<M>);

impl<M: Model> TrainableRanges<M> {
    /// The range of each variable that learns.
    pub(super) const VARIABLES: Table<1024> = Table::variables(M::PARTS);
    /// The same ranges with neighbours merged.
    pub(super) const MERGED: Table<256> = Self::VARIABLES.merged();
}
