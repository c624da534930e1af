//! Calls: a layer, its input tensors, and their masks.

use super::{Bound, Resolver};
use crate::front::python;
use crate::front::values;
use crate::graph::{self, Function, LayerId, Node, Op, Producer, Shaped, Tensor, TensorId};
use crate::source::{ExprId, Name, SpanId, text};
use nn_core::Code;
use nn_core::layers::LAYERS;
use nn_core::spec::{Dtype, Kind, LayerSpec, Masking};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Expr, ExprCall, Ident};

/// More calls than any model has. Without a limit, templates in templates could make any number.
const MOST_CALLS: usize = 10_000;

/// The inputs of a call.
pub(super) struct Inputs {
    pub(super) tensors: Vec<TensorId>,
    /// The expression for each tensor.
    pub(super) exprs: Vec<ExprId>,
    /// `mask = m`, which replaces the mask of the first tensor, and its expression.
    pub(super) mask: Option<(TensorId, ExprId)>,
}

impl Resolver<'_> {
    /// The tensors of a call and its keyword arguments: `(x, initial_state = [h, c])`.
    pub(super) fn split(&mut self, layer: LayerId, call: &ExprCall) -> (Vec<Expr>, Vec<(Ident, Expr)>) {
        let (mut positional, mut keywords) = (Vec::new(), Vec::new());
        for (keyword, value) in values::arguments(call) {
            match keyword {
                Some(keyword) => keywords.push((keyword, value)),
                None => positional.push(value),
            }
        }
        let known = self.call_keywords(layer);
        keywords.retain(|(keyword, _)| {
            let found = known.contains(&keyword.to_string().as_str());
            if !found {
                let kind = self.graph.layers[layer].kind();
                let error = self
                    .diagnostics
                    .error(Code::UnknownArgument, keyword, format!("a call of `{kind}` has no argument `{keyword}`"))
                    .keras_or(&keyword.to_string(), known.iter().copied());
                if known.is_empty() && python::argument(&keyword.to_string()).is_none() {
                    error.help("a layer is made and then called: `Dense(64, activation = relu)(x)`");
                }
            }
            found
        });
        (positional, keywords)
    }

    fn call_keywords(&self, layer: LayerId) -> Vec<&'static str> {
        match &self.graph.layers[layer].op {
            Op::Builtin(builtin) => {
                let reads = match builtin.spec.masking {
                    Masking::Reads { .. } | Masking::Trains => true,
                    Masking::Around { .. } => self.reads_inside(layer),
                    _ => false,
                };
                let mask = reads.then_some("mask");
                builtin.spec.call_keywords.iter().copied().chain(mask).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Adds the keyword arguments of a call to its tensors.
    pub(super) fn keywords(
        &mut self,
        layer: LayerId,
        mut tensors: Vec<TensorId>,
        mut exprs: Vec<ExprId>,
        mut keywords: Vec<(Ident, Expr)>,
    ) -> Option<Inputs> {
        let mut mask = None;
        // In the layer's order, not the order of the call.
        let order = self.call_keywords(layer);
        keywords.sort_by_key(|(keyword, _)| order.iter().position(|word| keyword == word));
        for (keyword, value) in keywords {
            if python::is_none(&value) {
                continue;
            }
            let (more, written) = self.tensor_list(&value)?;
            if keyword != "mask" {
                tensors.extend(more);
                exprs.extend(written);
            } else if let ([one], [expr]) = (&more[..], &written[..])
                && self.graph.tensors[*one].dtype == Dtype::U32
            {
                mask = Some((*one, *expr));
            } else {
                self.diagnostics.error(
                    Code::WrongDtype,
                    &value,
                    "a mask is one tensor of 0 and 1: `Input(shape = [steps], dtype = u32)`",
                );
                return None;
            }
        }
        Some(Inputs { tensors, exprs, mask })
    }

    pub(super) fn connect(&mut self, layer: LayerId, inputs: Inputs, call: &ExprCall) -> Bound {
        let Inputs { mut tensors, exprs, mask: given_mask } = inputs;
        if !self.accepts(layer, &tensors, &exprs, call) {
            return Bound::Poison;
        }
        if self.graph.nodes.len() > MOST_CALLS {
            if !self.full {
                self.full = true;
                self.diagnostics.error(
                    Code::TooMany,
                    call,
                    format!("a graph has at most {MOST_CALLS} calls of layers"),
                );
            }
            return Bound::Poison;
        }
        let span = self.span(call.span());
        let first_mask = given_mask.map(|(mask, _)| mask).or(self.graph.tensors[tensors[0]].mask);
        let masks: Vec<Option<TensorId>> = tensors.iter().map(|&tensor| self.graph.tensors[tensor].mask).collect();
        // If one call read a tensor twice, the backward pass would have to write its gradient in two places at once.
        for i in 1..tensors.len() {
            if tensors[..i].contains(&tensors[i]) && self.graph.tensors[tensors[i]].has_scalars() {
                let spec = &nn_core::activations::linear::SPEC;
                let function = Function::Library { spec, fields: Vec::new(), at: SpanId::default() };
                let op = Op::Activation { function, label: "copy".to_string() };
                let copy = self.layer(op, exprs[i]);
                self.graph.layers[copy].part = true;
                tensors[i] = self.node(copy, vec![tensors[i]], vec![exprs[i]], span);
            }
        }
        let then = match &self.graph.layers[layer].op {
            Op::Builtin(builtin) => builtin.then.clone(),
            Op::Component(component) => component.then.clone(),
            Op::Activation { .. } => Vec::new(),
        };
        let masking = self.masking(layer);
        let sources = tensors.clone();
        let reads = match masking {
            Masking::Reads { .. } | Masking::Trains => true,
            Masking::Around { .. } => self.reads_inside(layer) || self.is_own(self.inside(layer)),
            _ => false,
        };
        if let Masking::Merges { absent, .. } = masking {
            self.count_in_their_steps(&mut tensors, &masks, absent, &exprs, span);
        }
        let mut output = self.node(layer, tensors, exprs.clone(), span);
        let node = self.graph.nodes.len() - 1;
        if let Some(mask) = first_mask.filter(|_| reads) {
            self.graph.nodes[node].set_mask(mask);
            self.graph.nodes[node].given_mask = given_mask;
        } else if self.is_own(layer) && masks.iter().any(Option::is_some) {
            self.graph.nodes[node].masks = masks.clone();
        }
        for part in then {
            output = self.node(part, vec![output], exprs[..1].to_vec(), span);
        }
        let mask = match masking {
            Masking::Drops => masks[0].and_then(|mask| self.passed(layer, mask, output, span)),
            Masking::Passes => self.any_of(&masks, &exprs, span),
            Masking::Merges { nothing, .. } => {
                let mask = self.any_of(&masks, &exprs, span);
                if let Some(mask) = mask {
                    output = self.if_any_counts(output, sources[0], mask, nothing, &exprs, span);
                }
                mask
            }
            Masking::Joins { axis } => self.joined(layer, axis, &sources, &masks, &exprs, span),
            Masking::Reads { .. } => first_mask.filter(|_| self.keeps_steps(layer)),
            Masking::Trains => first_mask,
            Masking::Around { outside } => {
                first_mask.map(|mask| self.around(layer, mask, output, outside, &exprs, span))
            }
            Masking::Makes { flag, by } => self.mask_made(layer, flag, by, sources, &exprs, span),
        };
        self.graph.tensors[output].mask = mask;
        self.ends.insert(node, output);
        Bound::Tensors(vec![output])
    }

    /// Whether a layer accepts this number of tensors of these types.
    fn accepts(&mut self, layer: LayerId, tensors: &[TensorId], exprs: &[ExprId], call: &ExprCall) -> bool {
        if tensors.is_empty() {
            self.diagnostics.error(Code::InputCount, call, "expected at least one tensor");
            return false;
        }
        let Op::Builtin(builtin) = &self.graph.layers[layer].op else {
            return self.reads_what(layer, tensors, exprs);
        };
        let spec = builtin.spec;
        let (min, max) = (spec.inputs.min, spec.inputs.max);
        if tensors.len() < min || tensors.len() > max {
            let expected = match (min, max) {
                (1, 1) => "1 input".to_string(),
                (min, max) if min == max => format!("{min} inputs"),
                (min, _) if tensors.len() < min => format!("at least {min} inputs"),
                (_, max) => format!("at most {max} inputs"),
            };
            let error = self.diagnostics.error(
                Code::InputCount,
                &call.args,
                format!("`{}` expects {expected}, but got {}", spec.name, tensors.len()),
            );
            match (min, max) {
                (_, 1) => error.help("`concatenate([a, b])` makes one tensor of several, and `add([a, b])` adds them"),
                (0 | 1, _) => error,
                _ => error.help("call it on a list: `[a, b]`"),
            };
            return false;
        }
        self.reads_what(layer, tensors, exprs)
    }

    /// Whether a layer reads the contents of these tensors.
    fn reads_what(&mut self, layer: LayerId, tensors: &[TensorId], exprs: &[ExprId]) -> bool {
        let reads = self.reads(layer);
        let called = &self.graph.layers[layer];
        // A model or a user's layer may read anything; only rustc knows.
        let sparse = matches!(called.op, Op::Component(_)) || called.sparse_rows().is_some();
        for (&tensor, expr) in tensors.iter().zip(exprs) {
            let tensor = &self.graph.tensors[tensor];
            let right = if tensor.sparse { sparse } else { reads.contains(&tensor.dtype) };
            if right {
                continue;
            }
            let (expected, dtype, sparse) = (reads[0], tensor.dtype, tensor.sparse);
            let contents = tensor.contents();
            let text = self.diagnostics.source[*expr].to_token_stream();
            let kind = self.graph.layers[layer].kind();
            let message = format!("`{kind}` expects {}, but `{text}` holds {contents}", graph::contents(expected));
            let code = if sparse { Code::SparseInput } else { Code::WrongDtype };
            let error = self.diagnostics.error(code, expr, message);
            match (dtype, expected) {
                (Dtype::U32, _) if !sparse => {
                    error.help(format!("an `Embedding` makes numbers of indices: `Embedding(words, 8)({text})`"));
                }
                (_, Dtype::U32) => {
                    error.help("an input of indices is `Input(shape = [..], dtype = u32)`");
                }
                _ if sparse => {
                    error.help(format!(
                        "{} reads an input with `sparse = true`; for other layers leave that out",
                        sparse_readers()
                    ));
                }
                _ => {}
            }
            return false;
        }
        true
    }

    /// The number types that a layer's inputs may hold. A wrapper reads the types of its inner layer.
    fn reads(&self, layer: LayerId) -> &'static [Dtype] {
        match self.graph.chain(layer).last().map(|layer| &self.graph.layers[layer].op) {
            Some(Op::Builtin(builtin)) => builtin.spec.reads,
            Some(Op::Activation { .. }) => &[Dtype::Float],
            _ => Dtype::ALL,
        }
    }

    pub(super) fn node(
        &mut self,
        layer: LayerId,
        inputs: Vec<TensorId>,
        input_exprs: Vec<ExprId>,
        span: SpanId,
    ) -> TensorId {
        let node = self.graph.nodes.len();
        let output = self.tensor(Producer::Node(node), span);
        if let Op::Builtin(builtin) = &self.graph.layers[layer].op {
            self.graph.tensors[output].dtype = builtin.spec.writes;
        }
        let name = Name::new("node", span);
        self.graph.nodes.push(Node {
            layer,
            inputs,
            outputs: vec![output],
            input_exprs,
            name,
            facts: None,
            inner_facts: Vec::new(),
            masks: Vec::new(),
            given_mask: None,
            lasts: false,
        });
        output
    }

    pub(super) fn tensor(&mut self, producer: Producer, span: SpanId) -> TensorId {
        let name = Name::new("tensor", span);
        let shape = Shaped::Unknown;
        self.graph.tensors.push(Tensor {
            name,
            docs: Vec::new(),
            producer,
            shape,
            dtype: Dtype::Float,
            sparse: false,
            named: false,
            span,
            mask: None,
            exists_if: None,
        });
        self.graph.tensors.len() - 1
    }
}

/// The names of layers that read sparse inputs, for messages.
fn sparse_readers() -> String {
    let readers = LAYERS.iter().filter(|spec| spec.sparse.is_some());
    readers.map(|spec| format!("`{}`", spec.name)).collect::<Vec<_>>().join(" or ")
}

impl Resolver<'_> {
    /// Reports a tensor among the arguments of a layer, `Dense(10, x)`; whether there is one.
    pub(super) fn is_made_of_a_tensor(&mut self, spec: &LayerSpec, written: &[(Option<Ident>, Expr)]) -> bool {
        let takes_values = spec.function.is_none() && spec.args.first().is_some_and(|arg| arg.kind != Kind::Layer);
        let is_tensor = |value: &Expr| match value {
            Expr::Path(path) => path
                .path
                .get_ident()
                .is_some_and(|name| matches!(self.scope.get(&name.to_string()), Some((_, Bound::Tensors(_))))),
            _ => false,
        };
        let found = written.iter().position(|(keyword, value)| keyword.is_none() && is_tensor(value));
        let Some(at) = found.filter(|_| takes_values) else { return false };
        let others = written.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, (keyword, value))| match keyword {
            Some(keyword) => format!("{keyword} = {}", text(value)),
            None => text(value),
        });
        let (tensor, others) = (&written[at].1, others.collect::<Vec<_>>().join(", "));
        let message = format!("`{}` is a tensor, and no argument of `{}`", text(tensor), spec.name);
        let help = format!("a layer is made and then called: `{}({others})({})`", spec.name, text(tensor));
        self.diagnostics.error(Code::ArgumentType, tensor, message).help(help);
        true
    }
}
