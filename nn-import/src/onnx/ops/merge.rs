//! `Concat`.

use super::arithmetic::{renewed, unify};
use super::one;
use crate::network::Value as Argument;
use crate::onnx::convert::{Converter, Item, Made};
use crate::onnx::value::{Axis, Value, has_batch, length};
use crate::onnx::wire::Node;
use nn_core::spec::MAX_INPUTS;

pub(super) fn concatenate(converter: &mut Converter, node: &Node<'_>) -> Made {
    let mut values = Vec::new();
    for place in 0..node.inputs.len() {
        match converter.item(node, place) {
            Some(Item::Value(value)) => values.push(value.clone()),
            _ => return Err("a constant is among the tensors to join".into()),
        }
    }
    let value = converter.join(values, node.int("axis", 1))?;
    Ok(one(value))
}

impl Converter {
    /// Joins values along an axis of the file.
    pub(super) fn join(&mut self, mut values: Vec<Value>, axis: i64) -> Result<Value, String> {
        let first = values.first().ok_or("it has no inputs")?.clone();
        if values.len() == 1 {
            return Ok(first);
        }
        if values.len() > MAX_INPUTS {
            return Err(format!("it joins {} tensors, and a layer at most {MAX_INPUTS}", values.len()));
        }
        let axis = first.axis(axis)?;
        if values.iter().any(|value| value.rank() != first.rank() || has_batch(&value.axes[axis])) {
            return Err("it joins the batch, or tensors of different ranks".into());
        }
        let pattern = values.iter().position(|value| !value.axes[axis].is_empty()).unwrap_or(0);
        for place in (0..values.len()).filter(|&place| place != pattern) {
            renewed(&mut values[place], &mut self.builder.fresh);
            for other in (0..first.rank()).filter(|&other| other != axis) {
                if !unify(&mut values, pattern, place, other, &mut self.builder.fresh) {
                    let [a, b] = [pattern, place].map(|place| values[place].described());
                    return Err(format!("the shapes {a} and {b} do not fit"));
                }
            }
        }
        let (mut stored, place) = whole_axis(&values[pattern], axis);
        let lengths: usize = values.iter().map(|value| length(&value.axes[axis])).sum();
        let mut tensors = Vec::new();
        for value in &values {
            stored[place].clone_from(&value.axes[axis]);
            tensors.push(self.builder.arrange(value, stored.clone())?.tensor);
        }
        let last = place + 1 == stored.len();
        let arguments = if last { vec![] } else { vec![("axis", Argument::Int(place as i64 + 1))] };
        let tensor = self.builder.apply("Concatenate", arguments, &tensors)?;
        if tensors.iter().all(|tensor| self.positive.contains(tensor)) {
            self.positive.insert(tensor);
        }
        stored[place] = self.builder.axis(lengths);
        let mut axes = values.swap_remove(pattern).axes;
        axes[axis].clone_from(&stored[place]);
        Ok(Value { tensor, axes, stored })
    }
}

/// Returns axes here of which one is an axis of the file, and the place of that one. The others keep their order.
pub(super) fn whole_axis(value: &Value, axis: usize) -> (Vec<Axis>, usize) {
    let part = &value.axes[axis];
    let mut stored = value.stored.clone();
    if part.is_empty() {
        // An axis of length 1 stands where it does in the file.
        let stored = value.axes.iter().filter(|axis| !has_batch(axis)).cloned().collect();
        return (stored, value.axes[..axis].iter().filter(|axis| !has_batch(axis)).count());
    }
    if let Some(place) = stored.iter().position(|other| other == part) {
        return (stored, place);
    }
    for other in &mut stored {
        other.retain(|atom| !part.contains(atom));
    }
    stored.retain(|axis| !axis.is_empty());
    stored.push(part.clone());
    let place = stored.len() - 1;
    (stored, place)
}
