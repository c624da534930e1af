//! The three computations of a convolution ([`Geometry`]) with whole channels: one group as products, several groups
//! as loops.

use super::geometry::Geometry;
use super::{depthwise, grouped};
use crate::kernels::Sizes;
use crate::tensor::scalar::Scalar;

/// Windows along one axis.
#[derive(Clone, Copy)]
pub(super) struct Axis {
    /// The cells of the image.
    size: usize,
    /// The number of windows.
    count: usize,
    /// The cells of a window.
    window: usize,
    stride: usize,
    dilation: usize,
    /// The cells of padding before the image.
    before: usize,
}

impl Axis {
    /// Returns the range of numbers `n` below `count` for which `start + n · step` lies in the image.
    #[inline(always)]
    fn inside(&self, start: usize, step: usize, count: usize) -> (usize, usize) {
        let (first, last) = (self.before.saturating_sub(start), (self.size + self.before).saturating_sub(start));
        // A division takes longer than the rest.
        let (first, last) = if step == 1 { (first, last) } else { (div_ceil(first, step), div_ceil(last, step)) };
        let last = last.min(count);
        (first.min(last), last)
    }

    /// Returns the range of cells of a window that lie in the image.
    #[inline(always)]
    pub(super) fn cells_of(&self, window: usize) -> (usize, usize) {
        self.inside(window * self.stride, self.dilation, self.window)
    }

    /// Returns the range of windows for which this cell lies in the image.
    #[inline(always)]
    fn windows_of(&self, cell: usize) -> (usize, usize) {
        self.inside(cell * self.dilation, self.stride, self.count)
    }

    /// Returns the place in the image of a cell that lies in it.
    #[inline(always)]
    pub(super) fn position(&self, window: usize, cell: usize) -> usize {
        (window * self.stride + cell * self.dilation).saturating_sub(self.before)
    }
}

#[inline(always)]
fn div_ceil(n: usize, by: usize) -> usize {
    n.div_ceil(by.max(1))
}

/// Some cells of a row of the kernel, and neighbouring windows all of which have these cells in the image.
pub(super) struct Run {
    /// The first place.
    pub(super) place: usize,
    /// The number of places.
    pub(super) n: usize,
    /// The first cell of the window.
    pub(super) cell: usize,
    /// The number of cells.
    pub(super) cells: usize,
    /// The pixel under the first cell of the first window.
    pub(super) pixel: usize,
}

impl Geometry {
    pub(super) fn rows(&self) -> Axis {
        Axis {
            size: self.image_height,
            count: self.place_height,
            window: self.window_height,
            stride: self.stride_height,
            dilation: self.dilation_height,
            before: self.padding_top,
        }
    }

    pub(super) fn columns(&self) -> Axis {
        Axis {
            size: self.image_width,
            count: self.place_width,
            window: self.window_width,
            stride: self.stride_width,
            dilation: self.dilation_width,
            before: self.padding_left,
        }
    }

    /// Visits all cells of the windows of one row that lie in the image, either `whole` rows of cells at a time or
    /// single cells. Rows are whole only without dilation.
    #[inline(always)]
    pub(super) fn runs(&self, row: usize, whole: bool, mut visit: impl FnMut(Run)) {
        let (rows, columns, width) = (self.rows(), self.columns(), self.window_width);
        let (first, last) = rows.cells_of(row);
        // The windows that lie in the image with all their columns.
        let (start, end) = (columns.windows_of(0).0, columns.windows_of(width.saturating_sub(1)).1);
        let (start, end) = if start < end { (start, end) } else { (self.place_width, self.place_width) };
        for i in first..last {
            let (line, place) = (rows.position(row, i) * self.image_width, row * self.place_width);
            if !whole {
                for j in 0..width {
                    let (start, end) = columns.windows_of(j);
                    if start < end {
                        let pixel = line + columns.position(start, j);
                        visit(Run { place: place + start, n: end - start, cell: i * width + j, cells: 1, pixel });
                    }
                }
                continue;
            }
            for c in (0..start).chain(end..self.place_width) {
                let (j, end) = columns.cells_of(c);
                if j < end {
                    let pixel = line + columns.position(c, j);
                    visit(Run { place: place + c, n: 1, cell: i * width + j, cells: end - j, pixel });
                }
            }
            if start < end {
                let pixel = line + columns.position(start, 0);
                visit(Run { place: place + start, n: end - start, cell: i * width, cells: width, pixel });
            }
        }
    }

    /// Whether each window is one pixel, and each pixel one window: a product of all pixels of a batch.
    pub(super) fn is_product(&self) -> bool {
        let one = [self.window_height, self.window_width, self.stride_height, self.stride_width, self.groups];
        one == [1; 5] && (self.image_height, self.image_width) == (self.place_height, self.place_width)
    }

    /// Returns the sizes of the product over all pixels of a batch.
    fn all(&self, scalars: usize) -> Sizes {
        let (inputs, outputs) = (self.channels, self.filters);
        Sizes { n: scalars / outputs.max(1), inputs, outputs, stride: inputs }
    }

    /// Returns the sizes of the product of a run.
    fn sizes(&self, run: &Run) -> Sizes {
        let (inputs, stride) = (run.cells * self.channels, self.stride_width * self.channels);
        Sizes { n: run.n, inputs, outputs: self.filters, stride }
    }

    /// Returns the number of scalars of an image.
    pub(super) fn image(&self) -> usize {
        self.pixels() * self.channels
    }

    /// Returns the number of scalars of all places.
    pub(super) fn output(&self) -> usize {
        self.places() * self.filters
    }

    /// Whether a group is one channel.
    fn is_depthwise(&self) -> bool {
        self.groups > 1 && self.groups == self.channels
    }
}

/// Sets every place to the bias, or to 0 without one.
pub(in crate::layers) fn start<T: Scalar>(filters: usize, b: &[T], y: &mut [T]) {
    if b.is_empty() {
        return y.fill(T::ZERO);
    }
    for y in y.chunks_exact_mut(filters.max(1)) {
        y.iter_mut().zip(b).for_each(|(y, &b)| *y = b);
    }
}

/// Computes `y = b + W · x` for a batch, or `max(b + W · x, 0)`.
pub(in crate::layers) fn forward<T: Scalar>(g: &Geometry, w: &[T], b: &[T], x: &[T], y: &mut [T]) {
    if g.is_product() {
        return g.all(y.len()).affine(w, b, x, y, false);
    }
    if g.is_depthwise() {
        return depthwise::forward(g, w, b, x, y, 0);
    }
    start(g.filters, b, y);
    add_forward(g, w, x, y);
}

/// Computes `y += W · x` for a batch.
pub(super) fn add_forward<T: Scalar>(g: &Geometry, w: &[T], x: &[T], y: &mut [T]) {
    if g.is_product() {
        return g.all(y.len()).add(w, x, y);
    }
    for (x, y) in x.chunks_exact(g.image().max(1)).zip(y.chunks_exact_mut(g.output().max(1))) {
        if g.groups > 1 {
            grouped::add_forward(g, w, x, y);
            continue;
        }
        for row in 0..g.place_height {
            g.runs(row, g.dilation_width == 1, |run| {
                let (from, to) = (run.pixel * g.channels, run.place * g.filters);
                let weights = w.get(run.cell * g.channels * g.filters..);
                if let (Some(w), Some(x), Some(y)) = (weights, x.get(from..), y.get_mut(to..)) {
                    g.sizes(&run).add(w, x, y);
                }
            });
        }
    }
}

/// Computes `dx += Wᵀ · dy` for a batch: the gradient of the image.
pub(in crate::layers) fn add_image<T: Scalar>(g: &Geometry, w: &[T], dy: &[T], dx: &mut [T]) {
    if g.is_product() {
        return g.all(dy.len()).add_transposed(w, dy, dx);
    }
    if g.is_depthwise() {
        return depthwise::add_image(g, w, dy, dx, 0);
    }
    // Products add to many samples at once, so these must not overlap.
    let whole = g.dilation_width == 1 && g.stride_width >= g.window_width;
    for (dy, dx) in dy.chunks_exact(g.output().max(1)).zip(dx.chunks_exact_mut(g.image().max(1))) {
        if g.groups > 1 {
            grouped::add_image(g, w, dy, dx);
            continue;
        }
        for row in 0..g.place_height {
            g.runs(row, whole, |run| {
                let (to, from) = (run.pixel * g.channels, run.place * g.filters);
                let weights = w.get(run.cell * g.channels * g.filters..);
                if let (Some(w), Some(dy), Some(dx)) = (weights, dy.get(from..), dx.get_mut(to..)) {
                    g.sizes(&run).add_transposed(w, dy, dx);
                }
            });
        }
    }
}

/// Computes `dW += dy · xᵀ` for a batch: the gradient of the kernel.
pub(super) fn add_kernel<T: Scalar>(g: &Geometry, x: &[T], dy: &[T], dw: &mut [T]) {
    if g.is_product() {
        return g.all(dy.len()).add_outer(dw, x, dy);
    }
    if g.is_depthwise() {
        return depthwise::add_kernel(g, x, dy, dw, 0);
    }
    for (x, dy) in x.chunks_exact(g.image().max(1)).zip(dy.chunks_exact(g.output().max(1))) {
        if g.groups > 1 {
            grouped::add_kernel(g, x, dy, dw);
            continue;
        }
        for row in 0..g.place_height {
            g.runs(row, g.dilation_width == 1, |run| {
                let (from, place) = (run.pixel * g.channels, run.place * g.filters);
                let weights = dw.get_mut(run.cell * g.channels * g.filters..);
                if let (Some(dw), Some(x), Some(dy)) = (weights, x.get(from..), dy.get(place..)) {
                    g.sizes(&run).add_outer(dw, x, dy);
                }
            });
        }
    }
}
