//! Windows that slide along an axis, for convolutions.

use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;

/// The windows along one axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::layers) struct Windows {
    /// The number of windows: the length of the axis in the output.
    pub(in crate::layers) count: usize,
    /// The number of cells of padding before the first cell of the input.
    pub(in crate::layers) before: usize,
}

/// The size, stride and dilation of windows along an axis.
#[derive(Clone, Copy)]
pub(in crate::layers) struct Slide {
    /// The number of cells in a window.
    pub(in crate::layers) window: usize,
    /// The distance of neighbouring windows.
    pub(in crate::layers) stride: usize,
    /// The distance of neighbouring cells in a window.
    pub(in crate::layers) dilation: usize,
}

impl Slide {
    /// Returns the number of cells from the first to the last of a window.
    const fn extent(self) -> usize {
        (self.window - 1).saturating_mul(self.dilation).saturating_add(1)
    }

    /// Returns the windows on an axis of `size` cells, or `None` if the input is smaller than one window.
    ///
    /// With `same` padding there are `⌈size / stride⌉` windows. An odd cell of padding is behind the input, as in
    /// TensorFlow. With `valid` padding there are `⌊(size - extent) / stride⌋ + 1`.
    pub(in crate::layers) const fn windows(self, size: usize, same: bool) -> Option<Windows> {
        let extent = self.extent();
        if same {
            let count = size.div_ceil(self.stride);
            let covered = (count - 1).saturating_mul(self.stride).saturating_add(extent);
            return Some(Windows { count, before: covered.saturating_sub(size) / 2 });
        }
        if size < extent {
            return None;
        }
        Some(Windows { count: (size - extent) / self.stride + 1, before: 0 })
    }
}

/// Returns two positive numbers, for height and width; one number stands for both. `index` and `name` belong to the
/// argument.
pub(super) const fn pair(sizes: &Shape, index: usize, name: &str) -> Result<(usize, usize), ShapeError> {
    if sizes.size() == 0 {
        let message = Text::new().str("`").str(name).str("` must be at least 1, but is ").shape(sizes);
        return Err(ShapeError::argument(Code::NotPositive, index, message));
    }
    match sizes.rank() {
        1 => Ok((sizes.dim(0), sizes.dim(0))),
        2 => Ok((sizes.dim(0), sizes.dim(1))),
        _ => {
            let message = Text::new().str("`").str(name).str("` expects one number, or two for height and width, but ");
            Err(ShapeError::argument(Code::ArgumentType, index, message.str("got ").shape(sizes)))
        }
    }
}

/// Returns the error of windows that are larger than the input.
pub(super) const fn too_small(x: &Shape, kernel: (usize, usize), height: Slide, width: Slide) -> ShapeError {
    let mut message = Text::new().str("the input ").shape(x).str(" is smaller than the window ");
    message = message.shape(&Shape::new(&[kernel.0, kernel.1]));
    if height.dilation > 1 || width.dilation > 1 {
        message = message.str(", which covers ").shape(&Shape::new(&[height.extent(), width.extent()]));
        message = message.str(" cells with its dilation");
    }
    ShapeError::input(Code::ShapeMismatch, 0, message.str("; `padding = same` pads the input"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows(size: usize, window: usize, stride: usize, dilation: usize, same: bool) -> Option<(usize, usize)> {
        let windows = Slide { window, stride, dilation }.windows(size, same)?;
        Some((windows.count, windows.before))
    }

    /// Counted by hand, and as TensorFlow pads.
    #[test]
    fn counts_and_padding() {
        assert_eq!(windows(28, 3, 1, 1, false), Some((26, 0)));
        assert_eq!(windows(7, 3, 2, 1, false), Some((3, 0)));
        assert_eq!(windows(7, 3, 1, 3, false), Some((1, 0)));
        assert_eq!(windows(6, 3, 1, 3, false), None);
        assert_eq!(windows(28, 3, 1, 1, true), Some((28, 1)));
        assert_eq!(windows(28, 4, 1, 1, true), Some((28, 1)));
        assert_eq!(windows(28, 3, 2, 1, true), Some((14, 0)));
        assert_eq!(windows(27, 3, 2, 1, true), Some((14, 1)));
        assert_eq!(windows(2, 5, 3, 1, true), Some((1, 1)));
        assert_eq!(windows(9, 1, 4, 1, true), Some((3, 0)));
    }

    /// Sizes beyond any memory do not overflow.
    #[test]
    fn huge_windows() {
        assert_eq!(windows(5, usize::MAX, 1, usize::MAX, false), None);
        assert!(windows(5, usize::MAX, 1, usize::MAX, true).is_some());
    }
}
