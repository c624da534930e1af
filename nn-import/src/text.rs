//! A network as the text of `model!`.

use crate::network::{Call, Network, Tensor, separated};
use crate::problem::{Error, Problem};
use std::fmt::Write;

impl Network {
    /// Returns the statements of a graph, with `Model(..)` at the end. The name of a layer in the file is the name of
    /// its output here, or of the layer itself if it is called more than once.
    ///
    /// # Errors
    /// If an input has an axis of open length. `Import("x.keras", input = [60, 36])` gives it.
    pub fn graph(&self) -> Result<String, Error> {
        let mut text = String::new();
        let open: Vec<Problem> = self.inputs.iter().filter_map(|input| self.open(&input.shape)).collect();
        if !open.is_empty() {
            return Err(Error { problems: open });
        }
        self.write(&mut text).expect("text has room for more");
        Ok(text)
    }

    /// Returns the problem of a shape with an axis of open length.
    fn open(&self, shape: &[Option<usize>]) -> Option<Problem> {
        let place = shape.iter().position(Option::is_none)?;
        let axes: Vec<String> = shape.iter().map(|axis| axis.map_or("None".into(), |n| n.to_string())).collect();
        let given: Vec<String> = shape.iter().map(|axis| axis.map_or("60".into(), |n| n.to_string())).collect();
        let message = format!("the file leaves the length of axis {place} of an input open: ({})", axes.join(", "));
        Some(Problem::new(message).help(format!("give the whole shape: `input = [{}]`", given.join(", "))))
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        for input in &self.inputs {
            write!(text, "let {} = Input(shape = [", input.name)?;
            separated(text, input.shape.iter().flatten())?;
            writeln!(text, "]{});", if input.whole { ", dtype = u32" } else { "" })?;
        }
        text.push_str(&self.statements());
        let names = Names::new(self);
        let list = |tensors: Vec<String>| match &tensors[..] {
            [one] => one.clone(),
            many => format!("[{}]", many.join(", ")),
        };
        let inputs = list(self.inputs.iter().map(|input| input.name.clone()).collect());
        let outputs = list(self.outputs.iter().map(|&output| names.of(output)).collect());
        writeln!(text, "Model(inputs = {inputs}, outputs = {outputs})")
    }

    /// Returns the statements that call the layers, a line each, without the inputs and the end.
    pub fn statements(&self) -> String {
        let mut text = String::new();
        self.write_calls(&mut text).expect("text has room for more");
        text
    }

    /// Returns the variable that holds a tensor in the text.
    pub fn name(&self, tensor: Tensor) -> String {
        Names::new(self).of(tensor)
    }

    fn write_calls(&self, text: &mut String) -> std::fmt::Result {
        let names = Names::new(self);
        for (index, call) in self.calls.iter().enumerate() {
            let layer = &self.layers[call.layer];
            let many = names.is_shared(call.layer);
            if many && names.places[index] == 0 {
                writeln!(text, "let {} = {};", layer.name, layer.kind)?;
            }
            let outputs: Vec<_> = (0..call.outputs).map(|output| names.of(Tensor::Output(index, output))).collect();
            let pattern = if let [one] = &outputs[..] { one.clone() } else { format!("({})", outputs.join(", ")) };
            let callee = match (many, &outputs[..]) {
                (true, _) => layer.name.clone(),
                (false, [_]) => layer.kind.to_string(),
                // A pattern of several names does not name the layer.
                (false, _) => {
                    let kind = layer.kind.to_string();
                    let comma = if layer.kind.arguments.is_empty() { "" } else { ", " };
                    format!("{}{comma}name = \"{}\")", &kind[..kind.len() - 1], layer.name)
                }
            };
            writeln!(text, "let {pattern} = {callee}({});", names.arguments(call))?;
        }
        Ok(())
    }
}

/// The variables that hold the tensors of a network.
struct Names<'n> {
    network: &'n Network,
    /// The number of calls of each layer.
    counts: Vec<usize>,
    /// The number of earlier calls of the same layer, for each call.
    places: Vec<usize>,
}

impl<'n> Names<'n> {
    fn new(network: &'n Network) -> Self {
        let mut counts = vec![0; network.layers.len()];
        let mut place = |call: &Call| {
            counts[call.layer] += 1;
            counts[call.layer] - 1
        };
        let places = network.calls.iter().map(&mut place).collect();
        Names { network, counts, places }
    }

    /// Returns the arguments of a call.
    fn arguments(&self, call: &Call) -> String {
        let names = |tensors: &[Tensor]| tensors.iter().map(|&tensor| self.of(tensor)).collect::<Vec<_>>().join(", ");
        let mut text = match &call.inputs[..] {
            [one] if !self.takes_a_list(call.layer) => self.of(*one),
            many => format!("[{}]", names(many)),
        };
        for (keyword, tensors) in &call.keywords {
            let value = if keyword == "mask" { names(tensors) } else { format!("[{}]", names(tensors)) };
            write!(text, ", {keyword} = {value}").expect("text has room for more");
        }
        text
    }

    fn takes_a_list(&self, layer: usize) -> bool {
        let class = &self.network.layers[layer].kind.class;
        nn_core::layers::LAYERS
            .iter()
            .any(|spec| spec.name == class && spec.call_keywords.is_empty() && spec.inputs.max > 1)
    }

    /// Whether a layer is called more than once.
    fn is_shared(&self, layer: usize) -> bool {
        self.counts[layer] > 1
    }

    /// Returns the variable that holds a tensor.
    fn of(&self, tensor: Tensor) -> String {
        match tensor {
            Tensor::Input(input) => self.network.inputs[input].name.clone(),
            Tensor::Output(index, output) => {
                let call = &self.network.calls[index];
                let layer = &self.network.layers[call.layer].name;
                let place = self.places[index];
                match (self.is_shared(call.layer), call.outputs) {
                    (false, 1) => layer.clone(),
                    (false, _) => format!("{layer}_{output}_"),
                    (true, 1) => format!("{layer}_call{place}_"),
                    (true, _) => format!("{layer}_call{place}_{output}_"),
                }
            }
        }
    }
}
