//! Means, maxima and sums over axes.

use super::one;
use crate::network::Value as Argument;
use crate::onnx::convert::{Converter, Made};
use crate::onnx::value::{Axis, Value, has_batch, length};
use crate::onnx::wire::Node;

pub(super) fn global(converter: &mut Converter, node: &Node<'_>) -> Made {
    let x = converter.value(node, 0)?;
    let axes = (2..x.rank()).collect();
    let op = if node.op == "GlobalMaxPool" { "ReduceMax" } else { "ReduceMean" };
    Ok(one(converter.reduced(&x, axes, op, true)?))
}

pub(super) fn axes(converter: &mut Converter, node: &Node<'_>) -> Made {
    let x = converter.value(node, 0)?;
    let axes = converter.ints(node, "axes", 1)?.filter(|axes| !axes.is_empty());
    let axes = match axes {
        Some(axes) => axes.iter().map(|&axis| x.axis(axis)).collect::<Result<Vec<_>, _>>()?,
        None if node.int("noop_with_empty_axes", 0) != 0 => vec![],
        None => (0..x.rank()).collect(),
    };
    Ok(one(converter.reduced(&x, axes, &node.op, node.int("keepdims", 1) != 0)?))
}

impl Converter {
    fn reduced(&mut self, x: &Value, axes: Vec<usize>, op: &str, keep: bool) -> Result<Value, String> {
        let over: Axis = axes.iter().flat_map(|&axis| x.axes[axis].clone()).collect();
        if has_batch(&over) {
            return Err("it runs over the batch".into());
        }
        let mut value = x.clone();
        if !over.is_empty() {
            let class = |rank: usize| match (op, rank) {
                ("ReduceMax", 1) => "GlobalMaxPooling1D",
                ("ReduceMax", _) => "GlobalMaxPooling2D",
                (_, 1) => "GlobalAveragePooling1D",
                (_, _) => "GlobalAveragePooling2D",
            };
            let places = |axis: &Axis| !axis.is_empty() && axis.iter().all(|atom| over.contains(atom));
            let rest: Axis = x.stored.concat().into_iter().filter(|atom| !over.contains(atom)).collect();
            // The places are the first axes here, in any order; the others are one.
            let fits = matches!(x.stored.len(), 2 | 3) && x.stored.last() == Some(&rest) && {
                x.stored[..x.stored.len() - 1].iter().all(|axis| axis.is_empty() || places(axis))
            };
            if !fits {
                let separate: Vec<Axis> = x.stored.iter().filter(|axis| places(axis)).cloned().collect();
                let mut stored = match separate.len() {
                    1 | 2 if separate.concat().len() == over.len() => separate,
                    _ => vec![x.stored.concat().into_iter().filter(|atom| over.contains(atom)).collect()],
                };
                stored.push(rest.clone());
                value = self.builder.arrange(&value, stored)?;
            }
            let rank = value.stored.len() - 1;
            value.tensor = self.builder.apply(class(rank), vec![], &[value.tensor])?;
            value.stored = vec![rest];
            if op == "ReduceSum" {
                let arguments = vec![("scale", Argument::Float(length(&over) as f64))];
                value.tensor = self.builder.apply("Rescaling", arguments, &[value.tensor])?;
            }
            if self.positive.contains(&x.tensor) {
                self.positive.insert(value.tensor);
            }
        }
        for &axis in &axes {
            value.axes[axis].clear();
        }
        if !keep {
            let mut place = 0;
            value.axes.retain(|_| {
                place += 1;
                !axes.contains(&(place - 1))
            });
        }
        Ok(value)
    }
}
