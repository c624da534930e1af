//! A small image at a place inside a larger one: for paddings and croppings along one or two axes.

use crate::layers::conv::windows::Axes;
use crate::layers::pooling::windows::{image as check_image, sequence as check_sequence};
use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{fields, found};

/// The numbers at the beginning and at the end of an axis.
type Ends = (usize, usize);

/// Returns the numbers before and after the steps of a sequence, from 1 or 2 numbers. `argument` is the argument's
/// place and name.
const fn of_steps(numbers: &[i64], argument: (usize, &str)) -> Result<Ends, ShapeError> {
    match numbers {
        [both] => ends(*both, *both, argument),
        [before, after] => ends(*before, *after, argument),
        _ => {
            let message = Text::new().str("`").str(argument.1).str("` expects a whole number, or two: one before the ");
            Err(ShapeError::argument(Code::ArgumentType, argument.0, message.str("steps and one behind them")))
        }
    }
}

/// Returns the numbers above and below, and left and right of an image, from 1, 2 or 4 numbers.
const fn of_image(numbers: &[i64], argument: (usize, &str)) -> Result<(Ends, Ends), ShapeError> {
    let (rows, columns) = match numbers {
        [all] => (ends(*all, *all, argument), ends(*all, *all, argument)),
        [rows, columns] => (ends(*rows, *rows, argument), ends(*columns, *columns, argument)),
        [top, bottom, left, right] => (ends(*top, *bottom, argument), ends(*left, *right, argument)),
        _ => {
            let message =
                Text::new().str("`").str(argument.1).str("` expects a whole number, two for rows and columns, ");
            let message = message.str("or `((top, bottom), (left, right))`");
            return Err(ShapeError::argument(Code::ArgumentType, argument.0, message));
        }
    };
    match (rows, columns) {
        (Ok(rows), Ok(columns)) => Ok((rows, columns)),
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

const fn ends(before: i64, after: i64, (place, name): (usize, &str)) -> Result<Ends, ShapeError> {
    let lower = if before < after { before } else { after };
    if lower < 0 {
        let message = Text::new().str("`").str(name).str("` must be at least 0, but has ").int(lower);
        return Err(ShapeError::argument(Code::OutOfRange, place, message));
    }
    if before > u32::MAX as i64 || after > u32::MAX as i64 {
        let message =
            Text::new().str("`").str(name).str("` is too large: ").int(if before > after { before } else { after });
        return Err(ShapeError::argument(Code::TooLarge, place, message));
    }
    Ok((before as usize, after as usize))
}

/// Returns the length of a padded axis.
const fn padded(length: usize, (before, after): Ends) -> usize {
    length.saturating_add(before).saturating_add(after)
}

/// Returns the length of a cropped axis, or `None` if nothing is left.
const fn cropped(length: usize, (before, after): Ends) -> Option<usize> {
    let removed = before.saturating_add(after);
    if removed < length { Some(length - removed) } else { None }
}

/// Returns the error of a cropping that leaves nothing of an axis.
const fn nothing_left(argument: usize, what: &str, length: usize, (before, after): Ends) -> ShapeError {
    let message = Text::new().str("the input has ").size(length).str(" ").str(what).str(", and `cropping` removes ");
    let message = message.size(before.saturating_add(after)).str(" of them: nothing is left");
    ShapeError::argument(Code::NotPositive, argument, message)
}

/// Returns the error of an output with too many scalars, if it has.
pub(super) const fn checked(output: Shape, argument: (usize, &str)) -> Result<Shape, ShapeError> {
    if output.size() > u32::MAX as usize {
        let message =
            Text::new().str("`").str(argument.1).str("` is too large: the output has the shape ").shape(&output);
        return Err(ShapeError::argument(Code::TooLarge, argument.0, message));
    }
    Ok(output)
}

fields! {
    /// A small image inside a larger one. A sequence is an image of one row.
    pub struct Frame {
        /// The rows of the large image above the small one.
        top,
        /// The columns of the large image left of the small one.
        left,
        /// The rows of the small image.
        height,
        /// The columns of the small image.
        width,
        /// The rows of the large image.
        large_height,
        /// The columns of the large image.
        large_width,
    }
}

/// Returns the shapes of a padded input, and its place in the output. `argument` is the argument's place and name.
pub(super) const fn padding(
    axes: Axes,
    x: &Shape,
    numbers: &[i64],
    argument: (usize, &str),
) -> Result<(Shape, Frame), ShapeError> {
    let (rows, columns) = found!(ends_of(axes, numbers, argument));
    let (height, width, channels) = found!(image(axes, x));
    let (large_height, large_width) = (padded(height, rows), padded(width, columns));
    let output = found!(checked(axes.shape(large_height, large_width, channels), argument));
    Ok((output, Frame { top: rows.0, left: columns.0, height, width, large_height, large_width }))
}

/// Returns the shape of a cropped input, and the place of the output in it. `argument` is the argument's place and
/// name.
pub(super) const fn cropping(
    axes: Axes,
    x: &Shape,
    numbers: &[i64],
    argument: (usize, &str),
) -> Result<(Shape, Frame), ShapeError> {
    let (rows, columns) = found!(ends_of(axes, numbers, argument));
    let (large_height, large_width, channels) = found!(image(axes, x));
    let down = if matches!(axes, Axes::Steps) { Some(1) } else { cropped(large_height, rows) };
    let Some(height) = down else { return Err(nothing_left(argument.0, "rows", large_height, rows)) };
    let Some(width) = cropped(large_width, columns) else {
        let what = if matches!(axes, Axes::Steps) { "steps" } else { "columns" };
        return Err(nothing_left(argument.0, what, large_width, columns));
    };
    let output = found!(checked(axes.shape(height, width, channels), argument));
    Ok((output, Frame { top: rows.0, left: columns.0, height, width, large_height, large_width }))
}

/// Returns the numbers at the ends of the height and of the width.
const fn ends_of(axes: Axes, numbers: &[i64], argument: (usize, &str)) -> Result<(Ends, Ends), ShapeError> {
    match axes {
        Axes::Steps => Ok(((0, 0), found!(of_steps(numbers, argument)))),
        Axes::Image => of_image(numbers, argument),
    }
}

/// Returns the height, width and channels of an input.
const fn image(axes: Axes, x: &Shape) -> Result<(usize, usize, usize), ShapeError> {
    found!(match axes {
        Axes::Steps => check_sequence(x),
        Axes::Image => check_image(x),
    });
    axes.image(x)
}

/// A [`Frame`] in scalars.
#[cfg(feature = "compute")]
#[derive(Clone, Copy)]
struct Scalars {
    height: usize,
    top: usize,
    /// The scalars of a row of the small image.
    row: usize,
    /// The scalars before such a row in a row of the large image.
    left: usize,
    /// The scalars of a row of the large image.
    large_row: usize,
    /// The scalars of the large image.
    large: usize,
}

#[cfg(feature = "compute")]
mod compute {
    use super::{Frame, Scalars};
    use crate::tensor::scalar::Scalar;

    impl Scalars {
        /// Returns the rows of small images and the same rows in their large images.
        fn rows<'a, T>(self, small: &'a [T], large: &'a mut [T]) -> impl Iterator<Item = (&'a [T], &'a mut [T])> {
            let Scalars { height, top, row, left, large_row, large: size } = self;
            let images = small.chunks_exact((height * row).max(1)).zip(large.chunks_exact_mut(size.max(1)));
            images.flat_map(move |(small, large)| {
                let large = large.chunks_exact_mut(large_row.max(1)).skip(top);
                let large = large.map(move |large| large.get_mut(left..left + row).unwrap_or_default());
                small.chunks_exact(row.max(1)).zip(large)
            })
        }

        /// Returns the rows of small images for writing, and the same rows in their large images.
        fn rows_out<'a, T>(self, small: &'a mut [T], large: &'a [T]) -> impl Iterator<Item = (&'a mut [T], &'a [T])> {
            let Scalars { height, top, row, left, large_row, large: size } = self;
            let images = small.chunks_exact_mut((height * row).max(1)).zip(large.chunks_exact(size.max(1)));
            images.flat_map(move |(small, large)| {
                let large = large.chunks_exact(large_row.max(1)).skip(top);
                let large = large.map(move |large| large.get(left..left + row).unwrap_or_default());
                small.chunks_exact_mut(row.max(1)).zip(large)
            })
        }
    }

    impl Frame {
        /// Returns the sizes of images of these channels.
        fn scalars(self, channels: usize) -> Scalars {
            let large_row = self.large_width * channels;
            Scalars {
                height: self.height,
                top: self.top,
                row: self.width * channels,
                left: self.left * channels,
                large_row,
                large: self.large_height * large_row,
            }
        }

        /// Copies small images into large ones, with zeros around them.
        pub(in crate::layers) fn pad<T: Scalar>(self, channels: usize, small: &[T], large: &mut [T]) {
            large.fill(T::ZERO);
            self.scalars(channels).rows(small, large).for_each(|(small, large)| copy(small, large));
        }

        /// Copies the small images out of large ones.
        pub(in crate::layers) fn crop<T: Scalar>(self, channels: usize, large: &[T], small: &mut [T]) {
            self.scalars(channels).rows_out(small, large).for_each(|(small, large)| copy(large, small));
        }

        /// Adds the small images in large ones to `small`.
        pub(in super::super) fn add_cropped<T: Scalar>(self, channels: usize, large: &[T], small: &mut [T]) {
            self.scalars(channels).rows_out(small, large).for_each(|(small, large)| add(large, small));
        }

        /// Adds small images to their places in large ones.
        pub(in super::super) fn add_padded<T: Scalar>(self, channels: usize, small: &[T], large: &mut [T]) {
            self.scalars(channels).rows(small, large).for_each(|(small, large)| add(small, large));
        }
    }

    /// Copies a row. The lengths are equal, which the compiler does not know.
    fn copy<T: Copy>(from: &[T], to: &mut [T]) {
        if from.len() == to.len() {
            to.copy_from_slice(from);
        }
    }

    fn add<T: Scalar>(from: &[T], to: &mut [T]) {
        to.iter_mut().zip(from).for_each(|(to, &from)| *to += from);
    }
}
