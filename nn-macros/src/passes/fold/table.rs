//! What follows a table is computed once for each of its rows.

use super::rewrite::Rewrite;
use crate::graph::Origin;
use crate::graph::{Count, LayerId};
use nn_core::spec::Folding;

/// A table grows by folding at most this many times: the gates of an LSTM on as many features as units.
const MOST_GROWTH: usize = 4;

/// Folds what follows each table into it.
pub(super) fn fold(rewrite: &mut Rewrite) {
    for layer in 0..rewrite.graph.layers.len() {
        let Folding::Table { width: place } = rewrite.folding(layer) else { continue };
        let Some(width) = rewrite.constant_of(layer, layer, place) else { continue };
        let (calls, projected) = rewrite.follow(layer, &width);
        if let Some((_, last)) = calls.last() {
            rewrite.set_constants(layer, layer, &[(place, last.clone())]);
            rewrite.origins.push((layer, Origin::Table { width, calls, projected }));
        }
    }
}

impl Rewrite {
    /// Folds what follows a table with rows of this length: the calls, each with the length of its output, and whether
    /// the last one is that of a recurrent layer.
    fn follow(&mut self, layer: LayerId, width: &Count) -> (Vec<(usize, Count)>, bool) {
        let mut calls: Vec<(usize, Count)> = Vec::new();
        while let Some((next, pairs)) = self.next(layer) {
            let before = calls.last().map_or(width, |(_, width)| width).clone();
            let recurrent = self.recurrent(next);
            let after = match self.folding(next) {
                Folding::Position => Some(before),
                Folding::Scale { .. } if self.is_scale(next) => Some(before),
                Folding::Affine { units, .. } => self.constant_of(next, next, units),
                _ => recurrent.as_ref().and_then(|recurrent| self.rows(next, recurrent)),
            };
            let Some(after) = after.filter(|after| grows_little(width, after)) else { break };
            calls.push((pairs[0].1, after));
            if let Some(recurrent) = recurrent {
                self.project(next, &recurrent, &pairs);
                self.origins.push((next, Origin::Projected));
                return (calls, true);
            }
            pairs.into_iter().for_each(|(call, reader)| self.takes_over(call, reader));
        }
        (calls, false)
    }
}

/// Whether a table of rows of the second length may stand for one of the first. What only rustc knows may.
fn grows_little(before: &Count, after: &Count) -> bool {
    match (before.known(), after.known()) {
        (Some(before), Some(after)) => after <= MOST_GROWTH * before,
        _ => true,
    }
}
