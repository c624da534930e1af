//! The graph: layers, their calls, and the tensors between them.
//!
//! It is plain data: it can be copied, compared, printed and made by hand. No token is in it; the tokens that a user
//! wrote are in a table ([`Source`](crate::source::Source)) and have ids here.

mod argument;
mod computed;
mod folded;
mod layer;

use crate::source::{ExprId, Name, SpanId, TypeId};
pub(crate) use argument::{Arg, Function, Given, Said, Term};
use computed::Constant;
pub(crate) use computed::{Computed, ConstId, Count, Facts, Inference, RuleOf, Shaped, Shared};
pub(crate) use folded::{Fold, Folded, Origin};
use nn_core::settings::Allowed;
use nn_core::spec::{ArgSpec, Dtype, LayerSpec};
use std::collections::HashMap;

pub(crate) type TensorId = usize;
pub(crate) type LayerId = usize;

/// A model's graph. Nodes stand in the order in which they were written, which is an order of computation.
#[derive(Clone, Debug, PartialEq)]
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
    pub(crate) output_names: Vec<Name>,
    /// Where inputs and outputs are listed.
    pub(crate) input_exprs: Vec<ExprId>,
    pub(crate) output_exprs: Vec<ExprId>,
    /// Associated constants of the graph's type. rustc evaluates what is not known here.
    pub(crate) constants: Vec<Constant>,
    /// Shape rules that rustc evaluates only for their checks of numbers.
    pub(crate) checks: Vec<Inference>,
    /// The graph's type: `__DigitsGraph`.
    pub(crate) graph_type: Name,
    /// How many statements bind each name: one that is bound once names a layer.
    pub(crate) lets: HashMap<String, usize>,
    /// What the names of each statement stand for, for editors: by its number and the name.
    pub(crate) bound: HashMap<(usize, String), Meaning>,
    /// Whether `Model(..)` was understood: without, nothing can be said of what is connected.
    pub(crate) complete: bool,
    /// The form for predictions, if a layer can be folded into another one.
    pub(crate) folded: Option<Box<Folded>>,
}

/// A layer: one set of weights, called once or more.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Layer {
    /// Its name: a field of the struct, and a prefix in weight files.
    pub(crate) name: Name,
    /// `name = ".."`, if given.
    pub(crate) given_name: Option<Name>,
    /// The `let` it was bound to.
    pub(crate) let_name: Option<Name>,
    pub(crate) op: Op,
    pub(crate) trainable: bool,
    /// Whether it was written as a part of the layer before it (`Dense(64, activation = relu)`): it has no name and no
    /// row in the summary.
    pub(crate) part: bool,
    /// What made it: `Dense(64, activation = relu)`.
    pub(crate) source: ExprId,
    /// The layer whose weights it computes with: itself, or the one that it is wrapped around, if that has a name.
    pub(crate) owner: LayerId,
    /// Whether it only stands inside of another one: it is never called by itself, and has no name and no weights.
    pub(crate) inside: bool,
    /// The name that a template gave it, which starts with the names of the calls of the template.
    pub(crate) template_name: Option<Name>,
}

/// What a layer does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Op {
    /// One of the layers of `nn-core`.
    Builtin(Box<Builtin>),
    /// An activation: `Activate(Relu)`.
    Activation { function: Function, label: String },
    /// A model, or a layer of the user's: a path to a type that implements `Component`.
    Component(Component),
}

#[derive(Clone, Debug, PartialEq)]
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
    /// Its arguments as they were written. Only rustc knows which it has.
    pub(crate) given: Vec<Given>,
    /// The layers that follow it: its activation and the penalty on its output.
    pub(crate) then: Vec<LayerId>,
    /// The facts of the first call, and the shape that it was called on.
    pub(crate) first: Option<Shared>,
    /// Whether its folded form stands in its place, if it is a model.
    pub(crate) folded: bool,
    /// The constant that says whether it hands on the mask of its first input.
    pub(crate) passes_mask: ExprId,
    /// The constant that says whether it hands its mask on, or reads it: then it drops none.
    pub(crate) heeds_mask: ExprId,
}

/// One call of a layer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) layer: LayerId,
    pub(crate) inputs: Vec<TensorId>,
    pub(crate) outputs: Vec<TensorId>,
    /// What was written for each input.
    pub(crate) input_exprs: Vec<ExprId>,
    /// The name of its memory in the tape.
    pub(crate) name: Name,
    /// The constants of the layer's type at this call.
    pub(crate) facts: Option<Facts>,
    /// The same for the layer inside of it, the one inside of that, and so on.
    pub(crate) inner_facts: Vec<Facts>,
    /// The masks of the inputs that the layer reads, one entry for each input; empty if it reads none.
    pub(crate) masks: Vec<Option<TensorId>>,
    /// The mask that was written for the first input, in place of its own.
    pub(crate) given_mask: Option<(TensorId, ExprId)>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tensor {
    /// Its name in the tape and in messages.
    pub(crate) name: Name,
    pub(crate) producer: Producer,
    pub(crate) shape: Shaped,
    pub(crate) dtype: Dtype,
    /// Whether it is kept as the list of its ones: an input with `sparse = true`.
    pub(crate) sparse: bool,
    /// Whether its name was given by `name = ".."`.
    pub(crate) named: bool,
    /// Where it comes from.
    pub(crate) span: SpanId,
    /// The tensor that says which of its steps count.
    pub(crate) mask: Option<TensorId>,
    /// Of a mask that a user's own layer may hand on: the constant that says whether it does. If not, there is no mask.
    pub(crate) exists_if: Option<ExprId>,
}

/// What a name of a statement stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Meaning {
    Tensor(TensorId),
    Layer(LayerId),
}

impl Tensor {
    /// Whether it holds the model's scalars, every one of them. Only such a tensor has a gradient.
    pub(crate) fn has_scalars(&self) -> bool {
        self.dtype == Dtype::Float && !self.sparse
    }

    /// Whether it may choose rows of a table: by their indices, or as the list of its ones.
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

    /// Makes this the mask of the first input, the only one that the layer reads.
    pub(crate) fn set_mask(&mut self, mask: TensorId) {
        self.masks = vec![None; self.inputs.len()];
        self.masks[0] = Some(mask);
    }
}

impl Graph {
    /// Nothing yet, of a graph with a type of this name.
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
        }
    }

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

    /// Whether two tensors hold numbers of the same type, so that one can have the place of the other.
    pub(crate) fn keeps_dtype(&self, input: TensorId, output: TensorId) -> bool {
        self.tensors[input].dtype == self.tensors[output].dtype
    }

    /// Whether a call reads a sparse input.
    pub(crate) fn reads_sparse(&self, node: &Node) -> bool {
        node.inputs.iter().any(|&input| self.tensors[input].sparse)
    }

    /// Whether a call reads the parts of what the layer has as its only input.
    pub(crate) fn reads_parts(&self, node: &Node) -> bool {
        let joined = matches!(&self.layers[node.layer].op, Op::Builtin(builtin) if builtin.spec.split_input.is_some());
        joined && node.inputs.len() > 1
    }

    /// The numbers that only rustc can check, each with the name of its argument.
    pub(crate) fn unchecked_numbers(&self) -> Vec<(&'static str, ExprId)> {
        let in_function = |function: &Function| match function {
            Function::Library { spec, fields, .. } => {
                let fields = spec.fields.iter().zip(fields);
                let name = |name| Allowed::name_in_graph(spec.names[0], name);
                fields.filter_map(|((field, _), value)| Some((name(field), value.written()?))).collect()
            }
            Function::Own(_) => Vec::new(),
        };
        let in_argument = |(spec, arg): (&ArgSpec, &Arg)| match (&arg.field, arg.expr) {
            (Some(Term::Function(function)), _) => in_function(function),
            (_, Some(expr)) if arg.unchecked => vec![(spec.name, expr)],
            // An argument of a layer that was made of a function: the penalty on an output.
            (Some(Term::Written(expr)), None) => vec![(spec.name, *expr)],
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
