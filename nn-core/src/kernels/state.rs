//! [`AddProduct`]: `y[n, o] += Σᵢ w[i, o] · x[n, i]`, where a row of `y` is a step of a sequence.
//!
//! Lanes are outputs, rows are samples. Every output has one sum, which starts from the value in `y` and adds the
//! inputs in their order. A state has fewer inputs than outputs, so more sums are not needed to keep the processor
//! busy.

use super::block::{self, Along, Rows, Target};
use super::level::Kernel;
use super::vector::Vector;
use crate::tensor::scalar::Scalar;

/// The arguments of a product that is added to rows of `y`, which are `stride` apart. The rows of `x` are `x_stride`
/// apart; they may overlap.
pub(super) struct AddProduct<'a, T> {
    pub(super) n: usize,
    pub(super) inputs: usize,
    pub(super) x_stride: usize,
    pub(super) outputs: usize,
    pub(super) w: &'a [T],
    pub(super) x: &'a [T],
    pub(super) y: &'a mut [T],
    pub(super) stride: usize,
}

impl<T: Scalar> AddProduct<'_, T> {
    /// Runs the product at the level of `V`, with the sizes of [`Kernel::run`](super::level::Kernel::run).
    #[inline(always)]
    pub(super) fn run<V: Vector<T>, const R: usize, const C: usize>(mut self) {
        let n = self.n;
        if n == 1 {
            return self.single::<V>();
        }
        let two = C * V::LANES;
        for o in (0..self.outputs).step_by(two) {
            let rest = self.outputs - o;
            if rest >= two {
                self.column::<V, R, C>(n, o, two, true);
            } else if rest > V::LANES {
                self.column::<V, R, C>(n, o, rest, false);
            } else {
                self.column::<V, R, 1>(n, o, rest, false);
            }
        }
    }

    /// Computes one sample, in the time that reading the weights takes. A vector across two cache lines takes as long
    /// as two vectors. If all rows begin at the same offset in a line, whole vectors therefore begin where lines do,
    /// and the ends are two partial vectors.
    #[inline(always)]
    fn single<V: Vector<T>>(&mut self) {
        let line = V::LANES * size_of::<T>();
        let aligned = self.outputs.is_multiple_of(V::LANES) && self.outputs > 0;
        let first = if aligned { self.w.as_ptr().align_offset(line).min(V::LANES) % V::LANES } else { 0 };
        let mut o = first;
        while self.outputs - o >= 8 * V::LANES {
            self.block::<V, 1, 8>(0, o, 8 * V::LANES, true);
            o += 8 * V::LANES;
        }
        match (self.outputs - o) / V::LANES {
            7 => self.ends::<V, 7>(first, o),
            6 => self.ends::<V, 6>(first, o),
            5 => self.ends::<V, 5>(first, o),
            4 => self.ends::<V, 4>(first, o),
            3 => self.ends::<V, 3>(first, o),
            2 => self.ends::<V, 2>(first, o),
            1 => self.ends::<V, 1>(first, o),
            _ => self.ends::<V, 0>(first, o),
        }
    }

    /// Computes the first outputs, less than a vector; then `C` vectors from `o` on; then the rest, also less than a
    /// vector.
    #[inline(always)]
    fn ends<V: Vector<T>, const C: usize>(&mut self, first: usize, o: usize) {
        let last = o + C * V::LANES;
        let mut sums: [V; C] = block::load(&self.y[o..], true);
        let mut head = V::load_part(&self.y[..first]);
        let mut tail = V::load_part(&self.y[last..self.outputs]);
        for (w, &x) in self.w.chunks_exact(self.outputs).zip(&self.x[..self.inputs]) {
            let x = V::splat(x);
            for c in 0..C {
                sums[c] = V::load(&w[o + c * V::LANES..]).mul_add(x, sums[c]);
            }
            if first > 0 {
                head = V::load_part(&w[..first]).mul_add(x, head);
            }
            if last < self.outputs {
                tail = V::load_part(&w[last..]).mul_add(x, tail);
            }
        }
        for c in 0..C {
            sums[c].store(&mut self.y[o + c * V::LANES..]);
        }
        head.store_part(&mut self.y[..first]);
        tail.store_part(&mut self.y[last..self.outputs]);
    }

    /// Computes `width` outputs from `o` on for all samples.
    #[inline(always)]
    fn column<V: Vector<T>, const R: usize, const C: usize>(&mut self, n: usize, o: usize, width: usize, full: bool) {
        let mut s = 0;
        while s + R <= n {
            self.block::<V, R, C>(s, o, width, full);
            s += R;
        }
        if R > 4 && s + 4 <= n {
            self.block::<V, 4, C>(s, o, width, full);
            s += 4;
        }
        if s + 2 <= n {
            self.block::<V, 2, C>(s, o, width, full);
            s += 2;
        }
        while s < n {
            self.block::<V, 1, C>(s, o, width, full);
            s += 1;
        }
    }

    /// Computes `width` outputs from `o` on for `R` samples from `s` on.
    #[inline(always)]
    fn block<V: Vector<T>, const R: usize, const C: usize>(&mut self, s: usize, o: usize, width: usize, full: bool) {
        let w = Rows { data: &self.w[o..], stride: self.outputs };
        let x = Along(Rows { data: &self.x[s * self.x_stride..], stride: self.x_stride });
        let y = &mut self.y[s * self.stride + o..];
        let mut sums = [[V::splat(T::ZERO); C]; R];
        block::each!(r < R => sums[r] = block::load(&y[r * self.stride..][..width], full));
        block::sum::<T, V, R, C, 1>(&mut sums, w, width, full, x, self.inputs);
        Target { data: y, stride: self.stride, width, full }.set(sums);
    }
}

/// The same product as a kernel of its own.
pub struct Strided<'a, T>(pub(super) AddProduct<'a, T>);

impl<T: Scalar> Kernel<T> for Strided<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<T>, const R: usize, const C: usize, const WIDE: usize>(self) {
        self.0.run::<V, R, C>();
    }
}
