//! Which operator makes a tensor, and which read it: what rewrites ask.

use super::model::{Dtype, Model};
use super::{arrays::Array, operators as op};

/// The makers and readers of all tensors.
pub(super) struct Links {
    maker: Vec<Option<usize>>,
    /// The number of readers, and the first.
    readers: Vec<(usize, usize)>,
}

impl Links {
    pub(super) fn new(model: &Model<'_, '_>) -> Self {
        let mut links =
            Links { maker: vec![None; model.tensors.len()], readers: vec![(0, usize::MAX); model.tensors.len()] };
        for (place, operator) in model.operators.iter().enumerate() {
            operator.outputs.iter().for_each(|&output| links.maker[output] = Some(place));
            for &input in operator.inputs.iter().flatten() {
                let (count, first) = links.readers[input];
                links.readers[input] = (count + 1, first.min(place));
            }
        }
        // The world outside reads the outputs of a graph.
        model.outputs.iter().for_each(|&output| links.readers[output].0 += 1);
        links
    }

    /// Returns the operator that makes a tensor, if it is of this kind.
    pub(super) fn maker(&self, model: &Model<'_, '_>, tensor: usize, code: i32) -> Option<usize> {
        self.maker[tensor].filter(|&place| model.operators[place].code == code)
    }

    /// Returns the operator that reads the only output of another one, if it is the only one, and reads it first.
    pub(super) fn only_reader(&self, model: &Model<'_, '_>, operator: usize) -> Option<usize> {
        let &[output] = &model.operators[operator].outputs[..] else { return None };
        let (count, reader) = self.readers[output];
        let reads = (count == 1).then(|| model.operators.get(reader)).flatten()?;
        (reads.inputs.first() == Some(&Some(output))).then_some(reader)
    }

    /// Returns the operator that reads the only output of another one, in any place, if it is the only one.
    pub(super) fn next(&self, model: &Model<'_, '_>, operator: usize) -> Option<usize> {
        let &[output] = &model.operators[operator].outputs[..] else { return None };
        let (count, reader) = self.readers[output];
        (count == 1 && reader < model.operators.len()).then_some(reader)
    }
}

/// Returns input `place` of an operator.
pub(super) fn input(model: &Model<'_, '_>, operator: usize, place: usize) -> Option<usize> {
    model.operators[operator].inputs.get(place).copied().flatten()
}

/// Returns the two inputs of an operator, in both orders.
pub(super) fn inputs(model: &Model<'_, '_>, operator: usize) -> Option<[(usize, usize); 2]> {
    let (a, b) = (input(model, operator, 0)?, input(model, operator, 1)?);
    Some([(a, b), (b, a)])
}

/// Whether a tensor is a constant of floats.
pub(super) fn is_array(model: &Model<'_, '_>, tensor: usize) -> bool {
    let tensor = &model.tensors[tensor];
    matches!(tensor.dtype, Dtype::F32 | Dtype::F16) && tensor.data.is_some()
}

/// A rewrite: weights of `float16` are read where they are made `float32`.
pub(super) fn halves(model: &mut Model<'_, '_>) {
    let mut from = vec![None; model.tensors.len()];
    for operator in model.operators.iter().filter(|operator| operator.code == op::DEQUANTIZE) {
        if let (&[Some(input)], &[output]) = (&operator.inputs[..], &operator.outputs[..])
            && model.tensors[input].dtype == Dtype::F16
            && model.tensors[input].data.is_some()
        {
            from[output] = Some(input);
        }
    }
    for input in model.operators.iter_mut().flat_map(|operator| operator.inputs.iter_mut().flatten()) {
        *input = from[*input].unwrap_or(*input);
    }
}

/// Returns a constant of one float.
pub(super) fn scalar(model: &Model<'_, '_>, tensor: usize) -> Option<f64> {
    let array = is_array(model, tensor).then(|| Array::new(&model.tensors[tensor]).ok())??;
    if array.shape.iter().product::<usize>() == 1 { array.value(0) } else { None }
}

/// Whether an operator has no activation inside.
pub(super) fn is_plain(model: &Model<'_, '_>, operator: usize) -> bool {
    let operator = &model.operators[operator];
    match operator.code {
        op::ADD | op::SUB | op::MUL | op::DIV => operator.options.u8(0) == Ok(0),
        _ => true,
    }
}

/// Drops the operators whose outputs nothing reads.
pub(super) fn sweep(model: &mut Model<'_, '_>) {
    let mut used = vec![false; model.tensors.len()];
    model.outputs.iter().for_each(|&output| used[output] = true);
    let mut kept = Vec::new();
    for operator in std::mem::take(&mut model.operators).into_iter().rev() {
        if operator.outputs.iter().any(|&output| used[output]) {
            operator.inputs.iter().flatten().for_each(|&input| used[input] = true);
            kept.push(operator);
        }
    }
    kept.reverse();
    model.operators = kept;
}
