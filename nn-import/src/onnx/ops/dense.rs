//! Products with a constant matrix, which are `Dense`, and rows of a table, which are `Embedding`.

use super::one;
use crate::network::{Tensor, Value as Argument};
use crate::onnx::array::Array;
use crate::onnx::builder::{New, list};
use crate::onnx::convert::{Converter, Item, Made};
use crate::onnx::value::{Atom, Axis, Value, has_batch, length};
use crate::onnx::wire::Node;
use std::rc::Rc;

pub(super) fn gemm(converter: &mut Converter, node: &Node<'_>) -> Made {
    let mut x = converter.value(node, 0)?;
    if x.rank() != 2 {
        return Err(format!("its input has the shape {}, which is no matrix", x.described()));
    }
    if node.int("transA", 0) != 0 {
        x.axes.reverse();
    }
    let mut kernel = Rc::unwrap_or_clone(converter.constant(node, 1)?);
    if node.int("transB", 0) != 0 {
        kernel = kernel.transposed(&[1, 0])?;
    }
    let (alpha, beta) = (node.float("alpha", 1.0), node.float("beta", 1.0));
    if alpha != 1.0 {
        kernel = kernel.map(|weight| weight * alpha);
    }
    let bias = match converter.item(node, 2) {
        Some(Item::Constant(bias)) if bias.single() != Some(0.0) && beta != 0.0 => {
            let units = kernel.shape.get(1).copied().unwrap_or(0);
            Some(vector(bias, units)?.map(|bias| if beta == 1.0 { bias } else { bias * beta }))
        }
        Some(Item::Value(added)) => {
            let added = added.clone();
            let y = converter.contracted(&x, 1, &kernel, None)?;
            let tensor = converter.rescale(beta, 0.0, added.tensor)?;
            let (base, values) = super::arithmetic::common(converter, vec![y, Value { tensor, ..added }])?;
            let tensors: Vec<Tensor> = values.iter().map(|value| value.tensor).collect();
            let tensor = converter.builder.apply("Add", vec![], &tensors)?;
            return Ok(one(Value { tensor, ..base }));
        }
        _ => None,
    };
    Ok(one(converter.contracted(&x, 1, &kernel, bias)?))
}

/// Returns a bias for each unit.
fn vector(bias: &Array, units: usize) -> Result<Array, String> {
    let count = bias.count();
    if bias.single().is_some() && count <= units {
        return Ok(Array {
            shape: vec![units],
            data: crate::onnx::array::Data::Floats(vec![bias.float(0)]),
            wide: bias.wide,
        });
    }
    match count == units && bias.shape.last() == Some(&units) {
        true => bias.reshaped(&[units]),
        false => Err(format!("a constant of the shape {:?} is added, which is no bias for {units} units", bias.shape)),
    }
}

pub(super) fn matmul(converter: &mut Converter, node: &Node<'_>) -> Made {
    let items = [0, 1].map(|place| converter.item(node, place).cloned());
    let bias = converter.optional(node, 2)?;
    let matrix = |array: &Array| -> Result<Array, String> {
        let (outer, inner) = array.shape.split_at(array.shape.len().saturating_sub(2));
        match outer.iter().all(|&length| length == 1) {
            true => array.reshaped(inner),
            false => Err(format!("its constant has the shape {:?}; a matrix is needed", array.shape)),
        }
    };
    match items {
        [Some(Item::Value(x)), Some(Item::Constant(kernel))] => {
            let mut kernel = matrix(&kernel)?;
            let axis = x.axis(-1)?;
            let one_unit = kernel.shape.len() == 1;
            if one_unit {
                kernel = kernel.reshaped(&[kernel.count(), 1])?;
            }
            let bias = bias.map(|bias| vector(&bias, kernel.shape[1])).transpose()?;
            let mut y = converter.contracted(&x, axis, &kernel, bias)?;
            if one_unit {
                y.axes.remove(axis);
            }
            Ok(one(y))
        }
        [Some(Item::Constant(kernel)), Some(Item::Value(x))] if bias.is_none() => {
            let kernel = matrix(&kernel)?;
            if kernel.shape.len() != 2 || x.rank() < 2 {
                return Err("its constant is a vector, which is not supported on the left".into());
            }
            Ok(one(converter.contracted(&x, x.rank() - 2, &kernel.transposed(&[1, 0])?, None)?))
        }
        [Some(Item::Value(a)), Some(Item::Value(b))] if a.rank() == 3 && b.rank() == 3 && bias.is_none() => {
            a.batch_first()?;
            b.batch_first()?;
            if length(&a.axes[2]) != length(&b.axes[1]) {
                return Err(format!("the shapes {} and {} do not fit", a.described(), b.described()));
            }
            let [a, b] = [
                converter.builder.arrange(&a, a.axes[1..].to_vec())?,
                converter.builder.arrange(&b, b.axes[1..].to_vec())?,
            ];
            let arguments = vec![("axes", list(&[2, 1]))];
            let tensor = converter.builder.apply("Dot", arguments, &[a.tensor, b.tensor])?;
            // New atoms, because both inputs may be the same tensor.
            let stored = vec![converter.builder.axis(length(&a.axes[1])), converter.builder.axis(length(&b.axes[2]))];
            let axes = vec![a.axes[0].clone(), stored[0].clone(), stored[1].clone()];
            Ok(one(Value { tensor, axes, stored }))
        }
        _ => Err("it is no product with a constant matrix, nor of two tensors (batch, n, m)".into()),
    }
}

impl Converter {
    /// Multiplies a constant matrix (places, units) along an axis of the file.
    fn contracted(&mut self, x: &Value, axis: usize, kernel: &Array, bias: Option<Array>) -> Result<Value, String> {
        let part = x.axes[axis].clone();
        let [places, units] = kernel.shape[..] else {
            return Err(format!("its constant has the shape {:?}; a matrix is needed", kernel.shape));
        };
        if has_batch(&part) || places != length(&part) {
            return Err(format!("a matrix of the shape {:?} does not fit {}", kernel.shape, x.described()));
        }
        // The order along the axis is that of the numbers here: the rows of the matrix follow it.
        let all = x.stored.concat();
        let here: Axis = all.iter().copied().filter(|atom| part.contains(atom)).collect();
        let mut stored: Vec<Axis> = x.stored.clone();
        // Axes of length 1 that the file has not.
        if stored.len() + 1 > x.rank() && stored.concat() == here {
            stored = vec![here.clone()];
        } else if stored.last() != Some(&here) {
            for axis in &mut stored {
                axis.retain(|atom| !part.contains(atom));
            }
            let old = stored.clone();
            stored = old.into_iter().filter(|axis| !axis.is_empty()).collect();
            stored.push(here.clone());
        }
        let x = self.builder.arrange(x, stored)?;
        let mut shape: Vec<usize> = part.iter().map(|atom| atom.length).collect();
        let place = |atom: &Atom| part.iter().position(|other| other == atom).unwrap_or(0);
        let mut order: Vec<usize> = here.iter().map(place).collect();
        order.push(shape.len());
        shape.push(units);
        let kernel = kernel.reshaped(&shape)?.transposed(&order)?.reshaped(&[places, units])?;
        let mut arguments = vec![("units", Argument::Int(units as i64))];
        let mut variables = vec![("kernel", kernel)];
        match bias {
            Some(bias) => variables.push(("bias", bias)),
            None => arguments.push(("use_bias", Argument::Flag(false))),
        }
        let tensor = self.builder.call(New { class: "Dense", arguments, variables }, &[x.tensor])?;
        let unit = self.builder.axis(units);
        let mut y = Value { tensor, ..x };
        y.axes[axis].clone_from(&unit);
        y.stored.pop();
        y.stored.push(unit);
        Ok(y)
    }
}

pub(super) fn gather(converter: &mut Converter, node: &Node<'_>) -> Made {
    match [converter.item(node, 0).cloned(), converter.item(node, 1).cloned()] {
        [Some(Item::Constant(table)), Some(Item::Value(x))] => {
            let ([rows, width], 0) = (&table.shape[..], node.int("axis", 0)) else {
                return Err(format!("a table of the shape {:?} along axis {}", table.shape, node.int("axis", 0)));
            };
            let Tensor::Input(input) = x.tensor else {
                return Err("its indices are computed; an input of the network is needed".into());
            };
            converter.whole.push(input);
            let arguments =
                vec![("input_dim", Argument::Int(*rows as i64)), ("output_dim", Argument::Int(*width as i64))];
            let variables = vec![("embeddings", table.as_ref().clone())];
            // A sample of one index has one axis here.
            let mut stored = if x.stored.is_empty() { vec![vec![]] } else { x.stored.clone() };
            let tensor = converter.builder.call(New { class: "Embedding", arguments, variables }, &[x.tensor])?;
            let feature = converter.builder.axis(*width);
            let mut axes = x.axes.clone();
            axes.push(feature.clone());
            stored.push(feature);
            Ok(one(Value { tensor, axes, stored }))
        }
        [Some(Item::Value(x)), Some(Item::Constant(index))] => {
            let axis = x.axis(node.int("axis", 0))?;
            let whole = length(&x.axes[axis]) as i64;
            let indices: Vec<i64> =
                index.all_ints()?.iter().map(|&index| if index < 0 { index + whole } else { index }).collect();
            let row = indices.windows(2).all(|pair| pair[1] == pair[0] + 1) && index.shape.len() < 2;
            let (Some(&first), true) = (indices.first(), row) else {
                return Err("it picks places that do not follow each other".into());
            };
            let from = usize::try_from(first).map_err(|_| "an index is out of range")?;
            let mut part = converter.slice(&x, axis, from, indices.len())?;
            if index.shape.is_empty() {
                part.axes.remove(axis);
            }
            Ok(one(part))
        }
        _ => Err("neither its data nor its indices are a constant".into()),
    }
}
