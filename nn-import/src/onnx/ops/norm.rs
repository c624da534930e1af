//! Normalizations.

use super::one;
use crate::network::Value as Argument;
use crate::onnx::array::Array;
use crate::onnx::builder::{Arguments, New};
use crate::onnx::convert::{Converter, Made};
use crate::onnx::rewrite::layer_norm::RANK;
use crate::onnx::value::{Atom, Axis, Value, has_batch, length};
use crate::onnx::wire::Node;
use std::rc::Rc;

/// Brings one number for each place of an axis of the file into the order here.
fn ordered(array: &Array, file: &[Atom], here: &[Atom]) -> Result<Array, String> {
    let count = length(file);
    if array.count() != count {
        return Err(format!("a constant of the shape {:?} does not fit {count} places", array.shape));
    }
    let lengths: Vec<usize> = file.iter().map(|atom| atom.length).collect();
    let order: Vec<usize> = here.iter().map(|atom| file.iter().position(|other| other == atom).unwrap_or(0)).collect();
    array.reshaped(&lengths)?.transposed(&order)?.reshaped(&[count])
}

/// Returns the axis of the channels in the order that it has here, and its place, if it is an axis here.
fn channels(x: &Value) -> Result<(Axis, Option<usize>), String> {
    let part = x.axes.get(1).ok_or("its input has no axis of channels")?;
    x.batch_first()?;
    let here: Axis = x.stored.concat().into_iter().filter(|atom| part.contains(atom)).collect();
    let place = x.stored.iter().position(|axis| *axis == here);
    Ok((here, place))
}

/// Puts the channels last.
fn channels_last(converter: &mut Converter, x: &Value, here: &Axis) -> Result<Value, String> {
    let mut stored: Vec<Axis> = x.axes[2..].to_vec();
    stored.push(here.clone());
    converter.builder.arrange(x, stored)
}

pub(super) fn batch(converter: &mut Converter, node: &Node<'_>) -> Made {
    let x = converter.value(node, 0)?;
    // Until version 6, an attribute said that it is not in training.
    let trains = node.int("training_mode", 0) != 0 || (converter.opset < 7 && node.int("is_test", 0) == 0);
    if trains || (1..5).any(|place| converter.is_read(node, place)) {
        return Err("it is in training mode; export in evaluation mode".into());
    }
    if node.int("spatial", 1) != 1 {
        return Err("`spatial = 0` is not supported".into());
    }
    let (here, place) = channels(&x)?;
    let (x, place) = match place {
        Some(place) => (x, place),
        None => {
            let x = channels_last(converter, &x, &here)?;
            let last = x.stored.len() - 1;
            (x, last)
        }
    };
    let mut variables = Vec::new();
    for (input, name) in [(1, "gamma"), (2, "beta"), (3, "moving_mean"), (4, "moving_variance")] {
        variables.push((name, ordered(&*converter.constant(node, input)?, &x.axes[1], &here)?));
    }
    let mut arguments: Arguments = Vec::new();
    if place + 1 != x.stored.len() {
        arguments.push(("axis", Argument::Int(place as i64 + 1)));
    }
    let momentum = node.float("momentum", 0.9);
    if momentum != 0.99 && momentum > 0.0 && momentum < 1.0 {
        arguments.push(("momentum", Argument::Float(momentum)));
    }
    epsilon(node, &mut arguments);
    let tensor = converter.builder.call(New { class: "BatchNormalization", arguments, variables }, &[x.tensor])?;
    Ok(one(Value { tensor, ..x }))
}

fn epsilon(node: &Node<'_>, arguments: &mut Arguments) {
    let epsilon = node.float("epsilon", 1e-5);
    if epsilon != 1e-3 {
        arguments.push(("epsilon", Argument::Float(epsilon)));
    }
}

pub(super) fn layer(converter: &mut Converter, node: &Node<'_>) -> Made {
    let x = converter.value(node, 0)?;
    if (1..3).any(|place| converter.is_read(node, place)) {
        return Err("its mean or deviation is read, which no layer returns".into());
    }
    let rank = x.rank() as i64;
    if node.int(RANK, rank) != rank {
        return Err(format!("its scale does not fit {}", x.described()));
    }
    let first = x.axis(node.int("axis", -1))?;
    let part: Axis = x.axes[first..].concat();
    if has_batch(&part) {
        return Err("it runs over the batch".into());
    }
    let all = x.stored.concat();
    let (here, rest): (Axis, Axis) = all.into_iter().partition(|atom| part.contains(atom));
    let x = if x.stored.last() == Some(&here) {
        x
    } else {
        let mut stored: Vec<Axis> = x.axes[..first].iter().filter(|axis| !has_batch(axis)).cloned().collect();
        if stored.concat() != rest {
            stored = vec![rest];
        }
        stored.retain(|axis| !axis.is_empty());
        stored.push(here.clone());
        converter.builder.arrange(&x, stored)?
    };
    let mut arguments: Arguments = Vec::new();
    let scale = converter.optional(node, 1)?.map(|scale| ordered(&scale, &part, &here)).transpose()?;
    let scale = match scale {
        Some(scale) => scale,
        None => Array::floats(vec![length(&part)], vec![1.0]),
    };
    if node.op == "RMSNormalization" {
        let epsilon = node.float("epsilon", 1e-5);
        let arguments = vec![("epsilon", Argument::Float(epsilon))];
        let new = New { class: "RMSNormalization", arguments, variables: vec![("scale", scale)] };
        let tensor = converter.builder.call(new, &[x.tensor])?;
        return Ok(one(Value { tensor, ..x }));
    }
    epsilon(node, &mut arguments);
    let mut variables = vec![("gamma", scale)];
    match converter.optional(node, 2)? {
        Some(bias) => variables.push(("beta", ordered(&bias, &part, &here)?)),
        None => arguments.push(("center", Argument::Flag(false))),
    }
    let tensor = converter.builder.call(New { class: "LayerNormalization", arguments, variables }, &[x.tensor])?;
    Ok(one(Value { tensor, ..x }))
}

pub(super) fn group(converter: &mut Converter, node: &Node<'_>) -> Made {
    let x = converter.value(node, 0)?;
    let (_, _) = channels(&x)?;
    let part = x.axes[1].clone();
    let channels = length(&part);
    let x = channels_last(converter, &x, &part)?;
    let groups = match node.op.as_str() {
        "InstanceNormalization" => -1,
        _ => node.int("num_groups", 0),
    };
    let mut arguments: Arguments = vec![("groups", Argument::Int(groups))];
    epsilon(node, &mut arguments);
    let mut variables = Vec::new();
    for (input, name) in [(1, "gamma"), (2, "beta")] {
        let mut array = Rc::unwrap_or_clone(converter.constant(node, input)?);
        // Until version 20, a group had one number.
        if node.op == "GroupNormalization" && converter.opset < 21 && groups > 0 {
            let each = channels / groups as usize;
            array = array.gathered(vec![channels], |index| index[0] / each.max(1))?;
        }
        variables.push((name, ordered(&array, &part, &part)?));
    }
    let tensor = converter.builder.call(New { class: "GroupNormalization", arguments, variables }, &[x.tensor])?;
    Ok(one(Value { tensor, ..x }))
}
