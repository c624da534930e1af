//! Pools, means and maxima over axes, and images of another size.

use super::convolution::{Plane, fused, length, pair, same};
use super::elementwise::activated;
use super::flow::{Flow, Made, Wrong, list, sizes, word};
use super::model::Operator;
use super::operators as op;
use super::reader::Reader;
use crate::network::Value;

pub(super) fn read(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>) -> Result<(), Wrong> {
    let flow = reader.floats(operator, 0)?;
    if matches!(operator.code, op::MEAN | op::REDUCE_MAX) {
        return reduce(reader, operator, &flow);
    }
    let window = pair(operator, [4, 3], 0)?;
    let (strides, same, activation) = (pair(operator, [2, 1], 0)?, same(operator, 0)?, fused(operator, 5)?);
    let plane = Plane::new(reader, &flow, window)?;
    let lengths = [
        length(plane.lengths[0], window[0], strides[0], same)?,
        length(plane.lengths[1], window[1], strides[1], same)?,
    ];
    let class = match operator.code {
        op::MAX_POOL_2D => plane.class("MaxPooling2D", "MaxPooling1D"),
        _ => plane.class("AveragePooling2D", "AveragePooling1D"),
    };
    let mut made = Made::new(class, vec![]);
    if plane.pick(window) != plane.pick([2, 2]) {
        made.arguments.push(("pool_size", sizes(&plane.pick(window))));
    }
    if plane.pick(strides) != plane.pick(window) {
        made.arguments.push(("strides", sizes(&plane.pick(strides))));
    }
    if same {
        made.arguments.push(("padding", word("same")));
    }
    made.words = &["maxpool", "avgpool"];
    let tensor = reader.layer(Some(operator), made, &[plane.flow.tensor])?;
    let flow = plane.output(tensor, lengths, plane.channels)?;
    let flow = activated(reader, flow, activation)?;
    reader.set(operator, 0, flow)
}

/// Reads a mean or a maximum over axes that are next to each other.
fn reduce(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>, flow: &Flow) -> Result<(), Wrong> {
    let axes = reader.whole(operator, 1).ok_or("its axes are not known")?;
    let mut axes = axes.into_iter().map(|axis| index(axis, flow.view.len())).collect::<Result<Vec<_>, _>>()?;
    axes.sort_unstable();
    axes.dedup();
    let (&[first, ..], &[.., last]) = (&axes[..], &axes[..]) else { return Err("it has no axes".into()) };
    if last - first + 1 != axes.len() {
        return Err(format!("it reduces the axes {axes:?}, which are not next to each other").into());
    }
    if first == 0 && flow.view[0] == 1 {
        return Err("it mixes the samples of a batch".into());
    }
    let keeps = operator.options.flag(0)?;
    let mut view = flow.view.clone();
    if keeps {
        view[first..=last].fill(1);
    } else {
        view.drain(first..=last);
    }
    let part = |axes: std::ops::Range<usize>| flow.view[axes].iter().product::<usize>();
    let (before, middle, behind) = (part(0..first), part(first..last + 1), part(last + 1..flow.view.len()));
    let names = match operator.code {
        op::MEAN => ["GlobalAveragePooling2D", "GlobalAveragePooling1D"],
        _ => ["GlobalMaxPooling2D", "GlobalMaxPooling1D"],
    };
    if let ([height, width, channels], 1, 2) = (&flow.view[1..], first, axes.len()) {
        let input = reader.shaped(flow, &[*height, *width, *channels]);
        let arguments = if keeps { vec![("keepdims", Value::Flag(true))] } else { vec![] };
        let shape = if keeps { vec![1, 1, *channels] } else { vec![*channels] };
        let made = Made { words: &["mean", "max"], ..Made::new(names[0], arguments) };
        let tensor = reader.layer(Some(operator), made, &[input])?;
        return reader.set(operator, 0, Flow { tensor, shape, view, whole: false });
    }
    // The axis becomes the first one: the others are features.
    let mut input = if before == 1 {
        reader.shaped(flow, &[middle, behind])
    } else {
        let split = reader.shaped(flow, &[before, middle, behind]);
        let moved = Made::new("Permute", vec![("dims", list(&[2, 1, 3]))]);
        let tensor = reader.layer(None, moved, &[split])?;
        let moved = Flow { tensor, shape: vec![middle, before, behind], view: vec![], whole: false };
        reader.shaped(&moved, &[middle, before * behind])
    };
    let made = Made { words: &["mean", "max"], ..Made::new(names[1], vec![]) };
    input = reader.layer(Some(operator), made, &[input])?;
    reader.set(operator, 0, Flow { tensor: input, shape: vec![before * behind], view, whole: false })
}

/// Returns an axis that may be counted from the end.
pub(super) fn index(axis: i64, axes: usize) -> Result<usize, Wrong> {
    let length = i64::try_from(axes).map_err(|_| "too many axes".to_owned())?;
    let axis = if axis < 0 { axis + length } else { axis };
    let axis = usize::try_from(axis).ok().filter(|&axis| axis < axes);
    axis.ok_or_else(|| format!("it names an axis that is not there, of {axes}").into())
}

/// Reads an image that becomes larger by whole factors.
pub(super) fn resize(reader: &mut Reader<'_, '_, '_>, operator: &Operator<'_, '_>) -> Result<(), Wrong> {
    let flow = reader.floats(operator, 0)?;
    let wanted = reader.whole(operator, 1).ok_or("its size is not known")?;
    let &[1, height, width, channels] = &flow.view[..] else {
        return Err(format!("its input has the shape {:?}, and is no image of a batch of 1", flow.view).into());
    };
    let factor = |wanted: i64, length: usize| {
        let wanted = usize::try_from(wanted).ok().filter(|&wanted| wanted > 0 && wanted < 1 << 16 && length > 0)?;
        (wanted % length == 0).then_some(wanted / length)
    };
    let factors = match wanted[..] {
        [rows, columns] => factor(rows, height).zip(factor(columns, width)),
        _ => None,
    };
    let help = Some("an UpSampling2D has whole factors, and pixels whose centres are at halves");
    let Some((down, across)) = factors else {
        return Err(Wrong(format!("it makes {height} × {width} pixels to {wanted:?}"), help));
    };
    let bilinear = operator.code == op::RESIZE_BILINEAR;
    let fields = if bilinear { [2, 3] } else { [0, 1] };
    let (corners, halves) = (operator.options.flag(fields[0])?, operator.options.flag(fields[1])?);
    let equal = match (bilinear, corners, halves) {
        (_, true, _) => false,
        (true, ..) => halves,
        (false, _, true) => true,
        // Without halves, the kernel rounds down a product of floats, which could be one less.
        (false, _, false) => [(height, down), (width, across)].iter().all(|&(length, factor)| {
            let scale = length as f32 / (length * factor) as f32;
            (0..length * factor).all(|place| (place as f32 * scale).floor() as usize == place / factor)
        }),
    };
    if !equal {
        return Err(Wrong("its pixels are not where those of an UpSampling2D are".into(), help));
    }
    let input = reader.shaped(&flow, &[height, width, channels]);
    let mut made = Made { words: &["resize"], ..Made::new("UpSampling2D", vec![("size", sizes(&[down, across]))]) };
    if bilinear {
        made.arguments.push(("interpolation", word("bilinear")));
    }
    let tensor = reader.layer(Some(operator), made, &[input])?;
    let (rows, columns) = (height * down, width * across);
    let flow =
        Flow { tensor, shape: vec![rows, columns, channels], view: vec![1, rows, columns, channels], whole: false };
    reader.set(operator, 0, flow)
}
