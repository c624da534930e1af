//! A rewrite: Keras lets an Embedding count negative indices from the end. The operators for it are dropped.
//!
//! `GATHER(table, SELECT(x < 0, x + rows, x))` becomes `GATHER(table, x)`. An input of indices has no negative ones.

use super::links::{Links, input};
use super::model::Model;
use super::operators as op;
use super::whole::Whole;

pub(super) fn rewrite(model: &mut Model<'_, '_>) {
    let links = Links::new(model);
    for gather in 0..model.operators.len() {
        if model.operators[gather].code == op::GATHER
            && let Some(index) = index(model, &links, gather)
        {
            model.operators[gather].inputs[1] = Some(index);
        }
    }
}

/// Returns the indices that a table is read with, if other operators only check them.
fn index(model: &Model<'_, '_>, links: &Links, gather: usize) -> Option<usize> {
    let number = |tensor: usize| Whole::constant(&model.tensors[tensor]).filter(|number| number.values.len() == 1);
    let (table, chosen) = (input(model, gather, 0)?, input(model, gather, 1)?);
    let select = links.maker(model, chosen, op::SELECT_V2).or_else(|| links.maker(model, chosen, op::SELECT))?;
    let (less, sum, index) = (input(model, select, 0)?, input(model, select, 1)?, input(model, select, 2)?);
    let (less, sum) = (links.maker(model, less, op::LESS)?, links.maker(model, sum, op::ADD)?);
    let rows = i64::try_from(*model.tensors[table].shape.first()?).ok()?;
    let fits = input(model, less, 0) == Some(index)
        && input(model, sum, 0) == Some(index)
        && number(input(model, less, 1)?)?.values == [0]
        && number(input(model, sum, 1)?)?.values == [rows];
    fits.then_some(index)
}
