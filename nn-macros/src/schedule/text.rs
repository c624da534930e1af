//! A [`Program`] as text, for tests and for readers of a graph's program.

use super::memory::{Resident, Stay};
use super::program::*;
use crate::graph::{Graph, Producer, TensorId};
use std::fmt::Write;

impl Program {
    /// One line for each block of memory and each step.
    pub(crate) fn text(&self, graph: &Graph) -> String {
        let mut text = String::new();
        for line in self.lines(graph) {
            let _ = writeln!(text, "{line}");
        }
        text
    }

    fn lines(&self, graph: &Graph) -> Vec<String> {
        let show = Show { program: self, graph };
        let mut lines = vec![format!("{:?}", self.form).to_lowercase()];
        for arena in &self.arenas {
            let size = arena.size().map_or("of a size that rustc knows".to_string(), |size| size.to_string());
            lines.push(format!("  memory {}: {size}", arena.name));
            lines.extend(arena.lives.iter().enumerate().map(|(i, &Stay { of, first, last })| {
                let range = arena.range(i).map_or(String::new(), |range| format!(" at {}..{}", range.start, range.end));
                let name = match of {
                    Resident::Tensor(tensor) => show.name(tensor),
                    Resident::Workspace(call) => format!("workspace of {}", show.call(call)),
                    Resident::BackWorkspace(call) => format!("workspace of {} going back", show.call(call)),
                };
                format!("    {name}{range}, calls {first} to {last}")
            }));
        }
        let fields = self.fields.iter().filter(|field| !matches!(field, Field::Arena(_)));
        let fields: Vec<String> = fields.map(|field| show.field(field)).collect();
        if !fields.is_empty() {
            lines.push(format!("  keeps {}", fields.join(", ")));
        }
        lines.extend(self.forward.iter().map(|step| format!("  {}", show.step(step))));
        lines.extend(self.seeds.iter().map(|seed| match *seed {
            Seed::Clear(tensor) => format!("  d({}) = 0", show.name(tensor)),
            Seed::Copy(tensor, output) => format!("  d({}) = dy{output}", show.name(tensor)),
        }));
        lines.extend(self.backward.iter().map(|step| format!("  {}", show.back(step))));
        for (i, end) in self.ends.iter().enumerate() {
            let logits = match &end.logits {
                Logits::Nothing => String::new(),
                Logits::Of(_, read) => format!(", logits {}", show.read(read)),
                Logits::Inside(call, k) => format!(", logits of output {k} of {}", show.call(*call)),
            };
            let mask = end.mask.as_ref().map_or(String::new(), |mask| format!(", mask {}", show.end_mask(mask)));
            lines.push(format!("  y{i}{logits}{mask}"));
        }
        for (what, calls) in [("penalties", &self.penalties), ("updates", &self.updates)] {
            if !calls.is_empty() {
                let calls: Vec<String> = calls.iter().map(|&call| show.call(call)).collect();
                lines.push(format!("  {what} of {}", calls.join(", ")));
            }
        }
        lines.extend(self.touched.iter().map(|(call, _)| format!("  rows of {}", show.call(*call))));
        lines
    }
}

/// Names for the numbers of a program.
struct Show<'a> {
    program: &'a Program,
    graph: &'a Graph,
}

impl Show<'_> {
    fn call(&self, call: CallId) -> String {
        self.graph.nodes[call].name.to_string()
    }

    /// The name of the call that computes a tensor; its field has the same name.
    fn name(&self, tensor: TensorId) -> String {
        let Producer::Node(call) = self.graph.tensors[tensor].producer else {
            return self.graph.tensors[tensor].name.to_string();
        };
        match self.graph.nodes[call].outputs.iter().position(|&output| output == tensor) {
            Some(k) if k > 0 => format!("{}_{k}", self.call(call)),
            _ => self.call(call),
        }
    }

    fn field(&self, field: &Field) -> String {
        match *field {
            Field::Tensor(tensor) => self.name(tensor),
            Field::Gradient(tensor) => format!("d({})", self.name(tensor)),
            Field::Arena(arena) => self.program.arenas[arena].name.clone(),
            Field::Layer(call) => format!("memory of {}", self.call(call)),
        }
    }

    fn read(&self, read: &Read) -> String {
        match read.place {
            Place::Input(i) => format!("x{i}"),
            Place::Output(i) => format!("y{i}"),
            Place::Own(tensor) => self.name(tensor),
            Place::View(i) => format!("x{i} as {}", self.name(read.tensor)),
            Place::Shared { .. } => self.place(read.place),
        }
    }

    fn mask(&self, mask: &MaskRead) -> String {
        let exists = if mask.exists_if.is_some() { " if it exists" } else { "" };
        format!("{}{exists}", self.read(&mask.read))
    }

    fn end_mask(&self, mask: &Mask) -> String {
        match mask {
            Mask::Of(mask) => self.mask(mask),
            Mask::Inside(call, k, _) => format!("of output {k} of {}", self.call(*call)),
            Mask::Either(mask, other) => format!("{}, else {}", self.mask(mask), self.end_mask(other)),
        }
    }

    /// Shared memory.
    fn place(&self, place: Place) -> String {
        match place {
            Place::Shared { arena, index } => format!("{}[{index}]", self.program.arenas[arena].name),
            other => format!("{other:?}"),
        }
    }

    fn list<T>(&self, items: &[T], show: impl Fn(&T) -> String) -> String {
        items.iter().map(show).collect::<Vec<_>>().join(", ")
    }

    fn step(&self, step: &Step) -> String {
        match step {
            Step::InPlace(call, y) => format!("{} = {} in place", self.read(y), self.call(*call)),
            Step::Call(call) => {
                let y = self.list(&call.writes, |y| self.read(y));
                let x = self.list(&call.reads, |x| self.read(x));
                let weights =
                    call.weights.map_or(String::new(), |layer| format!("{}: ", self.graph.layers[layer].name));
                let masks = self.list(&call.masks, |mask| mask.map_or("nothing".to_string(), |mask| self.mask(&mask)));
                let masks = if masks.is_empty() { masks } else { format!(" masked by {masks}") };
                let then = call.then.map_or(String::new(), |then| format!(" then {}", self.call(then)));
                let memory = if call.memory { " with memory" } else { "" };
                let work = call.workspace.map_or(String::new(), |place| format!(" working in {}", self.place(place)));
                let mode = match call.mode {
                    Mode::Predicts | Mode::Learns => "",
                    Mode::Frozen => ", frozen",
                    Mode::Flagged(_) => ", frozen by its flag",
                };
                format!("{y} = {}({weights}{x}){masks}{then}{memory}{work}{mode}", self.call(call.call))
            }
        }
    }

    fn back(&self, back: &Back) -> String {
        let asked = |inputs: &[usize]| format!(" if dx{} is asked for", self.list(inputs, |i| i.to_string()));
        let when = back.if_asked.as_deref().map_or(String::new(), asked);
        match &back.does {
            Does::InPlace { gradient, .. } => {
                format!("d({}) through {} in place{when}", self.name(*gradient), self.call(back.call))
            }
            Does::Call(call) => {
                let dx = self.list(&call.dx, |dx| match dx {
                    Outgoing::Nowhere => "nothing".to_string(),
                    Outgoing::Caller(i) => format!("dx{i}"),
                    Outgoing::Own(tensor) => format!("d({})", self.name(*tensor)),
                    Outgoing::OwnIfAsked(tensor, inputs) => format!("d({}){}", self.name(*tensor), asked(inputs)),
                });
                let dy = self.list(&call.dy, |dy| match *dy {
                    Incoming::Caller(i) => format!("dy{i}"),
                    Incoming::Own(tensor) => format!("d({})", self.name(tensor)),
                });
                let learns = call.weights.filter(|_| call.learns);
                let dw = learns.map_or(String::new(), |layer| format!(", d({})", self.graph.layers[layer].name));
                let head = call.head.map_or(String::new(), |(i, logits)| {
                    format!(", or d({}) += dy{i} if that is of the logits", self.name(logits))
                });
                let work = call.workspace.map_or(String::new(), |place| format!(" working in {}", self.place(place)));
                format!("{dx}{dw} += {} of {dy}{work}{head}{when}", self.call(back.call))
            }
        }
    }
}
