//! The three computations of a convolution ([`Geometry`]) whose groups are single channels. The kernel has the bytes of
//! Keras's `(kh, kw, channels, multiplier)`, and a place has `multiplier` numbers for each channel in turn.
//!
//! Every function takes a part of the places of a batch, from place `first` on.

use super::geometry::Geometry;
use crate::kernels::{self, Loop};
use crate::tensor::scalar::Scalar;

/// Computes `y = b + W · x`, or `max(b + W · x, 0)`. `x` has all images of the batch.
pub(super) fn forward<T: Scalar>(g: &Geometry, w: &[T], b: &[T], x: &[T], y: &mut [T], first: usize, rectified: bool) {
    let count = y.len() / g.filters.max(1);
    kernels::run(Places { g, first, count, task: Forward { w, b, x, y, rectified } });
}

/// Computes `dx += Wᵀ · dy`. `dx` has all images of the batch.
pub(super) fn add_image<T: Scalar>(g: &Geometry, w: &[T], dy: &[T], dx: &mut [T], first: usize) {
    let count = dy.len() / g.filters.max(1);
    kernels::run(Places { g, first, count, task: Image { w, dy, dx } });
}

/// Computes `dW += dy · xᵀ`. `x` has all images of the batch.
pub(super) fn add_kernel<T: Scalar>(g: &Geometry, x: &[T], dy: &[T], dw: &mut [T], first: usize) {
    let count = dy.len() / g.filters.max(1);
    kernels::run(Places { g, first, count, task: Kernel { x, dy, dw } });
}

/// The cells of a window that lie in the image.
struct Window {
    /// The number of the place among those of the call.
    place: usize,
    /// The rows of the window, from the first to behind the last.
    rows: (usize, usize),
    /// The columns of the window.
    columns: (usize, usize),
    /// The first scalar of the pixel under the first of these cells.
    pixel: usize,
    /// The distances of the pixels under neighbouring rows and columns.
    down: usize,
    right: usize,
}

impl Window {
    /// Visits the cells: the first scalar of a pixel, and the number of the cell.
    #[inline(always)]
    fn each(&self, width: usize, mut visit: impl FnMut(usize, usize)) {
        let mut line = self.pixel;
        for i in self.rows.0..self.rows.1 {
            let mut pixel = line;
            for j in self.columns.0..self.columns.1 {
                visit(pixel, i * width + j);
                pixel += self.right;
            }
            line += self.down;
        }
    }
}

/// A computation with one window.
trait Task {
    fn window(&mut self, g: &Geometry, window: &Window);
}

/// A loop over some places of a batch.
struct Places<'a, K> {
    g: &'a Geometry,
    first: usize,
    count: usize,
    task: K,
}

impl<K: Task> Loop for Places<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run(mut self) {
        let g = self.g;
        let (rows, columns, places) = (g.rows(), g.columns(), g.places().max(1));
        let (mut sample, rest) = (self.first / places, self.first % places);
        let (mut row, mut column) = (rest / g.place_width.max(1), rest % g.place_width.max(1));
        let mut of_row = rows.cells_of(row);
        for place in 0..self.count {
            let of_column = columns.cells_of(column);
            let (y, x) = (rows.position(row, of_row.0), columns.position(column, of_column.0));
            let pixel = ((sample * g.image_height + y) * g.image_width + x) * g.channels;
            let (down, right) = (g.dilation_height * g.image_width * g.channels, g.dilation_width * g.channels);
            self.task.window(g, &Window { place, rows: of_row, columns: of_column, pixel, down, right });
            column += 1;
            if column == g.place_width {
                (row, column) = (row + 1, 0);
                if row == g.place_height {
                    (sample, row) = (sample + 1, 0);
                }
                of_row = rows.cells_of(row);
            }
        }
    }
}

struct Forward<'a, T> {
    w: &'a [T],
    b: &'a [T],
    x: &'a [T],
    y: &'a mut [T],
    rectified: bool,
}

impl<T: Scalar> Task for Forward<'_, T> {
    #[inline(always)]
    fn window(&mut self, g: &Geometry, window: &Window) {
        let Some(y) = self.y.get_mut(window.place * g.filters..(window.place + 1) * g.filters) else { return };
        if g.filters == g.channels {
            let mut c = 0;
            while c + 16 <= g.channels {
                sum::<T, 16>(self.w, self.b, self.x, y, g, window, c, self.rectified);
                c += 16;
            }
            if c + 8 <= g.channels {
                sum::<T, 8>(self.w, self.b, self.x, y, g, window, c, self.rectified);
                c += 8;
            }
            while c + 4 <= g.channels {
                sum::<T, 4>(self.w, self.b, self.x, y, g, window, c, self.rectified);
                c += 4;
            }
            while c < g.channels {
                sum::<T, 1>(self.w, self.b, self.x, y, g, window, c, self.rectified);
                c += 1;
            }
            return;
        }
        super::product::start(g.filters, self.b, y);
        window.each(g.window_width, |pixel, cell| {
            let Some(x) = self.x.get(pixel..pixel + g.channels) else { return };
            let Some(w) = self.w.get(cell * g.filters..) else { return };
            let multiplier = g.filters / g.channels.max(1);
            for (&x, (y, w)) in
                x.iter().zip(y.chunks_exact_mut(multiplier.max(1)).zip(w.chunks_exact(multiplier.max(1))))
            {
                for (y, &w) in y.iter_mut().zip(w) {
                    *y += w * x;
                }
            }
        });
        if self.rectified {
            super::product::rectify(y);
        }
    }
}

/// Computes `L` channels from `c` on, whose sums stay in registers.
#[inline(always)]
fn sum<T: Scalar, const L: usize>(
    w: &[T],
    b: &[T],
    x: &[T],
    y: &mut [T],
    g: &Geometry,
    window: &Window,
    c: usize,
    rectified: bool,
) {
    let mut sums = [T::ZERO; L];
    if let Some(b) = b.get(c..c + L) {
        sums.copy_from_slice(b);
    }
    window.each(g.window_width, |pixel, cell| {
        let (x, w) = (part::<T, L>(x, pixel + c), part::<T, L>(w, cell * g.channels + c));
        if let (Some(x), Some(w)) = (x, w) {
            for l in 0..L {
                sums[l] += w[l] * x[l];
            }
        }
    });
    if rectified {
        super::product::rectify(&mut sums);
    }
    if let Some(y) = y.get_mut(c..c + L) {
        y.copy_from_slice(&sums);
    }
}

/// Returns `L` scalars from `start` on.
#[inline(always)]
fn part<T, const L: usize>(scalars: &[T], start: usize) -> Option<&[T; L]> {
    scalars.get(start..start + L)?.first_chunk()
}

struct Image<'a, T> {
    w: &'a [T],
    dy: &'a [T],
    dx: &'a mut [T],
}

impl<T: Scalar> Task for Image<'_, T> {
    #[inline(always)]
    fn window(&mut self, g: &Geometry, window: &Window) {
        let Some(dy) = self.dy.get(window.place * g.filters..(window.place + 1) * g.filters) else { return };
        let multiplier = (g.filters / g.channels.max(1)).max(1);
        window.each(g.window_width, |pixel, cell| {
            let Some(dx) = self.dx.get_mut(pixel..pixel + g.channels) else { return };
            let Some(w) = self.w.get(cell * g.filters..(cell + 1) * g.filters) else { return };
            if multiplier == 1 {
                for (dx, (&w, &dy)) in dx.iter_mut().zip(w.iter().zip(dy)) {
                    *dx += w * dy;
                }
                return;
            }
            for (dx, (w, dy)) in dx.iter_mut().zip(w.chunks_exact(multiplier).zip(dy.chunks_exact(multiplier))) {
                for (&w, &dy) in w.iter().zip(dy) {
                    *dx += w * dy;
                }
            }
        });
    }
}

struct Kernel<'a, T> {
    x: &'a [T],
    dy: &'a [T],
    dw: &'a mut [T],
}

impl<T: Scalar> Task for Kernel<'_, T> {
    #[inline(always)]
    fn window(&mut self, g: &Geometry, window: &Window) {
        let Some(dy) = self.dy.get(window.place * g.filters..(window.place + 1) * g.filters) else { return };
        let multiplier = (g.filters / g.channels.max(1)).max(1);
        window.each(g.window_width, |pixel, cell| {
            let Some(x) = self.x.get(pixel..pixel + g.channels) else { return };
            let Some(dw) = self.dw.get_mut(cell * g.filters..(cell + 1) * g.filters) else { return };
            if multiplier == 1 {
                for (dw, (&x, &dy)) in dw.iter_mut().zip(x.iter().zip(dy)) {
                    *dw += dy * x;
                }
                return;
            }
            for (&x, (dw, dy)) in x.iter().zip(dw.chunks_exact_mut(multiplier).zip(dy.chunks_exact(multiplier))) {
                for (dw, &dy) in dw.iter_mut().zip(dy) {
                    *dw += dy * x;
                }
            }
        });
    }
}
