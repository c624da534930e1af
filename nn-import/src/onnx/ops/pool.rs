//! `MaxPool` and `AveragePool`.

use super::one;
use super::spatial::{Padding, Window, each};
use crate::network::Tensor;
use crate::onnx::builder::{Arguments, sizes, word};
use crate::onnx::convert::{Converter, Made};
use crate::onnx::value::Value;
use crate::onnx::wire::Node;

pub(super) fn windows(converter: &mut Converter, node: &Node<'_>) -> Made {
    let (x, size) = converter.spatial(node)?;
    if converter.is_read(node, 1) {
        return Err("the places of its maxima are read, which no layer returns".into());
    }
    let kernel = each(node, "kernel_shape", size.len(), 0)?;
    let window = Window::read(node, &kernel)?;
    if window.dilations.iter().any(|&dilation| dilation != 1) {
        return Err("`dilations` above 1 are not supported here".into());
    }
    let up = node.int("ceil_mode", 0) != 0;
    let (padding, output) = window.over(&size, up)?;
    let max = node.op == "MaxPool";
    let counts_zeros = node.int("count_include_pad", 0) != 0;
    let mut tensor = x.tensor;
    let mut same = padding == Padding::Same;
    let zeros = match &padding {
        Padding::Valid => None,
        // A mean that counts zeros needs them; otherwise the layer's own padding counts nothing.
        Padding::Same if max || !counts_zeros => None,
        Padding::Same => {
            same = false;
            Some(window.over_zeros(&size, up)?)
        }
        Padding::Zeros(zeros) => Some(zeros.clone()),
    };
    if let Some(zeros) = zeros {
        let exceeds = window.exceeds(&Padding::Zeros(zeros.clone()));
        if !max && (!counts_zeros || exceeds) {
            return Err(format!("its padding {zeros:?} is neither `valid` nor `same`, and is not counted"));
        }
        tensor = match max && !converter.positive.contains(&tensor) {
            true => edges(converter, &x, &zeros, &kernel)?,
            false => converter.zeros(tensor, &zeros)?,
        };
    }
    let image = size.len() == 2;
    let class = match (max, image) {
        (true, true) => "MaxPooling2D",
        (true, false) => "MaxPooling1D",
        (false, true) => "AveragePooling2D",
        (false, false) => "AveragePooling1D",
    };
    let mut arguments: Arguments = Vec::new();
    if kernel.iter().any(|&length| length != 2) {
        arguments.push(("pool_size", sizes(&kernel)));
    }
    if window.strides != kernel {
        arguments.push(("strides", sizes(&window.strides)));
    }
    if same {
        arguments.push(("padding", word("same")));
    }
    let pooled = converter.builder.apply(class, arguments, &[tensor])?;
    if converter.positive.contains(&x.tensor) {
        converter.positive.insert(pooled);
    }
    let channels = x.axes[1].clone();
    Ok(one(converter.resized(x, pooled, &output, channels)))
}

/// Repeats the numbers at the edges. A window over them has those numbers anyway, so its maximum is the same.
fn edges(converter: &mut Converter, x: &Value, around: &[(usize, usize)], kernel: &[usize]) -> Result<Tensor, String> {
    let mut x = x.clone();
    for (place, &(before, behind)) in around.iter().enumerate() {
        if before.max(behind) >= kernel[place] {
            return Err(format!("its padding {around:?} is not smaller than its window"));
        }
        let axis = place + 2;
        let length = x.shape()[axis];
        let mut parts = Vec::new();
        if before > 0 {
            let first = converter.slice(&x, axis, 0, 1)?;
            parts.extend(std::iter::repeat_n(first, before));
        }
        let last = if behind > 0 { Some(converter.slice(&x, axis, length - 1, 1)?) } else { None };
        parts.push(x);
        parts.extend(last.into_iter().flat_map(|last| std::iter::repeat_n(last, behind)));
        x = converter.join(parts, axis as i64)?;
    }
    Ok(x.tensor)
}
