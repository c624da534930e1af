//! The patches of an image, one row of windows after the other (im2col), and their products with a kernel.

use super::compute::{Conv2D, Conv2DWeights};
use crate::kernels;
use crate::tensor::scalar::Scalar;

impl<const H: usize, const W: usize, const I: usize, const K: usize, const O: usize, const B: usize, const Q: usize>
    Conv2D<H, W, I, K, O, B, Q>
{
    /// Returns the number of scalars in the patches under one row of windows.
    pub(super) const fn row(&self) -> usize {
        K * self.channel_groups * self.output_width
    }

    /// Visits the part of the image that a cell of the windows in row `row` sees, one run of places after the other.
    /// `visit` gets the first place among the patches of the row, the first place in the image, and the number of
    /// scalars. Cells in the padding are left out.
    #[inline(always)]
    fn runs(&self, row: usize, mut visit: impl FnMut(usize, usize, usize)) {
        let channels = I * self.channel_groups;
        for i in 0..H {
            let y = row * self.stride_height + i * self.dilation_height;
            let Some(y) = y.checked_sub(self.padding_top).filter(|&y| y < self.input_height) else { continue };
            for c in 0..self.output_width {
                let patch = (c * H + i) * W * channels;
                let left = c * self.stride_width;
                if self.dilation_width == 1 {
                    // Neighbouring cells are neighbours in the image.
                    let first = self.padding_left.saturating_sub(left).min(W);
                    let last = (self.input_width + self.padding_left).saturating_sub(left).min(W);
                    if first < last {
                        let x = y * self.input_width + left + first - self.padding_left;
                        visit(patch + first * channels, x * channels, (last - first) * channels);
                    }
                    continue;
                }
                for j in 0..W {
                    let x = left + j * self.dilation_width;
                    if let Some(x) = x.checked_sub(self.padding_left).filter(|&x| x < self.input_width) {
                        visit(patch + j * channels, (y * self.input_width + x) * channels, channels);
                    }
                }
            }
        }
    }

    /// Copies the patches under some rows of windows; the first one is row `first` of the batch.
    pub(super) fn copy_patches<T: Scalar>(&self, x: &[T], first: usize, patches: &mut [T]) {
        let (rows, image) =
            (Q / self.output_width.max(1), I * self.channel_groups * self.input_height * self.input_width);
        patches.fill(T::ZERO);
        for (k, patches) in patches.chunks_exact_mut(self.row().max(1)).enumerate() {
            let (sample, row) = ((first + k) / rows.max(1), (first + k) % rows.max(1));
            let Some(x) = x.get(sample * image..(sample + 1) * image) else { continue };
            self.runs(row, |patch, place, count| {
                if let (Some(to), Some(from)) = (patches.get_mut(patch..patch + count), x.get(place..place + count)) {
                    to.copy_from_slice(from);
                }
            });
        }
    }

    /// Adds the gradients of the patches to the gradient of the image: the reverse of
    /// [`copy_patches`](Self::copy_patches).
    pub(super) fn add_patches<T: Scalar>(&self, dpatches: &[T], first: usize, dx: &mut [T]) {
        let (rows, image) =
            (Q / self.output_width.max(1), I * self.channel_groups * self.input_height * self.input_width);
        for (k, patches) in dpatches.chunks_exact(self.row().max(1)).enumerate() {
            let (sample, row) = ((first + k) / rows.max(1), (first + k) % rows.max(1));
            let Some(dx) = dx.get_mut(sample * image..(sample + 1) * image) else { continue };
            self.runs(row, |patch, place, count| {
                if let (Some(from), Some(to)) = (patches.get(patch..patch + count), dx.get_mut(place..place + count)) {
                    to.iter_mut().zip(from).for_each(|(to, from)| *to += *from);
                }
            });
        }
    }

    /// Computes `y = W · x + b` for some patches, or `max(W · x + b, 0)`.
    #[inline(always)]
    pub(super) fn product<T: Scalar>(
        &self,
        w: &Conv2DWeights<T, H, W, I, K, O, B>,
        patches: &[T],
        y: &mut [T],
        rectifies: bool,
    ) {
        let (kernel, bias) = (w.kernel.as_slice(), w.bias.as_slice());
        if self.channel_groups == 1 {
            return if rectifies {
                kernels::affine_rectified::<T, K, O>(kernel, bias, patches, y)
            } else {
                kernels::affine::<T, K, O>(kernel, bias, patches, y)
            };
        }
        let (filters, channels) = (O / self.channel_groups.max(1), I * self.channel_groups);
        for (patch, y) in patches.chunks_exact((K * self.channel_groups).max(1)).zip(y.chunks_exact_mut(O)) {
            for (o, y) in y.iter_mut().enumerate() {
                *y = bias.get(o).copied().unwrap_or(T::ZERO);
            }
            for (g, y) in y.chunks_exact_mut(filters.max(1)).enumerate() {
                let cells = patch.chunks_exact(channels.max(1)).flat_map(|place| place.iter().skip(g * I).take(I));
                for (x, w) in cells.zip(kernel.chunks_exact(O)) {
                    // The filters of this group.
                    y.iter_mut().zip(w.iter().skip(g * filters)).for_each(|(y, w)| *y += *w * *x);
                }
            }
            if rectifies {
                y.iter_mut().for_each(|y| *y = if *y <= T::ZERO { T::ZERO } else { *y });
            }
        }
    }

    /// Computes `dx += Wᵀ · dy` for some patches.
    pub(super) fn add_product_back<T: Scalar>(&self, kernel: &[T], dy: &[T], dpatches: &mut [T]) {
        if self.channel_groups == 1 {
            return kernels::add_transposed::<T, K, O>(kernel, dy, dpatches);
        }
        let (filters, channels) = (O / self.channel_groups.max(1), I * self.channel_groups);
        for (dpatch, dy) in dpatches.chunks_exact_mut((K * self.channel_groups).max(1)).zip(dy.chunks_exact(O)) {
            for (g, dy) in dy.chunks_exact(filters.max(1)).enumerate() {
                let cells =
                    dpatch.chunks_exact_mut(channels.max(1)).flat_map(|place| place.iter_mut().skip(g * I).take(I));
                for (dx, w) in cells.zip(kernel.chunks_exact(O)) {
                    dy.iter().zip(w.iter().skip(g * filters)).for_each(|(dy, w)| *dx += *w * *dy);
                }
            }
        }
    }

    /// Computes `dW += dy · xᵀ` for some patches.
    pub(super) fn add_outer<T: Scalar>(&self, dkernel: &mut [T], patches: &[T], dy: &[T]) {
        if self.channel_groups == 1 {
            return kernels::add_outer::<T, K, O>(dkernel, patches, dy);
        }
        let (filters, channels) = (O / self.channel_groups.max(1), I * self.channel_groups);
        for (patch, dy) in patches.chunks_exact((K * self.channel_groups).max(1)).zip(dy.chunks_exact(O)) {
            for (g, dy) in dy.chunks_exact(filters.max(1)).enumerate() {
                let cells = patch.chunks_exact(channels.max(1)).flat_map(|place| place.iter().skip(g * I).take(I));
                for (x, dw) in cells.zip(dkernel.chunks_exact_mut(O)) {
                    dw.iter_mut().skip(g * filters).zip(dy).for_each(|(dw, dy)| *dw += *dy * *x);
                }
            }
        }
    }
}
