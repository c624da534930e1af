//! [`Walk`]: a loop over windows, and over their channels a few at a time.

use crate::kernels::Loop;
use crate::layers::pooling::windows::Axis;
use crate::tensor::scalar::Scalar;

/// Whether lanes without a channel are computed too: vectors of a constant length are fast. A small machine has none.
const WIDE: bool = cfg!(all(feature = "std", not(debug_assertions)));

/// Returns the number of lanes to compute.
#[inline(always)]
pub(super) fn used<const L: usize>(count: usize) -> usize {
    if WIDE { L } else { count.min(L) }
}

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
pub(super) struct Window {
    /// The first scalar of its output.
    pub(super) output: usize,
    /// The first scalar of its first pixel.
    first: usize,
    /// The numbers of pixels along both axes, and their distances. The first axis is the outer one.
    pub(super) outer: (usize, usize),
    pub(super) inner: (usize, usize),
}

/// A computation with one window: some channels from `lane` on, at most `L`.
pub(super) trait Task {
    fn window<const L: usize>(&mut self, window: &Window, lane: usize, count: usize);
}

/// A loop over all windows of a batch of `scalars` scalars.
pub(super) struct Walk<'a, K> {
    pub(super) windows: &'a Windows,
    pub(super) scalars: usize,
    pub(super) task: K,
}

impl<K: Task> Loop for Walk<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        match self.windows.channels {
            _ if !WIDE => self.each::<16>(),
            ..=4 => self.each::<4>(),
            5..=8 => self.each::<8>(),
            _ => self.each::<16>(),
        }
    }
}

impl<K: Task> Walk<'_, K> {
    #[inline(always)]
    fn each<const L: usize>(mut self) {
        let Windows { rows, columns, channels, columns_first } = *self.windows;
        let image = rows.input * columns.input * channels;
        let mut output = 0;
        for sample in 0..self.scalars / image.max(1) {
            for row in 0..rows.output {
                let down = rows.cells(row);
                for column in 0..columns.output {
                    let right = columns.cells(column);
                    let first = sample * image + (down.start * columns.input + right.start) * channels;
                    let (outer, inner) = ((down.len(), columns.input * channels), (right.len(), channels));
                    let (outer, inner) = if columns_first { (inner, outer) } else { (outer, inner) };
                    let window = Window { output, first, outer, inner };
                    let mut lane = 0;
                    while lane < channels {
                        self.task.window::<L>(&window, lane, L.min(channels - lane));
                        lane += L;
                    }
                    output += channels;
                }
            }
        }
    }
}

impl Window {
    /// Returns the first scalar of a pixel.
    #[inline(always)]
    pub(super) fn pixel(&self, outer: usize, inner: usize) -> usize {
        self.first + outer * self.outer.1 + inner * self.inner.1
    }

    pub(super) fn cells(&self) -> usize {
        self.outer.0 * self.inner.0
    }
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
}

/// Returns `count` scalars from a place on. Behind them are any others: a copy of a constant length is fast.
#[inline(always)]
pub(super) fn load<T: Scalar, const L: usize>(from: &[T], at: usize, count: usize) -> [T; L] {
    if let Some(all) = from.get(at..).and_then(|from| from.first_chunk()).filter(|_| WIDE) {
        return *all;
    }
    let mut lanes = [T::ZERO; L];
    lanes.iter_mut().zip(from.get(at..at + count).unwrap_or_default()).for_each(|(lane, &x)| *lane = x);
    lanes
}

/// Overwrites `count` scalars from a place on, and maybe some behind them: those of windows that follow.
#[inline(always)]
pub(super) fn store<T: Scalar, const L: usize>(to: &mut [T], at: usize, count: usize, lanes: [T; L]) {
    if let Some(all) = to.get_mut(at..).and_then(|to| to.first_chunk_mut()).filter(|_| WIDE) {
        *all = lanes;
        return;
    }
    to.get_mut(at..at + count).unwrap_or_default().iter_mut().zip(lanes).for_each(|(to, lane)| *to = lane);
}

/// Adds to `count` scalars from a place on, in pieces that end where they do. A load that begins within the last store
/// waits for it a dozen cycles, and the next pixel may begin behind the last channel of this one.
#[inline(always)]
pub(super) fn add<T: Scalar, const L: usize>(to: &mut [T], at: usize, count: usize, lanes: [T; L]) {
    if !WIDE {
        let to = to.get_mut(at..at + count).unwrap_or_default();
        return to.iter_mut().zip(lanes).for_each(|(to, lane)| *to += lane);
    }
    if count == L {
        return add_piece::<T, L>(to, at, &lanes, 0);
    }
    let mut l = 0;
    if count & 8 != 0 {
        add_piece::<T, 8>(to, at, &lanes, l);
        l += 8;
    }
    if count & 4 != 0 {
        add_piece::<T, 4>(to, at, &lanes, l);
        l += 4;
    }
    if count & 2 != 0 {
        add_piece::<T, 2>(to, at, &lanes, l);
        l += 2;
    }
    if count & 1 != 0 {
        add_piece::<T, 1>(to, at, &lanes, l);
    }
}

/// Adds `P` lanes from lane `l` on.
#[inline(always)]
fn add_piece<T: Scalar, const P: usize>(to: &mut [T], at: usize, lanes: &[T], l: usize) {
    let to = to.get_mut(at + l..).and_then(|to| to.first_chunk_mut::<P>());
    let lanes = lanes.get(l..).and_then(|lanes| lanes.first_chunk::<P>());
    if let (Some(to), Some(lanes)) = (to, lanes) {
        let mut sums = *to;
        for l in 0..P {
            sums[l] += lanes[l];
        }
        *to = sums;
    }
}
