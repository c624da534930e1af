//! Operators that only change the axes: they make no layer.

use super::one;
use crate::network::Value as Argument;
use crate::onnx::array::product;
use crate::onnx::convert::{Converter, Made};
use crate::onnx::fold;
use crate::onnx::value::{Axis, Value, has_batch, length, place};
use crate::onnx::wire::Node;

pub(super) fn make(converter: &mut Converter, node: &Node<'_>) -> Made {
    let x = converter.value(node, 0)?;
    let shape = x.shape();
    let rank = shape.len();
    let target = match node.op.as_str() {
        "Transpose" => {
            let order = node.ints("perm").unwrap_or_else(|| (0..rank as i64).rev().collect());
            let order: Vec<usize> = order.iter().map(|&axis| place(axis, rank)).collect::<Result<_, _>>()?;
            let mut sorted = order.clone();
            sorted.sort_unstable();
            if !sorted.into_iter().eq(0..rank) {
                return Err(format!("`perm = {order:?}` is no order of {rank} axes"));
            }
            let axes = order.iter().map(|&axis| x.axes[axis].clone()).collect();
            return Ok(one(Value { axes, ..x }));
        }
        "Flatten" => {
            let axis = node.int("axis", 1);
            let axis = if axis == rank as i64 { rank } else { place(axis, rank)? };
            [&shape[..axis], &shape[axis..]]
                .iter()
                .map(|part| product(part))
                .collect::<Option<_>>()
                .ok_or("too large")?
        }
        "Reshape" => {
            let shape_there = converter.ints(node, "shape", 1)?.ok_or("its shape is missing")?;
            fold::target(&shape, &shape_there, node)?
        }
        "Squeeze" => fold::squeezed(&shape, converter.ints(node, "axes", 1)?)?,
        _ => fold::unsqueezed(&shape, &converter.ints(node, "axes", 1)?.ok_or("its axes are missing")?)?,
    };
    Ok(one(converter.regroup(&x, &target)?))
}

pub(super) fn repeat(converter: &mut Converter, node: &Node<'_>) -> Made {
    let mut x = converter.value(node, 0)?;
    let numbers = fold::lengths(&converter.constant(node, 1)?.all_ints()?)?;
    let counts: Vec<usize> = if node.op == "Tile" {
        numbers
    } else {
        let target = fold::together(&x.shape(), &numbers)?;
        while x.rank() < target.len() {
            x.axes.insert(0, Axis::new());
        }
        target.iter().zip(x.shape()).map(|(&length, own)| if length == own { 1 } else { length }).collect()
    };
    if counts.len() != x.rank() || counts.contains(&0) {
        return Err(format!("it repeats {} {counts:?} times", x.described()));
    }
    for (axis, count) in counts.into_iter().enumerate() {
        x = converter.repeated(&x, axis, count)?;
    }
    Ok(one(x))
}

impl Converter {
    /// Repeats a value along an axis of the file.
    fn repeated(&mut self, x: &Value, axis: usize, count: usize) -> Result<Value, String> {
        if count == 1 {
            return Ok(x.clone());
        }
        if has_batch(&x.axes[axis]) || count > 1 << 16 {
            return Err(format!("it repeats {} {count} times, which no layer does", x.described()));
        }
        if !x.axes[axis].is_empty() {
            return self.join(vec![x.clone(); count.min(1 << 8)], axis as i64);
        }
        // An axis of length 1 stands behind those before it.
        let part = |axes: &[Axis]| axes.iter().filter(|axis| !has_batch(axis)).flatten().copied().collect::<Axis>();
        let (before, behind) = (part(&x.axes[..axis]), part(&x.axes[axis + 1..]));
        if length(&before) * length(&behind) != length(&x.stored.concat()) {
            return Err(format!("an axis of {} holds the batch and more", x.described()));
        }
        let size = Argument::Int(count as i64);
        let (mut value, class, argument) = match before.is_empty() {
            true => (self.builder.arrange(x, vec![behind.clone()])?, "RepeatVector", "n"),
            false => (self.builder.arrange(x, vec![before.clone(), behind.clone()])?, "UpSampling1D", "size"),
        };
        value.tensor = self.builder.apply(class, vec![(argument, size)], &[value.tensor])?;
        let copies = self.builder.axis(count);
        value.axes[axis].clone_from(&copies);
        value.stored = vec![[before, copies].concat(), behind];
        if self.positive.contains(&x.tensor) {
            self.positive.insert(value.tensor);
        }
        Ok(value)
    }
}
