//! [`WeightFiles`]: weights in safetensors files.
//!
//! The tensors have Keras's shapes and the names `<layer>.<variable>`: `dense.kernel` is `(in, out)`.

use crate::files::matching::{self, Matched};
use crate::files::tensors::{self, Reader, Tensor};
use crate::{Error, Model, Result, Warning};
use std::io::Write;
use std::path::Path;

/// Saves and loads the weights of a model. In the prelude.
///
/// ```
/// use nn::prelude::*;
///
/// model! {
///     /// `y = w · x + b`
///     pub struct Line;
///
///     let x = Input(shape = [1]);
///     let y = Dense(1)(x);
///
///     Model(inputs = x, outputs = y)
/// }
///
/// let path = std::env::temp_dir().join("line.safetensors");
/// let saved = Line::boxed(&mut StdRng::seed_from_u64(1));
/// saved.save_weights(&path)?;
///
/// let mut loaded = Line::boxed(&mut StdRng::seed_from_u64(2));
/// loaded.load_weights(&path)?;
/// assert_eq!(saved, loaded);
/// # nn::Result::Ok(())
/// ```
pub trait WeightFiles: Model {
    /// Writes the weights to a safetensors file. After an interruption the old or the new file is there, never a part.
    ///
    /// The file also holds the version of this library and [`DESCRIPTION`](Model::DESCRIPTION), the graph as text. It
    /// follows links and keeps permissions. It refuses a folder, device, pipe or socket.
    ///
    /// # Errors
    /// If the file cannot be written.
    fn save_weights(&self, path: impl AsRef<Path>) -> Result<()> {
        tensors::write::<Self>(path.as_ref(), tensors(self), Vec::new())
    }

    /// Writes the content of the file of [`save_weights`](Self::save_weights) to a `File`, a `Vec<u8>`, a socket, ...
    ///
    /// # Errors
    /// If the writer has one.
    fn save_weights_to(&self, mut writer: impl Write) -> Result<()> {
        let path = Path::new(WRITER);
        let bytes = tensors::bytes::<Self>(path, tensors(self), Vec::new())?;
        writer.write_all(&bytes).and_then(|()| writer.flush()).map_err(Error::io(path))
    }

    /// Reads the weights from a safetensors file. The model changes only if the whole file is right.
    ///
    /// If weights are NaN or infinite, it reads them and prints the warning
    /// [`weights_not_finite`](crate::lints::weights_not_finite). A file that does not say of which graph it is, for
    /// example one that Python wrote, may be of any graph with these weights.
    ///
    /// # Errors
    /// If the file cannot be read or is invalid, if its tensors are not exactly those of this model by name, shape and
    /// type, or if it is of a graph with another [`FINGERPRINT`](Model::FINGERPRINT). The model then stays as it was.
    fn load_weights(&mut self, path: impl AsRef<Path>) -> Result<()> {
        load(self, path.as_ref(), false)
    }

    /// Reads the weights from the content of a file, as [`load_weights`](Self::load_weights) does.
    ///
    /// ```
    /// use nn::prelude::*;
    ///
    /// # model! {
    /// #     /// `y = w · x + b`
    /// #     pub struct Line;
    /// #
    /// #     let x = Input(shape = [1]);
    /// #     let y = Dense(1)(x);
    /// #
    /// #     Model(inputs = x, outputs = y)
    /// # }
    /// #
    /// let mut bytes = Vec::new();
    /// let saved = Line::boxed(&mut StdRng::seed_from_u64(1));
    /// saved.save_weights_to(&mut bytes)?;
    ///
    /// let mut loaded = Line::boxed(&mut StdRng::seed_from_u64(2));
    /// loaded.load_weights_from(&bytes)?;
    /// assert_eq!(saved, loaded);
    /// # nn::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`load_weights`](Self::load_weights), except for those of reading.
    fn load_weights_from(&mut self, bytes: &[u8]) -> Result<()> {
        load_from(self, bytes, false)
    }

    /// Takes from a file those weights that this model has with the same name, shape and type, and leaves the others as
    /// they are. The file may be of any graph: of an earlier form of this model, or of another one with common layers.
    ///
    /// The result says what was taken and what was not, and prints as a table.
    ///
    /// # Errors
    /// If the file cannot be read or is no safetensors file. The model then stays as it was.
    fn load_matching(&mut self, path: impl AsRef<Path>) -> Result<Matched> {
        matching::load(self, path.as_ref(), false)
    }

    /// Does the work of [`load_matching`](Self::load_matching) with the content of a file.
    ///
    /// # Errors
    /// If it is not the content of a safetensors file.
    fn load_matching_from(&mut self, bytes: &[u8]) -> Result<Matched> {
        matching::load_from(self, Path::new(BYTES), bytes, false)
    }
}

impl<M: Model> WeightFiles for M {}

/// The places in errors that have no path.
pub(crate) const BYTES: &str = "the bytes of the weights";
const WRITER: &str = "the writer of the weights";

fn tensors<M: Model>(model: &M) -> Vec<Tensor<'_>> {
    let mut tensors = Vec::new();
    Tensor::of("", model, &mut tensors);
    tensors
}

/// Reads the weights from a file. With `strict`, NaN and infinity are errors.
pub(crate) fn load<M: Model>(model: &mut M, path: &Path, strict: bool) -> Result<()> {
    read(model, path, &tensors::read::<M>(path, 1)?, strict)
}

/// Reads the weights from the content of a file.
pub(crate) fn load_from<M: Model>(model: &mut M, bytes: &[u8], strict: bool) -> Result<()> {
    read(model, Path::new(BYTES), bytes, strict)
}

fn read<M: Model>(model: &mut M, path: &Path, bytes: &[u8], strict: bool) -> Result<()> {
    let mut reader = Reader::new(path, bytes)?;
    let hint =
        if reader.metadata("optimizer").is_some() { ": this is a checkpoint, use `load_checkpoint`" } else { "" };
    let variables = reader.variables::<M>("")?;
    let (graph, warning) = (reader.check_graph::<M>(), reader.check_finite::<M>(&[&variables], strict));
    // Another set of tensors says more than another graph.
    reader.finish(hint)?;
    graph?;
    let warning = warning?;
    variables.write(model);
    warning.iter().for_each(Warning::print);
    Ok(())
}
