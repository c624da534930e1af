//! [`Error`]: the failures that only a running program can find.

use crate::Warning;
use core::fmt;
use std::path::{Path, PathBuf};

/// The result of a call that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// An error in data, settings or files.
///
/// Wrong shapes are compile errors instead. `Debug` prints the message of `Display`, so that
/// `fn main() -> nn::Result<()>` ends with a readable sentence.
#[non_exhaustive]
pub enum Error {
    /// There are no samples.
    Empty {
        /// Which input or target.
        tensor: String,
    },
    /// Inputs and targets have different numbers of samples.
    Lengths {
        /// Which input or target.
        tensor: String,
        /// The tensor to compare with.
        other: String,
        /// The number of samples of the tensor to compare with.
        expected: usize,
        /// The number of samples of this tensor.
        got: usize,
    },
    /// A number is NaN or infinite.
    NotFinite {
        /// Which input or target.
        tensor: String,
        /// The sample.
        sample: usize,
        /// The place in the sample: an index for each axis of its shape.
        place: Vec<usize>,
        /// The value.
        value: f64,
    },
    /// An index is out of range, for example a word that is not in the vocabulary.
    Index {
        /// Which input.
        tensor: String,
        /// The sample.
        sample: usize,
        /// The position in the sample.
        position: usize,
        /// The index.
        index: u32,
        /// The number of valid indices.
        bound: usize,
    },
    /// An index is out of the range of a sparse sample.
    MultiHot(crate::IndexError),
    /// A number of numbers does not fit the shape of the samples.
    Length(crate::data::LengthError),
    /// The loss cannot judge a target, for example a class that does not exist. With
    /// [`Fit::strict`](crate::Fit::strict) this includes labels outside of the loss's range, such as 2 under a binary
    /// cross-entropy.
    Target {
        /// Which target.
        tensor: String,
        /// The sample.
        sample: usize,
        /// The expected value.
        expected: String,
    },
    /// A setting has an invalid value.
    Setting {
        /// The setting, such as `batch_size`.
        name: &'static str,
        /// The expected value.
        expected: String,
        /// The given value.
        got: String,
    },
    /// A warning that [`Fit::strict`](crate::Fit::strict) turned into an error.
    Strict(Warning),
    /// A file cannot be read or written.
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// A weight file is invalid or belongs to another model. The model has not changed.
    WeightFile {
        /// The file.
        path: PathBuf,
        /// The tensor, and its fault.
        problem: String,
    },
    /// A callback monitors a name that no epoch reports.
    Monitor {
        /// The callback.
        callback: String,
        /// The monitored name.
        monitor: String,
        /// The reported names.
        available: String,
        /// A possible reason, or an empty text.
        hint: &'static str,
    },
    /// A callback failed: see [`Error::callback`].
    Callback(Box<dyn std::error::Error + Send + Sync>),
    /// A source of data failed: an iterator of batches returned an `Err`.
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
            Error::NotFinite { tensor, value, sample, place } => {
                write!(f, "{tensor}: expected finite numbers, got {value} in sample {sample} ({})", Place(place))
            }
            Error::Index { tensor, bound, index, sample, position } => write!(
                f,
                "{tensor}: expected indices below {bound}, got {index} in sample {sample} (position {position})"
            ),
            Error::MultiHot(error) => write!(f, "a multi-hot sample: {error}"),
            Error::Length(error) => write!(f, "{error}"),
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

/// A place in a sample, in the words of its shape.
pub(crate) struct Place<'a>(pub(crate) &'a [usize]);

impl Place<'_> {
    /// Returns the index for each axis of `shape`, of a feature in a position. For a tensor of another shape, it is the
    /// position and the feature.
    pub(crate) fn of(shape: Option<&crate::Shape>, feature: usize, position: usize) -> Vec<usize> {
        let fits = |shape: &&crate::Shape| feature < shape.rows() && position < shape.cols();
        let Some(shape) = shape.filter(fits) else { return vec![position, feature] };
        let mut place = vec![feature; shape.rank().max(1)];
        let mut rest = position;
        for axis in (0..shape.rank().saturating_sub(1)).rev() {
            place[axis] = rest % shape.dim(axis).max(1);
            rest /= shape.dim(axis).max(1);
        }
        place
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [feature] => write!(f, "feature {feature}"),
            [step, feature] => write!(f, "step {step}, feature {feature}"),
            [row, column, channel] => write!(f, "row {row}, column {column}, channel {channel}"),
            place => write!(f, "place {place:?}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::MultiHot(error) => Some(error),
            Error::Length(error) => Some(error),
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

impl From<crate::data::LengthError> for Error {
    fn from(error: crate::data::LengthError) -> Error {
        Error::Length(error)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error {
    /// Wraps an error of your own callback, or a text.
    pub fn callback(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        Error::Callback(error.into())
    }

    /// Wraps an error of a source of data, for `map_err`. An [`Error`] stays as it is.
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

    /// Adds the file to an input or output error, for `map_err`.
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
        move |source| Error::Io { path: path.into(), source }
    }

    /// Makes the error of an invalid setting.
    pub(crate) fn setting(name: &'static str, expected: impl fmt::Display, got: impl fmt::Display) -> Error {
        Error::Setting { name, expected: expected.to_string(), got: got.to_string() }
    }
}

/// The text of an error and of its sources. A text can be sent to another thread; the error may not.
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
