//! The masks of tensors, and the layers that the graph adds to compute them.

use super::Resolver;
use crate::front::values;
use crate::graph::{Arg, Builtin, LayerId, Op, Producer, TensorId};
use crate::source::{ExprId, SpanId};
use nn_core::layers::masking;
use nn_core::spec::{LayerSpec, Masking, Nothing, Value};

impl Resolver<'_> {
    /// The way a layer treats masks.
    pub(super) fn masking(&self, layer: LayerId) -> Masking {
        match &self.graph.layers[layer].op {
            Op::Activation { .. } => Masking::Passes,
            Op::Builtin(builtin) => builtin.spec.masking,
            Op::Component(_) => Masking::Drops,
        }
    }

    /// Whether a layer is a path: a user's own layer, or a model.
    pub(super) fn is_own(&self, layer: LayerId) -> bool {
        matches!(self.graph.layers[layer].op, Op::Component(_))
    }

    /// The mask of the output of a user's own layer. Only rustc knows it: the mask of the first input, or one in which
    /// every position counts.
    pub(super) fn passed(
        &mut self,
        layer: LayerId,
        mask: TensorId,
        output: TensorId,
        span: SpanId,
    ) -> Option<TensorId> {
        let Op::Component(component) = &self.graph.layers[layer].op else { return None };
        let passes = component.passes_mask;
        let args = masking::PASSED.args.iter().map(|_| Arg::asked(passes)).collect();
        // The layer is to blame for errors about its mask.
        let source = self.graph.layers[layer].source;
        let maker = self.part(&masking::PASSED, args, source);
        let mask = self.node(maker, vec![mask, output], vec![source], span);
        self.graph.tensors[mask].exists_if = Some(passes);
        Some(mask)
    }

    /// The layer inside the wrappers that hand on the mask of each step.
    pub(super) fn inside(&self, layer: LayerId) -> LayerId {
        let mut chain = self.graph.chain(layer);
        chain.find(|&layer| !matches!(self.masking(layer), Masking::Around { .. })).unwrap_or(layer)
    }

    /// Whether the layer inside such a wrapper reads a mask.
    pub(super) fn reads_inside(&self, layer: LayerId) -> bool {
        matches!(self.masking(self.inside(layer)), Masking::Reads { .. } | Masking::Trains)
    }

    /// The mask of the output of a wrapper that hands the mask of each step to the inner layer.
    pub(super) fn around(
        &mut self,
        layer: LayerId,
        mask: TensorId,
        output: TensorId,
        outside: &'static LayerSpec,
        exprs: &[ExprId],
        span: SpanId,
    ) -> TensorId {
        let keeps = match self.masking(self.inside(layer)) {
            Masking::Drops => false,
            Masking::Reads { .. } => self.keeps_steps(layer),
            _ => true,
        };
        if keeps { mask } else { self.made_by(outside, Vec::new(), vec![mask, output], exprs, span) }
    }

    /// Gives the inputs of a merge a neutral value at masked steps.
    pub(super) fn count_in_their_steps(
        &mut self,
        tensors: &mut [TensorId],
        masks: &[Option<TensorId>],
        absent: &'static LayerSpec,
        exprs: &[ExprId],
        span: SpanId,
    ) {
        for (i, mask) in masks.iter().enumerate() {
            if let Some(mask) = *mask {
                tensors[i] = self.made_with(absent, vec![tensors[i]], mask, &exprs[i..=i], span);
            }
        }
    }

    /// The output of a merge, with another value at steps that are masked in every input.
    pub(super) fn if_any_counts(
        &mut self,
        output: TensorId,
        first: TensorId,
        mask: TensorId,
        nothing: Nothing,
        exprs: &[ExprId],
        span: SpanId,
    ) -> TensorId {
        let (spec, tensors) = match nothing {
            Nothing::Zero => (&masking::ZERO_ELSE, vec![output]),
            Nothing::First => (&masking::OR_ELSE, vec![output, first]),
        };
        self.made_with(spec, tensors, mask, exprs, span)
    }

    /// Concatenates the masks of tensors along the axis in an argument.
    pub(super) fn joined(
        &mut self,
        layer: LayerId,
        axis: usize,
        tensors: &[TensorId],
        masks: &[Option<TensorId>],
        exprs: &[ExprId],
        span: SpanId,
    ) -> Option<TensorId> {
        let Op::Builtin(builtin) = &self.graph.layers[layer].op else { return None };
        if builtin.args[axis].value == Some(Value::Int(-1)) {
            return self.any_of(masks, exprs, span);
        }
        if masks.iter().all(Option::is_none) {
            return None;
        }
        let all = masks.iter().zip(tensors).zip(exprs).map(|((mask, &tensor), expr)| {
            // A tensor without a mask counts in every step.
            mask.unwrap_or_else(|| {
                self.made_by(&masking::EVERYWHERE, Vec::new(), vec![tensor], std::slice::from_ref(expr), span)
            })
        });
        let all = all.collect();
        let args = self.args_of(layer, &masking::JOIN);
        Some(self.made_by(&masking::JOIN, args, all, exprs, span))
    }

    /// Adds an output to a call.
    pub(super) fn output(&mut self, node: usize, span: SpanId) -> TensorId {
        let output = self.tensor(Producer::Node(node), span);
        let first = self.graph.nodes[node].outputs[0];
        let second = self.graph.nodes[node].outputs.len() == 1;
        if let Op::Builtin(builtin) = &self.graph.layers[self.graph.nodes[node].layer].op
            && let Masking::Reads { both: Some((argument, choice)), .. } = builtin.spec.masking
            && second
            && builtin.args[argument].value == Some(Value::Choice(choice))
        {
            self.graph.tensors[output].mask = self.graph.tensors[first].mask;
        }
        self.graph.nodes[node].outputs.push(output);
        output
    }

    /// The mask of the merge of several tensors, step by step.
    pub(super) fn any_of(&mut self, masks: &[Option<TensorId>], exprs: &[ExprId], span: SpanId) -> Option<TensorId> {
        // A tensor without a mask counts in every step.
        let mut all: Vec<TensorId> = masks.iter().copied().collect::<Option<_>>()?;
        all.sort_unstable();
        all.dedup();
        if let [one] = all[..] {
            return Some(one);
        }
        let any = self.part(&nn_core::layers::masking::ANY, Vec::new(), exprs[0]);
        Some(self.node(any, all, exprs[..1].to_vec(), span))
    }

    /// Whether the output of a layer that reads a mask still has the steps of its input.
    pub(super) fn keeps_steps(&self, layer: LayerId) -> bool {
        self.graph.chain(layer).any(|layer| match &self.graph.layers[layer].op {
            Op::Builtin(builtin) => match builtin.spec.masking {
                Masking::Reads { passes: Some(flag), .. } => is_set(builtin, flag),
                _ => false,
            },
            _ => false,
        })
    }

    /// The mask that a layer makes from its inputs.
    pub(super) fn mask_made(
        &mut self,
        layer: LayerId,
        flag: Option<usize>,
        by: &'static LayerSpec,
        tensors: Vec<TensorId>,
        exprs: &[ExprId],
        span: SpanId,
    ) -> Option<TensorId> {
        let Op::Builtin(builtin) = &self.graph.layers[layer].op else { return None };
        if flag.is_some_and(|flag| !is_set(builtin, flag)) {
            return None;
        }
        let args = self.args_of(layer, by);
        let maker = self.part(by, args, exprs[0]);
        Some(self.node(maker, tensors, exprs.to_vec(), span))
    }

    /// A layer's arguments for another layer that shares some argument names.
    fn args_of(&self, layer: LayerId, other: &LayerSpec) -> Vec<Arg> {
        let Op::Builtin(builtin) = &self.graph.layers[layer].op else { return Vec::new() };
        let args = other.args.iter().map(|arg| match builtin.spec.args.iter().position(|own| own.name == arg.name) {
            Some(slot) => builtin.args[slot].clone(),
            None => values::default(arg),
        });
        args.collect()
    }

    /// A layer without arguments, called on tensors; the first one has a mask.
    fn made_with(
        &mut self,
        spec: &'static LayerSpec,
        tensors: Vec<TensorId>,
        mask: TensorId,
        exprs: &[ExprId],
        span: SpanId,
    ) -> TensorId {
        let output = self.made_by(spec, Vec::new(), tensors, exprs, span);
        if let Some(node) = self.graph.nodes.last_mut() {
            node.set_mask(mask);
        }
        output
    }

    /// An unnamed layer, called on tensors.
    fn made_by(
        &mut self,
        spec: &'static LayerSpec,
        args: Vec<Arg>,
        tensors: Vec<TensorId>,
        exprs: &[ExprId],
        span: SpanId,
    ) -> TensorId {
        let layer = self.part(spec, args, exprs[0]);
        self.node(layer, tensors, exprs[..1].to_vec(), span)
    }

    /// A layer that belongs to the one before it.
    fn part(&mut self, spec: &'static LayerSpec, args: Vec<crate::graph::Arg>, source: ExprId) -> LayerId {
        let builtin = Builtin { spec, args, then: Vec::new(), inferred: None, inner: None };
        let layer = self.layer(Op::Builtin(Box::new(builtin)), source);
        self.graph.layers[layer].part = true;
        layer
    }
}

/// Whether a flag is literally `true`.
fn is_set(builtin: &Builtin, flag: usize) -> bool {
    builtin.args[flag].value == Some(Value::Flag(true))
}
