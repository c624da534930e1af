//! [`Shape`]: the shape of one sample, without the batch axis, and [`ShapeError`].

use crate::spec::code::Code;
use crate::spec::text::Text;
use core::fmt;

/// The maximum number of axes of a sample.
pub const MAX_RANK: usize = 6;

/// The shape of one sample, in Keras's order (`(height, width, channels)`), without the batch axis.
///
/// A sample of shape `[.., f]` is stored as a matrix. It has `f` rows (the last axis: features, channels), and one
/// column for each position of the axes before it. See [`rows`](Self::rows) and [`cols`](Self::cols).
///
/// ```
/// use nn_core::shape::Shape;
/// const IMAGE: Shape = Shape::new(&[28, 28, 3]);
/// assert_eq!((IMAGE.rows(), IMAGE.cols(), IMAGE.size()), (3, 784, 2352));
/// assert_eq!(IMAGE.to_string(), "(28, 28, 3)");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    dims: [usize; MAX_RANK],
    rank: usize,
}

impl Shape {
    /// Creates a shape from its dimensions.
    ///
    /// # Panics
    /// If there are more than [`MAX_RANK`] dimensions.
    pub const fn new(dims: &[usize]) -> Self {
        assert!(dims.len() <= MAX_RANK, "a sample has at most 6 axes");
        let mut shape = Shape { dims: [0; MAX_RANK], rank: dims.len() };
        let mut axis = 0;
        while axis < dims.len() {
            shape.dims[axis] = dims[axis];
            axis += 1;
        }
        shape
    }

    /// Returns the default shape of a matrix with `rows` features and `cols` positions: `[rows]` for a vector,
    /// `[cols, rows]` for a sequence.
    pub const fn of_matrix(rows: usize, cols: usize) -> Self {
        if cols == 1 { Shape::new(&[rows]) } else { Shape::new(&[cols, rows]) }
    }

    /// Returns the number of axes.
    pub const fn rank(&self) -> usize {
        self.rank
    }

    /// Returns the dimensions.
    pub const fn dims(&self) -> &[usize] {
        // Not `split_at`, because firmware reads shapes, and must not be able to panic.
        match self.dims.split_at_checked(self.rank) {
            Some((dims, _)) => dims,
            None => &self.dims,
        }
    }

    /// Returns the length of axis `axis`.
    ///
    /// # Panics
    /// If `axis` is not below the rank.
    pub const fn dim(&self, axis: usize) -> usize {
        assert!(axis < self.rank, "this shape has no such axis");
        self.dims[axis]
    }

    /// Returns the number of scalars; `usize::MAX` if it does not fit.
    pub const fn size(&self) -> usize {
        let (mut size, mut axis) = (1usize, 0);
        while axis < self.dims().len() {
            size = size.saturating_mul(self.dims()[axis]);
            axis += 1;
        }
        size
    }

    /// Returns the number of rows of the matrix that holds a sample: the last dimension.
    pub const fn rows(&self) -> usize {
        if self.rank == 0 { 1 } else { self.dims[self.rank - 1] }
    }

    /// Returns the number of columns of the matrix that holds a sample: the product of all dimensions but the last.
    pub const fn cols(&self) -> usize {
        let (mut cols, mut axis) = (1usize, 0);
        while axis + 1 < self.rank {
            cols = cols.saturating_mul(self.dims[axis]);
            axis += 1;
        }
        cols
    }

    /// Returns the product of the dimensions after `axis`: the distance in memory of neighbours along `axis`.
    pub const fn stride(&self, axis: usize) -> usize {
        let (mut stride, mut i) = (1usize, axis + 1);
        while i < self.rank {
            stride = stride.saturating_mul(self.dims[i]);
            i += 1;
        }
        stride
    }

    /// Returns this shape with another length of axis `axis`.
    ///
    /// # Panics
    /// If `axis` is not below the rank.
    pub const fn with_dim(mut self, axis: usize, dim: usize) -> Self {
        assert!(axis < self.rank, "this shape has no such axis");
        self.dims[axis] = dim;
        self
    }

    /// Returns this shape with another last dimension.
    ///
    /// # Panics
    /// If the shape has no axes.
    pub const fn with_last(self, dim: usize) -> Self {
        self.with_dim(self.rank - 1, dim)
    }

    /// Whether two shapes are equal, in a `const`.
    pub const fn equals(&self, other: &Shape) -> bool {
        if self.rank != other.rank {
            return false;
        }
        let mut axis = 0;
        while axis < self.rank {
            if self.dims[axis] != other.dims[axis] {
                return false;
            }
            axis += 1;
        }
        true
    }

    /// Converts Keras's axis to an axis of the sample. Keras counts the batch, so `1` is the first axis of a sample;
    /// negative axes count from the end. Returns `None` for the batch axis and for axes that do not exist.
    pub const fn axis(&self, keras: i64) -> Option<usize> {
        let rank = self.rank as i64;
        if keras >= 1 && keras <= rank {
            Some(keras as usize - 1)
        } else if keras < 0 && keras >= -rank {
            Some((rank + keras) as usize)
        } else {
            None
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Text::<160>::new().shape(self).fmt(f)
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The culprit of a [`ShapeError`]: the place where the message is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The layer's call as a whole.
    Call,
    /// The input of this index.
    Input(usize),
    /// The argument of this index in the layer's specification.
    Argument(usize),
}

/// The reason why a layer cannot be applied to its inputs.
#[derive(Clone, Copy, Debug)]
pub struct ShapeError {
    /// The kind of the error.
    pub code: Code,
    /// The culprit.
    pub blame: Blame,
    /// The expectation and the actual value, in lower case, without a full stop.
    pub message: Text<256>,
}

impl ShapeError {
    /// Creates an error that blames the whole call.
    pub const fn new(code: Code, message: Text<256>) -> Self {
        ShapeError { code, blame: Blame::Call, message }
    }

    /// Creates an error that blames input `input`.
    pub const fn input(code: Code, input: usize, message: Text<256>) -> Self {
        ShapeError { code, blame: Blame::Input(input), message }
    }

    /// Creates the error that argument `argument` is `axis` in Keras's counting, but a sample of this shape has no
    /// such axis.
    pub const fn no_axis(argument: usize, axis: i64, shape: &Shape) -> Self {
        let message = Text::new();
        let message = match axis {
            0 => message.str("axis 0 counts the batch; "),
            _ => message.str("there is no axis ").int(axis).str("; "),
        };
        let message = match shape.rank {
            0 => message.str("a scalar has no axes"),
            1 => message.str("a sample of shape ").shape(shape).str(" has axis 1, which is also -1"),
            rank => {
                let message = message.str("a sample of shape ").shape(shape).str(" has the axes 1 to ").size(rank);
                message.str(", which are also -").size(rank).str(" to -1")
            }
        };
        ShapeError::argument(Code::NoSuchAxis, argument, message)
    }

    /// Creates an error that blames argument `argument`.
    pub const fn argument(code: Code, argument: usize, message: Text<256>) -> Self {
        ShapeError { code, blame: Blame::Argument(argument), message }
    }
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_a_matrix_of_features_by_positions() {
        let shape = Shape::new(&[5, 7, 3]);
        assert_eq!((shape.rank(), shape.rows(), shape.cols(), shape.size()), (3, 3, 35, 105));
        assert_eq!((shape.stride(0), shape.stride(1), shape.stride(2)), (21, 3, 1));
        assert_eq!((Shape::new(&[9]).rows(), Shape::new(&[9]).cols()), (9, 1));
    }

    #[test]
    fn axes_count_the_batch_as_in_keras() {
        let shape = Shape::new(&[5, 7, 3]);
        assert_eq!([1, 2, 3, -1, -3].map(|a| shape.axis(a)), [Some(0), Some(1), Some(2), Some(2), Some(0)]);
        assert_eq!([0, 4, -4].map(|a| shape.axis(a)), [None; 3]);
    }

    #[test]
    fn size_saturates() {
        assert_eq!(Shape::new(&[usize::MAX, 2]).size(), usize::MAX);
    }
}
