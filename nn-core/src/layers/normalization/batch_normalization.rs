//! BatchNormalization: normalizes each feature over the batch, then applies a learned factor and offset.
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
//! dx     += gamma · s · (dy - Σ dy / N - x̂ · Σ (dy ⊙ x̂) / N)        as μ and σ² depend on x; gamma · s · dy if they do not
//! dgamma += Σ dy ⊙ x̂
//! dbeta  += Σ dy
//! ```
//!
//! Shapes: output as input, any shape; all variables have one scalar for each place along `axis`. As in Keras, `axis`
//! counts the batch: 1 is the first axis of a sample, -1 the last.
//!
//! A frozen layer (`trainable = false`) works as in a prediction, even while others train: μ and σ² are constants,
//! `dx += gamma · s · dy`, and the moving averages stay. The variance is biased, also in its moving average.
//!
//! With a mask, the mean, the variance and `N` cover only the positions that count, but all positions are normalized.
//! A feature without a position that counts has mean and variance 0, as in Keras. Keras adds 1e-7 to `N`.
//!
//! Source: Ioffe and Szegedy, *Batch normalization*, ICML (2015);
//! <https://keras.io/api/layers/normalization_layers/batch_normalization/>

use super::axes::no_axis;
use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Folding, Inferred, LayerSpec, Masking, Streaming, Value, layer, rule};

layer! {
    /// Normalizes each feature over the batch, then applies a learned factor and offset.
    #[example = "let y = BatchNormalization(momentum = 0.9, scale = false)(x); // [28, 28, 8] → [28, 28, 8]"]
    /// `CENTER` is 1 with an offset, and `SCALE` with a factor, else 0. The `F` features lie `STRIDE` apart in memory.
    #[doc(alias = "BatchNorm1d")]
    #[doc(alias = "BatchNorm2d")]
    pub struct BatchNormalization<F, CENTER, SCALE, STRIDE> {
        /// The axis of the features: 1 is the first axis of a sample, -1 the last.
        axis: Int = -1,
        /// The share of the moving averages that a step keeps.
        pub momentum: Float = 0.99,
        /// Added to the variance before its root is taken.
        pub epsilon: Float = 1e-3,
        /// Adds a learned offset, `beta`.
        center: Flag = true,
        /// Multiplies by a learned factor, `gamma`.
        scale: Flag = true,
        /// The initial values of the offset.
        pub beta_initializer: Initializer = Zeros,
        /// The initial values of the factor.
        pub gamma_initializer: Initializer = Ones,
        /// The initial values of the moving mean.
        pub moving_mean_initializer: Initializer = Zeros,
        /// The initial values of the moving variance.
        pub moving_variance_initializer: Initializer = Ones,
        /// A penalty on the offset.
        pub beta_regularizer: Regularizer,
        /// A penalty on the factor.
        pub gamma_regularizer: Regularizer,
        /// A bound on the offset.
        pub beta_constraint: Constraint,
        /// A bound on the factor.
        pub gamma_constraint: Constraint,
        /// Batch renormalization, which this library does not have: `false`.
        renorm: Flag = false,
        /// Statistics over several machines. A model trains on one: `false`.
        synchronized: Flag = false,
    }

    pub const SPEC: LayerSpec {
        weights: BatchNormalizationWeights<F, CENTER, SCALE>,
        has_cache: true,
        masking: Masking::Trains,
        folding: Folding::Scale { axis: Some(arg::axis), offset: None },
        streaming: Streaming::Axis { axis: arg::axis },
        infer: rule!(infer),
    }

    impl Train;
}

/// Returns the shape of the input; the type has the distance of neighbours along `axis` as its `STRIDE`.
///
/// # Errors
/// If there is no such axis, or for `renorm` and `synchronized`.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (args, x) = (Args(args), inputs[0]);
    if args.renorm() {
        let message = Text::new().str("batch renormalization is not supported: leave `renorm` out");
        return Err(ShapeError::argument(Code::Unsupported, arg::renorm, message));
    }
    if args.synchronized() {
        let message = Text::new().str("a model trains on one machine, with statistics of the whole batch: ");
        let message = message.str("leave `synchronized` out");
        return Err(ShapeError::argument(Code::Unsupported, arg::synchronized, message));
    }
    match x.axis(args.axis()) {
        Some(axis) => {
            let (center, scale) = (args.center() as usize, args.scale() as usize);
            let consts = Consts { F: x.dim(axis), CENTER: center, SCALE: scale, STRIDE: x.stride(axis) };
            Ok(Inferred::new(x, &consts.list()))
        }
        None => Err(no_axis(arg::axis, args.axis(), &x)),
    }
}

#[cfg(feature = "compute")]
mod counted;
#[cfg(feature = "compute")]
mod moments;

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::BatchNormalization;
    use super::counted::{All, Counted, OfPositions};
    use super::moments::{each, statistics};
    use crate::layer::{Layer, Memory, Pass, Train};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use crate::weights;
    use crate::weights::fold::Scale;
    use crate::weights::initializers::Fans;
    use nalgebra::{SMatrix, SVector};
    use rand::Rng;

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

    /// `μ`, `σ²`, `s` and two sums for every feature, and whether the layer was frozen.
    type Cache<T, B, const F: usize> = (<B as Storage>::One<SMatrix<T, F, 5>>, <B as Storage>::One<bool>);

    /// The columns of the cache.
    const MEAN: usize = 0;
    const VARIANCE: usize = 1;
    const S: usize = 2;
    /// `Σ dy`
    const SUM: usize = 3;
    /// `Σ dy ⊙ x̂`
    const PRODUCT: usize = 4;

    /// The number of features that a prediction normalizes at a time, because it has no memory for all `s`.
    const LANES: usize = 16;

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
        type Cache<B: Storage> = Cache<T, B, F>;

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
            pass: Pass<'_, '_, T, (), Self::Cache<B>>,
        ) {
            const { assert!((R * P).is_multiple_of(F * STRIDE)) }
            let (x, y) = (flat(x), flat_mut(y));
            match pass.mask(0) {
                None => self.pass::<T, B>(w, x, y, pass, All(x.len())),
                Some(m) => self.pass::<T, B>(w, x, y, pass, OfPositions::<R>(m)),
            }
        }

        fn backward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SMatrix<T, R, P>],
            _: &[SMatrix<T, R, P>],
            dy: &[SMatrix<T, R, P>],
            memory: Memory<'_, T, Self::Cache<B>>,
            dx: Option<&mut [SMatrix<T, R, P>]>,
            dw: Option<&mut Self::Weights>,
        ) {
            let (x, dy, dx) = (flat(x), flat(dy), dx.map(flat_mut));
            match memory.mask(0) {
                None => self.pass_back::<T, B>(w, x, dy, memory.own, dx, dw, All(x.len())),
                Some(m) => self.pass_back::<T, B>(w, x, dy, memory.own, dx, dw, OfPositions::<R>(m)),
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
    > Train<T, SMatrix<T, R, P>> for BatchNormalization<F, CENTER, SCALE, STRIDE>
    {
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
        fn pass<T: Scalar, B: Storage>(
            &self,
            w: &BatchNormalizationWeights<T, F, CENTER, SCALE>,
            x: &[T],
            y: &mut [T],
            pass: Pass<'_, '_, T, (), Cache<T, B, F>>,
            counted: impl Counted,
        ) {
            match pass {
                Pass::Inference(_) => {
                    let (mean, variance) = (w.moving_mean.as_slice(), w.moving_variance.as_slice());
                    let mut s = [T::ZERO; LANES];
                    for (block, (mean, variance)) in mean.chunks(LANES).zip(variance.chunks(LANES)).enumerate() {
                        self.deviations(variance, &mut s);
                        Self::normalize(w, mean, &s, block * LANES, x, y);
                    }
                }
                Pass::Training(Memory { own: (cache, frozen), .. }, mode) => {
                    **frozen = mode.frozen;
                    let (moments, rest) = cache.as_mut_slice().split_at_mut(S * F);
                    let (mean, variance) = moments.split_at_mut(VARIANCE * F);
                    if mode.frozen {
                        mean.copy_from_slice(w.moving_mean.as_slice());
                        variance.copy_from_slice(w.moving_variance.as_slice());
                    } else {
                        statistics::<T, F, STRIDE>(x, mean, variance, rest, counted);
                    }
                    let s = &mut rest[..F];
                    self.deviations(variance, s);
                    Self::normalize(w, mean, s, 0, x, y);
                }
            }
        }

        fn pass_back<T: Scalar, B: Storage>(
            &self,
            w: &BatchNormalizationWeights<T, F, CENTER, SCALE>,
            x: &[T],
            dy: &[T],
            (cache, frozen): &mut Cache<T, B, F>,
            dx: Option<&mut [T]>,
            dw: Option<&mut BatchNormalizationWeights<T, F, CENTER, SCALE>>,
            counted: impl Counted,
        ) {
            let gamma = w.gamma.as_slice();
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
            let Some(dx) = dx else { return };
            // x̂ = (x - μ) · s, so dx += gamma · s · (dy - Σ dy / N - x̂ · Σ (dy ⊙ x̂) / N); if frozen, without sums
            for (f, (sum, product)) in sum.iter_mut().zip(&mut *product).enumerate() {
                let n = T::of(counted.number::<F, STRIDE>(f).max(1) as f64);
                let share = if **frozen { T::ZERO } else { T::ONE / n };
                *sum *= share;
                *product *= share;
            }
            for (block, ((x, dy), dx)) in blocks().zip(dx.chunks_exact_mut(F * STRIDE)).enumerate() {
                each::<STRIDE>(0..F, |k, f| {
                    let normal = (x[k] - mean[f]) * s[f];
                    let factor = if SCALE == 1 { gamma[f] * s[f] } else { s[f] };
                    let moved =
                        if counted.counts(block * F * STRIDE + k) { sum[f] + normal * product[f] } else { T::ZERO };
                    dx[k] += factor * (dy[k] - moved);
                });
            }
        }

        /// Computes `s = 1 / √(σ² + epsilon)`.
        #[inline(always)]
        fn deviations<T: Scalar>(&self, variance: &[T], s: &mut [T]) {
            for (s, &variance) in s.iter_mut().zip(variance) {
                *s = T::ONE / (variance + T::of(self.epsilon)).sqrt();
            }
        }

        /// Writes the features of `y` from the `first` one on; `mean` and `s` belong to the same features. There are
        /// no indices here, because the compiler does not see for every `F` that they are in range.
        #[inline(always)]
        fn normalize<T: Scalar>(
            w: &BatchNormalizationWeights<T, F, CENTER, SCALE>,
            mean: &[T],
            s: &[T],
            first: usize,
            x: &[T],
            y: &mut [T],
        ) {
            // y = gamma ⊙ (x - μ) · s + beta. If there is no gamma or beta, `s` is in its place and not read.
            let part = |all: bool, variable| if all { <[T]>::get(variable, first..).unwrap_or_default() } else { s };
            let (gamma, beta) = (part(SCALE == 1, w.gamma.as_slice()), part(CENTER == 1, w.beta.as_slice()));
            for (x, y) in x.chunks_exact(F * STRIDE).zip(y.chunks_exact_mut(F * STRIDE)) {
                let (Some(x), Some(y)) = (x.get(first * STRIDE..), y.get_mut(first * STRIDE..)) else { return };
                let features = mean.iter().zip(s).zip(gamma.iter().zip(beta));
                let scalars = x.chunks_exact(STRIDE).zip(y.chunks_exact_mut(STRIDE));
                for ((x, y), ((&mean, &s), (&gamma, &beta))) in scalars.zip(features) {
                    for (y, &x) in y.iter_mut().zip(x) {
                        let normal = (x - mean) * s;
                        let scaled = if SCALE == 1 { gamma * normal } else { normal };
                        *y = if CENTER == 1 { scaled + beta } else { scaled };
                    }
                }
            }
        }
    }

    impl<T: Scalar, const F: usize, const CENTER: usize, const SCALE: usize, const STRIDE: usize> Scale<T>
        for BatchNormalization<F, CENTER, SCALE, STRIDE>
    {
        type Weights = BatchNormalizationWeights<T, F, CENTER, SCALE>;

        fn features(&self) -> usize {
            F
        }

        fn scale(&self, w: &Self::Weights, f: usize) -> (f64, f64) {
            // y = gamma ⊙ (x - μ) · s + beta = (gamma ⊙ s) ⊙ x + (beta - gamma ⊙ s ⊙ μ)
            let deviation = nalgebra::ComplexField::sqrt(w.moving_variance[f].to_f64() + self.epsilon);
            let s = w.gamma.as_slice().get(f).map_or(1.0, |gamma| gamma.to_f64()) / deviation;
            (s, w.beta.as_slice().get(f).map_or(0.0, |beta| beta.to_f64()) - s * w.moving_mean[f].to_f64())
        }
    }
}

#[cfg(all(test, feature = "compute"))]
mod tests;
