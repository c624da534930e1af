//! Noise that several places share: Keras's `noise_shape`.

use crate::spec::code::Code;
use crate::spec::fields;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;

fields! {
    /// The axes of a sample whose places share their noise.
    pub struct NoiseShape {
        /// A bit for each of these axes: bit `i` is the `i`th axis from the end.
        shared,
        /// The length of the last axis but one.
        axis_1,
        /// The length of the axis before that.
        axis_2,
        /// The length of the axis before that.
        axis_3,
    }
}

/// Returns 1 if all samples share their noise, else 0, and the axes. `argument` is the place of `noise_shape`.
///
/// # Errors
/// If `noise_shape` does not fit the input.
pub(super) const fn shape(
    x: &Shape,
    noise: Option<&[i64]>,
    argument: usize,
) -> Result<(usize, NoiseShape), ShapeError> {
    let (mut batch, mut shared, mut dims, mut i) = (0, 0, [1; 4], 0);
    while i < x.rank() && i < 4 {
        dims[i] = x.dim(x.rank() - 1 - i);
        i += 1;
    }
    if let Some(noise) = noise {
        if noise.len() != x.rank() + 1 {
            let message =
                Text::new().str("`noise_shape` has ").size(noise.len()).str(" numbers, but the input ").shape(x);
            let message = message.str(" has ").size(x.rank()).str(if x.rank() == 1 { " axis" } else { " axes" });
            return Err(ShapeError::argument(Code::WrongRank, argument, message.str(" behind the batch")));
        }
        // 0 stands for `None`.
        if noise[0] > 1 {
            let message = Text::new().str("`noise_shape` begins with ").int(noise[0]);
            let message = message.str(", but the size of a batch is not known here: write `None`, or 1 for one noise");
            return Err(ShapeError::argument(Code::OutOfRange, argument, message));
        }
        batch = noise[0] as usize;
        i = 0;
        while i < x.rank() {
            let (wanted, length) = (noise[x.rank() - i], x.dim(x.rank() - 1 - i));
            if wanted == 1 && length != 1 {
                shared |= 1 << i;
            } else if wanted != 0 && wanted != length as i64 {
                let message = Text::new().str("`noise_shape` has ").int(wanted).str(" for an axis of ").size(length);
                let message = message.str(": expected 1, ").size(length).str(" or `None`");
                return Err(ShapeError::argument(Code::ShapeMismatch, argument, message));
            }
            i += 1;
        }
    }
    Ok((batch, NoiseShape { shared, axis_1: dims[1], axis_2: dims[2], axis_3: dims[3] }))
}

#[cfg(feature = "compute")]
mod compute {
    use super::NoiseShape;
    use crate::tensor::scalar::Scalar;

    impl NoiseShape {
        /// Returns the first scalar of a sample that shares its noise with this one. `last` is the length of the last
        /// axis.
        fn first(&self, scalar: usize, last: usize) -> usize {
            let (mut first, mut stride, mut rest) = (scalar, 1, scalar);
            for (i, length) in [last, self.axis_1, self.axis_2, self.axis_3].into_iter().enumerate() {
                let place = rest % length.max(1);
                if (self.shared >> i) & 1 == 1 {
                    first -= place * stride;
                }
                (rest, stride) = (rest / length.max(1), stride * length);
            }
            // A fifth axis is the first one.
            if (self.shared >> 4) & 1 == 1 {
                first -= rest * stride;
            }
            first
        }

        /// Fills `noise` with drawn numbers. A sample has `sample` scalars, and `last` along its last axis; `batch` is
        /// 1 if all samples share their noise.
        pub(in super::super) fn fill<T: Scalar>(
            &self,
            batch: usize,
            (last, sample): (usize, usize),
            noise: &mut [T],
            mut draw: impl FnMut() -> T,
        ) {
            if self.shared == 0 && batch == 0 {
                noise.iter_mut().for_each(|noise| *noise = draw());
                return;
            }
            for k in 0..noise.len() {
                // Numbers that share their noise take that of the first of them.
                let (of_sample, scalar) = (k / sample.max(1), k % sample.max(1));
                let from = if self.shared == 0 { scalar } else { self.first(scalar, last) };
                let from = if batch == 1 { from } else { of_sample * sample + from };
                let drawn = if from == k { draw() } else { noise.get(from).copied().unwrap_or(T::ZERO) };
                if let Some(noise) = noise.get_mut(k) {
                    *noise = drawn;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::{String, ToString};

    fn rule(noise: Option<&[i64]>, x: &[usize]) -> Result<(usize, NoiseShape), String> {
        shape(&Shape::new(x), noise, 1).map_err(|error| error.to_string())
    }

    #[test]
    fn shapes() {
        let facts = |noise: &[i64], x: &[usize]| {
            let (batch, found) = rule(Some(noise), x).unwrap();
            (batch, found.shared, found.axis_1, found.axis_2)
        };
        assert_eq!(facts(&[0, 1, 0], &[5, 3]), (0, 0b10, 5, 1));
        assert_eq!(facts(&[1, 5, 3], &[5, 3]), (1, 0, 5, 1));
        assert_eq!(facts(&[0, 1, 7, 1], &[5, 7, 3]), (0, 0b101, 7, 5));
        assert_eq!(rule(None, &[5, 3]).unwrap().1.shared, 0);
    }

    #[test]
    fn errors() {
        let rank = "`noise_shape` has 2 numbers, but the input (5, 3) has 2 axes behind the batch";
        assert_eq!(rule(Some(&[0, 1]), &[5, 3]).unwrap_err(), rank);
        let batch =
            "`noise_shape` begins with 32, but the size of a batch is not known here: write `None`, or 1 for one noise";
        assert_eq!(rule(Some(&[32, 1]), &[1]).unwrap_err(), batch);
        let length = "`noise_shape` has 4 for an axis of 5: expected 1, 5 or `None`";
        assert_eq!(rule(Some(&[0, 4, 3]), &[5, 3]).unwrap_err(), length);
    }
}
