//! Recurrent layers, and rows of a table.

use super::arrays::Array;
use super::convolution::fused;
use super::flow::{Flow, Made, Wrong, number, sample, word};
use super::model::Operator;
use super::operators as op;
use super::reader::Reader;
use crate::network::{Numbers, Value};

pub(super) fn read(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>) -> Result<(), Wrong> {
    match operator.code {
        op::GATHER => embedding(reader, operator),
        op::UNIDIRECTIONAL_SEQUENCE_LSTM => lstm(reader, operator),
        _ => simple(reader, operator),
    }
}

fn embedding(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>) -> Result<(), Wrong> {
    let help = Some("a constant table is read, and indices that are an input: an Embedding");
    let (Ok(Some((constant, table))), Ok(flow)) = (reader.array(operator, 0), reader.flow(operator, 1)) else {
        return Err(Wrong("it takes parts of a tensor that is computed".into(), help));
    };
    let &[rows, width] = table.shape else {
        return Err(Wrong(format!("its table has the shape {:?}", table.shape), help));
    };
    if operator.options.i32(0, 0)? != 0 || operator.options.i32(1, 0)? != 0 || !flow.whole {
        return Err(Wrong("it does not take rows by whole numbers".into(), help));
    }
    if flow.shape != sample(&flow.view) {
        return Err(Wrong(format!("its indices became the shape {:?}", flow.view), help));
    }
    reader.mark_whole(flow.tensor)?;
    let made = Made {
        variables: vec![("embeddings", table.reshaped(vec![rows, width]))],
        constants: vec![constant],
        ..Made::new("Embedding", vec![("input_dim", number(rows)), ("output_dim", number(width))])
    };
    let tensor = reader.layer(Some(operator), made, &[flow.tensor])?;
    let shape = [&flow.shape[..], &[width]].concat();
    let view = [&flow.view[..], &[width]].concat();
    reader.set(operator, 0, Flow { tensor, shape, view, whole: false })
}

/// A sequence of one sample.
struct Steps {
    input: crate::network::Tensor,
    length: usize,
    features: usize,
    view: Vec<usize>,
}

fn steps(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>, time_major: bool) -> Result<Steps, Wrong> {
    let flow = reader.floats(operator, 0)?;
    let (length, features) = match flow.view[..] {
        [1, length, features] if !time_major => (length, features),
        [length, 1, features] if time_major => (length, features),
        _ => return Err(format!("its input has the shape {:?}, and is no sequence of a batch of 1", flow.view).into()),
    };
    Ok(Steps { input: reader.shaped(&flow, &[length, features]), length, features, view: flow.view })
}

/// Fails if an operator has inputs that are not read.
fn absent(operator: &Operator<'_, '_>, places: std::ops::RangeInclusive<usize>, name: &str) -> Result<(), Wrong> {
    let there = places.into_iter().any(|place| operator.inputs.get(place).copied().flatten().is_some());
    if there { Err(format!("it has {name}, which are not supported").into()) } else { Ok(()) }
}

fn lstm(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>) -> Result<(), Wrong> {
    let options = operator.options;
    absent(operator, 9..=11, "peepholes")?;
    absent(operator, 16..=17, "a projection")?;
    absent(operator, 20..=23, "a normalization in its cell")?;
    if options.f32(1)? != 0.0 || options.f32(2)? != 0.0 || options.flag(5)? {
        return Err("it clips its state, or has diagonal weights, which is not supported".into());
    }
    if fused(operator, 0)? != Some("tanh") {
        return Err("its activation is not `tanh`".into());
    }
    let steps = steps(reader, operator, options.flag(3)?)?;
    let mut constants = Vec::new();
    let mut gates = |places: std::ops::Range<usize>, name: &str| -> Result<Vec<Array<'_>>, Wrong> {
        places
            .map(|place| {
                let (constant, array) =
                    reader.array(operator, place)?.ok_or_else(|| format!("it has no {name} at input {place}"))?;
                constants.push(constant);
                Ok(array)
            })
            .collect()
    };
    let (kernels, recurrent, biases) = (gates(1..5, "weights")?, gates(5..9, "weights")?, gates(12..16, "bias")?);
    let units = biases[0].shape.first().copied().unwrap_or(0);
    let fits = |arrays: &[Array<'_>], shape: &[usize]| arrays.iter().all(|array| array.shape == shape);
    if units == 0
        || !fits(&kernels, &[units, steps.features])
        || !fits(&recurrent, &[units, units])
        || !fits(&biases, &[units])
    {
        return Err(format!("its weights do not fit each other, for {} features", steps.features).into());
    }
    let mut made = Made::new("LSTM", vec![("units", number(units)), ("return_sequences", Value::Flag(true))]);
    made.variables = vec![
        ("kernel", beside(&kernels.iter().map(|array| array.permuted(&[1, 0])).collect::<Vec<_>>())?),
        ("recurrent_kernel", beside(&recurrent.iter().map(|array| array.permuted(&[1, 0])).collect::<Vec<_>>())?),
        ("bias", beside(&biases.iter().map(|array| array.reshaped(vec![units])).collect::<Vec<_>>())?),
    ];
    made.constants = constants;
    finish(reader, operator, made, &steps, units)
}

fn simple(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>) -> Result<(), Wrong> {
    let steps = steps(reader, operator, operator.options.flag(0)?)?;
    let activation = fused(operator, 1)?;
    let get = |place| -> Result<(usize, Array<'_>), Wrong> {
        Ok(reader.array(operator, place)?.ok_or_else(|| format!("it has no weights at input {place}"))?)
    };
    let [kernel, recurrent, bias] = [get(1)?, get(2)?, get(3)?];
    let units = bias.1.shape.first().copied().unwrap_or(0);
    if units == 0
        || kernel.1.shape != [units, steps.features]
        || recurrent.1.shape != [units, units]
        || bias.1.shape != [units]
    {
        return Err(format!("its weights do not fit each other, for {} features", steps.features).into());
    }
    let mut made = Made::new("SimpleRNN", vec![("units", number(units))]);
    if activation != Some("tanh") {
        made.arguments.push(("activation", word(activation.unwrap_or("linear"))));
    }
    made.arguments.push(("return_sequences", Value::Flag(true)));
    made.variables = vec![
        ("kernel", kernel.1.permuted(&[1, 0])),
        ("recurrent_kernel", recurrent.1.permuted(&[1, 0])),
        ("bias", bias.1.reshaped(vec![units])),
    ];
    made.constants = vec![kernel.0, recurrent.0, bias.0];
    finish(reader, operator, made, &steps, units)
}

fn finish(
    reader: &mut Reader<'_, '_, '_>,
    operator: &Operator<'_, '_>,
    made: Made,
    steps: &Steps,
    units: usize,
) -> Result<(), Wrong> {
    let tensor = reader.layer(Some(operator), made, &[steps.input])?;
    let mut view = steps.view.clone();
    view[2] = units;
    reader.set(operator, 0, Flow { tensor, shape: vec![steps.length, units], view, whole: false })
}

/// Puts matrices of as many rows side by side.
fn beside(parts: &[Numbers]) -> Result<Numbers, Wrong> {
    let first = parts.first().ok_or("it has no weights")?;
    if parts.iter().any(|part| part.dtype != first.dtype || part.bytes.len() != first.bytes.len()) {
        return Err("its weights are of several types".into());
    }
    let mut shape = first.shape.clone();
    let rows = if shape.len() == 2 { shape[0] } else { 1 };
    let width = first.bytes.len() / rows.max(1);
    let mut bytes = Vec::with_capacity(first.bytes.len() * parts.len());
    for row in 0..rows {
        parts.iter().for_each(|part| bytes.extend(&part.bytes[row * width..(row + 1) * width]));
    }
    if let Some(last) = shape.last_mut() {
        *last *= parts.len();
    }
    Ok(Numbers { shape, dtype: first.dtype, bytes })
}
