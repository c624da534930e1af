//! The calls of a graph: each model and each layer is called on the tensors that the file names.

use super::functional::{Callee, Graph, MAX_CALLS, Member, Reader};
use super::masks::Mask;
use super::nodes::{Node, Operand, Reference, tensors};
use crate::network::{Call, Kind, Tensor, Value};
use crate::problem::Problem;
use std::collections::HashMap;
use std::rc::Rc;

/// The value of a tensor of the file.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found {
    Tensor(Tensor),
    /// A mask that functions of the file compute. Graphs here compute it without being told.
    Mask(Mask),
    /// An output of a layer that has a problem. Its consequences are not reported.
    Nothing,
}

impl Found {
    pub(super) fn tensor(self) -> Option<Tensor> {
        match self {
            Found::Tensor(tensor) => Some(tensor),
            Found::Mask(_) | Found::Nothing => None,
        }
    }

    fn is_nothing(self) -> bool {
        matches!(self, Found::Nothing)
    }
}

/// At least the number of outputs of a layer.
const MAX_OUTPUTS: usize = 8;

/// Tensors that a call names.
pub(super) type Keywords = Vec<(String, Vec<Found>)>;

/// An output of a call: the entry, the call, and the output.
type Place = (usize, usize, usize);

impl Graph<'_> {
    /// Finds the number of the first call of each model inside. A functional model has a call of its own, from its
    /// inputs to its outputs, which older files count; those of Keras 3 count it only in outputs.
    pub(super) fn number(&mut self, version: &str) {
        for place in 0..self.entries.len() {
            let Callee::Model(inner) = &self.entries[place].callee else { continue };
            let (name, row, calls) = (self.entries[place].config.name(), inner.row, self.entries[place].nodes.len());
            let named = |reference: &&Reference| reference.layer == name;
            let operands = self.entries.iter().flat_map(|entry| &entry.nodes).flat_map(Node::operands);
            let inside: Vec<usize> =
                operands.filter_map(Operand::tensor).filter(named).map(|reference| reference.node).collect();
            let outside: Vec<usize> = self.outputs.iter().filter(named).map(|reference| reference.node).collect();
            let first = |numbers: &mut dyn Iterator<Item = usize>, usual: usize| {
                let numbers: Vec<usize> = numbers.collect();
                match (numbers.contains(&0), numbers.contains(&calls)) {
                    (true, _) => 0,
                    (_, true) => 1,
                    _ => usual,
                }
            };
            let first = if version.starts_with('3') {
                [first(&mut inside.into_iter(), 0), first(&mut outside.into_iter(), usize::from(!row))]
            } else {
                [first(&mut inside.into_iter().chain(outside), 1); 2]
            };
            self.entries[place].first = first;
        }
    }

    /// Returns the place of a tensor, as a call names it (`by` 0) or as the outputs name it (`by` 1).
    fn place(&self, reference: &Reference, by: usize) -> Option<Place> {
        let entry = *self.places.get(reference.layer.as_str())?;
        let node = reference.node.checked_sub(self.entries[entry].first[by])?;
        Some((entry, node, reference.tensor))
    }
}

impl Reader<'_> {
    /// Counts a call; a model that is called twice inside others that are called twice has very many.
    fn step(&mut self) -> Option<()> {
        self.steps += 1;
        if self.steps > MAX_CALLS {
            self.too_many();
            return None;
        }
        Some(())
    }

    /// Calls a layer of the network, and returns its outputs.
    pub(super) fn call(
        &mut self,
        layer: usize,
        inputs: Vec<Tensor>,
        keywords: Vec<(String, Vec<Tensor>)>,
    ) -> Vec<Found> {
        let kind = &self.network.layers[layer].kind;
        let outputs = outputs(kind);
        let call = self.network.calls.len();
        self.masks.hand_on(kind, &inputs, (0..outputs).map(|output| Tensor::Output(call, output)));
        self.network.calls.push(Call { layer, inputs, keywords, outputs });
        (0..outputs).map(|output| Found::Tensor(Tensor::Output(call, output))).collect()
    }

    /// Calls a model on tensors, and returns its outputs.
    pub(super) fn run(&mut self, graph: &Graph<'_>, inputs: Vec<Found>) -> Option<Vec<Found>> {
        self.step()?;
        if graph.row {
            let mut tensors = inputs;
            for member in graph.entries.iter().filter(|member| !matches!(member.callee, Callee::Input)) {
                tensors = self.call_member(member, tensors, vec![], &Node::default())?;
                tensors.truncate(1);
            }
            return Some(tensors);
        }
        if graph.inputs.len() != inputs.len() {
            let message = format!("it has {} inputs, and is called on {}", graph.inputs.len(), inputs.len());
            self.problems.push(Problem::of(&graph.name, "Functional", message));
            return None;
        }
        let mut found: HashMap<Place, Found> = HashMap::new();
        for (reference, &tensor) in graph.inputs.iter().zip(&inputs) {
            let Some(place) = graph.place(reference, 0) else {
                let message = format!("its input `{}` is not among its layers", reference.layer);
                self.problems.push(Problem::of(&graph.name, "Functional", message));
                return None;
            };
            found.insert(place, tensor);
        }
        self.run_calls(graph, &mut found)?;
        let outputs: Option<Vec<Found>> = graph
            .outputs
            .iter()
            .map(|reference| graph.place(reference, 1).and_then(|place| found.get(&place).copied()))
            .collect();
        if outputs.as_ref().is_none_or(Vec::is_empty) {
            let message = "an output is a tensor that the file does not make";
            self.problems.push(Problem::of(&graph.name, "Functional", message));
            return None;
        }
        outputs
    }

    fn run_calls(&mut self, graph: &Graph<'_>, found: &mut HashMap<Place, Found>) -> Option<()> {
        // A layer can be listed before those that it reads.
        let entries = graph.entries.iter().enumerate();
        let mut waiting: Vec<(usize, usize)> =
            entries.flat_map(|(entry, member)| (0..member.nodes.len()).map(move |node| (entry, node))).collect();
        if waiting.len() > MAX_CALLS {
            self.too_many();
            return None;
        }
        while !waiting.is_empty() {
            let before = waiting.len();
            let mut later = Vec::new();
            for (entry, node) in waiting {
                let member = &graph.entries[entry];
                let call = &member.nodes[node];
                let tensor = |reference: &Reference| graph.place(reference, 0).and_then(|place| found.get(&place));
                if call.missing(|reference| tensor(reference).is_some()).is_some() {
                    later.push((entry, node));
                    continue;
                }
                let inputs: Vec<Found> = call.tensors().filter_map(tensor).copied().collect();
                let keywords = call.keywords.iter().filter(|keyword| tensors(&keyword.1).next().is_some());
                let keywords = keywords
                    .map(|(name, operands)| (name.clone(), tensors(operands).filter_map(tensor).copied().collect()));
                let keywords: Keywords = keywords.collect();
                let outputs = self.call_member(member, inputs, keywords, call)?;
                for (output, tensor) in outputs.into_iter().enumerate() {
                    found.insert((entry, node, output), tensor);
                }
            }
            if let (true, Some(&(entry, node))) = (later.len() == before, later.first()) {
                let member = &graph.entries[entry];
                let there =
                    |reference: &Reference| graph.place(reference, 0).is_some_and(|place| found.contains_key(&place));
                let missing = member.nodes[node].missing(there);
                let missing = missing.map_or(String::new(), |missing| format!(": `{}`", missing.layer));
                let message = format!("it is called on a tensor that the file does not make{missing}");
                self.problems.push(Problem::of(member.config.name(), member.config.class(), message));
                return None;
            }
            waiting = later;
        }
        Some(())
    }

    fn call_member(
        &mut self,
        member: &Member<'_>,
        inputs: Vec<Found>,
        keywords: Keywords,
        node: &Node,
    ) -> Option<Vec<Found>> {
        self.step()?;
        let nothing = || vec![Found::Nothing; MAX_OUTPUTS];
        if inputs.iter().chain(keywords.iter().flat_map(|keyword| &keyword.1)).any(|found| found.is_nothing()) {
            return Some(nothing());
        }
        let before = self.problems.len();
        let outputs = match &member.callee {
            Callee::Input => Some(inputs),
            Callee::Nothing => return Some(nothing()),
            Callee::Operation => {
                if self.distributed {
                    self.branches(member)
                } else {
                    self.operation(member.config, &inputs, &keywords, node)
                }
            }
            Callee::Model(graph) => {
                let tensors: Option<Vec<Tensor>> = inputs.iter().map(|input| input.tensor()).collect();
                let kept = self.check_keywords(member, node, &tensors.unwrap_or_default(), keywords);
                kept.and_then(|_| self.run(&Rc::clone(graph), inputs))
            }
            Callee::Distributed(graph) => {
                let around = std::mem::replace(&mut self.distributed, true);
                let outputs = self.run(&Rc::clone(graph), inputs);
                self.distributed = around;
                outputs
            }
            Callee::Layer(layer) => self.call_layer(member, *layer, inputs, keywords, node),
        };
        // All problems are reported, unless there are too many calls.
        if outputs.is_none() && self.problems.len() > before && self.steps <= MAX_CALLS {
            Some(nothing())
        } else {
            outputs
        }
    }

    fn call_layer(
        &mut self,
        member: &Member<'_>,
        layer: usize,
        inputs: Vec<Found>,
        keywords: Keywords,
        node: &Node,
    ) -> Option<Vec<Found>> {
        let (name, class) = (member.config.name(), member.config.class());
        let inputs: Option<Vec<Tensor>> = inputs.into_iter().map(Found::tensor).collect();
        let Some(mut inputs) = inputs else {
            self.problems.push(Problem::of(
                name,
                class,
                "it reads a mask that functions compute, which is not supported",
            ));
            return None;
        };
        let mut keywords = self.check_keywords(member, node, &inputs, keywords)?;
        if self.distributed && (inputs.len() != 1 || !keywords.is_empty()) {
            return self.branches(member);
        }
        // Keras lists initial states behind the input.
        if ["LSTM", "GRU", "SimpleRNN", "Bidirectional", "RNN"].contains(&class) && inputs.len() > 1 {
            keywords.push(("initial_state".into(), inputs.split_off(1)));
        }
        let spec = nn_core::layers::LAYERS.iter().find(|spec| spec.name == self.network.layers[layer].kind.class);
        let arity = spec.map_or(1..=1, |spec| spec.inputs.min..=spec.inputs.max);
        let most = if keywords.is_empty() { *arity.end() } else { inputs.len() };
        if inputs.len() < *arity.start() || inputs.len() > most {
            let wanted = if arity.start() == arity.end() { format!("{}", arity.end()) } else { format!("{arity:?}") };
            let wanted = wanted.replace("..=", " to ");
            let message = format!("it is called on {} tensors; it takes {wanted}", inputs.len());
            self.problems.push(Problem::of(name, class, message));
            return None;
        }
        Some(self.call(layer, inputs, keywords))
    }

    /// Returns the keywords of a call that stay, after a check of all arguments that are no tensors.
    fn check_keywords(
        &mut self,
        member: &Member<'_>,
        node: &Node,
        inputs: &[Tensor],
        keywords: Keywords,
    ) -> Option<Vec<(String, Vec<Tensor>)>> {
        let (name, class) = (member.config.name(), member.config.class());
        let mut fail = |message: String| -> Option<Vec<(String, Vec<Tensor>)>> {
            self.problems.push(Problem::of(name, class, message));
            None
        };
        for argument in &node.arguments {
            if let Operand::Other(json) = argument
                && !json.is_null()
            {
                return fail(format!("it is called on `{json}`, which is no tensor of the file"));
            }
        }
        for (keyword, values) in &node.keywords {
            let tensors = tensors(values).next().is_some();
            let says_something = values.iter().any(|value| match value {
                Operand::Tensor(_) => true,
                Operand::Other(json) if keyword == "training" => json.as_bool() == Some(true) || json == 1,
                Operand::Other(json) => !super::nodes::is_empty(json),
            });
            let known = ["initial_state", "mask"].contains(&keyword.as_str()) && tensors;
            if says_something && !known {
                return fail(format!("its call has the argument `{keyword}`, which is not supported"));
            }
        }
        let mut kept = Vec::new();
        for (keyword, values) in keywords {
            let masks: Option<Vec<Mask>> =
                values.iter().map(|value| if let Found::Mask(mask) = value { Some(*mask) } else { None }).collect();
            match masks {
                Some(masks) if keyword == "mask" => {
                    let masks = masks.into_iter().fold(Mask::default(), Mask::or);
                    if masks != self.masks.of(inputs) {
                        return fail(
                            "its mask is not the one that `Masking` or `Embedding(mask_zero = true)` makes".into(),
                        );
                    }
                }
                _ => {
                    let tensors: Option<Vec<Tensor>> = values.into_iter().map(Found::tensor).collect();
                    match tensors {
                        Some(_) if matches!(member.callee, Callee::Model(_)) => {
                            return fail(format!("its call has the argument `{keyword}`, which is not supported"));
                        }
                        Some(tensors) => kept.push((keyword, tensors)),
                        None => return fail(format!("its `{keyword}` is a mask that functions compute")),
                    }
                }
            }
        }
        Some(kept)
    }

    fn branches<T>(&mut self, member: &Member<'_>) -> Option<T> {
        let problem = Problem::of(
            member.config.name(),
            member.config.class(),
            "it is in a model inside `TimeDistributed`, where a layer has one input",
        );
        self.problems.push(problem.help("models whose layers follow each other are read inside `TimeDistributed`"));
        None
    }
}

/// Returns the number of outputs of a layer.
fn outputs(kind: &Kind) -> usize {
    let has = |kind: &Kind, name: &str| {
        kind.arguments.iter().any(|(argument, value)| argument == name && value.to_string() == "true")
    };
    let states = |kind: &Kind| match kind.class.as_str() {
        "LSTM" if has(kind, "return_state") => 2,
        "GRU" | "SimpleRNN" if has(kind, "return_state") => 1,
        _ => 0,
    };
    if kind.class != "Bidirectional" {
        return 1 + states(kind);
    }
    let both = kind.arguments.iter().any(|(name, value)| name == "merge_mode" && value.to_string() == "None");
    let inner = kind.arguments.iter().find_map(|(_, value)| match value {
        Value::Layer(inner) => Some(states(inner)),
        _ => None,
    });
    1 + usize::from(both) + 2 * inner.unwrap_or(0)
}
