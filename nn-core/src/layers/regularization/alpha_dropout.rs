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

use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Folding, Inferred, LayerSpec, Masking, Value, layer, rule};

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

    pub rule {
        /// The axes of a sample that share their noise: a bit for each.
        shared,
        /// The length of the last axis but one.
        axis_1,
        /// The length of the axis before that.
        axis_2,
        /// The length of the axis before that.
        axis_3,
    }

    pub const SPEC: LayerSpec {
        has_cache: true,
        masking: Masking::Passes,
        copies: true,
        folding: Folding::Identity,
        infer: rule!(infer),
    }
}

/// Returns the shape of the input; bit `i` of `shared` is the `i`th axis from the end.
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
    let (mut batch, mut shared, mut dims) = (0, 0, [1; 4]);
    let mut i = 0;
    while i < x.rank() && i < 4 {
        dims[i] = x.dim(x.rank() - 1 - i);
        i += 1;
    }
    if let Some(noise) = args.noise_shape() {
        if noise.len() != x.rank() + 1 {
            let message =
                Text::new().str("`noise_shape` has ").size(noise.len()).str(" numbers, but the input ").shape(&x);
            let message = message.str(" has ").size(x.rank()).str(if x.rank() == 1 { " axis" } else { " axes" });
            return Err(ShapeError::argument(Code::WrongRank, arg::noise_shape, message.str(" behind the batch")));
        }
        // 0 stands for `None`.
        if noise[0] > 1 {
            let message = Text::new().str("`noise_shape` begins with ").int(noise[0]);
            let message = message.str(", but the size of a batch is not known here: write `None`, or 1 for one noise");
            return Err(ShapeError::argument(Code::OutOfRange, arg::noise_shape, message));
        }
        batch = noise[0] as usize;
        i = 0;
        while i < x.rank() {
            let (wanted, length) = (noise[x.rank() - i], x.dim(x.rank() - 1 - i));
            if wanted == 1 && length != 1 {
                shared |= 1 << i;
            } else if wanted != 0 && wanted != length as i64 {
                let message = Text::new().str("`noise_shape` has ").int(wanted).str(" for an axis of ").size(length);
                let message = message.str(": expected 1, ").size(length).str(" or `None`");
                return Err(ShapeError::argument(Code::ShapeMismatch, arg::noise_shape, message));
            }
            i += 1;
        }
    }
    let fields = Fields { shared, axis_1: dims[1], axis_2: dims[2], axis_3: dims[3] };
    Ok(Inferred::new(x, &Consts { BATCH: batch }.list()).with(&fields.list()))
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

        /// Returns the first scalar of a sample that shares its noise with this one. `last` is the length of the last
        /// axis.
        fn first(&self, scalar: usize, last: usize) -> usize {
            let (mut first, mut stride, mut rest) = (scalar, 1, scalar);
            for (i, length) in [last, self.axis_1, self.axis_2, self.axis_3].into_iter().enumerate() {
                let place = rest % length.max(1);
                if (self.shared >> i) & 1 == 1 {
                    first -= place * stride;
                }
                (rest, stride) = (rest / length.max(1), stride * length);
            }
            // A fifth axis is the first one.
            if (self.shared >> 4) & 1 == 1 {
                first -= rest * stride;
            }
            first
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
                    for (k, (y, &x)) in y.iter_mut().zip(x).enumerate() {
                        // Numbers that share their noise take that of the first of them.
                        let (sample, scalar) = (k / (R * P).max(1), k % (R * P).max(1));
                        let from = if self.shared == 0 { scalar } else { self.first(scalar, R) };
                        let from = if BATCH == 1 { from } else { sample * R * P + from };
                        let drawn = if from == k {
                            if mode.rng.random::<f64>() < self.rate { T::ZERO } else { a }
                        } else {
                            m.get(from).copied().unwrap_or(T::ZERO)
                        };
                        if let Some(m) = m.get_mut(k) {
                            *m = drawn;
                        }
                        // y = a · (k ⊙ x + (1 - k) · α') + b
                        *y = if drawn == T::ZERO { dropped } else { a * x + b };
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
        use crate::tensor::storage::{Buffer, Heap, Storage};
        use rand::{SeedableRng, rngs::StdRng};

        const PLAIN: AlphaDropout<0> = AlphaDropout { rate: 0.3, shared: 0, axis_1: 1, axis_2: 1, axis_3: 1 };

        #[test]
        fn gradients() {
            check_layer::<SMatrix<f64, 5, 3>, _>(&PLAIN);
            check_layer::<SMatrix<f64, 5, 6>, _>(&AlphaDropout::<0> { shared: 0b101, axis_1: 3, axis_2: 2, ..PLAIN });
            check_layer::<SMatrix<f64, 5, 3>, _>(&AlphaDropout::<1> {
                rate: 0.3,
                shared: 0b10,
                axis_1: 3,
                axis_2: 1,
                axis_3: 1,
            });
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
            let layer = AlphaDropout::<0> { shared: 0b10, axis_1: 3, axis_2: 2, ..PLAIN };
            let mut rng = StdRng::seed_from_u64(1);
            layer.forward::<Heap>(&(), &x, &mut y, Pass::training(&mut m, Mode::new(&mut rng)));
            for y in &y {
                assert!((0..6).all(|p| y.column(p) == y.column(p / 3 * 3)));
            }
            assert!(y.iter().any(|y| y.column(0) != y.column(3)) && y[1..] != y[..39]);
            let layer = AlphaDropout::<1> { rate: 0.3, shared: 0, axis_1: 3, axis_2: 2, axis_3: 1 };
            layer.forward::<Heap>(&(), &x, &mut y, Pass::training(&mut m, Mode::new(&mut rng)));
            assert!(y.iter().all(|other| *other == y[0]) && (1..6).any(|p| y[0].column(0) != y[0].column(p)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};

    fn rule(rate: f64, noise: Option<&[i64]>, x: &[usize]) -> Result<Inferred, String> {
        let noise = noise.map_or(Value::Absent, Value::ints);
        let args = SPEC.with(&[(arg::rate, Value::Float(rate)), (arg::noise_shape, noise)]);
        infer(&args, &[Shape::new(x)]).map_err(|error| error.to_string())
    }

    #[test]
    fn shapes() {
        let facts = |noise: &[i64], x: &[usize]| {
            let found = rule(0.5, Some(noise), x).unwrap();
            (found.constant(0), found.value("shared"), found.value("axis_1"), found.value("axis_2"))
        };
        assert_eq!(facts(&[0, 1, 0], &[5, 3]), (0, 0b10, 5, 1));
        assert_eq!(facts(&[1, 5, 3], &[5, 3]), (1, 0, 5, 1));
        assert_eq!(facts(&[0, 1, 7, 1], &[5, 7, 3]), (0, 0b101, 7, 5));
        assert_eq!(rule(0.5, None, &[5, 3]).unwrap().value("shared"), 0);
    }

    #[test]
    fn errors() {
        assert_eq!(rule(1.0, None, &[3]).unwrap_err(), "expected a rate from 0 to below 1");
        let rank = "`noise_shape` has 2 numbers, but the input (5, 3) has 2 axes behind the batch";
        assert_eq!(rule(0.5, Some(&[0, 1]), &[5, 3]).unwrap_err(), rank);
        let batch =
            "`noise_shape` begins with 32, but the size of a batch is not known here: write `None`, or 1 for one noise";
        assert_eq!(rule(0.5, Some(&[32, 1]), &[1]).unwrap_err(), batch);
        let length = "`noise_shape` has 4 for an axis of 5: expected 1, 5 or `None`";
        assert_eq!(rule(0.5, Some(&[0, 4, 3]), &[5, 3]).unwrap_err(), length);
    }
}
