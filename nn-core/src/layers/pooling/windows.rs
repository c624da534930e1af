//! The windows of a pooling: their sizes as a shape rule finds them, and their places.

use crate::layers::conv::windows::{Padding, Slide};
use crate::spec::Inferred;
use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;

/// The windows along one axis. Window `k` has the cells from `⌊k · step / parts⌋ - before` to
/// `⌈(k · step + extent) / parts⌉ - before`, without those outside the input.
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
    #[cfg(any(feature = "compute", test))]
    pub(in crate::layers) const fn equal(input: usize, output: usize) -> Self {
        Axis { input, output, step: input, extent: input, before: 0, parts: output }
    }

    /// Returns the cells of a window that are inside the input.
    #[cfg(any(feature = "compute", test))]
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

/// The arguments of a pooling with windows of one size.
#[derive(Clone, Copy)]
pub(super) struct Pool {
    pub(super) pool_size: Shape,
    pub(super) strides: Option<Shape>,
    pub(super) same: bool,
    /// The places of the arguments `pool_size` and `strides`.
    pub(super) places: (usize, usize),
}

impl Pool {
    /// Returns the shape of the output, and the windows along the rows and the columns of an image.
    pub(super) const fn of_image(self, x: &Shape) -> Result<(Shape, Axis, Axis), ShapeError> {
        let (height, width) = match self.sizes(2) {
            Ok(slides) => slides,
            Err(error) => return Err(error),
        };
        if let Err(error) = image(x) {
            return Err(error);
        }
        match (self.axis(x.dim(0), height), self.axis(x.dim(1), width)) {
            (Some(rows), Some(columns)) => Ok((Shape::new(&[rows.output, columns.output, x.dim(2)]), rows, columns)),
            _ => Err(too_small(x, &Shape::new(&[height.window, width.window]))),
        }
    }

    /// Returns the shape of the output, and the windows along the steps of a sequence.
    pub(super) const fn of_sequence(self, x: &Shape) -> Result<(Shape, Axis), ShapeError> {
        let (steps, _) = match self.sizes(1) {
            Ok(slides) => slides,
            Err(error) => return Err(error),
        };
        if let Err(error) = sequence(x) {
            return Err(error);
        }
        match self.axis(x.dim(0), steps) {
            Some(axis) => Ok((x.with_dim(0, axis.output), axis)),
            None => Err(too_small(x, &Shape::new(&[steps.window]))),
        }
    }

    /// Returns the windows for each of `axes` axes. Without strides they stand side by side.
    const fn sizes(&self, axes: usize) -> Result<(Slide, Slide), ShapeError> {
        let size = each(&self.pool_size, axes, self.places.0, "pool_size");
        let strides = match self.strides {
            Some(strides) => each(&strides, axes, self.places.1, "strides"),
            None => size,
        };
        match (size, strides) {
            (Ok(size), Ok(strides)) => Ok((
                Slide { window: size.0, stride: strides.0, dilation: 1 },
                Slide { window: size.1, stride: strides.1, dilation: 1 },
            )),
            (Err(error), _) | (_, Err(error)) => Err(error),
        }
    }

    const fn axis(&self, input: usize, slide: Slide) -> Option<Axis> {
        match slide.windows(input, if self.same { Padding::Same } else { Padding::Valid }) {
            Some(found) => Some(Axis::sliding(input, found.count, slide.stride, slide.window, found.before)),
            None => None,
        }
    }
}

/// Returns positive numbers for one or two axes; one number stands for both. `index` and `name` belong to the argument.
pub(super) const fn each(sizes: &Shape, axes: usize, index: usize, name: &str) -> Result<(usize, usize), ShapeError> {
    let message = Text::new().str("`").str(name);
    if sizes.size() == 0 {
        let message = message.str("` must be at least 1, but is ").shape(sizes);
        return Err(ShapeError::argument(Code::NotPositive, index, message));
    }
    if sizes.rank() == 1 {
        return Ok((sizes.dim(0), sizes.dim(0)));
    }
    if sizes.rank() == 2 && axes == 2 {
        return Ok((sizes.dim(0), sizes.dim(1)));
    }
    let expected = if axes == 1 {
        "` expects one number, but got "
    } else {
        "` expects one number, or two for height and width, but got "
    };
    Err(ShapeError::argument(Code::ArgumentType, index, message.str(expected).shape(sizes)))
}

/// # Errors
/// If a shape is not that of an image.
pub(super) const fn image(x: &Shape) -> Result<(), ShapeError> {
    if x.rank() == 3 {
        return Ok(());
    }
    let message = Text::new().str("expected an image of shape (height, width, channels), but got ").shape(x);
    Err(ShapeError::input(Code::WrongRank, 0, message))
}

/// # Errors
/// If a shape is not that of a sequence.
pub(super) const fn sequence(x: &Shape) -> Result<(), ShapeError> {
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

/// Returns the error of windows that are larger than the input.
const fn too_small(x: &Shape, window: &Shape) -> ShapeError {
    let message = Text::new().str("the input ").shape(x).str(" is smaller than the window ").shape(window);
    ShapeError::input(Code::ShapeMismatch, 0, message.str("; `padding = same` cuts windows at the border"))
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

    fn pool(sizes: &[usize], strides: Option<&[usize]>, same: bool) -> Pool {
        Pool { pool_size: Shape::new(sizes), strides: strides.map(Shape::new), same, places: (0, 1) }
    }

    fn cells(axis: Axis) -> std::vec::Vec<Range<usize>> {
        (0..axis.output).map(|k| axis.cells(k)).collect()
    }

    #[test]
    fn cells_of_windows() {
        let (y, axis) = pool(&[3], Some(&[2]), true).of_sequence(&Shape::new(&[6, 5])).unwrap();
        assert_eq!((y, cells(axis)), (Shape::new(&[3, 5]), std::vec![0..3, 2..5, 4..6]));
        let (y, axis) = pool(&[3], None, false).of_sequence(&Shape::new(&[8, 5])).unwrap();
        assert_eq!((y, cells(axis)), (Shape::new(&[2, 5]), std::vec![0..3, 3..6]));
        // Padding on both sides, and a window that is larger than the input.
        let (_, axis) = pool(&[7], Some(&[1]), true).of_sequence(&Shape::new(&[3, 5])).unwrap();
        assert_eq!(cells(axis), std::vec![0..3; 3]);
        let (y, rows, columns) = pool(&[2, 3], None, true).of_image(&Shape::new(&[5, 7, 3])).unwrap();
        assert_eq!(y, Shape::new(&[3, 3, 3]));
        assert_eq!((cells(rows), cells(columns)), (std::vec![0..2, 2..4, 4..5], std::vec![0..2, 2..5, 5..7]));
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
                if let Ok((_, axis)) = pool(&[window], Some(&[stride]), same).of_sequence(&Shape::new(&[input, 1])) {
                    assert!(axis.output > 0 && cells(axis).iter().all(|cells| !cells.is_empty() && cells.end <= input));
                }
            }
            assert!(cells(Axis::equal(input, window)).iter().all(|cells| !cells.is_empty() && cells.end <= input));
        }
    }

    #[test]
    fn wrong_arguments() {
        let image = |pool: Pool| std::string::ToString::to_string(&pool.of_image(&Shape::new(&[5, 5, 1])).unwrap_err());
        let sequence =
            |pool: Pool| std::string::ToString::to_string(&pool.of_sequence(&Shape::new(&[5, 1])).unwrap_err());
        assert_eq!(
            image(pool(&[6, 2], None, false)),
            "the input (5, 5, 1) is smaller than the window (6, 2); `padding = same` cuts windows at the border"
        );
        assert_eq!(image(pool(&[2], Some(&[0, 1]), true)), "`strides` must be at least 1, but is (0, 1)");
        assert_eq!(image(pool(&[0], None, true)), "`pool_size` must be at least 1, but is (0,)");
        assert_eq!(
            image(pool(&[2, 2, 2], None, true)),
            "`pool_size` expects one number, or two for height and width, but got (2, 2, 2)"
        );
        assert_eq!(sequence(pool(&[2, 2], None, true)), "`pool_size` expects one number, but got (2, 2)");
        assert!(sequence(pool(&[6], None, false)).contains("smaller than the window (6,)"));
        assert!(pool(&[2], None, true).of_image(&Shape::new(&[5, 5])).is_err());
        assert!(pool(&[2], None, true).of_sequence(&Shape::new(&[5, 5, 2])).is_err());
        // Sizes beyond any memory do not overflow.
        let huge = usize::MAX / 2;
        assert!(pool(&[huge], None, false).of_image(&Shape::new(&[5, 5, 1])).is_err());
        let (y, rows, _) = pool(&[huge], Some(&[huge, 1]), true).of_image(&Shape::new(&[5, 5, 1])).unwrap();
        assert_eq!((y, rows.cells(0)), (Shape::new(&[1, 5, 1]), 0..5));
    }
}
