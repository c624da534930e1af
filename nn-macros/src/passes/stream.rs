//! One step of a stream: a graph whose sequences have one step.
//!
//! The specifications say how a layer computes a sequence step by step ([`Streaming`]). A recurrent layer keeps its
//! states. Before a convolution or a pooling, a further call keeps the last steps and makes a window of them; the layer
//! then computes one place. If not every step completes a window, the calls behind it run at a lower rate.

mod time;

use crate::diagnostics::Diagnostics;
use crate::front::values;
use crate::graph::{Arg, Builtin, Computed, Graph, Layer, LayerId, Node, Op, Producer, Shaped, Streamed, Tensor};
use crate::graph::{Rate, RateId, TensorId};
use crate::passes::infer;
use crate::source::{ExprId, Name, SpanId};
use nn_core::Code;
use nn_core::shape::Shape;
use nn_core::spec::{LayerSpec, Streaming, Value};
use time::Time;

/// Makes the graph of one step, or reports the layers that need all steps.
pub(crate) fn stream(graph: &mut Graph, diagnostics: &mut Diagnostics) {
    // A graph with errors is not compiled.
    if !diagnostics.any() {
        graph.streamed = Steps::new(graph, diagnostics).streamed().map(Box::new);
    }
}

/// The graph of one step while it is made.
struct Steps<'a> {
    whole: &'a Graph,
    graph: Graph,
    diagnostics: &'a mut Diagnostics,
    /// The steps of each tensor; `None` after an error.
    times: Vec<Option<Time>>,
    rates: Vec<Rate>,
    calls: Vec<Option<RateId>>,
}

/// The places and the reason of a refusal.
type Refusal = (ExprId, String);

impl<'a> Steps<'a> {
    fn new(whole: &'a Graph, diagnostics: &'a mut Diagnostics) -> Self {
        let text = whole.graph_type.as_str();
        let model = text.strip_suffix("Graph").unwrap_or(text);
        let graph_type = Name::new(&format!("{model}StreamGraph"), whole.graph_type.span);
        let nothing = (Vec::new(), Vec::new());
        let mut graph = Graph { graph_type, checks: nothing.0, nodes: nothing.1, folded: None, ..whole.clone() };
        // rustc does not evaluate the whole graph's constants again.
        graph.constants.iter_mut().for_each(|constant| constant.value = Computed::Before);
        let times = vec![None; graph.tensors.len()];
        Steps { whole, graph, diagnostics, times, rates: Vec::new(), calls: Vec::new() }
    }

    fn streamed(mut self) -> Option<Streamed> {
        for tensor in self.whole.declared.clone() {
            let time = self.time_of_input(tensor);
            self.times[tensor] = Some(time);
            if matches!(time, Time::Steps(_)) {
                self.graph.tensors[tensor].shape = one_step(&self.whole.tensors[tensor].shape);
            }
        }
        let is_sequence = |&input: &TensorId| matches!(self.times[input], Some(Time::Steps(_)));
        if !self.whole.inputs.iter().any(is_sequence) {
            let message = "a stream needs a sequence: an input of shape `[steps, features]`, or of `u32` indices";
            self.diagnostics.error(Code::NotStreamable, &self.whole.input_exprs[0], message);
            return None;
        }
        for node in &self.whole.nodes {
            self.call(node);
        }
        if self.diagnostics.any() {
            return None;
        }
        let rate = |&output: &TensorId| self.times[output].and_then(Time::rate);
        let outputs = self.whole.outputs.iter().map(rate).collect();
        // The rules found no fault in the whole graph.
        self.graph.checks.clear();
        Some(Streamed { graph: self.graph, rates: self.rates, calls: self.calls, outputs })
    }

    /// Adds a call of the whole graph.
    fn call(&mut self, node: &Node) {
        match self.times_of(node) {
            Ok(None) => {}
            Ok(Some(time @ (Time::Always | Time::SoFar(_)))) => {
                let (outputs, rate) = (node.outputs.clone(), time.rate());
                self.push(node.clone(), rate);
                outputs.into_iter().for_each(|output| self.times[output] = Some(time));
            }
            Ok(Some(Time::Steps(rate))) => {
                if let Err(refusal) = self.step(node, rate) {
                    self.refuse(&self.whole.layers[node.layer], refusal);
                }
            }
            Err(refusal) => self.refuse(&self.whole.layers[node.layer], refusal),
        }
    }

    fn refuse(&mut self, layer: &Layer, (place, reason): Refusal) {
        let message = format!("`{}` cannot be computed step by step: {reason}", layer.kind());
        self.diagnostics
            .error(Code::NotStreamable, &place, message)
            .note("`#[nn(stream)]` on the struct asks for streams of this model");
    }

    /// Adds a call on a sequence at this rate.
    fn step(&mut self, node: &Node, rate: Option<RateId>) -> Result<(), Refusal> {
        let layer = &self.whole.layers[node.layer];
        let (builtin, streaming) = match &layer.op {
            Op::Activation { .. } => (None, Streaming::Steps),
            Op::Builtin(builtin) => (Some(&**builtin), builtin.spec.streaming),
            Op::Component(_) => {
                let reason = "only layers of the library and templates can; `TimeDistributed` calls a model or a layer \
                              of your own on each step";
                return Err((layer.source, reason.to_string()));
            }
        };
        let mut call = Node { facts: None, inner_facts: Vec::new(), ..node.clone() };
        let mut times = vec![Time::Steps(rate); node.outputs.len()];
        let mut runs = rate;
        match (streaming, builtin) {
            (Streaming::Refuses(reason), _) => return Err((layer.source, reason.to_string())),
            (Streaming::Axis { axis }, Some(builtin)) if self.is_along_steps(&builtin.args[axis], node.inputs[0]) => {
                let place = builtin.args[axis].expr.unwrap_or(layer.source);
                return Err((place, "it works along the axis of the steps".to_string()));
            }
            (Streaming::Shared { axes }, Some(builtin)) => {
                let shares = |axes: &[i64]| axes.contains(&1);
                if !builtin.args[axes].axes().is_some_and(shares) {
                    let reason = "it has other weights for each step; `shared_axes = [1]` has the same for all";
                    return Err((layer.source, reason.to_string()));
                }
            }
            (Streaming::Recurrent { sequences, backwards, .. }, Some(builtin)) => {
                let flag = |place: usize| match builtin.args[place].value {
                    Some(Value::Flag(flag)) => Ok(flag),
                    _ => {
                        let place = builtin.args[place].expr.unwrap_or(layer.source);
                        Err((place, "this flag has to be `true` or `false`".to_string()))
                    }
                };
                if flag(backwards)? {
                    let place = builtin.args[backwards].expr.unwrap_or(layer.source);
                    return Err((place, "it reads the steps from the last to the first".to_string()));
                }
                times.iter_mut().skip(usize::from(flag(sequences)?)).for_each(|time| *time = Time::SoFar(rate));
                call.lasts = true;
            }
            (Streaming::Window { .. }, Some(builtin)) => {
                let (window, slower) = self.slide(node, builtin, rate)?;
                call.inputs[0] = window;
                times = vec![Time::Steps(slower)];
                runs = slower;
            }
            _ => {}
        }
        let n = self.push(call, runs);
        infer::node(&mut self.graph, n, self.diagnostics);
        node.outputs.iter().zip(times).for_each(|(&output, time)| self.times[output] = Some(time));
        Ok(())
    }

    /// Adds the call that makes the window of a convolution or a pooling, and makes the layer one for a single window.
    /// Returns the window, and the rate of windows.
    fn slide(
        &mut self,
        node: &Node,
        builtin: &Builtin,
        rate: Option<RateId>,
    ) -> Result<(TensorId, Option<RateId>), Refusal> {
        let Streaming::Window { size, strides, dilation, padding, causal, by } = builtin.spec.streaming else {
            unreachable!("the caller saw the windows");
        };
        let is_causal = match builtin.args[padding].value {
            Some(Value::Choice(0)) => false,
            Some(Value::Choice(choice)) if Some(choice) == causal => true,
            _ => {
                let place = builtin.args[padding].expr.unwrap_or(self.whole.layers[node.layer].source);
                let help = if causal.is_some() { "; `causal` pads before the first step only" } else { "" };
                return Err((place, format!("this padding reads steps behind the current one{help}")));
            }
        };
        let own = |place: usize| Arg { expr: None, ..builtin.args[place].clone() };
        let args = by.args.iter().map(|spec| match (spec.name, dilation) {
            ("size", _) => own(size),
            ("strides", _) => own(strides),
            ("dilation", Some(dilation)) => own(dilation),
            ("causal", _) => Arg::known(spec, Value::Flag(is_causal)),
            _ => values::default(spec),
        });
        let args: Vec<Arg> = args.collect();
        let layer = self.maker(node.layer, by, args);
        let window = self.tensor(node.inputs[0]);
        let name = self.free_name(&format!("{}_window", node.name));
        let call = Node {
            layer,
            inputs: node.inputs[..1].to_vec(),
            outputs: vec![window],
            input_exprs: node.input_exprs[..1].to_vec(),
            name,
            facts: None,
            inner_facts: Vec::new(),
            masks: Vec::new(),
            given_mask: None,
            lasts: true,
        };
        let n = self.push(call, rate);
        infer::node(&mut self.graph, n, self.diagnostics);
        // The layer now has one window and no padding.
        let one = Value::Sizes(Shape::new(&[1]));
        if let Op::Builtin(builtin) = &mut self.graph.layers[node.layer].op {
            builtin.args[padding] = Arg::default(Value::Choice(0));
            builtin.args[strides] = Arg::default(one);
            if let Some(dilation) = dilation {
                builtin.args[dilation] = Arg::default(one);
            }
        }
        let cells = known(&builtin.args[size]);
        let apart = dilation.map_or(Some(1), |dilation| known(&builtin.args[dilation]));
        let stride = match builtin.args[strides].value {
            Some(Value::Absent) => cells,
            _ => known(&builtin.args[strides]),
        };
        let first = if is_causal { Some(0) } else { cells.zip(apart).map(|(cells, apart)| (cells - 1) * apart) };
        Ok((window, self.rate(n, rate, stride.zip(first))))
    }

    /// The rate of windows with this stride, of which the first is complete after so many further steps.
    fn rate(&mut self, call: usize, rate: Option<RateId>, window: Option<(usize, usize)>) -> Option<RateId> {
        if window == Some((1, 0)) {
            return rate;
        }
        let before = rate.map_or(Some((1, 0)), |rate| self.rates[rate].steps);
        let steps = before.zip(window).map(|((period, delay), (stride, first))| {
            (period.saturating_mul(stride), period.saturating_mul(first).saturating_add(delay))
        });
        let same = self.rates.iter().position(|rate| steps.is_some() && rate.steps == steps);
        Some(same.unwrap_or_else(|| {
            self.rates.push(Rate { call, steps });
            self.rates.len() - 1
        }))
    }

    fn push(&mut self, node: Node, rate: Option<RateId>) -> usize {
        let n = self.graph.nodes.len();
        node.outputs.iter().for_each(|&output| self.graph.tensors[output].producer = Producer::Node(n));
        self.graph.nodes.push(node);
        self.calls.push(rate);
        n
    }

    /// A layer that makes windows, with the place of the layer that reads them.
    fn maker(&mut self, reader: LayerId, by: &'static LayerSpec, args: Vec<Arg>) -> LayerId {
        let id = self.graph.layers.len();
        let op = Builtin { spec: by, args, then: Vec::new(), inferred: None, inner: None };
        let layer = &self.whole.layers[reader];
        let own = Layer { op: Op::Builtin(Box::new(op)), part: true, inside: false, owner: id, ..layer.clone() };
        self.graph.layers.push(own);
        id
    }

    /// A tensor with the contents of another one.
    fn tensor(&mut self, like: TensorId) -> TensorId {
        let tensor = Tensor { mask: None, shape: Shaped::Unknown, ..self.whole.tensors[like].clone() };
        self.graph.tensors.push(tensor);
        self.times.push(None);
        self.graph.tensors.len() - 1
    }

    /// A name that no call has.
    fn free_name(&self, name: &str) -> Name {
        let mut name = name.trim_start_matches("r#").to_string();
        let calls = || self.whole.nodes.iter().chain(&self.graph.nodes);
        while calls().any(|node| node.name.as_str().starts_with(name.as_str())) {
            name.push('_');
        }
        Name::new(&name, SpanId::default())
    }
}

/// A shape with one step.
fn one_step(shape: &Shaped) -> Shaped {
    match shape {
        Shaped::Known(shape) => Shaped::Known(shape.with_dim(0, 1)),
        other => Shaped::OneStep(Box::new(other.clone())),
    }
}

/// The only size of an argument, if it is known.
fn known(arg: &Arg) -> Option<usize> {
    match arg.value {
        Some(Value::Sizes(sizes)) => Some(sizes.size()),
        _ => None,
    }
}
