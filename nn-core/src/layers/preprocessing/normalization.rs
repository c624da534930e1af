//! Normalization: every feature gets the mean 0 and the variance 1 that it has in given data.
//!
//! ```text
//! y = (x - mean) / σ          σ = max(√variance, 1e-7)
//! y = mean + x · σ            with invert
//!
//! dx += dy / σ, or dy · σ
//! ```
//!
//! Shapes: output as input, any shape. A feature is a place along `axis`; with several axes, a combination of places.
//! As in Keras, axes count the batch: 1 is the first axis of a sample, -1 the last. `axis = None` makes all scalars
//! one feature.
//!
//! Mean and variance are given in the graph, or `adapt` learns them from data before training. They are then variables
//! that no gradient reaches. Until then they are 0 and 1. With several axes, the variables are flat in a weight file.
//!
//! `adapt` sums `x - k` and `(x - k)²` in `f64` with the rounding errors of all additions (Neumaier), where `k` is
//! the mean of the first batch. The variance is biased, as in Keras. Masks have no influence.
//!
//! Source: <https://keras.io/api/layers/preprocessing_layers/numerical/normalization/>

use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Folding, Inferred, LayerSpec, Masking, Streaming, Value, layer, rule};

layer! {
    /// Every feature gets the mean 0 and the variance 1 that it has in given data.
    #[example = "let y = Normalization()(x); // [13] → [13]"]
    #[example = "let y = Normalization(mean = [0.5, 1.5, 2.5], variance = [4.0, 9.0, 16.0])(x); // [28, 28, 3] → [28, 28, 3]"]
    #[example = "let y = Normalization(axis = None, mean = 127.5, variance = 5418.75)(x); // [28, 28, 3] → [28, 28, 3]"]
    /// `F` is the number of features. `LEARNT` is 1 if `adapt` learns mean and variance, else 0.
    pub struct Normalization<F, LEARNT> {
        /// The axes whose places are features: 1 is the first axis of a sample, -1 the last. `None` for one feature.
        axis: Axes = [-1],
        /// The mean, or one for each place along the last axis of `axis`; learned from data if absent.
        pub mean: Option<Floats> = &[],
        /// The variance, or one for each place, as `mean`.
        pub variance: Option<Floats> = &[],
        /// Makes the layer undo a normalization.
        pub invert: Flag = false,
    }

    pub rule {
        /// The places along the first block of axes, if there are three.
        length_1,
        /// The distance of such places in memory.
        stride_1,
        /// The places along the last block but one.
        length_2,
        /// The distance of such places in memory.
        stride_2,
        /// The distance of places along the last block.
        stride_3,
        /// The places along the last axis of `axis`.
        last,
    }

    pub const SPEC: LayerSpec {
        weights: NormalizationWeights<F, LEARNT>,
        has_cache: true,
        adapts: true,
        masking: Masking::Passes,
        folding: Folding::Scale { axis: Some(arg::axis), offset: Some(arg::mean) },
        streaming: Streaming::Axis { axis: arg::axis },
        infer: rule!(infer),
    }

    impl Train;
}

/// Returns the shape of the input. Neighbouring axes of `axis` are one block of places.
///
/// # Errors
/// - If an axis does not exist, or is given twice.
/// - If only one of mean and variance is given, or if their lengths do not fit.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (args, x) = (Args(args), inputs[0]);
    let (axes, mut kept, mut i) = (args.axis(), 0usize, 0);
    while i < axes.len() {
        let Some(axis) = x.axis(axes[i]) else {
            return Err(ShapeError::no_axis(arg::axis, axes[i], &x));
        };
        if (kept >> axis) & 1 == 1 {
            let message = Text::new().str("`axis` has axis ").size(axis + 1).str(" twice");
            return Err(ShapeError::argument(Code::OutOfRange, arg::axis, message));
        }
        kept |= 1 << axis;
        i += 1;
    }
    // The blocks of places, the last one first: at most three, because a sample has at most six axes.
    let (mut blocks, mut block, mut features, mut last) = ([(1, 1); 3], 0, 1usize, 1);
    let mut axis = x.rank();
    while axis > 0 {
        axis -= 1;
        if (kept >> axis) & 1 == 0 {
            continue;
        }
        let follows = axis + 1 < x.rank() && (kept >> (axis + 1)) & 1 == 1;
        if follows {
            blocks[block - 1].0 *= x.dim(axis);
        } else {
            blocks[block] = (x.dim(axis), x.stride(axis));
            block += 1;
        }
        if features == 1 && last == 1 {
            last = x.dim(axis);
        }
        features = features.saturating_mul(x.dim(axis));
    }
    let learnt = match (args.mean(), args.variance()) {
        (None, None) => true,
        (Some(mean), Some(variance)) => {
            if let Err(error) = fits(mean, (arg::mean, "mean"), axes.len(), last) {
                return Err(error);
            }
            if mean != variance && mean != 0 && variance != 0 {
                let message =
                    Text::new().str("`mean` has ").size(mean).str(" numbers, but `variance` has ").size(variance);
                return Err(ShapeError::argument(Code::ShapeMismatch, arg::variance, message));
            }
            if let Err(error) = fits(variance, (arg::variance, "variance"), axes.len(), last) {
                return Err(error);
            }
            false
        }
        (Some(_), None) => return Err(alone(arg::mean, "mean", "variance")),
        (None, Some(_)) => return Err(alone(arg::variance, "variance", "mean")),
    };
    let fields = Fields {
        length_1: blocks[2].0,
        stride_1: blocks[2].1,
        length_2: blocks[1].0,
        stride_2: blocks[1].1,
        stride_3: blocks[0].1,
        last,
    };
    Ok(Inferred::new(x, &Consts { F: features, LEARNT: learnt as usize }.list()).with(&fields.list()))
}

/// Checks the count of numbers against the places along the last of the axes. 0 stands for a count that rustc finds.
const fn fits(count: usize, (place, name): (usize, &str), axes: usize, last: usize) -> Result<(), ShapeError> {
    if count <= 1 || (axes > 0 && count == last) {
        return Ok(());
    }
    let message = Text::new().str("`").str(name).str("` has ").size(count).str(" numbers, but ");
    let message = match axes {
        0 => message.str("`axis = None` makes one feature"),
        1 => message.str("`axis` has ").size(last).str(if last == 1 { " place" } else { " places" }),
        _ => message.str("the last axis of `axis` has ").size(last).str(if last == 1 { " place" } else { " places" }),
    };
    Err(ShapeError::argument(Code::ShapeMismatch, place, message))
}

const fn alone(place: usize, given: &str, other: &str) -> ShapeError {
    let message =
        Text::new().str("`").str(given).str("` is given without `").str(other).str("`: give both, or none and ");
    ShapeError::argument(Code::ArgumentType, place, message.str("call `adapt`"))
}

#[cfg(feature = "compute")]
mod moments;

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::Normalization;
    use super::moments::{self, Sums};
    use crate::layer::{Layer, Memory, Pass, Train, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use crate::weights;
    use crate::weights::fold::Scale;
    use nalgebra::{ComplexField, SMatrix};
    use rand::Rng;

    weights! {
        /// The weights of a [`Normalization`]: none if mean and variance are given.
        pub struct NormalizationWeights<T, const F: usize, const LEARNT: usize> {
            /// The mean: one column, or none.
            state mean: SMatrix<T, F, LEARNT> => [F],
            /// The variance: one column, or none.
            state variance: SMatrix<T, F, LEARNT> => [F],
            /// The number of scalars of a feature in the data, or nothing.
            state count: SMatrix<T, 1, LEARNT> => [],
        }
    }

    /// Keras's `epsilon()`.
    const EPSILON: f64 = 1e-7;

    /// The number of features that a pass normalizes at a time, because it has no memory for all factors.
    const LANES: usize = 16;

    /// `y = (x - before) · factor + after`
    #[derive(Clone, Copy)]
    struct Affine<T> {
        before: T,
        factor: T,
        after: T,
    }

    impl<const F: usize, const LEARNT: usize> Normalization<F, LEARNT> {
        /// Returns the formula of a feature.
        #[inline(always)]
        fn of<T: Scalar>(&self, w: &NormalizationWeights<T, F, LEARNT>, f: usize) -> Affine<T> {
            let given = |numbers: &[f64]| {
                T::of(numbers.get(f % self.last.max(1)).or(numbers.first()).copied().unwrap_or_default())
            };
            let (mean, variance) = match (w.mean.as_slice().get(f), w.variance.as_slice().get(f)) {
                (Some(&mean), Some(&variance)) => (mean, variance),
                _ => (given(self.mean), given(self.variance)),
            };
            let (deviation, least) = (ComplexField::sqrt(variance), T::of(EPSILON));
            let deviation = if deviation < least { least } else { deviation };
            if self.invert {
                Affine { before: T::ZERO, factor: deviation, after: mean }
            } else {
                Affine { before: mean, factor: T::ONE / deviation, after: T::ZERO }
            }
        }

        /// Calls `visit` with each feature of a block, its place in the block, and the places of its scalars in `size`
        /// scalars: ranges of neighbours.
        #[inline(always)]
        pub(super) fn each(&self, size: usize, mut visit: impl FnMut(usize, core::ops::Range<usize>)) {
            let Normalization { length_1, stride_1, length_2, stride_2, stride_3, .. } = *self;
            let (outer, stride) = ((length_1 * length_2).max(1), stride_3.max(1));
            let length = (F / outer).max(1);
            for start in (0..size).step_by(stride) {
                let first = (start / stride_1.max(1)) % length_1.max(1);
                let second = (start / stride_2.max(1)) % length_2.max(1);
                let f = (first * length_2 + second) * length + (start / stride) % length;
                visit(f, start..(start + stride).min(size));
            }
        }

        /// Whether features are the last axis alone: the common case.
        const fn is_last(&self, rows: usize) -> bool {
            F == rows && self.stride_3 == 1 && self.length_1 == 1 && self.length_2 == 1
        }

        /// Calls `visit` with the formulas of some features, and the first of them.
        #[inline(always)]
        fn lanes<T: Scalar>(&self, w: &NormalizationWeights<T, F, LEARNT>, mut visit: impl FnMut(usize, &[Affine<T>])) {
            let mut lanes = [Affine { before: T::ZERO, factor: T::ONE, after: T::ZERO }; LANES];
            for first in (0..F).step_by(LANES) {
                let lanes = &mut lanes[..LANES.min(F - first)];
                lanes.iter_mut().enumerate().for_each(|(k, lane)| *lane = self.of(w, first + k));
                visit(first, lanes);
            }
        }
    }

    impl<T: Scalar + Element, const F: usize, const LEARNT: usize, const R: usize, const P: usize>
        Layer<T, SMatrix<T, R, P>> for Normalization<F, LEARNT>
    {
        type Output = SMatrix<T, R, P>;
        type Weights = NormalizationWeights<T, F, LEARNT>;
        type Scratch<B: Storage> = ();
        /// The sums of `adapt`.
        type Cache<B: Storage> = B::One<Sums<F, LEARNT>>;
        const MACS: usize = R * P;
        const WORK: Work = Work::BySample(R * P);

        fn init(&self, w: &mut Self::Weights, _: &mut dyn Rng) {
            w.variance.fill(T::ONE);
        }

        fn forward<B: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SMatrix<T, R, P>],
            y: &mut [SMatrix<T, R, P>],
            pass: Pass<'_, '_, T, (), Self::Cache<B>>,
        ) {
            let (x, y) = (flat(x), flat_mut(y));
            // y = (x - before) · factor + after
            if self.is_last(R) {
                self.lanes(w, |first, lanes| {
                    for (x, y) in x.chunks_exact(R).zip(y.chunks_exact_mut(R)) {
                        for ((y, &x), lane) in y.iter_mut().skip(first).zip(x.iter().skip(first)).zip(lanes) {
                            *y = (x - lane.before) * lane.factor + lane.after;
                        }
                    }
                });
            } else {
                for (x, y) in x.chunks_exact(R * P).zip(y.chunks_exact_mut(R * P)) {
                    self.each(R * P, |f, places| {
                        let Affine { before, factor, after } = self.of(w, f);
                        let (Some(x), Some(y)) = (x.get(places.clone()), y.get_mut(places)) else { return };
                        y.iter_mut().zip(x).for_each(|(y, &x)| *y = (x - before) * factor + after);
                    });
                }
            }
            if let Pass::Training(Memory { own: sums, .. }, mode) = pass
                && LEARNT == 1
                && mode.adapts()
            {
                moments::collect(sums, x, R * P, |visit| self.each(R * P, visit));
            }
        }

        fn backward<B: Storage>(
            &self,
            w: &Self::Weights,
            _: &[SMatrix<T, R, P>],
            _: &[SMatrix<T, R, P>],
            dy: &[SMatrix<T, R, P>],
            _: Memory<'_, T, Self::Cache<B>>,
            dx: Option<&mut [SMatrix<T, R, P>]>,
            _: Option<&mut Self::Weights>,
        ) {
            // y = (x - before) · factor + after, so dx += factor · dy
            let Some(dx) = dx else { return };
            let (dy, dx) = (flat(dy), flat_mut(dx));
            if self.is_last(R) {
                self.lanes(w, |first, lanes| {
                    for (dy, dx) in dy.chunks_exact(R).zip(dx.chunks_exact_mut(R)) {
                        for ((dx, &dy), lane) in dx.iter_mut().skip(first).zip(dy.iter().skip(first)).zip(lanes) {
                            *dx += lane.factor * dy;
                        }
                    }
                });
                return;
            }
            for (dy, dx) in dy.chunks_exact(R * P).zip(dx.chunks_exact_mut(R * P)) {
                self.each(R * P, |f, places| {
                    let factor = self.of(w, f).factor;
                    let (Some(dy), Some(dx)) = (dy.get(places.clone()), dx.get_mut(places)) else { return };
                    dx.iter_mut().zip(dy).for_each(|(dx, &dy)| *dx += factor * dy);
                });
            }
        }
    }

    impl<T: Scalar, const F: usize, const LEARNT: usize> Scale<T> for Normalization<F, LEARNT> {
        type Weights = NormalizationWeights<T, F, LEARNT>;

        fn features(&self) -> usize {
            F
        }

        fn scale(&self, w: &Self::Weights, feature: usize) -> (f64, f64) {
            // y = (x - before) · factor + after = factor · x + (after - before · factor)
            let Affine { before, factor, after } = self.of(w, feature);
            let factor = factor.to_f64();
            (factor, after.to_f64() - before.to_f64() * factor)
        }
    }

    impl<T: Scalar + Element, const F: usize, const LEARNT: usize, const R: usize, const P: usize>
        Train<T, SMatrix<T, R, P>> for Normalization<F, LEARNT>
    {
        const CONSTRAINS: bool = false;

        /// Takes over the moments of `adapt`. After an ordinary training pass there are none.
        fn update<B: Storage>(&self, w: &mut Self::Weights, sums: &Self::Cache<B>) {
            let NormalizationWeights { mean, variance, count } = w;
            let Some(count) = count.as_mut_slice().first_mut() else { return };
            moments::merge(sums, mean.as_mut_slice(), variance.as_mut_slice(), count);
        }
    }
}

#[cfg(all(test, feature = "compute"))]
mod tests;
