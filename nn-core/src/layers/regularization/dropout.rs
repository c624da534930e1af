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
//! Shapes: output as input, any shape. Every scalar of every sample draws its own `m`.
//!
//! Source: Srivastava et al., *Dropout*, JMLR 15 (2014); <https://keras.io/api/layers/regularization_layers/dropout/>

use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Folding, Inferred, LayerSpec, Masking, Value, layer, rule};

layer! {
    /// Sets a random part of its input to zero while training.
    #[example = "let y = Dropout(0.5)(x); // [64] → [64]"]
    pub struct Dropout {
        /// The fraction that is set to zero, from 0 to 1.
        pub rate: Float,
    }

    pub const SPEC: LayerSpec {
        has_cache: true,
        masking: Masking::Passes,
        copies: true,
        folding: Folding::Identity,
        infer: rule!(infer),
    }
}

/// Returns the shape of the input.
///
/// # Errors
/// If the rate is not from 0 to 1.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    if let Some(rate) = Args(args).rate()
        && !(rate >= 0.0 && rate <= 1.0)
    {
        return Err(ShapeError::argument(Code::OutOfRange, arg::rate, Text::new().str("expected a rate from 0 to 1")));
    }
    Ok(Inferred::new(inputs[0], &[]))
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

    impl<T: Scalar + Element, const R: usize, const P: usize> Layer<T, SMatrix<T, R, P>> for Dropout {
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
                    let keep = T::of(1.0 / (1.0 - self.rate));
                    for ((y, &x), m) in y.iter_mut().zip(x).zip(flat_mut(m)) {
                        *m = if mode.rng.random::<f64>() < self.rate { T::ZERO } else { keep };
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
            check_layer::<SMatrix<f64, 5, 3>, _>(&Dropout { rate: 0.3 });
        }

        #[test]
        fn keeps_the_mean_and_drops_the_rate() {
            let x = [SMatrix::<f32, 100, 100>::repeat(1.0)];
            let mut y = x;
            let mut m = <Heap as Storage>::Of::with_capacity(1);
            let mut rng = StdRng::seed_from_u64(1);
            let layer = Dropout { rate: 0.25 };
            layer.forward::<Heap>(&(), &x, &mut y, Pass::training(&mut m, Mode::new(&mut rng)));
            let dropped = y[0].iter().filter(|&&y| y == 0.0).count();
            assert!((2300..2700).contains(&dropped), "{dropped} of 10000 dropped");
            assert!(y[0].iter().all(|&y| y == 0.0 || y == 4.0 / 3.0));
            layer.forward::<Heap>(&(), &x, &mut y, Pass::inference(&mut ()));
            assert_eq!(x, y);
        }
    }
}
