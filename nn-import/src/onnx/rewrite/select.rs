//! Choices between two tensors: `a · c + b · (1 - c)` with a condition `c`, or `Where`.
//!
//! - `x < 0 ? x + n : x` are indices that may be counted from the end: those of this library are not, so it is `x`.
//! - `x > t ? x : v` is the activation `threshold`.
//! - `x > 0 ? elu(x) : a · elu(x)` is `elu` with another limit.

use super::{Links, replaced, sweep};
use crate::onnx::convert::Constants;
use crate::onnx::wire::{Attribute, Graph, Node};

pub(super) fn run(graph: &mut Graph<'_>, constants: &Constants) {
    let links = Links::new(graph, constants);
    for place in 0..graph.nodes.len() {
        let new = choice(&links, &graph.nodes, &graph.nodes[place]).and_then(|choice| {
            indices(&links, &graph.nodes, &graph.nodes[place], &choice)
                .or_else(|| threshold(&links, &graph.nodes[place], &choice))
                .or_else(|| elu(&links, &graph.nodes, &graph.nodes[place], &choice))
        });
        if let Some(new) = new {
            graph.nodes[place] = new;
        }
    }
    sweep(graph);
}

/// `x OP bound ? then : otherwise`.
struct Choice<'n> {
    op: &'n str,
    x: &'n str,
    bound: f64,
    then: &'n str,
    otherwise: &'n str,
}

/// Follows casts, which change no number here.
fn uncast<'n>(links: &Links<'_>, nodes: &'n [Node<'_>], name: &'n str) -> &'n str {
    match links.maker(nodes, name, "Cast").and_then(|(_, node)| node.input(0)) {
        Some(input) => input,
        None => name,
    }
}

fn choice<'n>(links: &Links<'_>, nodes: &'n [Node<'_>], node: &'n Node<'_>) -> Option<Choice<'n>> {
    let (condition, then, otherwise) = match node.op.as_str() {
        "Where" => (node.input(0)?, node.input(1)?, node.input(2)?),
        "Add" => {
            let products = [links.maker(nodes, node.input(0)?, "Mul")?.1, links.maker(nodes, node.input(1)?, "Mul")?.1];
            [(0, 1), (1, 0)].into_iter().find_map(|(yes, no)| {
                let (condition, then) = factor(links, nodes, products[yes], None)?;
                let (_, otherwise) = factor(links, nodes, products[no], Some(condition))?;
                Some((condition, then, otherwise))
            })?
        }
        _ => return None,
    };
    let (op, comparison) =
        ["Less", "Greater"].into_iter().find_map(|op| Some((op, links.maker(nodes, condition, op)?.1)))?;
    let x = uncast(links, nodes, comparison.input(0)?);
    Some(Choice { op, x, bound: links.number(comparison.input(1)?)?, then, otherwise })
}

/// Returns the condition and the other factor of a product; with a condition, the product must be that with its
/// opposite.
fn factor<'n>(
    links: &Links<'_>,
    nodes: &'n [Node<'_>],
    product: &'n Node<'_>,
    not: Option<&'n str>,
) -> Option<(&'n str, &'n str)> {
    let [a, b] = &product.inputs[..] else { return None };
    [(a, b), (b, a)].into_iter().find_map(|(gate, value)| {
        let (_, cast) = links.maker(nodes, gate, "Cast")?;
        let condition = cast.input(0)?;
        match not {
            None => {
                let comparison = ["Less", "Greater"].iter().any(|op| links.maker(nodes, condition, op).is_some());
                comparison.then_some((condition, value.as_str()))
            }
            Some(not) => {
                let (_, opposite) = links.maker(nodes, condition, "Not")?;
                (opposite.input(0) == Some(not)).then_some((not, value.as_str()))
            }
        }
    })
}

fn indices<'a>(links: &Links<'_>, nodes: &[Node<'a>], node: &Node<'a>, choice: &Choice<'_>) -> Option<Node<'a>> {
    let name = |name| uncast(links, nodes, name);
    let (_, sum) = links.maker(nodes, choice.then, "Add")?;
    let (x, rows) = links.with_number(sum)?;
    let fits = choice.op == "Less" && choice.bound == 0.0 && rows > 0.0 && name(choice.otherwise) == name(choice.x);
    // Only a table reads indices.
    let read = |other: &Node<'_>| other.input(1) == Some(&node.outputs[0]) && other.op == "Gather";
    let gathers = nodes.iter().any(read) && links.read_by(&node.outputs[0], |place| read(&nodes[place]));
    (fits && gathers && name(x) == name(choice.x)).then(|| replaced(node, "Identity", &[choice.otherwise]))
}

fn number(name: &str, number: f64) -> Attribute<'static> {
    Attribute { name: name.into(), float: Some(number as f32), ..Attribute::default() }
}

fn threshold<'a>(links: &Links<'_>, node: &Node<'a>, choice: &Choice<'_>) -> Option<Node<'a>> {
    let value = links.number(choice.otherwise)?;
    if choice.op != "Greater" || choice.then != choice.x {
        return None;
    }
    let mut new = replaced(node, "ThresholdedRelu", &[choice.x]);
    new.attributes = vec![number("alpha", choice.bound), number("otherwise", value)];
    Some(new)
}

fn elu<'a>(links: &Links<'_>, nodes: &[Node<'a>], node: &Node<'a>, choice: &Choice<'_>) -> Option<Node<'a>> {
    let (_, elu) = links.maker(nodes, choice.then, "Elu")?;
    let (_, scaled) = links.maker(nodes, choice.otherwise, "Mul")?;
    let (of, alpha) = links.with_number(scaled)?;
    let fits = choice.op == "Greater" && choice.bound == 0.0 && of == choice.then && elu.input(0) == Some(choice.x);
    if !fits || elu.float("alpha", 1.0) != 1.0 {
        return None;
    }
    let mut new = replaced(node, "Elu", &[choice.x]);
    new.attributes = vec![number("alpha", alpha)];
    Some(new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::rewrite::{example, ops};

    type Nodes = &'static [(&'static str, &'static [&'static str], &'static str)];

    fn rewritten(nodes: Nodes) -> Graph<'static> {
        let (mut graph, constants) = example(nodes, &[("zero", 0.0), ("rows", 7.0), ("t", 0.25), ("v", 0.5)]);
        run(&mut graph, &constants);
        graph
    }

    #[test]
    fn indices_from_the_end_are_none_here() {
        let graph = rewritten(&[
            ("Less", &["x", "zero"], "c"),
            ("Add", &["x", "rows"], "a"),
            ("Where", &["c", "a", "x"], "i"),
            ("Gather", &["table", "i"], "y"),
        ]);
        assert_eq!(ops(&graph), [("Identity", vec!["x"]), ("Gather", vec!["table", "i"])]);
        // Another reader would see the sum.
        let graph = rewritten(&[
            ("Less", &["x", "zero"], "c"),
            ("Add", &["x", "rows"], "a"),
            ("Where", &["c", "a", "x"], "i"),
            ("Relu", &["i"], "y"),
        ]);
        assert_eq!(graph.nodes.len(), 4);
    }

    #[test]
    fn choices_by_products_are_activations() {
        let graph = rewritten(&[
            ("Greater", &["x", "t"], "c"),
            ("Cast", &["c"], "yes"),
            ("Not", &["c"], "n"),
            ("Cast", &["n"], "no"),
            ("Mul", &["yes", "x"], "a"),
            ("Mul", &["v", "no"], "b"),
            ("Add", &["a", "b"], "y"),
        ]);
        assert_eq!(ops(&graph), [("ThresholdedRelu", vec!["x"])]);
        assert_eq!((graph.nodes[0].float("alpha", 0.0), graph.nodes[0].float("otherwise", 0.0)), (0.25, 0.5));
        let graph = rewritten(&[
            ("Greater", &["x", "zero"], "c"),
            ("Elu", &["x"], "e"),
            ("Mul", &["v", "e"], "h"),
            ("Where", &["c", "e", "h"], "y"),
        ]);
        assert_eq!(ops(&graph), [("Elu", vec!["x"])]);
        assert_eq!(graph.nodes[0].float("alpha", 0.0), 0.5);
    }
}
