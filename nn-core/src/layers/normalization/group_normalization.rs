//! GroupNormalization: normalizes groups of channels of a sample, then applies a learned factor and offset to each
//! channel.
//!
//! ```text
//! μ = mean(x)    σ² = mean((x - μ)²)    s = 1 / √(σ² + epsilon)        over a group: all places of its channels
//! x̂ = (x - μ) · s
//! y = gamma ⊙ x̂ + beta
//!
//! dx     += s · (g - mean(g) - x̂ · mean(g ⊙ x̂))        with g = gamma ⊙ dy
//! dgamma += dy ⊙ x̂        summed over samples and places
//! dbeta  += dy
//! ```
//!
//! Shapes: output as input, any shape; gamma and beta have one scalar for each place along `axis`, the axis of the
//! channels. As in Keras, `axis` counts the batch: 1 is the first axis of a sample, -1 the last. With `groups = -1`
//! each channel is a group (instance normalization); with `groups = 1` the sample is one.
//!
//! A mask goes on, but positions that do not count are normalized with the others, as in Keras.
//!
//! Source: Wu and He, *Group normalization*, ECCV (2018);
//! <https://keras.io/api/layers/normalization_layers/group_normalization/>

use super::axes::{NormalizedAxes, Places};
use crate::spec::code::Code;
use crate::spec::shape::{MAX_RANK, Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Inferred, LayerSpec, Masking, Value, layer, rule};

layer! {
    /// Normalizes groups of channels of a sample, then applies a learned factor and offset to each channel.
    #[example = "let y = GroupNormalization(4)(x); // [28, 28, 8] → [28, 28, 8]"]
    #[example = "let y = GroupNormalization(groups = -1)(x); // [28, 28, 8] → [28, 28, 8]"]
    /// `F` is the number of channels. `CENTER` is 1 with an offset, and `SCALE` with a factor, else 0. A sample has
    /// `GROUPS` groups.
    #[doc(alias = "GroupNorm")]
    #[doc(alias = "InstanceNorm2d")]
    pub struct GroupNormalization<F, CENTER, SCALE, GROUPS> {
        /// The number of groups; -1 for a group of each channel.
        groups: Int = 32,
        /// The axis of the channels: 1 is the first axis of a sample, -1 the last.
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

    /// The axes of a sample.
    pub rule axes: NormalizedAxes;

    pub const SPEC: LayerSpec {
        weights: GroupNormalizationWeights<F, CENTER, SCALE>,
        has_cache: true,
        masking: Masking::Passes,
        infer: rule!(infer),
    }
}

/// Returns the shape of the input; the type is `GroupNormalization<channels, center, scale, groups>`.
///
/// # Errors
/// - If `axis` does not exist or is the batch.
/// - If `groups` is neither positive nor -1, or does not divide the channels.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (args, x) = (Args(args), inputs[0]);
    let Some(axis) = x.axis(args.axis()) else { return Err(ShapeError::no_axis(arg::axis, args.axis(), &x)) };
    let (channels, groups) = (x.dim(axis), args.groups());
    if groups < -1 || groups == 0 {
        let message = Text::new().str("expected a positive number, or -1 for a group of each channel, but got ");
        return Err(ShapeError::argument(Code::OutOfRange, arg::groups, message.int(groups)));
    }
    let groups = if groups == -1 { channels } else { groups as usize };
    if groups > channels || !channels.is_multiple_of(groups) {
        let message = Text::new().str("`groups` is ").size(groups).str(", which does not divide the ").size(channels);
        let message = message.str(" channels of axis ").int(args.axis()).str(" of a sample of shape ").shape(&x);
        return Err(ShapeError::argument(Code::OutOfRange, arg::groups, message));
    }
    // The axis of the channels, as two: the groups, and the channels of a group.
    let (mut dims, mut i) = ([1; MAX_RANK + 1], 0);
    while i < x.rank() {
        dims[if i > axis { i + 1 } else { i }] = x.dim(i);
        i += 1;
    }
    dims[axis] = groups;
    dims[axis + 1] = channels / groups;
    let places = Places::new(&dims, 1 << axis, 0b11 << axis);
    let consts = Consts { F: channels, CENTER: args.center() as usize, SCALE: args.scale() as usize, GROUPS: groups };
    Ok(Inferred::new(x, &consts.list()).with(&NormalizedAxes::of(&places).list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    use super::super::axes::Places;
    use super::super::groups::{Formula, Gradients, Groups};
    pub use super::SPEC::GroupNormalization;
    use crate::layer::{Layer, Memory, Pass, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use crate::weights;
    use crate::weights::initializers::Fans;
    use nalgebra::SMatrix;
    use rand::Rng;

    weights! {
        /// The weights of a [`GroupNormalization`].
        pub struct GroupNormalizationWeights<
            T,
            const F: usize,
            const CENTER: usize,
            const SCALE: usize,
        > {
            /// The scale: one column, or none.
            gamma: SMatrix<T, F, SCALE> => [F],
            /// The offset: one column, or none.
            beta: SMatrix<T, F, CENTER> => [F],
        }
    }

    impl<const F: usize, const CENTER: usize, const SCALE: usize, const GROUPS: usize>
        GroupNormalization<F, CENTER, SCALE, GROUPS>
    {
        fn groups<'a, T: Scalar>(
            &self,
            w: &'a GroupNormalizationWeights<T, F, CENTER, SCALE>,
            size: usize,
        ) -> Groups<'a, T> {
            let places = self
                .axes
                .places()
                .unwrap_or_else(|| Places::new(&[size / F.max(1), GROUPS, F / GROUPS.max(1)], 0b010, 0b110));
            let (gamma, beta) = (w.gamma.as_slice(), w.beta.as_slice());
            Groups { places, formula: Formula::Standard, epsilon: self.epsilon, gamma, beta }
        }
    }

    impl<
        T: Scalar + Element,
        const F: usize,
        const CENTER: usize,
        const SCALE: usize,
        const GROUPS: usize,
        const R: usize,
        const P: usize,
    > Layer<T, SMatrix<T, R, P>> for GroupNormalization<F, CENTER, SCALE, GROUPS>
    {
        type Output = SMatrix<T, R, P>;
        type Weights = GroupNormalizationWeights<T, F, CENTER, SCALE>;
        type Scratch<B: Storage> = ();
        /// `μ` and `s` of every group.
        type Cache<B: Storage> = B::Of<SMatrix<T, 2, GROUPS>>;
        const WORK: Work = Work::BySample(0);

        fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
            self.gamma_initializer.fill(w.gamma.as_mut_slice(), &[F], Fans::new(F, F), rng);
            self.beta_initializer.fill(w.beta.as_mut_slice(), &[F], Fans::new(F, F), rng);
        }

        fn forward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SMatrix<T, R, P>],
            y: &mut [SMatrix<T, R, P>],
            pass: Pass<'_, '_, T, (), Self::Cache<B>>,
        ) {
            const { assert!((R * P).is_multiple_of(F) && F.is_multiple_of(GROUPS)) }
            let kept = match pass {
                Pass::Inference(_) => None,
                Pass::Training(memory, _) => Some(flat_mut(memory.own)),
            };
            // y = gamma ⊙ x̂ + beta
            self.groups(w, R * P).forward(flat(x), flat_mut(y), kept);
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
            self.groups(w, R * P).backward(flat(x), flat(dy), flat(cache), gradients);
        }
    }
}

#[cfg(all(test, feature = "compute"))]
mod tests;
