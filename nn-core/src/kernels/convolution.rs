//! [`Convolution`]: the three computations of a convolution, without a copy of the image.
//!
//! ```text
//! forward     y  = W · x + b       lanes are filters, rows are places, and the sum is over the cells of a window
//! add_kernel dW += dy · xᵀ         lanes are filters, rows are cells, and the sum is over places
//! add_image  dx += Wᵀ · dy         a forward pass over dy, with the weights of a few channels copied
//! ```
//!
//! The cells of one row of a window lie behind each other in the image, as the weights for them do. Windows at a border
//! have fewer cells. So the places are cut into patches: in a patch, all windows have the same cells. All whole windows
//! are one patch. A border is a patch for each of its lines, a corner one for each of its places. A block of places of
//! a patch keeps its sums in registers until all cells have passed; the places may be in several rows.
//!
//! The order of an output's sum depends on the convolution and its place only, never on the batch.

mod image;
mod kernel;

pub(super) use self::image::Pack;
pub(super) use self::kernel::AddKernel;

use super::axis::{Axis, Span};
use super::block::{self, Factor, Rows, each};
use super::level::Kernel;
use super::vector::Vector;
use crate::tensor::scalar::Scalar;

/// The sizes of a convolution of images.
#[derive(Clone, Copy, Debug)]
pub struct Convolution {
    /// The windows over the rows of an image.
    pub rows: Axis,
    /// The windows over its columns.
    pub columns: Axis,
    /// The numbers of a pixel.
    pub channels: usize,
    /// The numbers of a place.
    pub filters: usize,
}

impl Convolution {
    /// Computes `y = W · x + b`, or `max(W · x + b, 0)`, for a batch.
    pub fn forward<T: Scalar>(self, w: &[T], b: &[T], x: &[T], y: &mut [T], rectified: bool) {
        self.run(w, b, x, y, false, rectified);
    }

    /// Computes `y += W · x` for a batch.
    pub fn add_forward<T: Scalar>(self, w: &[T], x: &[T], y: &mut [T]) {
        self.run(w, &[], x, y, true, false);
    }

    fn run<T: Scalar>(self, w: &[T], b: &[T], x: &[T], y: &mut [T], adds: bool, rectified: bool) {
        let (from, to) = (self.rows.size * self.columns.size * self.channels, self.output());
        if from == 0 || to == 0 {
            return;
        }
        T::convolve(Convolve {
            rows: self.rows,
            columns: self.columns,
            inputs: self.channels,
            pixel: self.channels,
            image: from,
            samples: (x.len() / from).min(y.len() / to),
            outputs: self.filters,
            stride: self.filters,
            place: self.filters,
            line: self.filters * self.columns.count,
            places: to,
            first: 0,
            w,
            b,
            x,
            y,
            adds,
            rectified,
        });
    }

    /// Computes `dW += dy · xᵀ` for a batch.
    pub fn add_kernel<T: Scalar>(self, x: &[T], dy: &[T], dw: &mut [T]) {
        T::add_kernel(AddKernel { sizes: self, x, dy, dw });
    }

    /// Returns the number of scalars of all places.
    fn output(&self) -> usize {
        self.rows.count * self.columns.count * self.filters
    }
}

/// The arguments of [`Convolution::forward`], and of a pass of [`Convolution::add_image`].
pub struct Convolve<'a, T> {
    rows: Axis,
    columns: Axis,
    /// The numbers of a pixel that are summed, and the distance of pixels.
    inputs: usize,
    pixel: usize,
    /// The scalars of an image, and the number of images.
    image: usize,
    samples: usize,
    /// The number of outputs, and the distance of their rows of weights.
    outputs: usize,
    stride: usize,
    /// The distances of places and of rows of places in `y`, and the scalars of a sample there.
    place: usize,
    line: usize,
    places: usize,
    /// The place in `y` of the first output.
    first: usize,
    w: &'a [T],
    b: &'a [T],
    x: &'a [T],
    y: &'a mut [T],
    /// Whether the sums start from `y`, not from `b`.
    adds: bool,
    /// Whether sums below 0 become 0.
    rectified: bool,
}

/// Places whose windows have the same cells in the image.
#[derive(Clone, Copy)]
struct Patch {
    down: Span,
    right: Span,
}

/// A place of a patch.
#[derive(Clone, Copy, Default)]
struct Place {
    row: usize,
    column: usize,
}

impl Place {
    /// Returns this place, and goes on to the next one.
    #[inline(always)]
    fn next(&mut self, patch: &Patch) -> Place {
        let place = *self;
        self.column += 1;
        if self.column == patch.right.count {
            (self.row, self.column) = (self.row + 1, 0);
        }
        place
    }
}

/// The outputs that are computed at once.
#[derive(Clone, Copy)]
struct Column {
    /// The first one, and their number.
    o: usize,
    width: usize,
    /// Whether they fill their vectors.
    full: bool,
}

/// A factor whose rows begin anywhere.
#[derive(Clone, Copy)]
struct Each<'a, T, const R: usize> {
    data: &'a [T],
    starts: [usize; R],
    /// No start is above this one.
    most: usize,
}

impl<T: Scalar, const R: usize> Factor<T> for Each<'_, T, R> {
    #[inline(always)]
    fn check(&self, depth: usize, rows: usize) {
        debug_assert!(rows <= R && self.starts.iter().all(|&start| start <= self.most));
        assert!(self.most + depth <= self.data.len());
    }

    #[inline(always)]
    unsafe fn get(&self, p: usize, r: usize) -> T {
        // SAFETY: `check` found that the largest start has as many scalars behind it.
        unsafe { *self.data.get_unchecked(self.starts[r] + p) }
    }
}

impl<T: Scalar> Kernel<T> for Convolve<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<T>, const R: usize, const C: usize, const WIDE: usize>(mut self) {
        let two = C * V::LANES;
        for sample in 0..self.samples {
            let mut o = 0;
            while o < self.outputs {
                let rest = self.outputs - o;
                // Few forms, because each is a lot of code. A vector that is just full takes the form for part of one.
                if rest >= two {
                    self.column::<V, R, C>(sample, Column { o, width: two, full: true });
                    o += two;
                } else if V::Half::LANES < V::LANES && rest <= V::Half::LANES {
                    self.column::<V::Half, 8, 1>(sample, Column { o, width: rest, full: false });
                    o += rest;
                } else {
                    self.column::<V, 8, 1>(sample, Column { o, width: rest.min(V::LANES), full: false });
                    o += V::LANES;
                }
            }
        }
    }
}

impl<T: Scalar> Convolve<'_, T> {
    /// Computes some outputs of all places of a sample.
    #[inline(always)]
    fn column<V: Vector<T>, const R: usize, const C: usize>(&mut self, sample: usize, column: Column) {
        let (rows, columns) = (self.rows.whole(), self.columns.whole());
        let mut row = 0;
        while row < self.rows.count {
            let down = self.rows.span(row, rows);
            let mut c = 0;
            while c < self.columns.count {
                let right = self.columns.span(c, columns);
                let x = sample * self.image + (down.position * self.columns.size + right.position) * self.pixel;
                let y = sample * self.places + self.first + row * self.line + c * self.place;
                self.patch::<V, R, C>(&Patch { down, right }, x, y, column);
                c += right.count;
            }
            row += down.count;
        }
    }

    /// Computes a patch, whose first cell is at `x` and whose first place is at `y`.
    #[inline(always)]
    fn patch<V: Vector<T>, const R: usize, const C: usize>(&mut self, patch: &Patch, x: usize, y: usize, of: Column) {
        let (mut rest, mut place) = (patch.down.count * patch.right.count, Place::default());
        while rest >= R {
            self.block::<V, R, C, 1>(patch, &mut place, x, y, of);
            rest -= R;
        }
        if R > 4 && rest >= 4 {
            self.block::<V, 4, C, 1>(patch, &mut place, x, y, of);
            rest -= 4;
        }
        while rest > 0 {
            self.block::<V, 1, C, 4>(patch, &mut place, x, y, of);
            rest -= 1;
        }
    }

    /// Computes the next `R` places of a patch, in `S` sums each.
    #[inline(always)]
    fn block<V: Vector<T>, const R: usize, const C: usize, const S: usize>(
        &mut self,
        patch: &Patch,
        place: &mut Place,
        x: usize,
        y: usize,
        Column { o, width, full }: Column,
    ) {
        let (mut from, mut to, mut most) = ([0; R], [0; R], 0);
        each!(r < R => {
            let Place { row, column } = place.next(patch);
            from[r] = x + (row * self.rows.stride * self.columns.size + column * self.columns.stride) * self.pixel;
            to[r] = y + row * self.line + column * self.place + o;
            most = most.max(from[r]);
        });
        let mut sums = [[V::splat(T::ZERO); C]; R];
        if self.adds {
            each!(r < R => sums[r] = block::load(&self.y[to[r]..][..width], full));
        } else if !self.b.is_empty() {
            sums = [block::load(&self.b[o..][..width], full); R];
        }
        let mut split = block::split::<T, V, R, C, S>(sums);
        // Neighbouring cells are one piece if they are neighbours in the image.
        let dense = self.columns.dilation == 1 && self.inputs == self.pixel;
        let (pieces, cells) =
            if dense { (1.min(patch.right.cells), patch.right.cells) } else { (patch.right.cells, 1) };
        let below = self.rows.dilation * self.columns.size * self.pixel;
        let mut line = 0;
        for i in patch.down.cell..patch.down.cell + patch.down.cells {
            let mut at = line;
            for j in patch.right.cell..patch.right.cell + pieces {
                let w = &self.w[(i * self.columns.window + j) * self.inputs * self.stride + o..];
                let x = Each { data: &self.x[at..], starts: from, most };
                let w = Rows { data: w, stride: self.stride };
                block::steps::<T, V, R, C, S>(&mut split, w, width, full, x, cells * self.inputs);
                at += self.columns.dilation * self.pixel;
            }
            line += below;
        }
        let mut sums = block::whole(split);
        if self.rectified {
            each!(r < R => {
                for c in 0..C {
                    sums[r][c] = sums[r][c].positive();
                }
            });
        }
        each!(r < R => {
            let to = &mut self.y[to[r]..][..width];
            for c in 0..C {
                let to = &mut to[c * V::LANES..];
                if full || c + 1 < C { sums[r][c].store(to) } else { sums[r][c].store_part(to) }
            }
        });
    }
}
