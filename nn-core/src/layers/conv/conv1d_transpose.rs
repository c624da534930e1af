//! Conv1DTranspose: a convolution backwards: each step of the input adds a window to a longer sequence.
//!
//! ```text
//! y[..]  = b + Σ W[j] · x[t]         over the steps t whose windows cover the step: y[t · s - p + j · d]
//!
//! dx[t]  += Σ W[j]ᵀ · dy[..]         over the cells j of the window
//! dW[j]  += dy[..] · x[t]ᵀ           summed over samples and steps
//! db     += dy
//! ```
//!
//! with stride `s`, dilation `d` and padding `p`; cells outside the output are lost. This is the gradient of the image
//! of the convolution ([`Geometry`]) that maps the output to the input.
//!
//! The output has `steps · s` steps with `same` padding, and `(steps - 1) · s + max(e, s)` with `valid` padding, where
//! `e = (k - 1) · d + 1`. With `output_padding = q` it has `(steps - 1) · s + e mod 2 + q` and
//! `(steps - 1) · s + e + q` steps.
//!
//! Shapes: input `(steps, channels)`, output `(steps', filters)`, kernel `(k, filters, channels)`, bias `(filters,)`.
//! As in Keras, the output has no mask.
//!
//! Source: <https://keras.io/api/layers/convolution_layers/convolution1d_transpose/>

use super::geometry::{Geometry, Given, found};
use super::windows::{Axes, Padding};
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Filters, Folding, Inferred, LayerSpec, Streaming, Value, layer, rule};

layer! {
    /// A convolution backwards: each step of the input adds a window to a longer sequence.
    #[example = "let y = Conv1DTranspose(16, 3, strides = 2, padding = same)(x); // [50, 32] → [100, 16]"]
    /// `W` is the window, `O` the number of filters and `I` that of the channels of the input. `K = W · O`. `Q` is the
    /// number of places of the output. `B` is 1 with a bias, else 0.
    #[doc(alias = "Convolution1DTranspose")]
    #[doc(alias = "ConvTranspose1d")]
    pub struct Conv1DTranspose<W, O, K, I, B, Q> {
        /// The number of channels of the output.
        filters: Size,
        /// The steps of the window.
        kernel_size: Sizes,
        /// The steps from one window to the next.
        strides: Sizes = Shape::new(&[1]),
        /// `same` makes the output `strides` times as large as the input. `valid` keeps all that the windows cover.
        padding: Choice { VALID = "valid", SAME = "same" },
        /// Further steps behind the output, fewer than `strides`. If absent, as many as fit.
        output_padding: Option<Ints>,
        /// The order of the axes. Channels are last.
        data_format: Choice { CHANNELS_LAST = "channels_last" },
        /// The steps from one cell of the window to the next.
        dilation_rate: Sizes = Shape::new(&[1]),
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
        weights: Conv1DTransposeWeights<W, O, K, I, B>,
        activates: true,
        folding: Folding::Filters {
            bias: consts::B,
            padding: arg::padding,
            kernel_size: arg::kernel_size,
            strides: arg::strides,
            form: Filters::Transposed,
        },
        streaming: Streaming::Refuses("it makes several steps of one"),
        infer: rule!(infer),
    }
}

/// Maps `(steps, channels)` to `(steps', filters)`.
///
/// The type is `Conv1DTranspose<k, filters, cells, channels, use_bias, steps'>` with `cells = k · filters`.
///
/// # Errors
/// - If the input is not a sequence of shape `(steps, channels)`.
/// - If both `strides` and `dilation_rate` are above 1.
/// - If `output_padding` is not below `strides`, or 0 with `same` padding and a window of an even number of cells.
/// - If the kernel or the output is too large.
pub const fn infer(args: &[Value], inputs: &[Shape]) -> Result<Inferred, ShapeError> {
    let (args, x) = (Args(args), inputs[0]);
    let given = Given {
        axes: Axes::Steps,
        kernel_size: (args.kernel_size(), arg::kernel_size),
        strides: (args.strides(), arg::strides),
        dilation_rate: (args.dilation_rate(), arg::dilation_rate),
        padding: if args.padding() == padding::SAME { Padding::Same } else { Padding::Valid },
    };
    let geometry = found!(given.transposed(&x, args.filters(), (args.output_padding(), arg::output_padding)));
    found!(given.check_one_of_both());
    let cells = geometry.cells().saturating_mul(geometry.channels);
    found!(Geometry::check_kernel(cells.saturating_mul(geometry.filters), arg::kernel_size));
    let consts = Consts {
        W: geometry.window_width,
        O: geometry.channels,
        K: cells,
        I: geometry.filters,
        B: args.use_bias() as usize,
        Q: geometry.pixels(),
    };
    let output = given.axes.shape(geometry.image_height, geometry.image_width, geometry.channels);
    Ok(Inferred::new(output, &consts.list()).with(&geometry.list()))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::Conv1DTranspose;
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
        /// The weights of a [`Conv1DTranspose`] layer.
        pub struct Conv1DTransposeWeights<
            T, const W: usize, const O: usize, const K: usize, const I: usize, const B: usize
        > {
            /// `W`: one row per channel of the input. Keras's `(k, out, in)` kernel has the same bytes.
            kernel: SMatrix<T, I, K> => [W, O, I],
            /// `b`: one column, or none without a bias.
            bias: SMatrix<T, O, B> => [O],
        }
    }

    impl<
        T: Scalar + Element,
        const W: usize,
        const O: usize,
        const K: usize,
        const I: usize,
        const B: usize,
        const Q: usize,
    > Convolve<T> for Conv1DTranspose<W, O, K, I, B, Q>
    {
        type Weights = Conv1DTransposeWeights<T, W, O, K, I, B>;

        fn initialize(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
            // Keras takes the last axis for the outputs, as in the kernel of a convolution.
            self.kernel_initializer.fill(w.kernel.as_mut_slice(), &[W, O, I], Fans::new(K, W * I), rng);
            self.bias_initializer.fill(w.bias.as_mut_slice(), &[O], Fans::new(O, O), rng);
        }

        fn compute(&self, w: &Self::Weights, x: &[T], y: &mut [T], _: &mut [T], _: bool) {
            // y = b + Wᵀ · x, with the kernel of the convolution from y to x
            product::start(O, w.bias.as_slice(), y);
            product::add_image(&self.geometry, w.kernel.as_slice(), x, y);
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
            // y = b + Wᵀ · x, so dx += W · dy, dW += x · dyᵀ and db += dy
            if let Some(dx) = dx {
                product::add_forward(&self.geometry, w.kernel.as_slice(), dy, dx);
            }
            if let Some(dw) = dw {
                product::add_kernel(&self.geometry, dy, x, dw.kernel.as_mut_slice());
                if B == 1 {
                    kernels::add_rows::<T, O>(dw.bias.as_mut_slice(), dy);
                }
            }
        }
    }

    filters! { Conv1DTransposeWeights<W, O, K, I, B>, kernel, Layout::transposed(I, O) }

    convolution! {
        Conv1DTranspose<W, O, K, I, B, Q>, Conv1DTransposeWeights<W, O, K, I, B>, [C, P] => [O, Q], K.saturating_mul(I).saturating_mul(P)
    }
}
