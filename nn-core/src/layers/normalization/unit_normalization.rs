//! UnitNormalization: divides the scalars along some axes of a sample by their Euclidean length.
//!
//! ```text
//! s = 1 / max(‖x‖, 1e-12)    ‖x‖ = √Σ x²        over the scalars along `axis`
//! y = x · s
//!
//! dx += s · (dy - y · Σ (dy ⊙ y))        and s · dy if ‖x‖ is below 1e-12
//! ```
//!
//! Shapes: output as input, any shape. As in Keras, `axis` counts the batch: 1 is the first axis of a sample, -1 the
//! last. Scalars that are all 0 stay 0. Their gradient is finite here, and NaN in Keras.
//!
//! Source: <https://keras.io/api/layers/normalization_layers/unit_normalization/>

use super::axes::{Axes, NormalizedAxes};
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Inferred, LayerSpec, Masking, Streaming, Value, found, layer, rule};

layer! {
    /// Divides the scalars along some axes of a sample by their Euclidean length.
    #[example = "let y = UnitNormalization()(x); // [20, 64] → [20, 64]"]
    /// `GROUPS` groups of `N` scalars are normalized in a sample.
    pub struct UnitNormalization<N, GROUPS> {
        /// The axis or axes along which the length is 1: 1 is the first axis of a sample, -1 the last.
        axis: Ints = [-1],
    }

    /// The axes of a sample.
    pub rule axes: NormalizedAxes;

    pub const SPEC: LayerSpec {
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
    let consts = Consts { N: axes.shape.size(), GROUPS: axes.groups(&x) };
    Ok(Inferred::new(x, &consts.list()).with(&axes.places(&x).list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    use super::super::axes::Places;
    use super::super::groups::{Formula, Gradients, Groups};
    pub use super::SPEC::UnitNormalization;
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use nalgebra::SMatrix;

    /// The length below which the factor does not grow.
    const EPSILON: f64 = 1e-12;

    impl<const N: usize, const GROUPS: usize> UnitNormalization<N, GROUPS> {
        fn groups<T: Scalar>(&self) -> Groups<'static, T> {
            let places = self.axes.places().unwrap_or_else(|| Places::last(GROUPS, N));
            Groups { places, formula: Formula::Length, epsilon: EPSILON, gamma: &[], beta: &[] }
        }
    }

    impl<T: Scalar + Element, const N: usize, const GROUPS: usize, const R: usize, const P: usize>
        Layer<T, SMatrix<T, R, P>> for UnitNormalization<N, GROUPS>
    {
        type Output = SMatrix<T, R, P>;
        type Weights = ();
        type Scratch<B: Storage> = ();
        /// 0 and `s` of every group.
        type Cache<B: Storage> = B::Of<SMatrix<T, 2, GROUPS>>;
        const WORK: Work = Work::BySample(0);

        fn forward<B: Storage>(
            &self,
            _: &(),
            x: &[SMatrix<T, R, P>],
            y: &mut [SMatrix<T, R, P>],
            pass: Pass<'_, '_, T, (), Self::Cache<B>>,
        ) {
            const { assert!(R * P == N * GROUPS) }
            let kept = match pass {
                Pass::Inference(_) => None,
                Pass::Training(memory, _) => Some(flat_mut(memory.own)),
            };
            // y = x · s
            self.groups().forward(flat(x), flat_mut(y), kept);
        }

        fn backward<B: Storage>(
            &self,
            _: &(),
            x: &[SMatrix<T, R, P>],
            _: &[SMatrix<T, R, P>],
            dy: &[SMatrix<T, R, P>],
            Memory { own: cache, .. }: Memory<'_, T, Self::Cache<B>>,
            dx: Option<&mut [SMatrix<T, R, P>]>,
            _: Option<&mut ()>,
        ) {
            // y = x · s, so dx += s · (dy - y · Σ (dy ⊙ y))
            let gradients = Gradients { dx: dx.map(flat_mut), dgamma: &mut [], dbeta: &mut [] };
            self.groups().backward(flat(x), flat(dy), flat(cache), gradients);
        }
    }
}

#[cfg(all(test, feature = "compute"))]
mod tests;
