//! Graphs: layers in a row, or called on each other's outputs. A model inside another becomes its layers.

use super::calls::Found;
use super::config::Config;
use super::masks::Masks;
use super::nodes::{Node, Reference, nodes, references};
use super::operations;
use super::variables::{Expected, variables};
use crate::names::Names;
use crate::network::{Input, Kind, Layer, Network, Tensor, Value};
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
    pub(super) network: Network,
    pub(super) masks: Masks,
    /// The calls of models and layers until now.
    pub(super) steps: usize,
    /// Whether the calls are those of a model inside `TimeDistributed`.
    pub(super) distributed: bool,
    names: Names,
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
    /// A model inside `TimeDistributed`.
    Distributed(Tree),
    /// An input or a function.
    Nothing,
}

/// A model that can be called.
pub(super) struct Graph<'a> {
    pub(super) name: String,
    /// Whether its layers are called one after the other.
    pub(super) row: bool,
    pub(super) entries: Vec<Member<'a>>,
    /// The indices of the entries by their names.
    pub(super) places: HashMap<&'a str, usize>,
    pub(super) inputs: Vec<Reference>,
    pub(super) outputs: Vec<Reference>,
}

/// A layer or a model in a model, and its calls.
pub(super) struct Member<'a> {
    pub(super) config: Config<'a>,
    pub(super) callee: Callee<'a>,
    pub(super) nodes: Vec<Node>,
    /// The number of the first call, as calls name it, and as the outputs of the model name it.
    pub(super) first: [usize; 2],
}

#[derive(Clone)]
pub(super) enum Callee<'a> {
    Input,
    Layer(usize),
    Model(Rc<Graph<'a>>),
    /// A model inside `TimeDistributed`.
    Distributed(Rc<Graph<'a>>),
    /// A function of tensors, such as `+`.
    Operation,
    /// A problem was reported.
    Nothing,
}

/// The deepest model inside models.
const MAX_DEPTH: usize = 32;
/// The calls of a network, with those of models inside that are called several times.
pub(super) const MAX_CALLS: usize = 1 << 13;

impl<'v> Reader<'v> {
    pub(super) fn new(version: &'v str) -> Self {
        Reader {
            version,
            problems: Vec::new(),
            tree: Vec::new(),
            network: Network::default(),
            masks: Masks::default(),
            steps: 0,
            distributed: false,
            names: Names::default(),
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
        let inputs = (0..self.network.inputs.len()).map(|input| Found::Tensor(Tensor::Input(input))).collect();
        let outputs: Option<Vec<Tensor>> = self.run(&graph, inputs)?.into_iter().map(Found::tensor).collect();
        if outputs.is_none() && self.problems.is_empty() {
            self.problems.push(Problem::new("an output of the model is a mask that functions compute"));
        }
        self.network.outputs = outputs?;
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
        if self.network.layers.len() + layers.len() > MAX_CALLS {
            self.too_many();
            return None;
        }
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
            entries.push(Member { config: layer, callee, nodes: nodes(layer.outer("inbound_nodes")), first: [0, 0] });
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
        let places = entries.iter().enumerate().map(|(place, entry)| (entry.config.name(), place)).collect();
        let mut graph = Graph { name: config.name().into(), row, entries, places, inputs, outputs };
        graph.number(self.version);
        Some((graph, tree))
    }

    /// Reports a file with more calls than any network has.
    pub(super) fn too_many(&mut self) {
        let problem = format!("the network has more than {MAX_CALLS} layers or calls, which is the most that is read");
        if self.problems.iter().all(|other| other.message != problem) {
            self.problems.push(Problem::new(problem));
        }
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
        if config.class() == "TimeDistributed" && Config::new(config.get("layer")).is_model() {
            let first = self.network.layers.len();
            return match self.graph(Config::new(config.get("layer")), false) {
                Some((graph, tree)) => {
                    self.network.layers[first..].iter_mut().for_each(distribute);
                    (Callee::Distributed(Rc::new(graph)), Part::Distributed(tree))
                }
                None => (Callee::Nothing, Part::Nothing),
            };
        }
        if operations::is_one(config, self.version) {
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
}

/// Puts a layer into `TimeDistributed`. Whether it is frozen is then said outside.
fn distribute(layer: &mut Layer) {
    let (frozen, own) =
        std::mem::take(&mut layer.kind.arguments).into_iter().partition(|(name, _)| name == "trainable");
    let class = std::mem::replace(&mut layer.kind.class, "TimeDistributed".into());
    layer.kind.arguments = vec![("layer".into(), Value::Layer(Box::new(Kind { class, arguments: own })))];
    layer.kind.arguments.extend::<Vec<_>>(frozen);
}
