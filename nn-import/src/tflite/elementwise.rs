//! Activations, and arithmetic of tensors and constants.

use super::arrays::Array;
use super::convolution::fused;
use super::flow::{Flow, Made, Wrong, list, sample, word};
use super::model::Operator;
use super::operators as op;
use super::reader::Reader;
use crate::network::Value;

pub(super) fn read(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>) -> Result<(), Wrong> {
    let options = operator.options;
    let activation = |name: &str| Made::new("Activation", vec![("activation", word(name))]);
    let made = match operator.code {
        op::ADD | op::SUB | op::MUL | op::DIV => return arithmetic(reader, operator, fused(operator, 0)?),
        op::MAXIMUM | op::MINIMUM => return arithmetic(reader, operator, None),
        op::PRELU => return prelu(reader, operator),
        op::SOFTMAX | op::LOG_SOFTMAX | op::L2_NORMALIZATION => return along_last(reader, operator),
        op::SQUARE => {
            let flow = reader.floats(operator, 0)?;
            let tensor = reader.layer(Some(operator), Made::new("Multiply", vec![]), &[flow.tensor, flow.tensor])?;
            return reader.set(operator, 0, Flow { tensor, ..flow });
        }
        op::NEG => Made::new("Rescaling", vec![("scale", Value::Float(-1.0))]),
        op::RELU => activation("relu"),
        op::RELU6 => activation("relu6"),
        op::RELU_N1_TO_1 => activation("hard_tanh"),
        op::RELU_0_TO_1 => Made::new("ReLU", vec![("max_value", Value::Float(1.0))]),
        op::ELU => activation("elu"),
        op::LOGISTIC => activation("sigmoid"),
        op::TANH => activation("tanh"),
        op::EXP => activation("exponential"),
        op::HARD_SWISH => activation("hard_silu"),
        op::GELU => activation(if options.flag(0)? { "gelu_tanh" } else { "gelu" }),
        op::LEAKY_RELU => {
            let slope = finite(options.f32(0)?.into())?;
            Made::new("LeakyReLU", vec![("negative_slope", Value::Float(slope))])
        }
        _ => return Err("it is read only on constants".into()),
    };
    let flow = reader.floats(operator, 0)?;
    let tensor = reader.layer(Some(operator), Made { words: words(operator.code), ..made }, &[flow.tensor])?;
    reader.set(operator, 0, Flow { tensor, ..flow })
}

/// Returns the words that begin the name of an operator in TensorFlow.
fn words(code: i32) -> &'static [&'static str] {
    match code {
        op::ADD => &["add"],
        op::SUB => &["sub"],
        op::MUL => &["mul"],
        op::DIV => &["div", "truediv"],
        op::LOGISTIC => &["sigmoid"],
        op::LEAKY_RELU => &["leaky"],
        _ => &[],
    }
}

/// Adds an activation that the file keeps inside another operator.
pub(super) fn activated(
    reader: &mut Reader<'_, '_, '_>,
    flow: Flow,
    activation: Option<&'static str>,
) -> Result<Flow, Wrong> {
    let Some(name) = activation else { return Ok(flow) };
    let tensor = reader.layer(None, Made::new("Activation", vec![("activation", word(name))]), &[flow.tensor])?;
    Ok(Flow { tensor, ..flow })
}

/// Reads a function of the numbers along the last axis.
fn along_last(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>) -> Result<(), Wrong> {
    let flow = reader.floats(operator, 0)?;
    let made = match operator.code {
        op::L2_NORMALIZATION => Made::new("UnitNormalization", vec![]),
        op::LOG_SOFTMAX => Made::new("Activation", vec![("activation", word("log_softmax"))]),
        _ => {
            let beta = operator.options.f32(0)?;
            if beta != 1.0 {
                return Err(Wrong(format!("its beta is {beta}"), Some("a Softmax has a beta of 1")));
            }
            Made::new("Activation", vec![("activation", word("softmax"))])
        }
    };
    let activation = if operator.code == op::L2_NORMALIZATION { fused(operator, 0)? } else { None };
    let flow = if flow.shape.last() == flow.view.last() {
        flow
    } else {
        let shape = sample(&flow.view).to_vec();
        Flow { tensor: reader.shaped(&flow, &shape), shape, ..flow }
    };
    let tensor = reader.layer(Some(operator), made, &[flow.tensor])?;
    let flow = activated(reader, Flow { tensor, ..flow }, activation)?;
    reader.set(operator, 0, flow)
}

fn finite(value: f64) -> Result<f64, Wrong> {
    if value.is_finite() { Ok(value) } else { Err(format!("a constant is {value}").into()) }
}

/// Reads an operator on two tensors, or on a tensor and a constant.
fn arithmetic(
    reader: &mut Reader<'_, '_, '_>,
    operator: &Operator<'_, '_>,
    activation: Option<&'static str>,
) -> Result<(), Wrong> {
    let flow = match [0, 1].map(|place| reader.is_array(operator, place)) {
        [false, true] => with_constant(reader, operator, 0)?,
        [true, false] => with_constant(reader, operator, 1)?,
        _ => with_tensor(reader, operator)?,
    };
    let flow = activated(reader, flow, activation)?;
    reader.set(operator, 0, flow)
}

fn with_tensor(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>) -> Result<Flow, Wrong> {
    let (a, b) = (reader.floats(operator, 0)?, reader.floats(operator, 1)?);
    let class = match operator.code {
        op::ADD => "Add",
        op::SUB => "Subtract",
        op::MUL => "Multiply",
        op::MAXIMUM => "Maximum",
        op::MINIMUM => "Minimum",
        _ => return Err("a quotient of two tensors is not supported; one by a constant is".into()),
    };
    let made = Made { words: words(operator.code), ..Made::new(class, vec![]) };
    if a.view == b.view && a.shape == b.shape {
        let tensor = reader.layer(Some(operator), made, &[a.tensor, b.tensor])?;
        return Ok(Flow { tensor, ..a });
    }
    let view = broadcast(&a.view, &b.view)?;
    let shapes = [sample(&a.view).to_vec(), sample(&b.view).to_vec()];
    let inputs = [reader.shaped(&a, &shapes[0]), reader.shaped(&b, &shapes[1])];
    let tensor = reader.layer(Some(operator), made, &inputs)?;
    Ok(Flow { tensor, shape: broadcast(&shapes[0], &shapes[1])?, view, whole: false })
}

/// Returns the shape to which two shapes broadcast.
fn broadcast(a: &[usize], b: &[usize]) -> Result<Vec<usize>, Wrong> {
    let axes = a.len().max(b.len());
    let length = |shape: &[usize], axis: usize| (axis + shape.len()).checked_sub(axes).map_or(1, |axis| shape[axis]);
    let lengths = (0..axes).map(|axis| match (length(a, axis), length(b, axis)) {
        (a, b) if a == b || b == 1 => Ok(a),
        (1, b) => Ok(b),
        _ => Err(Wrong::from(format!("the shapes {a:?} and {b:?} do not broadcast"))),
    });
    lengths.collect()
}

/// The most numbers that a layer has as arguments.
const MOST: usize = 1 << 14;

/// Reads `tensor ∘ constant`, or the other way round if the tensor is in place 1.
fn with_constant(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>, place: usize) -> Result<Flow, Wrong> {
    let flow = reader.floats(operator, place)?;
    let (_, array) = reader.array(operator, 1 - place)?.ok_or("an operand is left out")?;
    if broadcast(&flow.view, array.shape)? != flow.view {
        return Err("a constant makes its output larger than its input, which is not read".into());
    }
    let (numbers, flow) = spread(reader, &array, flow)?;
    let many = |numbers: Vec<f64>| match numbers[..] {
        [one] => Value::Float(one),
        _ => Value::List(numbers.into_iter().map(Value::Float).collect()),
    };
    let scale = |numbers: Vec<f64>| vec![("scale", many(numbers))];
    let mut offset = vec![("scale", Value::Float(1.0))];
    let made = match (operator.code, place) {
        (op::MUL, _) => Made::new("Rescaling", scale(numbers)),
        (op::DIV, 0) => {
            let inverse = numbers.iter().map(|number| finite(1.0 / number)).collect::<Result<_, _>>()?;
            Made::new("Rescaling", scale(inverse))
        }
        (op::DIV, _) => return Err("a constant divided by a tensor is not supported".into()),
        (op::SUB, 0) => {
            offset.push(("offset", many(numbers.iter().map(|number| -number).collect())));
            Made::new("Rescaling", offset)
        }
        (op::ADD | op::SUB, _) => {
            if operator.code == op::SUB {
                offset[0].1 = Value::Float(-1.0);
            }
            offset.push(("offset", many(numbers)));
            Made::new("Rescaling", offset)
        }
        (code, _) => return limit(reader, operator, flow, code == op::MINIMUM, &numbers),
    };
    let made = Made { words: words(operator.code), ..made };
    let tensor = reader.layer(Some(operator), made, &[flow.tensor])?;
    Ok(Flow { tensor, ..flow })
}

/// Reads a maximum or a minimum with a number.
fn limit(
    reader: &mut Reader<'_, '_, '_>,
    operator: &Operator<'_, '_>,
    flow: Flow,
    least: bool,
    numbers: &[f64],
) -> Result<Flow, Wrong> {
    let &[number] = numbers else { return Err("its constant has several numbers; one is read".into()) };
    let negate = || Made::new("Rescaling", vec![("scale", Value::Float(-1.0))]);
    let bound = if least { -number } else { number };
    let made = match bound {
        0.0 => Value::Word("relu".into()),
        _ => Value::Call(
            "threshold".into(),
            vec![("threshold".into(), Value::Float(bound)), ("default_value".into(), Value::Float(bound))],
        ),
    };
    let made = Made::new("Activation", vec![("activation", made)]);
    // min(x, c) = -max(-x, -c)
    let mut tensor = flow.tensor;
    if least {
        tensor = reader.layer(None, negate(), &[tensor])?;
    }
    tensor = reader.layer(Some(operator), made, &[tensor])?;
    if least {
        tensor = reader.layer(None, negate(), &[tensor])?;
    }
    Ok(Flow { tensor, ..flow })
}

/// Returns the numbers of a constant as a Rescaling takes them, one or one for each feature, and the tensor in the
/// shape that has these features.
fn spread(reader: &mut Reader<'_, '_, '_>, array: &Array<'_>, flow: Flow) -> Result<(Vec<f64>, Flow), Wrong> {
    let values: Vec<f64> = array.values().map(finite).collect::<Result<_, _>>()?;
    if let [one] = values[..] {
        return Ok((vec![one], flow));
    }
    let shape = sample(&flow.view).to_vec();
    let too_many = || Wrong::from(format!("a constant has more than {MOST} numbers"));
    let features = shape.last().copied().unwrap_or(1);
    if array.shape.last() == Some(&features) && array.shape.iter().product::<usize>() == features {
        if features > MOST {
            return Err(too_many());
        }
        let shape = if flow.shape.last() == Some(&features) { flow.shape.clone() } else { shape };
        let tensor = reader.shaped(&flow, &shape);
        return Ok((values, Flow { tensor, shape, ..flow }));
    }
    // One number for each element, where the constant is the same along some axes.
    let elements: usize = flow.view.iter().product();
    if elements > MOST {
        return Err(too_many());
    }
    let front = flow.view.len() - array.shape.len();
    let all = (0..elements).map(|element| {
        let (mut rest, mut at, mut step) = (element, 0, 1);
        for axis in (0..flow.view.len()).rev() {
            let place = rest % flow.view[axis];
            rest /= flow.view[axis];
            if let Some(&length) = axis.checked_sub(front).and_then(|axis| array.shape.get(axis)) {
                at += if length == 1 { 0 } else { place * step };
                step *= length;
            }
        }
        values.get(at).copied().unwrap_or_default()
    });
    let all: Vec<f64> = all.collect();
    let tensor = reader.shaped(&flow, &[elements]);
    Ok((all, Flow { tensor, shape: vec![elements], ..flow }))
}

/// Reads a PReLU: its slopes are shared along the axes where they have the length 1.
fn prelu(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>) -> Result<(), Wrong> {
    let flow = reader.floats(operator, 0)?;
    let (constant, slopes) = reader.array(operator, 1)?.ok_or("it has no slopes")?;
    if broadcast(&flow.view, slopes.shape)? != flow.view {
        return Err("its slopes make its output larger than its input".into());
    }
    let shape = sample(&flow.view).to_vec();
    let axes = slopes.shape.len();
    let length = |axis: usize| (axis + axes).checked_sub(shape.len()).map_or(1, |axis| slopes.shape[axis]);
    let of: Vec<usize> = (0..shape.len()).map(length).collect();
    let shared: Vec<usize> = (0..shape.len()).filter(|&axis| of[axis] != shape[axis]).map(|axis| axis + 1).collect();
    let arguments = if shared.is_empty() { vec![] } else { vec![("shared_axes", list(&shared))] };
    let made = Made {
        variables: vec![("alpha", slopes.reshaped(of))],
        constants: vec![constant],
        ..Made::new("PReLU", arguments)
    };
    let input = reader.shaped(&flow, &shape);
    let tensor = reader.layer(Some(operator), made, &[input])?;
    reader.set(operator, 0, Flow { tensor, shape, ..flow })
}
