//! Graphs: layers in a row, or called on each other's outputs. A model inside another becomes its layers.

use super::config::Config;
use super::nodes::{Node, Reference, nodes, references, tensors};
use super::operations;
use super::variables::{Expected, variables};
use crate::names::Names;
use crate::network::{Call, Input, Kind, Layer, Network, Tensor};
use crate::problem::Problem;
use std::collections::HashMap;
use std::rc::Rc;

/// Reads the graph of a file.
pub(super) struct Reader<'v> {
    /// The version of Keras that wrote the file.
    pub(super) version: &'v str,
    pub(super) problems: Vec<Problem>,
    /// The layers as the file nests them, for the weights.
    pub(super) tree: Tree,
    names: Names,
    network: Network,
    depth: usize,
}

/// The layers of a model and their variables, in the order of the file.
pub(super) type Tree = Vec<Entry>;

/// A layer of a file.
pub(super) struct Entry {
    /// Its name in the file.
    pub(super) name: String,
    /// Its class in the file.
    pub(super) class: String,
    pub(super) part: Part,
}

pub(super) enum Part {
    /// A layer of the network, and its variables.
    Layer(usize, Vec<Expected>),
    /// A model with layers of its own.
    Model(Tree),
    /// An input or a function.
    Nothing,
}

/// A model that can be called.
struct Graph<'a> {
    name: String,
    entries: Vec<Member<'a>>,
    inputs: Vec<Reference>,
    outputs: Vec<Reference>,
}

struct Member<'a> {
    config: Config<'a>,
    callee: Callee<'a>,
    nodes: Vec<Node>,
}

#[derive(Clone)]
enum Callee<'a> {
    Input,
    Layer(usize),
    Model(Rc<Graph<'a>>),
    /// A function of tensors, such as `+`.
    Operation,
    /// A problem was reported.
    Nothing,
}

/// The deepest model inside models.
const MAX_DEPTH: usize = 32;

impl<'v> Reader<'v> {
    pub(super) fn new(version: &'v str) -> Self {
        Reader {
            version,
            problems: Vec::new(),
            tree: Vec::new(),
            names: Names::default(),
            network: Network::default(),
            depth: 0,
        }
    }

    /// Reads the model of a file.
    pub(super) fn model(&mut self, config: &Config<'_>) -> Option<Network> {
        if !config.is_model() {
            let class = config.class();
            let problem =
                Problem::of(config.name(), class, "the model is of a class of its own, which only Python knows");
            self.problems.push(
                problem.help("a functional or Sequential model is read: build it with `keras.Model(inputs, outputs)`"),
            );
            return None;
        }
        let (graph, tree) = self.graph(*config, true)?;
        self.tree = tree;
        self.network.name = graph.name.clone();
        let inputs: Vec<Tensor> = (0..self.network.inputs.len()).map(Tensor::Input).collect();
        let outputs = self.run(&graph, inputs)?;
        self.network.outputs = outputs;
        self.mark_whole_inputs();
        Some(std::mem::take(&mut self.network))
    }

    /// An input that a table reads holds whole numbers, whatever the file says. All others hold floats.
    fn mark_whole_inputs(&mut self) {
        let Network { inputs, layers, calls, .. } = &mut self.network;
        for call in calls {
            let reads_indices = match &layers[call.layer].kind {
                Kind { class, .. } if class == "Embedding" => true,
                Kind { class, arguments } => {
                    class == "TimeDistributed"
                        && arguments.iter().any(|(_, value)| value.to_string().starts_with("Embedding("))
                }
            };
            let masks = call.keywords.iter().filter(|keyword| keyword.0 == "mask").flat_map(|keyword| &keyword.1);
            for tensor in call.inputs.iter().filter(|_| reads_indices).chain(masks) {
                if let Tensor::Input(input) = tensor {
                    inputs[*input].whole = true;
                }
            }
        }
    }

    /// Reads the layers of a model, and the inputs of the outermost one.
    fn graph<'a>(&mut self, config: Config<'a>, outermost: bool) -> Option<(Graph<'a>, Tree)> {
        if self.depth == MAX_DEPTH {
            self.problems.push(Problem::new(format!("models are inside models, more than {MAX_DEPTH} deep")));
            return None;
        }
        self.depth += 1;
        let layers = config.layers();
        let row = config.class() == "Sequential";
        let (mut entries, mut tree) = (Vec::new(), Vec::new());
        if row && outermost && !layers.iter().any(|layer| layer.class() == "InputLayer") {
            let shape = layers.first().and_then(|layer| layer.input_shape()).or_else(|| config.input_shape());
            match shape {
                Some(shape) => self.declare("input", &shape),
                None => self.problems.push(
                    Problem::new("the file does not say the shape of the input")
                        .help("build the model before it is saved: `keras.Input(shape)` as the first layer"),
                ),
            }
        }
        for layer in layers {
            let (callee, part) = self.member(layer, outermost && row);
            tree.push(Entry { name: layer.name().into(), class: layer.class().into(), part });
            entries.push(Member { config: layer, callee, nodes: nodes(layer.outer("inbound_nodes")) });
        }
        let (inputs, outputs) = if row {
            (vec![], vec![])
        } else {
            (references(config.get("input_layers")), references(config.get("output_layers")))
        };
        if outermost && !row {
            for input in &inputs {
                match entries
                    .iter()
                    .find(|entry| entry.config.name() == input.layer)
                    .and_then(|entry| entry.config.input_shape())
                {
                    Some(shape) => self.declare(&input.layer, &shape),
                    None => self.problems.push(Problem::of(&input.layer, "InputLayer", "it states no shape")),
                }
            }
        }
        self.depth -= 1;
        Some((Graph { name: config.name().into(), entries, inputs, outputs }, tree))
    }

    /// Declares an input of the network, from a shape with the batch in front.
    fn declare(&mut self, name: &str, shape: &[Option<usize>]) {
        let name = self.names.identifier(name, "input");
        self.network.inputs.push(Input { name, shape: shape.get(1..).unwrap_or_default().to_vec(), whole: false });
    }

    fn member<'a>(&mut self, config: Config<'a>, declares: bool) -> (Callee<'a>, Part) {
        if config.class() == "InputLayer" {
            if let (true, Some(shape)) = (declares, config.input_shape()) {
                self.declare(config.name(), &shape);
            }
            return (Callee::Input, Part::Nothing);
        }
        if config.is_model() {
            return match self.graph(config, false) {
                Some((graph, tree)) => (Callee::Model(Rc::new(graph)), Part::Model(tree)),
                None => (Callee::Nothing, Part::Nothing),
            };
        }
        if operations::is_one(config) {
            return (Callee::Operation, Part::Nothing);
        }
        match self.kind(config) {
            Some(kind) => {
                let index = self.layer(config.name(), kind);
                (Callee::Layer(index), Part::Layer(index, variables(config)))
            }
            None => (Callee::Nothing, Part::Nothing),
        }
    }

    /// Adds a layer to the network.
    pub(super) fn layer(&mut self, source: &str, kind: Kind) -> usize {
        let name = self.names.identifier(source, "layer");
        self.network.layers.push(Layer { name, source: source.into(), kind, variables: Vec::new() });
        self.network.layers.len() - 1
    }

    /// Calls a layer of the network, and returns its outputs.
    pub(super) fn call(
        &mut self,
        layer: usize,
        inputs: Vec<Tensor>,
        keywords: Vec<(String, Vec<Tensor>)>,
    ) -> Vec<Tensor> {
        let outputs = outputs(&self.network.layers[layer].kind);
        self.network.calls.push(Call { layer, inputs, keywords, outputs });
        (0..outputs).map(|output| Tensor::Output(self.network.calls.len() - 1, output)).collect()
    }

    /// Calls a model on tensors, and returns its outputs.
    fn run(&mut self, graph: &Graph<'_>, inputs: Vec<Tensor>) -> Option<Vec<Tensor>> {
        if graph.inputs.is_empty() && graph.outputs.is_empty() {
            let mut tensors = inputs;
            for member in graph.entries.iter().filter(|member| !matches!(member.callee, Callee::Input)) {
                tensors = self.call_member(member, tensors, vec![], &Node::default())?;
                tensors.truncate(1);
            }
            return Some(tensors);
        }
        let mut found: HashMap<(usize, usize, usize), Tensor> = HashMap::new();
        let place = |reference: &Reference| {
            let entry = graph.entries.iter().position(|member| member.config.name() == reference.layer)?;
            Some((entry, reference.node, reference.tensor))
        };
        if graph.inputs.len() != inputs.len() {
            self.problems.push(Problem::of(
                &graph.name,
                "Functional",
                format!("it has {} inputs, and is called on {}", graph.inputs.len(), inputs.len()),
            ));
            return None;
        }
        for (reference, &tensor) in graph.inputs.iter().zip(&inputs) {
            found.insert(place(reference)?, tensor);
        }
        // A layer can be listed before those that it reads.
        let mut waiting: Vec<(usize, usize)> = graph
            .entries
            .iter()
            .enumerate()
            .flat_map(|(entry, member)| (0..member.nodes.len()).map(move |node| (entry, node)))
            .collect();
        while !waiting.is_empty() {
            let before = waiting.len();
            let mut later = Vec::new();
            for (entry, node) in waiting {
                let member = &graph.entries[entry];
                let call = &member.nodes[node];
                let there = |reference: &Reference| place(reference).is_some_and(|place| found.contains_key(&place));
                if call.missing(there).is_some() {
                    later.push((entry, node));
                    continue;
                }
                let tensor = |reference: &Reference| place(reference).map(|place| found[&place]);
                let inputs: Vec<Tensor> = call.tensors().filter_map(tensor).collect();
                let keywords = call.keywords.iter().filter(|keyword| tensors(&keyword.1).next().is_some());
                let keywords =
                    keywords.map(|(name, operands)| (name.clone(), tensors(operands).filter_map(tensor).collect()));
                let keywords: Vec<(String, Vec<Tensor>)> = keywords.collect();
                let outputs = self.call_member(member, inputs, keywords, call)?;
                for (output, tensor) in outputs.into_iter().enumerate() {
                    found.insert((entry, node, output), tensor);
                }
            }
            if later.len() == before {
                let (entry, node) = later[0];
                let member = &graph.entries[entry];
                let missing = member.nodes[node]
                    .missing(|reference| place(reference).is_some_and(|place| found.contains_key(&place)));
                let missing = missing.map_or(String::new(), |missing| format!(": `{}`", missing.layer));
                self.problems.push(Problem::of(
                    member.config.name(),
                    member.config.class(),
                    format!("it is called on a tensor that the file does not make{missing}"),
                ));
                return None;
            }
            waiting = later;
        }
        let outputs: Option<Vec<Tensor>> = graph
            .outputs
            .iter()
            .map(|reference| place(reference).and_then(|place| found.get(&place).copied()))
            .collect();
        if outputs.is_none() {
            self.problems.push(Problem::of(
                &graph.name,
                "Functional",
                "an output is a tensor that the file does not make",
            ));
        }
        outputs
    }

    fn call_member(
        &mut self,
        member: &Member<'_>,
        mut inputs: Vec<Tensor>,
        mut keywords: Vec<(String, Vec<Tensor>)>,
        node: &Node,
    ) -> Option<Vec<Tensor>> {
        let (name, class) = (member.config.name(), member.config.class());
        match &member.callee {
            Callee::Input => Some(inputs),
            Callee::Nothing => None,
            Callee::Operation => self.operation(member.config, &inputs, &keywords, node),
            Callee::Model(graph) => self.run(&Rc::clone(graph), inputs),
            Callee::Layer(layer) => {
                for (keyword, values) in &node.keywords {
                    let says_nothing = values.iter().all(|value| value.tensor().is_none())
                        && (keyword != "training" || !values.iter().any(|value| matches!(value, super::nodes::Operand::Other(json) if json.as_bool() == Some(true) || json == 1)));
                    if !says_nothing && !["initial_state", "mask"].contains(&keyword.as_str()) {
                        self.problems.push(Problem::of(
                            name,
                            class,
                            format!("its call has the argument `{keyword}`, which is not supported"),
                        ));
                        return None;
                    }
                }
                // Keras lists initial states behind the input.
                if ["LSTM", "GRU", "SimpleRNN", "Bidirectional", "RNN"].contains(&class) && inputs.len() > 1 {
                    keywords.push(("initial_state".into(), inputs.split_off(1)));
                }
                Some(self.call(*layer, inputs, keywords))
            }
        }
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
        crate::network::Value::Layer(inner) => Some(states(inner)),
        _ => None,
    });
    1 + usize::from(both) + 2 * inner.unwrap_or(0)
}
