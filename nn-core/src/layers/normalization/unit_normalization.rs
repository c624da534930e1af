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

use super::axes::Axes;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Inferred, LayerSpec, Masking, Value, layer, rule};

layer! {
    /// Divides the scalars along some axes of a sample by their Euclidean length.
    #[example = "let y = UnitNormalization()(x); // [20, 64] → [20, 64]"]
    /// `GROUPS` groups of `N` scalars are normalized in a sample.
    pub struct UnitNormalization<N, GROUPS> {
        /// The axis or axes along which the length is 1: 1 is the first axis of a sample, -1 the last.
        axis: Ints = [-1],
    }

    pub rule {
        /// The lengths of the axes, with neighbours of one kind as one.
        dim_0,
        /// The second axis.
        dim_1,
        /// The third axis.
        dim_2,
        /// The fourth axis.
        dim_3,
        /// The fifth axis.
        dim_4,
        /// The last axis; 0 if the last scalars of a sample are a group.
        dim_5,
        /// A bit for each of them that is not normalized.
        group_axes,
        /// The same bits for the others.
        variable_axes,
    }

    pub const SPEC: LayerSpec {
        has_cache: true,
        masking: Masking::Passes,
        infer: rule!(infer),
    }
}

/// Returns the shape of the input.
///
/// # Errors
/// If an axis does not exist, is the batch, or is given twice.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (args, x) = (Args(args), inputs[0]);
    let axes = match Axes::find(arg::axis, args.axis(), &x) {
        Ok(axes) => axes,
        Err(error) => return Err(error),
    };
    let consts = Consts { N: axes.shape.size(), GROUPS: axes.groups(&x) };
    let places = axes.places(&x);
    let [dim_0, dim_1, dim_2, dim_3, dim_4, dim_5] = places.dims;
    let fields =
        Fields { dim_0, dim_1, dim_2, dim_3, dim_4, dim_5, group_axes: places.groups, variable_axes: places.variables };
    Ok(Inferred::new(x, &consts.list()).with(&fields.list()))
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
            let places = match self.dim_5 {
                0 => Places::last(GROUPS, N),
                _ => Places {
                    dims: [self.dim_0, self.dim_1, self.dim_2, self.dim_3, self.dim_4, self.dim_5],
                    groups: self.group_axes,
                    variables: self.variable_axes,
                },
            };
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
