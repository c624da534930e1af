//! log_softmax: the logarithm of softmax.
//!
//! ```text
//! y = x - max x - ln(1 + Σ exp(x - max x))        Σ over all but the first maximum, whose term is the 1
//! dx = dy - exp(y) · Σ dy        (the output is enough, the input is not read)
//! ```
//!
//! If one class leads, its `y` is nearly 0 but keeps its digits, because 1 is never added to the small sum.
//!
//! Source: <https://keras.io/api/layers/activations/#log_softmax-function>

use crate::spec::ValueSpec;

/// `log_softmax`
pub const SPEC: ValueSpec =
    ValueSpec { names: &["log_softmax"], path: "activations::LogSoftmax", fields: &[], ..ValueSpec::BASE };

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::activations::Activation;
    use crate::kernels::{Simd, WithSimd, exp, rows, with_simd};
    use crate::tensor::copy;
    use crate::tensor::scalar::Scalar;

    /// `x - ln Σ exp(x)` over the features
    #[derive(Clone, Copy, Debug)]
    pub struct LogSoftmax;

    impl Activation for LogSoftmax {
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

    /// The number of scalars of a row whose exponentials are computed together.
    const PART: usize = 16;

    /// The arguments of [`LogSoftmax::in_place`].
    struct Rows<'a, T> {
        features: usize,
        x: &'a mut [T],
    }

    impl<T: Scalar> WithSimd<T> for Rows<'_, T> {
        type Output = ();

        #[inline(always)]
        fn run<M: Simd<T>>(self, simd: M) {
            for x in self.x.chunks_exact_mut(self.features.max(1)) {
                let (max, mut sum, mut part) = (rows::max(simd, x), T::ZERO, [T::ZERO; PART]);
                let mut first = rows::first(x, max);
                for x in x.chunks(PART) {
                    let part = part.get_mut(..x.len()).unwrap_or_default();
                    for (e, &x) in part.iter_mut().zip(x) {
                        *e = x - max;
                    }
                    simd.exp(part);
                    if let Some(one) = part.get_mut(first) {
                        *one = T::ZERO;
                    }
                    // The place in the next part. Once the maximum is behind, it wraps and matches no scalar.
                    first = first.wrapping_sub(PART);
                    for &mut e in part {
                        sum += e;
                    }
                }
                let log = sum.ln_1p();
                for x in x {
                    // In this order, because next to a large maximum the logarithm would be lost.
                    *x = (*x - max) - log;
                }
            }
        }
    }

    /// The arguments of [`LogSoftmax::backward`].
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
            // y = x - ln Σ exp(x), so dx += dy - exp(y) · Σ dy, because exp(y) is the softmax
            let Backward { features, y, dy, dx } = self;
            let features = features.max(1);
            let positions = y.chunks_exact(features).zip(dy.chunks_exact(features)).zip(dx.chunks_exact_mut(features));
            for ((y, dy), dx) in positions {
                let sum = rows::sum(simd, dy);
                for ((dx, &dy), &y) in dx.iter_mut().zip(dy).zip(y) {
                    *dx += dy - exp(y) * sum;
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
            check_layer::<SMatrix<f64, 5, 3>, _>(&Activate(LogSoftmax));
        }

        #[test]
        fn values() {
            // keras.activations.log_softmax([[1.0, 2.0, 0.5]])
            let mut y = [f64::NAN; 3];
            LogSoftmax.forward(3, &[1.0, 2.0, 0.5], &mut y);
            for (y, expected) in y.iter().zip([-1.4643687841, -0.4643687841, -1.9643687841]) {
                assert!((y - expected).abs() < 1e-9, "{y} {expected}");
            }
        }

        #[test]
        fn large_inputs_do_not_overflow() {
            let mut y = [f32::NAN; 2];
            LogSoftmax.forward(2, &[1e4, -1e4], &mut y);
            assert_eq!(y, [0.0, -2e4]);
            LogSoftmax.forward(2, &[1e8, 1e8], &mut y);
            assert_eq!(y, [-std::f32::consts::LN_2; 2]);
        }
    }
}
