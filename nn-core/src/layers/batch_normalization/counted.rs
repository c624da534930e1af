//! The scalars that the statistics of a batch are made of.

/// Which scalars of a batch are in the statistics.
pub(super) trait Counted: Copy {
    /// Whether a scalar is.
    fn counts(self, scalar: usize) -> bool;
    /// How many of a feature are; features are `F`, and their neighbours lie `STRIDE` apart.
    fn number<const F: usize, const STRIDE: usize>(self, feature: usize) -> usize;
}

/// All of so many.
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

/// Those of the positions that a mask counts, which have `R` scalars each.
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
