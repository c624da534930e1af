//! `MatMul` or `Conv`, then `Add` of a constant vector: a bias.

use super::{Links, other, sweep};
use crate::onnx::array::Array;
use crate::onnx::convert::Constants;
use crate::onnx::wire::Graph;

pub(super) fn run(graph: &mut Graph<'_>, constants: &Constants) {
    let links = Links::new(graph, constants);
    for place in 0..graph.nodes.len() {
        let node = &graph.nodes[place];
        if node.op != "Add" || node.has("axis") {
            continue;
        }
        let found = node.inputs.iter().find_map(|input| {
            let made = ["MatMul", "Conv"].iter().find_map(|op| links.maker(&graph.nodes, input, op));
            let (product, maker) = made.filter(|(_, maker)| links.only(input, place) && maker.inputs.len() == 2)?;
            let added = other(node, input)?;
            let fits = match maker.op.as_str() {
                "MatMul" => bias(links.constant(maker.input(1)?)?, links.constant(added)?),
                _ => channels(links.constant(maker.input(1)?)?, links.constant(added)?),
            };
            fits.then(|| (product, added.to_owned()))
        });
        if let Some((product, added)) = found {
            let mut fused = graph.nodes[product].clone();
            fused.inputs.push(added);
            fused.outputs.clone_from(&graph.nodes[place].outputs);
            graph.nodes[place] = fused;
        }
    }
    sweep(graph);
}

/// Whether a constant is a number for each unit of a matrix.
fn bias(kernel: &Array, added: &Array) -> bool {
    let units = kernel.shape.last().copied().unwrap_or(0);
    kernel.shape.len() >= 2 && added.shape.len() <= 2 && added.shape.last() == Some(&units) && added.count() == units
}

/// Whether a constant is a number for each filter of a convolution.
fn channels(kernel: &Array, added: &Array) -> bool {
    let (rank, filters) = (kernel.shape.len(), kernel.shape.first().copied().unwrap_or(0));
    let behind = added.shape.len().checked_sub(rank.saturating_sub(1));
    let axis = behind.filter(|&axis| axis < added.shape.len());
    added.count() == filters
        && behind.is_some_and(|axis| axis < 2)
        && axis.is_some_and(|axis| added.shape[axis] == filters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::rewrite::{example, ops};
    use std::rc::Rc;

    fn run_on(nodes: &[(&str, &[&str], &str)], shapes: &[(&str, &[usize])]) -> Vec<(String, Vec<String>)> {
        let (mut graph, mut constants) = example(nodes, &[]);
        for (name, shape) in shapes {
            constants.insert((*name).into(), Rc::new(Array::floats(shape.to_vec(), vec![1.0])));
        }
        run(&mut graph, &constants);
        let owned = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect();
        ops(&graph).into_iter().map(|(op, inputs)| (op.to_owned(), owned(inputs))).collect()
    }

    #[test]
    fn a_vector_becomes_the_bias() {
        let words = |list: &[&str]| list.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let made = run_on(&[("MatMul", &["x", "w"], "a"), ("Add", &["b", "a"], "y")], &[("w", &[3, 5]), ("b", &[5])]);
        assert_eq!(made, [("MatMul".to_owned(), words(&["x", "w", "b"]))]);
        let conv: &[(&str, &[&str], &str)] = &[("Conv", &["x", "w"], "a"), ("Add", &["a", "b"], "y")];
        let made = run_on(conv, &[("w", &[5, 2, 3, 3]), ("b", &[1, 5, 1, 1])]);
        assert_eq!(made, [("Conv".to_owned(), words(&["x", "w", "b"]))]);
        // A number for each column, and a sum that something else reads too.
        assert_eq!(run_on(conv, &[("w", &[5, 2, 3, 3]), ("b", &[5])]).len(), 2);
        let twice: &[(&str, &[&str], &str)] =
            &[("MatMul", &["x", "w"], "a"), ("Add", &["a", "b"], "c"), ("Mul", &["a", "c"], "y")];
        assert_eq!(run_on(twice, &[("w", &[3, 5]), ("b", &[5])]).len(), 3);
    }
}
