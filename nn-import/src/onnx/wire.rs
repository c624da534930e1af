//! ONNX's messages in the wire format of protocol buffers.
//!
//! This reader is our own, because the crates for ONNX follow subgraphs to any depth, which overflows the stack, and do
//! not read packed lists of attributes. It reads no subgraph, so it does not recurse.
//!
//! Source: <https://github.com/onnx/onnx/blob/main/onnx/onnx.proto>,
//! <https://protobuf.dev/programming-guides/encoding/>

use crate::formats::bytes::{Bytes, Damaged, text};

/// A field of a message.
#[derive(Clone, Copy)]
enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The fields of a message, with their numbers.
struct Message<'a> {
    bytes: &'a [u8],
}

impl<'a> Message<'a> {
    fn varint(&mut self) -> Result<u64, Damaged> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.bytes.split_first().ok_or("a number is cut off")?;
            self.bytes = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err("a number has more than ten bytes".into())
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], Damaged> {
        let length = usize::try_from(length).map_err(|_| "a part is too long")?;
        let part = Bytes(self.bytes).slice(0, length)?;
        self.bytes = &self.bytes[length..];
        Ok(part)
    }

    fn next(&mut self) -> Result<Option<(u64, Field<'a>)>, Damaged> {
        if self.bytes.is_empty() {
            return Ok(None);
        }
        let tag = self.varint()?;
        let field = match tag & 7 {
            0 => Field::Number(self.varint()?),
            1 => Field::Bytes(self.take(8)?),
            2 => {
                let length = self.varint()?;
                Field::Bytes(self.take(length)?)
            }
            5 => Field::Bytes(self.take(4)?),
            kind => return Err(format!("a field is of the unknown kind {kind}")),
        };
        Ok(Some((tag >> 3, field)))
    }
}

/// Calls a function on all fields of a message.
fn fields<'a>(bytes: &'a [u8], mut each: impl FnMut(u64, Field<'a>) -> Result<(), Damaged>) -> Result<(), Damaged> {
    let mut message = Message { bytes };
    while let Some((number, field)) = message.next()? {
        each(number, field)?;
    }
    Ok(())
}

impl<'a> Field<'a> {
    fn bytes(self) -> Result<&'a [u8], Damaged> {
        match self {
            Field::Bytes(bytes) => Ok(bytes),
            Field::Number(_) => Err("a number stands in place of a text or a part".into()),
        }
    }

    fn text(self) -> Result<String, Damaged> {
        Ok(text(self.bytes()?)?.to_owned())
    }

    fn number(self) -> Result<i64, Damaged> {
        match self {
            Field::Number(number) => Ok(number as i64),
            Field::Bytes(_) => Err("a part stands in place of a number".into()),
        }
    }

    fn float(self) -> Result<f32, Damaged> {
        self.bytes()?.try_into().map(f32::from_le_bytes).map_err(|_| "a number is not of four bytes".into())
    }

    /// Adds one number, or a packed list.
    fn numbers(self, list: &mut Vec<i64>) -> Result<(), Damaged> {
        match self {
            Field::Number(number) => list.push(number as i64),
            Field::Bytes(bytes) => {
                let mut packed = Message { bytes };
                while !packed.bytes.is_empty() {
                    list.push(packed.varint()? as i64);
                }
            }
        }
        Ok(())
    }

    /// Adds one number, or a packed list.
    fn floats(self, list: &mut Vec<f64>) -> Result<(), Damaged> {
        let (numbers, rest) = self.bytes()?.as_chunks::<4>();
        list.extend(numbers.iter().map(|&number| f64::from(f32::from_le_bytes(number))));
        if rest.is_empty() { Ok(()) } else { Err("a list of numbers is cut off".into()) }
    }
}

/// A model.
#[derive(Debug, Default)]
pub(super) struct Model<'a> {
    /// The version of ONNX's own operators.
    pub(super) opset: i64,
    pub(super) graph: Option<Graph<'a>>,
}

/// A graph.
#[derive(Debug, Default)]
pub(super) struct Graph<'a> {
    pub(super) name: String,
    pub(super) nodes: Vec<Node<'a>>,
    pub(super) initializers: Vec<Tensor<'a>>,
    pub(super) inputs: Vec<Input>,
    pub(super) outputs: Vec<Input>,
}

/// A call of an operator.
#[derive(Clone, Debug, Default)]
pub(super) struct Node<'a> {
    pub(super) name: String,
    pub(super) op: String,
    pub(super) domain: String,
    /// Empty names are inputs that are left out.
    pub(super) inputs: Vec<String>,
    pub(super) outputs: Vec<String>,
    pub(super) attributes: Vec<Attribute<'a>>,
}

/// An argument of a call.
#[derive(Clone, Debug, Default)]
pub(super) struct Attribute<'a> {
    pub(super) name: String,
    pub(super) float: Option<f32>,
    pub(super) int: Option<i64>,
    pub(super) text: Option<String>,
    pub(super) tensor: Option<Tensor<'a>>,
    pub(super) floats: Vec<f64>,
    pub(super) ints: Vec<i64>,
    pub(super) texts: Vec<String>,
}

/// Numbers with a shape.
#[derive(Clone, Debug, Default)]
pub(super) struct Tensor<'a> {
    pub(super) name: String,
    pub(super) shape: Vec<i64>,
    pub(super) dtype: i64,
    pub(super) raw: Option<&'a [u8]>,
    pub(super) floats: Vec<f64>,
    pub(super) ints: Vec<i64>,
    /// Whether the numbers are in another file.
    pub(super) external: bool,
}

/// An input or an output of a graph.
#[derive(Debug, Default)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) dtype: i64,
    /// The shape, if it is stated. `None` is a length that is left open.
    pub(super) shape: Option<Vec<Option<i64>>>,
}

/// Whether the bytes look like a model.
pub(crate) fn is_one(bytes: &[u8]) -> bool {
    let mut has_graph = false;
    let all = fields(bytes, |number, field| {
        has_graph |= number == 7 && matches!(field, Field::Bytes(_));
        Ok(())
    });
    all.is_ok() && has_graph
}

/// Reads a model.
pub(super) fn model(bytes: &[u8]) -> Result<Model<'_>, Damaged> {
    let mut read = Model::default();
    fields(bytes, |number, field| {
        match number {
            7 => read.graph = Some(graph(field.bytes()?)?),
            8 => {
                let (mut domain, mut version) = (String::new(), 0);
                fields(field.bytes()?, |number, field| {
                    match number {
                        1 => domain = field.text()?,
                        2 => version = field.number()?,
                        _ => {}
                    }
                    Ok(())
                })?;
                if is_standard(&domain) {
                    read.opset = version;
                }
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(read)
}

/// Whether a domain has ONNX's own operators.
pub(super) fn is_standard(domain: &str) -> bool {
    matches!(domain, "" | "ai.onnx")
}

fn graph(bytes: &[u8]) -> Result<Graph<'_>, Damaged> {
    let mut read = Graph::default();
    fields(bytes, |number, field| {
        match number {
            1 => read.nodes.push(node(field.bytes()?)?),
            2 => read.name = field.text()?,
            5 => read.initializers.push(tensor(field.bytes()?)?),
            11 => read.inputs.push(input(field.bytes()?)?),
            12 => read.outputs.push(input(field.bytes()?)?),
            15 => return Err("it has sparse weights, which are not read".into()),
            _ => {}
        }
        Ok(())
    })?;
    Ok(read)
}

fn node(bytes: &[u8]) -> Result<Node<'_>, Damaged> {
    let mut read = Node::default();
    fields(bytes, |number, field| {
        match number {
            1 => read.inputs.push(field.text()?),
            2 => read.outputs.push(field.text()?),
            3 => read.name = field.text()?,
            4 => read.op = field.text()?,
            5 => read.attributes.push(attribute(field.bytes()?)?),
            7 => read.domain = field.text()?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(read)
}

fn attribute(bytes: &[u8]) -> Result<Attribute<'_>, Damaged> {
    let mut read = Attribute::default();
    fields(bytes, |number, field| {
        match number {
            1 => read.name = field.text()?,
            2 => read.float = Some(field.float()?),
            3 => read.int = Some(field.number()?),
            // Text of other operators may be bytes.
            4 => read.text = Some(String::from_utf8_lossy(field.bytes()?).into_owned()),
            5 => read.tensor = Some(tensor(field.bytes()?)?),
            7 => field.floats(&mut read.floats)?,
            8 => field.numbers(&mut read.ints)?,
            9 => read.texts.push(String::from_utf8_lossy(field.bytes()?).into_owned()),
            _ => {}
        }
        Ok(())
    })?;
    Ok(read)
}

pub(super) fn tensor(bytes: &[u8]) -> Result<Tensor<'_>, Damaged> {
    let mut read = Tensor::default();
    fields(bytes, |number, field| {
        match number {
            1 => field.numbers(&mut read.shape)?,
            2 => read.dtype = field.number()?,
            4 => field.floats(&mut read.floats)?,
            5 | 7 | 11 => field.numbers(&mut read.ints)?,
            8 => read.name = field.text()?,
            9 => read.raw = Some(field.bytes()?),
            10 => {
                let (numbers, rest) = field.bytes()?.as_chunks::<8>();
                if !rest.is_empty() {
                    return Err("a list of numbers is cut off".into());
                }
                read.floats.extend(numbers.iter().map(|&number| f64::from_le_bytes(number)));
            }
            13 => read.external = true,
            14 => read.external |= field.number()? == 1,
            _ => {}
        }
        Ok(())
    })?;
    Ok(read)
}

fn input(bytes: &[u8]) -> Result<Input, Damaged> {
    let mut read = Input::default();
    fields(bytes, |number, field| match number {
        1 => {
            read.name = field.text()?;
            Ok(())
        }
        // The type is a choice, of which a tensor is the first.
        2 => fields(field.bytes()?, |number, field| match number {
            1 => fields(field.bytes()?, |number, field| {
                match number {
                    1 => read.dtype = field.number()?,
                    2 => read.shape = Some(shape(field.bytes()?)?),
                    _ => {}
                }
                Ok(())
            }),
            _ => Ok(()),
        }),
        _ => Ok(()),
    })?;
    Ok(read)
}

fn shape(bytes: &[u8]) -> Result<Vec<Option<i64>>, Damaged> {
    let mut axes = Vec::new();
    fields(bytes, |number, field| {
        if number == 1 {
            let mut length = None;
            fields(field.bytes()?, |number, field| {
                if number == 1 {
                    length = Some(field.number()?).filter(|&length| length > 0);
                }
                Ok(())
            })?;
            axes.push(length);
        }
        Ok(())
    })?;
    Ok(axes)
}

impl Node<'_> {
    fn attribute(&self, name: &str) -> Option<&Attribute<'_>> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.attribute(name).is_some()
    }

    pub(super) fn int(&self, name: &str, default: i64) -> i64 {
        self.attribute(name).and_then(|attribute| attribute.int).unwrap_or(default)
    }

    /// Returns a number as its shortest text says it: 0.1 and not the `f32` next to it.
    pub(super) fn float(&self, name: &str, default: f32) -> f64 {
        short(self.attribute(name).and_then(|attribute| attribute.float).unwrap_or(default))
    }

    pub(super) fn text(&self, name: &str, default: &str) -> String {
        self.attribute(name).and_then(|attribute| attribute.text.clone()).unwrap_or_else(|| default.into())
    }

    pub(super) fn texts(&self, name: &str) -> Vec<String> {
        self.attribute(name).map_or_else(Vec::new, |attribute| attribute.texts.clone())
    }

    pub(super) fn ints(&self, name: &str) -> Option<Vec<i64>> {
        self.attribute(name).map(|attribute| attribute.ints.clone())
    }

    pub(super) fn floats(&self, name: &str) -> Option<Vec<f64>> {
        self.attribute(name).map(|attribute| attribute.floats.clone())
    }

    pub(super) fn tensor(&self, name: &str) -> Option<&Tensor<'_>> {
        self.attribute(name)?.tensor.as_ref()
    }

    /// Returns an input that is not left out.
    pub(super) fn input(&self, place: usize) -> Option<&str> {
        self.inputs.get(place).map(String::as_str).filter(|name| !name.is_empty())
    }

    /// Returns the name of the call, or that of its first output.
    pub(super) fn label(&self) -> &str {
        if self.name.is_empty() { self.outputs.first().map_or("", String::as_str) } else { &self.name }
    }
}

/// Returns the number that has the shortest text of all that round to `number`.
pub(super) fn short(number: f32) -> f64 {
    number.to_string().parse().unwrap_or_else(|_| f64::from(number))
}
