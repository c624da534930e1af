//! The axes of a normalization: the scalars of a group, and the variables along them.

use crate::spec::code::Code;
use crate::spec::fields;
use crate::spec::shape::{MAX_RANK, Shape, ShapeError};
use crate::spec::text::Text;

/// A sample as few axes: neighbouring axes of one kind are one axis. Missing axes have length 1 and come first.
///
/// A group is the set of scalars that are normalized together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::layers) struct Places {
    /// The lengths.
    pub(in crate::layers) dims: [usize; MAX_RANK],
    /// A bit for each axis along which groups lie beside each other; the other axes are inside of groups.
    pub(in crate::layers) groups: usize,
    /// A bit for each axis along which gamma and beta differ.
    pub(in crate::layers) variables: usize,
}

impl Places {
    /// Creates the places of a sample with these axes, and a bit of `groups` and `variables` for each of them.
    ///
    /// # Panics
    /// If more than six axes remain. A sample has at most six; an axis in two parts is between axes of one kind.
    pub(in crate::layers) const fn new(dims: &[usize], groups: usize, variables: usize) -> Places {
        let mut places = Places { dims: [1; MAX_RANK], groups: 0, variables: 0 };
        let (mut axis, mut at, mut kind) = (dims.len(), MAX_RANK, (2, 2));
        while axis > 0 {
            axis -= 1;
            if dims[axis] == 1 {
                continue;
            }
            let found = ((groups >> axis) & 1, (variables >> axis) & 1);
            if found.0 != kind.0 || found.1 != kind.1 {
                at -= 1;
                kind = found;
                places.groups |= kind.0 << at;
                places.variables |= kind.1 << at;
            }
            places.dims[at] = places.dims[at].saturating_mul(dims[axis]);
        }
        places
    }

    /// Creates the places of a sample whose last scalars, `size` of them, are a group.
    #[cfg(feature = "compute")]
    pub(in crate::layers) const fn last(groups: usize, size: usize) -> Places {
        Places::new(&[groups, size], 0b01, 0b10)
    }
}

fields! {
    /// The axes of a sample that is normalized.
    pub struct NormalizedAxes {
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
        /// A bit for each of them along which groups lie; it is not normalized.
        group_axes,
        /// A bit for each of them along which the factor and the offset differ.
        variable_axes,
    }
}

impl NormalizedAxes {
    /// Creates the fields of these places.
    pub(super) const fn of(places: &Places) -> Self {
        let [dim_0, dim_1, dim_2, dim_3, dim_4, dim_5] = places.dims;
        let (group_axes, variable_axes) = (places.groups, places.variables);
        NormalizedAxes { dim_0, dim_1, dim_2, dim_3, dim_4, dim_5, group_axes, variable_axes }
    }

    /// Returns the places, if a shape rule found them.
    #[cfg(feature = "compute")]
    pub(super) const fn places(&self) -> Option<Places> {
        let NormalizedAxes { dim_0, dim_1, dim_2, dim_3, dim_4, dim_5, group_axes, variable_axes } = *self;
        let dims = [dim_0, dim_1, dim_2, dim_3, dim_4, dim_5];
        if dim_5 == 0 { None } else { Some(Places { dims, groups: group_axes, variables: variable_axes }) }
    }
}

/// Creates the error of an axis that a sample lacks. A number of features, as PyTorch wants it, is named as one.
pub(super) const fn no_axis(argument: usize, axis: i64, x: &Shape) -> ShapeError {
    let mut error = ShapeError::no_axis(argument, axis, x);
    if axis > 0 && axis as usize == x.rows() {
        error.message = error.message.str("; the number of features comes from the input: leave it out");
    }
    error
}

/// The axes in an argument of a layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axes {
    /// A bit for each axis of the sample.
    pub(super) bits: usize,
    /// Their lengths in the order of Keras's variables.
    pub(super) shape: Shape,
}

impl Axes {
    /// Finds the axes that argument `argument` names in Keras's counting.
    ///
    /// Keras sorts the numbers as they are written, so -1 stands before 1 in the shape of a variable. But the scalars
    /// of a variable are always in the order of the sample.
    pub(super) const fn find(argument: usize, axes: &[i64], x: &Shape) -> Result<Axes, ShapeError> {
        let (mut bits, mut written, mut i) = (0, [0; MAX_RANK], 0);
        if axes.is_empty() {
            let message = Text::new().str("expected an axis or several ones, but got none");
            return Err(ShapeError::argument(Code::OutOfRange, argument, message));
        }
        while i < axes.len() {
            let Some(axis) = x.axis(axes[i]) else { return Err(no_axis(argument, axes[i], x)) };
            if (bits >> axis) & 1 == 1 {
                let message = Text::new().str("axis ").int(axes[i]).str(" of a sample of shape ").shape(x);
                return Err(ShapeError::argument(Code::OutOfRange, argument, message.str(" is given twice")));
            }
            bits |= 1 << axis;
            // Inserts the number behind the smaller ones.
            let mut at = i;
            while at > 0 && written[at - 1] > axes[i] {
                written[at] = written[at - 1];
                at -= 1;
            }
            written[at] = axes[i];
            i += 1;
        }
        let (mut dims, mut k) = ([0; MAX_RANK], 0);
        while k < axes.len() {
            if let Some(axis) = x.axis(written[k]) {
                dims[k] = x.dim(axis);
            }
            k += 1;
        }
        Ok(Axes { bits, shape: Shape::new(dims.split_at(axes.len()).0) })
    }

    /// Returns the places of a sample whose groups lie along these axes.
    pub(super) const fn places(&self, x: &Shape) -> NormalizedAxes {
        NormalizedAxes::of(&Places::new(x.dims(), !self.bits, self.bits))
    }

    /// Returns the number of groups of a sample.
    pub(super) const fn groups(&self, x: &Shape) -> usize {
        let (mut groups, mut axis) = (1usize, 0);
        while axis < x.rank() {
            if (self.bits >> axis) & 1 == 0 {
                groups = groups.saturating_mul(x.dim(axis));
            }
            axis += 1;
        }
        groups
    }

    /// Returns the lengths but the first one, and 0 for missing ones: with the size, they are constants of a type.
    pub(super) const fn rest(&self) -> [usize; MAX_RANK - 1] {
        let (mut rest, mut i) = ([0; MAX_RANK - 1], 1);
        while i < self.shape.rank() {
            rest[i - 1] = self.shape.dim(i);
            i += 1;
        }
        rest
    }
}

/// Returns the shape of a variable of `size` scalars from its lengths but the first one: [`Axes::rest`].
#[cfg(feature = "compute")]
pub(super) const fn variable_shape(size: usize, rest: [usize; MAX_RANK - 1]) -> Shape {
    let (mut dims, mut first, mut rank) = ([0; MAX_RANK], size, 1);
    while rank < MAX_RANK && rest[rank - 1] > 0 {
        dims[rank] = rest[rank - 1];
        first /= dims[rank];
        rank += 1;
    }
    dims[0] = first;
    Shape::new(dims.split_at(rank).0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn neighbouring_axes_of_one_kind_are_one() {
        let x = Shape::new(&[2, 3, 1, 5, 7]);
        let places = |axes: &[i64]| {
            let found = Axes::find(0, axes, &x).unwrap().places(&x);
            let Places { dims, groups, variables } = found.places().unwrap();
            (dims, groups, variables)
        };
        assert_eq!(places(&[-1]), ([1, 1, 1, 1, 30, 7], 0b010000, 0b100000));
        assert_eq!(places(&[4, 5]), ([1, 1, 1, 1, 6, 35], 0b010000, 0b100000));
        assert_eq!(places(&[1, -2]), ([1, 1, 2, 3, 5, 7], 0b101000, 0b010100));
        assert_eq!(places(&[1, 2, 3, 4, 5]), ([1, 1, 1, 1, 1, 210], 0, 0b100000));
        assert_eq!(Some(Places::last(30, 7)), Axes::find(0, &[5], &x).unwrap().places(&x).places());
    }

    #[test]
    fn a_variable_has_keras_shape() {
        let x = Shape::new(&[2, 3, 5]);
        for (axes, shape) in [
            (&[-1][..], &[5][..]),
            (&[2], &[3]),
            (&[3, 1], &[2, 5]),
            (&[1, -1], &[5, 2]),
            (&[-1, -3], &[2, 5]),
            (&[2, -1, 1], &[5, 2, 3]),
        ] {
            let found = Axes::find(0, axes, &x).unwrap();
            assert_eq!(found.shape, Shape::new(shape), "{axes:?}");
            assert_eq!(variable_shape(found.shape.size(), found.rest()), found.shape);
        }
    }

    #[test]
    fn wrong_axes() {
        let x = Shape::new(&[2, 3]);
        let error = |axes: &[i64]| Axes::find(0, axes, &x).unwrap_err().to_string();
        assert_eq!(error(&[]), "expected an axis or several ones, but got none");
        assert_eq!(error(&[2, -1]), "axis -1 of a sample of shape (2, 3) is given twice");
        assert_eq!(error(&[1, 1]), "axis 1 of a sample of shape (2, 3) is given twice");
        assert!(error(&[1, 0]).starts_with("axis 0 counts the batch"));
        assert!(error(&[3]).starts_with("there is no axis 3"));
        assert!(error(&[-3]).starts_with("there is no axis -3"));
        assert!(Axes::find(0, &[-1], &Shape::new(&[])).is_err());
    }
}
