//! Writes random causal graphs: a chain of layers with branches, over sequences at different rates.

use std::fmt::Write;

const GRAPHS: usize = 48;
const STEPS: usize = 24;

/// A generator of numbers, the same on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) as usize % n
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

/// A graph while it is written: its lines, the steps and features of the last tensor.
struct Graph {
    numbers: Numbers,
    lines: String,
    tensors: usize,
    steps: usize,
    features: usize,
}

impl Graph {
    fn tensor(&mut self, value: &str) -> String {
        self.tensors += 1;
        let name = format!("t{}", self.tensors);
        writeln!(self.lines, "    let {name} = {value};").unwrap();
        name
    }

    /// A layer that keeps rate and features.
    fn same(&mut self, x: &str) -> String {
        let features = self.features;
        let layer = match self.numbers.below(16) {
            0 => format!("Dense({features}, activation = relu)"),
            1 => format!("Dense({features}, activation = softmax, use_bias = false)"),
            2 => "Activation(tanh)".to_string(),
            3 => "LayerNormalization()".to_string(),
            4 => "BatchNormalization()".to_string(),
            5 => "Rescaling(0.5, offset = 0.1)".to_string(),
            6 => "Dropout(0.3)".to_string(),
            7 => "GaussianNoise(0.3)".to_string(),
            8 => "PReLU(shared_axes = [1])".to_string(),
            9 => "UnitNormalization()".to_string(),
            10 => "RMSNormalization()".to_string(),
            11 => format!("TimeDistributed(Dense({features}, activation = gelu))"),
            12 => format!(
                "GRU({features}, return_sequences = true, reset_after = {})",
                self.numbers.of(&["true", "false"])
            ),
            13 => format!("LSTM({features}, return_sequences = true, recurrent_activation = hard_sigmoid)"),
            14 => "Softmax()".to_string(),
            _ => {
                let (kernel, dilation) = (1 + self.numbers.below(4), 1 + self.numbers.below(4));
                let activation = self.numbers.of(&["linear", "relu", "tanh"]);
                format!(
                    "Conv1D({features}, {kernel}, padding = causal, dilation_rate = {dilation}, activation = {activation})"
                )
            }
        };
        self.tensor(&format!("{layer}({x})"))
    }

    /// Any layer.
    fn any(&mut self, x: &str) -> String {
        let features = 2 * (1 + self.numbers.below(4));
        let (kernel, stride) = (1 + self.numbers.below(4), 1 + self.numbers.below(3));
        let fits = self.steps >= kernel + 2;
        let valid = (self.steps - kernel.min(self.steps)) / stride + 1;
        let (layer, steps, features) = match self.numbers.below(9) {
            0 => (format!("SimpleRNN({features}, return_sequences = true, activation = relu)"), self.steps, features),
            1 => (format!("LSTM({features}, return_sequences = true, use_bias = false)"), self.steps, features),
            2 => (format!("GRU({features}, return_sequences = true, activation = swish)"), self.steps, features),
            3 if self.steps > 6 => {
                let groups = if self.features.is_multiple_of(2) { 2 } else { 1 };
                let layer =
                    format!("Conv1D({features}, {kernel}, padding = causal, strides = {stride}, groups = {groups})");
                (layer, self.steps.div_ceil(stride), features)
            }
            4 if fits => (format!("Conv1D({features}, {kernel}, strides = {stride})"), valid, features),
            5 if fits => (format!("SeparableConv1D({features}, {kernel}, strides = {stride})"), valid, features),
            6 if fits => (format!("DepthwiseConv1D({kernel}, strides = {stride})"), valid, self.features),
            7 if fits => (format!("MaxPooling1D({kernel}, strides = {stride})"), valid, self.features),
            8 if fits => (format!("AveragePooling1D({kernel}, strides = {stride})"), valid, self.features),
            _ => (format!("Dense({features}, activation = tanh)"), self.steps, features),
        };
        (self.steps, self.features) = (steps, features);
        self.tensor(&format!("{layer}({x})"))
    }

    /// Two branches of one rate, joined.
    fn branches(&mut self, x: &str) -> String {
        let (a, b) = (self.same(x), self.same(x));
        let b = if self.numbers.below(2) == 0 { self.same(&b) } else { b };
        match self.numbers.below(5) {
            0 => self.tensor(&format!("add([{a}, {b}, {x}])")),
            1 => self.tensor(&format!("multiply([{a}, {b}])")),
            2 => self.tensor(&format!("maximum([{a}, {b}])")),
            3 => self.tensor(&format!("average([{b}, {a}])")),
            _ => {
                self.features *= 2;
                self.tensor(&format!("concatenate([{a}, {b}])"))
            }
        }
    }
}

fn graph(k: usize) -> String {
    let mut graph = Graph {
        numbers: Numbers(k as u64 * 7919 + 17),
        lines: String::new(),
        tensors: 0,
        steps: STEPS,
        features: 2 + k % 3,
    };
    (0..5).for_each(|_| _ = graph.numbers.below(2));
    let features = graph.features;
    let mut x = match k % 6 {
        5 => {
            writeln!(graph.lines, "    let x = Input(shape = [{STEPS}], dtype = u32);").unwrap();
            graph.tensor(&format!("Embedding(7, {features}, mask_zero = {})(x)", k % 12 == 5))
        }
        4 => {
            writeln!(graph.lines, "    let x = Input(shape = [{STEPS}, {features}]);").unwrap();
            graph.tensor("Masking(mask_value = 0.5)(x)")
        }
        _ => {
            writeln!(graph.lines, "    let x = Input(shape = [{STEPS}, {features}]);").unwrap();
            "x".to_string()
        }
    };
    for _ in 0..2 + graph.numbers.below(4) {
        x = if graph.numbers.below(3) == 0 { graph.branches(&x) } else { graph.any(&x) };
    }
    if graph.numbers.below(4) == 0 {
        x = graph.tensor(&format!("LSTM(3)({x})"));
    }
    x = graph.tensor(&format!("Dense(3)({x})"));
    let lines = &graph.lines;
    format!(
        "model! {{\n    #[nn(stream)]\n    pub struct Graph{k};\n\n{lines}\n    Model(inputs = x, outputs = {x})\n}}\n\n"
    )
}

/// The number of files with graphs.
pub(crate) const FILES: usize = 3;

/// A file with a part of the graphs.
pub(crate) fn file(part: usize) -> String {
    let mut text =
        String::from("// Random causal graphs. `BLESS=1 cargo test --test step_by_step` writes them anew.\n\n");
    let graphs = part * GRAPHS / FILES..(part + 1) * GRAPHS / FILES;
    graphs.clone().for_each(|k| text.push_str(&graph(k)));
    writeln!(text, "macro_rules! for_each_graph{part} {{\n    ($run:ident) => {{").unwrap();
    graphs.for_each(|k| writeln!(text, "        $run!(Graph{k});").unwrap());
    text.push_str("    };\n}\n");
    text
}
