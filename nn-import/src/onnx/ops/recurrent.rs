//! `LSTM`, `GRU` and `RNN`: gates in Keras's order, two biases as one, and two directions as `Bidirectional`.

use crate::network::{Kind, Tensor, Value as Argument};
use crate::onnx::array::Array;
use crate::onnx::builder::{Arguments, New, word};
use crate::onnx::convert::{Converter, Item, Made};
use crate::onnx::value::{Axis, Value, length};
use crate::onnx::wire::Node;

/// A cell: the layer, its gates in the order of the file, and the number of states.
struct Cell {
    class: &'static str,
    /// For each gate of Keras its place in the file.
    gates: &'static [usize],
    states: usize,
    /// The places of the functions that gates and candidates have in the file.
    functions: (Option<usize>, &'static [usize]),
}

const CELLS: [(&str, Cell); 3] = [
    // The file has input, output, forget, cell; Keras has input, forget, cell, output.
    ("LSTM", Cell { class: "LSTM", gates: &[0, 2, 3, 1], states: 2, functions: (Some(0), &[1, 2]) }),
    ("GRU", Cell { class: "GRU", gates: &[0, 1, 2], states: 1, functions: (Some(0), &[1]) }),
    ("RNN", Cell { class: "SimpleRNN", gates: &[0], states: 1, functions: (None, &[0]) }),
];

/// Puts blocks of the first axis into another order, and that axis last.
fn blocks(array: &Array, gates: &[usize], units: usize) -> Result<Array, String> {
    let inner = array.shape.get(1).copied().unwrap_or(1);
    let shape = [gates.len(), units, inner];
    let array = array.reshaped(&shape)?;
    let strides = array.strides();
    array.gathered(vec![inner, gates.len() * units], |index| {
        gates[index[1] / units] * strides[0] + index[1] % units * strides[1] + index[0]
    })
}

impl Cell {
    /// Returns the variables of one direction.
    fn variables(
        &self,
        [w, r, b]: [Option<Array>; 3],
        units: usize,
        reset_after: bool,
    ) -> Result<Vec<(&'static str, Array)>, String> {
        let (w, r) = (w.ok_or("its weights are missing")?, r.ok_or("its recurrent weights are missing")?);
        let mut variables =
            vec![("kernel", blocks(&w, self.gates, units)?), ("recurrent_kernel", blocks(&r, self.gates, units)?)];
        if let Some(b) = b {
            let rows = self.gates.len() * units;
            let both = b.reshaped(&[2, rows])?;
            let [input, recurrent] = [0, 1].map(|place| {
                let half = both.part(0, place, 1).and_then(|half| half.reshaped(&[rows]));
                half.and_then(|half| blocks(&half, self.gates, units)).and_then(|half| half.reshaped(&[rows]))
            });
            let (input, recurrent) = (input?.all_floats()?, recurrent?.all_floats()?);
            let bias = if reset_after {
                Array::floats(vec![2, rows], [input, recurrent].concat())
            } else {
                let sum = input.iter().zip(&recurrent).map(|(a, b)| a + b).collect();
                Array::floats(vec![rows], sum)
            };
            variables.push(("bias", Array { wide: b.wide, ..bias }));
        }
        Ok(variables)
    }

    /// Returns the activations of gates and candidates, if they are not the usual ones.
    fn activations(&self, node: &Node<'_>, directions: usize) -> Result<Arguments, String> {
        let names = node.texts("activations");
        if names.is_empty() {
            return Ok(vec![]);
        }
        let each = names.len() / directions;
        let names: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
        if each * directions != names.len() || (1..directions).any(|way| names[..each] != names[way * each..][..each]) {
            return Err(format!("its activations {names:?} are not the same in both directions"));
        }
        let known = |place: usize| match names.get(place).map(String::as_str) {
            Some(name @ ("tanh" | "sigmoid" | "relu" | "softsign" | "softplus")) => Ok(name.to_owned()),
            Some("elu") if node.floats("activation_alpha").is_none() => Ok("elu".into()),
            Some("affine") if node.floats("activation_alpha").is_none() => Ok("linear".into()),
            other => Err(format!("the activation `{}` is not supported here", other.unwrap_or_default())),
        };
        let candidates = self.functions.1.iter().map(|&place| known(place)).collect::<Result<Vec<_>, _>>()?;
        if candidates.windows(2).any(|pair| pair[0] != pair[1]) {
            return Err(format!("its activations {names:?} differ, where the layer has one"));
        }
        let mut arguments: Arguments = Vec::new();
        if candidates[0] != "tanh" {
            arguments.push(("activation", word(&candidates[0])));
        }
        if let Some(gate) = self.functions.0.map(known).transpose()?.filter(|gate| gate != "sigmoid") {
            arguments.push(("recurrent_activation", word(&gate)));
        }
        Ok(arguments)
    }
}

/// Returns the part of a constant for one direction.
fn direction(array: &Array, way: usize) -> Result<Array, String> {
    let part = array.part(0, way, 1)?;
    let shape = part.shape[1..].to_vec();
    part.reshaped(&shape)
}

pub(super) fn make(converter: &mut Converter, node: &Node<'_>) -> Made {
    let x = converter.value(node, 0)?;
    let cell = &CELLS.iter().find(|(name, _)| *name == node.op).ok_or("it is no recurrent layer")?.1;
    if x.rank() != 3 {
        return Err(format!("its input has the shape {}, which is no sequence", x.described()));
    }
    let batch_first = node.int("layout", 0) != 0;
    let [steps, batch] = if batch_first { [1, 0] } else { [0, 1] };
    if x.axes[batch].iter().any(|atom| atom.id != crate::onnx::value::BATCH) || x.axes[batch].is_empty() {
        return Err(format!("its input has the shape {}, whose axis {batch} is not the batch", x.described()));
    }
    let way = node.text("direction", "forward").to_lowercase();
    let ways = if way == "bidirectional" { 2 } else { 1 };
    refuse(converter, node, length(&x.axes[steps]))?;
    let weights = [converter.optional(node, 1)?, converter.optional(node, 2)?, converter.optional(node, 3)?];
    let units = match weights[1].as_deref().map(|array| &array.shape[..]) {
        Some(&[n, _, units]) if n == ways && units > 0 => units,
        _ => return Err("its recurrent weights do not fit its directions".into()),
    };
    let reset_after = node.op == "GRU" && node.int("linear_before_reset", 0) != 0;
    let mut variables = Vec::new();
    for way in 0..ways {
        let parts = weights.clone().map(|array| array.map(|array| direction(&array, way)).transpose());
        let [w, r, b] = parts;
        variables.push(cell.variables([w?, r?, b?], units, reset_after)?);
    }
    let mut arguments: Arguments = vec![("units", Argument::Int(units as i64))];
    arguments.extend(cell.activations(node, ways)?);
    if weights[2].is_none() {
        arguments.push(("use_bias", Argument::Flag(false)));
    }
    let (all, last) = (converter.is_read(node, 0), (1..=cell.states).any(|place| converter.is_read(node, place)));
    // The output of the last step is the first state.
    let states = converter.is_read(node, 2) || (all && last);
    if all {
        arguments.push(("return_sequences", Argument::Flag(true)));
    }
    if states {
        arguments.push(("return_state", Argument::Flag(true)));
    }
    if way == "reverse" {
        if all {
            return Err(
                "`direction = reverse` with the outputs of all steps is not supported; its last state is".into()
            );
        }
        arguments.push(("go_backwards", Argument::Flag(true)));
    }
    if node.op == "GRU" && !reset_after {
        arguments.push(("reset_after", Argument::Flag(false)));
    }
    let keywords = initial(converter, node, cell.states, ways, batch_first)?;
    let x = converter.builder.arrange(&x, vec![x.axes[steps].clone(), x.axes[2].clone()])?;
    let outputs = 1 + if states { ways * cell.states } else { 0 };
    let call = call(converter, cell, arguments, variables, &x, keywords, outputs)?;
    finish(
        converter,
        node,
        &x,
        call,
        Shape { units, ways, states: if states { cell.states } else { 0 }, steps, batch_first },
    )
}

/// Refuses what no layer does.
fn refuse(converter: &Converter, node: &Node<'_>, steps: usize) -> Result<(), String> {
    if node.has("clip") || node.int("input_forget", 0) != 0 {
        return Err("`clip` and `input_forget` are not supported".into());
    }
    match converter.item(node, 4) {
        None => {}
        Some(Item::Constant(lengths)) if lengths.single() == Some(steps as f64) => {}
        Some(_) => return Err("lengths of the sequences are given; only whole sequences are supported".into()),
    }
    if converter.optional(node, 7)?.is_some_and(|weights| weights.single() != Some(0.0)) {
        return Err("peepholes are not supported".into());
    }
    Ok(())
}

/// Returns the initial states, if any is not zero.
fn initial(
    converter: &mut Converter,
    node: &Node<'_>,
    states: usize,
    ways: usize,
    batch_first: bool,
) -> Result<Vec<(String, Vec<Tensor>)>, String> {
    let mut given = Vec::new();
    for place in 5..5 + states {
        match converter.item(node, place).cloned() {
            None => {}
            Some(Item::Constant(array)) if array.single() == Some(0.0) => {}
            Some(Item::Value(value)) => given.push(value),
            Some(_) => return Err("its initial state is a constant other than 0, which no layer has".into()),
        }
    }
    if given.is_empty() {
        return Ok(vec![]);
    }
    if given.len() != states {
        return Err("one of its initial states is given and the other is not".into());
    }
    let mut tensors = Vec::new();
    for way in 0..ways {
        for value in &given {
            if value.rank() != 3 {
                return Err(format!("its initial state has the shape {}", value.described()));
            }
            let part = converter.slice(value, usize::from(batch_first), way, 1)?;
            let units: Axis = part.axes[2].clone();
            tensors.push(converter.builder.arrange(&part, vec![units])?.tensor);
        }
    }
    Ok(vec![("initial_state".into(), tensors)])
}

fn call(
    converter: &mut Converter,
    cell: &Cell,
    arguments: Arguments,
    mut variables: Vec<Vec<(&'static str, Array)>>,
    x: &Value,
    keywords: Vec<(String, Vec<Tensor>)>,
    outputs: usize,
) -> Result<usize, String> {
    let backward = variables.pop().unwrap_or_default();
    let Some(forward) = variables.pop() else {
        let new = New { class: cell.class, arguments, variables: backward };
        return converter.builder.call_with(new, &[x.tensor], keywords, outputs);
    };
    let arguments = arguments.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let inner = Kind { class: cell.class.into(), arguments };
    let named = |way: &str, variables: Vec<(&str, Array)>| -> Vec<(String, Array)> {
        variables.into_iter().map(|(name, array)| (format!("{way}.{name}"), array)).collect()
    };
    let variables = [named("forward", forward), named("backward", backward)].concat();
    let variables = variables.iter().map(|(name, array)| (name.as_str(), array.clone())).collect();
    let arguments = vec![("layer", Argument::Layer(Box::new(inner)))];
    let new = New { class: "Bidirectional", arguments, variables };
    converter.builder.call_with(new, &[x.tensor], keywords, outputs)
}

/// The form of the outputs.
struct Shape {
    units: usize,
    ways: usize,
    /// The number of states that the layer returns.
    states: usize,
    steps: usize,
    batch_first: bool,
}

/// Returns the outputs of the node: all steps, and the last states.
fn finish(converter: &mut Converter, node: &Node<'_>, x: &Value, call: usize, shape: Shape) -> Made {
    let batch = x.axes[1 - shape.steps].clone();
    let order = |steps: Option<Axis>, ways: Axis, units: Axis| match (steps, shape.batch_first) {
        (Some(steps), false) => vec![steps, ways, batch.clone(), units],
        (Some(steps), true) => vec![batch.clone(), steps, ways, units],
        (None, false) => vec![ways, batch.clone(), units],
        (None, true) => vec![batch.clone(), ways, units],
    };
    let all = converter.is_read(node, 0);
    let mut made = Vec::new();
    let [ways, units] = [shape.ways, shape.units].map(|length| converter.builder.axis(length));
    // Both directions are behind each other on the last axis.
    let features = [ways.clone(), units.clone()].concat();
    let first = Value { tensor: Tensor::Output(call, 0), axes: vec![], stored: vec![features] };
    let steps = x.axes[shape.steps].clone();
    made.push(match all {
        true => Item::Value(Value {
            axes: order(Some(steps.clone()), ways.clone(), units.clone()),
            stored: vec![steps, first.stored[0].clone()],
            ..first.clone()
        }),
        false => Item::Broken,
    });
    for state in 0..2 {
        if !converter.is_read(node, 1 + state) {
            made.push(Item::Broken);
            continue;
        }
        let [ways, units] = [shape.ways, shape.units].map(|length| converter.builder.axis(length));
        let features = [ways.clone(), units.clone()].concat();
        let tensor = if shape.states == 0 {
            Tensor::Output(call, 0)
        } else {
            let parts: Vec<Tensor> =
                (0..shape.ways).map(|way| Tensor::Output(call, 1 + way * shape.states + state)).collect();
            match parts[..] {
                [one] => one,
                _ => converter.builder.apply("Concatenate", vec![], &parts)?,
            }
        };
        made.push(Item::Value(Value { tensor, axes: order(None, ways, units), stored: vec![features] }));
    }
    Ok(made)
}
