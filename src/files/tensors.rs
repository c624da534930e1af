//! Weights as safetensors files. They are written as a whole, and checked before a model changes.
//!
//! Source: <https://huggingface.co/docs/safetensors>

use crate::files::matching::Differing;
use crate::files::{file, graph};
use crate::{Error, Model, Path as Name, Result, Scalar, Warning};
use safetensors::{Dtype, SafeTensors, View};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

/// A tensor to write.
pub(crate) struct Tensor<'a> {
    pub(crate) name: String,
    pub(crate) dtype: Dtype,
    pub(crate) shape: Vec<usize>,
    pub(crate) data: Cow<'a, [u8]>,
}

impl View for Tensor<'_> {
    fn dtype(&self) -> Dtype {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.data)
    }

    fn data_len(&self) -> usize {
        self.data.len()
    }
}

impl Tensor<'_> {
    /// Adds the variables of `weights`, with `prefix` before their names.
    pub(crate) fn of<'a, M: Model>(prefix: &str, weights: &'a M, tensors: &mut Vec<Tensor<'a>>) {
        let mut rest = weights.as_slice();
        M::variables(&Name::ROOT, &mut |variable| {
            let (scalars, after) = rest.split_at(variable.shape.size());
            rest = after;
            tensors.push(Tensor {
                name: format!("{prefix}{}", variable.path),
                dtype: dtype::<M::Scalar>(),
                shape: variable.shape.dims().to_vec(),
                data: little_endian(Cow::Borrowed(bytemuck::cast_slice(scalars)), size_of::<M::Scalar>()),
            });
        });
    }
}

/// Numbers that a checkpoint has besides weights.
impl Tensor<'_> {
    /// A single number.
    pub(crate) fn number(name: &str, value: u64) -> Self {
        Tensor { name: name.into(), dtype: Dtype::U64, shape: vec![], data: value.to_le_bytes().to_vec().into() }
    }

    /// Several numbers.
    pub(crate) fn numbers(name: &str, values: &[u64]) -> Self {
        let data = values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>();
        Tensor { name: name.into(), dtype: Dtype::U64, shape: vec![values.len()], data: data.into() }
    }

    /// A single number with a fraction.
    pub(crate) fn float(name: &str, value: f64) -> Self {
        Tensor { name: name.into(), dtype: Dtype::F64, shape: vec![], data: value.to_le_bytes().to_vec().into() }
    }

    /// Several numbers with a fraction.
    pub(crate) fn floats(name: &str, values: &[f64]) -> Self {
        let data = values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>();
        Tensor { name: name.into(), dtype: Dtype::F64, shape: vec![values.len()], data: data.into() }
    }
}

/// Writes a file as a whole.
pub(crate) fn write<M: Model>(path: &Path, tensors: Vec<Tensor<'_>>, metadata: Vec<(String, String)>) -> Result<()> {
    let bytes = bytes::<M>(path, tensors, metadata)?;
    file::replace(path, &bytes).map_err(Error::io(path))
}

/// Returns the content of a file of the model `M`. Its metadata are these and the model's own.
pub(crate) fn bytes<M: Model>(
    path: &Path,
    tensors: Vec<Tensor<'_>>,
    metadata: Vec<(String, String)>,
) -> Result<Vec<u8>> {
    let metadata = metadata.into_iter().chain(graph::metadata::<M>());
    let tensors: Vec<_> = tensors.into_iter().map(|tensor| (tensor.name.clone(), tensor)).collect();
    let bytes = safetensors::serialize(tensors, None).map_err(|error| problem(path, error.to_string()))?;
    Ok(graph::with_metadata(bytes, metadata))
}

/// Reads a file of a model that keeps `copies` numbers for each weight. It refuses a much larger file before it fills
/// the memory.
pub(crate) fn read<M: Model>(path: &Path, copies: usize) -> Result<Vec<u8>> {
    const MORE: u64 = 1 << 30;
    let weights = (size_of::<M>() as u64).saturating_mul(copies as u64);
    file::read(path, weights.saturating_mul(2).saturating_add(MORE)).map_err(Error::io(path))
}

/// A file during its checks.
pub(crate) struct Reader<'a> {
    path: &'a Path,
    pub(crate) file: SafeTensors<'a>,
    metadata: Vec<(String, String)>,
    /// The tensors that no call has asked for yet.
    pub(crate) unused: BTreeSet<String>,
    /// The names that calls have asked for.
    asked: Vec<String>,
}

impl<'a> Reader<'a> {
    /// Parses the content of a file.
    pub(crate) fn new(path: &'a Path, bytes: &'a [u8]) -> Result<Self> {
        let corrupt =
            |error: safetensors::SafeTensorError| problem(path, format!("not a valid safetensors file: {error}"));
        let file = SafeTensors::deserialize(bytes).map_err(corrupt)?;
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(corrupt)?;
        let metadata = header.metadata().iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect();
        let unused = file.names().into_iter().map(String::from).collect();
        Ok(Reader { path, file, metadata, unused, asked: Vec::new() })
    }

    /// Checks that the file is of the graph of `M`, if it says of which graph it is.
    pub(crate) fn check_graph<M: Model>(&self) -> Result<()> {
        match graph::differs::<M>(self.metadata(graph::FINGERPRINT), self.metadata(graph::GRAPH)) {
            Some(problem) => Err(self.problem(problem)),
            None => Ok(()),
        }
    }

    /// Returns an entry of the metadata.
    pub(crate) fn metadata(&self, key: &str) -> Option<&str> {
        self.metadata.iter().find(|(other, _)| other == key).map(|(_, value)| value.as_str())
    }

    /// Returns the bytes of a tensor, if its type and shape are these.
    fn tensor(&mut self, name: &str, dtype: Dtype, shape: &[usize]) -> Result<&'a [u8]> {
        let Ok(tensor) = self.file.tensor(name) else {
            let names: BTreeSet<&str> = self.file.names().into_iter().collect();
            let has = listed(names.iter());
            return Err(problem(self.path, format!("tensor `{name}` is missing: the file has {has}")));
        };
        self.unused.remove(name);
        self.asked.push(name.to_string());
        if tensor.dtype() != dtype {
            let got = tensor.dtype();
            return Err(problem(self.path, format!("tensor `{name}`: expected type {dtype:?}, got {got:?}")));
        }
        if tensor.shape() != shape {
            let got = tensor.shape();
            return Err(problem(self.path, format!("tensor `{name}`: expected shape {shape:?}, got {got:?}")));
        }
        Ok(tensor.data())
    }

    /// Returns the bytes of a variable, or how the file's tensor of this name differs from it; `None` if there is no
    /// such tensor.
    pub(super) fn fits<M: Model>(
        &self,
        name: &str,
        shape: &[usize],
    ) -> Option<std::result::Result<&'a [u8], Differing>> {
        let (tensor, dtype) = (self.file.tensor(name).ok()?, dtype::<M::Scalar>());
        Some(match tensor.dtype() == dtype && tensor.shape() == shape {
            true => Ok(tensor.data()),
            false => Err(Differing {
                name: name.into(),
                shape: shape.into(),
                shape_in_file: tensor.shape().into(),
                dtype: format!("{dtype:?}"),
                dtype_in_file: format!("{:?}", tensor.dtype()),
            }),
        })
    }

    /// Returns a warning that names the variables with NaN or infinity, unless the model allows this lint.
    ///
    /// # Errors
    /// With `strict`, instead of the warning.
    pub(crate) fn check_finite<M: Model>(&self, variables: &[&Variables<'a>], strict: bool) -> Result<Option<Warning>> {
        const LINT: &str = "weights_not_finite";
        let tensors = || variables.iter().flat_map(|variables| &variables.0);
        let bad = |(_, bytes): &(String, &[u8])| not_finite::<M::Scalar>(bytes).is_some();
        let Some((name, bytes)) = tensors().find(|&tensor| bad(tensor)) else { return Ok(None) };
        let Some((place, number)) = not_finite::<M::Scalar>(bytes) else { return Ok(None) };
        let mut problem = format!("tensor `{name}`: expected finite numbers, got {number} at place {place}");
        match tensors().filter(|&tensor| bad(tensor)).count() - 1 {
            0 => {}
            1 => problem.push_str(", and in 1 more tensor"),
            others => problem.push_str(&format!(", and in {others} more tensors")),
        }
        if M::ALLOWED_LINTS.contains(&LINT) {
            return Ok(None);
        }
        if strict {
            return Err(self.problem(problem));
        }
        let message = format!("{}: {problem}", self.path.display());
        let help = "the training that wrote the file has diverged: `TerminateOnNaN` ends such a run";
        Ok(Some(Warning { lint: LINT, message, help }))
    }

    /// Returns the bytes of all variables of a model, in order, with `prefix` before their names.
    pub(crate) fn variables<M: Model>(&mut self, prefix: &str) -> Result<Variables<'a>> {
        let mut variables = Ok(Vec::new());
        M::variables(&Name::ROOT, &mut |variable| {
            if let Ok(found) = &mut variables {
                let name = format!("{prefix}{}", variable.path);
                match self.tensor(&name, dtype::<M::Scalar>(), variable.shape.dims()) {
                    Ok(bytes) => found.push((name, bytes)),
                    Err(error) => variables = Err(error),
                }
            }
        });
        variables.map(Variables)
    }

    /// Checks that no tensor is left over.
    pub(crate) fn finish(self, hint: &str) -> Result<()> {
        match self.unused.first() {
            None => Ok(()),
            Some(name) if !hint.is_empty() => Err(problem(self.path, format!("unexpected tensor `{name}`{hint}"))),
            Some(name) => {
                let expected = listed(self.asked.iter());
                Err(problem(self.path, format!("unexpected tensor `{name}`: the model has {expected}")))
            }
        }
    }

    /// Makes an error that names this file.
    pub(crate) fn problem(&self, text: String) -> Error {
        problem(self.path, text)
    }
}

/// Numbers that a checkpoint has besides weights.
impl<'a> Reader<'a> {
    /// A single number.
    pub(crate) fn number(&mut self, name: &str) -> Result<u64> {
        let bytes = self.tensor(name, Dtype::U64, &[])?;
        // The check of type and shape included the length.
        Ok(u64::from_le_bytes(bytes.try_into().unwrap_or_default()))
    }

    /// Several numbers.
    pub(crate) fn numbers<const N: usize>(&mut self, name: &str) -> Result<[u64; N]> {
        let bytes = self.tensor(name, Dtype::U64, &[N])?;
        let mut numbers = [0; N];
        for (number, bytes) in numbers.iter_mut().zip(bytes.chunks_exact(8)) {
            *number = u64::from_le_bytes(bytes.try_into().unwrap_or_default());
        }
        Ok(numbers)
    }

    /// Reads any number of numbers, if the tensor exists.
    pub(crate) fn list(&mut self, name: &str) -> Result<Option<Vec<u64>>> {
        if !self.unused.contains(name) {
            return Ok(None);
        }
        let count = self.file.tensor(name).map_or(0, |tensor| tensor.shape().iter().product());
        let bytes = self.tensor(name, Dtype::U64, &[count])?;
        Ok(Some(bytes.chunks_exact(8).map(|bytes| u64::from_le_bytes(bytes.try_into().unwrap_or_default())).collect()))
    }

    /// Reads a number with a fraction, if the tensor exists.
    pub(crate) fn float(&mut self, name: &str) -> Result<Option<f64>> {
        if !self.unused.contains(name) {
            return Ok(None);
        }
        let bytes = self.tensor(name, Dtype::F64, &[])?;
        Ok(Some(f64::from_le_bytes(bytes.try_into().unwrap_or_default())))
    }

    /// Reads numbers with fractions, if the tensor exists.
    pub(crate) fn floats(&mut self, name: &str) -> Result<Option<Vec<f64>>> {
        if !self.unused.contains(name) {
            return Ok(None);
        }
        let count = self.file.tensor(name).map_or(0, |tensor| tensor.shape().iter().product());
        let bytes = self.tensor(name, Dtype::F64, &[count])?;
        Ok(Some(bytes.chunks_exact(8).map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap_or_default())).collect()))
    }
}

/// The names and bytes of all variables of a model.
pub(crate) struct Variables<'a>(Vec<(String, &'a [u8])>);

impl<'a> Variables<'a> {
    /// Creates the list of some variables.
    pub(super) fn new(variables: impl Iterator<Item = (String, &'a [u8])>) -> Self {
        Variables(variables.collect())
    }

    /// Writes the bytes to the model. Their lengths are already checked.
    pub(crate) fn write<M: Model>(&self, weights: &mut M) {
        let mut rest = weights.as_mut_slice();
        for (_, bytes) in &self.0 {
            let (to, after) = rest.split_at_mut(bytes.len() / size_of::<M::Scalar>());
            copy(bytes, to);
            rest = after;
        }
    }
}

/// Copies the bytes of a file to scalars, of which there are as many.
pub(super) fn copy<T: Scalar>(bytes: &[u8], to: &mut [T]) {
    bytemuck::cast_slice_mut(to).copy_from_slice(&little_endian(Cow::Borrowed(bytes), size_of::<T>()));
}

/// The first of some names, and the number of the others.
fn listed(names: impl ExactSizeIterator<Item: std::fmt::Display>) -> String {
    const MOST: usize = 8;
    let others = names.len().saturating_sub(MOST);
    let first: Vec<String> = names.take(MOST).map(|name| format!("`{name}`")).collect();
    match (first.is_empty(), others) {
        (true, _) => "no tensors".into(),
        (_, 0) => first.join(", "),
        (_, others) => format!("{} and {others} more", first.join(", ")),
    }
}

fn problem(path: &Path, problem: String) -> Error {
    Error::WeightFile { path: path.into(), problem }
}

/// Finds the first NaN or infinity of a tensor, with its place.
fn not_finite<T: Scalar>(bytes: &[u8]) -> Option<(usize, f64)> {
    let bytes = little_endian(Cow::Borrowed(bytes), size_of::<T>());
    let numbers = bytes.chunks_exact(size_of::<T>()).map(bytemuck::pod_read_unaligned::<T>);
    numbers.enumerate().find(|(_, number)| !number.finite()).map(|(place, number)| (place, number.to_f64()))
}

fn dtype<T: Scalar>() -> Dtype {
    if size_of::<T>() == 4 { Dtype::F32 } else { Dtype::F64 }
}

/// Converts scalars to the byte order of the file, or back. Most machines have that order already.
pub(crate) fn little_endian(bytes: Cow<'_, [u8]>, width: usize) -> Cow<'_, [u8]> {
    if cfg!(target_endian = "little") {
        return bytes;
    }
    let mut bytes = bytes.into_owned();
    for scalar in bytes.chunks_exact_mut(width) {
        scalar.reverse();
    }
    Cow::Owned(bytes)
}
