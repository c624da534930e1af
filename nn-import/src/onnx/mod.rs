//! ONNX: files of PyTorch, tf2onnx and Keras.
//!
//! `rewrite` brings the nodes of the file into fewer forms. `convert` makes layers of them, in the order of the file. A
//! node on constants is computed (`fold`), and one that only moves axes makes no layer ([`value`]).
//!
//! Source: <https://onnx.ai/onnx/operators/>

mod array;
mod builder;
mod convert;
mod fold;
mod ops;
mod rewrite;
mod value;
mod wire;

pub(crate) use wire::is_one;

use crate::network::Network;
use crate::problem::{Error, Problem};

/// The oldest version of the operators that is read. Earlier ones have other rules for shapes.
const OLDEST: i64 = 6;

/// Reads an ONNX file.
pub(crate) fn model(file: &[u8]) -> Result<Network, Error> {
    let model = wire::model(file).map_err(|problem| Problem::new(format!("the file is damaged: {problem}")))?;
    let Some(mut graph) = model.graph else {
        return Err(Problem::new("the file has no graph").into());
    };
    if model.opset < OLDEST {
        let problem = Problem::new(format!("the file is of version {} of ONNX's operators", model.opset));
        return Err(problem.help(format!("versions from {OLDEST} on are read")).into());
    }
    let constants = convert::constants(&mut graph)?;
    rewrite::all(&mut graph, &constants);
    let mut network = convert::network(&graph, constants, model.opset)?;
    crate::passes::bias::run(&mut network);
    let before: Vec<_> = network.inputs.iter().map(|input| input.shape.clone()).collect();
    let orders = crate::passes::input_order::run(&mut network);
    for (input, (shape, order)) in before.iter().zip(orders).enumerate() {
        if let Some(order) = order {
            let note = note("input", &network.inputs[input].name, shape, &order);
            network.notes.insert(input.min(network.notes.len()), note);
        }
    }
    Ok(network)
}

/// Says that an input or an output has its axes in another order here.
fn note(what: &str, name: &str, shape: &[Option<usize>], order: &[usize]) -> String {
    let text = |axis: &Option<usize>| axis.map_or("?".into(), |length| length.to_string());
    let file: Vec<String> = shape.iter().map(text).collect();
    let here: Vec<String> = order.iter().map(|&axis| text(&shape[axis])).collect();
    let axes: Vec<String> = order.iter().map(|axis| (axis + 1).to_string()).collect();
    format!(
        "The {what} `{name}` has the shape ({}) here and ({}) in the file: its axes are axes {} of the file, where axis \
         0 is the batch.",
        here.join(", "),
        file.join(", "),
        axes.join(", ")
    )
}
