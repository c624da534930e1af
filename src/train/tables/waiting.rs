//! Touched rows that wait for the gradients of more batches, and their place in a checkpoint.

use super::{Bits, Named, Rows};
use crate::train::learner::Gradient;
use crate::{Model, Scalar};

impl Rows {
    /// Zeroes the gradients of the tables that do not learn, and forgets their rows.
    pub(crate) fn drop_frozen<M: Model>(&self, Gradient { dw, named }: &mut Gradient<M>) {
        for (table, named) in self.tables.iter().zip(&mut named.0).filter(|(table, _)| !table.learns) {
            let mut from = 0;
            while let Some(rows) = named.run(from, |_| true) {
                dw.as_mut_slice()[table.scalars(&rows)].fill(M::Scalar::ZERO);
                from = rows.end;
            }
            named.clear();
        }
    }

    /// Returns the rows that [`Named::bits`] gave, or `None` if they are of other tables.
    pub(crate) fn of_bits(&self, mut bits: &[u64]) -> Option<Named> {
        let mut all = Vec::new();
        for table in &self.tables {
            let count = table.seen.len();
            let (these, rest) = bits.split_at_checked(count.div_ceil(64))?;
            let last = these.last().copied().unwrap_or(0);
            if count % 64 != 0 && last >> (count % 64) != 0 {
                return None;
            }
            all.push(Bits(these.to_vec()));
            bits = rest;
        }
        bits.is_empty().then_some(Named(all))
    }
}

impl Named {
    /// Returns the rows as numbers: a bit for each row, and new numbers for each table.
    pub(crate) fn bits(&self) -> Vec<u64> {
        self.0.iter().flat_map(|bits| bits.0.iter().copied()).collect()
    }
}
