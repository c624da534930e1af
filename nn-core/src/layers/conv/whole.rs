//! The three computations of a convolution ([`Geometry`]) with one group.

#[cfg(all(feature = "std", not(debug_assertions)))]
pub(super) use self::optimised::{add_forward, add_image, add_kernel, forward};
#[cfg(any(not(feature = "std"), debug_assertions))]
pub(super) use self::plain::{add_forward, add_image, add_kernel, forward};

/// Optimised builds have a kernel for them.
#[cfg(all(feature = "std", not(debug_assertions)))]
mod optimised {
    use crate::kernels::Convolution;
    use crate::layers::conv::geometry::Geometry;
    use crate::tensor::scalar::Scalar;

    fn sizes(g: &Geometry) -> Convolution {
        Convolution { rows: g.rows(), columns: g.columns(), channels: g.channels, filters: g.filters }
    }

    pub(in super::super) fn forward<T: Scalar>(g: &Geometry, w: &[T], b: &[T], x: &[T], y: &mut [T], rectified: bool) {
        sizes(g).forward(w, b, x, y, rectified);
    }

    pub(in super::super) fn add_forward<T: Scalar>(g: &Geometry, w: &[T], x: &[T], y: &mut [T]) {
        sizes(g).add_forward(w, x, y);
    }

    pub(in super::super) fn add_image<T: Scalar>(g: &Geometry, w: &[T], dy: &[T], dx: &mut [T]) {
        sizes(g).add_image(w, dy, dx);
    }

    pub(in super::super) fn add_kernel<T: Scalar>(g: &Geometry, x: &[T], dy: &[T], dw: &mut [T]) {
        sizes(g).add_kernel(x, dy, dw);
    }
}

/// Other builds have a product for each row of windows and row of the kernel, which needs little code.
#[cfg(any(not(feature = "std"), debug_assertions))]
mod plain {
    use crate::kernels::Sizes;
    use crate::layers::conv::geometry::Geometry;
    use crate::layers::conv::product::{Run, rectify, start};
    use crate::tensor::scalar::Scalar;

    impl Geometry {
        /// Returns the sizes of the product of a run.
        fn sizes(&self, run: &Run) -> Sizes {
            let (inputs, stride) = (run.cells * self.channels, self.stride_width * self.channels);
            Sizes { n: run.n, inputs, outputs: self.filters, stride }
        }
    }

    pub(in super::super) fn forward<T: Scalar>(g: &Geometry, w: &[T], b: &[T], x: &[T], y: &mut [T], rectified: bool) {
        start(g.filters, b, y);
        add_forward(g, w, x, y);
        if rectified {
            rectify(y);
        }
    }

    pub(in super::super) fn add_forward<T: Scalar>(g: &Geometry, w: &[T], x: &[T], y: &mut [T]) {
        for (x, y) in x.chunks_exact(g.image().max(1)).zip(y.chunks_exact_mut(g.output().max(1))) {
            for row in 0..g.place_height {
                g.runs(row, g.dilation_width == 1, |run| {
                    let (from, to) = (run.pixel * g.channels, run.place * g.filters);
                    let weights = w.get(run.cell * g.channels * g.filters..);
                    if let (Some(w), Some(x), Some(y)) = (weights, x.get(from..), y.get_mut(to..)) {
                        g.sizes(&run).add(w, x, y);
                    }
                });
            }
        }
    }

    pub(in super::super) fn add_image<T: Scalar>(g: &Geometry, w: &[T], dy: &[T], dx: &mut [T]) {
        // Products add to many samples at once, so these must not overlap.
        let whole = g.dilation_width == 1 && g.stride_width >= g.window_width;
        for (dy, dx) in dy.chunks_exact(g.output().max(1)).zip(dx.chunks_exact_mut(g.image().max(1))) {
            for row in 0..g.place_height {
                g.runs(row, whole, |run| {
                    let (to, from) = (run.pixel * g.channels, run.place * g.filters);
                    let weights = w.get(run.cell * g.channels * g.filters..);
                    if let (Some(w), Some(dy), Some(dx)) = (weights, dy.get(from..), dx.get_mut(to..)) {
                        g.sizes(&run).add_transposed(w, dy, dx);
                    }
                });
            }
        }
    }

    pub(in super::super) fn add_kernel<T: Scalar>(g: &Geometry, x: &[T], dy: &[T], dw: &mut [T]) {
        for (x, dy) in x.chunks_exact(g.image().max(1)).zip(dy.chunks_exact(g.output().max(1))) {
            for row in 0..g.place_height {
                g.runs(row, g.dilation_width == 1, |run| {
                    let (from, place) = (run.pixel * g.channels, run.place * g.filters);
                    let weights = dw.get_mut(run.cell * g.channels * g.filters..);
                    if let (Some(dw), Some(x), Some(dy)) = (weights, x.get(from..), dy.get(place..)) {
                        g.sizes(&run).add_outer(dw, x, dy);
                    }
                });
            }
        }
    }
}
