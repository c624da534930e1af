//! The largest value and the mean of each window, and their gradients. A sequence is an image of one row.

mod walk;

pub(in crate::layers) use walk::Windows;

use super::windows::{Axis, PoolGeometry, PoolParts};
use crate::kernels;
use crate::tensor::scalar::Scalar;
use walk::{Task, Walk, Window, add, load, store, used};

/// The numbers in a part of a sum. Parts are summed to larger parts, so the error of a large sum grows slowly.
const RUN: usize = 16;

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

/// Whether a number is NaN: only NaN has no order with itself.
#[inline(always)]
fn is_nan<T: Scalar>(x: T) -> bool {
    x.partial_cmp(&x).is_none()
}

/// Computes `y = max x` over each window. NaN passes. (`max` would ignore a NaN.)
pub(in crate::layers) fn maximum<T: Scalar>(windows: &Windows, x: &[T], y: &mut [T]) {
    kernels::run(Walk { windows, scalars: x.len(), task: Maximum { x, y } });
}

struct Maximum<'a, T> {
    x: &'a [T],
    y: &'a mut [T],
}

impl<T: Scalar> Task for Maximum<'_, T> {
    #[inline(always)]
    fn window<const L: usize>(&mut self, window: &Window, lane: usize, count: usize) {
        let mut most = [T::of(f64::NEG_INFINITY); L];
        for a in 0..window.outer.0 {
            for b in 0..window.inner.0 {
                let x = load::<T, L>(self.x, window.pixel(a, b) + lane, count);
                for l in 0..used::<L>(count) {
                    most[l] = if x[l] > most[l] || is_nan(x[l]) { x[l] } else { most[l] };
                }
            }
        }
        store(self.y, window.output + lane, count, most);
    }
}

/// y = max x, so dx += dy at the first cell with x = y.
///
/// If a cell is NaN, y is NaN, and the gradient goes to the first NaN.
pub(in crate::layers) fn add_first_maximum<T: Scalar>(windows: &Windows, x: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
    kernels::run(Walk { windows, scalars: x.len(), task: AddFirst { x, y, dy, dx } });
}

struct AddFirst<'a, T> {
    x: &'a [T],
    y: &'a [T],
    dy: &'a [T],
    dx: &'a mut [T],
}

impl<T: Scalar> Task for AddFirst<'_, T> {
    #[inline(always)]
    fn window<const L: usize>(&mut self, window: &Window, lane: usize, count: usize) {
        let y = load::<T, L>(self.y, window.output + lane, count);
        // The gradient that no cell has yet.
        let mut rest = load::<T, L>(self.dy, window.output + lane, count);
        for a in 0..window.outer.0 {
            for b in 0..window.inner.0 {
                let pixel = window.pixel(a, b) + lane;
                let (x, mut share) = (load::<T, L>(self.x, pixel, count), [T::ZERO; L]);
                for l in 0..used::<L>(count) {
                    let first = x[l] == y[l] || is_nan(x[l]);
                    share[l] = if first { rest[l] } else { T::ZERO };
                    rest[l] = if first { T::ZERO } else { rest[l] };
                }
                add(self.dx, pixel, count, share);
            }
        }
    }
}

/// y = max x, so dx += dy / k at the k cells with x = y.
///
/// Nothing equals NaN: every cell then has a gradient of NaN, as in Keras.
pub(in crate::layers) fn add_each_maximum<T: Scalar>(windows: &Windows, x: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
    kernels::run(Walk { windows, scalars: x.len(), task: AddEach { x, y, dy, dx } });
}

struct AddEach<'a, T> {
    x: &'a [T],
    y: &'a [T],
    dy: &'a [T],
    dx: &'a mut [T],
}

impl<T: Scalar> Task for AddEach<'_, T> {
    #[inline(always)]
    fn window<const L: usize>(&mut self, window: &Window, lane: usize, count: usize) {
        let y = load::<T, L>(self.y, window.output + lane, count);
        let mut equal = [T::ZERO; L];
        for a in 0..window.outer.0 {
            for b in 0..window.inner.0 {
                let x = load::<T, L>(self.x, window.pixel(a, b) + lane, count);
                for l in 0..used::<L>(count) {
                    equal[l] += if x[l] == y[l] { T::ONE } else { T::ZERO };
                }
            }
        }
        let mut share = load::<T, L>(self.dy, window.output + lane, count);
        for l in 0..used::<L>(count) {
            share[l] = if is_nan(y[l]) { y[l] } else { share[l] / equal[l] };
        }
        for a in 0..window.outer.0 {
            for b in 0..window.inner.0 {
                let pixel = window.pixel(a, b) + lane;
                let mut x = load::<T, L>(self.x, pixel, count);
                for l in 0..used::<L>(count) {
                    x[l] = if x[l] == y[l] || is_nan(y[l]) { share[l] } else { T::ZERO };
                }
                add(self.dx, pixel, count, x);
            }
        }
    }
}

/// Adds the parts of a sum, which begin anew.
#[inline(always)]
fn flush<T: Scalar, const L: usize>(parts: &mut [T; L], sums: &mut [T; L]) {
    for l in 0..L {
        sums[l] += parts[l];
    }
    *parts = [T::ZERO; L];
}

/// Computes `y = Σ x / n` over the `n` cells of each window.
pub(in crate::layers) fn mean<T: Scalar>(windows: &Windows, x: &[T], y: &mut [T]) {
    kernels::run(Walk { windows, scalars: x.len(), task: Mean { x, y } });
}

struct Mean<'a, T> {
    x: &'a [T],
    y: &'a mut [T],
}

impl<T: Scalar> Task for Mean<'_, T> {
    #[inline(always)]
    fn window<const L: usize>(&mut self, window: &Window, lane: usize, count: usize) {
        // The sums of a run of pixels, of a run of runs, and of all.
        let ([mut run, mut runs, mut sum], mut cells) = ([[T::ZERO; L]; 3], 0usize);
        for a in 0..window.outer.0 {
            for b in 0..window.inner.0 {
                let x = load::<T, L>(self.x, window.pixel(a, b) + lane, count);
                for l in 0..used::<L>(count) {
                    run[l] += x[l];
                }
                cells += 1;
                if cells.is_multiple_of(RUN) {
                    flush(&mut run, &mut runs);
                }
                if cells.is_multiple_of(RUN * RUN) {
                    flush(&mut runs, &mut sum);
                }
            }
        }
        flush(&mut run, &mut runs);
        flush(&mut runs, &mut sum);
        let cells = T::of(cells as f64);
        for l in 0..used::<L>(count) {
            sum[l] /= cells;
        }
        store(self.y, window.output + lane, count, sum);
    }
}

/// y = Σ x / n, so dx += dy / n at each of the n cells.
pub(in crate::layers) fn add_mean<T: Scalar>(windows: &Windows, x: &[T], _: &[T], dy: &[T], dx: &mut [T]) {
    kernels::run(Walk { windows, scalars: x.len(), task: AddMean { dy, dx } });
}

struct AddMean<'a, T> {
    dy: &'a [T],
    dx: &'a mut [T],
}

impl<T: Scalar> Task for AddMean<'_, T> {
    #[inline(always)]
    fn window<const L: usize>(&mut self, window: &Window, lane: usize, count: usize) {
        let share = T::ONE / T::of(window.cells() as f64);
        let mut dy = load::<T, L>(self.dy, window.output + lane, count);
        for l in 0..used::<L>(count) {
            dy[l] *= share;
        }
        for a in 0..window.outer.0 {
            for b in 0..window.inner.0 {
                add(self.dx, window.pixel(a, b) + lane, count, dy);
            }
        }
    }
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
