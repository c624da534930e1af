//! A rewrite: a constant that is added behind a convolution or a product becomes its bias.
//!
//! TensorFlow leaves it outside where the output has another shape in between.

use super::arrays::Array;
use super::links::{Links, inputs, is_array};
use super::model::Model;
use super::operators as op;

pub(super) fn rewrite(model: &mut Model<'_, '_>) {
    let links = Links::new(model);
    for place in 0..model.operators.len() {
        let bias = match model.operators[place].code {
            op::CONV_2D | op::DEPTHWISE_CONV_2D | op::FULLY_CONNECTED => 2,
            op::TRANSPOSE_CONV => 3,
            _ => continue,
        };
        if let Some((before, add, constant)) = found(model, &links, place, bias) {
            let inputs = &mut model.operators[place].inputs;
            inputs.resize(inputs.len().max(bias + 1), None);
            inputs[bias] = Some(constant);
            // An activation inside the sum stays where it is.
            let activation = match model.operators[add].options.u8(0) {
                Ok(0) => None,
                Ok(1) => Some(op::RELU),
                Ok(2) => Some(op::RELU_N1_TO_1),
                Ok(3) => Some(op::RELU6),
                _ => Some(op::TANH),
            };
            let output = model.operators[before].outputs[0];
            match activation {
                Some(code) => {
                    model.operators[add].code = code;
                    model.operators[add].inputs = vec![Some(output)];
                }
                None => {
                    let outputs = std::mem::take(&mut model.operators[add].outputs);
                    model.operators[before].outputs = outputs;
                }
            }
        }
    }
}

/// Returns the operator whose output is added to, the sum, and the constant.
fn found(model: &Model<'_, '_>, links: &Links, place: usize, bias: usize) -> Option<(usize, usize, usize)> {
    let operator = &model.operators[place];
    let field = match operator.code {
        op::CONV_2D | op::TRANSPOSE_CONV => 3,
        op::DEPTHWISE_CONV_2D => 4,
        _ => 0,
    };
    let none = match operator.inputs.get(bias).copied().flatten() {
        None => true,
        Some(there) => {
            let zero = |array: Array<'_>| array.values().all(|value| value == 0.0);
            is_array(model, there) && Array::new(&model.tensors[there]).is_ok_and(zero)
        }
    };
    if !none || operator.options.u8(field) != Ok(0) {
        return None;
    }
    let kernel = &model.tensors[operator.inputs.get(1).copied().flatten()?].shape;
    let units = if operator.code == op::DEPTHWISE_CONV_2D { *kernel.last()? } else { *kernel.first()? };
    let mut before = place;
    let mut add = links.next(model, before)?;
    if matches!(model.operators[add].code, op::RESHAPE | op::SQUEEZE) {
        before = add;
        // The channels are still the last axis.
        let shape = &model.tensors[*model.operators[before].outputs.first()?].signature;
        if shape.last() != Some(&Some(units)) {
            return None;
        }
        add = links.next(model, before)?;
    }
    let output = *model.operators[before].outputs.first()?;
    let sum = model.operators[add].code == op::ADD && model.operators[add].options.u8(0).is_ok_and(|code| code <= 4);
    let &(_, constant) = inputs(model, add).as_ref()?.iter().find(|&&(tensor, _)| tensor == output)?;
    let shape = &model.tensors[constant].shape;
    let row = shape.last() == Some(&units) && shape.iter().product::<usize>() == units;
    (sum && row && is_array(model, constant)).then_some((before, add, constant))
}
