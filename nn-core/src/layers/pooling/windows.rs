//! The windows of a pooling: their sizes as a shape rule finds them, and their places.

use crate::layers::conv::windows::{Axes, Padding, Slide};
use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Inferred, fields, found};

/// The windows along one axis, at run time. Window `k` has the cells from `⌊k · step / parts⌋ - before` to
/// `⌈(k · step + extent) / parts⌉ - before`, without those outside the input.
#[cfg(any(feature = "compute", test))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::layers) struct Axis {
    /// The cells of the input.
    pub(in crate::layers) input: usize,
    /// The number of windows.
    pub(in crate::layers) output: usize,
    /// The distance of neighbouring windows, in parts of a cell.
    pub(in crate::layers) step: usize,
    /// The length of a window, in parts of a cell.
    pub(in crate::layers) extent: usize,
    /// The cells of padding before the input.
    pub(in crate::layers) before: usize,
    /// The parts of a cell.
    parts: usize,
}

#[cfg(any(feature = "compute", test))]
impl Axis {
    /// Creates `output` windows of `extent` cells, `step` cells apart.
    pub(in crate::layers) const fn sliding(
        input: usize,
        output: usize,
        step: usize,
        extent: usize,
        before: usize,
    ) -> Self {
        Axis { input, output, step, extent, before, parts: 1 }
    }

    /// Creates `output` windows that share the input equally. A cell on a border belongs to both windows.
    pub(in crate::layers) const fn equal(input: usize, output: usize) -> Self {
        Axis { input, output, step: input, extent: input, before: 0, parts: output }
    }

    /// Returns the cells of a window that are inside the input.
    pub(in crate::layers) fn cells(&self, window: usize) -> core::ops::Range<usize> {
        let first = window.saturating_mul(self.step);
        let end = first.saturating_add(self.extent);
        // A division takes longer than the rest.
        let (start, end) = match self.parts {
            0 | 1 => (first, end),
            parts => (first / parts, end.div_ceil(parts)),
        };
        start.saturating_sub(self.before)..end.saturating_sub(self.before).min(self.input)
    }
}

fields! {
    /// The windows of a pooling on an image, and on a sequence as an image of one row.
    pub struct PoolGeometry {
        /// The rows of the image.
        input_height,
        /// The columns of the image.
        input_width,
        /// The rows of the output.
        output_height,
        /// The columns of the output.
        output_width,
        /// The rows of a window.
        window_height,
        /// The columns of a window.
        window_width,
        /// The rows from one window to the next.
        stride_height,
        /// The columns from one window to the next.
        stride_width,
        /// The rows of padding above the image.
        padding_top,
        /// The columns of padding before the image.
        padding_left,
    }
}

fields! {
    /// An image in equal parts.
    pub struct PoolParts {
        /// The rows of the image.
        input_height,
        /// The columns of the image.
        input_width,
        /// The rows of the output.
        output_height,
        /// The columns of the output.
        output_width,
    }
}

impl PoolGeometry {
    /// Returns the number of windows.
    pub(super) const fn places(&self) -> usize {
        self.output_height.saturating_mul(self.output_width)
    }

    /// Returns the windows along the height.
    #[cfg(any(feature = "compute", test))]
    pub(super) const fn rows(&self) -> Axis {
        Axis::sliding(self.input_height, self.output_height, self.stride_height, self.window_height, self.padding_top)
    }

    /// Returns the windows along the width.
    #[cfg(any(feature = "compute", test))]
    pub(super) const fn columns(&self) -> Axis {
        Axis::sliding(self.input_width, self.output_width, self.stride_width, self.window_width, self.padding_left)
    }
}

#[cfg(test)]
impl PoolGeometry {
    /// Creates the windows over a sequence of `input` steps.
    pub(super) const fn of_steps(input: usize, output: usize, window: usize, stride: usize, before: usize) -> Self {
        PoolGeometry {
            input_height: 1,
            input_width: input,
            output_height: 1,
            output_width: output,
            window_height: 1,
            window_width: window,
            stride_height: 1,
            stride_width: stride,
            padding_top: 0,
            padding_left: before,
        }
    }
}

impl PoolParts {
    /// Returns the shape of the output and the parts of an image. `output_size` is the argument with its place.
    pub(super) const fn of(x: &Shape, output_size: (Shape, usize)) -> Result<(Shape, Self), ShapeError> {
        found!(image(x));
        let (height, width) = found!(Axes::Image.pair(&output_size.0, output_size.1, "output_size"));
        let (input_height, input_width, output_height, output_width) = (x.dim(0), x.dim(1), height, width);
        let parts = PoolParts { input_height, input_width, output_height, output_width };
        Ok((Shape::new(&[height, width, x.dim(2)]), parts))
    }
}

/// The arguments of a pooling with windows of one size, and the places of some.
#[derive(Clone, Copy)]
pub(super) struct Pool {
    pub(super) axes: Axes,
    pub(super) pool_size: (Shape, usize),
    pub(super) strides: (Option<Shape>, usize),
    pub(super) same: bool,
}

impl Pool {
    /// Returns the shape of the output, and the windows.
    pub(super) const fn windows(&self, x: &Shape) -> Result<(Shape, PoolGeometry), ShapeError> {
        let size = found!(self.axes.pair(&self.pool_size.0, self.pool_size.1, "pool_size"));
        // Without strides, windows stand side by side.
        let strides = match &self.strides.0 {
            Some(strides) => found!(self.axes.pair(strides, self.strides.1, "strides")),
            None => size,
        };
        found!(match self.axes {
            Axes::Steps => sequence(x),
            Axes::Image => image(x),
        });
        let (input_height, input_width, channels) = found!(self.axes.image(x));
        let padding = if self.same { Padding::Same } else { Padding::Valid };
        let rows = Slide { window: size.0, stride: strides.0, dilation: 1 };
        let columns = Slide { window: size.1, stride: strides.1, dilation: 1 };
        match (rows.windows(input_height, padding), columns.windows(input_width, padding)) {
            (Some(down), Some(right)) => Ok((
                self.axes.shape(down.count, right.count, channels),
                PoolGeometry {
                    input_height,
                    input_width,
                    output_height: down.count,
                    output_width: right.count,
                    window_height: rows.window,
                    window_width: columns.window,
                    stride_height: rows.stride,
                    stride_width: columns.stride,
                    padding_top: down.before,
                    padding_left: right.before,
                },
            )),
            _ => {
                let message = Text::new().str("the input ").shape(x).str(" is smaller than the window ");
                let message = match self.axes {
                    Axes::Steps => message.shape(&Shape::new(&[columns.window])),
                    Axes::Image => message.shape(&Shape::new(&[rows.window, columns.window])),
                };
                let message = message.str("; `padding = same` cuts windows at the border");
                Err(ShapeError::input(Code::ShapeMismatch, 0, message))
            }
        }
    }
}

/// # Errors
/// If a shape is not that of an image.
pub(in crate::layers) const fn image(x: &Shape) -> Result<(), ShapeError> {
    if x.rank() == 3 {
        return Ok(());
    }
    let message = Text::new().str("expected an image of shape (height, width, channels), but got ").shape(x);
    Err(ShapeError::input(Code::WrongRank, 0, message))
}

/// # Errors
/// If a shape is not that of a sequence.
pub(in crate::layers) const fn sequence(x: &Shape) -> Result<(), ShapeError> {
    if x.rank() == 2 {
        return Ok(());
    }
    let message = Text::new().str("expected a sequence of shape (steps, features), but got ").shape(x);
    Err(ShapeError::input(Code::WrongRank, 0, message))
}

/// The shape rule of a pooling over all steps.
pub(super) const fn over_steps(x: &Shape, keepdims: bool) -> Result<Inferred, ShapeError> {
    match sequence(x) {
        Ok(()) => Ok(Inferred::new(if keepdims { x.with_dim(0, 1) } else { Shape::new(&[x.rows()]) }, &[])),
        Err(error) => Err(error),
    }
}

/// The shape rule of a pooling over all pixels.
pub(super) const fn over_image(x: &Shape, keepdims: bool) -> Result<Inferred, ShapeError> {
    let channels = x.rows();
    match image(x) {
        Ok(()) => {
            Ok(Inferred::new(if keepdims { Shape::new(&[1, 1, channels]) } else { Shape::new(&[channels]) }, &[]))
        }
        Err(error) => Err(error),
    }
}

/// Returns the error of another order of axes. `turn` is the layer that turns samples.
pub(super) const fn channels_first(argument: usize, turn: &str) -> ShapeError {
    let message = Text::new().str("`channels_first` is not supported: samples are channels last; `");
    ShapeError::argument(Code::Unsupported, argument, message.str(turn).str("` turns them"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::ops::Range;
    use std::string::{String, ToString};

    fn pool(axes: Axes, sizes: &[usize], strides: Option<&[usize]>, same: bool) -> Pool {
        Pool { axes, pool_size: (Shape::new(sizes), 0), strides: (strides.map(Shape::new), 1), same }
    }

    fn of_image(
        sizes: &[usize],
        strides: Option<&[usize]>,
        same: bool,
        x: &[usize],
    ) -> Result<(Shape, PoolGeometry), String> {
        pool(Axes::Image, sizes, strides, same).windows(&Shape::new(x)).map_err(|error| error.to_string())
    }

    fn of_sequence(
        sizes: &[usize],
        strides: Option<&[usize]>,
        same: bool,
        x: &[usize],
    ) -> Result<(Shape, PoolGeometry), String> {
        pool(Axes::Steps, sizes, strides, same).windows(&Shape::new(x)).map_err(|error| error.to_string())
    }

    fn cells(axis: Axis) -> std::vec::Vec<Range<usize>> {
        (0..axis.output).map(|k| axis.cells(k)).collect()
    }

    #[test]
    fn cells_of_windows() {
        let (y, found) = of_sequence(&[3], Some(&[2]), true, &[6, 5]).unwrap();
        assert_eq!(cells(found.rows()), std::vec![0..1]);
        assert_eq!((y, cells(found.columns())), (Shape::new(&[3, 5]), std::vec![0..3, 2..5, 4..6]));
        let (y, found) = of_sequence(&[3], None, false, &[8, 5]).unwrap();
        assert_eq!((y, cells(found.columns())), (Shape::new(&[2, 5]), std::vec![0..3, 3..6]));
        // Padding on both sides, and a window that is larger than the input.
        let (_, found) = of_sequence(&[7], Some(&[1]), true, &[3, 5]).unwrap();
        assert_eq!(cells(found.columns()), std::vec![0..3; 3]);
        let (y, found) = of_image(&[2, 3], None, true, &[5, 7, 3]).unwrap();
        assert_eq!(y, Shape::new(&[3, 3, 3]));
        assert_eq!(
            (cells(found.rows()), cells(found.columns())),
            (std::vec![0..2, 2..4, 4..5], std::vec![0..2, 2..5, 5..7])
        );
    }

    /// As PyTorch's documentation and Keras cut an axis.
    #[test]
    fn equal_windows() {
        assert_eq!(cells(Axis::equal(7, 3)), std::vec![0..3, 2..5, 4..7]);
        assert_eq!(cells(Axis::equal(10, 7)), std::vec![0..2, 1..3, 2..5, 4..6, 5..8, 7..9, 8..10]);
        assert_eq!(cells(Axis::equal(3, 5)), std::vec![0..1, 0..2, 1..2, 1..3, 2..3]);
        assert_eq!(cells(Axis::equal(4, 1)).first(), Some(&(0..4)));
    }

    /// Every window has a cell of the input.
    #[test]
    fn no_window_is_empty() {
        for (input, window, stride) in (1..12).flat_map(|i| (1..14).flat_map(move |w| (1..14).map(move |s| (i, w, s))))
        {
            for same in [false, true] {
                if let Ok((_, found)) = of_sequence(&[window], Some(&[stride]), same, &[input, 1]) {
                    let axis = found.columns();
                    assert!(axis.output > 0 && cells(axis).iter().all(|cells| !cells.is_empty() && cells.end <= input));
                }
            }
            assert!(cells(Axis::equal(input, window)).iter().all(|cells| !cells.is_empty() && cells.end <= input));
        }
    }

    #[test]
    fn wrong_arguments() {
        let x: &[usize] = &[5, 5, 1];
        assert_eq!(
            of_image(&[6, 2], None, false, x).unwrap_err(),
            "the input (5, 5, 1) is smaller than the window (6, 2); `padding = same` cuts windows at the border"
        );
        let zero = of_image(&[2], Some(&[0, 1]), true, x).unwrap_err();
        assert_eq!(zero, "`strides` must be at least 1, but is (0, 1)");
        let zero = of_image(&[0], None, true, x).unwrap_err();
        assert_eq!(zero, "`pool_size` must be at least 1, but is (0,)");
        assert_eq!(
            of_image(&[2, 2, 2], None, true, x).unwrap_err(),
            "`pool_size` expects one number, or two for height and width, but got (2, 2, 2)"
        );
        let two = of_sequence(&[2, 2], None, true, &[5, 1]).unwrap_err();
        assert_eq!(two, "`pool_size` expects one number, but got (2, 2)");
        assert!(of_sequence(&[6], None, false, &[5, 1]).unwrap_err().contains("smaller than the window (6,)"));
        assert!(of_image(&[2], None, true, &[5, 5]).is_err());
        assert!(of_sequence(&[2], None, true, &[5, 5, 2]).unwrap_err().contains("of shape (steps, features)"));
        // Sizes beyond any memory do not overflow.
        let huge = usize::MAX / 2;
        assert!(of_image(&[huge], None, false, x).is_err());
        let (y, found) = of_image(&[huge], Some(&[huge, 1]), true, x).unwrap();
        assert_eq!((y, found.rows().cells(0)), (Shape::new(&[1, 5, 1]), 0..5));
    }
}
