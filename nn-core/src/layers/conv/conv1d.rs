//! Conv1D: a convolution over the steps of a sequence: the same weights at every place of a sliding window.
//!
//! ```text
//! y[t]   = b + Σ W[j] · x[t · s - p + j · d]        over the cells j of the window
//!
//! dx[..] += W[j]ᵀ · dy[t]
//! dW[j]  += dy[t] · x[..]ᵀ                          summed over samples and places
//! db     += dy
//! ```
//!
//! with stride `s`, dilation `d` and padding `p`; cells outside the sequence are 0. With `padding = causal`,
//! `p = (k - 1) · d`, so `y[t]` sees no step after `t · s`. With `groups = g`, the channels and the filters are in `g`
//! groups, and a filter sees only the channels of its own group.
//!
//! Shapes: input `(steps, channels)`, output `(steps', filters)`, kernel `(k, channels / groups, filters)`, bias
//! `(filters,)`. As in Keras, the output has no mask, and masked steps count as the others do.
//!
//! Source: <https://keras.io/api/layers/convolution_layers/convolution1d/>

pub mod slide;

use self::slide::SLIDE;
use super::geometry::{Geometry, Given, found};
use super::windows::{Axes, Padding};
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Filters, Folding, Inferred, LayerSpec, Streaming, Value, layer, rule};

layer! {
    /// A convolution over the steps of a sequence: the same weights at every place of a sliding window.
    #[example = "let y = Conv1D(32, 3, activation = relu)(x); // [100, 6] → [98, 32]"]
    #[example = "let y = Conv1D(32, 3, padding = causal, dilation_rate = 2)(x); // [100, 6] → [100, 32]"]
    /// `W` is the window, with `I` channels at each place: `K = W · I` cells in all. `O` is the number of filters, `Q`
    /// the number of places of the output. `B` is 1 with a bias, else 0.
    #[doc(alias = "Convolution1D")]
    #[doc(alias = "Conv1d")]
    pub struct Conv1D<W, I, K, O, B, Q> {
        /// The number of channels of the output.
        filters: Size,
        /// The steps of the window.
        kernel_size: Sizes,
        /// The steps from one window to the next.
        strides: Sizes = Shape::new(&[1]),
        /// `same` pads the sequence with zeros, so that it keeps its length if the strides are 1. `causal` does so
        /// before the first step only, so that no output sees a later step.
        padding: Choice { VALID = "valid", SAME = "same", CAUSAL = "causal" },
        /// The order of the axes. Channels are last.
        data_format: Choice { CHANNELS_LAST = "channels_last" },
        /// The steps from one cell of the window to the next.
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

    /// The sizes of the windows, of the input and of the output.
    pub rule geometry: Geometry;

    pub const SPEC: LayerSpec {
        weights: Conv1DWeights<W, I, K, O, B>,
        activates: true,
        folding: Folding::Filters {
            bias: consts::B,
            padding: arg::padding,
            kernel_size: arg::kernel_size,
            strides: arg::strides,
            form: Filters::Windows,
        },
        streaming: Streaming::Window {
            size: arg::kernel_size,
            strides: arg::strides,
            dilation: Some(arg::dilation_rate),
            padding: arg::padding,
            causal: Some(padding::CAUSAL),
            by: &SLIDE,
        },
        infer: rule!(infer),
    }
}

/// Maps `(steps, channels)` to `(steps', filters)`.
///
/// The type is `Conv1D<k, channels / groups, cells, filters, use_bias, steps'>` with `cells = k · channels / groups`.
///
/// # Errors
/// - If the input is not a sequence of shape `(steps, channels)`, or shorter than a window without padding.
/// - If both `strides` and `dilation_rate` are above 1.
/// - If `groups` does not divide the channels and the filters.
/// - If the kernel has too many scalars.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (args, x) = (Args(args), inputs[0]);
    let given = Given {
        axes: Axes::Steps,
        kernel_size: (args.kernel_size(), arg::kernel_size),
        strides: (args.strides(), arg::strides),
        dilation_rate: (args.dilation_rate(), arg::dilation_rate),
        padding: match args.padding() {
            padding::SAME => Padding::Same,
            padding::CAUSAL => Padding::Causal,
            _ => Padding::Valid,
        },
    };
    let geometry = found!(given.convolution(&x));
    found!(given.check_one_of_both());
    let geometry = found!(geometry.grouped(args.filters(), args.groups(), arg::groups));
    let per_group = geometry.channels / geometry.groups;
    let cells = geometry.cells().saturating_mul(per_group);
    found!(Geometry::check_kernel(cells.saturating_mul(geometry.filters), arg::kernel_size));
    let consts = Consts {
        W: geometry.window_width,
        I: per_group,
        K: cells,
        O: geometry.filters,
        B: args.use_bias() as usize,
        Q: geometry.places(),
    };
    let output = given.axes.shape(geometry.place_height, geometry.place_width, geometry.filters);
    Ok(Inferred::new(output, &consts.list()).with(&geometry.list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::Conv1D;
    pub use super::slide::compute::*;
    use crate::activations::{Activate, Activation};
    use crate::kernels;
    use crate::layer::{Activates, Layer, Memory, Pass, Work};
    use crate::layers::conv::page::{Convolve, NEAR, convolution, filters};
    use crate::layers::conv::product;
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use crate::weights;
    use crate::weights::fold::{Affine, Layout};
    use crate::weights::initializers::Fans;
    use nalgebra::SMatrix;
    use rand::Rng;

    weights! {
        /// The weights of a [`Conv1D`] layer.
        pub struct Conv1DWeights<
            T, const W: usize, const I: usize, const K: usize, const O: usize, const B: usize
        > {
            /// `W`: one row per filter, one column per cell. Keras's `(k, in, out)` kernel has the same bytes.
            kernel: SMatrix<T, O, K> => [W, I, O],
            /// `b`: one column, or none without a bias.
            bias: SMatrix<T, O, B> => [O],
        }
    }

    impl<
        T: Scalar + Element,
        const W: usize,
        const I: usize,
        const K: usize,
        const O: usize,
        const B: usize,
        const Q: usize,
    > Convolve<T> for Conv1D<W, I, K, O, B, Q>
    {
        type Weights = Conv1DWeights<T, W, I, K, O, B>;
        const RECTIFIES: bool = true;

        fn initialize(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
            self.kernel_initializer.fill(w.kernel.as_mut_slice(), &[W, I, O], Fans::new(K, W * O), rng);
            self.bias_initializer.fill(w.bias.as_mut_slice(), &[O], Fans::new(O, O), rng);
        }

        fn compute(&self, w: &Self::Weights, x: &[T], y: &mut [T], _: &mut [T], rectified: bool) {
            // y = b + W · x
            product::forward(&self.geometry, w.kernel.as_slice(), w.bias.as_slice(), x, y, rectified);
        }

        fn add_gradients(
            &self,
            w: &Self::Weights,
            x: &[T],
            dy: &[T],
            _: &mut [T],
            dx: Option<&mut [T]>,
            dw: Option<&mut Self::Weights>,
        ) {
            // y = b + W · x, so dx += Wᵀ · dy, dW += dy · xᵀ and db += dy
            if let Some(dx) = dx {
                product::add_image(&self.geometry, w.kernel.as_slice(), dy, dx);
            }
            if let Some(dw) = dw {
                product::add_kernel(&self.geometry, x, dy, dw.kernel.as_mut_slice());
                if B == 1 {
                    kernels::add_rows::<T, O>(dw.bias.as_mut_slice(), dy);
                }
            }
        }
    }

    filters! { Conv1DWeights<W, I, K, O, B>, kernel, Layout::new(I, O) }

    convolution! {
        Conv1D<W, I, K, O, B, Q>, Conv1DWeights<W, I, K, O, B>, [C, P] => [O, Q], K.saturating_mul(O).saturating_mul(Q)
    }
}
