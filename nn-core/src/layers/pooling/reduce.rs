//! The largest value and the mean of each window, and their gradients. A sequence is an image of one row.

use super::windows::{Axis, PoolGeometry, PoolParts};
use crate::tensor::scalar::Scalar;
use core::ops::Range;

/// The channels that are computed at once where each needs a number of its own.
const LANES: usize = 16;
/// The numbers in a part of a sum. Parts are summed to larger parts, so the error of a large sum grows slowly.
const RUN: usize = 16;

/// The windows over the images of a batch.
#[derive(Clone, Copy, Debug)]
pub(in crate::layers) struct Windows {
    pub(in crate::layers) rows: Axis,
    pub(in crate::layers) columns: Axis,
    pub(in crate::layers) channels: usize,
    /// Whether the first of several largest cells is the one in the first column, not in the first row.
    pub(in crate::layers) columns_first: bool,
}

/// A window on an image.
struct Window {
    /// The scalars of its output.
    output: Range<usize>,
    /// The first scalar of the image.
    image: usize,
    rows: Range<usize>,
    columns: Range<usize>,
}

impl Windows {
    /// Creates the windows over images.
    pub(in crate::layers) const fn over_images(rows: Axis, columns: Axis, channels: usize) -> Self {
        Windows { rows, columns, channels, columns_first: false }
    }

    /// Creates the windows over sequences.
    pub(in crate::layers) const fn over_steps(steps: Axis, features: usize) -> Self {
        Windows::over_images(Axis::equal(1, 1), steps, features)
    }

    /// Creates the window over all pixels.
    pub(in crate::layers) const fn over_all(pixels: usize, channels: usize) -> Self {
        Windows::over_steps(Axis::equal(pixels, 1), channels)
    }

    /// Visits all windows of a batch of `scalars` scalars.
    #[inline(always)]
    fn each(&self, scalars: usize, mut visit: impl FnMut(&Window)) {
        let image = self.rows.input * self.columns.input * self.channels;
        let mut output = 0;
        for sample in 0..scalars / image.max(1) {
            for row in 0..self.rows.output {
                for column in 0..self.columns.output {
                    let (rows, columns) = (self.rows.cells(row), self.columns.cells(column));
                    visit(&Window { output: output..output + self.channels, image: sample * image, rows, columns });
                    output += self.channels;
                }
            }
        }
    }

    /// Visits the pixels of a window: `visit` gets the first scalar of each.
    #[inline(always)]
    fn pixels(&self, window: &Window, mut visit: impl FnMut(usize)) {
        let mut pixel = |row, column| visit(window.image + (row * self.columns.input + column) * self.channels);
        if self.columns_first {
            for column in window.columns.clone() {
                window.rows.clone().for_each(|row| pixel(row, column));
            }
        } else {
            for row in window.rows.clone() {
                window.columns.clone().for_each(|column| pixel(row, column));
            }
        }
    }
}

impl PoolGeometry {
    /// Returns the windows over images of these channels.
    pub(in crate::layers) const fn windows(&self, channels: usize) -> Windows {
        Windows::over_images(self.rows(), self.columns(), channels)
    }
}

impl PoolParts {
    /// Returns the windows over images of these channels.
    pub(in crate::layers) const fn windows(&self, channels: usize) -> Windows {
        let rows = Axis::equal(self.input_height, self.output_height);
        Windows::over_images(rows, Axis::equal(self.input_width, self.output_width), channels)
    }
}

/// Returns some scalars from a place on.
#[inline(always)]
fn part<T>(x: &[T], first: usize, count: usize) -> &[T] {
    x.get(first..first + count).unwrap_or_default()
}

/// Returns some scalars from a place on.
#[inline(always)]
fn part_mut<T>(x: &mut [T], first: usize, count: usize) -> &mut [T] {
    x.get_mut(first..first + count).unwrap_or_default()
}

/// Whether a number is NaN: only NaN has no order with itself.
#[inline(always)]
fn is_nan<T: Scalar>(x: T) -> bool {
    x.partial_cmp(&x).is_none()
}

/// Computes `y = max x` over each window. NaN passes. (`max` would ignore a NaN.)
pub(in crate::layers) fn maximum<T: Scalar>(windows: &Windows, x: &[T], y: &mut [T]) {
    windows.each(x.len(), |window| {
        let Some(y) = y.get_mut(window.output.clone()) else { return };
        y.fill(T::of(f64::NEG_INFINITY));
        windows.pixels(window, |pixel| {
            for (y, &x) in y.iter_mut().zip(part(x, pixel, windows.channels)) {
                *y = if x > *y || is_nan(x) { x } else { *y };
            }
        });
    });
}

/// y = max x, so dx += dy at the first cell with x = y.
///
/// If a cell is NaN, y is NaN, and the gradient goes to the first NaN.
pub(in crate::layers) fn add_first_maximum<T: Scalar>(windows: &Windows, x: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
    windows.each(x.len(), |window| {
        for lane in (0..windows.channels).step_by(LANES) {
            let count = LANES.min(windows.channels - lane);
            let y = part(y, window.output.start + lane, count);
            // The gradient that no cell has yet.
            let mut rest = [T::ZERO; LANES];
            rest.iter_mut().zip(part(dy, window.output.start + lane, count)).for_each(|(rest, &dy)| *rest = dy);
            windows.pixels(window, |pixel| {
                let cells = part(x, pixel + lane, count).iter().zip(part_mut(dx, pixel + lane, count));
                for (((&x, dx), &y), rest) in cells.zip(y).zip(&mut rest) {
                    let first = x == y || is_nan(x);
                    *dx += if first { *rest } else { T::ZERO };
                    *rest = if first { T::ZERO } else { *rest };
                }
            });
        }
    });
}

/// y = max x, so dx += dy / k at the k cells with x = y.
///
/// Nothing equals NaN: every cell then has a gradient of NaN, as in Keras.
pub(in crate::layers) fn add_each_maximum<T: Scalar>(windows: &Windows, x: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
    windows.each(x.len(), |window| {
        for lane in (0..windows.channels).step_by(LANES) {
            let count = LANES.min(windows.channels - lane);
            let y = part(y, window.output.start + lane, count);
            let mut equal = [T::ZERO; LANES];
            windows.pixels(window, |pixel| {
                for ((&x, &y), equal) in part(x, pixel + lane, count).iter().zip(y).zip(&mut equal) {
                    *equal += if x == y { T::ONE } else { T::ZERO };
                }
            });
            let mut share = [T::ZERO; LANES];
            let of_output = y.iter().zip(part(dy, window.output.start + lane, count));
            for ((share, equal), (&y, &dy)) in share.iter_mut().zip(equal).zip(of_output) {
                *share = if is_nan(y) { y } else { dy / equal };
            }
            windows.pixels(window, |pixel| {
                let cells = part(x, pixel + lane, count).iter().zip(part_mut(dx, pixel + lane, count));
                for (((&x, dx), &y), &share) in cells.zip(y).zip(&share) {
                    *dx += if x == y || is_nan(y) { share } else { T::ZERO };
                }
            });
        }
    });
}

/// Adds the parts of a sum, which begin anew.
#[inline(always)]
fn flush<T: Scalar>(parts: &mut [T; LANES], sums: &mut [T; LANES]) {
    sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += core::mem::replace(part, T::ZERO));
}

/// Computes `y = Σ x / n` over the `n` cells of each window.
pub(in crate::layers) fn mean<T: Scalar>(windows: &Windows, x: &[T], y: &mut [T]) {
    windows.each(x.len(), |window| {
        for lane in (0..windows.channels).step_by(LANES) {
            let count = LANES.min(windows.channels - lane);
            // The sums of a run of pixels, of a run of runs, and of all.
            let ([mut run, mut runs, mut sum], mut cells) = ([[T::ZERO; LANES]; 3], 0usize);
            windows.pixels(window, |pixel| {
                run.iter_mut().zip(part(x, pixel + lane, count)).for_each(|(run, &x)| *run += x);
                cells += 1;
                if cells.is_multiple_of(RUN) {
                    flush(&mut run, &mut runs);
                }
                if cells.is_multiple_of(RUN * RUN) {
                    flush(&mut runs, &mut sum);
                }
            });
            flush(&mut run, &mut runs);
            flush(&mut runs, &mut sum);
            let (cells, y) = (T::of(cells as f64), part_mut(y, window.output.start + lane, count));
            y.iter_mut().zip(sum).for_each(|(y, sum)| *y = sum / cells);
        }
    });
}

/// y = Σ x / n, so dx += dy / n at each of the n cells.
pub(in crate::layers) fn add_mean<T: Scalar>(windows: &Windows, x: &[T], _: &[T], dy: &[T], dx: &mut [T]) {
    windows.each(x.len(), |window| {
        let share = T::ONE / T::of((window.rows.len() * window.columns.len()) as f64);
        let dy = part(dy, window.output.start, windows.channels);
        windows.pixels(window, |pixel| {
            part_mut(dx, pixel, windows.channels).iter_mut().zip(dy).for_each(|(dx, &dy)| *dx += share * dy);
        });
    });
}

/// Implements `Layer` for a pooling: from its windows and the two functions of this module that are its passes. `C` and
/// `P` are the channels and the places of the input.
macro_rules! pooling {
    (
        impl Layer for $layer:ident $(<const $output:ident>)?: ($channels:ident, $places:ident) -> $to:tt {
            windows: |$self:ident| $windows:expr,
            forward: $forward:ident,
            backward: $backward:ident,
        }
    ) => {
        $crate::layers::over_slices::over_slices! {
            impl Layer for $layer $(<const $output>)?: ($channels, $places) -> $to {
                // About one operation for each scalar of the input.
                work: $channels * $places,
                forward: |$self, x, y| reduce::$forward(&$windows, x, y),
                backward: |$self, x, y, dy, dx| reduce::$backward(&$windows, x, y, dy, dx),
            }
        }
    };
}
pub(in crate::layers) use pooling;

#[cfg(test)]
mod tests;
