//! `(x - mean) / √(mean((x - mean)²) + ε) · scale + bias`, as exporters before version 17 write it, and
//! `x · s + (bias - mean · s)` with `s = scale / √(mean((x - mean)²) + ε)`, as tf2onnx does.

use super::{Links, other, replaced, sweep};
use crate::onnx::convert::Constants;
use crate::onnx::wire::{Attribute, Graph, Node};

pub(super) fn run(graph: &mut Graph<'_>, constants: &Constants) {
    let links = Links::new(graph, constants);
    for place in 0..graph.nodes.len() {
        let node = &graph.nodes[place];
        if node.op != "Add" {
            continue;
        }
        let found = found(&links, &graph.nodes, node).or_else(|| found_in_tensorflow(&links, &graph.nodes, node));
        let Some(found) = found else { continue };
        let mut new = replaced(node, "LayerNormalization", &[&found.x, &found.scale, &found.bias]);
        new.attributes = vec![
            Attribute { name: "axis".into(), int: Some(-1), ..Attribute::default() },
            Attribute { name: RANK.into(), int: found.rank, ..Attribute::default() },
            Attribute { name: "epsilon".into(), float: Some(found.epsilon as f32), ..Attribute::default() },
        ];
        graph.nodes[place] = new;
    }
    sweep(graph);
}

/// An attribute of our own: the rank that the input must have.
pub(in crate::onnx) const RANK: &str = "rank of the input";

struct Found {
    rank: Option<i64>,
    x: String,
    scale: String,
    bias: String,
    epsilon: f64,
}

fn found(links: &Links<'_>, nodes: &[Node<'_>], sum: &Node<'_>) -> Option<Found> {
    let vector = |name: &str| links.constant(name).is_some_and(|array| array.shape.len() == 1);
    let (scaled, bias) = with_vector(sum, vector)?;
    let (_, scaled) = links.maker(nodes, scaled, "Mul")?;
    let (normalized, scale) = with_vector(scaled, vector)?;
    let (_, quotient) = links.maker(nodes, normalized, "Div")?;
    let (centred, root) = (quotient.input(0)?, quotient.input(1)?);
    let (_, root) = links.maker(nodes, root, "Sqrt")?;
    let (_, variance) = links.maker(nodes, root.input(0)?, "Add")?;
    let (variance, epsilon) = links.with_number(variance)?;
    let (_, variance) = links.maker(nodes, variance, "ReduceMean")?;
    let squares = variance.input(0)?;
    let square = match links.maker(nodes, squares, "Pow") {
        Some((_, power)) => power.input(0) == Some(centred) && links.is(power.input(1)?, 2.0),
        None => links.maker(nodes, squares, "Mul")?.1.inputs == [centred, centred],
    };
    let (_, difference) = links.maker(nodes, centred, "Sub")?;
    let (x, mean) = (difference.input(0)?, difference.input(1)?);
    let (_, mean) = links.maker(nodes, mean, "ReduceMean")?;
    let last = |node: &Node<'_>| {
        let axes = node.ints("axes").or_else(|| links.constant(node.input(1)?)?.all_ints().ok());
        axes == Some(vec![-1]) && node.int("keepdims", 1) == 1
    };
    let fits = square && mean.input(0) == Some(x) && last(mean) && last(variance);
    fits.then(|| Found { rank: None, x: x.into(), scale: scale.into(), bias: bias.into(), epsilon })
}

fn found_in_tensorflow(links: &Links<'_>, nodes: &[Node<'_>], sum: &Node<'_>) -> Option<Found> {
    let maker = |name: &str, op: &str| links.maker(nodes, name, op).map(|(_, node)| node);
    // Numbers along the last of `rank` axes.
    let vector = |name: &str| {
        let shape = &links.constant(name)?.shape;
        let (_, outer) = shape.split_last()?;
        (!outer.is_empty() && outer.iter().all(|&length| length == 1)).then_some(shape.len() as i64)
    };
    let [a, b] = &sum.inputs[..] else { return None };
    [(a, b), (b, a)].into_iter().find_map(|(scaled, shift)| {
        let (scaled, shift) = (maker(scaled, "Mul")?, maker(shift, "Add")?);
        let (moved, bias) = with_vector(shift, |name| vector(name).is_some())?;
        let moved = maker(moved, "Mul")?;
        scaled.inputs.iter().find_map(|factor| {
            let (x, minus_mean) = (other(scaled, factor)?, other(moved, factor)?);
            let (inverse, scale) = with_vector(maker(factor, "Mul")?, |name| vector(name).is_some())?;
            let root = maker(maker(inverse, "Reciprocal")?.input(0)?, "Sqrt")?;
            let (variance, epsilon) = links.with_number(maker(root.input(0)?, "Add")?)?;
            let mean = maker(minus_mean, "Neg")?.input(0)?;
            let rank = vector(scale)?;
            let over_last = |name: &str| match maker(name, "ReduceMean") {
                Some(node) => {
                    let axes = node.ints("axes").or_else(|| links.constant(node.input(1)?)?.all_ints().ok())?;
                    let last = axes == [-1] || axes == [rank - 1];
                    (last && node.int("keepdims", 1) == 1).then(|| node.input(0))?
                }
                // It is a mean over all axes behind the second.
                None => maker(name, "GlobalAveragePool").filter(|_| rank == 3)?.input(0),
            };
            let squares = maker(over_last(variance)?, "Mul")?;
            let difference = maker(squares.input(0)?, "Sub")?;
            let fits = over_last(mean)? == x
                && squares.inputs[0] == squares.inputs[1]
                && (difference.input(0), difference.input(1)) == (Some(x), Some(mean))
                && vector(bias) == Some(rank);
            fits.then(|| Found { rank: Some(rank), x: x.into(), scale: scale.into(), bias: bias.into(), epsilon })
        })
    })
}

/// Returns the two inputs of a node, the constant vector last.
fn with_vector<'n>(node: &'n Node<'_>, vector: impl Fn(&str) -> bool) -> Option<(&'n str, &'n str)> {
    let constant = node.inputs.iter().find(|name| vector(name))?;
    Some((other(node, constant)?, constant))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::array::Array;
    use crate::onnx::rewrite::{example, ops};
    use std::rc::Rc;

    #[test]
    fn the_formula_of_tensorflow_is_one_node() {
        let nodes: &[(&str, &[&str], &str)] = &[
            ("GlobalAveragePool", &["x"], "m"),
            ("Sub", &["x", "m"], "c"),
            ("Mul", &["c", "c"], "q"),
            ("GlobalAveragePool", &["q"], "v"),
            ("Add", &["v", "e"], "w"),
            ("Sqrt", &["w"], "r"),
            ("Reciprocal", &["r"], "i"),
            ("Mul", &["i", "g"], "s"),
            ("Mul", &["x", "s"], "a"),
            ("Neg", &["m"], "n"),
            ("Mul", &["n", "s"], "t"),
            ("Add", &["t", "b"], "u"),
            ("Add", &["a", "u"], "y"),
        ];
        for (shape, left) in [(vec![1, 1, 4], 1), (vec![1, 1, 1, 4], 13), (vec![4], 13)] {
            let (mut graph, mut constants) = example(nodes, &[("e", 1e-3)]);
            for name in ["g", "b"] {
                constants.insert(name.into(), Rc::new(Array::floats(shape.clone(), vec![1.0])));
            }
            run(&mut graph, &constants);
            assert_eq!(graph.nodes.len(), left, "{shape:?}");
        }
    }

    #[test]
    fn the_formula_is_one_node() {
        let nodes: &[(&str, &[&str], &str)] = &[
            ("ReduceMean", &["x", "axes"], "m"),
            ("Sub", &["x", "m"], "c"),
            ("Pow", &["c", "two"], "s"),
            ("ReduceMean", &["s", "axes"], "v"),
            ("Add", &["v", "e"], "w"),
            ("Sqrt", &["w"], "r"),
            ("Div", &["c", "r"], "n"),
            ("Mul", &["n", "g"], "a"),
            ("Add", &["a", "b"], "y"),
        ];
        let (mut graph, mut constants) = example(nodes, &[("two", 2.0), ("e", 1e-5)]);
        constants.insert("axes".into(), Rc::new(Array::ints(vec![1], vec![-1])));
        for name in ["g", "b"] {
            constants.insert(name.into(), Rc::new(Array::floats(vec![4], vec![1.0])));
        }
        run(&mut graph, &constants);
        assert_eq!(ops(&graph), [("LayerNormalization", vec!["x", "g", "b"])]);
        assert_eq!(graph.nodes[0].float("epsilon", 0.0), 1e-5);
        // Over another axis it is none.
        let (mut graph, _) = example(nodes, &[]);
        constants.insert("axes".into(), Rc::new(Array::ints(vec![1], vec![1])));
        run(&mut graph, &constants);
        assert_eq!(graph.nodes.len(), 9);
    }
}
