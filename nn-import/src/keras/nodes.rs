//! The calls of a layer: `inbound_nodes` in the spellings of all versions.

use serde_json::Value as Json;

/// An output of a call in a graph of Keras: the layer, the index of the call, and the index of the output.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reference {
    pub(super) layer: String,
    pub(super) node: usize,
    pub(super) tensor: usize,
}

/// An argument of a call.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    Tensor(Reference),
    Other(Json),
}

/// A call.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Node {
    /// The arguments without a keyword; lists of tensors are taken apart.
    pub(super) arguments: Vec<Operand>,
    /// The arguments with a keyword.
    pub(super) keywords: Vec<(String, Vec<Operand>)>,
}

impl Node {
    /// Returns the tensors among the arguments without a keyword.
    pub(super) fn tensors(&self) -> impl Iterator<Item = &Reference> {
        tensors(&self.arguments)
    }

    /// Returns all arguments.
    pub(super) fn operands(&self) -> impl Iterator<Item = &Operand> {
        self.arguments.iter().chain(self.keywords.iter().flat_map(|(_, operands)| operands))
    }

    /// Returns the first tensor that fails a test.
    pub(super) fn missing(&self, there: impl Fn(&Reference) -> bool) -> Option<&Reference> {
        self.operands().filter_map(Operand::tensor).find(|reference| !there(reference))
    }
}

impl Operand {
    pub(super) fn tensor(&self) -> Option<&Reference> {
        match self {
            Operand::Tensor(reference) => Some(reference),
            Operand::Other(_) => None,
        }
    }
}

/// Returns the tensors among operands.
pub(super) fn tensors(operands: &[Operand]) -> impl Iterator<Item = &Reference> {
    operands.iter().filter_map(Operand::tensor)
}

/// Reads the calls of a layer.
pub(super) fn nodes(inbound: &Json) -> Vec<Node> {
    let Some(list) = inbound.as_array() else { return Vec::new() };
    // A single call of Keras 2.13 is not in a list of its own.
    if !list.is_empty() && list.iter().all(|node| reference(node).is_some() || constant(node).is_some()) {
        return vec![old(list)];
    }
    list.iter()
        .map(|node| match node {
            Json::Array(references) => old(references),
            node => new(node),
        })
        .collect()
}

/// A call of Keras 3: `{"args": [..], "kwargs": {..}}`.
fn new(node: &Json) -> Node {
    let mut read = Node::default();
    for argument in node["args"].as_array().into_iter().flatten() {
        flatten(argument, &mut read.arguments);
    }
    for (keyword, value) in node["kwargs"].as_object().into_iter().flatten() {
        let mut operands = Vec::new();
        flatten(value, &mut operands);
        read.keywords.push((keyword.clone(), operands));
    }
    read
}

/// Adds the tensors of an argument, or the argument if it has none.
fn flatten(argument: &Json, operands: &mut Vec<Operand>) {
    if let Some(found) = reference(argument) {
        operands.push(Operand::Tensor(found));
        return;
    }
    match argument.as_array() {
        Some(list) if list.iter().any(|part| has_tensor(part, 0)) => {
            list.iter().for_each(|part| flatten(part, operands));
        }
        _ => operands.push(Operand::Other(argument.clone())),
    }
}

/// The deepest list of tensors in an argument.
const DEPTH: usize = 4;

fn has_tensor(json: &Json, depth: usize) -> bool {
    depth < DEPTH
        && (reference(json).is_some()
            || json.as_array().is_some_and(|list| list.iter().any(|part| has_tensor(part, depth + 1))))
}

/// A call of Keras 2: `[["dense", 0, 0, {"mask": ["masking", 0, 0]}], ..]`.
fn old(references: &[Json]) -> Node {
    let mut read = Node::default();
    for argument in references {
        read.arguments.push(match (reference(argument), constant(argument)) {
            (Some(tensor), _) => Operand::Tensor(tensor),
            (None, number) => Operand::Other(number.unwrap_or(argument).clone()),
        });
        for (keyword, value) in argument[3].as_object().into_iter().flatten() {
            let mut operands = Vec::new();
            flatten(value, &mut operands);
            // Each tensor of a list has the same keywords.
            let keyword = (keyword.clone(), operands);
            if !read.keywords.contains(&keyword) {
                read.keywords.push(keyword);
            }
        }
    }
    read
}

/// Reads the first argument of a call of Keras 2 that is no tensor: `["_CONSTANT_VALUE", -1, 2.0, {..}]`.
fn constant(json: &Json) -> Option<&Json> {
    json.as_array().filter(|list| list.len() == 4 && list[0] == "_CONSTANT_VALUE").map(|list| &list[2])
}

/// Whether an argument says nothing: null, false, or a list of nothing else.
pub(super) fn is_empty(json: &Json) -> bool {
    match json {
        Json::Null | Json::Bool(false) => true,
        Json::Array(list) => list.iter().all(Json::is_null),
        Json::Object(fields) => fields.values().all(Json::is_null),
        _ => false,
    }
}

/// Reads a tensor, in either spelling.
pub(super) fn reference(json: &Json) -> Option<Reference> {
    let history = match json {
        Json::Object(_) if json["class_name"] == "__keras_tensor__" => &json["config"]["keras_history"],
        json => json,
    };
    let list = history.as_array().filter(|list| (3..=4).contains(&list.len()))?;
    let index = |place: usize| list[place].as_u64().and_then(|index| usize::try_from(index).ok());
    Some(Reference { layer: list[0].as_str()?.to_owned(), node: index(1)?, tensor: index(2)? })
}

/// Reads the inputs or outputs of a model: one tensor, a list of them, or an object with a tensor for each name.
pub(super) fn references(json: &Json) -> Vec<Reference> {
    if let Some(one) = reference(json) {
        return vec![one];
    }
    match json {
        Json::Array(list) => list.iter().flat_map(references).collect(),
        Json::Object(named) => named.values().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn all_spellings_of_a_call_are_read() {
        let tensor = |layer: &str| Operand::Tensor(Reference { layer: layer.into(), node: 0, tensor: 0 });
        let one = Node { arguments: vec![tensor("a")], keywords: vec![] };
        let two = Node { arguments: vec![tensor("a"), tensor("b")], keywords: vec![] };
        let keras3 =
            |layer: &str| json!({"class_name": "__keras_tensor__", "config": {"keras_history": [layer, 0, 0]}});
        for (spelling, expected) in [
            (json!([[["a", 0, 0, {}]]]), vec![one.clone()]),
            (json!([[["a", 0, 0]]]), vec![one.clone()]),
            (json!([["a", 0, 0, {}]]), vec![one.clone()]),
            (json!([[["a", 0, 0, {}], ["b", 0, 0, {}]]]), vec![two.clone()]),
            (json!([["a", 0, 0, {}], ["b", 0, 0, {}]]), vec![two.clone()]),
            (
                json!([[["a", 0, 0, {}]], [["b", 0, 0, {}]]]),
                vec![one.clone(), Node { arguments: vec![tensor("b")], keywords: vec![] }],
            ),
            (json!([{"args": [keras3("a")], "kwargs": {}}]), vec![one.clone()]),
            (json!([{"args": [[keras3("a"), keras3("b")]], "kwargs": {}}]), vec![two.clone()]),
            (json!([{"args": [keras3("a"), keras3("b")], "kwargs": {}}]), vec![two]),
            (json!([]), vec![]),
        ] {
            assert_eq!(nodes(&spelling), expected, "{spelling}");
        }
        let with_state = json!([[["a", 0, 0, {"initial_state": [["h", 0, 1], ["c", 0, 2]], "training": null}]]]);
        let read = nodes(&with_state);
        assert_eq!(read[0].keywords.len(), 2);
        assert_eq!(tensors(&read[0].keywords[0].1).count(), 2);
    }
}
