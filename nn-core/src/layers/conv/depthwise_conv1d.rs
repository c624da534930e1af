//! DepthwiseConv1D: a convolution over the steps of a sequence, of each channel alone.
//!
//! ```text
//! y[t][k · m + e] = b + Σ W[j][k, e] · x[t · s - p + j · d][k]        over the cells j of the window
//!
//! dx[..][k]      += Σ W[j][k, e] · dy[t][k · m + e]     over the numbers e of a channel
//! dW[j][k, e]  += dy[t][k · m + e] · x[..][k]           summed over samples and places
//! db             += dy
//! ```
//!
//! with strides `s`, dilation `d`, padding `p` and `m = depth_multiplier` numbers for each channel `k`; cells outside
//! the sequence are 0. It is a convolution whose groups are single channels.
//!
//! Shapes: input `(steps, channels)`, output `(steps', channels · m)`, kernel `(k, channels, multiplier)`, bias
//! `(channels · m,)`. As in Keras, the output has no mask.
//!
//! Source: <https://keras.io/api/layers/convolution_layers/depthwise_convolution1d/>

use super::conv1d::slide::SLIDE;
use super::geometry::{Geometry, Given, found};
use super::windows::{Axes, Padding};
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Filters, Folding, Inferred, LayerSpec, Streaming, Value, layer, rule};

layer! {
    /// A convolution over the steps of a sequence, of each channel alone.
    #[example = "let y = DepthwiseConv1D(3, padding = same)(x); // [100, 6] → [100, 6]"]
    /// `W` is the window of `K` cells, `I` the number of channels, `M` the multiplier, `O = I · M`. `Q` is the number
    /// of places of the output. `B` is 1 with a bias, else 0.
    pub struct DepthwiseConv1D<W, I, M, K, O, B, Q> {
        /// The steps of the window.
        kernel_size: Sizes,
        /// The steps from one window to the next.
        strides: Sizes = Shape::new(&[1]),
        /// `same` pads the sequence with zeros, so that it keeps its length if the strides are 1.
        padding: Choice { VALID = "valid", SAME = "same" },
        /// The number of outputs of each channel.
        depth_multiplier: Size = 1,
        /// The order of the axes. Channels are last.
        data_format: Choice { CHANNELS_LAST = "channels_last" },
        /// The steps from one cell of the window to the next.
        dilation_rate: Sizes = Shape::new(&[1]),
        /// Applied to the output; `linear` if absent.
        activation: ActivationAfter,
        /// Adds a bias.
        use_bias: Flag = true,
        /// The initial values of the kernel.
        pub depthwise_initializer: Initializer = GlorotUniform,
        /// The initial values of the bias.
        pub bias_initializer: Initializer = Zeros,
        /// A penalty on the kernel.
        pub depthwise_regularizer: Regularizer,
        /// A penalty on the bias.
        pub bias_regularizer: Regularizer,
        /// A penalty on the output.
        activity_regularizer: ActivityAfter,
        /// A bound on the kernel.
        pub depthwise_constraint: Constraint,
        /// A bound on the bias.
        pub bias_constraint: Constraint,
    }

    /// The sizes of the windows, of the input and of the output.
    pub rule geometry: Geometry;

    pub const SPEC: LayerSpec {
        weights: DepthwiseConv1DWeights<W, I, M, K, O, B>,
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
            causal: None,
            by: &SLIDE,
        },
        infer: rule!(infer),
    }
}

/// Maps `(steps, channels)` to `(steps', channels · depth_multiplier)`.
///
/// # Errors
/// - If the input is not a sequence of shape `(steps, channels)`, or shorter than a window without padding.
/// - If the kernel has too many scalars.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (args, x) = (Args(args), inputs[0]);
    let given = Given {
        axes: Axes::Steps,
        kernel_size: (args.kernel_size(), arg::kernel_size),
        strides: (args.strides(), arg::strides),
        dilation_rate: (args.dilation_rate(), arg::dilation_rate),
        padding: if args.padding() == padding::SAME { Padding::Same } else { Padding::Valid },
    };
    let geometry = found!(given.convolution(&x));
    let outputs = geometry.channels.saturating_mul(args.depth_multiplier());
    found!(Geometry::check_kernel(geometry.cells().saturating_mul(outputs), arg::kernel_size));
    let geometry = Geometry { filters: outputs, groups: geometry.channels, ..geometry };
    let consts = Consts {
        W: geometry.window_width,
        I: geometry.channels,
        M: args.depth_multiplier(),
        K: geometry.cells(),
        O: geometry.filters,
        B: args.use_bias() as usize,
        Q: geometry.places(),
    };
    let output = given.axes.shape(geometry.place_height, geometry.place_width, geometry.filters);
    Ok(Inferred::new(output, &consts.list()).with(&geometry.list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::DepthwiseConv1D;
    use crate::activations::{Activate, Activation};
    use crate::kernels;
    use crate::layer::{Activates, Layer, Memory, Pass, Work};
    use crate::layers::conv::depthwise;
    use crate::layers::conv::page::{Convolve, NEAR, convolution, filters};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use crate::weights;
    use crate::weights::fold::{Affine, Layout};
    use crate::weights::initializers::Fans;
    use nalgebra::SMatrix;
    use rand::Rng;

    weights! {
        /// The weights of a [`DepthwiseConv1D`] layer.
        pub struct DepthwiseConv1DWeights<
            T, const W: usize, const I: usize, const M: usize, const K: usize, const O: usize, const B: usize
        > {
            /// `W`: one column per cell. Keras's `(k, in, multiplier)` kernel has the same bytes.
            kernel: SMatrix<T, O, K> => [W, I, M],
            /// `b`: one column, or none without a bias.
            bias: SMatrix<T, O, B> => [O],
        }
    }

    impl<
        T: Scalar + Element,
        const W: usize,
        const I: usize,
        const M: usize,
        const K: usize,
        const O: usize,
        const B: usize,
        const Q: usize,
    > Convolve<T> for DepthwiseConv1D<W, I, M, K, O, B, Q>
    {
        type Weights = DepthwiseConv1DWeights<T, W, I, M, K, O, B>;
        const RECTIFIES: bool = true;

        fn initialize(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
            // As in Keras, a fan counts all channels.
            let fans = Fans::new(W * I, W * M);
            self.depthwise_initializer.fill(w.kernel.as_mut_slice(), &[W, I, M], fans, rng);
            self.bias_initializer.fill(w.bias.as_mut_slice(), &[O], Fans::new(O, O), rng);
        }

        fn compute(&self, w: &Self::Weights, x: &[T], y: &mut [T], _: &mut [T], rectified: bool) {
            // y = b + W · x
            depthwise::forward(&self.geometry, w.kernel.as_slice(), w.bias.as_slice(), x, y, 0, rectified);
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
                depthwise::add_image(&self.geometry, w.kernel.as_slice(), dy, dx, 0);
            }
            if let Some(dw) = dw {
                depthwise::add_kernel(&self.geometry, x, dy, dw.kernel.as_mut_slice(), 0);
                if B == 1 {
                    kernels::add_rows::<T, O>(dw.bias.as_mut_slice(), dy);
                }
            }
        }
    }

    filters! { DepthwiseConv1DWeights<W, I, M, K, O, B>, kernel, Layout::new(1, O) }

    convolution! {
        DepthwiseConv1D<W, I, M, K, O, B, Q>, DepthwiseConv1DWeights<W, I, M, K, O, B>, [C, P] => [O, Q], K.saturating_mul(O).saturating_mul(Q)
    }
}
