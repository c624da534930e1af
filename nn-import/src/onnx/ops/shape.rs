//! Operators that only change the axes: they make no layer.

use super::one;
use crate::onnx::array::product;
use crate::onnx::convert::{Converter, Made};
use crate::onnx::fold;
use crate::onnx::value::{Value, place};
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
        "Unsqueeze" => fold::unsqueezed(&shape, &converter.ints(node, "axes", 1)?.ok_or("its axes are missing")?)?,
        _ => {
            let target = fold::lengths(&converter.constant(node, 1)?.all_ints()?)?;
            let target = fold::together(&shape, &target)?;
            if product(&target) != product(&shape) {
                return Err(format!("{} is repeated to {target:?}, which no layer does", x.described()));
            }
            target
        }
    };
    Ok(one(converter.regroup(&x, &target)?))
}
