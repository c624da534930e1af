//! Readers of trained networks: Keras (`.keras`, `.h5`), TFLite and ONNX.
//!
//! | function | reads | gives |
//! |---|---|---|
//! | [`read`] | `.keras` and `.h5` of Keras 2.0 to 3.16, `.tflite` of floats, `.onnx` | a [`Network`]: layers of `nn`, calls, and trained numbers |
//! | [`Network::graph`] | | the graph as the text of `model!` |
//! | [`Network::safetensors`] | | the trained numbers as a file that `load_weights` reads |
//! | [`weights`] | `.weights.h5`, weights in `.h5`, `.npz` | the numbers of layers that are known from elsewhere |
//!
//! A file is read exactly or not at all: an [`Error`] lists every layer and argument that this library has not. Files
//! are not trusted: damaged ones give an error, in bounded time and memory.
//!
//! ```no_run
//! let network = nn_import::read(&std::fs::read("kws.keras")?)?;
//! println!("{}", network.graph()?);
//! std::fs::write("kws.safetensors", network.safetensors())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

mod cut;
mod formats;
mod inputs;
mod keras;
mod names;
mod network;
mod numbers;
mod onnx;
mod passes;
mod problem;
mod text;
mod tflite;
mod weights;

#[cfg(test)]
mod tests;

pub use network::{Call, Input, Kind, Layer, Network, Numbers, Tensor, Value, Variable};
pub use numbers::safetensors;
pub use problem::{Error, Problem};
pub use weights::{Wanted, weights};

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
    if tflite::is_one(file) {
        return tflite::read(file);
    }
    if onnx::is_one(file) {
        return onnx::model(file);
    }
    Err(Problem::new("this is no file of a network that is known: `.keras`, `.h5`, `.tflite` and `.onnx` are read")
        .into())
}

/// Returns whether a file looks like one that [`read`] or [`weights`] reads.
pub fn is_network(file: &[u8]) -> bool {
    Zip::is_one(file) || Hdf5::is_one(file) || tflite::is_one(file) || onnx::is_one(file)
}

/// Returns the name that is most like a misspelt one, if one is near.
pub(crate) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let similarity = |other: &str| strsim::jaro_winkler(&name.to_lowercase(), &other.to_lowercase());
    let best = names.max_by(|a, b| similarity(a).total_cmp(&similarity(b)))?;
    (similarity(best) > 0.8).then_some(best)
}
