//! Images with more pixels: copies of pixels, or numbers between them.

use crate::tensor::scalar::Scalar;

/// An image of `height` by `width` pixels, and the factors by which each grows.
#[derive(Clone, Copy)]
pub(super) struct Resize {
    /// The rows of the input.
    pub(super) height: usize,
    /// The columns of the input.
    pub(super) width: usize,
    /// The rows of the output for each row of the input.
    pub(super) rows: usize,
    /// The columns of the output for each column of the input.
    pub(super) columns: usize,
    /// The scalars of a pixel.
    pub(super) channels: usize,
}

/// The two places of the input between which a place of the output lies, and the weight of the second.
struct Between<T> {
    before: usize,
    after: usize,
    weight: T,
}

impl<T: Scalar> Between<T> {
    /// Returns the places for place `k` of an axis of `length` places that grows by `factor`.
    ///
    /// The centre of an output is at `(k + 0.5) / factor - 0.5` of the input. Whole numbers make it exact.
    fn new(k: usize, factor: usize, length: usize) -> Self {
        let doubled = 2 * k + 1;
        // Before the first centre, the first place stands alone.
        let Some(place) = doubled.checked_sub(factor) else { return Between { before: 0, after: 0, weight: T::ZERO } };
        let (before, rest) = (place / (2 * factor).max(1), place % (2 * factor).max(1));
        let after = (before + 1).min(length.saturating_sub(1));
        Between { before, after, weight: T::of(rest as f64) / T::of((2 * factor) as f64) }
    }
}

/// Returns the four places of the input around place `k` of an axis of `length` places that grows by `factor`, with
/// their weights: Keys's cubic with `a = -1/2`. Places outside of the axis have no weight; the others sum to 1.
fn cubic<T: Scalar>(k: usize, factor: usize, length: usize) -> [(usize, T); 4] {
    let (all, of) = ((2 * k + 1 + 4 * factor).saturating_sub(factor), (2 * factor).max(1));
    // The place before the centre, and the way from it to the centre. Whole numbers make it exact.
    let (before, t) = (all / of, T::of((all % of) as f64) / T::of(of as f64));
    let near = |d: T| (T::of(1.5) * d - T::of(2.5)) * d * d + T::ONE;
    let far = |d: T| ((T::of(-0.5) * d + T::of(2.5)) * d - T::of(4.0)) * d + T::of(2.0);
    let weights = [far(T::ONE + t), near(t), near(T::ONE - t), far(T::of(2.0) - t)];
    let mut parts = [(0, T::ZERO); 4];
    let mut sum = T::ZERO;
    for (i, (part, weight)) in parts.iter_mut().zip(weights).enumerate() {
        // `before` counts two places before the axis.
        if let Some(place) = (before + i).checked_sub(3).filter(|&place| place < length) {
            *part = (place, weight);
            sum += weight;
        }
    }
    parts.map(|(place, weight)| (place, weight / sum))
}

impl Resize {
    /// Returns the scalars of a row of the input, and of the output.
    fn row(self) -> (usize, usize) {
        let row = self.width * self.channels;
        (row.max(1), (row * self.columns).max(1))
    }

    /// Copies each pixel to all its places.
    pub(super) fn repeat<T: Scalar>(self, x: &[T], y: &mut [T]) {
        let (row, large) = self.row();
        for (x, y) in x.chunks_exact(row).zip(y.chunks_exact_mut((large * self.rows).max(1))) {
            let mut rows = y.chunks_exact_mut(large);
            let Some(first) = rows.next() else { continue };
            let pixels = first.chunks_exact_mut((self.columns * self.channels).max(1));
            for (x, places) in x.chunks_exact(self.channels.max(1)).zip(pixels) {
                places.chunks_exact_mut(x.len()).for_each(|y| y.copy_from_slice(x));
            }
            rows.for_each(|y| y.copy_from_slice(first));
        }
    }

    /// Adds the gradients of all places of a pixel to that pixel's.
    pub(super) fn add_repeated<T: Scalar>(self, dy: &[T], dx: &mut [T]) {
        let (row, large) = self.row();
        for (dx, dy) in dx.chunks_exact_mut(row).zip(dy.chunks_exact((large * self.rows).max(1))) {
            for dy in dy.chunks_exact(large) {
                let pixels = dy.chunks_exact((self.columns * self.channels).max(1));
                for (dx, places) in dx.chunks_exact_mut(self.channels.max(1)).zip(pixels) {
                    for dy in places.chunks_exact(dx.len()) {
                        dx.iter_mut().zip(dy).for_each(|(dx, &dy)| *dx += dy);
                    }
                }
            }
        }
    }

    /// Computes each pixel from the four around it.
    pub(super) fn interpolate<T: Scalar>(self, x: &[T], y: &mut [T]) {
        let ((row, large), c) = (self.row(), self.channels.max(1));
        let images = x.chunks_exact((row * self.height).max(1)).zip(y.chunks_exact_mut(self.image(large)));
        for (x, y) in images {
            for (r, y) in y.chunks_exact_mut(large).enumerate() {
                let Between { before, after, weight: v } = Between::new(r, self.rows, self.height);
                let (Some(upper), Some(lower)) = (x.get(before * row..), x.get(after * row..)) else { continue };
                for (k, y) in y.chunks_exact_mut(c).enumerate() {
                    let Between { before, after, weight: h } = Between::new(k, self.columns, self.width);
                    let (a, b) = (upper.chunks_exact(c).nth(before), upper.chunks_exact(c).nth(after));
                    let (d, e) = (lower.chunks_exact(c).nth(before), lower.chunks_exact(c).nth(after));
                    let (Some(a), Some(b), Some(d), Some(e)) = (a, b, d, e) else { continue };
                    for ((((y, &a), &b), &d), &e) in y.iter_mut().zip(a).zip(b).zip(d).zip(e) {
                        let (above, below) = (a + (b - a) * h, d + (e - d) * h);
                        *y = above + (below - above) * v;
                    }
                }
            }
        }
    }

    /// Adds the gradient of each pixel to those of the four around it.
    pub(super) fn add_interpolated<T: Scalar>(self, dy: &[T], dx: &mut [T]) {
        self.add_parts(dy, dx, |k, factor, length| Between::new(k, factor, length).parts());
    }

    /// Computes each pixel from the 16 around it.
    pub(super) fn interpolate_cubic<T: Scalar>(self, x: &[T], y: &mut [T]) {
        let ((row, large), c) = (self.row(), self.channels.max(1));
        let images = x.chunks_exact((row * self.height).max(1)).zip(y.chunks_exact_mut(self.image(large)));
        for (x, y) in images {
            for (r, y) in y.chunks_exact_mut(large).enumerate() {
                let vertical = cubic::<T>(r, self.rows, self.height);
                for (k, y) in y.chunks_exact_mut(c).enumerate() {
                    let horizontal = cubic::<T>(k, self.columns, self.width);
                    y.fill(T::ZERO);
                    for (r, v) in vertical {
                        for (k, h) in horizontal {
                            let Some(x) = x.get(r * row + k * c..) else { continue };
                            y.iter_mut().zip(x).for_each(|(y, &x)| *y += v * h * x);
                        }
                    }
                }
            }
        }
    }

    /// Adds the gradient of each pixel to those of the 16 around it.
    pub(super) fn add_interpolated_cubic<T: Scalar>(self, dy: &[T], dx: &mut [T]) {
        self.add_parts(dy, dx, cubic);
    }

    /// Adds the gradient of each pixel to the places along both axes that are its parts.
    fn add_parts<T: Scalar, const N: usize>(
        self,
        dy: &[T],
        dx: &mut [T],
        parts: impl Fn(usize, usize, usize) -> [(usize, T); N],
    ) {
        let ((row, large), c) = (self.row(), self.channels.max(1));
        let images = dx.chunks_exact_mut((row * self.height).max(1)).zip(dy.chunks_exact(self.image(large)));
        for (dx, dy) in images {
            for (r, dy) in dy.chunks_exact(large).enumerate() {
                let vertical = parts(r, self.rows, self.height);
                for (k, dy) in dy.chunks_exact(c).enumerate() {
                    let horizontal = parts(k, self.columns, self.width);
                    for (r, v) in vertical {
                        for (k, h) in horizontal {
                            let Some(dx) = dx.get_mut(r * row + k * c..) else { continue };
                            dx.iter_mut().zip(dy).for_each(|(dx, &dy)| *dx += v * h * dy);
                        }
                    }
                }
            }
        }
    }

    /// Returns the scalars of the output.
    fn image(self, large: usize) -> usize {
        (large * self.height * self.rows).max(1)
    }
}

impl<T: Scalar> Between<T> {
    /// Returns the places with their weights.
    fn parts(&self) -> [(usize, T); 2] {
        [(self.before, T::ONE - self.weight), (self.after, self.weight)]
    }
}
