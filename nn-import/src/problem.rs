//! [`Error`]: everything in a file that cannot be read.

use std::fmt;

/// The reason why a file is not a network of this library. It lists everything that is wrong, not only the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The problems, in the order of the file.
    pub problems: Vec<Problem>,
}

/// One thing that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The layer of the file and its class, if the problem has one.
    pub layer: Option<(String, String)>,
    /// The problem.
    pub message: String,
    /// The nearest thing that is supported, or another cure.
    pub help: Option<String>,
}

impl Problem {
    /// A problem of the whole file.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Problem { layer: None, message: message.into(), help: None }
    }

    /// A problem of a layer.
    pub(crate) fn of(layer: &str, class: &str, message: impl Into<String>) -> Self {
        Problem { layer: Some((layer.into(), class.into())), message: message.into(), help: None }
    }

    /// Adds a cure.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Error { problems: vec![problem] }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.layer {
            Some((layer, class)) => write!(f, "layer `{layer}` ({class}): {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, problem) in self.problems.iter().enumerate() {
            let line = if place == 0 { "" } else { "\n" };
            write!(f, "{line}{problem}")?;
            if let Some(help) = &problem.help {
                write!(f, "\n  help: {help}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
