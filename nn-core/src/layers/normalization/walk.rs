//! The places of the scalars of a sample, along some of its axes.

use super::axes::Places;
use crate::spec::shape::MAX_RANK;

/// The last axis.
pub(super) const LAST: usize = MAX_RANK - 1;

impl Places {
    /// Whether groups lie beside each other along an axis.
    #[inline(always)]
    pub(super) const fn has_groups(&self, axis: usize) -> bool {
        (self.groups >> axis) & 1 == 1
    }

    /// Whether gamma and beta differ along an axis.
    #[inline(always)]
    pub(super) const fn has_variables(&self, axis: usize) -> bool {
        (self.variables >> axis) & 1 == 1
    }

    /// Returns the number of scalars of a sample.
    pub(super) fn size(&self) -> usize {
        self.dims.iter().product()
    }

    /// Returns the product of the lengths of the axes of a kind, without the axes of the bits `without`.
    pub(super) fn count(&self, groups: bool, without: usize) -> usize {
        let axes = (0..MAX_RANK).zip(&self.dims);
        let axes = axes.filter(|&(axis, _)| self.has_groups(axis) == groups && (without >> axis) & 1 == 0);
        axes.map(|(_, &dim)| dim).product()
    }

    /// Goes over the axes of a kind, row-major, without the axes of the bits `without`.
    #[inline(always)]
    pub(super) fn walk(&self, groups: bool, without: usize) -> Walk {
        let mut walk = Walk {
            dims: [1; MAX_RANK],
            steps: [(0, 0); MAX_RANK],
            indices: [0; MAX_RANK],
            at: (0, 0),
            left: self.count(groups, without),
        };
        let (mut place, mut variable) = (1, 1);
        for axis in (0..MAX_RANK).rev() {
            let varies = self.has_variables(axis);
            if self.has_groups(axis) == groups && (without >> axis) & 1 == 0 {
                walk.dims[axis] = self.dims[axis];
                walk.steps[axis] = (place, if varies { variable } else { 0 });
            }
            place *= self.dims[axis];
            variable *= if varies { self.dims[axis] } else { 1 };
        }
        walk
    }
}

/// The places in a sample, and in a variable, along some axes. It counts instead of dividing.
#[derive(Clone, Copy)]
pub(super) struct Walk {
    dims: [usize; MAX_RANK],
    steps: [(usize, usize); MAX_RANK],
    indices: [usize; MAX_RANK],
    at: (usize, usize),
    left: usize,
}

impl Iterator for Walk {
    type Item = (usize, usize);

    #[inline(always)]
    fn next(&mut self) -> Option<(usize, usize)> {
        self.left = self.left.checked_sub(1)?;
        let at = self.at;
        if self.left > 0 {
            for axis in (0..MAX_RANK).rev() {
                let (place, variable) = self.steps[axis];
                self.indices[axis] += 1;
                if self.indices[axis] < self.dims[axis] {
                    self.at = (self.at.0 + place, self.at.1 + variable);
                    break;
                }
                self.indices[axis] = 0;
                self.at.0 -= place * (self.dims[axis] - 1);
                self.at.1 -= variable * (self.dims[axis] - 1);
            }
        }
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// Goes over the first and the last of three axes, then over the middle one.
    #[test]
    fn row_major() {
        let places = Places::new(&[2, 3, 2], 0b101, 0b010);
        assert_eq!(places.walk(true, 0).collect::<Vec<_>>(), [(0, 0), (1, 0), (6, 0), (7, 0)]);
        assert_eq!(places.walk(false, 0).collect::<Vec<_>>(), [(0, 0), (2, 1), (4, 2)]);
        assert_eq!(places.walk(true, 1 << LAST).collect::<Vec<_>>(), [(0, 0), (6, 0)]);
        assert_eq!((places.size(), places.count(true, 0), places.count(false, 0)), (12, 4, 3));
    }
}
