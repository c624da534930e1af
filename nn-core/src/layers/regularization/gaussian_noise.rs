//! GaussianNoise: adds normal noise to its input while training.
//!
//! ```text
//! training:    y = x + stddev · z        with z standard normal
//! prediction:  y = x
//!
//! dx += dy
//! ```
//!
//! Shapes: output as input, any shape. Every scalar of every sample draws its own `z`.
//!
//! Source: <https://keras.io/api/layers/regularization_layers/gaussian_noise/>

use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Folding, Inferred, LayerSpec, Masking, Streaming, Value, layer, rule};

layer! {
    /// Adds normal noise to its input while training.
    #[example = "let y = GaussianNoise(0.1)(x); // [64] → [64]"]
    pub struct GaussianNoise {
        /// The standard deviation of the noise, from 0 to 1.
        pub stddev: Float,
        /// Has no effect: the seed of `fit` decides about random numbers.
        seed: Option<Int>,
    }

    pub const SPEC: LayerSpec {
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
/// If the standard deviation is not from 0 to 1.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    if let Some(stddev) = Args(args).stddev()
        && !(stddev >= 0.0 && stddev <= 1.0)
    {
        return Err(ShapeError::argument(
            Code::OutOfRange,
            arg::stddev,
            Text::new().str("expected a standard deviation from 0 to 1"),
        ));
    }
    Ok(Inferred::new(inputs[0], &[]))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::GaussianNoise;
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, add, flat, flat_mut};
    use nalgebra::SMatrix;
    use rand::RngExt;
    use rand_distr::StandardNormal;

    impl<T: Scalar + Element, const R: usize, const P: usize> Layer<T, SMatrix<T, R, P>> for GaussianNoise {
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
            pass: Pass<'_, '_, T, (), ()>,
        ) {
            let (x, y) = (flat(x), flat_mut(y));
            match pass {
                Pass::Training(_, mode) if mode.has_noise() => {
                    for (y, &x) in y.iter_mut().zip(x) {
                        let z: f64 = mode.rng.sample(StandardNormal);
                        *y = x + T::of(self.stddev * z);
                    }
                }
                _ => y.copy_from_slice(x),
            }
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            _: &[SMatrix<T, R, P>],
            _: &[SMatrix<T, R, P>],
            dy: &[SMatrix<T, R, P>],
            _: Memory<'_, T, ()>,
            dx: Option<&mut [SMatrix<T, R, P>]>,
            _: Option<&mut ()>,
        ) {
            // y = x + noise, so dx += dy
            if let Some(dx) = dx {
                add(dx, dy);
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::layer::Mode;
        use crate::layer::testing::check_layer;
        use crate::tensor::storage::Heap;
        use rand::{SeedableRng, rngs::StdRng};

        #[test]
        fn gradients() {
            check_layer::<SMatrix<f64, 5, 3>, _>(&GaussianNoise { stddev: 0.5 });
        }

        #[test]
        fn mean_and_deviation() {
            let x = [SMatrix::<f64, 100, 100>::repeat(3.0)];
            let mut y = x;
            let layer = GaussianNoise { stddev: 0.5 };
            layer.forward::<Heap>(&(), &x, &mut y, Pass::training(&mut (), Mode::new(&mut StdRng::seed_from_u64(1))));
            let (mean, variance) = (y[0].mean(), y[0].variance());
            assert!((mean - 3.0).abs() < 0.02 && (variance.sqrt() - 0.5).abs() < 0.02, "{mean} {variance}");
            layer.forward::<Heap>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(x, y);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deviation_is_at_most_one() {
        let shape = Shape::new(&[4, 3]);
        assert_eq!(
            infer(&SPEC.with(&[(arg::stddev, Value::Float(0.5))]), &[shape]).unwrap(),
            Inferred::new(shape, &[])
        );
        assert!(infer(&SPEC.with(&[(arg::stddev, Value::Float(1.5))]), &[shape]).is_err());
    }
}
