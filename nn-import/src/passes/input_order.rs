//! A `Permute` of an input, by all that read it: the input has the new order itself.
//!
//! Files with channels first have images (channels, rows, columns). The layers of this library read them as (rows,
//! columns, channels), and so does a network from such a file.

use super::{readers, remove};
use crate::network::{Kind, Network, Tensor, Value};

/// Runs the pass. Returns for each input the axes of the file in their new order, if that changed.
pub(crate) fn run(network: &mut Network) -> Vec<Option<Vec<usize>>> {
    hoist(network);
    (0..network.inputs.len()).map(|input| absorb(network, input)).collect()
}

/// Returns the order of axes that a layer makes, if it does nothing else with an input of this shape.
fn order(kind: &Kind, shape: &[usize]) -> Option<Vec<usize>> {
    let [(_, Value::List(list))] = &kind.arguments[..] else { return None };
    let numbers: Option<Vec<usize>> = list
        .iter()
        .map(|value| if let Value::Int(number) = value { usize::try_from(*number).ok() } else { None })
        .collect();
    let numbers = numbers.filter(|numbers| numbers.len() == shape.len())?;
    match kind.class.as_str() {
        "Permute" => numbers.iter().map(|&axis| axis.checked_sub(1)).collect(),
        // Axes of length 1 move without a number moving.
        "Reshape" => {
            let long = |shape: &[usize]| shape.iter().copied().filter(|&length| length != 1).collect::<Vec<_>>();
            if long(&numbers) != long(shape) {
                return None;
            }
            let (mut ones, mut longer): (Vec<usize>, Vec<usize>) = (0..shape.len()).partition(|&axis| shape[axis] == 1);
            ones.reverse();
            longer.reverse();
            numbers.iter().map(|&length| if length == 1 { ones.pop() } else { longer.pop() }).collect()
        }
        _ => None,
    }
}

/// Whether a layer treats all numbers alike, wherever they are.
fn is_elementwise(kind: &Kind) -> bool {
    let whole = |value: &Value| !matches!(value, Value::List(_));
    match kind.class.as_str() {
        "Activation" => {
            !matches!(&kind.arguments[..], [(_, Value::Word(name))] if name == "softmax" || name == "log_softmax")
        }
        "Rescaling" => kind.arguments.iter().all(|(_, value)| whole(value)),
        "ReLU" | "LeakyReLU" => true,
        _ => false,
    }
}

/// Moves a new order before the elementwise layers between it and an input.
fn hoist(network: &mut Network) {
    for call in 0..network.calls.len() {
        let class = &network.layers[network.calls[call].layer].kind.class;
        if class != "Permute" && class != "Reshape" {
            continue;
        }
        let mut path = vec![call];
        let mut at = network.calls[call].inputs.first().copied();
        while let Some(Tensor::Output(before, 0)) = at {
            let plain = is_elementwise(&network.layers[network.calls[before].layer].kind);
            let tensor = Tensor::Output(before, 0);
            if !plain || readers(network, tensor).len() != 1 || network.outputs.contains(&tensor) {
                break;
            }
            path.push(before);
            at = network.calls[before].inputs.first().copied();
        }
        if matches!(at, Some(Tensor::Input(_))) {
            for pair in path.windows(2) {
                let layer = network.calls[pair[0]].layer;
                network.calls[pair[0]].layer = network.calls[pair[1]].layer;
                network.calls[pair[1]].layer = layer;
            }
        }
    }
}

/// Gives an input the order that all its readers make, and removes these.
fn absorb(network: &mut Network, input: usize) -> Option<Vec<usize>> {
    let tensor = Tensor::Input(input);
    let readers = readers(network, tensor);
    let shape: Vec<usize> = network.inputs[input].shape.iter().copied().collect::<Option<_>>()?;
    let kind = &network.layers[network.calls[*readers.first()?].layer].kind;
    let new = order(kind, &shape)?;
    let alike = readers.iter().all(|&call| network.layers[network.calls[call].layer].kind == *kind);
    // An output is computed by a layer.
    let is_output = |call: &usize| network.outputs.contains(&Tensor::Output(*call, 0));
    if !alike || network.outputs.contains(&tensor) || readers.iter().any(is_output) {
        return None;
    }
    network.inputs[input].shape = new.iter().map(|&axis| Some(shape[axis])).collect();
    for call in readers.into_iter().rev() {
        remove(network, call, tensor);
    }
    Some(new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Call, Input, Layer};

    fn network(layers: &[(&str, Vec<(&str, Value)>, Tensor)]) -> Network {
        let mut network = Network {
            inputs: vec![Input { name: "x".into(), shape: vec![Some(3), Some(8), Some(9)], whole: false }],
            ..Network::default()
        };
        for (index, (class, arguments, input)) in layers.iter().enumerate() {
            let arguments = arguments.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            let kind = Kind { class: (*class).into(), arguments };
            network.layers.push(Layer { name: format!("l{index}"), source: String::new(), kind, variables: vec![] });
            network.calls.push(Call { layer: index, inputs: vec![*input], keywords: vec![], outputs: 1 });
        }
        network.outputs = vec![Tensor::Output(layers.len() - 1, 0)];
        network
    }

    fn last() -> Vec<(&'static str, Value)> {
        vec![("dims", Value::List(vec![Value::Int(2), Value::Int(3), Value::Int(1)]))]
    }

    #[test]
    fn a_permute_behind_elementwise_layers_is_the_order_of_the_input() {
        let mut network = network(&[
            ("Rescaling", vec![("scale", Value::Float(0.5))], Tensor::Input(0)),
            ("Permute", last(), Tensor::Output(0, 0)),
            ("Flatten", vec![], Tensor::Output(1, 0)),
        ]);
        assert_eq!(run(&mut network), [Some(vec![1, 2, 0])]);
        assert_eq!(network.inputs[0].shape, [Some(8), Some(9), Some(3)]);
        let text = network.graph().unwrap();
        assert_eq!(
            text,
            "let x = Input(shape = [8, 9, 3]);\nlet l0 = Rescaling(0.5)(x);\nlet l2 = Flatten()(l0);\n\
             Model(inputs = x, outputs = l2)\n"
        );
    }

    #[test]
    fn an_input_that_others_read_keeps_its_order() {
        let mut network = network(&[
            ("Permute", last(), Tensor::Input(0)),
            ("Flatten", vec![], Tensor::Input(0)),
            ("Flatten", vec![], Tensor::Output(0, 0)),
        ]);
        let before = network.clone();
        assert_eq!(run(&mut network), [None]);
        assert_eq!(network, before);
    }

    #[test]
    fn axes_of_length_1_move_alone() {
        let list = |list: &[i64]| Value::List(list.iter().map(|&n| Value::Int(n)).collect());
        let reshape = |to: &[i64]| Kind { class: "Reshape".into(), arguments: vec![("target_shape".into(), list(to))] };
        assert_eq!(order(&reshape(&[8, 9, 1]), &[1, 8, 9]), Some(vec![1, 2, 0]));
        assert_eq!(order(&reshape(&[9, 8, 1]), &[1, 8, 9]), None);
        assert_eq!(order(&reshape(&[72, 1, 1]), &[1, 8, 9]), None);
    }
}
