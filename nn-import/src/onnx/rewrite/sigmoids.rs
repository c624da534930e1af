//! `x · sigmoid(x)`, `x · hard_sigmoid(x)` and `x · tanh(softplus(x))`: silu, hard_silu and mish.

use super::{Links, other, replaced, sweep};
use crate::onnx::convert::Constants;
use crate::onnx::wire::{Graph, Node};

pub(super) fn run(graph: &mut Graph<'_>, constants: &Constants) {
    let links = Links::new(graph, constants);
    for place in 0..graph.nodes.len() {
        let node = &graph.nodes[place];
        let found = match node.op.as_str() {
            "Mul" => node.inputs.iter().find_map(|gate| product(&links, &graph.nodes, node, gate)),
            // x · relu6(x + 3) / 6
            "Div" => match links.with_number(node) {
                Some((product, 6.0)) => links.maker(&graph.nodes, product, "Mul").and_then(|(_, node)| {
                    node.inputs.iter().find_map(|gate| shifted(&links, &graph.nodes, node, gate))
                }),
                _ => None,
            },
            _ => None,
        };
        if let Some((op, x)) = found {
            graph.nodes[place] = replaced(&graph.nodes[place], op, &[&x]);
        }
    }
    sweep(graph);
}

/// Returns the operator for the product of `x` and a gate.
fn product(links: &Links<'_>, nodes: &[Node<'_>], node: &Node<'_>, gate: &str) -> Option<(&'static str, String)> {
    let x = other(node, gate)?;
    let of_x = |node: &Node<'_>| node.input(0) == Some(x);
    if links.maker(nodes, gate, "Sigmoid").is_some_and(|(_, node)| of_x(node)) {
        return Some(("Swish", x.into()));
    }
    if let Some((_, hard)) = links.maker(nodes, gate, "HardSigmoid") {
        let sixth = (hard.float("alpha", 0.2) - 1.0 / 6.0).abs() < 1e-6 && hard.float("beta", 0.5) == 0.5;
        return (of_x(hard) && sixth).then(|| ("HardSwish", x.into()));
    }
    if let Some((_, tanh)) = links.maker(nodes, gate, "Tanh") {
        let (_, softplus) = links.maker(nodes, tanh.input(0)?, "Softplus")?;
        return of_x(softplus).then(|| ("Mish", x.into()));
    }
    // x · (relu6(x + 3) / 6)
    let (_, sixth) = links.maker(nodes, gate, "Div")?;
    let (clip, 6.0) = links.with_number(sixth)? else { return None };
    is_shifted(links, nodes, clip, x).then(|| ("HardSwish", x.into()))
}

fn shifted(links: &Links<'_>, nodes: &[Node<'_>], node: &Node<'_>, gate: &str) -> Option<(&'static str, String)> {
    let x = other(node, gate)?;
    is_shifted(links, nodes, gate, x).then(|| ("HardSwish", x.into()))
}

/// Whether a name is `relu6(x + 3)`.
fn is_shifted(links: &Links<'_>, nodes: &[Node<'_>], name: &str, x: &str) -> bool {
    let Some((_, clip)) = links.maker(nodes, name, "Clip") else { return false };
    let bound = |attribute: &str, place: usize| match clip.has(attribute) {
        true => Some(clip.float(attribute, 0.0)),
        false => clip.input(place).and_then(|name| links.number(name)),
    };
    let sum = clip.input(0).and_then(|name| links.maker(nodes, name, "Add"));
    let sum = sum.and_then(|(_, sum)| links.with_number(sum));
    sum == Some((x, 3.0)) && (bound("min", 1), bound("max", 2)) == (Some(0.0), Some(6.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::rewrite::{example, ops};

    #[test]
    fn products_with_a_gate_of_the_same_tensor_are_activations() {
        let numbers = [("three", 3.0), ("zero", 0.0), ("six", 6.0)];
        let silu: &[(&str, &[&str], &str)] = &[("Sigmoid", &["x"], "a"), ("Mul", &["x", "a"], "y")];
        let mish: &[(&str, &[&str], &str)] =
            &[("Softplus", &["x"], "a"), ("Tanh", &["a"], "b"), ("Mul", &["x", "b"], "y")];
        let hard: &[(&str, &[&str], &str)] = &[
            ("Add", &["x", "three"], "a"),
            ("Clip", &["a", "zero", "six"], "b"),
            ("Mul", &["x", "b"], "c"),
            ("Div", &["c", "six"], "y"),
        ];
        let inner: &[(&str, &[&str], &str)] = &[
            ("Add", &["x", "three"], "a"),
            ("Clip", &["a", "zero", "six"], "b"),
            ("Div", &["b", "six"], "c"),
            ("Mul", &["c", "x"], "y"),
        ];
        for (nodes, op) in [(silu, "Swish"), (mish, "Mish"), (hard, "HardSwish"), (inner, "HardSwish")] {
            let (mut graph, constants) = example(nodes, &numbers);
            run(&mut graph, &constants);
            assert_eq!(ops(&graph), [(op, vec!["x"])]);
        }
        let gated: &[(&str, &[&str], &str)] = &[("Sigmoid", &["z"], "a"), ("Mul", &["x", "a"], "y")];
        let (mut graph, constants) = example(gated, &numbers);
        run(&mut graph, &constants);
        assert_eq!(graph.nodes.len(), 2);
    }
}
