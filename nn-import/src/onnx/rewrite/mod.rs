//! Rewrites of the nodes of a file, a file for each: what exporters write as several nodes becomes one.

mod bias;
mod gelu;
pub(super) mod layer_norm;
mod pad;
mod select;
mod sigmoids;

use super::array::Array;
use super::convert::Constants;
use super::wire::{Graph, Node};
use std::collections::HashMap;

/// Runs all rewrites.
pub(super) fn all(graph: &mut Graph<'_>, constants: &Constants) {
    for rewrite in [select::run, gelu::run, sigmoids::run, layer_norm::run, bias::run, pad::run] {
        rewrite(graph, constants);
    }
}

/// The nodes of a graph by the names that they make, and who reads a name.
pub(super) struct Links<'g> {
    constants: &'g Constants,
    makers: HashMap<String, usize>,
    readers: HashMap<String, Vec<usize>>,
    outputs: Vec<String>,
}

impl<'g> Links<'g> {
    pub(super) fn new(graph: &Graph<'_>, constants: &'g Constants) -> Self {
        let (mut makers, mut readers) = (HashMap::new(), HashMap::<String, Vec<usize>>::new());
        for (place, node) in graph.nodes.iter().enumerate() {
            for output in &node.outputs {
                makers.insert(output.clone(), place);
            }
            for input in &node.inputs {
                readers.entry(input.clone()).or_default().push(place);
            }
        }
        let outputs = graph.outputs.iter().map(|output| output.name.clone()).collect();
        Links { constants, makers, readers, outputs }
    }

    /// Returns the node that makes a name, if it is of this operator.
    pub(super) fn maker<'n, 'a>(&self, nodes: &'n [Node<'a>], name: &str, op: &str) -> Option<(usize, &'n Node<'a>)> {
        let place = *self.makers.get(name)?;
        nodes.get(place).filter(|node| node.op == op).map(|node| (place, node))
    }

    pub(super) fn constant(&self, name: &str) -> Option<&Array> {
        self.constants.get(name).map(|array| &**array)
    }

    /// Returns a constant that is one number.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        self.constant(name)?.single()
    }

    /// Whether a name is a constant that is about this number.
    pub(super) fn is(&self, name: &str, number: f64) -> bool {
        self.number(name).is_some_and(|found| (found - number).abs() <= 1e-6 * number.abs())
    }

    /// Whether only this node reads a name.
    pub(super) fn only(&self, name: &str, reader: usize) -> bool {
        let readers = self.readers.get(name);
        readers.is_some_and(|readers| readers.iter().all(|&other| other == reader))
            && !self.outputs.iter().any(|output| output == name)
    }

    /// Whether all readers of a name pass a test.
    pub(super) fn read_by(&self, name: &str, test: impl Fn(usize) -> bool) -> bool {
        self.readers.get(name).is_none_or(|readers| readers.iter().all(|&place| test(place)))
            && !self.outputs.iter().any(|output| output == name)
    }

    /// Returns the two inputs of a node, the constant number last.
    pub(super) fn with_number<'n>(&self, node: &'n Node<'_>) -> Option<(&'n str, f64)> {
        let [a, b] = &node.inputs[..] else { return None };
        match (self.number(a), self.number(b)) {
            (None, Some(number)) => Some((a, number)),
            (Some(number), None) if node.op != "Sub" && node.op != "Div" && node.op != "Pow" => Some((b, number)),
            _ => None,
        }
    }
}

/// Returns the other one of two inputs.
pub(super) fn other<'n>(node: &'n Node<'_>, name: &str) -> Option<&'n str> {
    match &node.inputs[..] {
        [a, b] if a == name => Some(b),
        [a, b] if b == name => Some(a),
        _ => None,
    }
}

/// Makes a node of another operator in the place of an old one, with its name and its output.
pub(super) fn replaced<'a>(old: &Node<'a>, op: &str, inputs: &[&str]) -> Node<'a> {
    Node {
        name: old.name.clone(),
        op: op.into(),
        inputs: inputs.iter().map(|&input| input.to_owned()).collect(),
        outputs: old.outputs.clone(),
        ..Node::default()
    }
}

/// Removes the nodes whose outputs nothing reads any more.
pub(super) fn sweep(graph: &mut Graph<'_>) {
    loop {
        let mut read: std::collections::HashSet<String> =
            graph.outputs.iter().map(|output| output.name.clone()).collect();
        read.extend(graph.nodes.iter().flat_map(|node| node.inputs.iter().cloned()));
        let before = graph.nodes.len();
        graph.nodes.retain(|node| node.outputs.iter().any(|output| read.contains(output)));
        if graph.nodes.len() == before {
            return;
        }
    }
}

/// A graph of `op(inputs) → output` for tests, with constants.
#[cfg(test)]
pub(super) fn example(nodes: &[(&str, &[&str], &str)], numbers: &[(&str, f64)]) -> (Graph<'static>, Constants) {
    use super::wire::Input;
    let nodes: Vec<Node<'static>> = nodes
        .iter()
        .map(|&(op, inputs, output)| Node {
            op: op.into(),
            inputs: inputs.iter().map(|&input| input.into()).collect(),
            outputs: vec![output.into()],
            ..Node::default()
        })
        .collect();
    let outputs =
        vec![Input { name: nodes.last().map_or(String::new(), |node| node.outputs[0].clone()), ..Input::default() }];
    let constants = numbers
        .iter()
        .map(|&(name, number)| (name.to_owned(), std::rc::Rc::new(Array::floats(vec![], vec![number]))))
        .collect();
    (Graph { nodes, outputs, ..Graph::default() }, constants)
}

/// The operators that are left after a rewrite.
#[cfg(test)]
pub(super) fn ops<'g>(graph: &'g Graph<'_>) -> Vec<(&'g str, Vec<&'g str>)> {
    graph.nodes.iter().map(|node| (node.op.as_str(), node.inputs.iter().map(String::as_str).collect())).collect()
}
