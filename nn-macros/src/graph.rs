//! The graph: layers, their calls, and the tensors between them. Plain data, without tokens of the expansion.

use crate::editor::Meaning;
use crate::values::Named;
use nn_core::activations::ACTIVATIONS;
use nn_core::shape::Shape;
use nn_core::spec::{Inferred, Kind, LayerSpec, Value, ValueSpec};
use proc_macro2::{Span, TokenStream};
use std::collections::HashMap;
use syn::{Expr, Ident, Type};

pub(crate) type TensorId = usize;
pub(crate) type LayerId = usize;

/// A model's graph. Nodes stand in the order in which they were written, which is an order of computation.
#[derive(Clone, Default)]
pub(crate) struct Graph {
    pub(crate) layers: Vec<Layer>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) tensors: Vec<Tensor>,
    /// The tensors made by `Input(..)`, in the order in which they were written.
    pub(crate) declared: Vec<TensorId>,
    /// The inputs and outputs of the model, in its order.
    pub(crate) inputs: Vec<TensorId>,
    pub(crate) outputs: Vec<TensorId>,
    /// The names of the outputs.
    pub(crate) output_names: Vec<Ident>,
    /// Where inputs and outputs are listed.
    pub(crate) input_spans: Vec<Expr>,
    pub(crate) output_spans: Vec<Expr>,
    /// Associated constants of the graph's type: name, type, value. rustc evaluates what is not known here.
    pub(crate) constants: Vec<(Ident, TokenStream, TokenStream)>,
    /// Shape rules that rustc evaluates only for their checks of numbers: expressions of type `Inferred`.
    pub(crate) checks: Vec<TokenStream>,
    /// Numbers that rustc evaluates, and refuses if they make no sense: expressions of type `f64`.
    pub(crate) numbers: Vec<TokenStream>,
    /// The graph's type: `DigitsGraph`.
    pub(crate) graph_type: Option<Ident>,
    /// What the names of each statement stand for, for editors: by its number and the name.
    pub(crate) bound: HashMap<(usize, String), Meaning>,
    /// Whether `Model(..)` was understood: without, nothing can be said of what is connected.
    pub(crate) complete: bool,
}

/// A layer: one set of weights, called once or more.
#[derive(Clone)]
pub(crate) struct Layer {
    /// Its name: a field of the struct, and a prefix in weight files.
    pub(crate) name: Ident,
    /// `name = ".."`, if given.
    pub(crate) given_name: Option<Ident>,
    /// The `let` it was bound to.
    pub(crate) let_name: Option<Ident>,
    pub(crate) op: Op,
    pub(crate) trainable: bool,
    /// Whether it was written as a part of the layer before it (`Dense(64, activation = relu)`): it has no name and no row
    /// in the summary.
    pub(crate) part: bool,
    /// What made it: `Dense(64, activation = relu)`.
    pub(crate) source: Expr,
    /// The layer whose weights it computes with: itself, or the one that it is wrapped around, if that has a name.
    pub(crate) owner: LayerId,
    /// Whether it only stands inside of another one: it is never called by itself, and has no name and no weights.
    pub(crate) inside: bool,
    /// The name that a template gave it, which starts with the names of the calls of the template.
    pub(crate) template_name: Option<Ident>,
}

/// What a layer does.
#[derive(Clone)]
pub(crate) enum Op {
    /// One of the layers of `nn-core`.
    Builtin(Box<Builtin>),
    /// An activation: `Activate(Relu)`.
    Activation { value: TokenStream, short: Option<(Ident, TokenStream)>, label: String },
    /// A model, or a layer of the user's: a path to a type that implements `Component`.
    Component(Component),
}

#[derive(Clone)]
pub(crate) struct Builtin {
    pub(crate) spec: &'static LayerSpec,
    /// One for each argument of the specification.
    pub(crate) args: Vec<Arg>,
    /// The layers that follow it: its activation and the penalty on its output.
    pub(crate) then: Vec<LayerId>,
    /// What the shape rule found at the first call.
    pub(crate) inferred: Option<Facts>,
    /// The layer that it is wrapped around.
    pub(crate) inner: Option<Inner>,
}

/// The layer inside of another one, with what the other one has to know of it.
#[derive(Clone, Copy)]
pub(crate) struct Inner {
    pub(crate) layer: LayerId,
    pub(crate) has_weights: bool,
    pub(crate) has_cache: bool,
    pub(crate) has_scratch: bool,
    pub(crate) has_rows: bool,
    pub(crate) constrains: bool,
}

#[derive(Clone)]
pub(crate) struct Component {
    /// `my::Scale::<64>`
    pub(crate) path: Type,
    /// How its value is made: `.new(..)` and one call for each keyword.
    pub(crate) arguments: Vec<Expr>,
    pub(crate) keywords: Vec<(Ident, Expr)>,
}

/// An argument of a layer.
#[derive(Clone)]
pub(crate) struct Arg {
    /// For the shape rule: its value if it is known here.
    pub(crate) value: Option<Value>,
    /// For the shape rule in a `const`: an expression of type `Value`.
    pub(crate) value_tokens: TokenStream,
    /// For the field of the layer: its value, if it was given.
    pub(crate) field: Option<TokenStream>,
    /// What was written.
    pub(crate) expr: Option<Expr>,
    /// Whether its value is one that shapes do not depend on and that only rustc can check.
    pub(crate) unchecked: bool,
    /// Numbers in it that rustc has to check.
    pub(crate) numbers: Vec<TokenStream>,
    /// An activation inside of the layer.
    pub(crate) activation: Option<Named>,
}

/// What is known of a call's result.
#[derive(Clone)]
pub(crate) enum Facts {
    /// All of it.
    Known(Box<Inferred>),
    /// The associated constant of the graph's type that holds it: `DigitsGraph::DENSE`.
    Const(TokenStream),
}

/// One call of a layer.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) layer: LayerId,
    pub(crate) inputs: Vec<TensorId>,
    pub(crate) outputs: Vec<TensorId>,
    /// What was written for each input.
    pub(crate) input_exprs: Vec<Expr>,
    /// The name of its memory in the tape.
    pub(crate) name: Ident,
    /// The constants of the layer's type at this call.
    pub(crate) facts: Option<Facts>,
    /// The same for the layer inside of it, the one inside of that, and so on.
    pub(crate) inner_facts: Vec<Facts>,
    /// Whether the last input is the mask of the first.
    pub(crate) masked: bool,
}

#[derive(Clone)]
pub(crate) struct Tensor {
    /// Its name in the tape and in messages.
    pub(crate) name: Ident,
    pub(crate) producer: Producer,
    pub(crate) shape: Shaped,
    pub(crate) holds: Holds,
    /// Whether its name was given by `name = ".."`.
    pub(crate) named: bool,
    /// Where it comes from.
    pub(crate) span: Span,
    /// The tensor that says which of its steps count.
    pub(crate) mask: Option<TensorId>,
}

/// What a tensor holds.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Holds {
    /// The model's scalar.
    Numbers,
    /// `u32`, without a gradient: indices and masks.
    Indices,
    /// The list of its ones, without a gradient: an input with `sparse = true`.
    Sparse,
}

impl Holds {
    /// For messages: `expected u32 indices`.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Holds::Numbers => "numbers",
            Holds::Indices => "u32 indices",
            Holds::Sparse => "a list of ones (`sparse = true`)",
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Producer {
    Input,
    Node(usize),
}

/// The shape of a tensor.
#[derive(Clone)]
pub(crate) enum Shaped {
    Known(Shape),
    /// A const expression of type `Shape`.
    Const(TokenStream),
    /// An error was reported: whatever follows from it is not.
    Unknown,
}

impl Node {
    /// The inputs without the mask.
    pub(crate) fn unmasked(&self) -> &[TensorId] {
        &self.inputs[..self.inputs.len() - usize::from(self.masked)]
    }
}

impl Graph {
    /// A layer, the one inside of it, the one inside of that, and so on.
    pub(crate) fn chain(&self, layer: LayerId) -> impl Iterator<Item = LayerId> {
        std::iter::successors(Some(layer), |&layer| match &self.layers[layer].op {
            Op::Builtin(builtin) => builtin.inner.map(|inner| inner.layer),
            _ => None,
        })
    }

    /// What is known of a layer at a call of it, or of one that it stands inside of.
    pub(crate) fn facts<'a>(&self, node: &'a Node, layer: LayerId) -> Option<&'a Facts> {
        match self.chain(node.layer).position(|other| other == layer)? {
            0 => node.facts.as_ref(),
            depth => node.inner_facts.get(depth - 1),
        }
    }

    /// Other facts in the place of [`facts`](Self::facts).
    pub(crate) fn set_facts(&mut self, node: usize, layer: LayerId, facts: Facts) {
        let depth = self.chain(self.nodes[node].layer).position(|other| other == layer);
        let node = &mut self.nodes[node];
        match depth {
            Some(0) => node.facts = Some(facts),
            Some(depth) => node.inner_facts[depth - 1] = facts,
            None => {}
        }
    }

    /// Whether a call reads a sparse input.
    pub(crate) fn reads_sparse(&self, node: &Node) -> bool {
        node.inputs.iter().any(|&input| self.tensors[input].holds == Holds::Sparse)
    }

    /// Whether a call reads the parts of what the layer has as its only input.
    pub(crate) fn reads_parts(&self, node: &Node) -> bool {
        let joined = matches!(&self.layers[node.layer].op, Op::Builtin(builtin) if builtin.spec.joined);
        joined && node.unmasked().len() > 1
    }

    /// The name of the layer (or input) that a tensor comes from.
    pub(crate) fn source_name(&self, tensor: TensorId) -> String {
        match self.tensors[tensor].producer {
            Producer::Input => self.tensors[tensor].name.to_string(),
            Producer::Node(node) => {
                let layer = &self.layers[self.nodes[node].layer];
                if layer.part { self.source_name(self.nodes[node].inputs[0]) } else { layer.name.to_string() }
            }
        }
    }
}

impl Layer {
    /// Whether it has a field in the struct.
    pub(crate) fn has_weights(&self) -> bool {
        match &self.op {
            Op::Builtin(builtin) => {
                builtin.spec.weight_consts.is_some() || builtin.inner.is_some_and(|inner| inner.has_weights)
            }
            Op::Activation { .. } => false,
            Op::Component(_) => true,
        }
    }

    /// Whether a gradient reaches weights that learn.
    pub(crate) fn learns(&self) -> bool {
        self.has_weights() && self.trainable
    }

    /// Whether a call leaves something in memory.
    pub(crate) fn has_cache(&self) -> bool {
        match &self.op {
            Op::Builtin(builtin) => builtin.spec.has_cache || builtin.inner.is_some_and(|inner| inner.has_cache),
            Op::Activation { .. } => false,
            Op::Component(_) => true,
        }
    }

    /// Whether some of its weights may be a table whose gradient comes by rows.
    pub(crate) fn has_rows(&self) -> bool {
        match &self.op {
            Op::Builtin(builtin) => builtin.spec.has_rows || builtin.inner.is_some_and(|inner| inner.has_rows),
            Op::Activation { .. } => false,
            Op::Component(_) => true,
        }
    }

    /// The variable whose gradient comes by rows where the layer reads a sparse input.
    pub(crate) fn sparse_rows(&self) -> Option<&'static str> {
        match &self.op {
            Op::Builtin(builtin) => builtin.spec.sparse,
            _ => None,
        }
    }

    /// Whether it may have bounds on its weights.
    pub(crate) fn constrains(&self) -> bool {
        match &self.op {
            Op::Builtin(builtin) => {
                let args = builtin.spec.args.iter().zip(&builtin.args);
                let given = args.filter(|(spec, arg)| spec.kind == Kind::Constraint && arg.field.is_some()).count();
                given > 0 || builtin.inner.is_some_and(|inner| inner.constrains)
            }
            Op::Activation { .. } => false,
            Op::Component(_) => true,
        }
    }

    /// Whether a prediction needs working memory of the layer's own.
    pub(crate) fn has_scratch(&self) -> bool {
        match &self.op {
            Op::Builtin(builtin) => builtin.spec.has_scratch || builtin.inner.is_some_and(|inner| inner.has_scratch),
            Op::Activation { .. } => false,
            Op::Component(_) => true,
        }
    }

    /// Whether a prediction copies its input.
    pub(crate) fn copies(&self) -> bool {
        match &self.op {
            Op::Builtin(builtin) => builtin.spec.copies,
            // It also stands between a tensor that a call is given twice and its second reader.
            Op::Activation { short, .. } => short.as_ref().is_some_and(|(name, _)| name == "Linear"),
            Op::Component(_) => false,
        }
    }

    /// Whether a call can compute an activation where it writes its output.
    pub(crate) fn activates(&self) -> bool {
        matches!(&self.op, Op::Builtin(builtin) if builtin.spec.activates)
    }

    /// Whether it is an activation whose backward pass needs its output alone.
    pub(crate) fn needs_output_alone(&self) -> bool {
        let Op::Activation { short: Some((name, _)), .. } = &self.op else { return false };
        let is = |spec: &&ValueSpec| spec.path.rsplit("::").next().is_some_and(|last| name == last);
        ACTIVATIONS.iter().find(is).is_some_and(|spec| spec.from_output)
    }

    /// Whether a loss may give the gradient of its input instead of that of its output.
    pub(crate) fn may_be_head(&self) -> bool {
        match &self.op {
            Op::Builtin(builtin) => builtin.spec.head,
            // Of the library's own activations these two have a cross-entropy.
            Op::Activation { short: Some((name, _)), .. } => name == "Sigmoid" || name == "Softmax",
            Op::Activation { .. } => true,
            Op::Component(_) => false,
        }
    }

    /// Keras's name of its type.
    pub(crate) fn kind(&self) -> String {
        match &self.op {
            Op::Builtin(builtin) => builtin.spec.name.to_string(),
            Op::Activation { .. } => "Activation".to_string(),
            Op::Component(component) => match &component.path {
                Type::Path(path) => path.path.segments.last().map_or_else(String::new, |s| s.ident.to_string()),
                _ => String::new(),
            },
        }
    }
}
