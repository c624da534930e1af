//! The scalars that enter the statistics of a batch.

/// A selection of the scalars of a batch for its statistics.
pub(super) trait Counted: Copy {
    /// Whether a scalar is selected.
    fn counts(self, scalar: usize) -> bool;
    /// Returns the number of selected scalars of a feature. There are `F` features; neighbours lie `STRIDE` apart.
    fn number<const F: usize, const STRIDE: usize>(self, feature: usize) -> usize;
}

/// All scalars; the field is their number.
#[derive(Clone, Copy)]
pub(super) struct All(pub(super) usize);

impl Counted for All {
    #[inline(always)]
    fn counts(self, _: usize) -> bool {
        true
    }

    #[inline(always)]
    fn number<const F: usize, const STRIDE: usize>(self, _: usize) -> usize {
        self.0 / F
    }
}

/// The scalars of the positions that a mask counts; each position has `R` scalars.
#[derive(Clone, Copy)]
pub(super) struct OfPositions<'a, const R: usize>(pub(super) &'a [u32]);

impl<const R: usize> Counted for OfPositions<'_, R> {
    #[inline(always)]
    fn counts(self, scalar: usize) -> bool {
        self.0.get(scalar / R).is_some_and(|&m| m != 0)
    }

    fn number<const F: usize, const STRIDE: usize>(self, feature: usize) -> usize {
        if STRIDE == 1 && F == R {
            return self.0.iter().filter(|&&m| m != 0).count();
        }
        let blocks = self.0.len() * R / (F * STRIDE);
        let places = (0..blocks).flat_map(|block| (0..STRIDE).map(move |k| (block * F + feature) * STRIDE + k));
        places.filter(|&place| self.counts(place)).count()
    }
}
