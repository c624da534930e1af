//! The dropouts that drop whole channels: the layers differ in the rank of their input only.

use crate::spec::Inferred;
use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;

/// Returns the shape of the input.
///
/// `at` is the place of the rate among the arguments, and `expected` the shape in words, with `rank` axes.
pub(super) const fn infer(
    rate: Option<f64>,
    at: usize,
    x: Shape,
    rank: usize,
    expected: &str,
) -> Result<Inferred, ShapeError> {
    if let Some(rate) = rate
        && !(rate >= 0.0 && rate <= 1.0)
    {
        return Err(ShapeError::argument(Code::OutOfRange, at, Text::new().str("expected a rate from 0 to 1")));
    }
    if x.rank() != rank {
        let message = Text::new().str("expected ").str(expected).str(", but got ").shape(&x);
        return Err(ShapeError::input(Code::WrongRank, 0, message));
    }
    Ok(Inferred::new(x, &[]))
}

#[cfg(feature = "compute")]
mod compute {
    use crate::tensor::scalar::Scalar;
    use rand::{Rng, RngExt};

    /// Draws `m`, a number for each channel of each sample, and computes `y`. A sample has `sample` scalars.
    pub(in super::super) fn forward<T: Scalar>(
        rate: f64,
        (channels, sample): (usize, usize),
        x: &[T],
        y: &mut [T],
        m: &mut [T],
        rng: &mut dyn Rng,
    ) {
        let keep = T::of(1.0 / (1.0 - rate));
        let samples = x.chunks_exact(sample.max(1)).zip(y.chunks_exact_mut(sample.max(1)));
        for ((x, y), m) in samples.zip(m.chunks_exact_mut(channels.max(1))) {
            for m in &mut *m {
                *m = if rng.random::<f64>() < rate { T::ZERO } else { keep };
            }
            // y = m ⊙ x at each position
            for (x, y) in x.chunks_exact(channels.max(1)).zip(y.chunks_exact_mut(channels.max(1))) {
                for ((y, &x), &mut m) in y.iter_mut().zip(x).zip(&mut *m) {
                    *y = m * x;
                }
            }
        }
    }

    /// Adds the input gradient.
    pub(in super::super) fn backward<T: Scalar>((channels, sample): (usize, usize), dy: &[T], m: &[T], dx: &mut [T]) {
        // y = m ⊙ x, so dx += m ⊙ dy
        let samples = dy.chunks_exact(sample.max(1)).zip(dx.chunks_exact_mut(sample.max(1)));
        for ((dy, dx), m) in samples.zip(m.chunks_exact(channels.max(1))) {
            for (dy, dx) in dy.chunks_exact(channels.max(1)).zip(dx.chunks_exact_mut(channels.max(1))) {
                for ((dx, &dy), &m) in dx.iter_mut().zip(dy).zip(m) {
                    *dx += m * dy;
                }
            }
        }
    }

    /// Implements the layer.
    macro_rules! spatial_dropout {
        ($name:ident) => {
            impl<T: $crate::Scalar + $crate::Element, const R: usize, const P: usize>
                $crate::Layer<T, nalgebra::SMatrix<T, R, P>> for $name
            {
                type Output = nalgebra::SMatrix<T, R, P>;
                type Weights = ();
                type Scratch<B: $crate::Storage> = ();
                /// `m`
                type Cache<B: $crate::Storage> = B::Of<nalgebra::SVector<T, R>>;
                const WORK: $crate::layer::Work = $crate::layer::Work::BySample(0);

                fn forward<B: $crate::Storage>(
                    &self,
                    _: &(),
                    x: &[Self::Output],
                    y: &mut [Self::Output],
                    pass: $crate::Pass<'_, '_, T, (), Self::Cache<B>>,
                ) {
                    use $crate::layer::{Memory, Pass};
                    use $crate::tensor::{flat, flat_mut};
                    match pass {
                        Pass::Training(Memory { own: m, .. }, mode) if mode.has_noise() => {
                            let (x, y, m) = (flat(x), flat_mut(y), flat_mut(m));
                            $crate::layers::regularization::spatial::forward(self.rate, (R, R * P), x, y, m, mode.rng);
                        }
                        Pass::Training(Memory { own: m, .. }, _) => {
                            flat_mut(m).fill(T::ONE);
                            flat_mut(y).copy_from_slice(flat(x));
                        }
                        Pass::Inference(_) => flat_mut(y).copy_from_slice(flat(x)),
                    }
                }

                fn backward<B: $crate::Storage>(
                    &self,
                    _: &(),
                    _: &[Self::Output],
                    _: &[Self::Output],
                    dy: &[Self::Output],
                    $crate::layer::Memory { own: m, .. }: $crate::layer::Memory<'_, T, Self::Cache<B>>,
                    dx: Option<&mut [Self::Output]>,
                    _: Option<&mut ()>,
                ) {
                    use $crate::tensor::{flat, flat_mut};
                    if let Some(dx) = dx {
                        $crate::layers::regularization::spatial::backward((R, R * P), flat(dy), flat(m), flat_mut(dx));
                    }
                }
            }
        };
    }
    pub(in super::super) use spatial_dropout;
}
#[cfg(feature = "compute")]
pub(super) use compute::{backward, forward, spatial_dropout};
