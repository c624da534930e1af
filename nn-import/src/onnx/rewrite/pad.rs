//! `Pad` with zeros around an image, then `Conv`: the padding of the convolution.

use super::{Links, sweep};
use crate::onnx::convert::Constants;
use crate::onnx::wire::{Attribute, Graph, Node};

pub(super) fn run(graph: &mut Graph<'_>, constants: &Constants) {
    let links = Links::new(graph, constants);
    for place in 0..graph.nodes.len() {
        let conv = &graph.nodes[place];
        if conv.op != "Conv" {
            continue;
        }
        let padded = conv.input(0).filter(|name| links.only(name, place));
        let pad = padded.and_then(|name| links.maker(&graph.nodes, name, "Pad"));
        let Some((zeros, x)) = pad.and_then(|(_, pad)| Some((zeros(&links, pad)?, pad.input(0)?.to_owned()))) else {
            continue;
        };
        let own = conv.ints("pads").unwrap_or_else(|| vec![0; zeros.len()]);
        if !matches!(conv.text("auto_pad", "NOTSET").as_str(), "NOTSET" | "VALID") || own.len() != zeros.len() {
            continue;
        }
        let sum = own.iter().zip(&zeros).map(|(a, b)| a.saturating_add(*b)).collect();
        let mut conv = conv.clone();
        conv.inputs[0] = x;
        conv.attributes.retain(|attribute| attribute.name != "pads" && attribute.name != "auto_pad");
        conv.attributes.push(Attribute { name: "pads".into(), ints: sum, ..Attribute::default() });
        graph.nodes[place] = conv;
    }
    sweep(graph);
}

/// Returns the zeros around the axes behind the channels, if there are no others.
fn zeros(links: &Links<'_>, pad: &Node<'_>) -> Option<Vec<i64>> {
    let value = match pad.input(2) {
        Some(name) => links.number(name)?,
        None => pad.float("value", 0.0),
    };
    let pads = match pad.ints("pads") {
        Some(pads) => pads,
        None => links.constant(pad.input(1)?)?.all_ints().ok()?,
    };
    let rank = pads.len() / 2;
    let (before, behind) = pads.split_at(rank);
    let fits = value == 0.0
        && pad.text("mode", "constant") == "constant"
        && pad.input(3).is_none()
        && rank > 2
        && behind.len() == rank
        && pads.iter().all(|&zeros| zeros >= 0)
        && before[..2] == [0, 0]
        && behind[..2] == [0, 0];
    fits.then(|| [&before[2..], &behind[2..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::array::Array;
    use crate::onnx::rewrite::{example, ops};
    use std::rc::Rc;

    fn run_on(pads: Vec<i64>) -> Graph<'static> {
        let (mut graph, mut constants) = example(&[("Pad", &["x", "p"], "a"), ("Conv", &["a", "w"], "y")], &[]);
        constants.insert("p".into(), Rc::new(Array::ints(vec![pads.len()], pads)));
        run(&mut graph, &constants);
        graph
    }

    #[test]
    fn zeros_become_those_of_the_convolution() {
        let graph = run_on(vec![0, 0, 1, 2, 0, 0, 3, 4]);
        assert_eq!(ops(&graph), [("Conv", vec!["x", "w"])]);
        assert_eq!(graph.nodes[0].ints("pads"), Some(vec![1, 2, 3, 4]));
        assert_eq!(run_on(vec![0, 1, 1, 2, 0, 0, 3, 4]).nodes.len(), 2);
        assert_eq!(run_on(vec![0, 0, -1, 2, 0, 0, 3, 4]).nodes.len(), 2);
    }
}
