//! A constant that is added to each filter or unit of a layer without a bias: its bias, which can be trained.

use super::{readers, remove};
use crate::network::{Network, Numbers, Tensor, Value, Variable};

const LAYERS: &[&str] =
    &["Dense", "Conv1D", "Conv2D", "Conv1DTranspose", "Conv2DTranspose", "DepthwiseConv1D", "DepthwiseConv2D"];

/// Runs the pass.
pub(crate) fn run(network: &mut Network) {
    let mut call = 0;
    while call < network.calls.len() {
        if fuse(network, call).is_none() {
            call += 1;
        }
    }
}

/// Makes the call of an offset a bias of the layer before it, if it is one.
fn fuse(network: &mut Network, call: usize) -> Option<()> {
    let added = &network.layers[network.calls[call].layer].kind;
    let (name, offset) = match &added.arguments[..] {
        [(scale, Value::Float(1.0)), (name, Value::List(offset))] if added.class == "Rescaling" && scale == "scale" => {
            (name, offset)
        }
        _ => return None,
    };
    let offset: Option<Vec<f64>> =
        offset.iter().map(|value| if let Value::Float(number) = value { Some(*number) } else { None }).collect();
    let offset = offset.filter(|_| name == "offset")?;
    let [Tensor::Output(before, 0)] = network.calls[call].inputs[..] else { return None };
    let tensor = Tensor::Output(before, 0);
    let layer = network.calls[before].layer;
    let shared = network.calls.iter().filter(|other| other.layer == layer).count() != 1;
    if shared || readers(network, tensor) != [call] || network.outputs.contains(&tensor) {
        return None;
    }
    let layer = &mut network.layers[layer];
    let without = |argument: &(String, Value)| argument.0 == "use_bias" && argument.1 == Value::Flag(false);
    let place = layer.kind.arguments.iter().position(without)?;
    if !LAYERS.contains(&layer.kind.class.as_str()) || layer.variables.iter().any(|other| other.numbers.dtype != "F32")
    {
        return None;
    }
    layer.kind.arguments.remove(place);
    let bytes = offset.iter().flat_map(|&number| (number as f32).to_le_bytes()).collect();
    let numbers = Numbers { shape: vec![offset.len()], dtype: "F32", bytes };
    layer.variables.push(Variable { name: "bias".into(), numbers });
    remove(network, call, tensor);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Call, Input, Kind, Layer};

    fn network(scale: f64, read_twice: bool) -> Network {
        let layer = |name: &str, class: &str, arguments: Vec<(&str, Value)>| Layer {
            name: name.into(),
            source: String::new(),
            kind: Kind {
                class: class.into(),
                arguments: arguments.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            },
            variables: vec![],
        };
        let offset = Value::List(vec![Value::Float(0.5), Value::Float(-1.0)]);
        let call = |layer, input| Call { layer, inputs: vec![input], keywords: vec![], outputs: 1 };
        let last = Tensor::Output(usize::from(!read_twice), 0);
        Network {
            inputs: vec![Input { name: "x".into(), shape: vec![Some(3)], whole: false }],
            layers: vec![
                layer("dense", "Dense", vec![("units", Value::Int(2)), ("use_bias", Value::Flag(false))]),
                layer("add", "Rescaling", vec![("scale", Value::Float(scale)), ("offset", offset)]),
                layer("y", "Activation", vec![("activation", Value::Word("relu".into()))]),
            ],
            calls: vec![call(0, Tensor::Input(0)), call(1, Tensor::Output(0, 0)), call(2, last)],
            outputs: vec![Tensor::Output(2, 0), Tensor::Output(1, 0)],
            ..Network::default()
        }
    }

    #[test]
    fn an_offset_is_the_bias_of_the_layer_before() {
        let mut fused = network(1.0, false);
        run(&mut fused);
        assert_eq!(fused.calls.len(), 2);
        assert_eq!(fused.outputs, [Tensor::Output(1, 0), Tensor::Output(0, 0)]);
        assert_eq!(fused.layers[0].kind.to_string(), "Dense(2)");
        assert_eq!(
            fused.layers[0].variables[0].numbers.bytes,
            [0.5f32.to_le_bytes(), (-1.0f32).to_le_bytes()].concat()
        );
        for mut other in [network(2.0, false), network(1.0, true)] {
            let before = other.clone();
            run(&mut other);
            assert_eq!(other, before);
        }
    }
}
