//! `Slice` and `Split`: parts of a tensor along its axes, by `Cropping1D` and `Cropping2D`.

use super::merge::whole_axis;
use super::one;
use crate::network::Value as Argument;
use crate::onnx::builder::list;
use crate::onnx::convert::{Converter, Item, Made};
use crate::onnx::value::{Axis, Value, has_batch, length, place};
use crate::onnx::wire::Node;

pub(super) fn make(converter: &mut Converter, node: &Node<'_>) -> Made {
    let mut x = converter.value(node, 0)?;
    if node.op == "Slice" {
        let shape = x.shape();
        for (axis, from, length) in converter.ranges(node, &shape)? {
            x = converter.slice(&x, axis, from, length)?;
        }
        return Ok(one(x));
    }
    let axis = x.axis(node.int("axis", 0))?;
    let (whole, count) = (length(&x.axes[axis]), node.outputs.len());
    let parts = match converter.ints(node, "split", 1)? {
        Some(parts) => crate::onnx::fold::lengths(&parts)?,
        // The last part may be smaller.
        None => {
            let part = whole.div_ceil(count);
            (0..count).map(|place| part.min(whole.saturating_sub(place * part))).collect()
        }
    };
    let mut made = Vec::new();
    let mut from = 0;
    for (place, part) in parts.into_iter().enumerate() {
        // A part that nothing reads makes no layer.
        if converter.is_read(node, place) {
            made.push(Item::Value(converter.slice(&x, axis, from, part)?));
        } else {
            made.push(Item::Broken);
        }
        from += part;
    }
    Ok(made)
}

impl Converter {
    /// Returns the parts that a `Slice` takes: axis, first place and length.
    pub(in crate::onnx) fn ranges(
        &self,
        node: &Node<'_>,
        shape: &[usize],
    ) -> Result<Vec<(usize, usize, usize)>, String> {
        let starts = self.ints(node, "starts", 1)?.ok_or("its starts are missing")?;
        let ends = self.ints(node, "ends", 2)?.ok_or("its ends are missing")?;
        let axes = self.ints(node, "axes", 3)?.unwrap_or_else(|| (0..starts.len() as i64).collect());
        let steps = self.optional(node, 4)?.map(|array| array.all_ints()).transpose()?;
        if steps.is_some_and(|steps| steps.iter().any(|&step| step != 1)) {
            return Err("it takes every other number, or backwards, which no layer does".into());
        }
        if ends.len() != starts.len() || axes.len() != starts.len() {
            return Err("it has not as many starts as ends and axes".into());
        }
        let mut ranges = Vec::new();
        for ((&start, &end), &axis) in starts.iter().zip(&ends).zip(&axes) {
            let axis = place(axis, shape.len())?;
            let length = i64::try_from(shape[axis]).unwrap_or(i64::MAX);
            let bound = |bound: i64| (if bound < 0 { bound.saturating_add(length) } else { bound }).clamp(0, length);
            let (start, end) = (bound(start), bound(end));
            ranges.push((axis, start as usize, (end - start).max(0) as usize));
        }
        Ok(ranges)
    }

    /// Takes a part of a value along an axis of the file.
    pub(super) fn slice(&mut self, x: &Value, axis: usize, from: usize, part: usize) -> Result<Value, String> {
        let whole = length(&x.axes[axis]);
        if part == whole && from == 0 {
            return Ok(x.clone());
        }
        if part == 0 || from + part > whole {
            return Err(format!("it takes {part} of {whole} places from {from} on"));
        }
        if has_batch(&x.axes[axis]) {
            return Err("it takes a part of the batch".into());
        }
        let (mut stored, mut at) = whole_axis(x, axis);
        let behind = whole - part - from;
        let crop = match (stored.len(), at) {
            (2, 0) => Some(list(&[from, behind])),
            (3, 0) => Some(Argument::List(vec![list(&[from, behind]), list(&[0, 0])])),
            (3, 1) => Some(Argument::List(vec![list(&[0, 0]), list(&[from, behind])])),
            _ => None,
        };
        let crop = crop.unwrap_or_else(|| {
            // Any axis can be the first of two.
            let this = stored.remove(at);
            let rest: Axis = stored.concat();
            stored = vec![this, rest];
            at = 0;
            list(&[from, behind])
        });
        let mut value = self.builder.arrange(x, stored)?;
        let class = if value.stored.len() == 2 { "Cropping1D" } else { "Cropping2D" };
        value.tensor = self.builder.apply(class, vec![("cropping", crop)], &[value.tensor])?;
        if self.positive.contains(&x.tensor) {
            self.positive.insert(value.tensor);
        }
        let cut = self.builder.axis(part);
        value.axes[axis].clone_from(&cut);
        value.stored[at] = cut;
        Ok(value)
    }
}
