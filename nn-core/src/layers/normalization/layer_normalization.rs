//! LayerNormalization: normalizes the scalars along some axes of a sample, then applies a learned factor and offset.
//!
//! ```text
//! μ = mean(x)    σ² = mean((x - μ)²)    s = 1 / √(σ² + epsilon)        over the n scalars along `axis`
//! x̂ = (x - μ) · s
//! y = gamma ⊙ x̂ + beta
//!
//! dx     += s · (g - mean(g) - x̂ · mean(g ⊙ x̂))        with g = gamma ⊙ dy
//! dgamma += dy ⊙ x̂        summed over samples and the other axes
//! dbeta  += dy
//! ```
//!
//! With `rms_scaling`, which Keras deprecates, nothing is subtracted, and there is a gamma but no beta:
//!
//! ```text
//! y = gamma ⊙ x · s
//! dx     += s · (g - x̂ · mean(g ⊙ x · s))
//! dgamma += dy ⊙ x · s
//! ```
//!
//! Shapes: output as input, any shape; gamma and beta have the lengths of the axes. As in Keras, `axis` counts the
//! batch: 1 is the first axis of a sample, -1 the last. Keras sorts the numbers of several axes, with -1 before 1.
//!
//! Source: Ba et al., *Layer normalization* (2016);
//! <https://keras.io/api/layers/normalization_layers/layer_normalization/>

use super::axes::{Axes, NormalizedAxes};
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Inferred, LayerSpec, Masking, Streaming, Value, found, layer, rule};

layer! {
    /// Normalizes the scalars along some axes of a sample, then applies a learned factor and offset.
    #[example = "let y = LayerNormalization()(x); // [20, 64] → [20, 64]"]
    #[example = "let y = LayerNormalization(axis = [1, 2, 3])(x); // [28, 28, 8] → [28, 28, 8]"]
    /// `GROUPS` groups of `N` scalars are normalized in a sample. `CENTER` is 1 with an offset, and `SCALE` with a
    /// factor, else 0. Factor and offset have `N` scalars; `D1` to `D5` are their lengths behind the first axis, and 0
    /// for missing ones.
    #[doc(alias = "LayerNorm")]
    pub struct LayerNormalization<N, CENTER, SCALE, D1, D2, D3, D4, D5, GROUPS> {
        /// The axis or axes that are normalized: 1 is the first axis of a sample, -1 the last.
        axis: Ints = [-1],
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
        /// Divides by the deviation and subtracts nothing; there is a factor and no offset. Keras deprecates it.
        pub rms_scaling: Flag = false,
    }

    /// The axes of a sample.
    pub rule axes: NormalizedAxes;

    pub const SPEC: LayerSpec {
        weights: LayerNormalizationWeights<N, CENTER, SCALE, D1, D2, D3, D4, D5>,
        has_cache: true,
        masking: Masking::Passes,
        streaming: Streaming::Axis { axis: arg::axis },
        infer: rule!(infer),
    }
}

/// Returns the shape of the input.
///
/// # Errors
/// If an axis does not exist, is the batch, or is given twice.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (args, x) = (Args(args), inputs[0]);
    let axes = found!(Axes::find(arg::axis, args.axis(), &x));
    let [d1, d2, d3, d4, d5] = axes.rest();
    let consts = Consts {
        N: axes.shape.size(),
        CENTER: (args.center() && !args.rms_scaling()) as usize,
        SCALE: (args.scale() || args.rms_scaling()) as usize,
        D1: d1,
        D2: d2,
        D3: d3,
        D4: d4,
        D5: d5,
        GROUPS: axes.groups(&x),
    };
    Ok(Inferred::new(x, &consts.list()).with(&axes.places(&x).list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    use super::super::axes::{Places, variable_shape};
    use super::super::groups::{Formula, Gradients, Groups, fans};
    pub use super::SPEC::LayerNormalization;
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use crate::weights;
    use nalgebra::SMatrix;
    use rand::Rng;

    weights! {
        /// The weights of a [`LayerNormalization`].
        pub struct LayerNormalizationWeights<
            T,
            const N: usize,
            const CENTER: usize,
            const SCALE: usize,
            const D1: usize,
            const D2: usize,
            const D3: usize,
            const D4: usize,
            const D5: usize,
        > {
            /// The scale: one column, or none.
            gamma: SMatrix<T, N, SCALE> => (variable_shape(N, [D1, D2, D3, D4, D5])),
            /// The offset: one column, or none.
            beta: SMatrix<T, N, CENTER> => (variable_shape(N, [D1, D2, D3, D4, D5])),
        }
    }

    impl<
        const N: usize,
        const CENTER: usize,
        const SCALE: usize,
        const D1: usize,
        const D2: usize,
        const D3: usize,
        const D4: usize,
        const D5: usize,
        const GROUPS: usize,
    > LayerNormalization<N, CENTER, SCALE, D1, D2, D3, D4, D5, GROUPS>
    {
        fn groups<'a, T: Scalar>(
            &self,
            w: &'a LayerNormalizationWeights<T, N, CENTER, SCALE, D1, D2, D3, D4, D5>,
        ) -> Groups<'a, T> {
            let places = self.axes.places().unwrap_or_else(|| Places::last(GROUPS, N));
            let formula = if self.rms_scaling { Formula::Deviation } else { Formula::Standard };
            let (gamma, beta) = (w.gamma.as_slice(), w.beta.as_slice());
            Groups { places, formula, epsilon: self.epsilon, gamma, beta }
        }
    }

    impl<
        T: Scalar + Element,
        const N: usize,
        const CENTER: usize,
        const SCALE: usize,
        const D1: usize,
        const D2: usize,
        const D3: usize,
        const D4: usize,
        const D5: usize,
        const GROUPS: usize,
        const R: usize,
        const P: usize,
    > Layer<T, SMatrix<T, R, P>> for LayerNormalization<N, CENTER, SCALE, D1, D2, D3, D4, D5, GROUPS>
    {
        type Output = SMatrix<T, R, P>;
        type Weights = LayerNormalizationWeights<T, N, CENTER, SCALE, D1, D2, D3, D4, D5>;
        type Scratch<B: Storage> = ();
        /// `μ` and `s` of every group.
        type Cache<B: Storage> = B::Of<SMatrix<T, 2, GROUPS>>;
        const WORK: Work = Work::BySample(0);

        fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
            let shape = variable_shape(N, [D1, D2, D3, D4, D5]);
            self.gamma_initializer.fill(w.gamma.as_mut_slice(), shape.dims(), fans(&shape), rng);
            self.beta_initializer.fill(w.beta.as_mut_slice(), shape.dims(), fans(&shape), rng);
        }

        fn forward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SMatrix<T, R, P>],
            y: &mut [SMatrix<T, R, P>],
            pass: Pass<'_, '_, T, (), Self::Cache<B>>,
        ) {
            const { assert!(R * P == N * GROUPS) }
            let kept = match pass {
                Pass::Inference(_) => None,
                Pass::Training(memory, _) => Some(flat_mut(memory.own)),
            };
            // y = gamma ⊙ x̂ + beta
            self.groups(w).forward(flat(x), flat_mut(y), kept);
        }

        fn backward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SMatrix<T, R, P>],
            _: &[SMatrix<T, R, P>],
            dy: &[SMatrix<T, R, P>],
            Memory { own: cache, .. }: Memory<'_, T, Self::Cache<B>>,
            dx: Option<&mut [SMatrix<T, R, P>]>,
            dw: Option<&mut Self::Weights>,
        ) {
            // y = gamma ⊙ x̂ + beta, so dx += s · (g - mean(g) - x̂ · mean(g ⊙ x̂)), dgamma += dy ⊙ x̂ and dbeta += dy
            let (dgamma, dbeta) = dw.map(|dw| (dw.gamma.as_mut_slice(), dw.beta.as_mut_slice())).unzip();
            let (dgamma, dbeta) = (dgamma.unwrap_or_default(), dbeta.unwrap_or_default());
            let gradients = Gradients { dx: dx.map(flat_mut), dgamma, dbeta };
            self.groups(w).backward(flat(x), flat(dy), flat(cache), gradients);
        }
    }
}

#[cfg(all(test, feature = "compute"))]
mod tests;
