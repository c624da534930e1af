//! [`add_outer`]: `dw[i, o] += Σₙ dy[n, o] · x[n, i]`.
//!
//! Lanes are outputs, rows are inputs, and the sum is over samples. A block of `dw` is read and written once for all
//! samples, or once for as many as the nearest caches can hold.

use super::block::{self, Across, Rows, Target};
use super::level::Kernel;
use super::vector::Vector;
use crate::kernels::{Shared, prefetch};
use crate::tensor::scalar::Scalar;
use core::ops::Range;

/// Adds the gradient of the weights of [`affine`](super::affine), summed over the samples: `dW += Σₙ dy[n] ⊗ x[n]`.
///
/// Shapes: `dw` is `O × I`, `x` has `n · I` and `dy` has `n · O`.
#[inline]
pub fn add_outer<T: Scalar, const I: usize, const O: usize>(dw: &mut [T], x: &[T], dy: &[T]) {
    if O == 0 {
        return;
    }
    let n = dy.len() / O;
    start(AddOuter { n, inputs: I, stride: I, outputs: O, dw: &mut dw[..I * O], x: &x[..n * I], dy: &dy[..n * O] });
}

/// Chooses the kernel.
#[inline]
pub(super) fn start<T: Scalar>(product: AddOuter<'_, T>) {
    if product.n >= MANY && product.n * product.inputs >= CROWDED {
        Shared::add_outer_packed(PackedInputs(product))
    } else {
        Shared::add_outer(product)
    }
}

/// The arguments of [`add_outer`].
pub struct AddOuter<'a, T> {
    pub(super) n: usize,
    pub(super) inputs: usize,
    /// The distance of the samples in `x`.
    pub(super) stride: usize,
    pub(super) outputs: usize,
    pub(super) dw: &'a mut [T],
    pub(super) x: &'a [T],
    pub(super) dy: &'a [T],
}

/// The number of samples that are summed at once.
const SAMPLES: usize = 256;
/// The number of inputs whose scalars of `SAMPLES` samples stay in the second cache while all outputs pass.
const INPUTS: usize = 256;
/// The number of inputs whose scalars are copied at once: a few lines of each sample. Memory is faster with lines that
/// follow each other.
const PACKED: usize = 48;
/// The number of inputs of a block. Copies in one piece leave registers for this many.
const ROWS: usize = 6;
/// The number of inputs that are copied if `dy` is not. They and two vectors of `dy` for each sample stay in the
/// nearest cache.
const PACKED_ALONE: usize = 16;
const PACKED_SAMPLES: usize = 128;
/// The number of outputs whose gradients are copied if vectors are short: a multiple of any column.
const GROUP: usize = 64;
/// The number of inputs from which on each sample has its own pages of memory. Reading a few scalars from each of many
/// pages takes longer than multiplying them, and every column of outputs would repeat it.
const FAR: usize = 1024;
/// The number of samples from which on a copy pays,
const MANY: usize = 64;
/// and of their scalars. Lines at distances of a power of two share few places in the nearest cache; this many do not
/// fit.
const CROWDED: usize = 16_384;

impl<T: Scalar> Kernel<T> for AddOuter<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<T>, const R: usize, const C: usize, const WIDE: usize>(mut self) {
        const { assert!(C == 2) };
        for s in (0..self.n).step_by(SAMPLES) {
            let depth = SAMPLES.min(self.n - s);
            for i in (0..self.inputs).step_by(INPUTS) {
                self.columns::<V, R>(i..self.inputs.min(i + INPUTS), s, depth, None);
            }
        }
    }
}

/// The arguments of [`add_outer`] for many samples, parts of which are copied. A separate kernel, so that small
/// products do not pay for its large stack buffers.
pub struct PackedInputs<'a, T>(AddOuter<'a, T>);

impl<T: Scalar> Kernel<T> for PackedInputs<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<T>, const R: usize, const C: usize, const WIDE: usize>(self) {
        const { assert!(C == 2 && PACKED.is_multiple_of(ROWS) && PACKED_ALONE.is_multiple_of(R)) };
        let PackedInputs(mut product) = self;
        // A column of long vectors has whole lines of `dy`.
        if GROUP / (2 * V::LANES) >= 4 {
            product.copy_both::<V>();
        } else if product.inputs >= FAR {
            product.copy_x::<V, R>();
        } else {
            product.run::<V, R, C, WIDE>();
        }
    }
}

impl<'a, T: Scalar> AddOuter<'a, T> {
    /// Computes the product with a copy of `x`.
    #[inline(always)]
    fn copy_x<V: Vector<T>, const R: usize>(&mut self) {
        let (n, inputs) = (self.n, self.inputs);
        let whole = inputs / PACKED_ALONE * PACKED_ALONE;
        let mut copy = [T::ZERO; PACKED_ALONE * PACKED_SAMPLES];
        // A gradient that no cache holds passes once.
        for i in (0..whole).step_by(PACKED_ALONE) {
            for s in (0..n).step_by(PACKED_SAMPLES) {
                let depth = PACKED_SAMPLES.min(n - s);
                self.pack::<R>(&mut copy, i..i + PACKED_ALONE, s, depth);
                self.columns::<V, R>(i..i + PACKED_ALONE, s, depth, Some(&copy));
            }
        }
        if whole < inputs {
            for s in (0..n).step_by(PACKED_SAMPLES) {
                self.columns::<V, R>(whole..inputs, s, PACKED_SAMPLES.min(n - s), None);
            }
        }
    }

    /// Computes the product with copies of `x` and `dy`.
    #[inline(always)]
    fn copy_both<V: Vector<T>>(&mut self) {
        let (n, inputs, outputs, two) = (self.n, self.inputs, self.outputs, 2 * V::LANES);
        let (whole, columns) = (inputs / ROWS * ROWS, outputs / two * two);
        let (mut x, mut dy) = ([T::ZERO; PACKED * PACKED_SAMPLES], [T::ZERO; GROUP * PACKED_SAMPLES]);
        for s in (0..n).step_by(PACKED_SAMPLES) {
            let depth = PACKED_SAMPLES.min(n - s);
            for o in (0..outputs).step_by(GROUP) {
                let end = columns.min(o + GROUP);
                for (column, to) in (o..end).step_by(two).zip(dy.chunks_exact_mut(two * PACKED_SAMPLES)) {
                    block::copy::<T, V>(to, &self.dy[s * outputs..], outputs, column, depth);
                }
                for i in (0..whole).step_by(PACKED) {
                    let panel = i..whole.min(i + PACKED);
                    // The columns pass rows that are far apart, but a processor fetches only following memory ahead.
                    for row in self.dw[i * outputs..panel.end * outputs].chunks_exact(outputs) {
                        prefetch(&row[o..end]);
                    }
                    self.pack::<ROWS>(&mut x, panel.clone(), s, depth);
                    for (column, dy) in (o..end).step_by(two).zip(dy.chunks_exact(two * PACKED_SAMPLES)) {
                        let dy = Rows { data: dy, stride: two };
                        for (i, x) in panel.clone().step_by(ROWS).zip(x.chunks_exact(ROWS * PACKED_SAMPLES)) {
                            let x = Rows { data: x, stride: ROWS };
                            self.block::<V, ROWS, 2>(x, dy, i, depth, column, two, true);
                        }
                    }
                    if o + GROUP >= outputs {
                        self.rest::<V, ROWS>(panel, s, depth, Some(&x));
                    }
                }
            }
            if whole < inputs {
                self.columns::<V, ROWS>(whole..inputs, s, depth, None);
            }
        }
    }

    /// Copies a multiple of `R` inputs of `depth` samples: `R` inputs of all samples, then the next `R`.
    #[inline(always)]
    fn pack<const R: usize>(&self, copy: &mut [T], inputs: Range<usize>, s: usize, depth: usize) {
        let (copy, _) = copy.as_chunks_mut::<R>();
        let (i, width) = (inputs.start, inputs.len());
        for p in 0..depth {
            let row = &self.x[(s + p) * self.stride + i..];
            prefetch(row.get(width..2 * width).unwrap_or(&[]));
            let (row, _) = row[..width].as_chunks::<R>();
            for (k, &part) in row.iter().enumerate() {
                copy[k * PACKED_SAMPLES + p] = part;
            }
        }
    }

    /// Computes all outputs for some inputs, which may be copies, over `depth` samples from `s` on.
    #[inline(always)]
    fn columns<V: Vector<T>, const R: usize>(
        &mut self,
        inputs: Range<usize>,
        s: usize,
        depth: usize,
        copy: Option<&[T]>,
    ) {
        let two = 2 * V::LANES;
        let whole = self.outputs / two * two;
        for o in (0..whole).step_by(two) {
            self.column::<V, R, 2>(inputs.clone(), s, depth, o, two, true, copy);
        }
        self.rest::<V, R>(inputs, s, depth, copy);
    }

    /// Computes the outputs behind the last whole column.
    #[inline(always)]
    fn rest<V: Vector<T>, const R: usize>(&mut self, inputs: Range<usize>, s: usize, depth: usize, copy: Option<&[T]>) {
        let two = 2 * V::LANES;
        let whole = self.outputs / two * two;
        let rest = self.outputs - whole;
        if rest > V::LANES {
            self.column::<V, R, 2>(inputs, s, depth, whole, rest, false, copy);
        } else if V::Half::LANES < V::LANES && rest <= V::Half::LANES && rest > 0 {
            self.column::<V::Half, R, 1>(inputs, s, depth, whole, rest, false, copy);
        } else if rest > 0 {
            self.column::<V, R, 1>(inputs, s, depth, whole, rest, false, copy);
        }
    }

    /// Computes `width` outputs from `o` on for some inputs, over `depth` samples from `s` on.
    #[inline(always)]
    fn column<V: Vector<T>, const R: usize, const C: usize>(
        &mut self,
        inputs: Range<usize>,
        s: usize,
        depth: usize,
        o: usize,
        width: usize,
        full: bool,
        copy: Option<&[T]>,
    ) {
        let mut i = inputs.start;
        let dy = self.dy;
        let dy = Rows { data: &dy[s * self.outputs + o..], stride: self.outputs };
        while i + R <= inputs.end {
            let x = match copy {
                Some(copy) => Rows { data: &copy[(i - inputs.start) * PACKED_SAMPLES..], stride: R },
                None => self.x(i, s),
            };
            self.block::<V, R, C>(x, dy, i, depth, o, width, full);
            i += R;
        }
        while R > 4 && i + 4 <= inputs.end {
            self.block::<V, 4, C>(self.x(i, s), dy, i, depth, o, width, full);
            i += 4;
        }
        while i < inputs.end {
            self.block::<V, 1, C>(self.x(i, s), dy, i, depth, o, width, full);
            i += 1;
        }
    }

    /// Returns the inputs from `i` on of the samples from `s` on.
    #[inline(always)]
    fn x(&self, i: usize, s: usize) -> Rows<'a, T> {
        let x = self.x;
        Rows { data: &x[s * self.stride + i..], stride: self.stride }
    }

    /// Computes `width` outputs from `o` on for `R` inputs from `i` on. `x` and `dy` have `depth` samples.
    #[inline(always)]
    fn block<V: Vector<T>, const R: usize, const C: usize>(
        &mut self,
        x: Rows<'_, T>,
        dy: Rows<'_, T>,
        i: usize,
        depth: usize,
        o: usize,
        width: usize,
        full: bool,
    ) {
        let outputs = self.outputs;
        let mut sums = [[V::splat(T::ZERO); C]; R];
        block::sum::<T, V, R, C, 1>(&mut sums, dy, width, full, Across(x), depth);
        Target { data: &mut self.dw[i * outputs + o..], stride: outputs, width, full }.add(sums);
    }
}
