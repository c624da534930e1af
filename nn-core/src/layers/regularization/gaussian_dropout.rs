//! GaussianDropout: multiplies its input by normal noise of mean 1 while training.
//!
//! ```text
//! training:    m = 1 + √(rate / (1 - rate)) · z        with z standard normal
//!              y = m ⊙ x
//! prediction:  y = x
//!
//! dx += m ⊙ dy
//! ```
//!
//! The noise has the variance of a [`Dropout`](mod@super::dropout) of this rate. Shapes: output as input, any shape.
//! Every scalar of every sample draws its own `m`.
//!
//! Source: Srivastava et al., *Dropout*, JMLR 15 (2014), section 10;
//! <https://keras.io/api/layers/regularization_layers/gaussian_dropout/>

use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Folding, Inferred, LayerSpec, Masking, Streaming, Value, layer, rule};

layer! {
    /// Multiplies its input by normal noise of mean 1 while training.
    #[example = "let y = GaussianDropout(0.2)(x); // [64] → [64]"]
    pub struct GaussianDropout {
        /// The rate of a Dropout with the same variance, from 0 to below 1.
        pub rate: Float,
        /// Has no effect: the seed of `fit` decides about random numbers.
        seed: Option<Int>,
    }

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
/// If the rate is not from 0 to below 1. At 1, the deviation of the noise is infinite.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    if let Some(rate) = Args(args).rate()
        && !(rate >= 0.0 && rate < 1.0)
    {
        let message = Text::new().str("expected a rate from 0 to below 1");
        return Err(ShapeError::argument(Code::OutOfRange, arg::rate, message));
    }
    Ok(Inferred::new(inputs[0], &[]))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::GaussianDropout;
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use nalgebra::{ComplexField, SMatrix};
    use rand::RngExt;
    use rand_distr::StandardNormal;

    impl<T: Scalar + Element, const R: usize, const P: usize> Layer<T, SMatrix<T, R, P>> for GaussianDropout {
        type Output = SMatrix<T, R, P>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        /// `m`
        type Cache<B: Storage> = B::Of<SMatrix<T, R, P>>;
        const WORK: Work = Work::BySample(0);

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
                    let deviation = ComplexField::sqrt(self.rate / (1.0 - self.rate));
                    for ((y, &x), m) in y.iter_mut().zip(x).zip(flat_mut(m)) {
                        let z: f64 = mode.rng.sample(StandardNormal);
                        *m = T::of(1.0 + deviation * z);
                        *y = *m * x;
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
            // y = m ⊙ x, so dx += m ⊙ dy
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

        #[test]
        fn gradients() {
            check_layer::<SMatrix<f64, 5, 3>, _>(&GaussianDropout { rate: 0.3 });
            check_layer::<SMatrix<f64, 5, 3>, _>(&GaussianDropout { rate: 0.0 });
        }

        #[test]
        fn mean_and_deviation() {
            let x = [SMatrix::<f64, 100, 100>::repeat(3.0)];
            let mut y = x;
            let mut m = <Heap as Storage>::Of::with_capacity(1);
            // A rate of 0.2 makes a deviation of √(0.2 / 0.8) = 0.5.
            let (layer, mut rng) = (GaussianDropout { rate: 0.2 }, StdRng::seed_from_u64(1));
            layer.forward::<Heap>(&(), &x, &mut y, Pass::training(&mut m, Mode::new(&mut rng)));
            let (mean, deviation) = (y[0].mean(), ComplexField::sqrt(y[0].variance()));
            assert!((mean - 3.0).abs() < 0.05 && (deviation - 1.5).abs() < 0.05, "{mean} {deviation}");
            layer.forward::<Heap>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(x, y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn the_rate_is_below_one() {
        let shape = Shape::new(&[4, 3]);
        let rule = |rate: f64| infer(&SPEC.with(&[(arg::rate, Value::Float(rate))]), &[shape]);
        assert_eq!(rule(0.5).unwrap(), Inferred::new(shape, &[]));
        assert_eq!(rule(1.0).unwrap_err().to_string(), "expected a rate from 0 to below 1");
        assert!(rule(-0.1).is_err() && rule(f64::NAN).is_err());
    }
}
