//! Nodes on constants: the arithmetic of shapes that exporters write.

use super::array::{Array, Data, product};
use super::convert::{Converter, Item};
use super::value::place;
use super::wire::Node;
use nn_core::{Bf16, F16};
use std::rc::Rc;

/// Computes a node whose inputs are all constants, or that reads a shape. None if it is another one.
pub(super) fn node(node: &Node<'_>, converter: &Converter) -> Result<Option<Array>, String> {
    if let ("Shape" | "Size", Some(Item::Value(value))) = (node.op.as_str(), converter.item(node, 0)) {
        return of_shape(node, &value.shape()).map(Some);
    }
    let mut inputs: Vec<Option<Rc<Array>>> = Vec::new();
    for place in 0..node.inputs.len() {
        match converter.item(node, place) {
            Some(Item::Constant(array)) => inputs.push(Some(Rc::clone(array))),
            None => inputs.push(None),
            Some(_) => return Ok(None),
        }
    }
    let input = |place: usize| inputs.get(place).and_then(Option::as_deref).ok_or("an input is missing".to_owned());
    let ints = |name: &str, place: usize| converter.ints(node, name, place);
    let Some(Some(x)) = inputs.first().map(Option::as_deref) else { return Ok(None) };
    let rank = x.shape.len();
    let array = match node.op.as_str() {
        "Shape" | "Size" => of_shape(node, &x.shape)?,
        "Identity" => x.clone(),
        "Cast" => cast(x, node.int("to", 1)),
        "CastLike" => {
            if input(1)?.is_float() {
                cast(x, 1)
            } else {
                cast(x, 7)
            }
        }
        "Transpose" => {
            let order = node.ints("perm").unwrap_or_else(|| (0..rank as i64).rev().collect());
            let order: Result<Vec<usize>, String> = order.iter().map(|&axis| place(axis, rank)).collect();
            x.transposed(&order?)?
        }
        "Reshape" => x.reshaped(&target(&x.shape, &ints("shape", 1)?.ok_or("its shape is missing")?, node)?)?,
        "Flatten" => {
            let axis = node.int("axis", 1);
            let axis =
                usize::try_from(if axis < 0 { axis + rank as i64 } else { axis }).map_or(rank, |axis| axis.min(rank));
            let [a, b] = [&x.shape[..axis], &x.shape[axis..]].map(|part| product(part).unwrap_or(0));
            x.reshaped(&[a, b])?
        }
        "Squeeze" => x.reshaped(&squeezed(&x.shape, ints("axes", 1)?)?)?,
        "Unsqueeze" => x.reshaped(&unsqueezed(&x.shape, &ints("axes", 1)?.ok_or("its axes are missing")?)?)?,
        "Concat" => concatenated(&inputs, node.int("axis", 0))?,
        "Gather" => {
            let (axis, index) = (place(node.int("axis", 0), rank)?, input(1)?);
            let length = x.shape[axis] as i64;
            let indices: Option<Vec<usize>> = index
                .all_ints()?
                .iter()
                .map(|&i| usize::try_from(if i < 0 { i + length } else { i }).ok().filter(|&i| i < x.shape[axis]))
                .collect();
            let indices = indices.ok_or("an index is out of range")?;
            let (strides, many) = (x.strides(), index.shape.len());
            let shape = [&x.shape[..axis], &index.shape, &x.shape[axis + 1..]].concat();
            let inner = index.strides();
            x.gathered(shape, |at| {
                let which: usize = at[axis..axis + many].iter().zip(&inner).map(|(i, stride)| i * stride).sum();
                let before: usize = at[..axis].iter().zip(&strides).map(|(i, stride)| i * stride).sum();
                let behind: usize = at[axis + many..].iter().zip(&strides[axis + 1..]).map(|(i, s)| i * s).sum();
                before + indices.get(which).unwrap_or(&0) * strides[axis] + behind
            })?
        }
        "Slice" => {
            let mut array = x.clone();
            for (axis, from, length) in converter.ranges(node, &x.shape)? {
                array = array.part(axis, from, length)?;
            }
            array
        }
        "ConstantOfShape" => {
            let value = node.tensor("value").map(Array::read).transpose()?;
            let value = value.unwrap_or_else(|| Array::floats(vec![1], vec![0.0]));
            Array { shape: lengths(&x.all_ints()?)?, ..value }
        }
        "Expand" => expanded(x, &lengths(&input(1)?.all_ints()?)?)?,
        "Range" => {
            let [from, to, step] = [x.int(0), input(1)?.int(0), input(2)?.int(0)];
            if x.is_float() || step == 0 || (to.saturating_sub(from) / step) > 1 << 20 {
                return Ok(None);
            }
            let mut numbers = Vec::new();
            let mut number = from;
            while if step > 0 { number < to } else { number > to } {
                numbers.push(number);
                number = number.saturating_add(step);
            }
            Array::ints(vec![numbers.len()], numbers)
        }
        "ReduceProd" => {
            let product = x.all_ints()?.iter().try_fold(1i64, |product, &n| product.checked_mul(n));
            let shape = if node.int("keepdims", 1) == 1 { vec![1; rank] } else { vec![] };
            let all = ints("axes", 1)?.is_none_or(|axes| axes.len() == rank);
            match (product, all && !x.is_float()) {
                (Some(product), true) => Array::ints(shape, vec![product]),
                _ => return Ok(None),
            }
        }
        "Sqrt" => x.map(f64::sqrt),
        "Reciprocal" => x.map(|x| 1.0 / x),
        "Neg" | "Floor" | "Ceil" | "Abs" => {
            let function = match node.op.as_str() {
                "Neg" => |x: f64| -x,
                "Floor" => f64::floor,
                "Ceil" => f64::ceil,
                _ => f64::abs,
            };
            let array = x.map(function);
            if x.is_float() { array } else { cast(&array, 7) }
        }
        "Where" => {
            let (a, b) = (input(1)?, input(2)?);
            let shape = together(&together(&x.shape, &a.shape)?, &b.shape)?;
            let [x, a, b] = [expanded(x, &shape)?, expanded(a, &shape)?, expanded(b, &shape)?];
            let count = product(&shape).filter(|&count| count <= 1 << 20).ok_or("it is too large")?;
            let pick = |place| if x.int(place) != 0 { a.float(place) } else { b.float(place) };
            let array = Array::floats(shape, (0..count).map(pick).collect());
            if a.is_float() { array } else { cast(&array, 7) }
        }
        op => match binary(op) {
            Some(function) if inputs.len() == 2 => both(x, input(1)?, function, op)?,
            _ => return Ok(None),
        },
    };
    Ok(Some(array))
}

type Function = fn(f64, f64) -> f64;

fn binary(op: &str) -> Option<Function> {
    Some(match op {
        "Add" => |a, b| a + b,
        "Sub" => |a, b| a - b,
        "Mul" => |a, b| a * b,
        "Div" => |a, b| a / b,
        "Max" => f64::max,
        "Min" => f64::min,
        "Pow" => f64::powf,
        "Equal" => |a, b| f64::from(a == b),
        "Less" => |a, b| f64::from(a < b),
        "Greater" => |a, b| f64::from(a > b),
        "Mod" => |a, b| a - b * (a / b).floor(),
        _ => return None,
    })
}

/// Applies a function to both constants. Whole numbers stay whole, and a quotient is rounded towards 0.
fn both(a: &Array, b: &Array, function: Function, op: &str) -> Result<Array, String> {
    let shape = together(&a.shape, &b.shape)?;
    let wide = a.wide || b.wide;
    let [a, b] = [expanded(a, &shape)?, expanded(b, &shape)?];
    let whole = !a.is_float() && !b.is_float();
    let single = a.single().zip(b.single());
    let count = if single.is_some() { 1 } else { product(&shape).unwrap_or(0) };
    let numbers: Vec<f64> = (0..count).map(|place| function(a.float(place), b.float(place))).collect();
    let flag = matches!(op, "Equal" | "Less" | "Greater");
    // An f64 is exact up to 2⁵³, above any length.
    if whole && numbers.iter().any(|number| !number.is_finite() || number.abs() > 9e15) {
        return Err("arithmetic of shapes overflows".into());
    }
    let data = match whole || flag {
        true => Data::Ints(numbers.iter().map(|&number| number as i64).collect()),
        false => Data::Floats(numbers),
    };
    Ok(Array { shape, data, wide })
}

fn cast(x: &Array, to: i64) -> Array {
    let data = match (&x.data, to) {
        (Data::Floats(numbers), 2..=7 | 12 | 13) => Data::Ints(numbers.iter().map(|&number| number as i64).collect()),
        (Data::Floats(numbers), 9) => Data::Ints(numbers.iter().map(|&number| i64::from(number != 0.0)).collect()),
        (Data::Floats(numbers), 10) => {
            Data::Floats(numbers.iter().map(|&number| f64::from(F16::from_f32(number as f32).to_f32())).collect())
        }
        (Data::Floats(numbers), 16) => {
            Data::Floats(numbers.iter().map(|&number| f64::from(Bf16::from_f32(number as f32).to_f32())).collect())
        }
        (Data::Floats(numbers), 1) => Data::Floats(numbers.iter().map(|&number| f64::from(number as f32)).collect()),
        (Data::Ints(numbers), 9) => Data::Ints(numbers.iter().map(|&number| i64::from(number != 0)).collect()),
        (Data::Ints(numbers), 1 | 10 | 11 | 16) => Data::Floats(numbers.iter().map(|&number| number as f64).collect()),
        (data, _) => data.clone(),
    };
    Array { shape: x.shape.clone(), data, wide: to == 11 || (x.wide && !matches!(to, 1 | 10 | 16)) }
}

fn of_shape(node: &Node<'_>, shape: &[usize]) -> Result<Array, String> {
    if node.op == "Size" {
        let count = product(shape).and_then(|count| i64::try_from(count).ok()).ok_or("it is too large")?;
        return Ok(Array::ints(vec![], vec![count]));
    }
    let rank = shape.len() as i64;
    let bound = |name: &str, default: i64| {
        let bound = node.int(name, default);
        (if bound < 0 { bound.saturating_add(rank) } else { bound }).clamp(0, rank) as usize
    };
    let (start, end) = (bound("start", 0), bound("end", rank));
    let axes: Vec<i64> = shape.get(start..end).unwrap_or_default().iter().map(|&n| n as i64).collect();
    Ok(Array::ints(vec![axes.len()], axes))
}

/// Returns lengths that must not be negative.
pub(super) fn lengths(numbers: &[i64]) -> Result<Vec<usize>, String> {
    let lengths: Option<Vec<usize>> = numbers.iter().map(|&n| usize::try_from(n).ok()).collect();
    lengths.ok_or_else(|| format!("the shape {numbers:?} has negative lengths"))
}

/// Returns the shape that `Reshape` gives: 0 copies a length, and -1 is the rest.
pub(super) fn target(shape: &[usize], target: &[i64], node: &Node<'_>) -> Result<Vec<usize>, String> {
    let misfit = || format!("the shape {shape:?} does not become {target:?}");
    let zero_is_zero = node.int("allowzero", 0) == 1;
    let mut lengths = Vec::new();
    for (axis, &length) in target.iter().enumerate() {
        lengths.push(match length {
            0 if !zero_is_zero => *shape.get(axis).ok_or_else(misfit)?,
            -1 => 0,
            length => usize::try_from(length).map_err(|_| misfit())?,
        });
    }
    let open: Vec<usize> = (0..target.len()).filter(|&axis| target[axis] == -1).collect();
    if let [axis] = open[..] {
        let known: Vec<usize> = (0..target.len()).filter(|&other| other != axis).map(|other| lengths[other]).collect();
        let known = product(&known).filter(|&known| known > 0).ok_or_else(misfit)?;
        lengths[axis] = product(shape).ok_or_else(misfit)? / known;
    }
    match open.len() < 2 && product(&lengths) == product(shape) && !lengths.contains(&0) {
        true => Ok(lengths),
        false => Err(misfit()),
    }
}

/// Returns the shape without axes of length 1, all of them or those given.
pub(super) fn squeezed(shape: &[usize], axes: Option<Vec<i64>>) -> Result<Vec<usize>, String> {
    let drop: Vec<usize> = match axes {
        Some(axes) => axes.iter().map(|&axis| place(axis, shape.len())).collect::<Result<_, _>>()?,
        None => (0..shape.len()).filter(|&axis| shape[axis] == 1).collect(),
    };
    if drop.iter().any(|&axis| shape[axis] != 1) {
        return Err(format!("an axis of {shape:?} that is removed has not the length 1"));
    }
    Ok((0..shape.len()).filter(|axis| !drop.contains(axis)).map(|axis| shape[axis]).collect())
}

/// Returns the shape with further axes of length 1.
pub(super) fn unsqueezed(shape: &[usize], axes: &[i64]) -> Result<Vec<usize>, String> {
    let rank = shape.len() + axes.len();
    let added: Vec<usize> = axes.iter().map(|&axis| place(axis, rank)).collect::<Result<_, _>>()?;
    let mut old = shape.iter();
    let lengths: Vec<usize> =
        (0..rank).map(|axis| if added.contains(&axis) { 1 } else { *old.next().unwrap_or(&1) }).collect();
    if old.next().is_some() {
        return Err("an axis is added twice".into());
    }
    Ok(lengths)
}

/// Returns the shape that two shapes have together.
pub(super) fn together(a: &[usize], b: &[usize]) -> Result<Vec<usize>, String> {
    let rank = a.len().max(b.len());
    let length = |shape: &[usize], axis: usize| match (axis + shape.len()).checked_sub(rank) {
        Some(axis) => shape[axis],
        None => 1,
    };
    (0..rank)
        .map(|axis| match (length(a, axis), length(b, axis)) {
            (1, n) | (n, 1) => Ok(n),
            (n, m) if n == m => Ok(n),
            _ => Err(format!("the shapes {a:?} and {b:?} do not fit")),
        })
        .collect()
}

/// Repeats a constant along axes.
fn expanded(x: &Array, shape: &[usize]) -> Result<Array, String> {
    let shape = together(&x.shape, shape)?;
    if shape == x.shape {
        return Ok(x.clone());
    }
    let (strides, missing) = (x.strides(), shape.len() - x.shape.len());
    let along = |index: &[usize]| {
        let own = index[missing..].iter().zip(&x.shape).zip(&strides);
        own.map(|((&i, &length), stride)| if length == 1 { 0 } else { i * stride }).sum()
    };
    match x.single() {
        Some(_) => {
            let data = match &x.data {
                Data::Floats(numbers) => Data::Floats(numbers[..1].to_vec()),
                Data::Ints(numbers) => Data::Ints(numbers[..1].to_vec()),
            };
            Ok(Array { shape, data, wide: x.wide })
        }
        None => x.gathered(shape, along),
    }
}

fn concatenated(inputs: &[Option<Rc<Array>>], axis: i64) -> Result<Array, String> {
    let arrays: Option<Vec<&Array>> = inputs.iter().map(Option::as_deref).collect();
    let arrays = arrays.ok_or("an input is missing")?;
    let first = arrays.first().ok_or("it has no inputs")?;
    let axis = place(axis, first.shape.len())?;
    let outer = product(&first.shape[..axis]).unwrap_or(0);
    let mut shape = first.shape.clone();
    shape[axis] = arrays.iter().map(|array| array.shape.get(axis).copied().unwrap_or(0)).sum();
    let fits = |array: &&Array| {
        array.shape.len() == shape.len()
            && (0..shape.len()).all(|other| other == axis || array.shape[other] == shape[other])
    };
    if !arrays.iter().all(fits) {
        return Err("the shapes of constants that are joined do not fit".into());
    }
    let float = first.is_float();
    let (mut floats, mut ints) = (Vec::new(), Vec::new());
    let all: Result<Vec<(Vec<f64>, Vec<i64>)>, String> = arrays
        .iter()
        .map(|array| if float { Ok((array.all_floats()?, vec![])) } else { Ok((vec![], array.all_ints()?)) })
        .collect();
    let all = all?;
    for place in 0..outer {
        for (array, (numbers, whole)) in arrays.iter().zip(&all) {
            let block = array.count() / outer.max(1);
            let part = place * block..(place + 1) * block;
            if float { floats.extend(&numbers[part]) } else { ints.extend(&whole[part]) }
        }
    }
    let data = if float { Data::Floats(floats) } else { Data::Ints(ints) };
    Ok(Array { shape, data, wide: arrays.iter().any(|array| array.wide) })
}
