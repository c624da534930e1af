//! A TFLite file as data: tensors, constants and operators.
//!
//! Everything of the file is kept that a reader of quantised networks needs too. Source: version 3d of the schema.

use super::operators;
use crate::formats::bytes::Damaged;
use crate::formats::flatbuffer::{Buffer, Table};

/// The part of a file that computes: its first graph.
pub(super) struct Model<'a, 'b> {
    pub(super) name: String,
    /// The names of all graphs. Those behind the first are the parts of loops and conditions, or other models.
    pub(super) graphs: Vec<&'a str>,
    pub(super) tensors: Vec<Tensor<'a>>,
    pub(super) operators: Vec<Operator<'a, 'b>>,
    /// The tensors that are given and asked for.
    pub(super) inputs: Vec<usize>,
    pub(super) outputs: Vec<usize>,
}

/// A tensor of a file.
#[derive(Clone, Debug)]
pub(super) struct Tensor<'a> {
    pub(super) name: &'a str,
    /// The lengths of the axes, with 1 for those that are open.
    pub(super) shape: Vec<usize>,
    /// The lengths of the axes; those that are open are `None`.
    pub(super) signature: Vec<Option<usize>>,
    pub(super) dtype: Dtype,
    /// The numbers of a constant.
    pub(super) data: Option<&'a [u8]>,
    pub(super) quantization: Option<Quantization>,
    /// Whether it is stored without its zeros.
    pub(super) sparse: bool,
}

/// How whole numbers stand for others: `scale · (q - zero_point)`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Quantization {
    pub(super) scales: Vec<f32>,
    pub(super) zero_points: Vec<i64>,
    /// The axis along which scales differ.
    pub(super) axis: i32,
}

/// The type of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dtype {
    F32,
    F16,
    I32,
    I64,
    /// Another one, by its number in the schema.
    Other(u8),
}

impl Dtype {
    fn new(number: u8) -> Self {
        match number {
            0 => Dtype::F32,
            1 => Dtype::F16,
            2 => Dtype::I32,
            4 => Dtype::I64,
            other => Dtype::Other(other),
        }
    }

    pub(super) fn name(self) -> String {
        const NAMES: [&str; 23] = [
            "float32",
            "float16",
            "int32",
            "uint8",
            "int64",
            "string",
            "bool",
            "int16",
            "complex64",
            "int8",
            "float64",
            "complex128",
            "uint64",
            "resource",
            "variant",
            "uint32",
            "uint16",
            "int4",
            "bfloat16",
            "int2",
            "uint4",
            "float8_e4m3fn",
            "float8_e5m2",
        ];
        let number = match self {
            Dtype::F32 => 0,
            Dtype::F16 => 1,
            Dtype::I32 => 2,
            Dtype::I64 => 4,
            Dtype::Other(number) => number,
        };
        NAMES.get(usize::from(number)).map_or_else(|| format!("type {number}"), |name| (*name).into())
    }

    /// Whether it is a type of quantised networks.
    pub(super) fn is_quantised(self) -> bool {
        matches!(self, Dtype::Other(3 | 7 | 9 | 17 | 19 | 20))
    }
}

/// An operator.
#[derive(Clone)]
pub(super) struct Operator<'a, 'b> {
    pub(super) code: i32,
    /// The name of one that is not TFLite's own.
    pub(super) custom: Option<&'a str>,
    /// The tensors that it reads; those that are left out are `None`.
    pub(super) inputs: Vec<Option<usize>>,
    pub(super) outputs: Vec<usize>,
    pub(super) options: Options<'a, 'b>,
    /// The dilation that a rewrite found, and the zeros around the input.
    pub(super) dilation: Option<Dilation>,
    /// The axis that a SQUEEZE of a rewrite drops.
    pub(super) squeezed: Option<usize>,
    /// The function that a rewrite found; the code says nothing then.
    pub(super) made: Option<Made>,
}

/// A function that TensorFlow writes with several operators.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Made {
    Activation(&'static str),
    Normalization(Normalization),
}

/// A normalization over axes of the file's shape.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Normalization {
    pub(super) formula: Formula,
    pub(super) axes: Vec<i64>,
    pub(super) epsilon: f64,
    /// The tensors of the factor and the offset.
    pub(super) gamma: Option<usize>,
    pub(super) beta: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Formula {
    /// By mean and variance.
    Standard,
    /// By the root of the mean square.
    Root,
    /// By the length.
    Length,
}

/// A convolution in steps of several places, with zeros before and after both spatial axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dilation {
    pub(super) rates: [usize; 2],
    pub(super) padding: [(usize, usize); 2],
}

/// The options of an operator. Each has a default.
#[derive(Clone, Copy)]
pub(super) struct Options<'a, 'b>(pub(super) Option<Table<'a, 'b>>);

impl Options<'_, '_> {
    pub(super) fn i32(self, number: usize, default: i32) -> Result<i32, Damaged> {
        self.0.map_or(Ok(default), |table| table.i32(number, default))
    }

    pub(super) fn u8(self, number: usize) -> Result<u8, Damaged> {
        self.0.map_or(Ok(0), |table| table.u8(number))
    }

    pub(super) fn flag(self, number: usize) -> Result<bool, Damaged> {
        Ok(self.u8(number)? != 0)
    }

    pub(super) fn f32(self, number: usize) -> Result<f32, Damaged> {
        self.0.map_or(Ok(0.0), |table| table.f32(number))
    }

    pub(super) fn i32s(self, number: usize) -> Result<Vec<i32>, Damaged> {
        self.0.map_or(Ok(Vec::new()), |table| table.vector(number, i32::from_le_bytes))
    }
}

impl Operator<'_, '_> {
    /// Returns the name of its kind.
    pub(super) fn class(&self) -> String {
        self.custom.map_or_else(|| operators::name(self.code), Into::into)
    }
}

/// The largest number of axes of a tensor.
const AXES: usize = 8;

/// Reads a file.
pub(super) fn model<'a, 'b>(file: &'a [u8], buffer: &'b Buffer<'a>) -> Result<Model<'a, 'b>, Damaged> {
    let root = buffer.root()?;
    let version = root.u32(0)?;
    if version != 3 {
        return Err(format!("it is of version {version} of TFLite; version 3 is read"));
    }
    let codes = root.tables(1)?;
    let codes: Vec<(i32, Option<&str>)> = codes.into_iter().map(code).collect::<Result<_, _>>()?;
    let graphs = root.tables(2)?;
    let graph = graphs.first().ok_or("the file has no graph")?;
    let buffers = root.tables(4)?;
    let tensors = graph.tables(0)?;
    let tensors: Vec<Tensor<'a>> =
        tensors.into_iter().map(|table| tensor(file, table, &buffers)).collect::<Result<_, _>>()?;
    let index = |number: i32| {
        usize::try_from(number)
            .ok()
            .filter(|&number| number < tensors.len())
            .ok_or_else(|| format!("there is no tensor {number}"))
    };
    let indices = |table: Table<'a, 'b>, field| -> Result<Vec<usize>, Damaged> {
        table.vector(field, i32::from_le_bytes)?.into_iter().map(index).collect()
    };
    let mut operators = Vec::new();
    for table in graph.tables(3)? {
        let number = usize::try_from(table.u32(0)?).unwrap_or(usize::MAX);
        let &(code, custom) = codes.get(number).ok_or_else(|| format!("there is no operator {number}"))?;
        let inputs = table.vector(1, i32::from_le_bytes)?;
        let inputs = inputs.into_iter().map(|number| if number < 0 { Ok(None) } else { index(number).map(Some) });
        operators.push(Operator {
            code,
            custom,
            inputs: inputs.collect::<Result<_, _>>()?,
            outputs: indices(table, 2)?,
            options: Options(table.table(4)?),
            dilation: None,
            squeezed: None,
            made: None,
        });
    }
    let mut made = vec![false; tensors.len()];
    for &output in operators.iter().flat_map(|operator: &Operator<'_, '_>| &operator.outputs) {
        if std::mem::replace(&mut made[output], true) || tensors[output].data.is_some() {
            return Err(format!("the tensor {output} is made twice"));
        }
    }
    let names = graphs.iter().map(|graph| Ok(graph.text(4)?.unwrap_or_default())).collect::<Result<_, Damaged>>()?;
    Ok(Model {
        name: graph.text(4)?.filter(|name| !name.is_empty()).unwrap_or("model").into(),
        graphs: names,
        inputs: indices(*graph, 1)?,
        outputs: indices(*graph, 2)?,
        operators,
        tensors,
    })
}

fn code<'a>(table: Table<'a, '_>) -> Result<(i32, Option<&'a str>), Damaged> {
    // Older files have the number in a byte, and newer ones have 127 there if it needs more.
    let old = i32::from(table.u8(0)?.cast_signed());
    let code = old.max(table.i32(3, 0)?);
    let custom = if code == operators::CUSTOM { table.text(1)?.or(Some("custom")) } else { None };
    Ok((code, custom))
}

fn tensor<'a>(file: &'a [u8], table: Table<'a, '_>, buffers: &[Table<'a, '_>]) -> Result<Tensor<'a>, Damaged> {
    let name = table.text(3)?.unwrap_or_default();
    let length = |length: i32| usize::try_from(length).map_err(|_| format!("`{name}` has an axis of length {length}"));
    let shape: Vec<usize> = table.vector(0, i32::from_le_bytes)?.into_iter().map(length).collect::<Result<_, _>>()?;
    let signature = table.vector(7, i32::from_le_bytes)?;
    if shape.len() > AXES || signature.len() > AXES {
        return Err(format!("`{name}` has more than {AXES} axes"));
    }
    let signature = match &signature[..] {
        [] => shape.iter().copied().map(Some).collect(),
        open => open.iter().map(|&axis| usize::try_from(axis).ok()).collect(),
    };
    let number = usize::try_from(table.u32(2)?).unwrap_or(usize::MAX);
    let data = match buffers.get(number) {
        None => return Err(format!("`{name}` has numbers in part {number}, which is not there")),
        Some(buffer) => data(file, *buffer).map_err(|problem| format!("`{name}`: {problem}"))?,
    };
    let quantization = match table.table(4)? {
        Some(table) => Some(Quantization {
            scales: table.vector(2, f32::from_le_bytes)?,
            zero_points: table.vector(3, i64::from_le_bytes)?,
            axis: table.i32(6, 0)?,
        }),
        None => None,
    };
    Ok(Tensor {
        name,
        shape,
        signature,
        dtype: Dtype::new(table.u8(1)?),
        data,
        quantization: quantization.filter(|quantization| !quantization.scales.is_empty()),
        sparse: table.table(6)?.is_some(),
    })
}

/// Returns the bytes of a constant. In large files they are behind the tables.
fn data<'a>(file: &'a [u8], buffer: Table<'a, '_>) -> Result<Option<&'a [u8]>, Damaged> {
    if let Some(bytes) = buffer.bytes(0)?.filter(|bytes| !bytes.is_empty()) {
        return Ok(Some(bytes));
    }
    let (offset, size) = (buffer.u64(1)?, buffer.u64(2)?);
    if offset <= 1 {
        return Ok(None);
    }
    let place = |number: u64| usize::try_from(number).map_err(|_| format!("an address is too large: {number}"));
    crate::formats::bytes::Bytes(file).slice(place(offset)?, place(size)?).map(Some)
}
