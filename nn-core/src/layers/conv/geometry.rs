//! [`Geometry`]: the sizes of a convolution, and the rules that find them.
//!
//! All pages of this family share one picture. Windows slide over an image of `channels`; each window is a place of the
//! output, with `filters` numbers. A sequence is an image of height 1. The picture has three computations, which are
//! plain functions over slices with a geometry that is known at run time, so all layers of all models share their code:
//!
//! ```text
//! forward     y  = b + W · x        each place sums over the cells of its window
//! image      dx += Wᵀ · dy          each place adds to the cells of its window: the gradient of the image
//! kernel     dW += dy · xᵀ          the gradient of the kernel
//! ```
//!
//! | page | forward | gradient of the input | gradient of the kernel |
//! |---|---|---|---|
//! | `Conv`, `DepthwiseConv` | forward | image | kernel |
//! | `ConvTranspose` | image | forward | kernel, with the roles of `x` and `dy` exchanged |
//! | `SeparableConv` | forward of channels, then a product | product, then image | product, then kernel |
//!
//! A transposed convolution therefore has the geometry of the convolution that it transposes: its output is the image,
//! and its input has the places. Keras's kernel `(kh, kw, filters, in)` is that convolution's kernel.
//!
//! There are four forms of the computations:
//! - `product` (one group, and windows of one cell): a product of all pixels of a batch.
//! - `whole` (one group): the cells of one row of a window lie behind each other in the image, as the weights for them
//!   do in the kernel. No cell is copied, so there is no working memory. Windows at a border have fewer cells.
//!   Optimised builds have `kernels::Convolution`. Other builds have a product for each row of windows and row of the
//!   kernel, whose samples overlap. With dilation, each column of the kernel is a product.
//! - `grouped`: loops over groups.
//! - `depthwise` (a group is one channel): loops over channels, which lie behind each other. These take any range of
//!   places, so a SeparableConv needs memory for a few places only.

use super::windows::{Axes, Padding, Slide};
use crate::spec::code::Code;
pub(super) use crate::spec::found;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Inferred, fields};

fields! {
    /// The sizes of a convolution. See the [page of the module](super::conv2d) of a layer for the formulas.
    ///
    /// A shape rule finds them. They are fields of a layer and not constants of its type, so one set of weights
    /// serves images of all sizes. The image is the input of a convolution, and the output of a transposed one.
    pub struct Geometry {
        /// The rows of the image.
        image_height,
        /// The columns of the image.
        image_width,
        /// The channels of the image.
        channels,
        /// The rows of places.
        place_height,
        /// The columns of places.
        place_width,
        /// The numbers of a place.
        filters,
        /// The rows of a window.
        window_height,
        /// The columns of a window.
        window_width,
        /// The rows from one window to the next.
        stride_height,
        /// The columns from one window to the next.
        stride_width,
        /// The rows from one cell of a window to the next.
        dilation_height,
        /// The columns from one cell of a window to the next.
        dilation_width,
        /// The rows of zeros above the image.
        padding_top,
        /// The columns of zeros before the image.
        padding_left,
        /// The groups of channels.
        groups,
    }
}

/// The arguments about windows that all pages have, and their places.
#[derive(Clone, Copy)]
pub(super) struct Given {
    pub(super) axes: Axes,
    pub(super) kernel_size: (Shape, usize),
    pub(super) strides: (Shape, usize),
    pub(super) dilation_rate: (Shape, usize),
    pub(super) padding: Padding,
}

/// The largest position in a padded image. A board cannot count much further.
const FAR: usize = i32::MAX as usize;

impl Given {
    /// Returns the windows along the height and the width.
    pub(super) const fn slides(&self) -> Result<(Slide, Slide), ShapeError> {
        let kernel = found!(self.axes.pair(&self.kernel_size.0, self.kernel_size.1, "kernel_size"));
        let strides = found!(self.axes.pair(&self.strides.0, self.strides.1, "strides"));
        let dilation = found!(self.axes.pair(&self.dilation_rate.0, self.dilation_rate.1, "dilation_rate"));
        Ok((
            Slide { window: kernel.0, stride: strides.0, dilation: dilation.0 },
            Slide { window: kernel.1, stride: strides.1, dilation: dilation.1 },
        ))
    }

    /// Returns an error if there are both strides and a dilation, which Keras refuses for most layers.
    pub(super) const fn check_one_of_both(&self) -> Result<(), ShapeError> {
        let (height, width) = found!(self.slides());
        if (height.stride > 1 || width.stride > 1) && (height.dilation > 1 || width.dilation > 1) {
            let message = Text::new().str("`strides` and `dilation_rate` cannot both be above 1");
            return Err(ShapeError::argument(Code::OutOfRange, self.dilation_rate.1, message));
        }
        Ok(())
    }

    /// Returns the geometry of a convolution of `x`, with all its channels in one group and without filters.
    pub(super) const fn convolution(&self, x: &Shape) -> Result<Geometry, ShapeError> {
        let (image_height, image_width, channels) = found!(self.axes.image(x));
        let (height, width) = found!(self.slides());
        // A sequence is an image of height 1, with nothing above it.
        let above = if matches!(self.axes, Axes::Steps) { Padding::Valid } else { self.padding };
        let (rows, columns) = match (height.windows(image_height, above), width.windows(image_width, self.padding)) {
            (Some(rows), Some(columns)) => (rows, columns),
            _ => return Err(self.axes.too_small(x, height, width)),
        };
        if height.extent() > FAR || width.extent() > FAR || image_height > FAR || image_width > FAR {
            let message = Text::new().str("the windows reach too far");
            return Err(ShapeError::argument(Code::TooLarge, self.kernel_size.1, message));
        }
        Ok(Geometry {
            image_height,
            image_width,
            channels,
            place_height: rows.count,
            place_width: columns.count,
            filters: 0,
            window_height: height.window,
            window_width: width.window,
            stride_height: height.stride,
            stride_width: width.stride,
            dilation_height: height.dilation,
            dilation_width: width.dilation,
            padding_top: rows.before,
            padding_left: columns.before,
            groups: 1,
        })
    }

    /// Returns the geometry of a transposed convolution of `x` to `channels`. `further` is Keras's `output_padding`
    /// with its place.
    pub(super) const fn transposed(
        &self,
        x: &Shape,
        channels: usize,
        further: (Option<&[i64]>, usize),
    ) -> Result<Geometry, ShapeError> {
        let (place_height, place_width, filters) = found!(self.axes.image(x));
        let (height, width) = found!(self.slides());
        let above = if matches!(self.axes, Axes::Steps) { Padding::Valid } else { self.padding };
        let (further_down, further_right) = found!(self.further(further, height.stride, width.stride));
        let image_height = height.covered(place_height, above, further_down);
        let image_width = width.covered(place_width, self.padding, further_right);
        let image = self.axes.shape(image_height, image_width, channels);
        if height.extent() > FAR || width.extent() > FAR || image_height > FAR || image_width > FAR {
            let message = Text::new().str("the output ").shape(&image).str(" is too large");
            return Err(ShapeError::argument(Code::TooLarge, self.kernel_size.1, message));
        }
        // The convolution must lead back to the input.
        let windows = (height.windows(image_height, above), width.windows(image_width, self.padding));
        if let (Some(rows), Some(columns)) = windows
            && rows.count == place_height
            && columns.count == place_width
        {
            return Ok(Geometry {
                image_height,
                image_width,
                channels,
                place_height,
                place_width,
                filters,
                window_height: height.window,
                window_width: width.window,
                stride_height: height.stride,
                stride_width: width.stride,
                dilation_height: height.dilation,
                dilation_width: width.dilation,
                padding_top: rows.before,
                padding_left: columns.before,
                groups: 1,
            });
        }
        if place_height == 0 || place_width == 0 {
            let message = Text::new().str("the input ").shape(x).str(" is empty");
            return Err(ShapeError::input(Code::ShapeMismatch, 0, message));
        }
        let message =
            self.axes.sizes(Text::new().str("with `padding = same`, the window "), height.window, width.window);
        let message = message.str(" covers an even number of cells, so `output_padding` must be at least 1");
        Err(ShapeError::argument(Code::OutOfRange, further.1, message))
    }
}

/// Two numbers that may be absent, for the height and the width.
type Further = (Option<usize>, Option<usize>);

impl Given {
    /// Reads `output_padding`.
    const fn further(&self, given: (Option<&[i64]>, usize), down: usize, right: usize) -> Result<Further, ShapeError> {
        let (numbers, index) = match given {
            (Some(numbers), index) => (numbers, index),
            (None, _) => return Ok((None, None)),
        };
        let (above, left) = match (self.axes, numbers) {
            (Axes::Steps, [steps]) => (0, *steps),
            (Axes::Image, [both]) => (*both, *both),
            (Axes::Image, [above, left]) => (*above, *left),
            _ => {
                let expected = match self.axes {
                    Axes::Steps => "one number, but got ",
                    Axes::Image => "one number, or two for height and width, but got ",
                };
                let message = Text::new().str("`output_padding` expects ").str(expected).size(numbers.len());
                return Err(ShapeError::argument(Code::ArgumentType, index, message.str(" numbers")));
            }
        };
        if above < 0 || left < 0 || above as u64 >= down as u64 || left as u64 >= right as u64 {
            let message = Text::new().str("`output_padding` must be at least 0 and below the strides ");
            let message = self.axes.sizes(message, down, right).str(", but is ");
            let message = if matches!(self.axes, Axes::Image) {
                message.str("(").int(above).str(", ").int(left).str(")")
            } else {
                message.int(left)
            };
            return Err(ShapeError::argument(Code::OutOfRange, index, message));
        }
        Ok((Some(above as usize), Some(left as usize)))
    }
}

impl Geometry {
    /// Whether a window has cells outside the image.
    #[doc(hidden)]
    pub const fn has_border(&self) -> bool {
        const fn last(places: usize, stride: usize, window: usize, dilation: usize) -> usize {
            let place = places.saturating_sub(1).saturating_mul(stride);
            place.saturating_add(window.saturating_sub(1).saturating_mul(dilation))
        }
        self.padding_top > 0
            || self.padding_left > 0
            || last(self.place_height, self.stride_height, self.window_height, self.dilation_height)
                >= self.image_height
            || last(self.place_width, self.stride_width, self.window_width, self.dilation_width) >= self.image_width
    }

    /// Returns the result of the shape rule of a convolution that reads `padding`, for the convolution that reads the
    /// input of `padding` instead. Its windows begin further outside the image.
    ///
    /// # Panics
    /// If a result is not that of a convolution, or not that of a ZeroPadding.
    #[doc(hidden)]
    pub const fn padded(convolution: &Inferred, padding: &Inferred) -> Inferred {
        let mut geometry = Geometry::found(convolution);
        // A sequence is an image of one row, here and there.
        geometry.padding_top += padding.value("top");
        geometry.padding_left += padding.value("left");
        geometry.image_height = padding.value("height");
        geometry.image_width = padding.value("width");
        let inferred = Inferred::many(convolution.outputs(), convolution.consts()).with(&geometry.list());
        inferred.workspace(convolution.workspace_size())
    }

    /// Returns the number of places.
    pub(super) const fn places(&self) -> usize {
        self.place_height.saturating_mul(self.place_width)
    }

    /// Returns the number of pixels.
    pub(super) const fn pixels(&self) -> usize {
        self.image_height.saturating_mul(self.image_width)
    }

    /// Returns the number of cells of a window.
    pub(super) const fn cells(&self) -> usize {
        self.window_height.saturating_mul(self.window_width)
    }

    /// Returns the geometry with these filters and groups, or an error if the groups do not divide. `index` is the
    /// place of `groups`.
    pub(super) const fn grouped(self, filters: usize, groups: usize, index: usize) -> Result<Self, ShapeError> {
        let message = Text::new().str("`groups` is ").size(groups).str(", which does not divide the ");
        if groups == 0 || !self.channels.is_multiple_of(groups) {
            let message = message.size(self.channels).str(" channels of the input");
            return Err(ShapeError::argument(Code::OutOfRange, index, message));
        }
        if !filters.is_multiple_of(groups) {
            let message = message.size(filters).str(" filters");
            return Err(ShapeError::argument(Code::OutOfRange, index, message));
        }
        Ok(Geometry { filters, groups, ..self })
    }

    /// Returns an error if a kernel has too many scalars. `index` is the place of `kernel_size`.
    pub(super) const fn check_kernel(scalars: usize, index: usize) -> Result<(), ShapeError> {
        if scalars > u32::MAX as usize {
            let message = Text::new().str("the kernel has too many scalars");
            return Err(ShapeError::argument(Code::TooLarge, index, message));
        }
        Ok(())
    }
}
