//! [`Error`]: everything that can go wrong while a program runs.

use crate::Warning;
use core::fmt;
use std::path::{Path, PathBuf};

/// The result of everything here that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong with data, settings and files.
///
/// Wrong shapes are not here: those do not compile. `Debug` prints the same message as `Display`, so that
/// `fn main() -> nn::Result<()>` ends with a sentence.
#[non_exhaustive]
pub enum Error {
    /// There are no samples.
    Empty {
        /// Which input or target.
        tensor: String,
    },
    /// Inputs and targets must have the same number of samples.
    Lengths {
        /// Which input or target.
        tensor: String,
        /// The tensor that it was compared with.
        other: String,
        /// The samples of that one.
        expected: usize,
        /// The samples of this one.
        got: usize,
    },
    /// A number is NaN or infinite.
    NotFinite {
        /// Which input or target.
        tensor: String,
        /// The sample.
        sample: usize,
        /// The row (feature) in the sample.
        row: usize,
        /// The column (position) in the sample.
        col: usize,
        /// The number.
        value: f64,
    },
    /// An index that a layer does not have: a word that is not in the vocabulary.
    Index {
        /// Which input.
        tensor: String,
        /// The sample.
        sample: usize,
        /// The position in the sample.
        position: usize,
        /// The index.
        index: u32,
        /// How many there are to choose from.
        bound: usize,
    },
    /// A place that a sparse sample does not have.
    MultiHot(crate::IndexError),
    /// A target that the loss cannot judge, for example a class that does not exist. Under
    /// [`Fit::strict`](crate::Fit::strict) also a label that it judges wrong.
    Target {
        /// Which target.
        tensor: String,
        /// The sample.
        sample: usize,
        /// What was expected.
        expected: String,
    },
    /// A setting has a value that makes no sense.
    Setting {
        /// The setting: `batch_size`.
        name: &'static str,
        /// What was expected.
        expected: String,
        /// What came.
        got: String,
    },
    /// A warning, for those who ask for errors: [`Fit::strict`](crate::Fit::strict).
    Strict(Warning),
    /// A file cannot be read or written.
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A weight file is not valid, or does not belong to this model. The model is as it was.
    WeightFile {
        /// The file.
        path: PathBuf,
        /// The tensor and what is wrong with it.
        problem: String,
    },
    /// A callback monitors a number that is not reported.
    Monitor {
        /// The callback.
        callback: String,
        /// What it monitors.
        monitor: String,
        /// What is reported.
        available: String,
        /// What may be the reason, or nothing.
        hint: &'static str,
    },
    /// An error of a callback: [`Error::callback`].
    Callback(Box<dyn std::error::Error + Send + Sync>),
    /// An error of a source of data: an item of an iterator of batches that was an `Err`.
    Data(Box<dyn std::error::Error + Send + Sync>),
    /// A chart cannot be drawn.
    Plot(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Empty { tensor } => write!(f, "{tensor}: expected at least one sample, got none"),
            Error::Lengths { tensor, expected, other, got } => {
                write!(f, "{tensor}: expected {expected} sample(s), as many as {other} has, got {got}")
            }
            Error::NotFinite { tensor, value, sample, row, col } => {
                write!(f, "{tensor}: expected finite numbers, got {value} in sample {sample} (row {row}, column {col})")
            }
            Error::Index { tensor, bound, index, sample, position } => write!(
                f,
                "{tensor}: expected indices below {bound}, got {index} in sample {sample} (position {position})"
            ),
            Error::MultiHot(error) => write!(f, "a multi-hot sample: {error}"),
            Error::Target { tensor, sample, expected } => {
                write!(f, "{tensor}: sample {sample} does not fit the loss: expected {expected}")
            }
            Error::Setting { name, expected, got } => write!(f, "{name}: expected {expected}, got {got}"),
            Error::Strict(error) => write!(f, "{error}"),
            Error::Io { path, source } => write!(f, "{}: {source}", path.display()),
            Error::WeightFile { path, problem } => write!(f, "{}: {problem}", path.display()),
            Error::Monitor { callback, monitor, available, hint } => {
                write!(f, "{callback} monitors `{monitor}`, which is not reported; reported are {available}{hint}")
            }
            Error::Callback(error) => write!(f, "{error}"),
            Error::Data(error) => fmt::Display::fmt(error, f),
            Error::Plot(error) => write!(f, "the chart cannot be drawn: {error}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::MultiHot(error) => Some(error),
            Error::Io { source, .. } => Some(source),
            Error::Data(error) => error.source(),
            _ => None,
        }
    }
}

impl From<crate::IndexError> for Error {
    fn from(error: crate::IndexError) -> Error {
        Error::MultiHot(error)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error {
    /// For callbacks of your own: any other error, or a text.
    pub fn callback(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        Error::Callback(error.into())
    }

    /// For `map_err`: an error of a source of data, which may be one of ours.
    pub(crate) fn data(error: impl Into<Box<dyn std::error::Error>>) -> Error {
        let error = match error.into().downcast::<Error>() {
            Ok(own) => return *own,
            Err(other) => other,
        };
        match error.downcast::<std::io::Error>() {
            Ok(error) => Error::Data(error),
            Err(other) => Error::Data(Box::new(Told::of(&*other))),
        }
    }

    /// For `map_err`: an input or output error with its file.
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
        move |source| Error::Io { path: path.into(), source }
    }

    /// A setting with a value that makes no sense.
    pub(crate) fn setting(name: &'static str, expected: impl fmt::Display, got: impl fmt::Display) -> Error {
        Error::Setting { name, expected: expected.to_string(), got: got.to_string() }
    }
}

/// The text of an error, and of its sources, for errors that cannot be sent to another thread.
#[derive(Debug)]
struct Told {
    text: String,
    source: Option<Box<Told>>,
}

impl Told {
    fn of(error: &dyn std::error::Error) -> Self {
        Told { text: error.to_string(), source: error.source().map(|source| Box::new(Told::of(source))) }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Told {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
