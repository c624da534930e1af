//! [`Matched`]: the report of `load_matching`.

use crate::files::tensors::{self, Reader, Variables};
use crate::{Model, Path as Name, Result, Warning};
use std::fmt;
use std::path::Path;

/// The weights that [`load_matching`](crate::WeightFiles::load_matching) took from a file, and those that it did not.
///
/// It prints as a table:
///
/// ```text
/// dense.kernel    taken
/// dense.bias      taken
/// class.kernel    kept: the model has F32 [16, 3], the file has F32 [16, 10]
/// head.bias       kept: the file does not have it
/// old.bias        not used: the model does not have it
/// ```
#[must_use = "it says which weights were not loaded"]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Matched {
    /// The variables whose weights were taken.
    pub taken: Vec<String>,
    /// The variables that another shape or type in the file left as they were.
    pub differing: Vec<Differing>,
    /// The variables that the file does not have. They are as they were.
    pub missing: Vec<String>,
    /// The tensors of the file that the model does not have.
    pub unused: Vec<String>,
}

/// A variable that has another shape or type in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Differing {
    /// The name: `dense.kernel`.
    pub name: String,
    /// The shape in the model.
    pub shape: Vec<usize>,
    /// The shape in the file.
    pub shape_in_file: Vec<usize>,
    /// The type of the model's scalars: `F32` or `F64`.
    pub dtype: String,
    /// The type in the file.
    pub dtype_in_file: String,
}

impl Matched {
    /// Whether all weights of the model were taken. The file may have others.
    pub fn is_complete(&self) -> bool {
        self.differing.is_empty() && self.missing.is_empty()
    }
}

impl fmt::Display for Matched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Matched { taken, differing, missing, unused } = self;
        let differing = differing.iter().map(|differing| {
            let Differing { name, shape, shape_in_file, dtype, dtype_in_file } = differing;
            let reason =
                format!("kept: the model has {dtype} {shape:?}, the file has {dtype_in_file} {shape_in_file:?}");
            (name, reason)
        });
        let mut rows: Vec<(&String, String)> = taken.iter().map(|name| (name, "taken".into())).collect();
        rows.extend(differing);
        rows.extend(missing.iter().map(|name| (name, "kept: the file does not have it".into())));
        rows.extend(unused.iter().map(|name| (name, "not used: the model does not have it".into())));
        let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        for (i, (name, state)) in rows.iter().enumerate() {
            let end = if i > 0 { "\n" } else { "" };
            write!(f, "{end}{name:width$}    {state}")?;
        }
        Ok(())
    }
}

/// Takes the tensors that fit, from a file of any graph. With `strict`, NaN and infinity are errors.
pub(crate) fn load<M: Model>(model: &mut M, path: &Path, strict: bool) -> Result<Matched> {
    load_from(model, path, &tensors::read::<M>(path, 1)?, strict)
}

/// Takes the tensors that fit, from the content of a file.
pub(crate) fn load_from<M: Model>(model: &mut M, path: &Path, bytes: &[u8], strict: bool) -> Result<Matched> {
    let mut reader = Reader::new(path, bytes)?;
    let (mut matched, mut found, mut rest) = (Matched::default(), Vec::new(), model.as_mut_slice());
    M::variables(&Name::ROOT, &mut |variable| {
        let (scalars, after) = std::mem::take(&mut rest).split_at_mut(variable.shape.size());
        rest = after;
        let name = variable.path.to_string();
        reader.unused.remove(&name);
        match reader.fits::<M>(&name, variable.shape.dims()) {
            None => matched.missing.push(name),
            Some(Err(differing)) => matched.differing.push(differing),
            Some(Ok(bytes)) => {
                matched.taken.push(name.clone());
                found.push((name, bytes, scalars));
            }
        }
    });
    let variables = Variables::new(found.iter().map(|(name, bytes, _)| (name.clone(), *bytes)));
    let warning = reader.check_finite::<M>(&[&variables], strict)?;
    for (_, bytes, scalars) in found {
        tensors::copy(bytes, scalars);
    }
    matched.unused = reader.unused.into_iter().collect();
    warning.iter().for_each(Warning::print);
    Ok(matched)
}
