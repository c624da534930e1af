//! The common code of the merges (`Add`, `Subtract`, `Multiply`, `Average`, `Maximum`, `Minimum`), without their
//! formulas.
//!
//! The inputs have equal shapes, or shapes that broadcast as in Keras. They are aligned at the last axis. An axis of
//! length 1 (or a missing one) is repeated along the axis of the others, and its gradient is the sum over the
//! repetitions.
//!
//! Source: `_Merge`, <https://github.com/keras-team/keras/blob/master/keras/src/layers/merging/base_merge.py>

use crate::spec::code::Code;
use crate::spec::shape::{MAX_RANK, Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Inferred, MAX_INPUTS, Value};

/// The maximum number of axis groups in the type. Axes that are repeated in the same inputs form one group.
const GROUPS: usize = 4;
/// The maximum number of inputs with repetitions: their bits fit into one constant, even if `usize` has 32 bits.
const REPEATED_INPUTS: usize = 8;

/// Returns the shape to which all inputs broadcast.
///
/// The type is `Add<rows, cols, A, B, C, ONES>`: rows and columns of the output, the lengths of all groups of axes but
/// the last, and bit `4 i + g` of `ONES` if input `i` is repeated along group `g`. For inputs of one shape it is
/// `Add<rows, cols, 1, 1, 1, 0>`.
pub(crate) const fn infer(_: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let mut output = inputs[0];
    let mut i = 1;
    while i < inputs.len() {
        output = match broadcast(output, inputs[i]) {
            Some(shape) => shape,
            None => {
                let message =
                    Text::new().str("expected inputs of one shape (an axis of length 1 is repeated), but got ");
                return Err(ShapeError::input(
                    Code::ShapeMismatch,
                    i,
                    message.shape(&output).str(" and ").shape(&inputs[i]),
                ));
            }
        };
        i += 1;
    }

    // From the last axis to the first: an axis belongs to the group after it if the same inputs are repeated.
    let (mut groups, mut repeated, mut g) = ([1; GROUPS], [0usize; GROUPS], GROUPS - 1);
    let (mut axis, mut empty) = (output.rank(), true);
    while axis > 0 {
        axis -= 1;
        let length = output.dim(axis);
        if length == 1 {
            continue;
        }
        let (mut ones, mut i) = (0usize, 0);
        while i < inputs.len() {
            let missing = output.rank() - inputs[i].rank();
            if axis < missing || inputs[i].dim(axis - missing) == 1 {
                ones |= 1 << i;
            }
            i += 1;
        }
        if !empty && ones != repeated[g] {
            if g == 0 {
                return Err(ShapeError::new(
                    Code::Unsupported,
                    Text::new().str("these inputs are repeated along too many axes in turn"),
                ));
            }
            g -= 1;
        }
        groups[g] *= length;
        repeated[g] = ones;
        empty = false;
    }
    let (mut ones, mut g) = (0usize, 0);
    while g < GROUPS {
        let mut i = 0;
        while i < MAX_INPUTS {
            if (repeated[g] >> i) & 1 == 1 {
                if i >= REPEATED_INPUTS {
                    return Err(ShapeError::input(
                        Code::Unsupported,
                        i,
                        Text::new().str("only the first 8 inputs may have axes that are repeated"),
                    ));
                }
                ones |= 1 << (GROUPS * i + g);
            }
            i += 1;
        }
        g += 1;
    }
    Ok(Inferred::new(output, &[output.rows(), output.cols(), groups[0], groups[1], groups[2], ones]))
}

/// Returns the shape to which two shapes broadcast.
const fn broadcast(a: Shape, b: Shape) -> Option<Shape> {
    let (long, short) = if a.rank() < b.rank() { (b, a) } else { (a, b) };
    let (mut output, mut axis) = (long, long.rank() - short.rank());
    assert!(long.rank() <= MAX_RANK);
    while axis < long.rank() {
        let (m, n) = (long.dim(axis), short.dim(axis + short.rank() - long.rank()));
        if m == 1 {
            output = output.with_dim(axis, n);
        } else if n != 1 && n != m {
            return None;
        }
        axis += 1;
    }
    Some(output)
}

#[cfg(feature = "compute")]
pub(crate) use compute::*;

#[cfg(feature = "compute")]
mod compute {
    use super::{GROUPS, REPEATED_INPUTS};
    use crate::layers::strides::Strides;
    use crate::tensor::FloatTensors;
    use crate::tensor::scalar::Scalar;

    /// The arithmetic of a merge for one scalar of each input.
    pub(crate) trait Formula {
        /// Combines the result so far (at first, the scalar of input 0) with the scalar of the next input.
        fn fold<T: Scalar>(y: T, x: T) -> T;

        /// Finishes the result after the last input.
        #[inline(always)]
        fn finish<T: Scalar>(y: T, inputs: usize) -> T {
            let _ = inputs;
            y
        }

        /// Returns `∂y/∂xᵢ`, where `x(j)` is the scalar of input `j`.
        fn derivative<T: Scalar>(i: usize, inputs: usize, x: impl Fn(usize) -> T) -> T;
    }

    /// Returns the lengths of the groups of axes of a sample of `size` scalars.
    #[inline(always)]
    pub(crate) const fn groups(size: usize, a: usize, b: usize, c: usize) -> [usize; GROUPS] {
        [a, b, c, size / (a * b * c)]
    }

    /// Returns the strides with which input `i` is repeated.
    #[inline(always)]
    pub(crate) const fn strides(groups: [usize; GROUPS], ones: usize, i: usize) -> Strides<GROUPS> {
        let ones = if i < REPEATED_INPUTS { (ones >> (GROUPS * i)) & ((1 << GROUPS) - 1) } else { 0 };
        Strides::repeat(groups, ones)
    }

    /// Computes `y = finish(fold(.. fold(fold(x₀, x₁), x₂) ..))`.
    #[inline(always)]
    pub(crate) fn forward<F: Formula, T: Scalar, X: FloatTensors<T>>(
        groups: [usize; GROUPS],
        ones: usize,
        x: X::Batch<'_>,
        y: &mut [T],
    ) {
        let size: usize = groups.iter().product();
        for (i, &input) in X::SIZES.iter().enumerate() {
            let at = strides(groups, ones, i);
            for (y, x) in y.chunks_exact_mut(size).zip(X::flat(x, i).chunks_exact(input.max(1))) {
                for (k, y) in y.iter_mut().enumerate() {
                    let Some(&x) = x.get(at.place(k)) else { return };
                    *y = if i == 0 { x } else { F::fold(*y, x) };
                }
            }
        }
        for y in y {
            *y = F::finish(*y, X::SIZES.len());
        }
    }

    /// Computes `dxᵢ += ∂y/∂xᵢ · dy`.
    #[inline(always)]
    pub(crate) fn backward<F: Formula, T: Scalar, X: FloatTensors<T>>(
        groups: [usize; GROUPS],
        ones: usize,
        x: X::Batch<'_>,
        dy: &[T],
        dx: &mut X::Gradients<'_>,
    ) {
        let size: usize = groups.iter().product();
        for (i, &input) in X::SIZES.iter().enumerate() {
            let at = strides(groups, ones, i);
            let Some(dx) = X::flat_gradient(dx, i) else { continue };
            for (s, (dx, dy)) in dx.chunks_exact_mut(input.max(1)).zip(dy.chunks_exact(size)).enumerate() {
                for (k, &dy) in dy.iter().enumerate() {
                    // Every place is in bounds, which the compiler cannot prove for a broadcast.
                    let value = |j: usize| {
                        let sample = s * X::SIZES.get(j).copied().unwrap_or(0);
                        X::flat(x, j).get(sample + strides(groups, ones, j).place(k)).copied().unwrap_or(T::ZERO)
                    };
                    let Some(dx) = dx.get_mut(at.place(k)) else { return };
                    *dx += F::derivative(i, X::SIZES.len(), value) * dy;
                }
            }
        }
    }

    /// Implements the layer of a [`Formula`].
    macro_rules! merge_layer {
        ($name:ident, $formula:ty) => {
            impl<
                T: $crate::Scalar + $crate::Element,
                X: $crate::tensor::FloatTensors<T>,
                const R: usize,
                const P: usize,
                const A: usize,
                const B: usize,
                const C: usize,
                const ONES: usize,
            > $crate::Layer<T, X> for $name<R, P, A, B, C, ONES>
            {
                type Output = nalgebra::SMatrix<T, R, P>;
                type Weights = ();
                type Scratch<S: $crate::Storage> = ();
                type Cache<S: $crate::Storage> = ();
                const WORK: $crate::layer::Work = $crate::layer::Work::BySample(0);

                #[inline]
                fn forward<S: $crate::Storage>(
                    &self,
                    _: &(),
                    x: X::Batch<'_>,
                    y: &mut [Self::Output],
                    _: $crate::Pass<'_, '_, T, (), ()>,
                ) {
                    let groups = $crate::layers::merging::merge::groups(R * P, A, B, C);
                    $crate::layers::merging::merge::forward::<$formula, T, X>(
                        groups,
                        ONES,
                        x,
                        $crate::tensor::flat_mut(y),
                    );
                }

                #[inline]
                fn backward<S: $crate::Storage>(
                    &self,
                    _: &(),
                    x: X::Batch<'_>,
                    _: &[Self::Output],
                    dy: &[Self::Output],
                    _: $crate::layer::Memory<'_, T, ()>,
                    mut dx: X::Gradients<'_>,
                    _: Option<&mut ()>,
                ) {
                    let groups = $crate::layers::merging::merge::groups(R * P, A, B, C);
                    $crate::layers::merging::merge::backward::<$formula, T, X>(
                        groups,
                        ONES,
                        x,
                        $crate::tensor::flat(dy),
                        &mut dx,
                    );
                }
            }
        };
    }
    pub(crate) use merge_layer;
}

/// Helpers for the tests of the merges.
#[cfg(all(test, feature = "compute"))]
pub(crate) mod checks {
    use crate::layer::{Layer, Pass};
    use crate::tensor::storage::Inline;
    use nalgebra::SVector;

    /// Returns the output for three inputs of one sample with three scalars.
    pub(crate) fn of_three<L>(layer: &L, x: [[f64; 3]; 3]) -> [f64; 3]
    where
        L: Layer<
                f64,
                (SVector<f64, 3>, SVector<f64, 3>, SVector<f64, 3>),
                Output = SVector<f64, 3>,
                Weights = (),
                Scratch<Inline<1>> = (),
            >,
    {
        let x = x.map(|x| [SVector::from(x)]);
        let mut y = [SVector::repeat(f64::NAN)];
        layer.forward::<Inline<1>>(&(), (&x[0], &x[1], &x[2]), &mut y, Pass::inference(&mut ()));
        y[0].into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    fn rule(shapes: &[&[usize]]) -> Result<Inferred, ShapeError> {
        let shapes: std::vec::Vec<Shape> = shapes.iter().map(|dims| Shape::new(dims)).collect();
        infer(&[], &shapes)
    }

    #[test]
    fn equal_shapes() {
        let inferred = rule(&[&[5, 7, 3][..]; 12]).unwrap();
        assert_eq!((inferred.output(0), inferred.consts()), (Shape::new(&[5, 7, 3]), &[3, 35, 1, 1, 1, 0][..]));
        assert_eq!(rule(&[&[1], &[1]]).unwrap().consts(), [1, 1, 1, 1, 1, 0]);
    }

    #[test]
    fn broadcasting() {
        // Channels against an image: two groups, (5, 7) and (3).
        let inferred = rule(&[&[5, 7, 3], &[3]]).unwrap();
        assert_eq!(
            (inferred.output(0), inferred.consts()),
            (Shape::new(&[5, 7, 3]), &[3, 35, 1, 1, 35, 0b0100_0000][..])
        );
        // A column against a row.
        let inferred = rule(&[&[5, 1], &[1, 3]]).unwrap();
        assert_eq!((inferred.output(0), inferred.consts()), (Shape::new(&[5, 3]), &[3, 5, 1, 1, 5, 0b0100_1000][..]));
        // The mask of an axis of length 1 in all inputs does not matter.
        assert_eq!(rule(&[&[5, 1, 3], &[5, 1, 3]]).unwrap().consts()[5], 0);
    }

    #[test]
    fn unequal_shapes() {
        let error = rule(&[&[64], &[64], &[32]]).unwrap_err();
        assert_eq!(error.blame, crate::spec::shape::Blame::Input(2));
        assert_eq!(
            error.to_string(),
            "expected inputs of one shape (an axis of length 1 is repeated), but got (64,) and (32,)"
        );
        assert!(rule(&[&[2, 1, 2, 1, 2], &[2, 2, 2, 2, 2]]).unwrap_err().to_string().contains("too many axes"));
    }
}
