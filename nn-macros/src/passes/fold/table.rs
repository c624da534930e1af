//! Computes the layers after a table once for each of its rows.

use super::rewrite::Rewrite;
use crate::graph::Origin;
use crate::graph::{Count, LayerId};
use nn_core::spec::Folding;

/// The factor by which folding may enlarge a table: the four gates of an LSTM with as many units as features.
const MOST_GROWTH: usize = 4;

/// Folds the layers after each table into it.
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
    /// Folds the layers after a table with rows of this length. Returns the calls, each with the length of its output,
    /// and whether the last one is a recurrent layer.
    fn follow(&mut self, layer: LayerId, width: &Count) -> (Vec<(usize, Count)>, bool) {
        let mut calls: Vec<(usize, Count)> = Vec::new();
        while let Some((next, pairs)) = self.next(layer) {
            let before = calls.last().map_or(width, |(_, width)| width).clone();
            let recurrent = self.recurrent(next);
            let after = match self.folding(next) {
                Folding::Position => Some(before),
                Folding::Scale { .. } if self.scale(next).is_some() => Some(before),
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

/// Whether a table may grow from rows of the first length to the second. If only rustc knows a length, it may.
fn grows_little(before: &Count, after: &Count) -> bool {
    match (before.known(), after.known()) {
        (Some(before), Some(after)) => after <= MOST_GROWTH * before,
        _ => true,
    }
}
