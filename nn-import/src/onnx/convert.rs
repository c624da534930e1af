//! The walk over the nodes of a file.

use super::array::{Array, product};
use super::builder::Builder;
use super::ops;
use super::value::{Atom, BATCH, OPEN, Value, has_batch, length};
use super::wire::{Graph, Input as Declared, Node, is_standard};
use crate::network::{Input, Network, Tensor};
use crate::problem::{Error, Problem};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// The constants of a file, by their names.
pub(super) type Constants = HashMap<String, Rc<Array>>;

/// The meaning of a name in the file.
#[derive(Clone)]
pub(super) enum Item {
    Constant(Rc<Array>),
    Value(Value),
    /// A problem was reported.
    Broken,
}

/// A reader of nodes.
pub(super) struct Converter {
    pub(super) builder: Builder,
    pub(super) opset: i64,
    items: HashMap<String, Item>,
    /// The operators that read a name, and their outputs; that of an output of the network is empty.
    read: HashMap<String, Vec<(String, String)>>,
    /// The inputs of the network that hold whole numbers in the file.
    pub(super) indices: Vec<usize>,
    /// The inputs of the network that a table reads.
    pub(super) whole: Vec<usize>,
    /// Tensors without negative numbers.
    pub(super) positive: HashSet<Tensor>,
}

/// The outputs of a node, or the reason why it is not supported.
pub(super) type Made = Result<Vec<Item>, String>;

/// Takes the initializers and the constant nodes out of a graph.
pub(super) fn constants(graph: &mut Graph<'_>) -> Result<Constants, Error> {
    let mut constants = Constants::new();
    let mut problems = Vec::new();
    let mut add = |name: &str, array: Result<Array, String>| match array {
        Ok(array) => drop(constants.insert(name.into(), Rc::new(array))),
        Err(problem) => problems.push(Problem::new(problem)),
    };
    for tensor in std::mem::take(&mut graph.initializers) {
        add(&tensor.name, Array::read(&tensor));
    }
    graph.nodes.retain(|node| {
        let ([output], "Constant", true) = (&node.outputs[..], node.op.as_str(), is_standard(&node.domain)) else {
            return true;
        };
        match constant(node) {
            Some(array) => add(output, array),
            None => return true,
        }
        false
    });
    if problems.is_empty() { Ok(constants) } else { Err(Error { problems }) }
}

fn constant(node: &Node<'_>) -> Option<Result<Array, String>> {
    if let Some(tensor) = node.tensor("value") {
        return Some(Array::read(tensor));
    }
    if node.has("value_float") {
        return Some(Ok(Array::floats(vec![], vec![node.float("value_float", 0.0)])));
    }
    if node.has("value_int") {
        return Some(Ok(Array::ints(vec![], vec![node.int("value_int", 0)])));
    }
    if let Some(numbers) = node.floats("value_floats") {
        return Some(Ok(Array::floats(vec![numbers.len()], numbers)));
    }
    let numbers = node.ints("value_ints")?;
    Some(Ok(Array::ints(vec![numbers.len()], numbers)))
}

/// Makes the network of a graph.
pub(super) fn network(graph: &Graph<'_>, constants: Constants, opset: i64) -> Result<Network, Error> {
    let items = constants.into_iter().map(|(name, array)| (name, Item::Constant(array))).collect();
    let mut read: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for node in &graph.nodes {
        let output = node.outputs.first().cloned().unwrap_or_default();
        for name in &node.inputs {
            read.entry(name.clone()).or_default().push((node.op.clone(), output.clone()));
        }
    }
    graph.outputs.iter().for_each(|output| read.entry(output.name.clone()).or_default().push(Default::default()));
    let mut converter = Converter {
        builder: Builder::default(),
        opset,
        items,
        read,
        indices: Vec::new(),
        whole: Vec::new(),
        positive: HashSet::new(),
    };
    let mut problems = Vec::new();
    for input in &graph.inputs {
        // Old files list the weights among the inputs.
        if converter.items.contains_key(&input.name) {
            continue;
        }
        if let Err(problem) = converter.declare(input, batch_axis(graph, input)) {
            problems.push(Problem::of(&input.name, "input", problem));
            converter.items.insert(input.name.clone(), Item::Broken);
        }
    }
    for node in &graph.nodes {
        if let Err(problem) = converter.node(node) {
            problems.push(problem);
        }
    }
    for output in &graph.outputs {
        if let Err(problem) = converter.output(&output.name) {
            problems.push(Problem::of(&output.name, "output", problem));
        }
    }
    if !problems.is_empty() {
        return Err(Error { problems });
    }
    let mut network = converter.builder.network;
    network.name = graph.name.clone();
    for input in converter.whole {
        network.inputs[input].whole = true;
    }
    Ok(network)
}

/// Returns the axis of an input that is the batch: the first, unless only another one is left open, or a recurrent
/// layer reads the input, which has the steps first.
fn batch_axis(graph: &Graph<'_>, input: &Declared) -> usize {
    let open = |axis: &&Option<i64>| axis.is_none();
    let shape = input.shape.as_deref().unwrap_or_default();
    if let (1, Some(axis)) = (shape.iter().filter(open).count(), shape.iter().position(Option::is_none)) {
        return axis;
    }
    let steps_first = |node: &Node<'_>| {
        let reads = [0, 5, 6].iter().any(|&place| node.input(place) == Some(&input.name));
        matches!(node.op.as_str(), "LSTM" | "GRU" | "RNN") && node.int("layout", 0) == 0 && reads
    };
    usize::from(shape.len() == 3 && graph.nodes.iter().any(steps_first))
}

impl Converter {
    /// Declares an input of the network, with its axes in the order of the file.
    fn declare(&mut self, input: &Declared, batch_axis: usize) -> Result<(), String> {
        let Some(shape) = &input.shape else { return Err("the file does not say its shape".into()) };
        let mut axes = shape.clone();
        if axes.len() <= batch_axis {
            return Err("it has no axis that is the batch".into());
        }
        let batch = axes.remove(batch_axis);
        let (mut lengths, mut stored) = (Vec::new(), Vec::new());
        for axis in axes {
            let Some(axis) = axis.and_then(|axis| usize::try_from(axis).ok()) else {
                let message = "the file leaves the length of an axis besides the batch open";
                return Err(format!("{message}; export with a fixed length"));
            };
            lengths.push(Some(axis));
            stored.push(self.builder.axis(axis));
        }
        product(&super::value::lengths(&stored)).ok_or("it is too large")?;
        let batch = batch.and_then(|batch| usize::try_from(batch).ok()).unwrap_or(OPEN);
        let mut axes = stored.clone();
        axes.insert(batch_axis, vec![Atom { id: BATCH, length: batch }]);
        let index = self.builder.network.inputs.len();
        match input.dtype {
            1 | 11 => {}
            10 | 16 => return Err("it holds halves, but layers compute in `f32`; export the network in float32".into()),
            2..=7 | 12 | 13 => self.indices.push(index),
            _ => return Err("its numbers are of a type that is not read".into()),
        }
        let name = self.builder.names.identifier(&input.name, "input");
        let lengths = if lengths.is_empty() { vec![Some(1)] } else { lengths };
        self.builder.network.inputs.push(Input { name, shape: lengths, whole: false });
        let value = Value { tensor: Tensor::Input(index), axes, stored };
        self.items.insert(input.name.clone(), Item::Value(value));
        Ok(())
    }

    fn node(&mut self, node: &Node<'_>) -> Result<(), Problem> {
        let inputs: Vec<Option<&Item>> =
            (0..node.inputs.len()).map(|place| node.input(place).and_then(|name| self.items.get(name))).collect();
        let made = if inputs.iter().flatten().any(|item| matches!(item, Item::Broken)) {
            Ok(vec![])
        } else if let Some(missing) =
            (0..node.inputs.len()).filter_map(|place| node.input(place)).find(|name| !self.items.contains_key(*name))
        {
            Err(Problem::of(node.label(), &node.op, format!("it reads `{missing}`, which no earlier node makes")))
        } else {
            self.builder.source = node.label().into();
            self.builder.owner = node.inputs.iter().skip(1).find_map(|input| {
                let owner = input.rsplit_once(".weight").filter(|(owner, _)| !owner.is_empty());
                owner.map(|(owner, rest)| format!("{owner}{rest}")).filter(|_| input.ends_with(".weight"))
            });
            self.make(node)
        };
        let (made, problem) = match made {
            Ok(made) => (made, None),
            Err(problem) => (vec![], Some(problem)),
        };
        let mut made = made.into_iter();
        for output in &node.outputs {
            let item = made.next().unwrap_or(Item::Broken);
            if !output.is_empty() {
                self.items.insert(output.clone(), item);
            }
        }
        problem.map_or(Ok(()), Err)
    }

    fn make(&mut self, node: &Node<'_>) -> Result<Vec<Item>, Problem> {
        let problem = |message: String| Problem::of(node.label(), &node.op, message);
        if !is_standard(&node.domain) {
            let message = format!("the operator is of the domain `{}`, which is not supported", node.domain);
            return Err(problem(message));
        }
        match super::fold::node(node, self) {
            Ok(Some(array)) => return Ok(vec![Item::Constant(Rc::new(array))]),
            Ok(None) => {}
            Err(message) => return Err(problem(message)),
        }
        ops::make(self, node).map_err(|message| match message {
            Some(message) => problem(message),
            None => {
                let near = crate::nearest(&node.op, ops::NAMES.iter().copied());
                let problem = problem("this operator is not supported".into());
                match near {
                    Some(near) => problem.help(format!("`{near}` is")),
                    None => problem,
                }
            }
        })
    }

    /// Adds an output of the network. Axes may be in another order here, but each must be an axis of the file.
    fn output(&mut self, name: &str) -> Result<(), String> {
        let value = match self.items.get(name) {
            Some(Item::Value(value)) => value.clone(),
            Some(Item::Broken) => return Ok(()),
            Some(Item::Constant(_)) => return Err("it is a constant".into()),
            None => return Err("no node makes it".into()),
        };
        let batches = value.axes.iter().filter(|axis| has_batch(axis)).count();
        let alone = value.axes.iter().any(|axis| matches!(&axis[..], [atom] if atom.id == BATCH));
        if batches != 1 || !(alone || value.axes.iter().flatten().any(|atom| atom.id == BATCH && atom.length == 1)) {
            return Err(format!("its shape {} has no axis that is the batch", value.described()));
        }
        self.builder.source = name.into();
        self.builder.owner = None;
        let mut file: Vec<_> = value.without_batch();
        if let Some(place) = value.axes.iter().position(|axis| matches!(&axis[..], [atom] if atom.id == BATCH)) {
            file.remove(place);
        }
        let mut sorted = value.stored.clone();
        let same = file.len() == sorted.len()
            && file
                .iter()
                .all(|axis| sorted.iter().position(|other| other == axis).map(|place| sorted.remove(place)).is_some());
        let value = if same { value } else { self.builder.arrange(&value, file.clone())? };
        if value.stored != file {
            // Axes of length 1 are taken in their order.
            let mut left: Vec<usize> = (0..file.len()).collect();
            let take = |axis: &super::value::Axis| {
                let place = left.iter().position(|&other| file[other] == *axis)?;
                Some(left.remove(place))
            };
            let order: Option<Vec<usize>> = value.stored.iter().map(take).collect();
            let shape: Vec<Option<usize>> = file.iter().map(|axis| Some(length(axis))).collect();
            self.builder.network.notes.extend(order.map(|order| super::note("output", name, &shape, &order)));
        }
        // An output is computed by a layer.
        let tensor = match value.tensor {
            Tensor::Input(_) => self.builder.apply("Identity", vec![], &[value.tensor])?,
            tensor => tensor,
        };
        self.builder.network.outputs.push(tensor);
        Ok(())
    }

    /// Returns an input, whatever it is.
    pub(super) fn item(&self, node: &Node<'_>, place: usize) -> Option<&Item> {
        node.input(place).and_then(|name| self.items.get(name))
    }

    /// Returns an input that is a tensor.
    pub(super) fn value(&self, node: &Node<'_>, place: usize) -> Result<Value, String> {
        match self.item(node, place) {
            Some(Item::Value(value)) => Ok(value.clone()),
            Some(_) => Err(format!("its input {place} is a constant")),
            None => Err(format!("its input {place} is missing")),
        }
    }

    /// Returns an input that is a constant, if there is one.
    pub(super) fn optional(&self, node: &Node<'_>, place: usize) -> Result<Option<Rc<Array>>, String> {
        match self.item(node, place) {
            Some(Item::Constant(array)) => Ok(Some(Rc::clone(array))),
            Some(_) => Err(format!("its input {place} is computed; a constant is needed")),
            None => Ok(None),
        }
    }

    /// Returns an input that must be a constant.
    pub(super) fn constant(&self, node: &Node<'_>, place: usize) -> Result<Rc<Array>, String> {
        self.optional(node, place)?.ok_or_else(|| format!("its input {place} is missing"))
    }

    /// Returns whole numbers that are an attribute or, in newer files, an input.
    pub(super) fn ints(&self, node: &Node<'_>, name: &str, place: usize) -> Result<Option<Vec<i64>>, String> {
        match node.ints(name) {
            Some(ints) => Ok(Some(ints)),
            None => self.optional(node, place)?.map(|array| array.all_ints()).transpose(),
        }
    }

    /// Whether a node or the network reads an output.
    pub(super) fn is_read(&self, node: &Node<'_>, place: usize) -> bool {
        node.outputs.get(place).is_some_and(|name| !name.is_empty() && self.read.contains_key(name))
    }

    /// Whether only tables read the output of a node, perhaps through further casts.
    pub(super) fn is_index(&self, node: &Node<'_>) -> bool {
        let readers = node.outputs.first().and_then(|name| self.read.get(name));
        readers.is_none_or(|readers| {
            readers.iter().all(|(op, output)| match op.as_str() {
                "Gather" => true,
                "Identity" | "Cast" => {
                    self.read.get(output).is_none_or(|readers| readers.iter().all(|(op, _)| op == "Gather"))
                }
                _ => false,
            })
        })
    }

    /// Reshapes a value as the file does.
    pub(super) fn regroup(&mut self, value: &Value, target: &[usize]) -> Result<Value, String> {
        if let Some(found) = value.regrouped(target, &mut self.builder.fresh) {
            return Ok(found);
        }
        let fits = product(target) == Some(length(&value.axes.concat()));
        let merged = if fits { self.builder.merged(value)?.regrouped(target, &mut self.builder.fresh) } else { None };
        merged.ok_or_else(|| format!("its input has the shape {}, which does not become {target:?}", value.described()))
    }
}
