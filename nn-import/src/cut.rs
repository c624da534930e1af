//! A part of a network: from some layers to others.

use crate::network::{Call, Input, Layer, Network, Tensor};
use crate::problem::{Error, Problem};
use std::collections::{HashMap, HashSet};

impl Network {
    /// Returns the part from the inputs of the layers `inputs` to the outputs of the layers `outputs`, by their names
    /// in the file or in the graph. An empty list stands for the ends of the network.
    ///
    /// # Errors
    /// If a name is not that of a layer, or if an output needs an input that is cut off.
    pub fn cut(&self, inputs: &[String], outputs: &[String]) -> Result<Network, Error> {
        let find = |names: &[String]| -> Result<Vec<usize>, Error> {
            let found: Vec<Result<usize, Problem>> = names.iter().map(|name| self.call_of(name)).collect();
            let problems: Vec<Problem> = found.iter().filter_map(|found| found.clone().err()).collect();
            if problems.is_empty() { Ok(found.into_iter().flatten().collect()) } else { Err(Error { problems }) }
        };
        let (from, to) = (find(inputs)?, find(outputs)?);
        let mut begins: Vec<Tensor> = Vec::new();
        for &call in &from {
            for &tensor in &self.calls[call].inputs {
                if !begins.contains(&tensor) {
                    begins.push(tensor);
                }
            }
        }
        let ends: Vec<Tensor> = match &to[..] {
            [] => self.outputs.clone(),
            to => to.iter().map(|&call| Tensor::Output(call, 0)).collect(),
        };
        let needed = self.needed(&begins, &ends);
        let whole: Vec<usize> = needed
            .iter()
            .filter_map(|tensor| if let Tensor::Input(input) = tensor { Some(*input) } else { None })
            .collect();
        if !from.is_empty() && whole.iter().any(|&input| !begins.contains(&Tensor::Input(input))) {
            let names: Vec<String> = whole.iter().map(|&input| format!("`{}`", self.inputs[input].name)).collect();
            let problem = Problem::new(format!("the outputs also need the input {}", names.join(", ")));
            return Err(problem.help("name layers in `inputs` through which every path goes").into());
        }
        if from.is_empty() {
            begins = (0..self.inputs.len()).filter(|input| whole.contains(input)).map(Tensor::Input).collect();
        }
        Ok(self.part(&begins, &ends, &needed))
    }

    /// Returns the call of a layer.
    fn call_of(&self, name: &str) -> Result<usize, Problem> {
        let named = |layer: &Layer| layer.source == name || layer.name == name;
        let mut calls =
            self.calls.iter().enumerate().filter(|(_, call)| named(&self.layers[call.layer])).map(|(call, _)| call);
        match (calls.next(), calls.next()) {
            (Some(call), None) => Ok(call),
            (Some(_), Some(_)) => {
                Err(Problem::new(format!("the layer `{name}` is called more than once, so it cannot be an end")))
            }
            (None, _) => {
                let names = self.layers.iter().map(|layer| layer.source.as_str());
                let near = crate::nearest(name, names).map(|near| format!("did you mean `{near}`?"));
                let all: Vec<&str> = self.layers.iter().map(|layer| layer.source.as_str()).take(MOST_NAMES).collect();
                let more = if self.layers.len() > MOST_NAMES { ", .." } else { "" };
                let help = near.unwrap_or_else(|| format!("its layers are {}{more}", all.join(", ")));
                Err(Problem::new(format!("the file has no layer `{name}`")).help(help))
            }
        }
    }

    /// Returns the tensors that the ends depend on, up to the beginnings.
    fn needed(&self, begins: &[Tensor], ends: &[Tensor]) -> HashSet<Tensor> {
        let mut needed = HashSet::new();
        let mut open: Vec<Tensor> = ends.to_vec();
        while let Some(tensor) = open.pop() {
            if !needed.insert(tensor) || begins.contains(&tensor) {
                continue;
            }
            if let Tensor::Output(call, _) = tensor {
                let call = &self.calls[call];
                open.extend(call.inputs.iter().chain(call.keywords.iter().flat_map(|keyword| &keyword.1)));
            }
        }
        needed
    }

    fn part(&self, begins: &[Tensor], ends: &[Tensor], needed: &HashSet<Tensor>) -> Network {
        let mut part = Network { name: self.name.clone(), ..Network::default() };
        let mut now: HashMap<Tensor, Tensor> = HashMap::new();
        for &tensor in begins {
            now.insert(tensor, Tensor::Input(part.inputs.len()));
            part.inputs.push(match tensor {
                Tensor::Input(input) => self.inputs[input].clone(),
                // The file does not say the shapes of tensors inside.
                Tensor::Output(..) => Input {
                    name: format!("{}_in_", self.name(tensor).trim_end_matches('_')),
                    shape: vec![],
                    whole: false,
                },
            });
        }
        let mut layers: HashMap<usize, usize> = HashMap::new();
        for (index, call) in self.calls.iter().enumerate() {
            let made = |output: &usize| {
                let tensor = Tensor::Output(index, *output);
                needed.contains(&tensor) && !begins.contains(&tensor)
            };
            if !(0..call.outputs).any(|output| made(&output)) {
                continue;
            }
            let layer = *layers.entry(call.layer).or_insert_with(|| {
                part.layers.push(self.layers[call.layer].clone());
                part.layers.len() - 1
            });
            let moved = |tensors: &[Tensor]| tensors.iter().map(|tensor| now[tensor]).collect::<Vec<_>>();
            let keywords = call.keywords.iter().map(|(name, tensors)| (name.clone(), moved(tensors))).collect();
            part.calls.push(Call { layer, inputs: moved(&call.inputs), keywords, outputs: call.outputs });
            for output in 0..call.outputs {
                let tensor = Tensor::Output(index, output);
                now.entry(tensor).or_insert(Tensor::Output(part.calls.len() - 1, output));
            }
        }
        part.outputs = ends.iter().map(|tensor| now[tensor]).collect();
        part
    }

    /// Freezes all layers: they never learn.
    pub fn freeze(&mut self) {
        for layer in self.layers.iter_mut().filter(|layer| !layer.variables.is_empty()) {
            layer.kind.arguments.retain(|(name, _)| name != "trainable");
            layer.kind.arguments.push(("trainable".into(), crate::Value::Flag(false)));
        }
    }

    /// Puts a word before the names of all layers and inputs.
    pub fn prefix(&mut self, word: &str) {
        let names = self.layers.iter_mut().map(|layer| &mut layer.name);
        names
            .chain(self.inputs.iter_mut().map(|input| &mut input.name))
            .for_each(|name| *name = format!("{word}_{name}"));
    }
}

/// The most names in a message.
const MOST_NAMES: usize = 30;
