//! softmax: probabilities over the features of a position.
//!
//! ```text
//! y = exp(x - max x) / Σ exp(x - max x)
//! dx = y ⊙ (dy - Σ dy ⊙ y)        (the output is enough, the input is not read)
//! ```
//!
//! Source: <https://keras.io/api/layers/activations/#softmax-function>

use crate::spec::ValueSpec;

/// `softmax`
pub const SPEC: ValueSpec =
    ValueSpec { names: &["softmax"], path: "activations::Softmax", fields: &[], head: true, ..ValueSpec::BASE };

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::{Activation, Head};
    use crate::kernels::{Simd, WithSimd, rows, with_simd};
    use crate::tensor::copy;
    use crate::tensor::scalar::Scalar;

    /// `exp(x) / Σ exp(x)` over the features
    #[derive(Clone, Copy, Debug)]
    pub struct Softmax;

    impl Activation for Softmax {
        const HEAD: Head = Head::Softmax;

        #[inline]
        fn forward<T: Scalar>(&self, features: usize, x: &[T], y: &mut [T]) {
            copy(x, y);
            self.in_place(features, y);
        }

        #[inline]
        fn in_place<T: Scalar>(&self, features: usize, x: &mut [T]) {
            with_simd(Rows { features, x });
        }

        #[inline]
        fn backward<T: Scalar>(&self, features: usize, _: &[T], y: &[T], dy: &[T], dx: &mut [T]) {
            with_simd(Backward { features, y, dy, dx });
        }
    }

    /// The arguments of [`Softmax::in_place`].
    struct Rows<'a, T> {
        features: usize,
        x: &'a mut [T],
    }

    impl<T: Scalar> WithSimd<T> for Rows<'_, T> {
        type Output = ();

        #[inline(always)]
        fn run<M: Simd<T>>(self, simd: M) {
            if self.x.len() == self.features && rows::short::<T>(self.features) {
                return rows::softmax(simd, self.x);
            }
            for x in self.x.chunks_exact_mut(self.features.max(1)) {
                let max = rows::max(simd, x);
                for x in x {
                    *x -= max;
                }
            }
            // Computed for all positions at once, because one position may be shorter than a vector.
            simd.exp(self.x);
            for x in self.x.chunks_exact_mut(self.features.max(1)) {
                let factor = T::ONE / rows::sum(simd, x);
                for x in x {
                    *x *= factor;
                }
            }
        }
    }

    /// The arguments of [`Softmax::backward`].
    struct Backward<'a, T> {
        features: usize,
        y: &'a [T],
        dy: &'a [T],
        dx: &'a mut [T],
    }

    impl<T: Scalar> WithSimd<T> for Backward<'_, T> {
        type Output = ();

        #[inline(always)]
        fn run<M: Simd<T>>(self, simd: M) {
            let Backward { features, y, dy, dx } = self;
            let features = features.max(1);
            let positions = y.chunks_exact(features).zip(dy.chunks_exact(features)).zip(dx.chunks_exact_mut(features));
            for ((y, dy), dx) in positions {
                let mean = rows::dot(simd, dy, y);
                for ((dx, &dy), &y) in dx.iter_mut().zip(dy).zip(y) {
                    *dx += y * (dy - mean);
                }
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::activations::Activate;
        use crate::layer::testing::check_layer;
        use nalgebra::SMatrix;

        #[test]
        fn gradient() {
            check_layer::<SMatrix<f64, 5, 3>, _>(&Activate(Softmax));
        }

        #[test]
        fn large_inputs_do_not_overflow() {
            let mut y = [f32::NAN; 2];
            Softmax.forward(2, &[1000.0, 1000.0], &mut y);
            assert_eq!(y, [0.5, 0.5]);
        }
    }
}
