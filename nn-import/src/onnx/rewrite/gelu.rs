//! `x · 0.5 · (1 + erf(x / √2))`, in any order of the factors: gelu, as is `x · 0.5 · erfc(-x / √2)`. With tanh in
//! place of erf it is the approximation of gelu.

use super::{Links, other, replaced, sweep};
use crate::onnx::convert::Constants;
use crate::onnx::wire::{Graph, Node};
use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

pub(super) fn run(graph: &mut Graph<'_>, constants: &Constants) {
    let links = Links::new(graph, constants);
    for place in 0..graph.nodes.len() {
        let node = &graph.nodes[place];
        if !matches!(node.op.as_str(), "Mul" | "Div") {
            continue;
        }
        let Some((x, tanh)) = product(&links, &graph.nodes, node) else { continue };
        let mut new = replaced(node, "Gelu", &[&x]);
        if tanh {
            new.attributes = vec![crate::onnx::wire::Attribute {
                name: "approximate".into(),
                text: Some("tanh".into()),
                ..Default::default()
            }];
        }
        graph.nodes[place] = new;
    }
    sweep(graph);
}

/// Returns the factors of a product of products, and the number among them.
fn factors(links: &Links<'_>, nodes: &[Node<'_>], name: &str, depth: usize, all: &mut Vec<String>, number: &mut f64) {
    if let Some(found) = links.number(name) {
        *number *= found;
        return;
    }
    if let (Some((_, node)), true) = (links.maker(nodes, name, "Mul"), depth < 3) {
        node.inputs.iter().for_each(|input| factors(links, nodes, input, depth + 1, all, number));
    } else if let (Some((_, node)), true) = (links.maker(nodes, name, "Neg"), depth < 3) {
        *number = -*number;
        node.inputs.iter().for_each(|input| factors(links, nodes, input, depth + 1, all, number));
    } else if let Some((input, by)) =
        links.maker(nodes, name, "Div").and_then(|(_, node)| links.with_number(node)).filter(|_| depth < 3)
    {
        *number /= by;
        factors(links, nodes, input, depth + 1, all, number);
    } else {
        all.push(name.to_owned());
    }
}

/// Returns `x` and whether it is the approximation.
fn product(links: &Links<'_>, nodes: &[Node<'_>], node: &Node<'_>) -> Option<(String, bool)> {
    let (mut all, mut number) = (Vec::new(), 1.0);
    factors(links, nodes, node.outputs.first()?, 0, &mut all, &mut number);
    let [a, b] = &all[..] else { return None };
    if (number - 0.5).abs() > 1e-6 {
        return None;
    }
    [(a, b), (b, a)].into_iter().find_map(|(x, sum)| {
        if let Some((_, erfc)) = links.maker(nodes, sum, "Erfc") {
            let (mut all, mut number) = (Vec::new(), 1.0);
            factors(links, nodes, erfc.input(0)?, 0, &mut all, &mut number);
            let fits = all == [x.clone()] && (number + FRAC_1_SQRT_2).abs() < 1e-6;
            return fits.then(|| (x.clone(), false));
        }
        let (_, sum) = links.maker(nodes, sum, "Add")?;
        let (function, one) = links.with_number(sum)?;
        if one != 1.0 {
            return None;
        }
        if let Some((_, erf)) = links.maker(nodes, function, "Erf") {
            let (mut all, mut number) = (Vec::new(), 1.0);
            factors(links, nodes, erf.input(0)?, 0, &mut all, &mut number);
            let fits = all == [x.clone()] && (number - FRAC_1_SQRT_2).abs() < 1e-6;
            return fits.then(|| (x.clone(), false));
        }
        let (_, tanh) = links.maker(nodes, function, "Tanh")?;
        let (mut all, mut number) = (Vec::new(), 1.0);
        factors(links, nodes, tanh.input(0)?, 0, &mut all, &mut number);
        let ([inner], true) = (&all[..], (number - SQRT_2 / std::f64::consts::PI.sqrt()).abs() < 1e-6) else {
            return None;
        };
        let (_, inner) = links.maker(nodes, inner, "Add")?;
        let cubic = other(inner, x)?;
        let (mut all, mut number) = (Vec::new(), 1.0);
        factors(links, nodes, cubic, 0, &mut all, &mut number);
        let cube = match &all[..] {
            [a, b, c] => a == x && b == x && c == x,
            [power] => links
                .maker(nodes, power, "Pow")
                .is_some_and(|(_, node)| node.input(0) == Some(x) && node.input(1).is_some_and(|by| links.is(by, 3.0))),
            _ => false,
        };
        (cube && (number - 0.044_715).abs() < 1e-6).then(|| (x.clone(), true))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onnx::rewrite::{example, ops};

    #[test]
    fn all_spellings_are_gelu() {
        let numbers =
            [("half", 0.5), ("one", 1.0), ("root", SQRT_2), ("three", 3.0), ("c", 0.044715), ("p", 0.7978845608)];
        for nodes in [
            &[
                ("Div", &["x", "root"][..], "a"),
                ("Erf", &["a"][..], "b"),
                ("Add", &["b", "one"][..], "d"),
                ("Mul", &["x", "d"][..], "e"),
                ("Mul", &["e", "half"][..], "y"),
            ][..],
            &[
                ("Div", &["x", "root"][..], "a"),
                ("Erf", &["a"][..], "b"),
                ("Add", &["one", "b"][..], "d"),
                ("Mul", &["half", "x"][..], "e"),
                ("Mul", &["e", "d"][..], "y"),
            ][..],
            &[
                ("Neg", &["x"][..], "a"),
                ("Div", &["a", "root"][..], "b"),
                ("Erfc", &["b"][..], "d"),
                ("Mul", &["half", "x"][..], "e"),
                ("Mul", &["e", "d"][..], "y"),
            ][..],
        ] {
            let (mut graph, constants) = example(nodes, &numbers);
            run(&mut graph, &constants);
            assert_eq!(ops(&graph), [("Gelu", vec!["x"])]);
        }
        let (mut graph, constants) = example(
            &[
                ("Pow", &["x", "three"], "a"),
                ("Mul", &["a", "c"], "b"),
                ("Add", &["x", "b"], "d"),
                ("Mul", &["d", "p"], "e"),
                ("Tanh", &["e"], "f"),
                ("Add", &["f", "one"], "g"),
                ("Mul", &["x", "half"], "h"),
                ("Mul", &["h", "g"], "y"),
            ],
            &numbers,
        );
        run(&mut graph, &constants);
        assert_eq!(ops(&graph), [("Gelu", vec!["x"])]);
        assert_eq!(graph.nodes[0].text("approximate", ""), "tanh");
    }

    #[test]
    fn another_factor_is_not_gelu() {
        let nodes: &[(&str, &[&str], &str)] = &[
            ("Div", &["x", "two"], "a"),
            ("Erf", &["a"], "b"),
            ("Add", &["b", "one"], "d"),
            ("Mul", &["x", "d"], "e"),
            ("Mul", &["e", "half"], "y"),
        ];
        let (mut graph, constants) = example(nodes, &[("half", 0.5), ("one", 1.0), ("two", 2.0)]);
        run(&mut graph, &constants);
        assert_eq!(graph.nodes.len(), 5);
    }
}
