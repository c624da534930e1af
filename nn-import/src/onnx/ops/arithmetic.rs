//! Sums, products and their kind, of tensors and of a tensor with constants.

use super::one;
use crate::network::Tensor;
use crate::onnx::array::Array;
use crate::onnx::builder::floats;
use crate::onnx::convert::{Converter, Item, Made};
use crate::onnx::value::{Atom, Axis, BATCH, Value, has_batch, length};
use crate::onnx::wire::{Node, short};
use std::rc::Rc;

pub(super) fn make(converter: &mut Converter, node: &Node<'_>) -> Made {
    let items: Option<Vec<Item>> = (0..node.inputs.len()).map(|place| converter.item(node, place).cloned()).collect();
    let items = items.ok_or("an input is missing")?;
    let class = match node.op.as_str() {
        "Add" | "Sum" => "Add",
        "Sub" => "Subtract",
        "Mul" => "Multiply",
        "Max" => "Maximum",
        "Min" => "Minimum",
        "Mean" => "Average",
        op => op,
    };
    let whole = |item: &Item| match item {
        Item::Value(Value { tensor: Tensor::Input(input), .. }) => converter.indices.contains(input),
        _ => false,
    };
    if matches!(class, "Div" | "Average") && items.iter().any(whole) {
        return Err("a quotient of whole numbers is rounded, which no layer does".into());
    }
    match (&items[..], class) {
        ([Item::Value(x)], _) => Ok(one(x.clone())),
        ([Item::Value(x), Item::Constant(constant)], _) => {
            let constant = aligned(node, constant, x.rank())?;
            with_constant(converter, class, x, &constant, false)
        }
        ([Item::Constant(constant), Item::Value(x)], _) => with_constant(converter, class, x, constant, true),
        (_, "Div" | "Pow") => Err("a quotient or a power of two tensors is no layer".into()),
        (items, class) => {
            let values: Option<Vec<Value>> = items
                .iter()
                .map(|item| if let Item::Value(value) = item { Some(value.clone()) } else { None })
                .collect();
            let values = values.ok_or("a constant among several tensors is not supported")?;
            combine(converter, class, values)
        }
    }
}

/// Until version 6, an attribute said at which axis a smaller operand begins.
fn aligned(node: &Node<'_>, constant: &Rc<Array>, rank: usize) -> Result<Rc<Array>, String> {
    if node.int("broadcast", 0) == 0 || !node.has("axis") {
        return Ok(Rc::clone(constant));
    }
    let first = super::super::value::place(node.int("axis", 0), rank)?;
    let mut shape = constant.shape.clone();
    shape.resize(shape.len().max(rank - first), 1);
    Ok(Rc::new(constant.reshaped(&shape)?))
}

fn with_constant(converter: &mut Converter, class: &str, x: &Value, constant: &Array, first: bool) -> Made {
    if constant.shape.len() > x.rank() && constant.shape[..constant.shape.len() - x.rank()].iter().any(|&n| n != 1) {
        return Err(format!("a constant of the shape {:?} makes {} larger", constant.shape, x.described()));
    }
    let number = constant.single().map(|number| if constant.wide { number } else { short(number as f32) });
    match (class, number, first) {
        ("Maximum", Some(number), _) => {
            let tensor = converter.clip(number, f64::INFINITY, x.tensor)?;
            return Ok(one(Value { tensor, ..x.clone() }));
        }
        ("Minimum", Some(number), _) => {
            let tensor = converter.clip(f64::NEG_INFINITY, number, x.tensor)?;
            return Ok(one(Value { tensor, ..x.clone() }));
        }
        ("Pow", Some(1.0), false) => return Ok(one(x.clone())),
        ("Pow", Some(2.0), false) => {
            let tensor = converter.builder.apply("Multiply", vec![], &[x.tensor, x.tensor])?;
            converter.positive.insert(tensor);
            return Ok(one(Value { tensor, ..x.clone() }));
        }
        _ => {}
    }
    // y = scale · x + offset, with a scale of 1 or an offset of 0.
    type Line = fn(f64) -> (f64, f64);
    let line: Line = match (class, first) {
        ("Add", _) => |number| (1.0, number),
        ("Subtract", false) => |number| (1.0, -number),
        ("Subtract", true) => |number| (-1.0, number),
        ("Multiply", _) => |number| (number, 0.0),
        ("Div", false) => |number| (1.0 / number, 0.0),
        ("Average", _) => |number| (0.5, number / 2.0),
        _ => return Err("with this constant it is no layer".into()),
    };
    if let Some(number) = number {
        let (scale, offset) = line(number);
        finite(&[scale, offset])?;
        let tensor = converter.rescale(scale, offset, x.tensor)?;
        return Ok(one(Value { tensor, ..x.clone() }));
    }
    let (x, constant) = converter.along_last(x, constant)?;
    let lines: Vec<(f64, f64)> = constant.all_floats()?.iter().map(|&number| line(short(number as f32))).collect();
    let scale: Vec<f64> = lines.iter().map(|line| line.0).collect();
    let offset: Vec<f64> = lines.iter().map(|line| line.1).collect();
    finite(&scale)?;
    finite(&offset)?;
    let mut arguments = vec![("scale", floats(&scale))];
    if offset.iter().any(|&offset| offset != 0.0) {
        arguments.push(("offset", floats(&offset)));
    }
    let tensor = converter.builder.apply("Rescaling", arguments, &[x.tensor])?;
    Ok(one(Value { tensor, ..x }))
}

fn finite(numbers: &[f64]) -> Result<(), String> {
    match numbers.iter().all(|number| number.is_finite()) {
        true => Ok(()),
        false => Err("the constant gives a number that is not finite".into()),
    }
}

impl Converter {
    /// Brings a constant that fits the axes of the file into the order here. Its shape then has as many axes as the
    /// value has here; those of length 1 hold one number for all places.
    pub(super) fn along(&mut self, x: &Value, constant: &Array) -> Result<(Value, Array), String> {
        let misfit = || format!("a constant of the shape {:?} does not fit {}", constant.shape, x.described());
        // The shape, aligned with the last axes.
        let mut shape = constant.shape.clone();
        while shape.len() > x.rank() {
            if shape.remove(0) != 1 {
                return Err(misfit());
            }
        }
        while shape.len() < x.rank() {
            shape.insert(0, 1);
        }
        // The distance of neighbours along each atom, 0 where all places have one number.
        let mut strides: Vec<(Atom, usize)> = Vec::new();
        let mut stride = 1;
        for (axis, &length_there) in x.axes.iter().zip(&shape).rev() {
            match length_there {
                1 => strides.extend(axis.iter().map(|&atom| (atom, 0))),
                there if there == length(axis) && !has_batch(axis) => {
                    for &atom in axis.iter().rev() {
                        strides.push((atom, stride));
                        stride *= atom.length;
                    }
                }
                _ => return Err(misfit()),
            }
        }
        let strides: Vec<Vec<(Atom, usize)>> = x
            .stored
            .iter()
            .map(|axis| axis.iter().filter_map(|atom| strides.iter().find(|found| found.0 == *atom).copied()).collect())
            .collect();
        let varies = |axis: &Vec<(Atom, usize)>| axis.iter().any(|&(_, stride)| stride != 0);
        let shape: Vec<usize> = strides
            .iter()
            .zip(&x.stored)
            .map(|(strides, axis)| if varies(strides) { length(axis) } else { 1 })
            .collect();
        let array = constant.gathered(shape, |index| {
            let along = |strides: &Vec<(Atom, usize)>, mut place: usize| {
                let mut sum = 0;
                for &(atom, stride) in strides.iter().rev() {
                    sum += place % atom.length * stride;
                    place /= atom.length;
                }
                sum
            };
            strides.iter().zip(index).map(|(strides, &place)| along(strides, place)).sum()
        })?;
        Ok((x.clone(), array))
    }

    /// Brings a constant into the order of the last axis here. The value gets that axis if it has it not.
    pub(super) fn along_last(&mut self, x: &Value, constant: &Array) -> Result<(Value, Array), String> {
        let (x, array) = self.along(x, constant)?;
        let varying: Vec<usize> = (0..array.shape.len()).filter(|&axis| array.shape[axis] != 1).collect();
        let [axis] = varying[..] else {
            let message = "a constant that differs along several axes is not supported";
            return Err(format!("{message}: its shape is {:?}", constant.shape));
        };
        let count = array.count();
        let mut stored = x.stored.clone();
        let last = stored.remove(axis);
        stored.push(last);
        let x = self.builder.arrange(&x, stored)?;
        Ok((x, array.reshaped(&[count])?))
    }
}

/// Gives the values the same order of axes. A value may lack axes of another.
pub(super) fn common(converter: &mut Converter, values: Vec<Value>) -> Result<(Value, Vec<Value>), String> {
    let rank = values.iter().map(Value::rank).max().unwrap_or(0);
    let mut values: Vec<Value> = values
        .into_iter()
        .map(|mut value| {
            while value.rank() < rank {
                value.axes.insert(0, Axis::new());
            }
            value
        })
        .collect();
    // The value with the most atoms is the pattern of the others.
    let size = |value: &Value| length(&value.stored.concat());
    let pattern = (0..values.len()).rev().max_by_key(|&place| size(&values[place])).ok_or("it has no inputs")?;
    for place in (0..values.len()).filter(|&place| place != pattern) {
        renewed(&mut values[place], &mut converter.builder.fresh);
        for axis in 0..rank {
            let same_batch = has_batch(&values[pattern].axes[axis]) == has_batch(&values[place].axes[axis]);
            let fits = values[place].axes[axis].is_empty()
                || unify(&mut values, pattern, place, axis, &mut converter.builder.fresh);
            if !same_batch || !fits {
                let [a, b] = [pattern, place].map(|place| values[place].described());
                return Err(format!("the shapes {a} and {b} do not fit"));
            }
        }
    }
    let mut base = values[pattern].clone();
    let partial = |axis: &Axis, value: &Value| {
        let all = value.stored.concat();
        let there = axis.iter().filter(|atom| all.contains(atom)).count();
        there != 0 && there != axis.len()
    };
    if base.stored.iter().any(|axis| values.iter().any(|value| partial(axis, value))) {
        let single = base.stored.concat().into_iter().map(|atom| vec![atom]).collect();
        base = converter.builder.arrange(&base, single)?;
    }
    values[pattern] = base.clone();
    for value in &mut values {
        let all = value.stored.concat();
        let mut stored: Vec<Axis> = base
            .stored
            .iter()
            .map(|axis| if axis.iter().all(|atom| all.contains(atom)) { axis.clone() } else { vec![] })
            .collect();
        // A smaller shape is aligned with the last axes.
        while all.len() < base.stored.concat().len() && stored.len() > 1 && stored[0].is_empty() {
            stored.remove(0);
        }
        *value = converter.builder.arrange(value, stored)?;
    }
    Ok((base, values))
}

/// Gives all atoms new ids, because two values may have the same atoms in other places.
pub(super) fn renewed(value: &mut Value, fresh: &mut usize) {
    for atom in value.stored.concat() {
        *fresh += 1;
        value.renamed(atom, Atom { id: *fresh, ..atom });
    }
}

/// Gives an axis of two values the same atoms, if it has the same length.
pub(super) fn unify(values: &mut [Value], pattern: usize, other: usize, axis: usize, fresh: &mut usize) -> bool {
    let mut place = 0;
    loop {
        let atom = |value: &Value| value.axes[axis].get(place).copied();
        match (atom(&values[pattern]), atom(&values[other])) {
            (None, None) => return true,
            (Some(a), Some(b)) if a.length == b.length && (a.id == BATCH) == (b.id == BATCH) => {
                values[other].renamed(b, a);
                place += 1;
            }
            (Some(a), Some(b)) => {
                let (long, short) = if a.length > b.length { (a, b) } else { (b, a) };
                if long.id == BATCH || short.id == BATCH || !long.length.is_multiple_of(short.length) {
                    return false;
                }
                let parts = [short.length, long.length / short.length].map(|length| {
                    *fresh += 1;
                    Atom { id: *fresh, length }
                });
                values.iter_mut().for_each(|value| value.split(long, parts));
            }
            _ => return false,
        }
    }
}

fn combine(converter: &mut Converter, class: &str, values: Vec<Value>) -> Made {
    let class = ["Add", "Subtract", "Multiply", "Maximum", "Minimum", "Average"]
        .into_iter()
        .find(|name| *name == class)
        .ok_or("it is no layer")?;
    let (base, values) = common(converter, values)?;
    let tensors: Vec<Tensor> = values.iter().map(|value| value.tensor).collect();
    let tensor = converter.builder.apply(class, vec![], &tensors)?;
    let positive = |tensor: &Tensor| converter.positive.contains(tensor);
    if class != "Subtract" && tensors.iter().all(positive) {
        converter.positive.insert(tensor);
    }
    Ok(one(Value { tensor, ..base }))
}
