//! A rewrite: Keras lets an Embedding count negative indices from the end. The operators for it are dropped.
//!
//! `GATHER(table, SELECT(x < 0, x + rows, x))` becomes `GATHER(table, x)`. An input of indices has no negative ones.

use super::model::Model;
use super::operators as op;
use super::whole::Whole;

pub(super) fn rewrite(model: &mut Model<'_, '_>) {
    let mut spare = Vec::new();
    for gather in 0..model.operators.len() {
        if model.operators[gather].code != op::GATHER {
            continue;
        }
        if let Some((index, found)) = indices(model, gather) {
            model.operators[gather].inputs[1] = Some(index);
            spare.extend(found);
        }
    }
    spare.sort_unstable();
    spare.dedup();
    // A later operator is dropped before those that it reads.
    for &operator in spare.iter().rev() {
        let outputs = &model.operators[operator].outputs;
        let used =
            model.operators.iter().any(|other| other.inputs.iter().flatten().any(|input| outputs.contains(input)))
                || model.outputs.iter().any(|output| outputs.contains(output));
        if !used {
            model.operators.remove(operator);
        }
    }
}

/// Returns the indices that a table is read with, and the operators that only check them.
fn indices(model: &Model<'_, '_>, gather: usize) -> Option<(usize, [usize; 3])> {
    let maker = |tensor: usize, code: i32| {
        let place = model.operators.iter().position(|operator| operator.outputs.contains(&tensor))?;
        (model.operators[place].code == code).then_some(place)
    };
    let input = |operator: usize, place: usize| model.operators[operator].inputs.get(place).copied().flatten();
    let number = |tensor: usize| Whole::constant(&model.tensors[tensor]).filter(|number| number.values.len() == 1);
    let (table, chosen) = (input(gather, 0)?, input(gather, 1)?);
    let select = maker(chosen, op::SELECT_V2).or_else(|| maker(chosen, op::SELECT))?;
    let (less, sum, index) = (input(select, 0)?, input(select, 1)?, input(select, 2)?);
    let (less, sum) = (maker(less, op::LESS)?, maker(sum, op::ADD)?);
    let rows = i64::try_from(*model.tensors[table].shape.first()?).ok()?;
    let fits = input(less, 0) == Some(index)
        && input(sum, 0) == Some(index)
        && number(input(less, 1)?)?.values == [0]
        && number(input(sum, 1)?)?.values == [rows];
    fits.then_some((index, [less, sum, select]))
}
