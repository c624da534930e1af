//! [`View`] and [`Counts`]: the rows and the mask of one step of all samples.
//!
//! The compiler cannot prove that the row of a sample is in bounds, because the number of samples is a number at run
//! time. `get` says so with an `Option`, so firmware has no panic.

/// The rows of one step: one for each sample.
pub struct View<S> {
    data: S,
    steps: usize,
    at: usize,
    len: usize,
}

impl<S> View<S> {
    /// Creates a view of the rows at step `at`, of `len` scalars each, with `steps` rows for each sample.
    pub fn new(data: S, steps: usize, at: usize, len: usize) -> Self {
        View { data, steps, at, len }
    }
}

impl<T> View<&mut [T]> {
    /// Returns the rows, and the distance between them.
    #[inline(always)]
    pub fn rows(&mut self) -> (&mut [T], usize) {
        (self.data.get_mut(self.at * self.len..).unwrap_or_default(), self.steps * self.len)
    }

    /// Returns the row of sample `k`, which has `N` scalars; `None` if there is no such row. A program that never
    /// panics calls this, and not [`row`](Self::row).
    #[inline(always)]
    pub fn get_mut<const N: usize>(&mut self, k: usize) -> Option<&mut [T; N]> {
        self.data.get_mut((k * self.steps + self.at) * self.len..)?.first_chunk_mut()
    }

    /// Returns the row of sample `k`, which has `N` scalars; `None` if there is no such row.
    #[inline(always)]
    pub fn get<const N: usize>(&self, k: usize) -> Option<&[T; N]> {
        self.data.get((k * self.steps + self.at) * self.len..)?.first_chunk()
    }

    /// Returns the row of sample `k`.
    ///
    /// # Panics
    /// If there is no such row.
    #[inline(always)]
    pub fn row(&mut self, k: usize) -> &mut [T] {
        &mut self.data[(k * self.steps + self.at) * self.len..][..self.len]
    }
}

impl<'a, T> View<&'a [T]> {
    /// Returns the row of sample `k`, which has `N` scalars; `None` if there is no such row. A program that never
    /// panics calls this, and not [`row`](Self::row).
    #[inline(always)]
    pub fn get<const N: usize>(&self, k: usize) -> Option<&'a [T; N]> {
        self.data.get((k * self.steps + self.at) * self.len..)?.first_chunk()
    }

    /// Returns the row of sample `k`.
    ///
    /// # Panics
    /// If there is no such row.
    #[inline(always)]
    pub fn row(&self, k: usize) -> &[T] {
        &self.data[(k * self.steps + self.at) * self.len..][..self.len]
    }
}

/// The samples that count at a step.
#[derive(Clone, Copy)]
pub struct Counts<'a> {
    mask: &'a [u32],
    steps: usize,
    at: usize,
}

impl<'a> Counts<'a> {
    /// Creates the flags of step `at` of `steps`.
    pub fn new(mask: &'a [u32], steps: usize, at: usize) -> Self {
        Counts { mask, steps, at }
    }

    /// Whether sample `k` counts.
    #[inline(always)]
    pub fn sample(&self, k: usize) -> bool {
        self.mask.get(k * self.steps + self.at).is_none_or(|&step| step != 0)
    }
}
