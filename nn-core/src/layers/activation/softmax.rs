//! Softmax: probabilities along an axis.
//!
//! ```text
//! y = exp(x - max x) / Σ exp(x - max x)
//!
//! dx += y ⊙ (dy - Σ dy ⊙ y)
//! ```
//!
//! Shapes: output as input, any shape; maximum and sums run along `axis`. As in Keras, `axis` counts the batch: axis 1
//! is the first axis of a sample, -1 the last. With -1 this is `Activation(softmax)`.
//!
//! Source: <https://keras.io/api/layers/activation_layers/softmax/>

use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Inferred, LayerSpec, Masking, Streaming, Value, layer, rule};

layer! {
    /// Probabilities along an axis.
    #[example = "let y = Softmax()(x); // [10] → [10]"]
    /// The axis has `N` scalars, which lie `STRIDE` apart.
    pub struct Softmax<N, STRIDE> {
        /// The axis along which probabilities sum to 1: 1 is the first axis of a sample, -1 the last.
        axis: Int = -1,
    }

    pub const SPEC: LayerSpec {
        head: true,
        masking: Masking::Passes,
        streaming: Streaming::Axis { axis: arg::axis },
        infer: rule!(infer),
    }

    impl Ends;
}

/// Returns the shape of the input.
///
/// The type is `Softmax<N, STRIDE>`: the length of the axis, and the distance of neighbours along it.
///
/// # Errors
/// If there is no such axis.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (axis, x) = (Args(args).axis(), inputs[0]);
    match x.axis(axis) {
        Some(axis) => Ok(Inferred::new(x, &Consts { N: x.dim(axis), STRIDE: x.stride(axis) }.list())),
        None => Err(ShapeError::no_axis(arg::axis, axis, &x)),
    }
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::Softmax;
    use crate::activations::{self, Activation, Head};
    use crate::kernels::{Loop, Simd, WithSimd, run, with_simd};
    use crate::layer::{Ends, Layer, Memory, Pass, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use nalgebra::SMatrix;

    impl<T: Scalar + Element, const N: usize, const STRIDE: usize, const R: usize, const P: usize>
        Layer<T, SMatrix<T, R, P>> for Softmax<N, STRIDE>
    {
        type Output = SMatrix<T, R, P>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();
        const WORK: Work = Work::BySample(0);

        fn forward<B: Storage>(
            &self,
            _: &(),
            x: &[SMatrix<T, R, P>],
            y: &mut [SMatrix<T, R, P>],
            _: Pass<'_, '_, T, (), ()>,
        ) {
            const { assert!((R * P).is_multiple_of(N * STRIDE)) }
            if STRIDE == 1 {
                return activations::Softmax.forward(N, flat(x), flat_mut(y));
            }
            with_simd(Forward::<T, N, STRIDE> { x: flat(x), y: flat_mut(y) });
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            _: &[SMatrix<T, R, P>],
            y: &[SMatrix<T, R, P>],
            dy: &[SMatrix<T, R, P>],
            _: Memory<'_, T, ()>,
            dx: Option<&mut [SMatrix<T, R, P>]>,
            _: Option<&mut ()>,
        ) {
            // y = exp(x) / Σ exp(x), so dx += y ⊙ (dy - Σ dy ⊙ y)
            let Some(dx) = dx else { return };
            if STRIDE == 1 {
                return activations::Softmax.backward(N, &[], flat(y), flat(dy), flat_mut(dx));
            }
            run(Backward::<T, N, STRIDE> { y: flat(y), dy: flat(dy), dx: flat_mut(dx) });
        }
    }

    impl<T: Scalar + Element, const N: usize, const STRIDE: usize, const R: usize, const P: usize>
        Ends<T, SMatrix<T, R, P>> for Softmax<N, STRIDE>
    {
        const HEAD: Head = if STRIDE == 1 { Head::Softmax } else { Head::Other };
    }

    /// The number of neighbouring places whose axes are computed together.
    const PART: usize = 16;

    /// Returns the places of a row from `i` on, at most [`PART`]. There are always some; the compiler does not see that
    /// for every `STRIDE`, and would keep a panic of an index in firmware.
    #[inline(always)]
    fn part<T, const STRIDE: usize>(row: &[T], i: usize) -> &[T] {
        row.get(i..STRIDE.min(i + PART)).unwrap_or_default()
    }

    /// As [`part`], for writing.
    #[inline(always)]
    fn part_mut<T, const STRIDE: usize>(row: &mut [T], i: usize) -> &mut [T] {
        row.get_mut(i..STRIDE.min(i + PART)).unwrap_or_default()
    }

    struct Forward<'a, T, const N: usize, const STRIDE: usize> {
        x: &'a [T],
        y: &'a mut [T],
    }

    impl<T: Scalar, const N: usize, const STRIDE: usize> WithSimd<T> for Forward<'_, T, N, STRIDE> {
        type Output = ();

        #[inline(always)]
        fn run<M: Simd<T>>(self, simd: M) {
            for (x, y) in self.x.chunks_exact(N * STRIDE).zip(self.y.chunks_exact_mut(N * STRIDE)) {
                for i in (0..STRIDE).step_by(PART) {
                    let (mut max, mut sum) = ([T::ZERO; PART], [T::ZERO; PART]);
                    max.iter_mut().zip(part::<T, STRIDE>(x, i)).for_each(|(max, &x)| *max = x);
                    for x in x.chunks_exact(STRIDE) {
                        for (max, &x) in max.iter_mut().zip(part::<T, STRIDE>(x, i)) {
                            *max = if x > *max { x } else { *max };
                        }
                    }
                    for (x, y) in x.chunks_exact(STRIDE).zip(y.chunks_exact_mut(STRIDE)) {
                        let (x, y) = (part::<T, STRIDE>(x, i), part_mut::<T, STRIDE>(y, i));
                        for ((y, &x), &max) in y.iter_mut().zip(x).zip(&max) {
                            *y = x - max;
                        }
                        simd.exp(y);
                        for (sum, &mut y) in sum.iter_mut().zip(y) {
                            *sum += y;
                        }
                    }
                    for y in y.chunks_exact_mut(STRIDE) {
                        for (y, &sum) in part_mut::<T, STRIDE>(y, i).iter_mut().zip(&sum) {
                            *y /= sum;
                        }
                    }
                }
            }
        }
    }

    struct Backward<'a, T, const N: usize, const STRIDE: usize> {
        y: &'a [T],
        dy: &'a [T],
        dx: &'a mut [T],
    }

    impl<T: Scalar, const N: usize, const STRIDE: usize> Loop for Backward<'_, T, N, STRIDE> {
        type Output = ();

        #[inline(always)]
        fn run(self) {
            let blocks = self.y.chunks_exact(N * STRIDE).zip(self.dy.chunks_exact(N * STRIDE));
            for ((y, dy), dx) in blocks.zip(self.dx.chunks_exact_mut(N * STRIDE)) {
                for i in (0..STRIDE).step_by(PART) {
                    let mut sum = [T::ZERO; PART];
                    for (y, dy) in y.chunks_exact(STRIDE).zip(dy.chunks_exact(STRIDE)) {
                        let (y, dy) = (part::<T, STRIDE>(y, i), part::<T, STRIDE>(dy, i));
                        for ((sum, &y), &dy) in sum.iter_mut().zip(y).zip(dy) {
                            *sum += dy * y;
                        }
                    }
                    let rows = y.chunks_exact(STRIDE).zip(dy.chunks_exact(STRIDE)).zip(dx.chunks_exact_mut(STRIDE));
                    for ((y, dy), dx) in rows {
                        let (y, dy) = (part::<T, STRIDE>(y, i), part::<T, STRIDE>(dy, i));
                        let dx = part_mut::<T, STRIDE>(dx, i).iter_mut();
                        for (((dx, &y), &dy), &sum) in dx.zip(y).zip(dy).zip(&sum) {
                            *dx += y * (dy - sum);
                        }
                    }
                }
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::testing::check_layer;
        use crate::tensor::storage::Inline;

        #[test]
        fn gradients() {
            check_layer::<SMatrix<f64, 5, 3>, _>(&Softmax::<5, 1>);
            // (2, 3, 5) along each of its axes.
            check_layer::<SMatrix<f64, 5, 6>, _>(&Softmax::<3, 5>);
            check_layer::<SMatrix<f64, 5, 6>, _>(&Softmax::<2, 15>);
        }

        #[test]
        fn the_axis_sums_to_one() {
            let x = [SMatrix::<f64, 2, 2>::new(1000.0, 1000.0, 0.0, 3f64.ln())];
            let mut y = x;
            Softmax::<2, 2>.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            let expected = [0.5, 0.25, 0.5, 0.75];
            assert!(y[0].iter().zip(expected).all(|(y, e)| (y - e).abs() < 1e-12), "{y:?}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn axes() {
        let shape = Shape::new(&[2, 3, 5]);
        assert_eq!(infer(&SPEC.with(&[(arg::axis, Value::Int(-1))]), &[shape]).unwrap(), Inferred::new(shape, &[5, 1]));
        assert_eq!(infer(&SPEC.with(&[(arg::axis, Value::Int(1))]), &[shape]).unwrap(), Inferred::new(shape, &[2, 15]));
        assert!(
            infer(&SPEC.with(&[(arg::axis, Value::Int(0))]), &[shape])
                .unwrap_err()
                .to_string()
                .contains("counts the batch")
        );
    }
}
