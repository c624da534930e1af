//! [`Variable`] and its [`Path`]: the names in weight files.

use crate::spec::shape::Shape;
use core::fmt;

/// A variable of a layer: a part of the flat slice with a name.
#[derive(Clone, Copy, Debug)]
pub struct Variable<'a> {
    /// Its path: `tower.dense.kernel`.
    pub path: Path<'a>,
    /// The shape in Keras: `(in, out)` for a Dense kernel. The order of the scalars is the same.
    pub shape: Shape,
    /// Whether training changes it.
    pub trainable: bool,
    /// Whether the gradient comes by rows, along the first axis of `shape`. A batch touches only the rows of its
    /// indices; [`Train::touched`](crate::layer::Train::touched) reports them.
    pub rows: bool,
}

/// Names joined by dots, without a heap: `tower.dense.kernel`.
#[derive(Clone, Copy, Debug)]
pub struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    name: &'static str,
}

impl Path<'_> {
    /// The empty path.
    pub const ROOT: Path<'static> = Path { parent: None, name: "" };

    /// Returns the path with `name` appended.
    pub const fn join<'a>(&'a self, name: &'static str) -> Path<'a> {
        Path { parent: Some(self), name }
    }

    /// Returns the last name.
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent
            && !parent.name.is_empty()
        {
            write!(f, "{parent}.")?;
        }
        f.write_str(self.name)
    }
}
