//! The three computations of a convolution ([`Geometry`]) with several groups of channels, for one sample.
//!
//! A filter sees the channels of its own group, so the filters of a group are one piece of each row of the kernel.

use super::geometry::Geometry;
use crate::kernels::{self, Loop};
use crate::tensor::scalar::Scalar;

/// Computes `y += W · x`.
pub(super) fn add_forward<T: Scalar>(g: &Geometry, w: &[T], x: &[T], y: &mut [T]) {
    kernels::run(Groups { g, task: Forward { w, x, y } });
}

/// Computes `dx += Wᵀ · dy`.
pub(super) fn add_image<T: Scalar>(g: &Geometry, w: &[T], dy: &[T], dx: &mut [T]) {
    kernels::run(Groups { g, task: Image { w, dy, dx } });
}

/// Computes `dW += dy · xᵀ`.
pub(super) fn add_kernel<T: Scalar>(g: &Geometry, x: &[T], dy: &[T], dw: &mut [T]) {
    kernels::run(Groups { g, task: Kernel { x, dy, dw } });
}

/// A computation with one channel and the filters that see it: `x` is the place of the channel, `y` that of the first
/// filter, `w` that of its weight, and `filters` their number.
trait Task {
    fn step(&mut self, x: usize, y: usize, w: usize, filters: usize);
}

/// A loop over all places, cells and channels.
struct Groups<'a, K> {
    g: &'a Geometry,
    task: K,
}

impl<K: Task> Loop for Groups<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run(mut self) {
        let g = self.g;
        let (inputs, filters) = (g.channels / g.groups.max(1), g.filters / g.groups.max(1));
        for row in 0..g.place_height {
            g.runs(row, false, |run| {
                for n in 0..run.n {
                    let x = (run.pixel + n * g.stride_width) * g.channels;
                    let y = (run.place + n) * g.filters;
                    for group in 0..g.groups {
                        for i in 0..inputs {
                            let w = (run.cell * inputs + i) * g.filters + group * filters;
                            self.task.step(x + group * inputs + i, y + group * filters, w, filters);
                        }
                    }
                }
            });
        }
    }
}

struct Forward<'a, T> {
    w: &'a [T],
    x: &'a [T],
    y: &'a mut [T],
}

impl<T: Scalar> Task for Forward<'_, T> {
    #[inline(always)]
    fn step(&mut self, x: usize, y: usize, w: usize, filters: usize) {
        let (x, w, y) = (self.x.get(x), self.w.get(w..w + filters), self.y.get_mut(y..y + filters));
        if let (Some(&x), Some(w), Some(y)) = (x, w, y) {
            for (y, &w) in y.iter_mut().zip(w) {
                *y += w * x;
            }
        }
    }
}

struct Image<'a, T> {
    w: &'a [T],
    dy: &'a [T],
    dx: &'a mut [T],
}

impl<T: Scalar> Task for Image<'_, T> {
    #[inline(always)]
    fn step(&mut self, x: usize, y: usize, w: usize, filters: usize) {
        let (dx, w, dy) = (self.dx.get_mut(x), self.w.get(w..w + filters), self.dy.get(y..y + filters));
        if let (Some(dx), Some(w), Some(dy)) = (dx, w, dy) {
            for (&dy, &w) in dy.iter().zip(w) {
                *dx += w * dy;
            }
        }
    }
}

struct Kernel<'a, T> {
    x: &'a [T],
    dy: &'a [T],
    dw: &'a mut [T],
}

impl<T: Scalar> Task for Kernel<'_, T> {
    #[inline(always)]
    fn step(&mut self, x: usize, y: usize, w: usize, filters: usize) {
        let (x, dw, dy) = (self.x.get(x), self.dw.get_mut(w..w + filters), self.dy.get(y..y + filters));
        if let (Some(&x), Some(dw), Some(dy)) = (x, dw, dy) {
            for (dw, &dy) in dw.iter_mut().zip(dy) {
                *dw += dy * x;
            }
        }
    }
}
