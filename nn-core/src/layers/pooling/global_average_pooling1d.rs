//! GlobalAveragePooling1D: the mean over the steps of a sequence.
//!
//! ```text
//! y[f] = Σₜ x[t, f] / steps                     every step counts
//! y[f] = Σₜ m[t] · x[t, f] / Σₜ m[t]            with a mask m of 0 and 1; 0 where no step counts
//!
//! dx[t, f] += dy[f] / steps                     or m[t] · dy[f] / Σₜ m[t]
//! ```
//!
//! Shapes: input `(steps, features)`; output `(features,)`, or `(1, features)` with `keepdims`.
//!
//! If no step counts, Keras divides by 0, which gives NaN.
//!
//! Source: <https://keras.io/api/layers/pooling_layers/global_average_pooling1d/>

use super::windows::{channels_first, over_steps};
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Inferred, LayerSpec, Masking, Value, layer, rule};

layer! {
    /// The mean over the steps of a sequence.
    #[example = "let y = GlobalAveragePooling1D()(x); // [20, 8] → [8]"]
    #[doc(alias = "GlobalAvgPool1D")]
    pub struct GlobalAveragePooling1D {
        /// The order of the axes. Only `channels_last` is supported.
        data_format: Choice { CHANNELS_LAST = "channels_last", CHANNELS_FIRST = "channels_first" },
        /// Keeps the axis of the steps, with length 1.
        keepdims: Flag = false,
    }

    pub const SPEC: LayerSpec {
        masking: Masking::Reads { passes: None, both: None },
        infer: rule!(infer),
    }
}

/// Maps `(steps, features)` to `(features,)`.
///
/// # Errors
/// If the input is not a sequence, or for `channels_first`.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let args = Args(args);
    if args.data_format() == data_format::CHANNELS_FIRST {
        return Err(channels_first(arg::data_format, "Permute((2, 1))"));
    }
    over_steps(&inputs[0], args.keepdims())
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::GlobalAveragePooling1D;
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::tensor::Element;
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use nalgebra::{SMatrix, SVector};

    /// Computes `y = Σₜ m[t] · x[t] / Σₜ m[t]` for one sample.
    fn mean<T: Scalar>(x: &[T], counts: impl Fn(usize) -> bool, y: &mut [T]) {
        y.fill(T::ZERO);
        let mut sum = 0;
        for (_, x) in x.chunks_exact(y.len()).enumerate().filter(|(t, _)| counts(*t)) {
            sum += 1;
            y.iter_mut().zip(x).for_each(|(y, &x)| *y += x);
        }
        if sum > 0 {
            let share = T::ONE / T::of(f64::from(sum));
            y.iter_mut().for_each(|y| *y *= share);
        }
    }

    /// y = Σₜ m[t] · x[t] / Σₜ m[t], so dx[t] += m[t] · dy / Σₜ m[t].
    fn add_mean<T: Scalar>(dy: &[T], counts: impl Fn(usize) -> bool, dx: &mut [T]) {
        let steps = dx.len() / dy.len();
        let sum = (0..steps).filter(|&t| counts(t)).count();
        let share = T::ONE / T::of(sum.max(1) as f64);
        for (_, dx) in dx.chunks_exact_mut(dy.len()).enumerate().filter(|(t, _)| counts(*t)) {
            dx.iter_mut().zip(dy).for_each(|(dx, &dy)| *dx += share * dy);
        }
    }

    impl<T: Scalar + Element, const F: usize, const S: usize> Layer<T, SMatrix<T, F, S>> for GlobalAveragePooling1D {
        type Output = SVector<T, F>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        type Cache<B: Storage> = ();
        const WORK: Work = Work::BySample(0);

        fn forward<B: Storage>(
            &self,
            _: &(),
            x: &[SMatrix<T, F, S>],
            y: &mut [SVector<T, F>],
            pass: Pass<'_, '_, T, (), ()>,
        ) {
            let samples = x.iter().zip(y);
            match pass.mask(0) {
                None => samples.for_each(|(x, y)| mean(x.as_slice(), |_| true, y.as_mut_slice())),
                Some(m) => samples.zip(m.chunks_exact(S)).for_each(|((x, y), m)| {
                    mean(x.as_slice(), |t| m[t] != 0, y.as_mut_slice());
                }),
            }
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            _: &[SMatrix<T, F, S>],
            _: &[SVector<T, F>],
            dy: &[SVector<T, F>],
            memory: Memory<'_, T, ()>,
            dx: Option<&mut [SMatrix<T, F, S>]>,
            _: Option<&mut ()>,
        ) {
            let samples = dx.into_iter().flatten().zip(dy);
            match memory.mask(0) {
                None => samples.for_each(|(dx, dy)| add_mean(dy.as_slice(), |_| true, dx.as_mut_slice())),
                Some(m) => samples.zip(m.chunks_exact(S)).for_each(|((dx, dy), m)| {
                    add_mean(dy.as_slice(), |t| m[t] != 0, dx.as_mut_slice());
                }),
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::testing::{check_layer, check_masked};
        use crate::tensor::storage::Inline;

        #[test]
        fn gradients() {
            check_layer::<SMatrix<f64, 5, 3>, _>(&GlobalAveragePooling1D);
            let mask = [1, 0, 1, 0, 0, 0, 1, 1, 1];
            check_masked::<SMatrix<f64, 5, 3>, _>(&GlobalAveragePooling1D, &[Some(&mask)]);
        }

        #[test]
        fn the_formula() {
            let x = [SMatrix::<f32, 2, 3>::new(1., 2., 9., 4., 6., 7.); 2];
            let masks = [Some(&[1, 0, 1, 0, 0, 0][..])];
            let mut y = [SVector::<f32, 2>::repeat(9.); 2];
            let mut none = ();
            let pass = Pass::inference(&mut none).with_masks(&masks);
            GlobalAveragePooling1D.forward::<Inline<2>>(&(), &x, &mut y, pass);
            assert_eq!(y, [SVector::<f32, 2>::new(5., 5.5), SVector::zeros()]);

            let (dy, mut dx) = ([SVector::<f32, 2>::new(2., 4.); 2], [SMatrix::<f32, 2, 3>::repeat(1.); 2]);
            let memory = Memory::new(&mut none).with_masks(&masks);
            GlobalAveragePooling1D.backward::<Inline<2>>(&(), &x, &y, &dy, memory, Some(&mut dx), None);
            assert_eq!(dx, [SMatrix::<f32, 2, 3>::new(2., 1., 2., 3., 1., 3.), SMatrix::repeat(1.)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        let x = Shape::new(&[5, 3]);
        assert_eq!(infer(&SPEC.with(&[]), &[x]).unwrap().output(0), Shape::new(&[3]));
        let kept = SPEC.with(&[(arg::keepdims, Value::Flag(true))]);
        assert_eq!(infer(&kept, &[x]).unwrap().output(0), Shape::new(&[1, 3]));
        let first = SPEC.with(&[(arg::data_format, Value::Choice(data_format::CHANNELS_FIRST))]);
        assert!(infer(&first, &[x]).is_err());
        assert!(infer(&SPEC.with(&[]), &[Shape::new(&[3])]).is_err());
    }
}
