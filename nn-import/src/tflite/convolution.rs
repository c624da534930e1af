//! Convolutions: their windows, and the layouts of their kernels.

use super::arrays::product;
use super::flow::{Flow, Made, Wrong, list, number, sizes, word};
use super::model::{Dilation, Operator};
use super::operators as op;
use super::reader::Reader;
use crate::network::Value;

/// The two spatial axes, or the only one of a tensor that became an image for the operator's sake.
pub(super) struct Plane {
    /// The axes: 0 for height, 1 for width.
    pub(super) axes: Vec<usize>,
    /// The lengths of height and width.
    pub(super) lengths: [usize; 2],
    pub(super) channels: usize,
    pub(super) flow: Flow,
}

impl Plane {
    /// Returns the spatial axes of an image, for a window of this size.
    pub(super) fn new(reader: &mut Reader<'_, '_, '_>, flow: &Flow, window: [usize; 2]) -> Result<Self, Wrong> {
        let &[1, height, width, channels] = &flow.view[..] else {
            return Err(format!("its input has the shape {:?}, and is no image of a batch of 1", flow.view).into());
        };
        let lengths = [height, width];
        let axis = (0..2)
            .find(|&other| lengths[other] == 1 && window[other] == 1 && flow.shape == [lengths[1 - other], channels]);
        if let Some(other) = axis {
            return Ok(Plane { axes: vec![1 - other], lengths, channels, flow: flow.clone() });
        }
        let tensor = reader.shaped(flow, &[height, width, channels]);
        let flow = Flow { tensor, shape: vec![height, width, channels], ..flow.clone() };
        Ok(Plane { axes: vec![0, 1], lengths, channels, flow })
    }

    /// Returns the numbers that belong to the axes.
    pub(super) fn pick(&self, both: [usize; 2]) -> Vec<usize> {
        self.axes.iter().map(|&axis| both[axis]).collect()
    }

    /// Returns the name of a layer for images or for sequences.
    pub(super) fn class(&self, image: &'static str, sequence: &'static str) -> &'static str {
        if self.axes.len() == 2 { image } else { sequence }
    }

    /// Returns the output of a layer.
    pub(super) fn output(
        &self,
        tensor: crate::network::Tensor,
        lengths: [usize; 2],
        channels: usize,
    ) -> Result<Flow, Wrong> {
        let mut shape = self.pick(lengths);
        shape.push(channels);
        let view = vec![1, lengths[0], lengths[1], channels];
        let elements = product(&view).filter(|&elements| elements > 0);
        // A sequence stays one.
        if elements.is_none() || elements != product(&shape) {
            return Err(format!("its output has the shape {view:?}, which is not read").into());
        }
        Ok(Flow { tensor, shape, view, whole: false })
    }

    /// Adds zeros around the image.
    fn pad(mut self, reader: &mut Reader<'_, '_, '_>, padding: [(usize, usize); 2]) -> Result<Self, Wrong> {
        if padding == [(0, 0); 2] {
            return Ok(self);
        }
        let pairs: Vec<Value> = self.axes.iter().map(|&axis| list(&[padding[axis].0, padding[axis].1])).collect();
        let pairs = if let [one] = &pairs[..] { one.clone() } else { Value::List(pairs) };
        let made = Made::new(self.class("ZeroPadding2D", "ZeroPadding1D"), vec![("padding", pairs)]);
        let tensor = reader.layer(None, made, &[self.flow.tensor])?;
        for axis in 0..2 {
            self.lengths[axis] = self.lengths[axis]
                .checked_add(padding[axis].0)
                .and_then(|length| length.checked_add(padding[axis].1))
                .ok_or("the padding is too large")?;
        }
        self.flow = self.output(tensor, self.lengths, self.channels)?;
        Ok(self)
    }
}

/// Returns the length of an axis behind a window.
pub(super) fn length(length: usize, window: usize, stride: usize, same: bool) -> Result<usize, Wrong> {
    match (same, length.checked_sub(window)) {
        _ if window == 0 || stride == 0 => Err("its window or stride is 0".into()),
        (true, _) => Ok(length.div_ceil(stride)),
        (false, Some(rest)) => Ok(rest / stride + 1),
        (false, None) => Err(format!("its window of {window} is larger than the axis of {length}").into()),
    }
}

/// Returns the padding of an operator: whether it is `same`.
pub(super) fn same(operator: &Operator<'_, '_>, field: usize) -> Result<bool, Wrong> {
    match operator.options.u8(field)? {
        0 => Ok(true),
        1 => Ok(false),
        other => Err(format!("padding {other} is not known").into()),
    }
}

/// Returns two options, height first, as lengths.
pub(super) fn pair(operator: &Operator<'_, '_>, fields: [usize; 2], default: i32) -> Result<[usize; 2], Wrong> {
    let one = |field| {
        let value = operator.options.i32(field, default)?;
        usize::try_from(value).ok().filter(|&value| value > 0).ok_or_else(|| format!("an option is {value}"))
    };
    Ok([one(fields[0])?, one(fields[1])?])
}

/// Returns the name of a fused activation.
pub(super) fn fused(operator: &Operator<'_, '_>, field: usize) -> Result<Option<&'static str>, Wrong> {
    Ok(match operator.options.u8(field)? {
        0 => None,
        1 => Some("relu"),
        2 => Some("hard_tanh"),
        3 => Some("relu6"),
        4 => Some("tanh"),
        other => return Err(format!("its fused activation {other} is not supported").into()),
    })
}

/// Adds the arguments and variables that all layers with a kernel have at the end.
pub(super) fn finish(
    reader: &Reader<'_, '_, '_>,
    operator: &Operator<'_, '_>,
    made: &mut Made,
    bias: usize,
    units: usize,
    activation: Option<&'static str>,
) -> Result<(), Wrong> {
    made.arguments.extend(activation.map(|name| ("activation", word(name))));
    match reader.array(operator, bias)? {
        None => made.arguments.push(("use_bias", Value::Flag(false))),
        Some((constant, array)) => {
            if array.shape.iter().product::<usize>() != units {
                return Err(format!("its bias has the shape {:?}; {units} numbers belong there", array.shape).into());
            }
            made.variables.push(("bias", array.reshaped(vec![units])));
            made.constants.push(constant);
        }
    }
    Ok(())
}

pub(super) fn read(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>) -> Result<(), Wrong> {
    if operator.code == op::TRANSPOSE_CONV {
        return transposed(reader, operator);
    }
    let depthwise = operator.code == op::DEPTHWISE_CONV_2D;
    let flow = reader.floats(operator, 0)?;
    let (constant, kernel) = reader.array(operator, 1)?.ok_or("it has no kernel")?;
    let &[filters, height, width, depth] = kernel.shape else {
        return Err(format!("its kernel has the shape {:?}, where four axes belong", kernel.shape).into());
    };
    let (window, strides) = ([height, width], pair(operator, [2, 1], 0)?);
    let rates = pair(operator, if depthwise { [6, 5] } else { [5, 4] }, 1)?;
    let activation = fused(operator, if depthwise { 4 } else { 3 })?;
    let mut same = same(operator, 0)?;
    let mut plane = Plane::new(reader, &flow, window)?;
    let dilation = operator.dilation.unwrap_or(Dilation { rates, padding: [(0, 0); 2] });
    let spread = |rates: [usize; 2]| -> Result<[usize; 2], Wrong> {
        let spread = |axis: usize| {
            window[axis].checked_sub(1)?.checked_mul(rates[axis])?.checked_add(1).filter(|&spread| spread < 1 << 31)
        };
        Ok([spread(0).ok_or("its window is empty or too large")?, spread(1).ok_or("its window is empty or too large")?])
    };
    let spread = spread(dilation.rates)?;
    if operator.dilation.is_some() {
        let around = |axis: usize| ((spread[axis] - 1) / 2, (spread[axis] - 1).div_ceil(2));
        same = dilation.padding == [around(0), around(1)] && dilation.padding != [(0, 0); 2];
        if !same {
            plane = plane.pad(reader, dilation.padding)?;
        }
    }
    let lengths = [
        length(plane.lengths[0], spread[0], strides[0], same)?,
        length(plane.lengths[1], spread[1], strides[1], same)?,
    ];
    let channels = plane.channels;
    let (outputs, groups) = if depthwise {
        if filters != 1 || depth % channels != 0 {
            return Err(format!("its kernel has the shape {:?}, for {channels} channels", kernel.shape).into());
        }
        (depth, 1)
    } else {
        let groups = channels.checked_div(depth).filter(|groups| groups * depth == channels && filters % groups == 0);
        (
            filters,
            groups.ok_or_else(|| format!("its kernel has the shape {:?}, for {channels} channels", kernel.shape))?,
        )
    };
    let mut made = match depthwise {
        true => {
            let multiplier = depth / channels;
            let stated = operator.options.i32(3, 0)?;
            if stated != 0 && usize::try_from(stated) != Ok(multiplier) {
                return Err(format!("its multiplier is {stated}, but its kernel says {multiplier}").into());
            }
            let mut made = Made::new(plane.class("DepthwiseConv2D", "DepthwiseConv1D"), vec![]);
            made.arguments.push(("kernel_size", sizes(&plane.pick(window))));
            if multiplier != 1 {
                made.arguments.push(("depth_multiplier", number(multiplier)));
            }
            made.variables.push(("kernel", kernel.reshaped([plane.pick(window), vec![channels, multiplier]].concat())));
            made
        }
        false => {
            let mut made = Made::new(plane.class("Conv2D", "Conv1D"), vec![("filters", number(filters))]);
            made.arguments.push(("kernel_size", sizes(&plane.pick(window))));
            let mut numbers = kernel.permuted(&[1, 2, 3, 0]);
            numbers.shape = [plane.pick(window), vec![depth, filters]].concat();
            made.variables.push(("kernel", numbers));
            made
        }
    };
    made.constants.push(constant);
    made.words = &["conv", "depthwise", "separable"];
    let optional = [("strides", strides, [1, 1]), ("dilation_rate", dilation.rates, [1, 1])];
    for (name, both, default) in optional {
        if plane.pick(both) != plane.pick(default) {
            made.arguments.push((name, sizes(&plane.pick(both))));
        }
    }
    if same {
        made.arguments.push(("padding", word("same")));
    }
    if groups != 1 {
        made.arguments.push(("groups", number(groups)));
    }
    finish(reader, operator, &mut made, 2, outputs, activation)?;
    let tensor = reader.layer(Some(operator), made, &[plane.flow.tensor])?;
    let flow = plane.output(tensor, lengths, outputs)?;
    reader.set(operator, 0, flow)
}

/// Reads a convolution backwards.
fn transposed(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>) -> Result<(), Wrong> {
    let flow = reader.floats(operator, 2)?;
    let (constant, kernel) = reader.array(operator, 1)?.ok_or("it has no kernel")?;
    let &[filters, height, width, depth] = kernel.shape else {
        return Err(format!("its kernel has the shape {:?}, where four axes belong", kernel.shape).into());
    };
    let wanted = reader.whole(operator, 0).ok_or("the shape of its output is not known")?;
    let wanted: Option<Vec<usize>> = wanted.iter().map(|&length| usize::try_from(length).ok()).collect();
    let Some(&[1, rows, columns, outputs]) = wanted.as_deref() else {
        return Err(format!("its output has the shape {wanted:?}, where a batch of 1 image belongs").into());
    };
    let (window, strides) = ([height, width], pair(operator, [2, 1], 0)?);
    let (same, activation) = (same(operator, 0)?, fused(operator, 3)?);
    let plane = Plane::new(reader, &flow, window)?;
    if outputs != filters || depth != plane.channels || height == 0 || width == 0 {
        return Err(format!("its kernel has the shape {:?}, for {} channels", kernel.shape, plane.channels).into());
    }
    let wanted = [rows, columns];
    // The zeros that are added behind, beyond the usual length.
    let mut more = [None; 2];
    for axis in 0..2 {
        let (size, stride, long, wanted) = (window[axis], strides[axis], plane.lengths[axis], wanted[axis]);
        let usual = long.checked_mul(stride).ok_or("its output is too long")?;
        let usual = if same { usual } else { usual + size.saturating_sub(stride) };
        if wanted == usual {
            continue;
        }
        let least = (long - 1) * stride + if same { size % 2 } else { size };
        let behind = wanted.checked_sub(least).filter(|&behind| behind < stride);
        let back = length(wanted, size, stride, same)?;
        more[axis] = Some(behind.filter(|_| back == long).ok_or_else(|| {
            format!("its output has {wanted} places where a window of {size} in steps of {stride} makes {usual}")
        })?);
    }
    let mut made = Made::new(plane.class("Conv2DTranspose", "Conv1DTranspose"), vec![("filters", number(filters))]);
    made.arguments.push(("kernel_size", sizes(&plane.pick(window))));
    if plane.pick(strides) != plane.pick([1, 1]) {
        made.arguments.push(("strides", sizes(&plane.pick(strides))));
    }
    if same {
        made.arguments.push(("padding", word("same")));
    }
    if more != [None; 2] {
        let all = |axis: usize| {
            let least = (plane.lengths[axis] - 1) * strides[axis] + if same { window[axis] % 2 } else { window[axis] };
            wanted[axis].checked_sub(least).filter(|&behind| behind < strides[axis])
        };
        let both = [all(0).ok_or("its output is too short")?, all(1).ok_or("its output is too short")?];
        made.arguments.push(("output_padding", sizes(&plane.pick(both))));
    }
    let mut numbers = kernel.permuted(&[1, 2, 0, 3]);
    numbers.shape = [plane.pick(window), vec![filters, depth]].concat();
    made.variables.push(("kernel", numbers));
    made.constants.push(constant);
    made.words = &["conv"];
    finish(reader, operator, &mut made, 3, filters, activation)?;
    let tensor = reader.layer(Some(operator), made, &[plane.flow.tensor])?;
    let flow = plane.output(tensor, wanted, filters)?;
    reader.set(operator, 0, flow)
}
