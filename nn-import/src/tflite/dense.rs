//! Products with a constant matrix.

use super::convolution::{finish, fused};
use super::flow::{Flow, Made, Wrong, number, sample};
use super::model::Operator;
use super::operators as op;
use super::reader::Reader;

pub(super) fn read(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>) -> Result<(), Wrong> {
    let flow = reader.floats(operator, 0)?;
    let (constant, matrix) = reader.array(operator, 1)?.ok_or("it has no weights")?;
    let options = operator.options;
    let product = operator.code == op::FULLY_CONNECTED;
    // The matrix of a product of batches may have axes of length 1 in front.
    let shape: Vec<usize> = match matrix.shape {
        [batch @ .., a, b] if batch.iter().all(|&length| length == 1) && (!product || batch.is_empty()) => vec![*a, *b],
        shape => return Err(format!("its weights have the shape {shape:?}, and are no matrix").into()),
    };
    let rows_are_outputs = product || options.flag(1)?;
    let (inputs, units) = if rows_are_outputs { (shape[1], shape[0]) } else { (shape[0], shape[1]) };
    if product && options.u8(1)? != 0 {
        return Err("its weights are in a shuffled order, which is not read".into());
    }
    if !product && options.flag(0)? {
        return Err("its first operand is transposed, which is not read".into());
    }
    let keeps = !product || options.flag(2)?;
    let elements: usize = flow.view.iter().product();
    if inputs == 0 || units == 0 || !elements.is_multiple_of(inputs) || (keeps && flow.view.last() != Some(&inputs)) {
        return Err(format!("its input has the shape {:?}, but its weights take {inputs} numbers", flow.view).into());
    }
    let rows = elements / inputs;
    let view = match flow.view.split_last() {
        Some((_, before)) if keeps => [before, &[units]].concat(),
        _ => vec![rows, units],
    };
    let taken = match rows {
        1 => vec![inputs],
        _ if flow.shape.last() == Some(&inputs) => flow.shape.clone(),
        _ if flow.view.last() == Some(&inputs) => sample(&flow.view).to_vec(),
        _ => vec![rows, inputs],
    };
    let input = reader.shaped(&flow, &taken);
    let mut made = Made::new("Dense", vec![("units", number(units))]);
    let order: &[usize] = if rows_are_outputs { &[1, 0] } else { &[0, 1] };
    let kernel = if matrix.shape.len() == 2 {
        matrix.permuted(order)
    } else {
        let last = matrix.shape.len();
        let front: Vec<usize> = (0..last - 2).chain(order.iter().map(|axis| last - 2 + axis)).collect();
        let mut kernel = matrix.permuted(&front);
        kernel.shape.drain(..last - 2);
        kernel
    };
    made.variables.push(("kernel", kernel));
    made.constants.push(constant);
    made.words = &["matmul", "dense", "kernel"];
    let activation = if product { fused(operator, 0)? } else { None };
    let bias = if product { 2 } else { usize::MAX };
    finish(reader, operator, &mut made, bias, units, activation)?;
    let tensor = reader.layer(Some(operator), made, &[input])?;
    let shape = [&taken[..taken.len() - 1], &[units]].concat();
    reader.set(operator, 0, Flow { tensor, shape, view, whole: false })
}
