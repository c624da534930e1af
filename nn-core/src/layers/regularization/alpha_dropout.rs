//! AlphaDropout: drops a random part of its input while training, and keeps mean and variance: for `selu`.
//!
//! ```text
//! training:    k = 1 with probability 1 - rate, else 0
//!              y = a · (k ⊙ x + (1 - k) · α') + b
//!              α' = -scale · alpha of SELU    a = 1 / √((1 - rate) · (1 + rate · α'²))    b = -a · α' · rate
//! prediction:  y = x
//!
//! dx += a · k ⊙ dy
//! ```
//!
//! Shapes: output as input, any shape. By default every scalar of every sample draws its own `k`. `noise_shape` counts
//! the batch, as in Keras: along an axis where it has 1, all places share one `k`; `None` stands for the length of the
//! axis. `(None, 1, None)` drops a feature at all steps or at none.
//!
//! Source: Klambauer et al., *Self-normalizing neural networks*, NIPS (2017);
//! <https://keras.io/api/layers/regularization_layers/alpha_dropout/>

use super::noise::{self, NoiseShape};
use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Folding, Inferred, LayerSpec, Masking, Streaming, Value, found, layer, rule};

layer! {
    /// Drops a random part of its input while training, and keeps mean and variance: for `selu`.
    #[example = "let y = AlphaDropout(0.1)(x); // [64] → [64]"]
    #[example = "let y = AlphaDropout(0.1, noise_shape = (None, 1, None))(x); // [20, 8] → [20, 8]"]
    /// `BATCH` is 1 if all samples of a batch share their noise, else 0.
    #[doc(alias = "FeatureAlphaDropout")]
    pub struct AlphaDropout<BATCH> {
        /// The fraction that is dropped, from 0 to below 1.
        pub rate: Float,
        /// For the batch and each axis: 1 if all places share their noise, else the length or `None`.
        noise_shape: Option<Dims>,
        /// Has no effect: the seed of `fit` decides about random numbers.
        seed: Option<Int>,
    }

    /// The axes whose places share their noise.
    pub rule noise: NoiseShape;

    pub const SPEC: LayerSpec {
        has_cache: true,
        masking: Masking::Passes,
        copies: true,
        folding: Folding::Identity,
        streaming: Streaming::Steps,
        infer: rule!(infer),
    }
}

/// Returns the shape of the input.
///
/// # Errors
/// If the rate is not from 0 to below 1, or if `noise_shape` does not fit the input.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (args, x) = (Args(args), inputs[0]);
    if let Some(rate) = args.rate()
        && !(rate >= 0.0 && rate < 1.0)
    {
        let message = Text::new().str("expected a rate from 0 to below 1");
        return Err(ShapeError::argument(Code::OutOfRange, arg::rate, message));
    }
    let (batch, noise) = found!(noise::shape(&x, args.noise_shape(), arg::noise_shape));
    Ok(Inferred::new(x, &Consts { BATCH: batch }.list()).with(&noise.list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::AlphaDropout;
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use nalgebra::{ComplexField, SMatrix};
    use rand::RngExt;

    /// `α'`, the limit of a SELU at -∞.
    const ALPHA: f64 = -1.673_263_242_354_377_2 * 1.050_700_987_355_480_5;

    impl<const BATCH: usize> AlphaDropout<BATCH> {
        /// Returns `a` and `b`.
        fn affine(&self) -> (f64, f64) {
            let a = 1.0 / ComplexField::sqrt((1.0 - self.rate) * (1.0 + self.rate * ALPHA * ALPHA));
            (a, -a * ALPHA * self.rate)
        }
    }

    impl<T: Scalar + Element, const BATCH: usize, const R: usize, const P: usize> Layer<T, SMatrix<T, R, P>>
        for AlphaDropout<BATCH>
    {
        type Output = SMatrix<T, R, P>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        /// `a · k`
        type Cache<B: Storage> = B::Of<SMatrix<T, R, P>>;
        const WORK: Work = if BATCH == 1 { Work::ByBatch(0) } else { Work::BySample(0) };

        fn forward<B: Storage>(
            &self,
            _: &(),
            x: &[SMatrix<T, R, P>],
            y: &mut [SMatrix<T, R, P>],
            pass: Pass<'_, '_, T, (), B::Of<SMatrix<T, R, P>>>,
        ) {
            let (x, y) = (flat(x), flat_mut(y));
            match pass {
                Pass::Training(Memory { own: m, .. }, mode) if mode.has_noise() => {
                    let (a, b) = self.affine();
                    let (a, b, dropped) = (T::of(a), T::of(b), T::of(a * ALPHA + b));
                    let m = flat_mut(m);
                    self.noise
                        .fill(BATCH, (R, R * P), m, || if mode.rng.random::<f64>() < self.rate { T::ZERO } else { a });
                    // y = a · (k ⊙ x + (1 - k) · α') + b
                    for ((y, &x), &m) in y.iter_mut().zip(x).zip(&*m) {
                        *y = if m == T::ZERO { dropped } else { a * x + b };
                    }
                }
                Pass::Training(Memory { own: m, .. }, _) => {
                    flat_mut(m).fill(T::ONE);
                    y.copy_from_slice(x);
                }
                Pass::Inference(_) => y.copy_from_slice(x),
            }
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            _: &[SMatrix<T, R, P>],
            _: &[SMatrix<T, R, P>],
            dy: &[SMatrix<T, R, P>],
            Memory { own: m, .. }: Memory<'_, T, B::Of<SMatrix<T, R, P>>>,
            dx: Option<&mut [SMatrix<T, R, P>]>,
            _: Option<&mut ()>,
        ) {
            // y = a · (k ⊙ x + (1 - k) · α') + b, so dx += a · k ⊙ dy
            if let Some(dx) = dx {
                for ((dx, &dy), &m) in flat_mut(dx).iter_mut().zip(flat(dy)).zip(flat(m)) {
                    *dx += m * dy;
                }
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::Mode;
        use crate::layer::testing::check_layer;
        use crate::layers::NoiseShape;
        use crate::tensor::storage::{Buffer, Heap, Storage};
        use rand::{SeedableRng, rngs::StdRng};

        const PLAIN: AlphaDropout<0> = AlphaDropout { rate: 0.3, noise: NoiseShape::NONE };

        const fn noise(shared: usize, axis_1: usize, axis_2: usize) -> NoiseShape {
            NoiseShape { shared, axis_1, axis_2, axis_3: 1 }
        }

        #[test]
        fn gradients() {
            check_layer::<SMatrix<f64, 5, 3>, _>(&PLAIN);
            check_layer::<SMatrix<f64, 5, 6>, _>(&AlphaDropout::<0> { rate: 0.3, noise: noise(0b101, 3, 2) });
            check_layer::<SMatrix<f64, 5, 3>, _>(&AlphaDropout::<1> { rate: 0.3, noise: noise(0b10, 3, 1) });
        }

        /// For normal inputs, as a SELU gives them.
        #[test]
        fn keeps_mean_and_variance() {
            use rand_distr::StandardNormal;
            let mut rng = StdRng::seed_from_u64(1);
            let x = [SMatrix::<f64, 200, 100>::from_fn(|_, _| rng.sample(StandardNormal))];
            let (mut y, mut m) = (x, <Heap as Storage>::Of::with_capacity(1));
            PLAIN.forward::<Heap>(&(), &x, &mut y, Pass::training(&mut m, Mode::new(&mut rng)));
            let (mean, variance) = (y[0].mean(), y[0].variance());
            assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
            let (a, b) = PLAIN.affine();
            let dropped = y[0].iter().filter(|&&y| y == a * ALPHA + b).count();
            assert!((5700..6300).contains(&dropped), "{dropped}");
            PLAIN.forward::<Heap>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(x, y);
        }

        /// Samples of shape `(2, 3, 5)`, whose middle axis shares the noise.
        #[test]
        fn shared_noise() {
            type X = SMatrix<f64, 5, 6>;
            let x = [X::repeat(1.0); 40];
            let (mut y, mut m) = (x, <Heap as Storage>::Of::with_capacity(40));
            let layer = AlphaDropout::<0> { rate: 0.3, noise: noise(0b10, 3, 2) };
            let mut rng = StdRng::seed_from_u64(1);
            layer.forward::<Heap>(&(), &x, &mut y, Pass::training(&mut m, Mode::new(&mut rng)));
            for y in &y {
                assert!((0..6).all(|p| y.column(p) == y.column(p / 3 * 3)));
            }
            assert!(y.iter().any(|y| y.column(0) != y.column(3)) && y[1..] != y[..39]);
            let layer = AlphaDropout::<1> { rate: 0.3, noise: noise(0, 3, 2) };
            layer.forward::<Heap>(&(), &x, &mut y, Pass::training(&mut m, Mode::new(&mut rng)));
            assert!(y.iter().all(|other| *other == y[0]) && (1..6).any(|p| y[0].column(0) != y[0].column(p)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn the_rule() {
        let rule = |rate: f64, noise: Value| {
            infer(&SPEC.with(&[(arg::rate, Value::Float(rate)), (arg::noise_shape, noise)]), &[Shape::new(&[5, 3])])
        };
        let found = rule(0.5, Value::ints(&[1, 1, 0])).unwrap();
        assert_eq!((found.constant(0), found.value("shared"), found.value("axis_1")), (1, 0b10, 5));
        assert_eq!(rule(1.0, Value::Absent).unwrap_err().to_string(), "expected a rate from 0 to below 1");
        assert!(rule(0.5, Value::ints(&[0, 1])).unwrap_err().to_string().starts_with("`noise_shape` has 2 numbers"));
    }
}
