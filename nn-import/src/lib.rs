//! Readers of trained networks: Keras (`.keras`, `.h5`) and ONNX.

#![forbid(unsafe_code)]

mod formats;
mod keras;
mod names;
mod network;
mod numbers;
mod onnx;
mod passes;
mod problem;
mod text;

pub use network::{Call, Input, Kind, Layer, Network, Numbers, Tensor, Value, Variable};
pub use problem::{Error, Problem};

use formats::hdf5::Hdf5;
use formats::zip::Zip;

/// Reads a network. The content decides the format, not the name.
///
/// # Errors
/// If the file is of no known format, is damaged, or has parts that this library has not.
pub fn read(file: &[u8]) -> Result<Network, Error> {
    if Zip::is_one(file) {
        return keras::archive(&Zip::open(file).map_err(Problem::new)?);
    }
    if Hdf5::is_one(file) {
        return keras::h5(&Hdf5::open(file).map_err(Problem::new)?);
    }
    if onnx::is_one(file) {
        return onnx::model(file);
    }
    Err(Problem::new("this is no file of a network that is known: `.keras`, `.h5`, `.tflite` and `.onnx` are read")
        .into())
}

/// Returns the name that is most like a misspelt one, if one is near.
pub(crate) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let similarity = |other: &str| strsim::jaro_winkler(&name.to_lowercase(), &other.to_lowercase());
    let best = names.max_by(|a, b| similarity(a).total_cmp(&similarity(b)))?;
    (similarity(best) > 0.8).then_some(best)
}
