//! The gradient of the image: `dx[pixel, c] += Σ w[k, c, o] · dy[place, o]` over the windows with a cell on the pixel.
//!
//! It is a forward pass over `dy` with the cells in reverse order. Pixels whose rows and columns have the same rest
//! after a division by the strides have the same cells; they are a pass of their own. Weights of neighbouring channels
//! are apart, so a panel of them is first transposed into a buffer on the stack.

use super::{Convolution, Convolve};
use crate::kernels::level::Kernel;
use crate::kernels::transposed::panel::{LANES, Panel, fill};
use crate::kernels::vector::Vector;
use crate::tensor::scalar::Scalar;

/// The number of rows of a panel, which stays in the second cache.
const ROWS: usize = 1024;

/// Cells and outputs of some channels. The passes over them share a panel.
struct Piece {
    /// The number of the first cell, and the distances of the next cells below it and beside it.
    cell: usize,
    below: usize,
    beside: usize,
    /// The rows and columns of cells.
    tall: usize,
    wide: usize,
    /// The first channel, and the number of channels.
    channel: usize,
    width: usize,
    /// The first output, and the number of outputs.
    output: usize,
    depth: usize,
}

/// The arguments of a copy of weights.
pub struct Pack<'a, T> {
    sizes: Convolution,
    piece: &'a Piece,
    w: &'a [T],
    panel: &'a mut [[T; LANES]],
}

impl<T: Scalar> Kernel<T> for Pack<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<T>, const R: usize, const C: usize, const WIDE: usize>(self) {
        let (Convolution { channels, filters, .. }, piece) = (self.sizes, self.piece);
        for (k, panel) in self.panel.chunks_exact_mut(piece.depth).take(piece.tall * piece.wide).enumerate() {
            let cell = piece.cell - k / piece.wide * piece.below - k % piece.wide * piece.beside;
            let w = &self.w[(cell * channels + piece.channel) * filters + piece.output..];
            fill::<T, V>(panel, w, filters, piece.depth, piece.width);
        }
    }
}

impl Convolution {
    /// Computes `dx += Wᵀ · dy` for a batch.
    pub fn add_image<T: Scalar>(self, w: &[T], dy: &[T], dx: &mut [T]) {
        let Convolution { rows, columns, channels, filters } = self;
        let (image, output) = (rows.size * columns.size * channels, self.output());
        if image == 0 || output == 0 {
            return;
        }
        let mut panel = Panel::<T, ROWS>::new();
        for row in 0..rows.stride.min(rows.size) {
            let Some((down, first_row, row_step)) = rows.exchanged(row) else { continue };
            for column in 0..columns.stride.min(columns.size) {
                let Some((right, first_column, column_step)) = columns.exchanged(column) else { continue };
                // As many cells and outputs as a panel can have.
                let wide = right.window.min(ROWS);
                let tall = down.window.min(ROWS / wide);
                let depth = filters.div_ceil(filters.div_ceil(ROWS / (wide * tall)));
                for (i, j) in pairs((down.window, tall), (right.window, wide)) {
                    for (channel, o) in pairs((channels, LANES), (filters, depth)) {
                        let piece = Piece {
                            cell: (first_row - i * row_step) * columns.window + first_column - j * column_step,
                            below: row_step * columns.window,
                            beside: column_step,
                            tall: tall.min(down.window - i),
                            wide: wide.min(right.window - j),
                            channel,
                            width: LANES.min(channels - channel),
                            output: o,
                            depth: depth.min(filters - o),
                        };
                        T::pack(Pack { sizes: self, piece: &piece, w, panel: &mut panel.rows });
                        T::convolve(Convolve {
                            rows: down.part(i, piece.tall),
                            columns: right.part(j, piece.wide),
                            inputs: piece.depth,
                            pixel: filters,
                            image: output,
                            samples: (dx.len() / image).min(dy.len() / output),
                            outputs: piece.width,
                            stride: LANES,
                            place: columns.stride * channels,
                            line: rows.stride * columns.size * channels,
                            places: image,
                            first: (row * columns.size + column) * channels + channel,
                            w: panel.rows.as_flattened(),
                            b: &[],
                            x: &dy[o..],
                            y: &mut *dx,
                            adds: true,
                            rectified: false,
                        });
                    }
                }
            }
        }
    }
}

/// Returns the numbers from 0 to a length, a step apart, of two axes.
fn pairs(outer: (usize, usize), inner: (usize, usize)) -> impl Iterator<Item = (usize, usize)> {
    (0..outer.0).step_by(outer.1).flat_map(move |i| (0..inner.0).step_by(inner.1).map(move |j| (i, j)))
}
