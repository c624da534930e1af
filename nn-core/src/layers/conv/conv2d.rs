//! Conv2D: a convolution over images: the same weights at every place of a sliding window.
//!
//! ```text
//! y[r, c] = b + Σ W[i, j] · x[r · s - p + i · d, c · s' - p' + j · d']        over the cells (i, j) of the window
//!
//! dx[..]  += W[i, j]ᵀ · dy[r, c]
//! dW[i, j] += dy[r, c] · x[..]ᵀ                                              summed over samples and places
//! db      += dy
//! ```
//!
//! with strides `s`, dilation `d` and padding `p`; cells outside the image are 0. With `groups = g`, the channels and
//! the filters are in `g` groups, and a filter sees only the channels of its own group.
//!
//! Shapes: input `(h, w, channels)`, output `(h', w', filters)`, kernel `(kh, kw, channels / groups, filters)`, bias
//! `(filters,)`. The weights do not depend on the image size: one layer can be called on images of several sizes.
//!
//! The cells under some windows are copied beside each other as the columns of a matrix of patches. The convolution is
//! then one product (*im2col*). The workspace of the call holds the patches: one row of windows for each sample of the
//! batch.
//!
//! Source: <https://keras.io/api/layers/convolution_layers/convolution2d/>

use super::windows::{Slide, pair, too_small};
use crate::spec::code::Code;
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::text::Text;
use crate::spec::{Inferred, LayerSpec, Value, layer, rule};

layer! {
    /// A convolution over images: the same weights at every place of a sliding window.
    #[example = "let y = Conv2D(32, 3, activation = relu)(x); // [28, 28, 1] → [26, 26, 32]"]
    #[example = "let y = Conv2D(32, (5, 3), strides = 2, padding = same)(x); // [28, 28, 1] → [14, 14, 32]"]
    /// `H × W` is the window, with `I` channels at each place: `K = H · W · I` cells in all. `O` is the number of
    /// filters, `Q` the number of places of the output. `B` is 1 with a bias, else 0.
    #[doc(alias = "Convolution2D")]
    pub struct Conv2D<H, W, I, K, O, B, Q> {
        /// The number of channels of the output.
        filters: Size,
        /// The height and width of the window.
        kernel_size: Sizes,
        /// The rows and columns from one window to the next.
        strides: Sizes = Shape::new(&[1]),
        /// `same` pads the image with zeros, so that it keeps its size if the strides are 1.
        padding: Choice { VALID = "valid", SAME = "same" },
        /// The order of the axes. Channels are last.
        data_format: Choice { CHANNELS_LAST = "channels_last" },
        /// The rows and columns from one cell of the window to the next.
        dilation_rate: Sizes = Shape::new(&[1]),
        /// The number of groups. A filter sees the channels of its own group.
        groups: Size = 1,
        /// Applied to the output; `linear` if absent.
        activation: ActivationAfter,
        /// Adds a bias.
        use_bias: Flag = true,
        /// The initial values of the kernel.
        pub kernel_initializer: Initializer = GlorotUniform,
        /// The initial values of the bias.
        pub bias_initializer: Initializer = Zeros,
        /// A penalty on the kernel.
        pub kernel_regularizer: Regularizer,
        /// A penalty on the bias.
        pub bias_regularizer: Regularizer,
        /// A penalty on the output.
        activity_regularizer: ActivityAfter,
        /// A bound on the kernel.
        pub kernel_constraint: Constraint,
        /// A bound on the bias.
        pub bias_constraint: Constraint,
    }

    pub rule {
        /// The rows of the image.
        input_height,
        /// The columns of the image.
        input_width,
        /// The columns of the output.
        output_width,
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
        channel_groups,
    }

    pub const SPEC: LayerSpec {
        weights: Conv2DWeights<H, W, I, K, O, B>,
        workspace: true,
        activates: true,
        infer: rule!(infer),
    }
}

/// Maps `(h, w, channels)` to `(h', w', filters)`.
///
/// The type is `Conv2D<kh, kw, channels / groups, cells, filters, use_bias, places>` with
/// `cells = kh · kw · channels / groups` and `places = h' · w'`.
///
/// # Errors
/// - If the input is not an image of shape `(h, w, channels)`, or smaller than a window without padding.
/// - If both `strides` and `dilation_rate` are above 1.
/// - If `groups` does not divide the channels and the filters.
/// - If the kernel or the patches have too many scalars.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (args, x) = (Args(args), inputs[0]);
    let (filters, groups, same) = (args.filters(), args.groups(), args.padding() == padding::SAME);
    let kernel = pair(&args.kernel_size(), arg::kernel_size, "kernel_size");
    let strides = pair(&args.strides(), arg::strides, "strides");
    let dilation = pair(&args.dilation_rate(), arg::dilation_rate, "dilation_rate");
    let (kernel, strides, dilation) = match (kernel, strides, dilation) {
        (Ok(kernel), Ok(strides), Ok(dilation)) => (kernel, strides, dilation),
        (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => return Err(error),
    };
    if x.rank() != 3 {
        let message = Text::new().str("expected an image of shape (height, width, channels), but got ").shape(&x);
        return Err(ShapeError::input(Code::WrongRank, 0, message));
    }
    if (strides.0 > 1 || strides.1 > 1) && (dilation.0 > 1 || dilation.1 > 1) {
        let message = Text::new().str("`strides` and `dilation_rate` cannot both be above 1");
        return Err(ShapeError::argument(Code::OutOfRange, arg::dilation_rate, message));
    }
    let channels = x.dim(2);
    if !channels.is_multiple_of(groups) {
        let message = Text::new().str("`groups` is ").size(groups).str(", which does not divide the ").size(channels);
        return Err(ShapeError::argument(Code::OutOfRange, arg::groups, message.str(" channels of the input")));
    }
    if !filters.is_multiple_of(groups) {
        let message = Text::new().str("`groups` is ").size(groups).str(", which does not divide the ").size(filters);
        return Err(ShapeError::argument(Code::OutOfRange, arg::groups, message.str(" filters")));
    }
    let height = Slide { window: kernel.0, stride: strides.0, dilation: dilation.0 };
    let width = Slide { window: kernel.1, stride: strides.1, dilation: dilation.1 };
    let (rows, columns) = match (height.windows(x.dim(0), same), width.windows(x.dim(1), same)) {
        (Some(rows), Some(columns)) => (rows, columns),
        _ => return Err(too_small(&x, kernel, height, width)),
    };
    let per_group = channels / groups;
    let cells = kernel.0.saturating_mul(kernel.1).saturating_mul(per_group);
    // Windows of one cell at every place need no patches: the image is the patches.
    let is_image = kernel.0 == 1 && kernel.1 == 1 && strides.0 == 1 && strides.1 == 1 && groups == 1;
    let patches = if is_image { 0 } else { cells.saturating_mul(groups).saturating_mul(columns.count) };
    if cells.saturating_mul(filters) > u32::MAX as usize || patches > u32::MAX as usize {
        let message = Text::new().str("the kernel or the patches under a row of windows have too many scalars");
        return Err(ShapeError::argument(Code::TooLarge, arg::kernel_size, message));
    }
    let places = rows.count.saturating_mul(columns.count);
    let consts =
        Consts { H: kernel.0, W: kernel.1, I: per_group, K: cells, O: filters, B: args.use_bias() as usize, Q: places };
    let fields = Fields {
        input_height: x.dim(0),
        input_width: x.dim(1),
        output_width: columns.count,
        stride_height: strides.0,
        stride_width: strides.1,
        dilation_height: dilation.0,
        dilation_width: dilation.1,
        padding_top: rows.before,
        padding_left: columns.before,
        channel_groups: groups,
    };
    let output = Shape::new(&[rows.count, columns.count, filters]);
    Ok(Inferred::new(output, &consts.list()).with(&fields.list()).workspace(patches))
}

#[cfg(feature = "compute")]
mod patches;

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::Conv2D;
    use crate::activations::{Activate, Activation};
    use crate::kernels;
    use crate::layer::{Activates, Layer, Memory, Pass, Work};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use crate::weights;
    use crate::weights::initializers::Fans;
    use nalgebra::SMatrix;
    use rand::Rng;

    weights! {
        /// The weights of a [`Conv2D`] layer.
        pub struct Conv2DWeights<
            T, const H: usize, const W: usize, const I: usize, const K: usize, const O: usize, const B: usize
        > {
            /// `W`: one row per filter, one column per cell. Keras's `(kh, kw, in, out)` kernel has the same bytes.
            kernel: SMatrix<T, O, K> => [H, W, I, O],
            /// `b`: one column, or none without a bias.
            bias: SMatrix<T, O, B> => [O],
        }
    }

    impl<const H: usize, const W: usize, const I: usize, const K: usize, const O: usize, const B: usize, const Q: usize>
        Conv2D<H, W, I, K, O, B, Q>
    {
        /// The fans of the kernel, for initializers.
        const FANS: Fans = Fans::new(K, H * W * O);

        /// Computes the forward pass. `then` receives each finished part of `y`.
        #[inline(always)]
        fn convolve<T: Scalar + Element>(
            &self,
            w: &Conv2DWeights<T, H, W, I, K, O, B>,
            x: &[T],
            y: &mut [T],
            workspace: &mut [T],
            rectifies: bool,
            then: impl Fn(&mut [T]),
        ) {
            if workspace.is_empty() {
                self.product(w, x, y, rectifies);
                return then(y);
            }
            // As many rows of windows at a time as fit in the workspace: one for each sample.
            let at_once = workspace.len() / self.row().max(1);
            for (k, y) in y.chunks_mut((at_once * self.output_width * O).max(1)).enumerate() {
                let rows = y.len() / (self.output_width * O).max(1);
                let Some(patches) = workspace.get_mut(..rows * self.row()) else { return };
                self.copy_patches(x, k * at_once, patches);
                self.product(w, patches, y, rectifies);
                then(y);
            }
        }
    }

    impl<
        T: Scalar + Element,
        const H: usize,
        const W: usize,
        const I: usize,
        const K: usize,
        const O: usize,
        const B: usize,
        const Q: usize,
        const C: usize,
        const P: usize,
    > Layer<T, SMatrix<T, C, P>> for Conv2D<H, W, I, K, O, B, Q>
    {
        type Output = SMatrix<T, O, Q>;
        type Weights = Conv2DWeights<T, H, W, I, K, O, B>;
        type Scratch<S: Storage> = ();
        type Cache<S: Storage> = ();
        const MACS: usize = K * O * Q;
        const WORK: Work = Work::BySample(K * O * Q);

        fn init(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
            self.kernel_initializer.fill(w.kernel.as_mut_slice(), &[H, W, I, O], Self::FANS, rng);
            self.bias_initializer.fill(w.bias.as_mut_slice(), &[O], Fans::new(O, O), rng);
        }

        fn forward<S: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SMatrix<T, C, P>],
            y: &mut [SMatrix<T, O, Q>],
            pass: Pass<'_, '_, T, (), ()>,
        ) {
            let (Pass::Inference(Memory { workspace, .. }) | Pass::Training(Memory { workspace, .. }, _)) = pass;
            // y = W · patches + b
            self.convolve(w, flat(x), flat_mut(y), workspace, false, |_| ());
        }

        fn backward<S: Storage>(
            &self,
            w: &Self::Weights,
            x: &[SMatrix<T, C, P>],
            _: &[SMatrix<T, O, Q>],
            dy: &[SMatrix<T, O, Q>],
            Memory { workspace, .. }: Memory<'_, T, ()>,
            mut dx: Option<&mut [SMatrix<T, C, P>]>,
            mut dw: Option<&mut Self::Weights>,
        ) {
            let (x, dy) = (flat(x), flat(dy));
            if workspace.is_empty() {
                // The patches are the image.
                if let Some(dx) = dx.as_deref_mut() {
                    self.add_product_back(w.kernel.as_slice(), dy, flat_mut(dx));
                }
                if let Some(dw) = dw.as_deref_mut() {
                    self.add_outer(dw.kernel.as_mut_slice(), x, dy);
                }
            } else {
                let at_once = workspace.len() / self.row().max(1);
                for (k, dy) in dy.chunks((at_once * self.output_width * O).max(1)).enumerate() {
                    let rows = dy.len() / (self.output_width * O).max(1);
                    let Some(patches) = workspace.get_mut(..rows * self.row()) else { return };
                    // y = W · patches + b, so dW += dy · patchesᵀ and dpatches = Wᵀ · dy
                    if let Some(dw) = dw.as_deref_mut() {
                        self.copy_patches(x, k * at_once, patches);
                        self.add_outer(dw.kernel.as_mut_slice(), patches, dy);
                    }
                    if let Some(dx) = dx.as_deref_mut() {
                        patches.fill(T::ZERO);
                        self.add_product_back(w.kernel.as_slice(), dy, patches);
                        self.add_patches(patches, k * at_once, flat_mut(dx));
                    }
                }
            }
            if let Some(dw) = dw.filter(|_| B == 1) {
                kernels::add_rows::<T, O>(dw.bias.as_mut_slice(), dy);
            }
        }
    }

    impl<
        T: Scalar + Element,
        const H: usize,
        const W: usize,
        const I: usize,
        const K: usize,
        const O: usize,
        const B: usize,
        const Q: usize,
        const C: usize,
        const P: usize,
    > Activates<T, SMatrix<T, C, P>> for Conv2D<H, W, I, K, O, B, Q>
    {
        fn forward_activated<S: Storage, F: Activation>(
            &self,
            w: &Self::Weights,
            x: &[SMatrix<T, C, P>],
            y: &mut [SMatrix<T, O, Q>],
            pass: Pass<'_, '_, T, (), ()>,
            activation: &Activate<F>,
        ) {
            let (Pass::Inference(Memory { workspace, .. }) | Pass::Training(Memory { workspace, .. }, _)) = pass;
            let then = |y: &mut [T]| {
                if !F::RECTIFIES {
                    activation.0.in_place(O, y);
                }
            };
            self.convolve(w, flat(x), flat_mut(y), workspace, F::RECTIFIES, then);
        }
    }
}

#[cfg(test)]
mod tests;
