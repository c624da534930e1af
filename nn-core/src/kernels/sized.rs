//! [`Sizes`]: products with sizes that are known at run time.

use crate::tensor::scalar::Scalar;

/// The sizes of a product `W · x`. Samples of `x` are `stride` apart; they overlap if `stride` is below `inputs`.
///
/// A slice that is too short for `n` samples gives an arbitrary result.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// The number of samples.
    pub n: usize,
    /// The number of columns of the weights.
    pub inputs: usize,
    /// The number of rows of the weights.
    pub outputs: usize,
    /// The distance of neighbouring samples in `x`.
    pub stride: usize,
}

impl Sizes {
    /// Returns the number of scalars from the first to the last of `x`.
    #[cfg(any(test, all(feature = "std", not(debug_assertions))))]
    const fn extent(self) -> usize {
        if self.n == 0 { 0 } else { (self.n - 1) * self.stride + self.inputs }
    }

    /// Whether there is nothing to compute.
    const fn is_empty(self) -> bool {
        self.n == 0 || self.inputs == 0 || self.outputs == 0
    }
}

/// The kernels of optimised builds.
#[cfg(all(feature = "std", not(debug_assertions)))]
mod build {
    use super::{Scalar, Sizes};
    use crate::kernels::affine::{Affine, many};
    use crate::kernels::dims::Any;
    use crate::kernels::outer::AddOuter;
    use crate::kernels::state::{AddProduct, Strided};
    use crate::kernels::transposed::AddTransposed;
    use crate::kernels::{Shared, outer, transposed};

    impl Sizes {
        /// Computes `y = W · x + b`, or `max(W · x + b, 0)`, for samples behind each other, whatever the stride.
        pub fn affine<T: Scalar>(self, w: &[T], b: &[T], x: &[T], y: &mut [T], rectified: bool) {
            let Sizes { n, inputs, outputs, .. } = self;
            if n > 0 && outputs > 0 {
                let (w, x, y) = (&w[..inputs * outputs], &x[..n * inputs], &mut y[..n * outputs]);
                many(Affine { shape: Any { n, inputs, outputs }, w, b, x, y, rectified });
            }
        }

        /// Computes `y += W · x`.
        pub fn add<T: Scalar>(self, w: &[T], x: &[T], y: &mut [T]) {
            if !self.is_empty() {
                let Sizes { n, inputs, outputs, stride } = self;
                let (w, x, y) = (&w[..inputs * outputs], &x[..self.extent()], &mut y[..n * outputs]);
                let product = AddProduct { n, inputs, x_stride: stride, outputs, w, x, y, stride: outputs };
                Shared::add_product(Strided(product));
            }
        }

        /// Computes `dW += dy · xᵀ`, summed over the samples.
        pub fn add_outer<T: Scalar>(self, dw: &mut [T], x: &[T], dy: &[T]) {
            if !self.is_empty() {
                let Sizes { n, inputs, outputs, stride } = self;
                let (dw, x, dy) = (&mut dw[..inputs * outputs], &x[..self.extent()], &dy[..n * outputs]);
                outer::start(AddOuter { n, inputs, stride, outputs, dw, x, dy });
            }
        }

        /// Computes `dx += Wᵀ · dy`. Samples must not overlap.
        pub fn add_transposed<T: Scalar>(self, w: &[T], dy: &[T], dx: &mut [T]) {
            if !self.is_empty() {
                let Sizes { n, inputs, outputs, stride } = self;
                let (w, dy, dx) = (&w[..inputs * outputs], &dy[..n * outputs], &mut dx[..self.extent()]);
                transposed::start(AddTransposed { n, inputs, stride, outputs, w, dy, dx });
            }
        }
    }
}

/// Plain loops.
#[cfg(any(not(feature = "std"), debug_assertions))]
mod build {
    use super::{Scalar, Sizes};
    use crate::kernels::dot;

    impl Sizes {
        /// Computes `y = W · x + b`, or `max(W · x + b, 0)`, for samples behind each other, whatever the stride.
        pub fn affine<T: Scalar>(self, w: &[T], b: &[T], x: &[T], y: &mut [T], rectified: bool) {
            let Sizes { n, inputs, outputs, .. } = self;
            for y in y.chunks_exact_mut(outputs.max(1)).take(n) {
                y.fill(T::ZERO);
                y.iter_mut().zip(b).for_each(|(y, &b)| *y = b);
            }
            Sizes { stride: inputs, ..self }.add(w, x, y);
            if rectified {
                y.iter_mut().take(n * outputs).for_each(|y| *y = y.positive());
            }
        }

        /// Computes `y += W · x`.
        pub fn add<T: Scalar>(self, w: &[T], x: &[T], y: &mut [T]) {
            if self.is_empty() {
                return;
            }
            for (s, y) in y.chunks_exact_mut(self.outputs).take(self.n).enumerate() {
                let Some(x) = x.get(s * self.stride..) else { return };
                // A block of sums stays in registers while all inputs pass.
                let mut o = 0;
                let mut blocks = y.chunks_exact_mut(LANES);
                for y in &mut blocks {
                    add_block::<T>(w, self.outputs, o, x.get(..self.inputs).unwrap_or_default(), y);
                    o += LANES;
                }
                let y = blocks.into_remainder();
                for (w, &x) in w.chunks_exact(self.outputs).zip(x).take(self.inputs) {
                    y.iter_mut().zip(w.get(o..).unwrap_or_default()).for_each(|(y, &w)| *y += w * x);
                }
            }
        }

        /// Computes `dW += dy · xᵀ`, summed over the samples.
        pub fn add_outer<T: Scalar>(self, dw: &mut [T], x: &[T], dy: &[T]) {
            if self.is_empty() {
                return;
            }
            for (s, dy) in dy.chunks_exact(self.outputs).take(self.n).enumerate() {
                let Some(x) = x.get(s * self.stride..) else { return };
                for (dw, &x) in dw.chunks_exact_mut(self.outputs).zip(x).take(self.inputs) {
                    dw.iter_mut().zip(dy).for_each(|(dw, &dy)| *dw += dy * x);
                }
            }
        }

        /// Computes `dx += Wᵀ · dy`. Samples must not overlap.
        pub fn add_transposed<T: Scalar>(self, w: &[T], dy: &[T], dx: &mut [T]) {
            if self.is_empty() {
                return;
            }
            for (s, dy) in dy.chunks_exact(self.outputs).take(self.n).enumerate() {
                let Some(dx) = dx.get_mut(s * self.stride..) else { return };
                for (w, dx) in w.chunks_exact(self.outputs).zip(dx).take(self.inputs) {
                    *dx += dot(w, dy);
                }
            }
        }
    }

    /// The number of outputs that are computed together.
    const LANES: usize = 8;

    /// Computes outputs of a sample, from output `o` on.
    fn add_block<T: Scalar>(w: &[T], outputs: usize, o: usize, x: &[T], y: &mut [T]) {
        let Some(y) = y.first_chunk_mut::<LANES>() else { return };
        let mut sums = *y;
        for (w, &x) in w.chunks_exact(outputs.max(1)).zip(x) {
            let Some(w) = w.get(o..).and_then(|w| w.first_chunk::<LANES>()) else { return };
            for l in 0..LANES {
                sums[l] += w[l] * x;
            }
        }
        *y = sums;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// Against the definitions, with sizes that leave remainders in every blocking, and samples that overlap, follow
    /// each other, or are apart.
    #[test]
    fn products_match_their_definitions() {
        let numbers = |len: usize, seed: usize| -> Vec<f64> {
            (0..len).map(|k| ((k * 7 + seed * 5) % 13) as f64 - 6.0).collect()
        };
        for (inputs, outputs) in [(1, 1), (3, 2), (5, 16), (9, 33), (100, 7), (17, 70)] {
            for stride in [1, inputs, inputs + 3] {
                for n in [0, 1, 2, 3, 5, 8, 13, 70] {
                    let sizes = Sizes { n, inputs, outputs, stride };
                    let (w, b) = (numbers(inputs * outputs, 1), numbers(outputs, 2));
                    let (x, dy) = (numbers(sizes.extent(), 3), numbers(n * outputs, 4));
                    let (mut y, mut dw) = (numbers(n * outputs, 5), numbers(inputs * outputs, 6));
                    let mut dx = numbers(sizes.extent(), 7);
                    let (mut y_now, mut dw_now, mut dx_now) = (y.clone(), dw.clone(), dx.clone());
                    for s in 0..n {
                        for i in 0..inputs {
                            for o in 0..outputs {
                                y[s * outputs + o] += w[i * outputs + o] * x[s * stride + i];
                                dw[i * outputs + o] += dy[s * outputs + o] * x[s * stride + i];
                                dx[s * stride + i] += w[i * outputs + o] * dy[s * outputs + o];
                            }
                        }
                    }
                    sizes.add(&w, &x, &mut y_now);
                    sizes.add_outer(&mut dw_now, &x, &dy);
                    assert_eq!((&y, &dw), (&y_now, &dw_now), "{sizes:?}");
                    if stride >= inputs {
                        sizes.add_transposed(&w, &dy, &mut dx_now);
                        assert_eq!(dx, dx_now, "{sizes:?}");
                    }
                    if stride == inputs {
                        y_now.fill(f64::NAN);
                        sizes.affine(&w, &b, &x, &mut y_now, true);
                        for (k, (&y_now, &y)) in y_now.iter().zip(&y).enumerate() {
                            let before = numbers(n * outputs, 5)[k];
                            assert_eq!(y_now, (y - before + b[k % outputs]).max(0.0), "{sizes:?}");
                        }
                    }
                }
            }
        }
    }
}
