//! [`Axis`]: windows along one axis of an image.

/// Windows along one axis of an image. Cell `k` of window `w` lies at `w · stride + k · dilation - before`.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    /// The length of the image.
    pub size: usize,
    /// The number of windows.
    pub count: usize,
    /// The cells of a window.
    pub window: usize,
    /// The distance of neighbouring windows.
    pub stride: usize,
    /// The distance of neighbouring cells.
    pub dilation: usize,
    /// The cells of padding before the image.
    pub before: isize,
}

/// Neighbouring windows that have the same cells in the image.
#[cfg(all(feature = "std", not(debug_assertions)))]
#[derive(Clone, Copy)]
pub(super) struct Span {
    /// The number of windows.
    pub(super) count: usize,
    /// The first cell in the image, and the number of these cells.
    pub(super) cell: usize,
    pub(super) cells: usize,
    /// The place of the first cell of the first window in the image.
    pub(super) position: usize,
}

impl Axis {
    /// Returns the range of numbers `n` below `count` for which `start + n · step` lies in the image.
    #[inline(always)]
    fn inside(&self, start: isize, step: usize, count: usize) -> (usize, usize) {
        let first = 0isize.saturating_sub(start).max(0) as usize;
        let last = (self.size as isize).saturating_sub(start).max(0) as usize;
        // A division takes longer than the rest.
        let (first, last) = if step == 1 { (first, last) } else { (div_ceil(first, step), div_ceil(last, step)) };
        let last = last.min(count);
        (first.min(last), last)
    }

    /// Returns the range of cells of a window that lie in the image.
    #[inline(always)]
    pub fn cells_of(&self, window: usize) -> (usize, usize) {
        self.inside((window * self.stride) as isize - self.before, self.dilation, self.window)
    }

    /// Returns the range of windows for which this cell lies in the image.
    #[inline(always)]
    pub fn windows_of(&self, cell: usize) -> (usize, usize) {
        self.inside((cell * self.dilation) as isize - self.before, self.stride, self.count)
    }

    /// Returns the range of windows that lie in the image with all their cells.
    #[inline(always)]
    pub fn whole(&self) -> (usize, usize) {
        let (start, end) = (self.windows_of(0).0, self.windows_of(self.window.saturating_sub(1)).1);
        if start < end { (start, end) } else { (self.count, self.count) }
    }

    /// Returns the place in the image of a cell that lies in it.
    #[inline(always)]
    pub fn position(&self, window: usize, cell: usize) -> usize {
        ((window * self.stride + cell * self.dilation) as isize - self.before).max(0) as usize
    }
}

#[inline(always)]
fn div_ceil(n: usize, by: usize) -> usize {
    n.div_ceil(by.max(1))
}

#[cfg(all(feature = "std", not(debug_assertions)))]
impl Axis {
    /// Returns the windows from `window` on that have the same cells as it. `whole` is the range of that name.
    #[inline(always)]
    pub(super) fn span(&self, window: usize, whole: (usize, usize)) -> Span {
        let inner = window >= whole.0 && window < whole.1;
        let (first, last) = if inner { (0, self.window) } else { self.cells_of(window) };
        let count = if inner { whole.1 - window } else { 1 };
        let position = if first < last { self.position(window, first) } else { 0 };
        Span { count, cell: first, cells: last - first, position }
    }

    /// Returns the axis on which the roles are exchanged: its windows are the places of the image `rest`,
    /// `rest + stride`, and so on; its image are the windows; and it has those cells that lie at such places, in
    /// reverse order. With it come the number of its first cell, and the distance of the numbers of its cells.
    ///
    /// `None` if no cell ever lies there.
    #[inline(always)]
    pub(super) fn exchanged(&self, rest: usize) -> Option<(Axis, usize, usize)> {
        let (stride, dilation) = (self.stride.max(1), self.dilation.max(1));
        let step = stride / gcd(stride, dilation);
        // The distance of this cell, in the first window, to the place `rest`.
        let ahead = |cell: usize| rest as isize + self.before - (cell * dilation) as isize;
        let first = (0..step.min(self.window)).find(|&cell| ahead(cell).rem_euclid(stride as isize) == 0)?;
        let (cells, apart) = ((self.window - first).div_ceil(step), step * dilation / stride);
        let axis = Axis {
            size: self.count,
            count: self.size.saturating_sub(rest).div_ceil(stride),
            window: cells,
            stride: 1,
            dilation: apart,
            before: (apart * (cells - 1)) as isize - ahead(first).div_euclid(stride as isize),
        };
        Some((axis, first + step * (cells - 1), step))
    }

    /// Returns the axis with `count` of the cells, from `first` on.
    #[inline(always)]
    pub(super) fn part(&self, first: usize, count: usize) -> Axis {
        Axis { window: count, before: self.before - (first * self.dilation) as isize, ..*self }
    }
}

#[cfg(all(feature = "std", not(debug_assertions)))]
fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
