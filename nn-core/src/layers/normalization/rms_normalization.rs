//! RMSNormalization: divides the scalars along some axes of a sample by their root mean square, then applies a learned
//! factor.
//!
//! ```text
//! s = 1 / √(mean(x²) + epsilon)        over the n scalars along `axis`
//! y = scale ⊙ x · s
//!
//! dx     += s · (g - x · s · mean(g ⊙ x · s))        with g = scale ⊙ dy
//! dscale += dy ⊙ x · s        summed over samples and the other axes
//! ```
//!
//! Shapes: output as input, any shape; `scale` has the lengths of the axes. As in Keras, `axis` counts the batch: 1 is
//! the first axis of a sample, -1 the last. Keras multiplies by `scale` along the last axes, whatever `axis` is; here
//! it lies along `axis`. The layer has no mask, as in Keras.
//!
//! Source: Zhang and Sennrich, *Root mean square layer normalization*, NeurIPS (2019);
//! <https://keras.io/api/layers/normalization_layers/rms_normalization/>

use super::axes::{Axes, NormalizedAxes};
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Inferred, LayerSpec, Streaming, Value, found, layer, rule};

layer! {
    /// Divides the scalars along some axes of a sample by their root mean square, then applies a learned factor.
    #[example = "let y = RMSNormalization()(x); // [20, 64] → [20, 64]"]
    /// `GROUPS` groups of `N` scalars are normalized in a sample. The factor has `N` scalars; `D1` to `D5` are its
    /// lengths behind the first axis, and 0 for missing ones.
    #[doc(alias = "RMSNorm")]
    pub struct RMSNormalization<N, D1, D2, D3, D4, D5, GROUPS> {
        /// The axis or axes that are normalized: 1 is the first axis of a sample, -1 the last.
        axis: Ints = [-1],
        /// Added to the mean square before its root is taken.
        pub epsilon: Float = 1e-6,
    }

    /// The axes of a sample.
    pub rule axes: NormalizedAxes;

    pub const SPEC: LayerSpec {
        weights: RMSNormalizationWeights<N, D1, D2, D3, D4, D5>,
        has_cache: true,
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
    let consts = Consts { N: axes.shape.size(), D1: d1, D2: d2, D3: d3, D4: d4, D5: d5, GROUPS: axes.groups(&x) };
    Ok(Inferred::new(x, &consts.list()).with(&axes.places(&x).list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    use super::super::axes::{Places, variable_shape};
    use super::super::groups::{Formula, Gradients, Groups, fans};
    pub use super::SPEC::RMSNormalization;
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use crate::weights;
    use crate::weights::initializers::Initializer;
    use nalgebra::{SMatrix, SVector};
    use rand::Rng;

    weights! {
        /// The weights of a [`RMSNormalization`].
        pub struct RMSNormalizationWeights<
            T,
            const N: usize,
            const D1: usize,
            const D2: usize,
            const D3: usize,
            const D4: usize,
            const D5: usize,
        > {
            /// The factor.
            scale: SVector<T, N> => (variable_shape(N, [D1, D2, D3, D4, D5])),
        }
    }

    impl<
        const N: usize,
        const D1: usize,
        const D2: usize,
        const D3: usize,
        const D4: usize,
        const D5: usize,
        const GROUPS: usize,
    > RMSNormalization<N, D1, D2, D3, D4, D5, GROUPS>
    {
        fn groups<'a, T: Scalar>(&self, w: &'a RMSNormalizationWeights<T, N, D1, D2, D3, D4, D5>) -> Groups<'a, T> {
            let places = self.axes.places().unwrap_or_else(|| Places::last(GROUPS, N));
            let formula = Formula::RootMeanSquare;
            Groups { places, formula, epsilon: self.epsilon, gamma: w.scale.as_slice(), beta: &[] }
        }
    }

    impl<
        T: Scalar + Element,
        const N: usize,
        const D1: usize,
        const D2: usize,
        const D3: usize,
        const D4: usize,
        const D5: usize,
        const GROUPS: usize,
        const R: usize,
        const P: usize,
    > Layer<T, SMatrix<T, R, P>> for RMSNormalization<N, D1, D2, D3, D4, D5, GROUPS>
    {
        type Output = SMatrix<T, R, P>;
        type Weights = RMSNormalizationWeights<T, N, D1, D2, D3, D4, D5>;
        type Scratch<B: Storage> = ();
        /// 0 and `s` of every group.
        type Cache<B: Storage> = B::Of<SMatrix<T, 2, GROUPS>>;
        const WORK: Work = Work::BySample(0);

        fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
            let shape = variable_shape(N, [D1, D2, D3, D4, D5]);
            Initializer::Ones.fill(w.scale.as_mut_slice(), shape.dims(), fans(&shape), rng);
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
            // y = scale ⊙ x · s
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
            // y = scale ⊙ x · s, so dx += s · (g - x · s · mean(g ⊙ x · s)) and dscale += dy ⊙ x · s
            let dgamma = dw.map(|dw| dw.scale.as_mut_slice()).unwrap_or_default();
            let gradients = Gradients { dx: dx.map(flat_mut), dgamma, dbeta: &mut [] };
            self.groups(w).backward(flat(x), flat(dy), flat(cache), gradients);
        }
    }
}

#[cfg(all(test, feature = "compute"))]
mod tests;
