//! `Resize` and `Upsample` by whole factors.

use super::one;
use crate::network::Value as Argument;
use crate::onnx::builder::{Arguments, sizes, word};
use crate::onnx::convert::{Converter, Made};
use crate::onnx::value::{Axis, length};
use crate::onnx::wire::Node;

pub(super) fn make(converter: &mut Converter, node: &Node<'_>) -> Made {
    let x = converter.value(node, 0)?;
    x.batch_first()?;
    let upsample = node.op == "Upsample";
    if node.text("keep_aspect_ratio_policy", "stretch") != "stretch" {
        return Err("`keep_aspect_ratio_policy` is not supported".into());
    }
    let shape = x.shape();
    let axes: Vec<usize> = match node.ints("axes") {
        Some(axes) => axes.iter().map(|&axis| x.axis(axis)).collect::<Result<_, _>>()?,
        None => (0..x.rank()).collect(),
    };
    // Version 10 has the scales where later ones have a region.
    let place = if upsample || converter.opset < 11 { 1 } else { 2 };
    let mut factors = vec![1.0; x.rank()];
    let sizes_there = if upsample { None } else { converter.optional(node, 3)?.filter(|sizes| sizes.count() > 0) };
    match (sizes_there, node.floats("scales")) {
        (Some(lengths), _) if lengths.count() == axes.len() => {
            for (place, &axis) in axes.iter().enumerate() {
                factors[axis] = lengths.float(place) / shape[axis] as f64;
            }
        }
        (None, Some(scales)) if scales.len() == axes.len() => {
            axes.iter().zip(scales).for_each(|(&axis, scale)| factors[axis] = scale);
        }
        (None, None) => {
            let scales = converter.constant(node, place)?;
            if scales.count() != axes.len() {
                return Err(format!("its scales do not fit {} axes", axes.len()));
            }
            axes.iter().enumerate().for_each(|(place, &axis)| factors[axis] = scales.float(place));
        }
        _ => return Err(format!("its sizes do not fit {} axes", axes.len())),
    }
    if factors.iter().any(|factor| factor.fract() != 0.0 || !(1.0..1e6).contains(factor)) {
        return Err(format!("its factors are {factors:?}; only whole ones are supported"));
    }
    let factors: Vec<usize> = factors.iter().map(|&factor| factor as usize).collect();
    let larger: Vec<usize> = (0..x.rank()).filter(|&axis| factors[axis] != 1).collect();
    if larger.is_empty() {
        return Ok(one(x));
    }
    let mode = node.text("mode", "nearest");
    let transform = node.text("coordinate_transformation_mode", "half_pixel");
    let rounding = node.text("nearest_mode", "round_prefer_floor");
    let linear = match mode.as_str() {
        // Each of these copies every number `factor` times.
        "nearest" if upsample || converter.opset < 11 => false,
        "nearest" => match (transform.as_str(), rounding.as_str()) {
            (
                "half_pixel" | "pytorch_half_pixel" | "half_pixel_symmetric",
                "round_prefer_floor" | "round_prefer_ceil",
            ) => false,
            ("asymmetric", "floor") => false,
            _ => return Err(format!("`nearest` with `{transform}` and `{rounding}` is not supported")),
        },
        "linear"
            if !upsample
                && matches!(transform.as_str(), "half_pixel" | "pytorch_half_pixel" | "half_pixel_symmetric") =>
        {
            true
        }
        other => return Err(format!("`mode = {other}` with `{transform}` is not supported")),
    };
    // The channels are the axis that stays.
    let channels = match x.rank() {
        4 if !larger.contains(&1) => 1,
        4 if !larger.contains(&3) => 3,
        3 if !larger.contains(&1) => 1,
        3 if !larger.contains(&2) => 2,
        _ => return Err(format!("it makes all axes of {} larger", x.described())),
    };
    let places: Vec<usize> = (1..x.rank()).filter(|&axis| axis != channels).collect();
    let mut stored: Vec<Axis> = places.iter().map(|&axis| x.axes[axis].clone()).collect();
    stored.push(x.axes[channels].clone());
    let mut x = converter.builder.arrange(&x, stored)?;
    let by: Vec<usize> = places.iter().map(|&axis| factors[axis]).collect();
    let mut arguments: Arguments = vec![("size", sizes(&by))];
    let class = match (linear, by.len()) {
        (false, 1) => {
            arguments = vec![("size", Argument::Int(by[0] as i64))];
            "UpSampling1D"
        }
        (_, 2) => "UpSampling2D",
        _ => return Err("`linear` on a sequence is not supported".into()),
    };
    if linear {
        arguments.push(("interpolation", word("bilinear")));
    }
    let tensor = converter.builder.apply(class, arguments, &[x.tensor])?;
    if converter.positive.contains(&x.tensor) {
        converter.positive.insert(tensor);
    }
    x.tensor = tensor;
    for (place, &axis) in places.iter().enumerate() {
        let longer = converter.builder.axis(length(&x.axes[axis]) * factors[axis]);
        x.axes[axis].clone_from(&longer);
        x.stored[place] = longer;
    }
    Ok(one(x))
}
