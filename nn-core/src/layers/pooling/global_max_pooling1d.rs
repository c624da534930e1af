//! GlobalMaxPooling1D: the largest value over the steps of a sequence.
//!
//! ```text
//! y[f] = maxₜ x[t, f]
//!
//! dx[t, f] += dy[f] / k        at the k steps where x[t, f] = y[f], else nothing
//! ```
//!
//! Shapes: input `(steps, features)`; output `(features,)`, or `(1, features)` with `keepdims`. As in Keras, a mask is
//! ignored and ends here. NaN in any step makes its feature NaN.
//!
//! Source: <https://keras.io/api/layers/pooling_layers/global_max_pooling1d/>

use super::global_average_pooling1d::{channels_first, over_steps};
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Inferred, LayerSpec, Value, layer, rule};

layer! {
    /// The largest value over the steps of a sequence.
    #[example = "let y = GlobalMaxPooling1D()(x); // [20, 8] → [8]"]
    #[doc(alias = "AdaptiveMaxPool1d")]
    #[doc(alias = "GlobalMaxPool1D")]
    pub struct GlobalMaxPooling1D {
        /// The order of the axes. Only `channels_last` is supported.
        data_format: Choice { CHANNELS_LAST = "channels_last", CHANNELS_FIRST = "channels_first" },
        /// Keeps the axis of the steps, with length 1.
        keepdims: Flag = false,
    }

    pub const SPEC: LayerSpec { infer: rule!(infer) }
}

/// Maps `(steps, features)` to `(features,)`.
///
/// # Errors
/// If the input is not a sequence, or for `channels_first`.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let args = Args(args);
    if args.data_format() == data_format::CHANNELS_FIRST {
        return Err(channels_first(arg::data_format));
    }
    over_steps(&inputs[0], args.keepdims())
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::GlobalMaxPooling1D;
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::tensor::Element;
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use nalgebra::{SMatrix, SVector};

    /// Returns the larger value, or NaN if one is NaN. (`max` would ignore a NaN.)
    #[inline(always)]
    fn maximum<T: Scalar>(y: T, x: T) -> T {
        // Only NaN has no order with itself.
        if x > y || x.partial_cmp(&x).is_none() { x } else { y }
    }

    impl<T: Scalar + Element, const F: usize, const S: usize> Layer<T, SMatrix<T, F, S>> for GlobalMaxPooling1D {
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
            _: Pass<'_, '_, T, (), ()>,
        ) {
            for (x, y) in x.iter().zip(y) {
                let (first, rest) = x.as_slice().split_at(F);
                y.as_mut_slice().copy_from_slice(first);
                for x in rest.chunks_exact(F) {
                    for (y, &x) in y.iter_mut().zip(x) {
                        *y = maximum(*y, x);
                    }
                }
            }
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            x: &[SMatrix<T, F, S>],
            y: &[SVector<T, F>],
            dy: &[SVector<T, F>],
            _: Memory<'_, T, ()>,
            dx: Option<&mut [SMatrix<T, F, S>]>,
            _: Option<&mut ()>,
        ) {
            // y = maxₜ x[t], so dx[t] += dy wherever x[t] = y, in equal parts.
            for (((x, y), dy), dx) in x.iter().zip(y).zip(dy).zip(dx.into_iter().flatten()) {
                for f in 0..F {
                    let largest = |t: &usize| x[(f, *t)] == y[f];
                    let count = (0..S).filter(largest).count();
                    let share = dy[f] / T::of(count as f64);
                    for t in 0..S {
                        // Nothing equals NaN; every step then has a gradient of NaN, as in Keras.
                        if count == 0 {
                            dx[(f, t)] += y[f];
                        } else if largest(&t) {
                            dx[(f, t)] += share;
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
            check_layer::<SMatrix<f64, 5, 3>, _>(&GlobalMaxPooling1D);
        }

        #[test]
        fn ties_share_the_gradient() {
            let x = [SMatrix::<f32, 2, 3>::new(1., 3., 3., 6., 2., 1.)];
            let mut y = [SVector::<f32, 2>::repeat(9.)];
            GlobalMaxPooling1D.forward::<Inline<1>>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(y, [SVector::<f32, 2>::new(3., 6.)]);
            let mut dx = [SMatrix::<f32, 2, 3>::repeat(1.)];
            let dy = [SVector::<f32, 2>::new(2., 4.)];
            GlobalMaxPooling1D.backward::<Inline<1>>(&(), &x, &y, &dy, Memory::new(&mut ()), Some(&mut dx), None);
            assert_eq!(dx, [SMatrix::<f32, 2, 3>::new(1., 2., 2., 5., 1., 1.)]);
        }
    }
}
