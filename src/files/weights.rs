//! [`WeightFiles`]: weights in safetensors files.
//!
//! The tensors have Keras's shapes and the names `<layer>.<variable>`: `dense.kernel` is `(in, out)`.

use crate::files::tensors::{self, Reader, Tensor};
use crate::{Model, Result, Warning};
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
    /// It follows links and keeps permissions. It refuses a folder, device, pipe or socket.
    ///
    /// # Errors
    /// If the file cannot be written.
    fn save_weights(&self, path: impl AsRef<Path>) -> Result<()> {
        let mut tensors = Vec::new();
        Tensor::of("", self, &mut tensors);
        tensors::write(path.as_ref(), tensors, vec![("model".into(), Self::NAME.into())])
    }

    /// Reads the weights from a safetensors file. The model changes only if the whole file is right.
    ///
    /// If weights are NaN or infinite, it reads them and prints the warning
    /// [`weights_not_finite`](crate::lints::weights_not_finite).
    ///
    /// # Errors
    /// If the file cannot be read or is invalid, or if its tensors are not exactly those of this model by name, shape
    /// and type. The model then stays as it was.
    fn load_weights(&mut self, path: impl AsRef<Path>) -> Result<()> {
        load(self, path.as_ref(), false)
    }
}

impl<M: Model> WeightFiles for M {}

/// Reads the weights from a file. With `strict`, NaN and infinity are errors.
pub(crate) fn load<M: Model>(model: &mut M, path: &Path, strict: bool) -> Result<()> {
    let bytes = tensors::read::<M>(path, 1)?;
    let mut reader = Reader::new(path, &bytes)?;
    let hint =
        if reader.metadata("optimizer").is_some() { ": this is a checkpoint, use `load_checkpoint`" } else { "" };
    let variables = reader.variables::<M>("")?;
    let warning = reader.check_finite::<M>(&[&variables], strict)?;
    reader.finish(hint)?;
    variables.write(model);
    warning.iter().for_each(Warning::print);
    Ok(())
}
