//! The three computations of a convolution ([`Geometry`]): windows of one cell as products, others in the form for
//! their groups.

use super::geometry::Geometry;
use super::{depthwise, grouped, whole};
use crate::kernels::{Axis, Sizes};
use crate::tensor::scalar::Scalar;

/// Some cells of a row of the kernel, and neighbouring windows all of which have these cells in the image.
pub(super) struct Run {
    /// The first place.
    pub(super) place: usize,
    /// The number of places.
    pub(super) n: usize,
    /// The first cell of the window.
    pub(super) cell: usize,
    /// The number of cells.
    #[cfg_attr(all(feature = "std", not(debug_assertions)), allow(dead_code))]
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
            before: self.padding_top as isize,
        }
    }

    pub(super) fn columns(&self) -> Axis {
        Axis {
            size: self.image_width,
            count: self.place_width,
            window: self.window_width,
            stride: self.stride_width,
            dilation: self.dilation_width,
            before: self.padding_left as isize,
        }
    }

    /// Visits all cells of the windows of one row that lie in the image, either `whole` rows of cells at a time or
    /// single cells. Rows are whole only without dilation.
    #[inline(always)]
    pub(super) fn runs(&self, row: usize, whole: bool, mut visit: impl FnMut(Run)) {
        let (rows, columns, width) = (self.rows(), self.columns(), self.window_width);
        let ((first, last), (start, end)) = (rows.cells_of(row), columns.whole());
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
pub(in crate::layers) fn forward<T: Scalar>(g: &Geometry, w: &[T], b: &[T], x: &[T], y: &mut [T], rectified: bool) {
    if g.is_product() {
        return g.all(y.len()).affine(w, b, x, y, rectified);
    }
    if g.is_depthwise() {
        return depthwise::forward(g, w, b, x, y, 0, rectified);
    }
    if g.groups == 1 {
        return whole::forward(g, w, b, x, y, rectified);
    }
    start(g.filters, b, y);
    add_forward(g, w, x, y);
    if rectified {
        rectify(y);
    }
}

/// Sets numbers below 0 to 0.
pub(super) fn rectify<T: Scalar>(y: &mut [T]) {
    y.iter_mut().for_each(|y| *y = y.positive());
}

/// Computes `y += W · x` for a batch.
pub(super) fn add_forward<T: Scalar>(g: &Geometry, w: &[T], x: &[T], y: &mut [T]) {
    if g.is_product() {
        return g.all(y.len()).add(w, x, y);
    }
    if g.groups == 1 {
        return whole::add_forward(g, w, x, y);
    }
    for (x, y) in x.chunks_exact(g.image().max(1)).zip(y.chunks_exact_mut(g.output().max(1))) {
        grouped::add_forward(g, w, x, y);
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
    if g.groups == 1 {
        return whole::add_image(g, w, dy, dx);
    }
    for (dy, dx) in dy.chunks_exact(g.output().max(1)).zip(dx.chunks_exact_mut(g.image().max(1))) {
        grouped::add_image(g, w, dy, dx);
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
    if g.groups == 1 {
        return whole::add_kernel(g, x, dy, dw);
    }
    for (x, dy) in x.chunks_exact(g.image().max(1)).zip(dy.chunks_exact(g.output().max(1))) {
        grouped::add_kernel(g, x, dy, dw);
    }
}
