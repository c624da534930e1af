//! [`Network`]: layers and calls as data, and the variables of the layers.

use std::fmt;

/// A network from a file, in the terms of `model!`: layers of this library, called on tensors.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Network {
    /// The name in the file, or a name for one without.
    pub name: String,
    /// The inputs; input `i` is the tensor `Tensor::Input(i)`.
    pub inputs: Vec<Input>,
    /// The layers, in the order of their first calls.
    pub layers: Vec<Layer>,
    /// The calls; each comes after those whose outputs it reads.
    pub calls: Vec<Call>,
    /// The outputs.
    pub outputs: Vec<Tensor>,
    /// Sentences for the documentation of the struct, for example about an input whose axes have another order than in
    /// the file.
    pub notes: Vec<String>,
}

/// An input of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Its name, an identifier of Rust.
    pub name: String,
    /// The lengths of the axes without the batch. `None` is a length that the file leaves open.
    pub shape: Vec<Option<usize>>,
    /// Whether it holds whole numbers, such as the indices of words.
    pub whole: bool,
}

/// A tensor: an input, or an output of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tensor {
    /// The input with this index.
    Input(usize),
    /// An output of the call with this index, and the index of the output.
    Output(usize, usize),
}

/// A layer of this library, with its arguments and its trained variables.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Its name, an identifier of Rust.
    pub name: String,
    /// Its name in the file.
    pub source: String,
    /// The layer and its arguments.
    pub kind: Kind,
    /// The variables. Those inside a wrapper have the names of their paths: `forward.kernel`.
    pub variables: Vec<Variable>,
}

/// A layer without a name: a class and its arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct Kind {
    /// The name of the layer in a graph: `Dense`.
    pub class: String,
    /// The arguments that are not the defaults. Those that must be given come first, in order.
    pub arguments: Vec<(String, Value)>,
}

/// A trained variable.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// The name in the layer: `kernel`.
    pub name: String,
    /// The numbers.
    pub numbers: Numbers,
}

/// Numbers with a shape, in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    /// The lengths of the axes.
    pub shape: Vec<usize>,
    /// The type of a number, as safetensors calls it: `F32`.
    pub dtype: &'static str,
    /// The numbers, in little-endian order.
    pub bytes: Vec<u8>,
}

/// A call of a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The index of the layer.
    pub layer: usize,
    /// The tensors in the call.
    pub inputs: Vec<Tensor>,
    /// Tensors that are given by keyword: `initial_state`, `mask`.
    pub keywords: Vec<(String, Vec<Tensor>)>,
    /// The number of outputs.
    pub outputs: usize,
}

/// The value of an argument.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A name: `relu`.
    Word(String),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// `true` or `false`.
    Flag(bool),
    /// Several values.
    List(Vec<Value>),
    /// A name with numbers: `leaky_relu(negative_slope = 0.1)`.
    Call(String, Vec<(String, Value)>),
    /// A layer inside another.
    Layer(Box<Kind>),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Word(word) => f.write_str(word),
            Value::Int(number) => write!(f, "{number}"),
            Value::Float(number) => write!(f, "{number:?}"),
            Value::Flag(flag) => write!(f, "{flag}"),
            Value::List(values) => {
                f.write_str("[")?;
                separated(f, values)?;
                f.write_str("]")
            }
            Value::Call(name, fields) if fields.is_empty() => f.write_str(name),
            Value::Call(name, fields) => {
                write!(f, "{name}(")?;
                separated(f, fields.iter().map(|(name, value)| format!("{name} = {value}")))?;
                f.write_str(")")
            }
            Value::Layer(kind) => write!(f, "{kind}"),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.class)?;
        separated(
            f,
            self.arguments.iter().map(|(name, value)| match required(&self.class, name) {
                true => value.to_string(),
                false => format!("{name} = {value}"),
            }),
        )?;
        f.write_str(")")
    }
}

/// Whether an argument must be given: then it is written without its name.
fn required(class: &str, argument: &str) -> bool {
    let spec = nn_core::layers::LAYERS.iter().find(|spec| spec.name == class);
    match spec {
        None => true,
        Some(spec) => {
            spec.args.iter().any(|arg| arg.name == argument && arg.default == nn_core::spec::Default::Required)
        }
    }
}

/// Writes values with commas between them.
pub(crate) fn separated<V: fmt::Display>(f: &mut impl fmt::Write, values: impl IntoIterator<Item = V>) -> fmt::Result {
    for (place, value) in values.into_iter().enumerate() {
        let comma = if place == 0 { "" } else { ", " };
        write!(f, "{comma}{value}")?;
    }
    Ok(())
}

impl Network {
    /// Returns the tensors of all layers, by the names that weight files of this library have.
    pub fn tensors(&self) -> impl Iterator<Item = (String, &Numbers)> {
        self.layers.iter().flat_map(|layer| {
            layer.variables.iter().map(|variable| (format!("{}.{}", layer.name, variable.name), &variable.numbers))
        })
    }
}
