//! Windows that slide along an axis, for convolutions and their transposes.

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
    pub(super) const fn extent(self) -> usize {
        (self.window - 1).saturating_mul(self.dilation).saturating_add(1)
    }

    /// Returns the windows on an axis of `size` cells, or `None` if the input is smaller than one window.
    ///
    /// With `same` padding there are `⌈size / stride⌉` windows. An odd cell of padding is behind the input, as in
    /// TensorFlow. With `causal` padding there are as many, and all padding is before the input: a window ends with its
    /// own cell. With `valid` padding there are `⌊(size - extent) / stride⌋ + 1`.
    pub(in crate::layers) const fn windows(self, size: usize, padding: Padding) -> Option<Windows> {
        let extent = self.extent();
        if size == 0 {
            return None;
        }
        let count = size.div_ceil(self.stride);
        match padding {
            Padding::Same => {
                let covered = (count - 1).saturating_mul(self.stride).saturating_add(extent);
                Some(Windows { count, before: covered.saturating_sub(size) / 2 })
            }
            Padding::Causal => Some(Windows { count, before: extent - 1 }),
            Padding::Valid if size < extent => None,
            Padding::Valid => Some(Windows { count: (size - extent) / self.stride + 1, before: 0 }),
        }
    }

    /// Returns the cells that the windows of `size` places can cover: the length of the axis in the output of a
    /// transposed convolution. `further` is Keras's `output_padding`.
    pub(super) const fn covered(self, size: usize, padding: Padding, further: Option<usize>) -> usize {
        let (extent, last) = (self.extent(), size.saturating_sub(1).saturating_mul(self.stride));
        match (padding, further) {
            (Padding::Same, None) => size.saturating_mul(self.stride),
            (Padding::Same, Some(further)) => last.saturating_add(extent % 2).saturating_add(further),
            (_, None) => last.saturating_add(if extent > self.stride { extent } else { self.stride }),
            (_, Some(further)) => last.saturating_add(extent).saturating_add(further),
        }
    }
}

/// The zeros around the input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::layers) enum Padding {
    /// None.
    Valid,
    /// So many that the input keeps its size if the strides are 1.
    Same,
    /// All of them before the input.
    Causal,
}

/// The axes along which windows slide.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::layers) enum Axes {
    /// The steps of a sequence of shape `(steps, channels)`: an image of height 1.
    Steps,
    /// The height and width of an image of shape `(height, width, channels)`.
    Image,
}

impl Axes {
    /// Returns the height, width and channels of an input.
    pub(in crate::layers) const fn image(self, x: &Shape) -> Result<(usize, usize, usize), ShapeError> {
        match (self, x.rank()) {
            (Axes::Steps, 2) => return Ok((1, x.dim(0), x.dim(1))),
            (Axes::Image, 3) => return Ok((x.dim(0), x.dim(1), x.dim(2))),
            _ => {}
        }
        let message = match self {
            Axes::Steps => "expected a sequence of shape (steps, channels), but got ",
            Axes::Image => "expected an image of shape (height, width, channels), but got ",
        };
        Err(ShapeError::input(Code::WrongRank, 0, Text::new().str(message).shape(x)))
    }

    /// Returns the shape of an output.
    pub(in crate::layers) const fn shape(self, height: usize, width: usize, channels: usize) -> Shape {
        match self {
            Axes::Steps => Shape::new(&[width, channels]),
            Axes::Image => Shape::new(&[height, width, channels]),
        }
    }

    /// Returns two positive numbers, for height and width. One number stands for both; a sequence has the height
    /// 1. `index` and `name` belong to the argument.
    pub(in crate::layers) const fn pair(
        self,
        sizes: &Shape,
        index: usize,
        name: &str,
    ) -> Result<(usize, usize), ShapeError> {
        if sizes.size() == 0 {
            let message = Text::new().str("`").str(name).str("` must be at least 1, but is ").shape(sizes);
            return Err(ShapeError::argument(Code::NotPositive, index, message));
        }
        match (self, sizes.rank()) {
            (Axes::Steps, 1) => return Ok((1, sizes.dim(0))),
            (Axes::Image, 1) => return Ok((sizes.dim(0), sizes.dim(0))),
            (Axes::Image, 2) => return Ok((sizes.dim(0), sizes.dim(1))),
            _ => {}
        }
        let message = Text::new().str("`").str(name).str(match self {
            Axes::Steps => "` expects one number, but got ",
            Axes::Image => "` expects one number, or two for height and width, but got ",
        });
        Err(ShapeError::argument(Code::ArgumentType, index, message.shape(sizes)))
    }

    /// Returns the error of windows that are larger than the input.
    pub(super) const fn too_small(self, x: &Shape, height: Slide, width: Slide) -> ShapeError {
        let mut message = Text::new().str("the input ").shape(x).str(" is smaller than the window ");
        message = self.sizes(message, height.window, width.window);
        if height.dilation > 1 || width.dilation > 1 {
            message = self.sizes(message.str(", which covers "), height.extent(), width.extent());
            message = message.str(" cells with its dilation");
        }
        ShapeError::input(Code::ShapeMismatch, 0, message.str("; `padding = same` pads the input"))
    }

    /// Adds the sizes along the axes to a message.
    pub(super) const fn sizes(self, message: Text<256>, height: usize, width: usize) -> Text<256> {
        match self {
            Axes::Steps => message.size(width),
            Axes::Image => message.shape(&Shape::new(&[height, width])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn windows(size: usize, window: usize, stride: usize, dilation: usize, same: bool) -> Option<(usize, usize)> {
        let padding = if same { Padding::Same } else { Padding::Valid };
        let windows = Slide { window, stride, dilation }.windows(size, padding)?;
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
        assert_eq!((windows(0, 1, 1, 1, true), windows(0, 1, 1, 1, false)), (None, None));
        let causal = Slide { window: 3, stride: 2, dilation: 1 }.windows(7, Padding::Causal);
        assert_eq!(causal, Some(Windows { count: 4, before: 2 }));
    }

    /// As `compute_conv_transpose_output_shape` of Keras.
    #[test]
    fn covered_cells() {
        let covered = |size, window, stride, dilation, padding, further| {
            Slide { window, stride, dilation }.covered(size, padding, further)
        };
        assert_eq!(covered(5, 3, 2, 1, Padding::Same, None), 10);
        assert_eq!(covered(5, 3, 2, 1, Padding::Same, Some(1)), 10);
        assert_eq!(covered(5, 4, 2, 1, Padding::Same, Some(1)), 9);
        assert_eq!(covered(5, 3, 2, 1, Padding::Valid, None), 11);
        assert_eq!(covered(5, 2, 3, 1, Padding::Valid, None), 15);
        assert_eq!(covered(5, 2, 3, 1, Padding::Valid, Some(2)), 16);
        assert_eq!(covered(5, 3, 1, 2, Padding::Valid, None), 9);
        assert_eq!(covered(usize::MAX, 3, 2, 2, Padding::Valid, Some(1)), usize::MAX);
    }

    /// Sizes beyond any memory do not overflow.
    #[test]
    fn huge_windows() {
        assert_eq!(windows(5, usize::MAX, 1, usize::MAX, false), None);
        assert!(windows(5, usize::MAX, 1, usize::MAX, true).is_some());
    }
}
