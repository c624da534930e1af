//! The gradient of the kernel: `dw[k, o] += Σ dy[place, o] · x[place, k]`, summed over samples and places.

use super::{Column, Convolution, Patch};
use crate::kernels::block::{self, Factor, Rows, each};
use crate::kernels::level::Kernel;
use crate::kernels::vector::Vector;
use crate::tensor::scalar::Scalar;

/// The arguments of [`Convolution::add_kernel`].
pub struct AddKernel<'a, T> {
    pub(super) sizes: Convolution,
    pub(super) x: &'a [T],
    pub(super) dy: &'a [T],
    pub(super) dw: &'a mut [T],
}

/// A factor whose rows begin anywhere, with `p` across them.
#[derive(Clone, Copy)]
struct Steps<'a, T, const R: usize> {
    data: &'a [T],
    starts: [usize; R],
    /// No start is above this one.
    most: usize,
    step: usize,
}

impl<T: Scalar, const R: usize> Factor<T> for Steps<'_, T, R> {
    #[inline(always)]
    fn check(&self, depth: usize, rows: usize) {
        debug_assert!(rows <= R && self.starts.iter().all(|&start| start <= self.most));
        assert!(depth == 0 || self.most + (depth - 1) * self.step < self.data.len());
    }

    #[inline(always)]
    unsafe fn get(&self, p: usize, r: usize) -> T {
        // SAFETY: `check` found that the largest start has as many scalars behind it.
        unsafe { *self.data.get_unchecked(self.starts[r] + p * self.step) }
    }
}

/// A number of a window.
#[derive(Clone, Copy, Default)]
struct Cell {
    row: usize,
    column: usize,
    channel: usize,
}

impl<T: Scalar> Kernel<T> for AddKernel<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<T>, const R: usize, const C: usize, const WIDE: usize>(mut self) {
        let Convolution { rows, columns, channels, filters } = self.sizes;
        let (image, output, two) = (rows.size * columns.size * channels, self.sizes.output(), C * V::LANES);
        if image == 0 || output == 0 {
            return;
        }
        for sample in 0..(self.x.len() / image).min(self.dy.len() / output) {
            let (x, dy) = (sample * image, sample * output);
            let mut o = 0;
            while o < filters {
                let rest = filters - o;
                // The same forms as in the forward pass.
                if rest >= two {
                    self.column::<V, R, C>(x, dy, Column { o, width: two, full: true });
                    o += two;
                } else if V::Half::LANES < V::LANES && rest <= V::Half::LANES {
                    self.column::<V::Half, 8, 1>(x, dy, Column { o, width: rest, full: false });
                    o += rest;
                } else {
                    self.column::<V, 8, 1>(x, dy, Column { o, width: rest.min(V::LANES), full: false });
                    o += V::LANES;
                }
            }
        }
    }
}

impl<T: Scalar> AddKernel<'_, T> {
    /// Adds the gradients of some filters for the sample whose image begins at `x` and whose places at `dy`.
    #[inline(always)]
    fn column<V: Vector<T>, const R: usize, const C: usize>(&mut self, x: usize, dy: usize, column: Column) {
        let Convolution { rows, columns, channels, filters } = self.sizes;
        let (whole_rows, whole_columns) = (rows.whole(), columns.whole());
        let mut row = 0;
        while row < rows.count {
            let down = rows.span(row, whole_rows);
            let mut c = 0;
            while c < columns.count {
                let right = columns.span(c, whole_columns);
                let x = x + (down.position * columns.size + right.position) * channels;
                let dy = dy + (row * columns.count + c) * filters;
                self.patch::<V, R, C>(&Patch { down, right }, x, dy, column);
                c += right.count;
            }
            row += down.count;
        }
    }

    #[inline(always)]
    fn patch<V: Vector<T>, const R: usize, const C: usize>(&mut self, patch: &Patch, x: usize, dy: usize, of: Column) {
        let (mut rest, mut cell) = (patch.down.cells * patch.right.cells * self.sizes.channels, Cell::default());
        while rest >= R {
            self.block::<V, R, C, 1>(patch, &mut cell, x, dy, of);
            rest -= R;
        }
        if R > 4 && rest >= 4 {
            self.block::<V, 4, C, 1>(patch, &mut cell, x, dy, of);
            rest -= 4;
        }
        while rest > 0 {
            self.block::<V, 1, C, 4>(patch, &mut cell, x, dy, of);
            rest -= 1;
        }
    }

    /// Adds the gradients of the next `R` numbers of the windows of a patch, in `S` sums each.
    #[inline(always)]
    fn block<V: Vector<T>, const R: usize, const C: usize, const S: usize>(
        &mut self,
        patch: &Patch,
        cell: &mut Cell,
        x: usize,
        dy: usize,
        Column { o, width, full }: Column,
    ) {
        let Convolution { rows, columns, channels, filters } = self.sizes;
        let Patch { down, right } = *patch;
        let (mut starts, mut to, mut most) = ([0; R], [0; R], 0);
        each!(r < R => {
            let Cell { row, column, channel } = *cell;
            starts[r] = (row * rows.dilation * columns.size + column * columns.dilation) * channels + channel;
            let number = (down.cell + row) * columns.window + right.cell + column;
            to[r] = (number * channels + channel) * filters + o;
            most = most.max(starts[r]);
            cell.channel += 1;
            if cell.channel == channels {
                (cell.column, cell.channel) = (column + 1, 0);
                if cell.column == right.cells {
                    (cell.row, cell.column) = (row + 1, 0);
                }
            }
        });
        // The distances of neighbouring places in `x` and in `dy`, along the row and from row to row.
        let along = (columns.stride * channels, filters);
        let across = (rows.stride * columns.size * channels, columns.count * filters);
        let (outer, inner, far, near) =
            if right.count == 1 { (1, down.count, along, across) } else { (down.count, right.count, across, along) };
        let mut split = block::split::<T, V, R, C, S>([[V::splat(T::ZERO); C]; R]);
        for n in 0..outer {
            let dy = Rows { data: &self.dy[dy + n * far.1 + o..], stride: near.1 };
            let x = Steps { data: &self.x[x + n * far.0..], starts, most, step: near.0 };
            block::steps::<T, V, R, C, S>(&mut split, dy, width, full, x, inner);
        }
        let sums = block::whole(split);
        each!(r < R => {
            let to = &mut self.dw[to[r]..][..width];
            let old: [V; C] = block::load(to, full);
            for c in 0..C {
                let (new, to) = (old[c].add(sums[r][c]), &mut to[c * V::LANES..]);
                if full || c + 1 < C { new.store(to) } else { new.store_part(to) }
            }
        });
    }
}
