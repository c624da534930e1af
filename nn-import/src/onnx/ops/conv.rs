//! Convolutions, forwards and backwards.

use super::one;
use super::spatial::{Padding, Window, each, pads};
use crate::network::{Tensor, Value as Argument};
use crate::onnx::array::Array;
use crate::onnx::builder::{Arguments, New, list, sizes, word};
use crate::onnx::convert::{Converter, Made};
use crate::onnx::value::length;
use crate::onnx::wire::Node;

fn dilation(window: &Window, arguments: &mut Arguments) {
    if window.dilations.iter().any(|&dilation| dilation != 1) {
        arguments.push(("dilation_rate", sizes(&window.dilations)));
    }
}

fn strides(window: &Window, arguments: &mut Arguments) {
    if window.strides.iter().any(|&stride| stride != 1) {
        arguments.push(("strides", sizes(&window.strides)));
    }
}

/// Returns the order (axes of the window.., first, second) of weights whose window is behind two axes.
fn window_first(rank: usize, first: usize, second: usize) -> Vec<usize> {
    (2..rank).chain([first, second]).collect()
}

impl Converter {
    /// Adds the bias, which is an input that may be left out.
    fn bias(
        &self,
        node: &Node<'_>,
        filters: usize,
        variables: &mut Vec<(&str, Array)>,
        arguments: &mut Arguments,
    ) -> Result<(), String> {
        match self.optional(node, 2)? {
            Some(bias) if bias.count() == filters => variables.push(("bias", bias.reshaped(&[filters])?)),
            Some(bias) => return Err(format!("a bias of the shape {:?} does not fit {filters} filters", bias.shape)),
            None => arguments.push(("use_bias", Argument::Flag(false))),
        }
        Ok(())
    }
}

pub(super) fn forwards(converter: &mut Converter, node: &Node<'_>) -> Made {
    let (x, size) = converter.spatial(node)?;
    let kernel = converter.constant(node, 1)?;
    let channels = length(&x.axes[1]);
    let groups =
        usize::try_from(node.int("group", 1)).ok().filter(|&groups| groups > 0).ok_or("`group` is not positive")?;
    let (filters, inner) = match kernel.shape[..] {
        [filters, inner, ..] if kernel.shape.len() == x.rank() => (filters, inner),
        _ => return Err(format!("weights of the shape {:?} do not fit {}", kernel.shape, x.described())),
    };
    if inner.checked_mul(groups) != Some(channels) || filters == 0 || !filters.is_multiple_of(groups) {
        return Err(format!(
            "weights of the shape {:?} in {groups} groups do not fit {channels} channels",
            kernel.shape
        ));
    }
    let window = Window::read(node, &kernel.shape[2..])?;
    if window.strides.iter().any(|&n| n > 1) && window.dilations.iter().any(|&n| n > 1) {
        return Err("strides and dilations are both above 1".into());
    }
    let (padding, output) = window.over(&size, false)?;
    let tensor = match &padding {
        Padding::Zeros(zeros) => converter.zeros(x.tensor, zeros)?,
        _ => x.tensor,
    };
    let image = size.len() == 2;
    let rank = x.rank();
    let depthwise = groups == channels && channels > 1;
    let (class, kernel, mut arguments) = if depthwise {
        // Output `o` is that of channel `o / multiplier`.
        let multiplier = filters / groups;
        let shape = [&[channels, multiplier], &kernel.shape[2..]].concat();
        let kernel = kernel.reshaped(&shape)?.transposed(&window_first(rank, 0, 1))?;
        let mut arguments: Arguments = vec![("kernel_size", sizes(&window.kernel))];
        if multiplier != 1 {
            arguments.push(("depth_multiplier", Argument::Int(multiplier as i64)));
        }
        (if image { "DepthwiseConv2D" } else { "DepthwiseConv1D" }, kernel, arguments)
    } else {
        let kernel = kernel.transposed(&window_first(rank, 1, 0))?;
        let arguments = vec![("filters", Argument::Int(filters as i64)), ("kernel_size", sizes(&window.kernel))];
        (if image { "Conv2D" } else { "Conv1D" }, kernel, arguments)
    };
    strides(&window, &mut arguments);
    if padding == Padding::Same {
        arguments.push(("padding", word("same")));
    }
    dilation(&window, &mut arguments);
    if groups > 1 && !depthwise {
        arguments.push(("groups", Argument::Int(groups as i64)));
    }
    let mut variables = vec![("kernel", kernel)];
    converter.bias(node, filters, &mut variables, &mut arguments)?;
    let tensor = converter.builder.call(New { class, arguments, variables }, &[tensor])?;
    let filters = converter.builder.axis(filters);
    Ok(one(converter.resized(x, tensor, &output, filters)))
}

pub(super) fn backwards(converter: &mut Converter, node: &Node<'_>) -> Made {
    let (x, size) = converter.spatial(node)?;
    let kernel = converter.constant(node, 1)?;
    let filters = match kernel.shape[..] {
        [channels, filters, ..] if kernel.shape.len() == x.rank() && channels == length(&x.axes[1]) => filters,
        _ => return Err(format!("weights of the shape {:?} do not fit {}", kernel.shape, x.described())),
    };
    if node.int("group", 1) != 1 {
        return Err("`group` above 1 is not supported here".into());
    }
    let (rank, axes) = (x.rank(), size.len());
    let kernel_size = kernel.shape[2..].to_vec();
    if kernel_size.contains(&0)
        || each(node, "kernel_shape", axes, 0)?.iter().zip(&kernel_size).any(|(&a, &b)| a != 0 && a != b)
    {
        return Err("its `kernel_shape` does not fit the weights".into());
    }
    let [strides, dilations] = [each(node, "strides", axes, 1)?, each(node, "dilations", axes, 1)?];
    if strides.iter().any(|&n| n > 1) && dilations.iter().any(|&n| n > 1) {
        return Err("strides and dilations are both above 1".into());
    }
    let further = node.ints("output_padding").filter(|more| !more.is_empty()).unwrap_or_else(|| vec![0; axes]);
    let wanted = node.ints("output_shape").filter(|shape| !shape.is_empty());
    let wanted = wanted.map(|shape| shape[shape.len().saturating_sub(axes)..].to_vec());
    let auto = node.text("auto_pad", "NOTSET");
    let given = pads(node, axes)?;
    // The layer keeps all that the windows cover and `more` places behind; the pads of the file are then cut off.
    let (mut cut, mut more, mut output, mut same) = (Vec::new(), Vec::new(), Vec::new(), true);
    for axis in 0..axes {
        let (n, stride) = (size[axis], strides[axis]);
        let extent = (kernel_size[axis] - 1).checked_mul(dilations[axis]).and_then(|e| e.checked_add(1));
        let extent = extent.filter(|&extent| extent < 1 << 30 && stride < 1 << 30).ok_or("its window is too large")?;
        let further = further.get(axis).and_then(|&n| usize::try_from(n).ok()).filter(|&n| n < stride.max(1));
        let further = further.ok_or("its `output_padding` is not below its strides")?;
        let mut further = further;
        let mut whole = (n - 1) * stride + extent + further;
        let length = match (&wanted, auto.as_str()) {
            (Some(shape), _) => shape.get(axis).and_then(|&n| usize::try_from(n).ok()),
            (None, "SAME_UPPER" | "SAME_LOWER") => Some(n * stride),
            _ => None,
        };
        let (before, behind) = match length {
            Some(length) => {
                // An output that is larger than the windows cover has places of zeros behind them.
                if length > whole && length - whole + further < stride {
                    further += length - whole;
                    whole = length;
                }
                let total = whole.checked_sub(length).ok_or("its output is larger than its windows cover")?;
                if auto == "SAME_UPPER" { (total / 2, total - total / 2) } else { (total - total / 2, total / 2) }
            }
            None if auto == "VALID" => (0, 0),
            None => given[axis],
        };
        let length = whole.checked_sub(before + behind).filter(|&length| length > 0).ok_or("nothing of it is left")?;
        let total = extent.saturating_sub(stride);
        same &= extent >= stride && length == n * stride && before == total / 2 && further == 0;
        cut.push((before, behind));
        more.push(further);
        output.push(length);
    }
    let class = if axes == 2 { "Conv2DTranspose" } else { "Conv1DTranspose" };
    let mut arguments: Arguments =
        vec![("filters", Argument::Int(filters as i64)), ("kernel_size", sizes(&kernel_size))];
    if strides.iter().any(|&stride| stride != 1) {
        arguments.push(("strides", sizes(&strides)));
    }
    let crops = !same && cut.iter().any(|&cut| cut != (0, 0));
    if same && cut.iter().any(|&cut| cut != (0, 0)) {
        arguments.push(("padding", word("same")));
    } else if (0..axes).any(|axis| more[axis] != 0 || kernel_size[axis] < strides[axis]) {
        arguments.push(("output_padding", sizes(&more)));
    }
    if dilations.iter().any(|&dilation| dilation != 1) {
        arguments.push(("dilation_rate", sizes(&dilations)));
    }
    let mut variables = vec![("kernel", kernel.transposed(&window_first(rank, 1, 0))?)];
    converter.bias(node, filters, &mut variables, &mut arguments)?;
    let mut tensor: Tensor = converter.builder.call(New { class, arguments, variables }, &[x.tensor])?;
    if crops {
        let pairs: Vec<Argument> = cut.iter().map(|&(a, b)| list(&[a, b])).collect();
        let (class, cropping) = match &pairs[..] {
            [one] => ("Cropping1D", one.clone()),
            _ => ("Cropping2D", Argument::List(pairs)),
        };
        tensor = converter.builder.apply(class, vec![("cropping", cropping)], &[tensor])?;
    }
    let filters = converter.builder.axis(filters);
    Ok(one(converter.resized(x, tensor, &output, filters)))
}
