//! Weights as values: variables by name, copies, and mixtures.

use crate::spec::shape::Shape;
use crate::tensor::scalar::Scalar;
use crate::weights::{Path, Variable, Weights};
use core::fmt::{self, Write};
use core::ops::Range;

/// The reason why [`Weights::set`] did not set a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetError {
    /// There is no variable of this name.
    Name,
    /// The variable has another number of scalars.
    Length {
        /// The shape of the variable.
        shape: Shape,
        /// The number of scalars given.
        got: usize,
    },
}

impl fmt::Display for SetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SetError::Name => f.write_str("there is no variable of this name; `variables` visits all names"),
            SetError::Length { shape, got } => {
                write!(f, "expected {} numbers for a variable of shape {shape}, but got {got}", shape.size())
            }
        }
    }
}

impl core::error::Error for SetError {}

/// Returns the place and the shape of the variable `name`.
pub(super) fn find<T: Scalar, W: Weights<T>>(name: &str) -> Option<(Range<usize>, Shape)> {
    let mut found = None;
    visit::<T, W>(&mut |variable, range| {
        if found.is_none() && spells(&variable.path, name) {
            found = Some((range, variable.shape));
        }
    });
    found
}

/// Calls `visit` with each variable and its place in the flat slice.
pub(super) fn visit<T: Scalar, W: Weights<T>>(visit: &mut dyn FnMut(&Variable<'_>, Range<usize>)) {
    let mut start = 0;
    W::variables(&Path::ROOT, &mut |variable| {
        let end = start + variable.shape.size();
        visit(variable, start..end);
        start = end;
    });
}

/// Whether a path is written as `name`. Makes no string, so that it works without a heap.
fn spells(path: &Path<'_>, name: &str) -> bool {
    struct Rest<'a>(&'a str);

    impl Write for Rest<'_> {
        fn write_str(&mut self, part: &str) -> fmt::Result {
            self.0 = self.0.strip_prefix(part).ok_or(fmt::Error)?;
            Ok(())
        }
    }

    let mut rest = Rest(name);
    write!(rest, "{path}").is_ok() && rest.0.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_compared_whole() {
        let tower = Path::ROOT.join("tower");
        let kernel = tower.join("kernel");
        assert!(spells(&kernel, "tower.kernel") && spells(&tower, "tower"));
        for other in ["tower", "tower.", "tower.kerne", "tower.kernels", "kernel", "", "tower kernel"] {
            assert!(!spells(&kernel, other), "{other}");
        }
    }
}
