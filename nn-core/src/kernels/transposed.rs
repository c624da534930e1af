//! [`add_transposed`]: `dx[n, i] += Σₒ w[i, o] · dy[n, o]`.
//!
//! With several samples, lanes are inputs and rows are samples. The weights of neighbouring lanes are `O` apart, so a
//! panel of them is first transposed into a small buffer on the stack; all samples use the copy. With few samples the
//! copy would cost more than the product. In that case lanes are outputs, and each input is a sum over its lanes.

mod few;
mod many_panels;
pub(super) mod panel;

pub(super) use self::many_panels::ManyPanels;

use self::panel::{LANES, Panel, fill};
use super::block::{self, Along, Rows, Sums, Target, each};
use super::level::Kernel;
use super::vector::Vector;
use crate::kernels::{Shared, prefetch};
use crate::tensor::scalar::Scalar;
use core::ops::Range;

/// Adds the gradient of the inputs of [`affine`](super::affine): `dx[n] += Wᵀ · dy[n]`.
///
/// Shapes: `w` is `O × I`, `dy` has `n · O` and `dx` has `n · I`.
#[inline]
pub fn add_transposed<T: Scalar, const I: usize, const O: usize>(w: &[T], dy: &[T], dx: &mut [T]) {
    if I > 0 && O > 0 {
        let n = dx.len() / I;
        let (w, dy, dx) = (&w[..I * O], &dy[..n * O], &mut dx[..n * I]);
        start(AddTransposed { n, inputs: I, stride: I, outputs: O, w, dy, dx });
    }
}

/// Chooses the kernel.
#[inline]
pub(super) fn start<T: Scalar>(product: AddTransposed<'_, T>) {
    if product.n >= MANY && product.inputs * product.outputs >= LARGE {
        Shared::add_transposed_wide(ManyPanels(product))
    } else {
        Shared::add_transposed(product)
    }
}

/// The arguments of [`add_transposed`].
pub struct AddTransposed<'a, T> {
    pub(super) n: usize,
    pub(super) inputs: usize,
    /// The distance of the samples in `dx`, at least `inputs`.
    pub(super) stride: usize,
    pub(super) outputs: usize,
    pub(super) w: &'a [T],
    pub(super) dy: &'a [T],
    pub(super) dx: &'a mut [T],
}

/// The number of outputs of a panel.
const DEPTH: usize = 64;
/// The numbers of samples and of weights from which on several panels pay.
const MANY: usize = 32;
const LARGE: usize = 32_768;
/// The number of samples from which on a copy of the weights pays.
const FEW: usize = 4;
/// The number of samples that share a copy: enough to pay for it, and few enough that their gradients stay in the
/// nearer caches.
const SAMPLES: usize = 256;

impl<T: Scalar> Kernel<T> for AddTransposed<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<T>, const R: usize, const C: usize, const WIDE: usize>(mut self) {
        if self.n < FEW {
            return if self.outputs < 4 { self.scalars() } else { self.dots::<V>() };
        }
        let mut panel = Panel::<T, DEPTH>::new();
        for s in (0..self.n).step_by(SAMPLES) {
            let samples = s..self.n.min(s + SAMPLES);
            for i in (0..self.inputs).step_by(LANES) {
                let width = LANES.min(self.inputs - i);
                for o in (0..self.outputs).step_by(DEPTH) {
                    let depth = DEPTH.min(self.outputs - o);
                    fill::<T, V>(&mut panel.rows, &self.w[i * self.outputs + o..], self.outputs, depth, width);
                    if C * V::LANES > LANES {
                        self.panel::<V, R, 1>(&panel.rows, samples.clone(), i, width, o, depth);
                    } else {
                        self.panel::<V, R, C>(&panel.rows, samples.clone(), i, width, o, depth);
                    }
                }
            }
        }
    }
}

impl<T: Scalar> AddTransposed<'_, T> {
    /// Computes `width` inputs from `i` on, over `depth` outputs from `o` on, whose weights are in the panel.
    #[inline(always)]
    fn panel<V: Vector<T>, const R: usize, const C: usize>(
        &mut self,
        panel: &[[T; LANES]],
        samples: Range<usize>,
        i: usize,
        width: usize,
        o: usize,
        depth: usize,
    ) {
        let (start, n) = (samples.start, samples.len());
        let most = start + n / R * R;
        let fours = most + (samples.end - most) / 4 * 4;
        let lanes = C * V::LANES;
        for l in (0..width).step_by(lanes) {
            let panel = Rows { data: &panel.as_flattened()[l..], stride: LANES };
            let width = lanes.min(width - l);
            self.samples::<V, R, C>(panel, start..most, i + l, width, o, depth);
            if R > 4 {
                self.samples::<V, 4, C>(panel, most..fours, i + l, width, o, depth);
            }
            self.samples::<V, 1, C>(panel, fours..samples.end, i + l, width, o, depth);
        }
    }

    /// Computes a multiple of `R` samples.
    #[inline(always)]
    fn samples<V: Vector<T>, const R: usize, const C: usize>(
        &mut self,
        panel: Rows<'_, T>,
        samples: Range<usize>,
        i: usize,
        width: usize,
        o: usize,
        depth: usize,
    ) {
        let (stride, outputs, lanes) = (self.stride, self.outputs, C * V::LANES);
        for s in samples.step_by(R) {
            let dy = Along(Rows { data: &self.dy[s * outputs + o..], stride: outputs });
            for r in 0..R {
                prefetch(&self.dx[(s + r) * stride + i..][..1]);
            }
            let mut sums = [[V::splat(T::ZERO); C]; R];
            block::sum::<T, V, R, C, 1>(&mut sums, panel, lanes, true, dy, depth);
            let data = &mut self.dx[s * stride + i..];
            if width == lanes {
                Target { data, stride, width, full: true }.add(sums);
            } else if C > 1 && width <= V::LANES {
                Target { data, stride, width, full: false }.add(first(sums));
            } else {
                Target { data, stride, width, full: false }.add(sums);
            }
        }
    }
}

/// Returns the first vector of each row.
#[inline(always)]
fn first<V: Copy, const R: usize, const C: usize>(sums: Sums<V, R, C>) -> Sums<V, R, 1> {
    let mut first = [[sums[0][0]]; R];
    each!(r < R => first[r] = [sums[r][0]]);
    first
}
