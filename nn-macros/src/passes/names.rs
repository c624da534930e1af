//! Names of layers, inputs, outputs, and the memory of calls. A layer takes its name from `name = ".."`, otherwise from
//! its `let`, otherwise Keras's automatic name.

use crate::diagnostics::Diagnostics;
use crate::graph::{Graph, Op, Producer, TensorId};
use crate::source::snake_case;
use crate::source::{Name, Source, SpanId};
use nn_core::Code;
use std::collections::{HashMap, HashSet};

/// Names everything that the expansion has to name.
pub(crate) fn name(graph: &mut Graph, diagnostics: &mut Diagnostics) {
    let lets = graph.lets.clone();
    let once = |name: &str| lets.get(name) == Some(&1);
    let mut taken = Taken::default();

    // The user's names come first; automatic names avoid them.
    for tensor in graph.declared.clone() {
        let tensor = &mut graph.tensors[tensor];
        if tensor.named || once(tensor.name.as_str()) {
            taken.chosen(&tensor.name, diagnostics);
        }
    }
    for layer in &mut graph.layers {
        let let_name = layer.let_name.clone().filter(|name| once(name.as_str()));
        if let Some(name) = layer.given_name.clone().or(let_name) {
            taken.chosen(&name, diagnostics);
            layer.name = name;
        } else {
            layer.let_name = None;
        }
    }
    for tensor in graph.declared.clone() {
        let tensor = &mut graph.tensors[tensor];
        if !tensor.named && !once(tensor.name.as_str()) {
            tensor.name = taken.automatic("input_layer", tensor.span);
        }
    }
    for layer in &mut graph.layers {
        if layer.given_name.is_some() || layer.let_name.is_some() || layer.part || layer.inside {
            continue;
        }
        let base = match &layer.op {
            _ if layer.template_name.is_some() => layer.template_name.as_ref().expect("it is there").to_string(),
            Op::Builtin(builtin) => builtin.spec.module.to_string(),
            Op::Activation { .. } => "activation".to_string(),
            Op::Component(_) => snake_case(&layer.kind()),
        };
        layer.name = taken.automatic(base.trim_start_matches("r#"), layer.name.span);
    }
    // A layer that only stands inside another one takes the outer name; nothing else does.
    for outer in 0..graph.layers.len() {
        if graph.layers[outer].inside {
            continue;
        }
        let name = graph.layers[outer].name.clone();
        let inside: Vec<_> = graph.chain(outer).filter(|&layer| graph.layers[layer].inside).collect();
        for layer in inside {
            graph.layers[layer].name = name.clone();
        }
    }
    name_nodes(graph);
    name_outputs(graph, &mut diagnostics.source, &once);
}

/// Names the memory of calls after the layer. An activation that is part of a layer adds its own name.
fn name_nodes(graph: &mut Graph) {
    let mut taken = Taken::default();
    for n in 0..graph.nodes.len() {
        let layer = &graph.layers[graph.nodes[n].layer];
        let label = match &layer.op {
            Op::Activation { label, .. } => label.as_str(),
            Op::Builtin(builtin) => builtin.spec.name,
            Op::Component(_) => "",
        };
        let base = match layer.part {
            true => {
                let input = graph.nodes[n].inputs[0];
                let before = match graph.tensors[input].producer {
                    Producer::Node(before) => graph.nodes[before].name.to_string(),
                    Producer::Input => graph.tensors[input].name.to_string(),
                };
                format!("{before}_{}", snake_case(label))
            }
            false => layer.name.to_string(),
        };
        graph.nodes[n].name = taken.with_companions(base.trim_start_matches("r#"), graph.nodes[n].outputs.len());
        let name = graph.nodes[n].name.clone();
        for (k, tensor) in graph.nodes[n].outputs.clone().into_iter().enumerate() {
            if graph.tensors[tensor].name.as_str() == "tensor" {
                let text = if k == 0 { name.to_string() } else { format!("{name}_{k}") };
                graph.tensors[tensor].name = Name::new(&text, SpanId::default());
            }
        }
    }
}

/// Names the outputs. An output has the name that lists it if that name is bound once, otherwise its layer's name.
fn name_outputs(graph: &mut Graph, source: &mut Source, once: &dyn Fn(&str) -> bool) {
    let mut taken = Taken::default();
    for (&tensor, expr) in graph.outputs.iter().zip(&graph.output_exprs) {
        let listed = source.as_name(*expr).filter(|name| once(name.as_str()));
        let name = listed.unwrap_or_else(|| layer_name(graph, tensor));
        // The field has the place of the binding, because an editor would take the listing for a second definition.
        let bound = &graph.tensors[tensor].name;
        let span = if bound.as_str() == name.as_str() { bound.span } else { name.span };
        graph.output_names.push(taken.automatic(name.as_str(), span));
    }
}

fn layer_name(graph: &Graph, tensor: TensorId) -> Name {
    Name::new(&graph.source_name(tensor), graph.tensors[tensor].span)
}

#[derive(Default)]
struct Taken {
    names: HashSet<String>,
    /// For a name and its number of outputs, the first number that may be free. It only grows.
    next: HashMap<(String, usize), usize>,
}

impl Taken {
    fn chosen(&mut self, name: &Name, diagnostics: &mut Diagnostics) {
        if !self.names.insert(name.to_string()) {
            diagnostics
                .error(Code::SameName, name, format!("the name `{name}` is used twice"))
                .note("names of inputs and layers are unique");
        }
    }

    /// A name with free companions: further outputs `name_1`, gradients `d_name` and memory `name_memory`.
    fn with_companions(&mut self, base: &str, outputs: usize) -> Name {
        let next = self.next.entry((base.to_string(), outputs)).or_default();
        loop {
            let count = *next;
            *next += 1;
            let name = if count == 0 { base.to_string() } else { format!("{base}_{count}") };
            let fields = (0..outputs).map(|k| if k == 0 { name.clone() } else { format!("{name}_{k}") });
            let mut all: Vec<_> = fields.flat_map(|field| [format!("d_{field}"), field]).collect();
            all.push(format!("{name}_memory"));
            if all.iter().all(|name| !self.names.contains(name)) {
                self.names.extend(all);
                return Name::new(&name, SpanId::default());
            }
        }
    }

    /// The first free name among `base`, `base_1`, `base_2`, …
    fn automatic(&mut self, base: &str, span: SpanId) -> Name {
        let next = self.next.entry((base.to_string(), 0)).or_default();
        loop {
            let count = *next;
            *next += 1;
            let name = if count == 0 { base.to_string() } else { format!("{base}_{count}") };
            if self.names.insert(name.clone()) {
                return Name::new(&name, span);
            }
        }
    }
}
