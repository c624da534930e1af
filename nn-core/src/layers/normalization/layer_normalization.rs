//! LayerNormalization: normalizes the features of each position, then applies a learned factor and offset.
//!
//! ```text
//! μ = mean(x)    σ² = mean((x - μ)²)    s = 1 / √(σ² + epsilon)        over the features of a position
//! x̂ = (x - μ) · s
//! y = gamma ⊙ x̂ + beta
//!
//! dx     += s · (g - mean(g) - x̂ · mean(g ⊙ x̂))        with g = gamma ⊙ dy
//! dgamma += dy ⊙ x̂        summed over samples and positions
//! dbeta  += dy
//! ```
//!
//! Shapes: output as input, `(.., f)`; gamma and beta `(f,)`. `axis` is the last axis; Keras's other axes are not
//! supported.
//!
//! Source: Ba et al., *Layer normalization* (2016);
//! <https://keras.io/api/layers/normalization_layers/layer_normalization/>

use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Inferred, LayerSpec, Masking, Value, layer, rule};

layer! {
    /// Normalizes the features of each position, then applies a learned factor and offset.
    #[example = "let y = LayerNormalization()(x); // [20, 64] → [20, 64]"]
    /// `F` is the number of features. `CENTER` is 1 with an offset, and `SCALE` with a factor, else 0.
    #[doc(alias = "LayerNorm")]
    pub struct LayerNormalization<F, CENTER, SCALE> {
        /// The axis of the features. Only the last one is supported.
        axis: Int = -1,
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
        /// A penalty on the offset.
        pub beta_regularizer: Regularizer,
        /// A penalty on the factor.
        pub gamma_regularizer: Regularizer,
        /// A bound on the offset.
        pub beta_constraint: Constraint,
        /// A bound on the factor.
        pub gamma_constraint: Constraint,
    }

    pub const SPEC: LayerSpec {
        weights: LayerNormalizationWeights<F, CENTER, SCALE>,
        has_cache: true,
        masking: Masking::Passes,
        infer: rule!(infer),
    }
}

/// Returns the shape of the input; the type is `LayerNormalization<features, center, scale>`.
///
/// # Errors
/// If `axis` is not the last axis.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (args, x) = (Args(args), inputs[0]);
    match x.axis(args.axis()) {
        Some(found) if found + 1 == x.rank() => {
            let consts = Consts { F: x.rows(), CENTER: args.center() as usize, SCALE: args.scale() as usize };
            Ok(Inferred::new(x, &consts.list()))
        }
        _ => {
            let message =
                Text::new().str("only the last axis can be normalized, axis -1, but got axis ").int(args.axis());
            Err(ShapeError::argument(Code::Unsupported, arg::axis, message.str(" of a sample of shape ").shape(&x)))
        }
    }
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::LayerNormalization;
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use crate::weights;
    use crate::weights::initializers::Fans;
    use nalgebra::SMatrix;
    use rand::Rng;

    weights! {
        /// The weights of a [`LayerNormalization`].
        pub struct LayerNormalizationWeights<T, const F: usize, const CENTER: usize, const SCALE: usize> {
            /// The scale: one column, or none.
            gamma: SMatrix<T, F, SCALE> => [F],
            /// The offset: one column, or none.
            beta: SMatrix<T, F, CENTER> => [F],
        }
    }

    /// Returns `μ` and `s` of one position.
    #[inline(always)]
    fn moments<T: Scalar>(x: &[T], epsilon: f64) -> (T, T) {
        let n = T::of(x.len() as f64);
        let mean = x.iter().copied().sum::<T>() / n;
        let variance = x.iter().map(|&x| (x - mean) * (x - mean)).sum::<T>() / n;
        (mean, T::ONE / (variance + T::of(epsilon)).sqrt())
    }

    impl<T: Scalar + Element, const F: usize, const CENTER: usize, const SCALE: usize, const P: usize>
        Layer<T, SMatrix<T, F, P>> for LayerNormalization<F, CENTER, SCALE>
    {
        type Output = SMatrix<T, F, P>;
        type Weights = LayerNormalizationWeights<T, F, CENTER, SCALE>;
        type Scratch<B: Storage> = ();
        /// `μ` and `s` of every position.
        type Cache<B: Storage> = B::Of<SMatrix<T, 2, P>>;
        const WORK: Work = Work::BySample(0);

        fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
            self.gamma_initializer.fill(w.gamma.as_mut_slice(), &[F], Fans::new(F, F), rng);
            self.beta_initializer.fill(w.beta.as_mut_slice(), &[F], Fans::new(F, F), rng);
        }

        fn forward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SMatrix<T, F, P>],
            y: &mut [SMatrix<T, F, P>],
            pass: Pass<'_, '_, T, (), Self::Cache<B>>,
        ) {
            let mut kept = match pass {
                Pass::Inference(_) => None,
                Pass::Training(memory, _) => Some(flat_mut(memory.own).chunks_exact_mut(2)),
            };
            let (gamma, beta) = (w.gamma.as_slice(), w.beta.as_slice());
            for (x, y) in flat(x).chunks_exact(F).zip(flat_mut(y).chunks_exact_mut(F)) {
                let (mean, s) = moments(x, self.epsilon);
                if let Some(kept) = kept.as_mut().and_then(Iterator::next) {
                    kept.copy_from_slice(&[mean, s]);
                }
                // y = gamma ⊙ x̂ + beta
                for f in 0..F {
                    let normal = (x[f] - mean) * s;
                    let scaled = if SCALE == 1 { gamma[f] * normal } else { normal };
                    y[f] = if CENTER == 1 { scaled + beta[f] } else { scaled };
                }
            }
        }

        fn backward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SMatrix<T, F, P>],
            _: &[SMatrix<T, F, P>],
            dy: &[SMatrix<T, F, P>],
            Memory { own: cache, .. }: Memory<'_, T, Self::Cache<B>>,
            dx: Option<&mut [SMatrix<T, F, P>]>,
            dw: Option<&mut Self::Weights>,
        ) {
            // y = gamma ⊙ x̂ + beta, so dx += s · (g - mean(g) - x̂ · mean(g ⊙ x̂)), dgamma += dy ⊙ x̂ and dbeta += dy
            let gamma = w.gamma.as_slice();
            let positions = || flat(x).chunks_exact(F).zip(flat(dy).chunks_exact(F)).zip(flat(cache).chunks_exact(2));
            if let Some(dx) = dx {
                let n = T::of(F as f64);
                for (((x, dy), kept), dx) in positions().zip(flat_mut(dx).chunks_exact_mut(F)) {
                    let (mean, s) = (kept[0], kept[1]);
                    let g = |f: usize| if SCALE == 1 { gamma[f] * dy[f] } else { dy[f] };
                    let (mut sum, mut product) = (T::ZERO, T::ZERO);
                    for f in 0..F {
                        sum += g(f);
                        product += g(f) * (x[f] - mean) * s;
                    }
                    for f in 0..F {
                        dx[f] += s * (g(f) - sum / n - (x[f] - mean) * s * (product / n));
                    }
                }
            }
            if let Some(dw) = dw {
                let (dgamma, dbeta) = (dw.gamma.as_mut_slice(), dw.beta.as_mut_slice());
                for ((x, dy), kept) in positions() {
                    for f in 0..F {
                        if SCALE == 1 {
                            dgamma[f] += dy[f] * (x[f] - kept[0]) * kept[1];
                        }
                        if CENTER == 1 {
                            dbeta[f] += dy[f];
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
        use crate::weights::regularizers::Regularizer;
        use nalgebra::SVector;

        #[test]
        fn gradients() {
            check_layer::<SMatrix<f64, 5, 3>, _>(&LayerNormalization::<5, 1, 1> {
                gamma_regularizer: Regularizer { l1: 0.02, l2: 0.03 },
                beta_regularizer: Regularizer { l1: 0.05, l2: 0.07 },
                ..LayerNormalization::DEFAULT
            });
            check_layer::<SMatrix<f64, 5, 1>, _>(&LayerNormalization::<5, 0, 1>::DEFAULT);
            check_layer::<SMatrix<f64, 5, 1>, _>(&LayerNormalization::<5, 1, 0>::DEFAULT);
            check_layer::<SMatrix<f64, 5, 3>, _>(&LayerNormalization::<5, 0, 0>::DEFAULT);
        }

        #[test]
        fn the_formula() {
            // Mean 3, variance 4, and epsilon 0: x̂ is -1 and 1.
            let w = LayerNormalizationWeights {
                gamma: SVector::<f64, 2>::new(2., 3.),
                beta: SVector::<f64, 2>::new(10., 20.),
            };
            let mut y = [SVector::<f64, 2>::zeros()];
            LayerNormalization::<2, 1, 1> { epsilon: 0.0, ..LayerNormalization::DEFAULT }
                .forward::<crate::tensor::storage::Inline<1>>(
                    &w,
                    &[SVector::<f64, 2>::new(1., 5.)],
                    &mut y,
                    Pass::inference(&mut ()),
                );
            assert_eq!(y[0].as_slice(), [8., 23.]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    fn args(axis: i64) -> std::vec::Vec<Value> {
        SPEC.with(&[(arg::axis, Value::Int(axis)), (arg::scale, Value::Flag(false))])
    }

    #[test]
    fn only_the_last_axis() {
        let shape = Shape::new(&[4, 3]);
        assert_eq!(infer(&args(-1), &[shape]).unwrap(), Inferred::new(shape, &[3, 1, 0]));
        assert_eq!(infer(&args(2), &[shape]).unwrap(), Inferred::new(shape, &[3, 1, 0]));
        let error = infer(&args(1), &[shape]).unwrap_err().to_string();
        assert_eq!(error, "only the last axis can be normalized, axis -1, but got axis 1 of a sample of shape (4, 3)");
    }
}
