//! Random graphs, as the text of a file of `model!` calls.
//!
//! A macro runs when the test is compiled, so the graphs are drawn beforehand, with a fixed seed. The generator
//! computes the shapes itself, as a second opinion on the shape rules.

use std::fmt::Write;

/// The number of graphs.
const GRAPHS: usize = 16;
/// Activations without a kink, because central differences are wrong at one.
const ACTIVATIONS: &[&str] =
    &["tanh", "sigmoid", "softplus", "softmax", "silu", "gelu", "mish", "softsign", "log_softmax", "squareplus"];
/// Dimensions, small and different.
const DIMENSIONS: &[usize] = &[2, 3, 5, 7];

/// A random number generator that never changes, whatever happens to a crate (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// Returns `true` once in `n` times.
    fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// A graph in the making.
struct Graph {
    random: Random,
    name: String,
    body: String,
    /// The shapes of the tensors `t0`, `t1`, .. and the number of readers of each.
    shapes: Vec<Vec<usize>>,
    reads: Vec<usize>,
    inputs: usize,
    layers: usize,
}

/// The facts about a finished graph for later graphs.
struct Finished {
    name: String,
    inputs: Vec<Vec<usize>>,
    outputs: Vec<Vec<usize>>,
}

/// The file.
pub(super) fn file() -> String {
    let mut file = String::from(
        "// Random graphs, written by `generator.rs`. `BLESS=1 cargo test --test properties` writes them anew.\n\n",
    );
    for d in DIMENSIONS {
        writeln!(file, "const D{d}: usize = {d};").unwrap();
    }
    let mut finished: Vec<Finished> = Vec::new();
    for seed in 0..GRAPHS {
        let (text, graph) = graph(seed, &finished);
        file.push_str(&text);
        finished.push(graph);
    }
    file.push_str("\n/// Calls a macro with the name and the shapes of the outputs of every graph.\n");
    file.push_str("macro_rules! for_each_graph {\n    ($macro:ident) => {\n        $macro! {\n");
    for graph in &finished {
        let shapes: Vec<String> = graph.outputs.iter().map(|shape| format!("&{shape:?}")).collect();
        writeln!(file, "            {} [{}]", graph.name, shapes.join(", ")).unwrap();
    }
    file.push_str("        }\n    };\n}\n");
    file
}

fn graph(seed: usize, finished: &[Finished]) -> (String, Finished) {
    let mut graph = Graph {
        random: Random(seed as u64),
        name: format!("G{seed}"),
        body: String::new(),
        shapes: Vec::new(),
        reads: Vec::new(),
        inputs: 0,
        layers: 0,
    };
    // Every third graph has an earlier one as a layer.
    let part = (seed % 3 == 2).then(|| &finished[graph.random.below(finished.len())]);
    let inputs = match part {
        Some(part) => part.inputs.clone(),
        None => (0..1 + graph.random.below(3)).map(|_| graph.shape()).collect(),
    };
    for shape in inputs {
        let dimensions = shape.iter().map(|&d| graph.dimension(d)).collect::<Vec<_>>().join(", ");
        graph.tensor(shape, &format!("Input(shape = [{dimensions}])"), &[]);
        graph.inputs += 1;
    }
    if let Some(part) = part {
        graph.call(part);
    }
    for _ in 0..4 + graph.random.below(5) {
        graph.step();
    }
    // An input that nobody reads, or that is itself an output, would be an error.
    for input in 0..graph.inputs {
        if graph.reads[input] == 0 {
            graph.dense(input);
        }
    }
    graph.finish()
}

impl Graph {
    fn shape(&mut self) -> Vec<usize> {
        (0..1 + self.random.below(2)).map(|_| *self.random.pick(DIMENSIONS)).collect()
    }

    /// A literal or a constant.
    fn dimension(&mut self, d: usize) -> String {
        if DIMENSIONS.contains(&d) && self.random.once_in(4) { format!("D{d}") } else { d.to_string() }
    }

    fn tensor(&mut self, shape: Vec<usize>, value: &str, reads: &[usize]) {
        writeln!(self.body, "    let t{} = {value};", self.shapes.len()).unwrap();
        self.shapes.push(shape);
        self.reads.push(0);
        for &read in reads {
            self.reads[read] += 1;
        }
    }

    /// Any tensor, preferably a late one.
    fn any(&mut self) -> usize {
        let n = self.shapes.len();
        self.random.below(n).max(self.random.below(n))
    }

    /// Some tensors that fit `first`; a tensor may come twice.
    fn like(&mut self, first: usize, fits: impl Fn(&[usize], &[usize]) -> bool) -> Vec<usize> {
        let fitting: Vec<usize> =
            (0..self.shapes.len()).filter(|&t| fits(&self.shapes[t], &self.shapes[first])).collect();
        let mut tensors = vec![first];
        for _ in 0..1 + self.random.below(2) {
            tensors.push(*self.random.pick(&fitting));
        }
        tensors
    }

    fn step(&mut self) {
        let x = self.any();
        let shape = self.shapes[x].clone();
        match self.random.below(10) {
            0..3 => self.dense(x),
            3 => {
                let activation = *self.random.pick(ACTIVATIONS);
                let value = match self.random.once_in(2) {
                    true => format!("{activation}(t{x})"),
                    false => format!("Activation({activation})(t{x})"),
                };
                self.tensor(shape, &value, &[x]);
            }
            4 => {
                let tensors = self.like(x, |a, b| a == b);
                let merge = *self.random.pick(&["add", "multiply", "average"]);
                self.tensor(shape, &format!("{merge}([{}])", list(&tensors)), &tensors);
            }
            5 => {
                let tensors = self.like(x, |a, b| a.len() == b.len() && a[..a.len() - 1] == b[..b.len() - 1]);
                let mut joined = shape;
                *joined.last_mut().unwrap() = tensors.iter().map(|&t| *self.shapes[t].last().unwrap()).sum();
                self.tensor(joined, &format!("concatenate([{}])", list(&tensors)), &tensors);
            }
            6 => {
                // One layer for several tensors.
                let tensors = self.like(x, |a, b| a.last() == b.last());
                let (layer, units) = (self.layers, *self.random.pick(DIMENSIONS));
                self.layers += 1;
                let written = self.dimension(units);
                writeln!(self.body, "    let shared{layer} = Dense({written}, activation = tanh);").unwrap();
                for t in tensors {
                    let mut shape = self.shapes[t].clone();
                    *shape.last_mut().unwrap() = units;
                    self.tensor(shape, &format!("shared{layer}(t{t})"), &[t]);
                }
            }
            7 => match shape[..] {
                [n] => self.tensor(vec![n, 1], &format!("Reshape([{n}, 1])(t{x})"), &[x]),
                _ => self.tensor(vec![shape.iter().product()], &format!("Flatten()(t{x})"), &[x]),
            },
            8 => match shape[..] {
                [n] => self.tensor(vec![2, n], &format!("RepeatVector(2)(t{x})"), &[x]),
                _ => self.tensor(vec![shape[1], shape[0]], &format!("Permute([2, 1])(t{x})"), &[x]),
            },
            _ => self.tensor(shape, &format!("LayerNormalization(epsilon = 0.1)(t{x})"), &[x]),
        }
    }

    fn dense(&mut self, x: usize) {
        let mut shape = self.shapes[x].clone();
        let units = *self.random.pick(DIMENSIONS);
        *shape.last_mut().unwrap() = units;
        let mut arguments = self.dimension(units);
        if self.random.once_in(2) {
            write!(arguments, ", activation = {}", self.random.pick(ACTIVATIONS)).unwrap();
        }
        for (argument, n) in [("use_bias = false", 5), ("trainable = false", 6), ("kernel_regularizer = l2(0.1)", 4)] {
            if self.random.once_in(n) {
                write!(arguments, ", {argument}").unwrap();
            }
        }
        self.tensor(shape, &format!("Dense({arguments})(t{x})"), &[x]);
    }

    /// An earlier graph as a layer, for the inputs.
    fn call(&mut self, part: &Finished) {
        let inputs: Vec<usize> = (0..self.inputs).collect();
        let call = format!("{}()([{}])", part.name, list(&inputs));
        if let [shape] = &part.outputs[..] {
            return self.tensor(shape.clone(), &call, &inputs);
        }
        let outputs: Vec<usize> = (0..part.outputs.len()).map(|k| self.shapes.len() + k).collect();
        writeln!(self.body, "    let ({}) = {call};", list(&outputs)).unwrap();
        self.shapes.extend(part.outputs.iter().cloned());
        self.reads.extend(part.outputs.iter().map(|_| 0));
        inputs.iter().for_each(|&input| self.reads[input] += 1);
    }

    /// Tensors without a reader are outputs, and sometimes another tensor is.
    fn finish(mut self) -> (String, Finished) {
        let mut outputs: Vec<usize> = (self.inputs..self.shapes.len()).filter(|&t| self.reads[t] == 0).collect();
        let other = self.inputs + self.random.below(self.shapes.len() - self.inputs);
        if !outputs.contains(&other) && self.random.once_in(2) {
            outputs.insert(0, other);
        }
        let inputs: Vec<usize> = (0..self.inputs).collect();
        let text = format!(
            "\nmodel! {{\n    pub struct {};\n\n{}\n    Model(inputs = [{}], outputs = [{}])\n}}\n",
            self.name,
            self.body,
            list(&inputs),
            list(&outputs)
        );
        let shapes = |tensors: &[usize]| tensors.iter().map(|&t| self.shapes[t].clone()).collect();
        (text, Finished { inputs: shapes(&inputs), outputs: shapes(&outputs), name: self.name.clone() })
    }
}

/// `t0, t3`
fn list(tensors: &[usize]) -> String {
    tensors.iter().map(|t| format!("t{t}")).collect::<Vec<_>>().join(", ")
}
