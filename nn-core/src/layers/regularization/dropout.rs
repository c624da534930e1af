//! Dropout: sets a random part of its input to zero while training.
//!
//! ```text
//! training:    m = 1 / (1 - rate) with probability 1 - rate, else 0
//!              y = m ⊙ x
//! prediction:  y = x
//!
//! dx += m ⊙ dy
//! ```
//!
//! Shapes: output as input, any shape. By default every scalar of every sample draws its own `m`. `noise_shape` counts
//! the batch, as in Keras: along an axis where it has 1, all places share one `m`; `None` stands for the length of the
//! axis. `(None, 1, None)` drops a feature at all steps or at none.
//!
//! Source: Srivastava et al., *Dropout*, JMLR 15 (2014); <https://keras.io/api/layers/regularization_layers/dropout/>

use super::noise::{self, NoiseShape};
use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Folding, Inferred, LayerSpec, Masking, Streaming, Value, found, layer, rule};

layer! {
    /// Sets a random part of its input to zero while training.
    #[example = "let y = Dropout(0.5)(x); // [64] → [64]"]
    #[example = "let y = Dropout(0.5, noise_shape = (None, 1, None))(x); // [20, 8] → [20, 8]"]
    /// `BATCH` is 1 if all samples of a batch share their noise, else 0.
    pub struct Dropout<BATCH> {
        /// The fraction that is set to zero, from 0 to 1.
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
/// If the rate is not from 0 to 1, or if `noise_shape` does not fit the input.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (args, x) = (Args(args), inputs[0]);
    if let Some(rate) = args.rate()
        && !(rate >= 0.0 && rate <= 1.0)
    {
        return Err(ShapeError::argument(Code::OutOfRange, arg::rate, Text::new().str("expected a rate from 0 to 1")));
    }
    let (batch, noise) = found!(noise::shape(&x, args.noise_shape(), arg::noise_shape));
    Ok(Inferred::new(x, &Consts { BATCH: batch }.list()).with(&noise.list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::Dropout;
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use nalgebra::SMatrix;
    use rand::RngExt;

    impl<T: Scalar + Element, const BATCH: usize, const R: usize, const P: usize> Layer<T, SMatrix<T, R, P>>
        for Dropout<BATCH>
    {
        type Output = SMatrix<T, R, P>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        /// `m`
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
                    let keep = T::of(1.0 / (1.0 - self.rate));
                    let m = flat_mut(m);
                    self.noise.fill(BATCH, (R, R * P), m, || {
                        if mode.rng.random::<f64>() < self.rate { T::ZERO } else { keep }
                    });
                    y.iter_mut().zip(x).zip(&*m).for_each(|((y, &x), &m)| *y = m * x);
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
        use crate::layers::NoiseShape;
        use crate::tensor::storage::{Buffer, Heap, Storage};
        use rand::{SeedableRng, rngs::StdRng};

        #[test]
        fn gradients() {
            check_layer::<SMatrix<f64, 5, 3>, _>(&Dropout::<0> { rate: 0.3, noise: NoiseShape::NONE });
            let noise = NoiseShape { shared: 0b10, axis_1: 3, ..NoiseShape::NONE };
            check_layer::<SMatrix<f64, 5, 3>, _>(&Dropout::<1> { rate: 0.3, noise });
        }

        #[test]
        fn keeps_the_mean_and_drops_the_rate() {
            let x = [SMatrix::<f32, 100, 100>::repeat(1.0)];
            let mut y = x;
            let mut m = <Heap as Storage>::Of::with_capacity(1);
            let mut rng = StdRng::seed_from_u64(1);
            let layer = Dropout::<0> { rate: 0.25, noise: NoiseShape::NONE };
            layer.forward::<Heap>(&(), &x, &mut y, Pass::training(&mut m, Mode::new(&mut rng)));
            let dropped = y[0].iter().filter(|&&y| y == 0.0).count();
            assert!((2300..2700).contains(&dropped), "{dropped} of 10000 dropped");
            assert!(y[0].iter().all(|&y| y == 0.0 || y == 4.0 / 3.0));
            layer.forward::<Heap>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(x, y);
        }

        /// Samples of shape `(3, 5)`: a feature is dropped at all steps or at none, then by all samples alike.
        #[test]
        fn shared_noise() {
            type X = SMatrix<f64, 5, 3>;
            let x = [X::repeat(1.0); 40];
            let (mut y, mut m) = (x, <Heap as Storage>::Of::with_capacity(40));
            let noise = NoiseShape { shared: 0b10, axis_1: 3, ..NoiseShape::NONE };
            let mut rng = StdRng::seed_from_u64(1);
            let mut run = |layer: &dyn Fn(&mut [X], Pass<'_, '_, f64, (), _>)| {
                layer(&mut y, Pass::training(&mut m, Mode::new(&mut rng)));
                y
            };
            let by_feature = Dropout::<0> { rate: 0.5, noise };
            let y = run(&|y, pass| by_feature.forward::<Heap>(&(), &x, y, pass));
            assert!(y.iter().all(|y| (1..3).all(|step| y.column(step) == y.column(0))));
            assert!(y.iter().any(|other| *other != y[0]) && y.iter().any(|y| y[0] != y[1]));
            let by_batch = Dropout::<1> { rate: 0.5, noise: NoiseShape { axis_1: 3, ..NoiseShape::NONE } };
            let y = run(&|y, pass| by_batch.forward::<Heap>(&(), &x, y, pass));
            assert!(y.iter().all(|other| *other == y[0]) && (1..3).any(|step| y[0].column(step) != y[0].column(0)));
        }
    }
}
