//! BatchNormalization: every feature gets mean 0 and variance 1 over the batch, then a learnt scale and offset.
//!
//! ```text
//! training:    μ = mean(x)    σ² = mean((x - μ)²)        over samples and positions, N scalars of a feature
//!              moving_mean     = momentum · moving_mean     + (1 - momentum) · μ
//!              moving_variance = momentum · moving_variance + (1 - momentum) · σ²
//! prediction:  μ = moving_mean    σ² = moving_variance
//!
//! x̂ = (x - μ) · s        with s = 1 / √(σ² + epsilon)
//! y = gamma ⊙ x̂ + beta
//!
//! dx     += gamma · s · (dy - Σ dy / N - x̂ · Σ (dy ⊙ x̂) / N)        since μ and σ² depend on x
//! dgamma += Σ dy ⊙ x̂
//! dbeta  += Σ dy
//! ```
//!
//! Shapes: output as input, any shape; all variables have one scalar for each place along `axis`. As in Keras, `axis`
//! counts the batch: 1 is the first axis of a sample, -1 the last.
//!
//! A frozen layer (`trainable = false`) works as in a prediction, also while the others train: μ and σ² are then constants,
//! `dx += gamma · s · dy`, and the moving averages stay. The variance is the biased one, also in its moving average.
//!
//! Source: Ioffe and Szegedy, *Batch normalization*, ICML (2015);
//! <https://keras.io/api/layers/normalization_layers/batch_normalization/>

use crate::shape::{Shape, ShapeError};
use crate::spec::{ArgSpec, Folding, Inferred, LayerSpec, Masking, Value, rule};

/// `BatchNormalization(axis, momentum, epsilon, center, scale, beta_initializer, gamma_initializer,
/// moving_mean_initializer, moving_variance_initializer, beta_regularizer, gamma_regularizer,
/// beta_constraint, gamma_constraint)`
pub const SPEC: LayerSpec = LayerSpec {
    name: "BatchNormalization",
    module: "batch_normalization",
    args: &[
        ArgSpec::int("axis", -1),
        ArgSpec::float("momentum", 0.99),
        ArgSpec::float("epsilon", 1e-3),
        ArgSpec::flag("center", true),
        ArgSpec::flag("scale", true),
        ArgSpec::initializer("beta_initializer"),
        ArgSpec::initializer("gamma_initializer"),
        ArgSpec::initializer("moving_mean_initializer"),
        ArgSpec::initializer("moving_variance_initializer"),
        ArgSpec::regularizer("beta_regularizer"),
        ArgSpec::regularizer("gamma_regularizer"),
        ArgSpec::constraint("beta_constraint"),
        ArgSpec::constraint("gamma_constraint"),
    ],
    consts: 4,
    weight_consts: Some(3),
    has_cache: true,
    masking: Masking::Passes,
    folding: Folding::Scale { axis: 0 },
    infer: rule!(infer),
    ..LayerSpec::BASE
};

/// The shape stays; the type is `BatchNormalization<features, center, scale, STRIDE>`, with the distance of neighbours
/// along `axis`.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let x = inputs[0];
    match x.axis(args[0].as_int()) {
        Some(axis) => {
            let (center, scale) = (args[3].as_flag() as usize, args[4].as_flag() as usize);
            Ok(Inferred::new(x, &[x.dim(axis), center, scale, x.stride(axis)]))
        }
        None => Err(ShapeError::no_axis(0, args[0].as_int(), &x)),
    }
}

#[cfg(feature = "compute")]
pub(super) mod compute {
    use crate::constraints::Constraint;
    use crate::fold::Scale;
    use crate::initializers::{Fans, Initializer};
    use crate::layer::{Layer, Pass};
    use crate::regularizers::Regularizer;
    use crate::scalar::Scalar;
    use crate::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use crate::weights;
    use core::ops::Range;
    use nalgebra::{SMatrix, SVector};
    use rand::Rng;

    /// Normalizes `F` features over the batch; `CENTER` is 1 with an offset, `SCALE` is 1 with a scale, else 0. Neighbours
    /// along the axis of the features lie `STRIDE` apart.
    #[derive(Clone, Copy, Debug)]
    pub struct BatchNormalization<const F: usize, const CENTER: usize, const SCALE: usize, const STRIDE: usize> {
        /// How much of the moving averages stays in a step; 0.99 by default.
        pub momentum: f64,
        /// Added to the variance; 0.001 by default.
        pub epsilon: f64,
        /// How the offset starts; Keras's default is zeros.
        pub beta_initializer: Initializer,
        /// How the scale starts; Keras's default is ones.
        pub gamma_initializer: Initializer,
        /// How the moving mean starts; Keras's default is zeros.
        pub moving_mean_initializer: Initializer,
        /// How the moving variance starts; Keras's default is ones.
        pub moving_variance_initializer: Initializer,
        /// A penalty on the offset; none by default.
        pub beta_regularizer: Regularizer,
        /// A penalty on the scale; none by default.
        pub gamma_regularizer: Regularizer,
        /// A bound on `β`; none by default.
        pub beta_constraint: Constraint,
        /// A bound on `γ`; none by default.
        pub gamma_constraint: Constraint,
    }

    impl<const F: usize, const CENTER: usize, const SCALE: usize, const STRIDE: usize>
        BatchNormalization<F, CENTER, SCALE, STRIDE>
    {
        /// Keras's defaults.
        pub const DEFAULT: Self = BatchNormalization {
            momentum: 0.99,
            epsilon: 1e-3,
            beta_initializer: Initializer::Zeros,
            gamma_initializer: Initializer::Ones,
            moving_mean_initializer: Initializer::Zeros,
            moving_variance_initializer: Initializer::Ones,
            beta_regularizer: Regularizer::NONE,
            gamma_regularizer: Regularizer::NONE,
            beta_constraint: Constraint::None,
            gamma_constraint: Constraint::None,
        };
    }

    weights! {
        /// The weights of a [`BatchNormalization`].
        pub struct BatchNormalizationWeights<T, const F: usize, const CENTER: usize, const SCALE: usize> {
            /// The scale: one column, or none.
            gamma: SMatrix<T, F, SCALE> => [F],
            /// The offset: one column, or none.
            beta: SMatrix<T, F, CENTER> => [F],
            /// The moving average of the mean.
            state moving_mean: SVector<T, F> => [F],
            /// The moving average of the variance.
            state moving_variance: SVector<T, F> => [F],
        }
    }

    /// The columns of the cache.
    const MEAN: usize = 0;
    const VARIANCE: usize = 1;
    const S: usize = 2;
    /// `Σ dy`
    const SUM: usize = 3;
    /// `Σ dy ⊙ x̂`
    const PRODUCT: usize = 4;

    /// Predictions have no memory for all `s`, so they normalize this many features at a time.
    const LANES: usize = 16;

    /// Calls `visit` with the place and the feature of every scalar of these features, `STRIDE` apart.
    #[inline(always)]
    fn each<const STRIDE: usize>(features: Range<usize>, mut visit: impl FnMut(usize, usize)) {
        for f in features {
            for k in f * STRIDE..(f + 1) * STRIDE {
                visit(k, f);
            }
        }
    }

    impl<
        T: Scalar + Element,
        const F: usize,
        const CENTER: usize,
        const SCALE: usize,
        const STRIDE: usize,
        const R: usize,
        const P: usize,
    > Layer<T, SMatrix<T, R, P>> for BatchNormalization<F, CENTER, SCALE, STRIDE>
    {
        type Output = SMatrix<T, R, P>;
        type Weights = BatchNormalizationWeights<T, F, CENTER, SCALE>;
        type Scratch<B: Storage> = ();
        /// `μ`, `σ²`, `s` and two sums of every feature, and whether the layer was frozen.
        type Cache<B: Storage> = (B::One<SMatrix<T, F, 5>>, B::One<bool>);

        fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
            let fans = Fans::new(F, F);
            self.gamma_initializer.fill(w.gamma.as_mut_slice(), &[F], fans, rng);
            self.beta_initializer.fill(w.beta.as_mut_slice(), &[F], fans, rng);
            self.moving_mean_initializer.fill(w.moving_mean.as_mut_slice(), &[F], fans, rng);
            self.moving_variance_initializer.fill(w.moving_variance.as_mut_slice(), &[F], fans, rng);
        }

        fn forward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SMatrix<T, R, P>],
            y: &mut [SMatrix<T, R, P>],
            pass: Pass<'_, '_, (), Self::Cache<B>>,
        ) {
            const { assert!((R * P).is_multiple_of(F * STRIDE)) }
            let (x, y) = (flat(x), flat_mut(y));
            match pass {
                Pass::Inference(()) => {
                    let (mean, variance) = (w.moving_mean.as_slice(), w.moving_variance.as_slice());
                    let mut s = [T::ZERO; LANES];
                    for start in (0..F).step_by(LANES) {
                        let block = start..F.min(start + LANES);
                        let s = &mut s[..block.len()];
                        self.deviations(&variance[block.clone()], s);
                        Self::normalize(w, &mean[block.clone()], s, block, x, y);
                    }
                }
                Pass::Training((cache, frozen), mode) => {
                    **frozen = mode.frozen;
                    let (moments, rest) = cache.as_mut_slice().split_at_mut(S * F);
                    let (mean, variance) = moments.split_at_mut(VARIANCE * F);
                    let s = &mut rest[..F];
                    if mode.frozen {
                        mean.copy_from_slice(w.moving_mean.as_slice());
                        variance.copy_from_slice(w.moving_variance.as_slice());
                    } else {
                        // μ = mean(x), σ² = mean((x - μ)²)
                        let n = T::of((x.len() / F) as f64);
                        mean.fill(T::ZERO);
                        for x in x.chunks_exact(F * STRIDE) {
                            each::<STRIDE>(0..F, |k, f| mean[f] += x[k]);
                        }
                        mean.iter_mut().for_each(|mean| *mean /= n);
                        variance.fill(T::ZERO);
                        for x in x.chunks_exact(F * STRIDE) {
                            each::<STRIDE>(0..F, |k, f| variance[f] += (x[k] - mean[f]) * (x[k] - mean[f]));
                        }
                        variance.iter_mut().for_each(|variance| *variance /= n);
                    }
                    self.deviations(variance, s);
                    Self::normalize(w, mean, s, 0..F, x, y);
                }
            }
        }

        fn backward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SMatrix<T, R, P>],
            _: &[SMatrix<T, R, P>],
            dy: &[SMatrix<T, R, P>],
            (cache, frozen): &mut Self::Cache<B>,
            dx: Option<&mut [SMatrix<T, R, P>]>,
            dw: Option<&mut Self::Weights>,
        ) {
            let (x, dy, gamma) = (flat(x), flat(dy), w.gamma.as_slice());
            let (known, sums) = cache.as_mut_slice().split_at_mut(SUM * F);
            let (mean, s) = (&known[MEAN * F..][..F], &known[S * F..][..F]);
            let (sum, product) = sums.split_at_mut((PRODUCT - SUM) * F);
            sum.fill(T::ZERO);
            product.fill(T::ZERO);
            let blocks = || x.chunks_exact(F * STRIDE).zip(dy.chunks_exact(F * STRIDE));
            for (x, dy) in blocks() {
                each::<STRIDE>(0..F, |k, f| {
                    sum[f] += dy[k];
                    product[f] += dy[k] * (x[k] - mean[f]) * s[f];
                });
            }
            if let Some(dw) = dw {
                // y = gamma ⊙ x̂ + beta, so dgamma += Σ dy ⊙ x̂ and dbeta += Σ dy
                dw.gamma.as_mut_slice().iter_mut().zip(&*product).for_each(|(dgamma, &product)| *dgamma += product);
                dw.beta.as_mut_slice().iter_mut().zip(&*sum).for_each(|(dbeta, &sum)| *dbeta += sum);
            }
            let Some(dx) = dx.map(flat_mut) else { return };
            // x̂ = (x - μ) · s, so dx += gamma · s · (dy - Σ dy / N - x̂ · Σ (dy ⊙ x̂) / N), or without the sums if frozen
            let n = T::of((x.len() / F) as f64);
            let share = if **frozen { T::ZERO } else { T::ONE / n };
            for ((x, dy), dx) in blocks().zip(dx.chunks_exact_mut(F * STRIDE)) {
                each::<STRIDE>(0..F, |k, f| {
                    let normal = (x[k] - mean[f]) * s[f];
                    let factor = if SCALE == 1 { gamma[f] * s[f] } else { s[f] };
                    dx[k] += factor * (dy[k] - share * (sum[f] + normal * product[f]));
                });
            }
        }

        fn update<B: Storage>(&self, w: &mut Self::Weights, (cache, frozen): &Self::Cache<B>) {
            if **frozen {
                return;
            }
            let (keep, take) = (T::of(self.momentum), T::of(1.0 - self.momentum));
            for f in 0..F {
                // moving = momentum · moving + (1 - momentum) · batch
                w.moving_mean[f] = keep * w.moving_mean[f] + take * cache[(f, MEAN)];
                w.moving_variance[f] = keep * w.moving_variance[f] + take * cache[(f, VARIANCE)];
            }
        }

        fn constrain(&self, w: &mut Self::Weights) {
            let (gamma, beta) = (w.gamma.as_mut_slice(), w.beta.as_mut_slice());
            self.gamma_constraint.apply(gamma, &[gamma.len()]);
            self.beta_constraint.apply(beta, &[beta.len()]);
        }

        fn regularize(&self, w: &Self::Weights, dw: Option<&mut Self::Weights>) -> T {
            let (dgamma, dbeta) = dw.map(|dw| (dw.gamma.as_mut_slice(), dw.beta.as_mut_slice())).unzip();
            self.gamma_regularizer.apply(w.gamma.as_slice(), dgamma)
                + self.beta_regularizer.apply(w.beta.as_slice(), dbeta)
        }
    }

    impl<const F: usize, const CENTER: usize, const SCALE: usize, const STRIDE: usize>
        BatchNormalization<F, CENTER, SCALE, STRIDE>
    {
        /// `s = 1 / √(σ² + epsilon)`
        #[inline(always)]
        fn deviations<T: Scalar>(&self, variance: &[T], s: &mut [T]) {
            for (s, &variance) in s.iter_mut().zip(variance) {
                *s = T::ONE / (variance + T::of(self.epsilon)).sqrt();
            }
        }

        /// Writes some of the features of `y`; `mean` and `s` are those of the same features.
        #[inline(always)]
        fn normalize<T: Scalar>(
            w: &BatchNormalizationWeights<T, F, CENTER, SCALE>,
            mean: &[T],
            s: &[T],
            features: Range<usize>,
            x: &[T],
            y: &mut [T],
        ) {
            // y = gamma ⊙ (x - μ) · s + beta
            let (gamma, beta, first) = (w.gamma.as_slice(), w.beta.as_slice(), features.start);
            for (x, y) in x.chunks_exact(F * STRIDE).zip(y.chunks_exact_mut(F * STRIDE)) {
                each::<STRIDE>(features.clone(), |k, f| {
                    let normal = (x[k] - mean[f - first]) * s[f - first];
                    let scaled = if SCALE == 1 { gamma[f] * normal } else { normal };
                    y[k] = if CENTER == 1 { scaled + beta[f] } else { scaled };
                });
            }
        }
    }

    impl<T: Scalar, const F: usize, const CENTER: usize, const SCALE: usize, const STRIDE: usize> Scale<T>
        for BatchNormalization<F, CENTER, SCALE, STRIDE>
    {
        type Weights = BatchNormalizationWeights<T, F, CENTER, SCALE>;
        const FEATURES: usize = F;

        fn scale(&self, w: &Self::Weights, f: usize) -> (f64, f64) {
            // y = gamma ⊙ (x - μ) · s + beta = (gamma ⊙ s) ⊙ x + (beta - gamma ⊙ s ⊙ μ)
            let deviation = nalgebra::ComplexField::sqrt(w.moving_variance[f].to_f64() + self.epsilon);
            let s = w.gamma.as_slice().get(f).map_or(1.0, |gamma| gamma.to_f64()) / deviation;
            (s, w.beta.as_slice().get(f).map_or(0.0, |beta| beta.to_f64()) - s * w.moving_mean[f].to_f64())
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::Mode;
        use crate::storage::{Buffer, Heap};
        use crate::testing::check_layer;
        use crate::weights::Weights;
        use rand::{SeedableRng, rngs::StdRng};

        #[test]
        fn gradients() {
            check_layer::<SMatrix<f64, 5, 3>, _>(&BatchNormalization::<5, 1, 1, 1> {
                gamma_regularizer: Regularizer { l1: 0.02, l2: 0.03 },
                beta_regularizer: Regularizer { l1: 0.05, l2: 0.07 },
                ..BatchNormalization::DEFAULT
            });
            check_layer::<SMatrix<f64, 5, 1>, _>(&BatchNormalization::<5, 0, 1, 1>::DEFAULT);
            check_layer::<SMatrix<f64, 5, 1>, _>(&BatchNormalization::<5, 1, 0, 1>::DEFAULT);
            // The middle axis of (2, 3, 5).
            check_layer::<SMatrix<f64, 5, 6>, _>(&BatchNormalization::<3, 1, 1, 5>::DEFAULT);
        }

        type Plain = BatchNormalization<2, 1, 1, 1>;
        type W = BatchNormalizationWeights<f64, 2, 1, 1>;
        type Cache = <Plain as Layer<f64, SVector<f64, 2>>>::Cache<Heap>;

        /// Two samples whose features have mean 3 and 0, variance 4 and 9.
        const X: [SVector<f64, 2>; 2] = [SVector::<f64, 2>::new(1., -3.), SVector::<f64, 2>::new(5., 3.)];
        const PLAIN: Plain = BatchNormalization { epsilon: 0.0, ..BatchNormalization::DEFAULT };

        fn train(w: &W, frozen: bool) -> ([SVector<f64, 2>; 2], Cache) {
            let (mut y, mut cache, mut rng) =
                ([SVector::zeros(); 2], Cache::with_capacity(2), StdRng::seed_from_u64(1));
            let mut mode = Mode::new(&mut rng);
            let mode = if frozen { mode.frozen() } else { mode.reborrow() };
            PLAIN.forward::<Heap>(w, &X, &mut y, Pass::training(&mut cache, mode));
            (y, cache)
        }

        fn weights() -> W {
            let mut w = W::zeroed();
            (w.gamma, w.beta) = (SVector::<f64, 2>::new(2., 10.), SVector::<f64, 2>::new(0., 100.));
            (w.moving_mean, w.moving_variance) = (SVector::<f64, 2>::new(1., 1.), SVector::<f64, 2>::new(1., 4.));
            w
        }

        #[test]
        fn training_uses_the_batch_and_moves_the_averages() {
            let mut w = weights();
            let (y, cache) = train(&w, false);
            assert_eq!(y, [SVector::<f64, 2>::new(-2., 90.), SVector::<f64, 2>::new(2., 110.)]);
            Layer::<f64, SVector<f64, 2>>::update::<Heap>(&PLAIN, &mut w, &cache);
            assert!((w.moving_mean - SVector::<f64, 2>::new(1.02, 0.99)).norm() < 1e-12, "{w:?}");
            assert!((w.moving_variance - SVector::<f64, 2>::new(1.03, 4.05)).norm() < 1e-12, "{w:?}");
        }

        #[test]
        fn a_prediction_and_a_frozen_layer_use_the_averages() {
            let mut w = weights();
            let expected = [SVector::<f64, 2>::new(0., 80.), SVector::<f64, 2>::new(8., 110.)];
            let mut y = [SVector::zeros(); 2];
            PLAIN.forward::<Heap>(&w, &X, &mut y, Pass::Inference(&mut ()));
            assert_eq!(y, expected);

            let (y, mut cache) = train(&w, true);
            assert_eq!(y, expected);
            let dy = [SVector::<f64, 2>::new(1., 1.), SVector::<f64, 2>::new(0., 3.)];
            let (mut dx, mut dw) = ([SVector::zeros(); 2], W::zeroed());
            PLAIN.backward::<Heap>(&w, &X, &y, &dy, &mut cache, Some(&mut dx), Some(&mut dw));
            assert_eq!(dx, [SVector::<f64, 2>::new(2., 5.), SVector::<f64, 2>::new(0., 15.)]);
            assert_eq!((dw.gamma, dw.beta), (SVector::<f64, 2>::new(0., 1.), SVector::<f64, 2>::new(1., 4.)));
            Layer::<f64, SVector<f64, 2>>::update::<Heap>(&PLAIN, &mut w, &cache);
            assert_eq!(w, weights());
        }

        /// With more features than one block of a prediction has, and neighbours that are not next to each other.
        #[test]
        fn a_prediction_equals_a_frozen_layer() {
            type Layer37 = BatchNormalization<37, 1, 1, 2>;
            type X = SMatrix<f64, 2, 111>;
            let mut w = <BatchNormalizationWeights<f64, 37, 1, 1> as Weights<f64>>::zeroed();
            w.as_mut_slice().iter_mut().enumerate().for_each(|(k, w)| *w = (k % 11 + 1) as f64);
            let x = [X::from_fn(|r, c| (r * 7 + c) as f64), X::from_fn(|r, c| (r + c * 3) as f64)];
            let (mut y, mut frozen) = ([X::repeat(f64::NAN); 2], [X::repeat(f64::NAN); 2]);
            Layer37::DEFAULT.forward::<Heap>(&w, &x, &mut y, Pass::Inference(&mut ()));
            let mut cache = <Layer37 as Layer<f64, X>>::Cache::<Heap>::with_capacity(2);
            let mut rng = StdRng::seed_from_u64(1);
            let mut mode = Mode::new(&mut rng);
            let mode = mode.frozen();
            Layer37::DEFAULT.forward::<Heap>(&w, &x, &mut frozen, Pass::training(&mut cache, mode));
            assert_eq!(y, frozen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    fn args(axis: i64) -> [Value; 11] {
        let mut args = [Value::Absent; 11];
        (args[0], args[3], args[4]) = (Value::Int(axis), Value::Flag(true), Value::Flag(false));
        args
    }

    #[test]
    fn axes() {
        let shape = Shape::new(&[2, 3, 5]);
        assert_eq!(infer(&args(-1), &[shape]).unwrap(), Inferred::new(shape, &[5, 1, 0, 1]));
        assert_eq!(infer(&args(1), &[shape]).unwrap(), Inferred::new(shape, &[2, 1, 0, 15]));
        assert!(infer(&args(0), &[shape]).unwrap_err().to_string().contains("counts the batch"));
    }
}
