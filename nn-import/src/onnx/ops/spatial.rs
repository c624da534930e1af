//! Windows over images and sequences: their padding, and `Pad`.

use super::one;
use crate::network::{Tensor, Value as Argument};
use crate::onnx::builder::list;
use crate::onnx::convert::{Converter, Made};
use crate::onnx::value::{Axis, Value, has_batch, length};
use crate::onnx::wire::Node;

/// The sizes of a window, one for each of its axes.
pub(super) struct Window {
    pub(super) kernel: Vec<usize>,
    pub(super) strides: Vec<usize>,
    pub(super) dilations: Vec<usize>,
    pads: Pads,
}

enum Pads {
    Given(Vec<(usize, usize)>),
    Same(Same),
}

/// Where an odd number of zeros has one more.
#[derive(Clone, Copy, PartialEq)]
enum Same {
    Behind,
    Before,
}

/// The padding of a layer.
#[derive(Debug, PartialEq)]
pub(super) enum Padding {
    Valid,
    Same,
    /// Zeros before and behind, by a layer of their own.
    Zeros(Vec<(usize, usize)>),
}

/// Returns the numbers of an attribute with a number for each axis.
pub(super) fn each(node: &Node<'_>, name: &str, rank: usize, default: usize) -> Result<Vec<usize>, String> {
    let Some(numbers) = node.ints(name).filter(|numbers| !numbers.is_empty()) else { return Ok(vec![default; rank]) };
    let read: Option<Vec<usize>> = numbers.iter().map(|&n| usize::try_from(n).ok().filter(|&n| n > 0)).collect();
    read.filter(|read| read.len() == rank).ok_or_else(|| format!("`{name} = {numbers:?}` does not fit {rank} axes"))
}

/// Returns the zeros before and behind each axis that an attribute states.
pub(super) fn pads(node: &Node<'_>, rank: usize) -> Result<Vec<(usize, usize)>, String> {
    let Some(numbers) = node.ints("pads").filter(|numbers| !numbers.is_empty()) else { return Ok(vec![(0, 0); rank]) };
    let read: Option<Vec<usize>> = numbers.iter().map(|&n| usize::try_from(n).ok().filter(|&n| n < 1 << 20)).collect();
    match read.filter(|read| read.len() == 2 * rank) {
        Some(read) => Ok((0..rank).map(|axis| (read[axis], read[axis + rank])).collect()),
        None => Err(format!("`pads = {numbers:?}` is not supported")),
    }
}

impl Window {
    pub(super) fn read(node: &Node<'_>, kernel: &[usize]) -> Result<Window, String> {
        let rank = kernel.len();
        let stated = each(node, "kernel_shape", rank, 0)?;
        if stated.iter().zip(kernel).any(|(&stated, &length)| stated != 0 && stated != length) || kernel.contains(&0) {
            return Err(format!("`kernel_shape = {stated:?}` does not fit the weights, {kernel:?}"));
        }
        let pads = match node.text("auto_pad", "NOTSET").as_str() {
            "NOTSET" | "" => Pads::Given(pads(node, rank)?),
            "VALID" => Pads::Given(vec![(0, 0); rank]),
            "SAME_UPPER" => Pads::Same(Same::Behind),
            "SAME_LOWER" => Pads::Same(Same::Before),
            other => return Err(format!("`auto_pad = {other}` is not known")),
        };
        let [strides, dilations] = [each(node, "strides", rank, 1)?, each(node, "dilations", rank, 1)?];
        Ok(Window { kernel: kernel.to_vec(), strides, dilations, pads })
    }

    /// Returns the cells that a window spans along an axis, with the gaps between them.
    pub(super) fn extent(&self, axis: usize) -> Result<usize, String> {
        let extent = (self.kernel[axis] - 1).checked_mul(self.dilations[axis]);
        extent.and_then(|extent| extent.checked_add(1)).ok_or_else(|| "its window is too large".into())
    }

    /// Returns the padding and the size of the output. `up` rounds that up.
    pub(super) fn over(&self, size: &[usize], up: bool) -> Result<(Padding, Vec<usize>), String> {
        let (mut zeros, mut output) = (Vec::new(), Vec::new());
        let (mut valid, mut same) = (true, true);
        for (axis, &n) in size.iter().enumerate() {
            let (stride, extent) = (self.strides[axis], self.extent(axis)?);
            let out_same = n.div_ceil(stride);
            let total = ((out_same - 1) * stride + extent).saturating_sub(n);
            let (before, out) = match &self.pads {
                Pads::Given(pads) => {
                    let (before, behind) = pads[axis];
                    let room = (n + before + behind)
                        .checked_sub(extent)
                        .ok_or_else(|| format!("its window of {extent} places is larger than the input of {n}"))?;
                    let mut out = if up { room.div_ceil(stride) } else { room / stride } + 1;
                    // A window must begin in the input or before it.
                    if up && (out - 1) * stride >= n + before {
                        out -= 1;
                    }
                    (before, out)
                }
                Pads::Same(Same::Behind) => (total / 2, out_same),
                Pads::Same(Same::Before) => (total - total / 2, out_same),
            };
            let behind = ((out - 1) * stride + extent).saturating_sub(n + before);
            valid &= before == 0 && behind == 0;
            same &= out == out_same && (before, behind) == (total / 2, total - total / 2);
            zeros.push((before, behind));
            output.push(out);
        }
        let padding = if valid {
            Padding::Valid
        } else if same {
            Padding::Same
        } else {
            Padding::Zeros(zeros)
        };
        Ok((padding, output))
    }

    /// Whether zeros behind the input are more than the file states.
    pub(super) fn exceeds(&self, padding: &Padding) -> bool {
        match (&self.pads, padding) {
            (Pads::Given(pads), Padding::Zeros(zeros)) => pads.iter().zip(zeros).any(|(a, b)| b.1 > a.1),
            _ => false,
        }
    }
}

impl Converter {
    /// Returns an input (batch, channels, rows, columns) or (batch, channels, steps), with its channels last here.
    pub(super) fn spatial(&mut self, node: &Node<'_>) -> Result<(Value, Vec<usize>), String> {
        let x = self.value(node, 0)?;
        x.batch_first()?;
        if !matches!(x.rank(), 3 | 4) {
            let shape = x.described();
            return Err(format!(
                "its input has the shape {shape}; images (batch, channels, rows, columns) and sequences are supported"
            ));
        }
        let mut stored: Vec<Axis> = x.axes[2..].to_vec();
        let size = stored.iter().map(|axis| length(axis)).collect();
        stored.push(x.axes[1].clone());
        Ok((self.builder.arrange(&x, stored)?, size))
    }

    /// Puts zeros around an image or a sequence.
    pub(super) fn zeros(&mut self, x: Tensor, zeros: &[(usize, usize)]) -> Result<Tensor, String> {
        let pairs: Vec<Argument> = zeros.iter().map(|&(a, b)| list(&[a, b])).collect();
        let (class, padding) = match zeros {
            &[(a, b)] if a == b => ("ZeroPadding1D", Argument::Int(a as i64)),
            [_] => ("ZeroPadding1D", pairs[0].clone()),
            &[(a, b), (c, d)] if a == b && b == c && c == d => ("ZeroPadding2D", Argument::Int(a as i64)),
            &[(a, b), (c, d)] if a == b && c == d => ("ZeroPadding2D", list(&[a, c])),
            _ => ("ZeroPadding2D", Argument::List(pairs)),
        };
        let padded = self.builder.apply(class, vec![("padding", padding)], &[x])?;
        if self.positive.contains(&x) {
            self.positive.insert(padded);
        }
        Ok(padded)
    }

    /// Returns the value of an image or a sequence with other sizes.
    pub(super) fn resized(&mut self, x: Value, tensor: Tensor, size: &[usize], channels: Axis) -> Value {
        let mut stored: Vec<Axis> = size.iter().map(|&length| self.builder.axis(length)).collect();
        let mut axes = vec![x.axes[0].clone(), channels.clone()];
        axes.extend(stored.iter().cloned());
        stored.push(channels);
        Value { tensor, axes, stored }
    }
}

pub(super) fn pad(converter: &mut Converter, node: &Node<'_>) -> Made {
    let mut x = converter.value(node, 0)?;
    let mode = node.text("mode", "constant");
    if mode != "constant" {
        return Err(format!("`mode = {mode}` is not supported; `constant` is"));
    }
    let name = if node.has("paddings") { "paddings" } else { "pads" };
    let pads = converter.ints(node, name, 1)?.ok_or("its pads are missing")?;
    let axes = match converter.optional(node, 3)? {
        Some(axes) => axes.all_ints()?.iter().map(|&axis| x.axis(axis)).collect::<Result<Vec<_>, _>>()?,
        None => (0..x.rank()).collect(),
    };
    if pads.len() != 2 * axes.len() || pads.iter().any(|pad| pad.unsigned_abs() >= 1 << 20) {
        return Err(format!("`pads = {pads:?}` does not fit {} axes", axes.len()));
    }
    let value = converter.optional(node, 2)?.and_then(|value| value.single());
    let value = value.unwrap_or_else(|| node.float("value", 0.0));
    let mut around = vec![(0, 0); x.rank()];
    for (place, &axis) in axes.iter().enumerate() {
        let (before, behind) = (pads[place], pads[place + axes.len()]);
        around[axis] = (before.max(0) as usize, behind.max(0) as usize);
        let [cut, cut_behind] = [before, behind].map(|pad| pad.min(0).unsigned_abs() as usize);
        if (cut, cut_behind) != (0, 0) {
            let whole = length(&x.axes[axis]);
            let part = whole.checked_sub(cut + cut_behind).ok_or("it removes more than there is")?;
            x = converter.slice(&x, axis, cut, part)?;
        }
    }
    let padded: Vec<usize> = (0..x.rank()).filter(|&axis| around[axis] != (0, 0)).collect();
    if padded.is_empty() {
        return Ok(one(x));
    }
    if value != 0.0 {
        return Err(format!("it puts {value} around its input; only zeros are supported"));
    }
    if padded.iter().any(|&axis| has_batch(&x.axes[axis])) {
        return Err("it adds samples to the batch".into());
    }
    // Rows and columns of an image, or else one axis after the other.
    let place = |x: &Value, axis: usize| x.stored.iter().position(|other| *other == x.axes[axis]);
    let image = x.rank() == 4
        && padded.iter().all(|&axis| axis > 1)
        && place(&x, padded[0]).is_none_or(|place| place == 2 || x.stored[0] == x.axes[1]);
    if image {
        let stored = vec![x.axes[2].clone(), x.axes[3].clone(), x.axes[1].clone()];
        x = converter.builder.arrange(&x, stored)?;
    }
    let places: Vec<Option<usize>> = padded.iter().map(|&axis| place(&x, axis)).collect();
    if x.stored.len() == 3 && places.iter().all(|place| place.is_some_and(|place| place < 2)) && places.len() < 3 {
        let mut zeros = [(0, 0); 2];
        for (&axis, place) in padded.iter().zip(&places) {
            zeros[place.unwrap_or(0)] = around[axis];
        }
        let tensor = converter.zeros(x.tensor, &zeros)?;
        x.tensor = tensor;
        for (&axis, place) in padded.iter().zip(&places) {
            let axis_there = converter.builder.axis(length(&x.axes[axis]) + around[axis].0 + around[axis].1);
            x.axes[axis].clone_from(&axis_there);
            x.stored[place.unwrap_or(0)] = axis_there;
        }
        return Ok(one(x));
    }
    for axis in padded {
        let part = x.axes[axis].clone();
        let rest: Axis = x.stored.concat().into_iter().filter(|atom| !part.contains(atom)).collect();
        x = converter.builder.arrange(&x, vec![part.clone(), rest.clone()])?;
        x.tensor = converter.zeros(x.tensor, &[around[axis]])?;
        let longer = converter.builder.axis(length(&part) + around[axis].0 + around[axis].1);
        x.axes[axis].clone_from(&longer);
        x.stored = vec![longer, rest];
    }
    Ok(one(x))
}

impl Window {
    /// Returns the zeros before and behind each axis.
    pub(super) fn over_zeros(&self, size: &[usize], up: bool) -> Result<Vec<(usize, usize)>, String> {
        let (_, output) = self.over(size, up)?;
        (0..size.len())
            .map(|axis| {
                let (n, stride, extent) = (size[axis], self.strides[axis], self.extent(axis)?);
                let total = ((output[axis] - 1) * stride + extent).saturating_sub(n);
                Ok(match &self.pads {
                    Pads::Given(pads) => (pads[axis].0, total.saturating_sub(pads[axis].0)),
                    Pads::Same(Same::Behind) => (total / 2, total - total / 2),
                    Pads::Same(Same::Before) => (total - total / 2, total / 2),
                })
            })
            .collect()
    }
}
