//! [`lower`]: a graph becomes the steps of a form.

use super::gradients::Gradient;
use super::memory::{Allocation, CallKind, Resident};
use super::places::{Home, Places, masks};
use super::program::*;
use crate::graph::{Graph, LayerId, Node, Op, Producer, TensorId};
use nn_core::spec::Dtype;

/// Lowers a form of a graph that passed all checks.
pub(crate) fn lower(graph: &Graph, form: Form) -> Program {
    let places = Places::new(graph, form);
    let memory = match form {
        Form::Predict => Allocation::predicting(graph, &places),
        Form::Train => Allocation::keeping(graph, &places),
        Form::TrainTail => Allocation::passing(graph, &places),
    };
    Lowering { graph, form, places, memory }.program()
}

/// The program of a training step without backward code before the first layer that learns. `None` if no layer that
/// never learns comes before it; the program would equal the one of [`Form::Train`].
pub(crate) fn tail(graph: &Graph) -> Option<Program> {
    let gradients = super::gradients::gradients(graph, false);
    let stands_still = |node: &Node| {
        let layer = &graph.layers[node.layer];
        layer.has_weights() && !layer.trainable && gradients[node.outputs[0]] == Gradient::Never
    };
    graph.nodes.iter().any(stands_still).then(|| lower(graph, Form::TrainTail))
}

/// Whether the layer that owns these weights may have tables and can report their touched rows: it reads indices or a
/// sparse input in all its calls.
pub(crate) fn by_rows(graph: &Graph, owner: LayerId) -> bool {
    let mut calls = graph.nodes.iter().filter(|node| graph.layers[node.layer].owner == owner);
    let reads_indices = |node: &Node| node.inputs.iter().any(|&tensor| graph.tensors[tensor].chooses_rows());
    let may_have_tables = |node: &Node| graph.layers[node.layer].has_rows() || graph.reads_sparse(node);
    calls.all(|node| may_have_tables(node) && reads_indices(node))
}

struct Lowering<'a> {
    graph: &'a Graph,
    form: Form,
    places: Places,
    memory: Allocation,
}

impl Lowering<'_> {
    fn program(self) -> Program {
        let calls = || self.graph.nodes.iter().enumerate();
        let trains = self.form != Form::Predict;
        let forward = calls().filter_map(|(n, node)| self.step(n, node)).collect();
        let seeds = calls().flat_map(|(_, node)| &node.outputs).filter_map(|&tensor| self.seed(tensor));
        let backward = calls().rev().filter_map(|(n, node)| self.back(n, node));
        let asks = |node: &Node| matches!(self.gradient(node.outputs[0]), Gradient::IfAsked(_));
        let learns = |node: &Node| self.graph.layers[node.layer].learns();
        let adapts = |node: &Node| self.graph.layers[node.layer].adapts();
        let updates =
            calls().filter(|(_, node)| self.graph.layers[node.layer].has_cache() && (learns(node) || adapts(node)));
        let penalties = calls().filter(|(_, node)| self.graph.layers[node.layer].has_scratch());
        let touches = calls()
            .filter(|(_, node)| trains && learns(node) && by_rows(self.graph, self.graph.layers[node.layer].owner));
        Program {
            form: self.form,
            fields: self.fields(),
            forward,
            seeds: seeds.filter(|_| trains).collect(),
            backward: backward.filter(|_| trains).collect(),
            asks: trains && self.graph.nodes.iter().any(asks),
            ends: (0..self.graph.outputs.len()).map(|output| self.end(output)).collect(),
            penalties: penalties.map(|(n, _)| n).collect(),
            updates: updates.filter(|_| trains).map(|(n, _)| n).collect(),
            touched: touches.map(|(n, node)| (n, self.reads_after(node, |_| true))).collect(),
            arenas: self.memory.arenas,
        }
    }

    fn gradient(&self, tensor: TensorId) -> &Gradient {
        &self.places.tensors[tensor].gradient
    }

    /// Whether the layer of a call has memory of its own in the pass.
    fn has_memory(&self, node: &Node) -> bool {
        let layer = &self.graph.layers[node.layer];
        if self.form == Form::Predict { layer.has_scratch() } else { layer.has_cache() }
    }

    fn fields(&self) -> Vec<Field> {
        let mut fields = Vec::new();
        let trains = self.form != Form::Predict;
        let made = self.graph.nodes.iter().zip(&self.places.made).filter(|(_, made)| **made);
        let outputs = made.flat_map(|(node, _)| &node.outputs);
        let kept = outputs.filter(|&&tensor| {
            let plan = &self.places.tensors[tensor];
            trains && plan.home == Home::Tape && plan.becomes.is_none() && self.memory.find(tensor).is_none()
        });
        fields.extend(kept.map(|&tensor| Field::Tensor(tensor)));
        fields.extend((0..self.memory.arenas.len()).map(Field::Arena));
        for (n, node) in self.graph.nodes.iter().enumerate() {
            let gradients = node.outputs.iter().filter(|&&tensor| trains && self.has_gradient(tensor));
            fields.extend(gradients.map(|&tensor| Field::Gradient(tensor)));
            if self.has_memory(node) && !node.lasts {
                fields.push(Field::Layer(n));
            }
        }
        fields
    }

    /// Whether the gradient of a tensor has memory of its own.
    fn has_gradient(&self, tensor: TensorId) -> bool {
        let plan = &self.places.tensors[tensor];
        plan.own_gradient && plan.gradient != Gradient::Never && plan.becomes.is_none()
    }

    fn place(&self, tensor: TensorId) -> Read {
        let shared = self.memory.find(tensor).map(|(arena, index)| Place::Shared { arena, index });
        let place = match (self.places.tensors[tensor].home, shared) {
            (Home::Input(i), _) => Place::Input(i),
            (Home::Output(i), _) => Place::Output(i),
            (Home::Tape, Some(shared)) => shared,
            (Home::Tape, None) => match self.places.tensors[self.memory.place(tensor)].home {
                Home::Input(i) => Place::View(i),
                _ => Place::Own(self.places.kept(tensor)),
            },
        };
        Read { tensor, place }
    }

    /// The masks that a call reads in this form.
    fn masks(&self, node: &Node) -> Vec<Option<MaskRead>> {
        masks(self.graph, node, self.form).iter().map(|mask| mask.map(|mask| self.mask_read(mask))).collect()
    }

    fn mask_read(&self, mask: TensorId) -> MaskRead {
        MaskRead { read: self.place(mask), exists_if: self.graph.tensors[mask].exists_if }
    }

    fn all(&self, tensors: &[TensorId]) -> Vec<Read> {
        tensors.iter().map(|&tensor| self.place(tensor)).collect()
    }

    /// The inputs of a call after the pass, for readers of indices and masks only. By then nobody holds the outputs of
    /// the model.
    fn reads_after(&self, node: &Node, is_there: impl Fn(TensorId) -> bool) -> Vec<Option<Read>> {
        let read = |&tensor: &TensorId| match self.places.tensors[tensor].home {
            Home::Output(_) => None,
            Home::Tape if !is_there(tensor) => None,
            _ => Some(self.place(tensor)),
        };
        node.inputs.iter().map(read).collect()
    }

    /// Whether the types of a call's inputs do not follow from the layer's type: a merge of any tensors, or a user's
    /// layer.
    fn has_any_inputs(&self, node: &Node) -> bool {
        let any_inputs = match &self.graph.layers[node.layer].op {
            Op::Builtin(builtin) => {
                let spec = builtin.spec;
                spec.inputs.max > 1 || spec.inner.is_some() || spec.writes != Dtype::Float
            }
            Op::Activation { .. } => false,
            Op::Component(_) => true,
        };
        any_inputs || self.graph.reads_parts(node)
    }

    fn weights(&self, node: &Node) -> Option<LayerId> {
        let layer = &self.graph.layers[node.layer];
        layer.has_weights().then_some(layer.owner)
    }

    fn step(&self, n: CallId, node: &Node) -> Option<Step> {
        if !self.places.made[n] {
            return None;
        }
        let then = self.places.then[n];
        let then = match self.form {
            Form::Predict => match self.memory.work(n) {
                CallKind::View => return None,
                CallKind::InPlace if self.places.fused[n] => return None,
                CallKind::InPlace => return Some(Step::InPlace(n, self.place(node.outputs[0]))),
                CallKind::Call => then,
            },
            Form::Train | Form::TrainTail if self.places.is_kept(node) => return None,
            Form::Train | Form::TrainTail => then.filter(|_| self.places.tensors[node.outputs[0]].becomes.is_some()),
        };
        let layer = &self.graph.layers[node.layer];
        let mode = match (self.form, layer.trainable, layer.has_cache() && layer.has_weights()) {
            (Form::Predict, ..) => Mode::Predicts,
            (_, false, _) => Mode::Frozen,
            (_, true, true) => Mode::Flagged(layer.owner),
            (_, true, false) => Mode::Learns,
        };
        Some(Step::Call(Call {
            call: n,
            weights: self.weights(node),
            reads: self.all(&node.inputs),
            masks: self.masks(node),
            writes: self.all(&node.outputs),
            then,
            memory: self.has_memory(node),
            workspace: self.memory.workspace(Resident::Workspace(n)),
            mode,
            any_inputs: self.has_any_inputs(node),
        }))
    }

    /// The start of a gradient: zero, or the caller's value for an output that is also read inside.
    fn seed(&self, tensor: TensorId) -> Option<Seed> {
        let seed = match self.places.tensors[tensor].home {
            Home::Output(i) => Seed::Copy(tensor, i),
            _ => Seed::Clear(tensor),
        };
        self.has_gradient(tensor).then_some(seed)
    }

    fn back(&self, n: CallId, node: &Node) -> Option<Back> {
        let gradient = self.gradient(node.outputs[0]);
        if *gradient == Gradient::Never {
            return None;
        }
        let does = if self.places.is_kept(node) {
            // The input and its gradient have the places of the output and its gradient.
            Does::InPlace { y: self.place(node.inputs[0]), gradient: self.places.kept(node.inputs[0]) }
        } else {
            Does::Call(Box::new(BackCall {
                weights: self.weights(node),
                x: self.all(&node.inputs),
                masks: self.masks(node),
                y: self.all(&node.outputs),
                dy: node.outputs.iter().map(|&tensor| self.incoming(tensor)).collect(),
                memory: self.has_memory(node),
                workspace: self.memory.workspace(Resident::BackWorkspace(n)),
                dx: node.inputs.iter().map(|&tensor| self.outgoing(tensor, gradient)).collect(),
                learns: self.graph.layers[node.layer].learns(),
                inside_heads: self.places.inside_heads(self.graph, node),
                head: self.places.head(self.graph, node).map(|(i, logits)| (i, self.places.kept(logits))),
                any_inputs: self.has_any_inputs(node),
            }))
        };
        Some(Back { call: n, if_asked: gradient.asked(), does })
    }

    fn incoming(&self, tensor: TensorId) -> Incoming {
        let plan = &self.places.tensors[tensor];
        match plan.home {
            Home::Output(i) if !plan.own_gradient => Incoming::Caller(i),
            _ => Incoming::Own(self.places.kept(tensor)),
        }
    }

    /// `around` says when the call runs.
    fn outgoing(&self, tensor: TensorId, around: &Gradient) -> Outgoing {
        let (plan, kept) = (&self.places.tensors[tensor], self.places.kept(tensor));
        match (&plan.gradient, plan.home) {
            (Gradient::Never, _) => Outgoing::Nowhere,
            (_, Home::Input(i)) => Outgoing::Caller(i),
            (Gradient::IfAsked(inputs), _) if plan.gradient != *around => Outgoing::OwnIfAsked(kept, inputs.clone()),
            _ => Outgoing::Own(kept),
        }
    }

    fn end(&self, output: usize) -> End {
        let calls = || self.graph.nodes.iter().enumerate();
        let own = calls().find_map(|(n, node)| match self.places.head(self.graph, node) {
            Some((i, logits)) if i == output => Some(Logits::Of(n, self.place(logits))),
            _ => None,
        });
        let inside = || {
            calls().find_map(|(n, node)| {
                let heads = self.places.inside_heads(self.graph, node);
                heads.into_iter().find(|(i, _)| *i == output).map(|(_, k)| Logits::Inside(n, k))
            })
        };
        let logits = own.or_else(inside).unwrap_or(Logits::Nothing);
        End { logits, mask: self.mask(self.graph.outputs[output]) }
    }

    /// The mask of an output. After a prediction the masks of outputs are still in memory. Numbers may be gone, but
    /// nobody asks for them.
    fn mask(&self, tensor: TensorId) -> Option<Mask> {
        let own = self.graph.tensors[tensor].mask.map(|mask| self.mask_read(mask));
        match (own, self.mask_inside(tensor)) {
            (Some(own), Some(inside)) => Some(Mask::Either(own, Box::new(inside))),
            (own, inside) => own.map(Mask::Of).or(inside),
        }
    }

    /// The mask that an inner model may have for its output.
    fn mask_inside(&self, tensor: TensorId) -> Option<Mask> {
        let Producer::Node(n) = self.graph.tensors[tensor].producer else { return None };
        let node = &self.graph.nodes[n];
        let Op::Component(_) = &self.graph.layers[node.layer].op else { return None };
        // A model can hand on only an input that is itself a mask, so it does not need the others.
        let x = self.reads_after(node, |tensor| self.graph.tensors[tensor].dtype == Dtype::U32);
        let k = node.outputs.iter().position(|&output| output == tensor).unwrap_or_default();
        Some(Mask::Inside(n, k, x))
    }
}
