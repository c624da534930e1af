//! The graph: layers, their calls, and the tensors between them.
//!
//! It is plain data: it can be copied, compared, printed and made by hand. It holds no token. The user's tokens are in
//! a table ([`Source`](crate::source::Source)), and the graph has their ids.

mod argument;
mod computed;
mod folded;
mod layer;
mod streamed;

use crate::source::{ExprId, Name, SpanId, TypeId};
pub(crate) use argument::{Arg, Function, Given, Said, Term, Unchecked};
use computed::Constant;
pub(crate) use computed::{Computed, ConstId, Count, Facts, Inference, RuleOf, Shaped, Shared};
pub(crate) use folded::{Fold, Folded, Origin};
use nn_core::settings::Allowed;
use nn_core::spec::{ArgSpec, Dtype, LayerSpec};
use std::collections::HashMap;
pub(crate) use streamed::{Rate, RateId, Streamed};

pub(crate) type TensorId = usize;
pub(crate) type LayerId = usize;

/// A model's graph. Nodes are in the order of the source, which is an order of computation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Graph {
    pub(crate) layers: Vec<Layer>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) tensors: Vec<Tensor>,
    /// The tensors made by `Input(..)`, in the order of the source.
    pub(crate) declared: Vec<TensorId>,
    /// The inputs and outputs of the model, in the model's order.
    pub(crate) inputs: Vec<TensorId>,
    pub(crate) outputs: Vec<TensorId>,
    /// The names of the outputs.
    pub(crate) output_names: Vec<Name>,
    /// The expressions that list the inputs and outputs.
    pub(crate) input_exprs: Vec<ExprId>,
    pub(crate) output_exprs: Vec<ExprId>,
    /// Associated constants of the graph's type. rustc evaluates the facts that the macro cannot know.
    pub(crate) constants: Vec<Constant>,
    /// Shape rules that rustc evaluates only because they check numbers.
    pub(crate) checks: Vec<Inference>,
    /// The graph's type: `__DigitsGraph`.
    pub(crate) graph_type: Name,
    /// The number of statements that bind each name. A name that is bound once names its layer.
    pub(crate) lets: HashMap<String, usize>,
    /// The meaning of the names in each statement, for editors: by the statement's number and the name.
    pub(crate) bound: HashMap<(usize, String), Meaning>,
    /// Whether `Model(..)` was understood. Otherwise nothing can be said about connections.
    pub(crate) complete: bool,
    /// The form for predictions, if some layer can be folded into another.
    pub(crate) folded: Option<Box<Folded>>,
    /// One step of a stream, if the model has streams.
    pub(crate) streamed: Option<Box<Streamed>>,
}

/// A layer: one set of weights, called once or more.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Layer {
    /// Its name: a field of the struct, and a prefix in weight files.
    pub(crate) name: Name,
    /// The documentation of its `let`, a line each.
    pub(crate) docs: Vec<String>,
    /// `name = ".."`, if given.
    pub(crate) given_name: Option<Name>,
    /// The `let` it was bound to.
    pub(crate) let_name: Option<Name>,
    pub(crate) op: Op,
    pub(crate) trainable: bool,
    /// Whether it was written as a part of the layer before it (`Dense(64, activation = relu)`). It then has no name
    /// and no row in the summary.
    pub(crate) part: bool,
    /// Its source: `Dense(64, activation = relu)`.
    pub(crate) source: ExprId,
    /// The layer whose weights it computes with: itself, or its inner layer if that has a name.
    pub(crate) owner: LayerId,
    /// Whether it only stands inside another layer. It is then never called by itself, and has no name and no weights.
    pub(crate) inside: bool,
    /// Its name from a template, which starts with the names of the template's calls.
    pub(crate) template_name: Option<Name>,
}

/// The operation of a layer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Op {
    /// One of the layers of `nn-core`.
    Builtin(Box<Builtin>),
    /// An activation: `Activate(Relu)`.
    Activation { function: Function, label: String },
    /// A model, or a user's layer: a path to a type that implements `Component`.
    Component(Component),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Builtin {
    pub(crate) spec: &'static LayerSpec,
    /// One for each argument of the specification.
    pub(crate) args: Vec<Arg>,
    /// The layers that follow it: its activation and the penalty on its output.
    pub(crate) then: Vec<LayerId>,
    /// The result of the shape rule at the first call.
    pub(crate) inferred: Option<Facts>,
    /// The layer inside it, if it is a wrapper.
    pub(crate) inner: Option<Inner>,
}

/// The layer inside a wrapper, with the facts that the wrapper needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Inner {
    pub(crate) layer: LayerId,
    pub(crate) has_weights: bool,
    pub(crate) has_cache: bool,
    pub(crate) has_scratch: bool,
    pub(crate) has_workspace: bool,
    pub(crate) has_rows: bool,
    pub(crate) constrains: bool,
    /// Whether it may have a penalty on its weights.
    pub(crate) regularizes: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Component {
    /// `my::Scale`
    pub(crate) path: TypeId,
    /// Its last name: `Scale`.
    pub(crate) kind: String,
    /// Its arguments as written. Only rustc knows its parameters.
    pub(crate) given: Vec<Given>,
    /// The layers that follow it: its activation and the penalty on its output.
    pub(crate) then: Vec<LayerId>,
    /// The facts of the first call, and the shape of its input.
    pub(crate) first: Option<Shared>,
    /// Whether the folded form replaces it, if it is a model.
    pub(crate) folded: bool,
    /// The constant that tells whether it hands on the mask of its first input.
    pub(crate) passes_mask: ExprId,
    /// The constant that tells whether it hands its mask on or reads it; then it drops no mask.
    pub(crate) heeds_mask: ExprId,
}

/// One call of a layer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) layer: LayerId,
    pub(crate) inputs: Vec<TensorId>,
    pub(crate) outputs: Vec<TensorId>,
    /// The expression of each input.
    pub(crate) input_exprs: Vec<ExprId>,
    /// The name of its memory in the tape.
    pub(crate) name: Name,
    /// The constants of the layer's type at this call.
    pub(crate) facts: Option<Facts>,
    /// The same for its inner layer, the layer inside that, and so on.
    pub(crate) inner_facts: Vec<Facts>,
    /// The masks that the layer reads, one entry for each input; empty if it reads none.
    pub(crate) masks: Vec<Option<TensorId>>,
    /// The mask given for the first input, which replaces that input's own mask.
    pub(crate) given_mask: Option<(TensorId, ExprId)>,
    /// Whether its memory lasts from one step of a stream to the next.
    pub(crate) lasts: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tensor {
    /// Its name in the tape and in messages.
    pub(crate) name: Name,
    /// The documentation of its `let`, a line each.
    pub(crate) docs: Vec<String>,
    pub(crate) producer: Producer,
    pub(crate) shape: Shaped,
    pub(crate) dtype: Dtype,
    /// Whether it is kept as the list of its ones: an input with `sparse = true`.
    pub(crate) sparse: bool,
    /// Whether its name was given by `name = ".."`.
    pub(crate) named: bool,
    /// Its place in the source.
    pub(crate) span: SpanId,
    /// The tensor that marks the steps that count.
    pub(crate) mask: Option<TensorId>,
    /// For a mask that a user's own layer may hand on: the constant that tells whether it does. Otherwise there is no
    /// mask.
    pub(crate) exists_if: Option<ExprId>,
}

/// The meaning of a name in a statement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Meaning {
    Tensor(TensorId),
    Layer(LayerId),
}

impl Tensor {
    /// Whether it holds scalars of the model, not sparse. Only such a tensor has a gradient.
    pub(crate) fn has_scalars(&self) -> bool {
        self.dtype == Dtype::Float && !self.sparse
    }

    /// Whether it may choose rows of a table, by indices or as the list of its ones.
    pub(crate) fn chooses_rows(&self) -> bool {
        self.dtype == Dtype::U32 || self.sparse
    }

    /// Its contents, for messages: `holds u32 indices`.
    pub(crate) fn contents(&self) -> &'static str {
        if self.sparse { "a list of ones (`sparse = true`)" } else { contents(self.dtype) }
    }
}

/// The contents of a tensor, for messages: `expected u32 indices`.
pub(crate) fn contents(dtype: Dtype) -> &'static str {
    match dtype {
        Dtype::Float => "numbers",
        Dtype::U32 => "u32 indices",
        Dtype::I8 => "i8 numbers",
        Dtype::U8 => "u8 numbers",
        Dtype::I16 => "i16 numbers",
        Dtype::I32 => "i32 numbers",
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Producer {
    Input,
    Node(usize),
}

impl Node {
    /// The tensors that the call reads: its inputs, and their masks.
    pub(crate) fn reads(&self) -> impl Iterator<Item = TensorId> + '_ {
        self.inputs.iter().copied().chain(self.masks.iter().copied().flatten())
    }

    /// Sets the mask of the first input, the only mask that the layer reads.
    pub(crate) fn set_mask(&mut self, mask: TensorId) {
        self.masks = vec![None; self.inputs.len()];
        self.masks[0] = Some(mask);
    }
}

impl Graph {
    /// An empty graph with a type of this name.
    pub(crate) fn new(graph_type: Name) -> Self {
        Graph {
            layers: Vec::new(),
            nodes: Vec::new(),
            tensors: Vec::new(),
            declared: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            output_names: Vec::new(),
            input_exprs: Vec::new(),
            output_exprs: Vec::new(),
            constants: Vec::new(),
            checks: Vec::new(),
            graph_type,
            lets: HashMap::new(),
            bound: HashMap::new(),
            complete: false,
            folded: None,
            streamed: None,
        }
    }

    /// A layer, the layer inside it, the layer inside that, and so on.
    pub(crate) fn chain(&self, layer: LayerId) -> impl Iterator<Item = LayerId> {
        std::iter::successors(Some(layer), |&layer| match &self.layers[layer].op {
            Op::Builtin(builtin) => builtin.inner.map(|inner| inner.layer),
            _ => None,
        })
    }

    /// The facts about a layer, or a layer inside it, at a call.
    pub(crate) fn facts<'a>(&self, node: &'a Node, layer: LayerId) -> Option<&'a Facts> {
        match self.chain(node.layer).position(|other| other == layer)? {
            0 => node.facts.as_ref(),
            depth => node.inner_facts.get(depth - 1),
        }
    }

    /// Replaces the [`facts`](Self::facts).
    pub(crate) fn set_facts(&mut self, node: usize, layer: LayerId, facts: Facts) {
        let depth = self.chain(self.nodes[node].layer).position(|other| other == layer);
        let node = &mut self.nodes[node];
        match depth {
            Some(0) => node.facts = Some(facts),
            Some(depth) => node.inner_facts[depth - 1] = facts,
            None => {}
        }
    }

    /// Whether two tensors hold numbers of the same type, so that one can take the place of the other.
    pub(crate) fn keeps_dtype(&self, input: TensorId, output: TensorId) -> bool {
        self.tensors[input].dtype == self.tensors[output].dtype
    }

    /// Whether a call reads a sparse input.
    pub(crate) fn reads_sparse(&self, node: &Node) -> bool {
        node.inputs.iter().any(|&input| self.tensors[input].sparse)
    }

    /// Whether a call reads several parts in place of the layer's only input.
    pub(crate) fn reads_parts(&self, node: &Node) -> bool {
        let joined = matches!(&self.layers[node.layer].op, Op::Builtin(builtin) if builtin.spec.split_input.is_some());
        joined && node.inputs.len() > 1
    }

    /// The numbers that only rustc can check, each with the name of its argument.
    pub(crate) fn unchecked_numbers(&self) -> Vec<Unchecked> {
        let number = |name, expr| Unchecked { name, expr, slice: false };
        let in_function = |function: &Function| match function {
            Function::Library { spec, fields, .. } => {
                let fields = spec.fields.iter().zip(fields);
                let name = |name| Allowed::name_in_graph(spec.names[0], name);
                let terms = fields.flat_map(|((field, _), value)| match value {
                    Term::List(terms) => terms.iter().map(|term| (*field, term)).collect(),
                    value => vec![(*field, value)],
                });
                terms.filter_map(|(field, value)| Some(number(name(field), value.written()?))).collect()
            }
            Function::Own(_) => Vec::new(),
        };
        let in_argument = |(spec, arg): (&ArgSpec, &Arg)| match (&arg.field, arg.expr) {
            (Some(Term::Function(function)), _) => in_function(function),
            (Some(Term::List(terms)), _) => {
                terms.iter().filter_map(|term| Some(number(spec.name, term.written()?))).collect()
            }
            (Some(Term::Slice(expr)), _) => vec![Unchecked { slice: true, ..number(spec.name, *expr) }],
            (_, Some(expr)) if arg.unchecked => vec![number(spec.name, expr)],
            // A layer made from a function: the penalty on an output.
            (Some(Term::Written(expr)), None) => vec![number(spec.name, *expr)],
            _ => Vec::new(),
        };
        let numbers = self.layers.iter().flat_map(|layer| match &layer.op {
            Op::Builtin(builtin) => builtin.spec.args.iter().zip(&builtin.args).flat_map(in_argument).collect(),
            Op::Activation { function, .. } => in_function(function),
            Op::Component(component) => {
                component.given.iter().filter_map(Given::function).flat_map(in_function).collect()
            }
        });
        numbers.collect()
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
