//! SeparableConv1D: a convolution of each channel alone, and a product that mixes the channels.
//!
//! ```text
//! z[t][k · m + e] = Σ D[j][k, e] · x[t · s - p + j · d][k]        over the cells j of the window
//! y[t] = b + W · z[t]
//!
//! dW  += dy[t] · z[t]ᵀ
//! dz  = Wᵀ · dy[t]
//! dx, dD: as of a DepthwiseConv1D with the gradient dz
//! db  += dy
//! ```
//!
//! with strides `s`, dilation `d`, padding `p` and `m = depth_multiplier` numbers for each channel `k`; cells outside
//! the sequence are 0.
//!
//! Shapes: input `(steps, channels)`, output `(steps', filters)`, depthwise kernel
//! `(k, channels, multiplier)`, pointwise kernel `(1, channels · m, filters)`, bias `(filters,)`.
//! As in Keras, the output has no mask.
//!
//! The workspace of the call has `z` of a few places at a time. The backward pass computes `z` again.
//!
//! Source: <https://keras.io/api/layers/convolution_layers/separable_convolution1d/>

use super::conv1d::slide::SLIDE;
use super::geometry::{Geometry, Given, found};
use super::windows::{Axes, Padding};
use crate::spec::shape::{Shape, ShapeError};
use crate::spec::{Composed, Filters, Folding, Inferred, LayerSpec, Streaming, Value, layer, rule};

layer! {
    /// A convolution of each channel alone, and a product that mixes the channels.
    #[example = "let y = SeparableConv1D(32, 3, padding = same)(x); // [100, 6] → [100, 32]"]
    /// `W` is the window of `K` cells, `I` the number of channels, `M` the multiplier, `D = I · M`. `O` is the number
    /// of filters, `Q` the number of places of the output. `B` is 1 with a bias, else 0.
    #[doc(alias = "SeparableConvolution1D")]
    pub struct SeparableConv1D<W, I, M, K, D, O, B, Q> {
        /// The number of channels of the output.
        filters: Size,
        /// The steps of the window.
        kernel_size: Sizes,
        /// The steps from one window to the next.
        strides: Sizes = Shape::new(&[1]),
        /// `same` pads the sequence with zeros, so that it keeps its length if the strides are 1.
        padding: Choice { VALID = "valid", SAME = "same" },
        /// The order of the axes. Channels are last.
        data_format: Choice { CHANNELS_LAST = "channels_last" },
        /// The steps from one cell of the window to the next.
        dilation_rate: Sizes = Shape::new(&[1]),
        /// The number of inputs of the product for each channel.
        depth_multiplier: Size = 1,
        /// Applied to the output; `linear` if absent.
        activation: ActivationAfter,
        /// Adds a bias.
        use_bias: Flag = true,
        /// The initial values of the kernel of the channels.
        pub depthwise_initializer: Initializer = GlorotUniform,
        /// The initial values of the kernel of the product.
        pub pointwise_initializer: Initializer = GlorotUniform,
        /// The initial values of the bias.
        pub bias_initializer: Initializer = Zeros,
        /// A penalty on the kernel of the channels.
        pub depthwise_regularizer: Regularizer,
        /// A penalty on the kernel of the product.
        pub pointwise_regularizer: Regularizer,
        /// A penalty on the bias.
        pub bias_regularizer: Regularizer,
        /// A penalty on the output.
        activity_regularizer: ActivityAfter,
        /// A bound on the kernel of the channels.
        pub depthwise_constraint: Constraint,
        /// A bound on the kernel of the product.
        pub pointwise_constraint: Constraint,
        /// A bound on the bias.
        pub bias_constraint: Constraint,
    }

    /// The sizes of the windows, of the input and of the output.
    pub rule geometry: Geometry;

    pub const SPEC: LayerSpec {
        weights: SeparableConv1DWeights<W, I, M, K, D, O, B>,
        workspace: true,
        activates: true,
        folding: Folding::Filters {
            bias: consts::B,
            padding: arg::padding,
            kernel_size: arg::kernel_size,
            strides: arg::strides,
            form: Filters::Separable(&COMPOSED),
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

/// The layer that computes both products as one.
const COMPOSED: Composed =
    Composed { layer: &super::conv1d::SPEC, cells: consts::K, products: consts::D, filters: consts::O };

/// The number of places whose inputs of the product are in the workspace at once.
const AT_ONCE: usize = 16;

/// Maps `(steps, channels)` to `(steps', filters)`.
///
/// # Errors
/// - If the input is not a sequence of shape `(steps, channels)`, or shorter than a window without padding.
/// - If the kernels have too many scalars.
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
    found!(Geometry::check_kernel(outputs.saturating_mul(args.filters()), arg::filters));
    let geometry = Geometry { filters: outputs, groups: geometry.channels, ..geometry };
    let consts = Consts {
        W: geometry.window_width,
        I: geometry.channels,
        M: args.depth_multiplier(),
        K: geometry.cells(),
        D: geometry.filters,
        O: args.filters(),
        B: args.use_bias() as usize,
        Q: geometry.places(),
    };
    let output = given.axes.shape(geometry.place_height, geometry.place_width, args.filters());
    let at_once = if geometry.places() < AT_ONCE { geometry.places() } else { AT_ONCE };
    let workspace = at_once.saturating_mul(outputs);
    Ok(Inferred::new(output, &consts.list()).with(&geometry.list()).workspace(workspace))
}

#[cfg(feature = "compute")]
pub(in crate::layers) mod compute {
    pub use super::SPEC::SeparableConv1D;
    use crate::activations::{Activate, Activation};
    use crate::kernels::{self, Sizes};
    use crate::layer::{Activates, Layer, Memory, Pass, Work};
    use crate::layers::conv::depthwise;
    use crate::layers::conv::page::{Convolve, NEAR, convolution, filters};
    use crate::tensor::scalar::Scalar;
    use crate::tensor::storage::Storage;
    use crate::tensor::{Element, flat, flat_mut};
    use crate::weights;
    use crate::weights::fold::{Affine, Layout, Separable};
    use crate::weights::initializers::Fans;
    use nalgebra::SMatrix;
    use rand::Rng;

    weights! {
        /// The weights of a [`SeparableConv1D`] layer.
        pub struct SeparableConv1DWeights<
            T, const W: usize, const I: usize, const M: usize, const K: usize, const D: usize, const O: usize, const B: usize
        > {
            /// `D`: one column per cell. Keras's `(k, in, multiplier)` kernel has the same bytes.
            depthwise_kernel: SMatrix<T, D, K> => [W, I, M],
            /// `W`: one row per filter.
            pointwise_kernel: SMatrix<T, O, D> => [1, D, O],
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
        const D: usize,
        const O: usize,
        const B: usize,
        const Q: usize,
    > Convolve<T> for SeparableConv1D<W, I, M, K, D, O, B, Q>
    {
        type Weights = SeparableConv1DWeights<T, W, I, M, K, D, O, B>;

        fn initialize(&self, w: &mut Self::Weights, rng: &mut dyn Rng) {
            // As in Keras, a fan counts all channels.
            let fans = Fans::new(W * I, W * M);
            self.depthwise_initializer.fill(w.depthwise_kernel.as_mut_slice(), &[W, I, M], fans, rng);
            self.pointwise_initializer.fill(w.pointwise_kernel.as_mut_slice(), &[1, D, O], Fans::new(D, O), rng);
            self.bias_initializer.fill(w.bias.as_mut_slice(), &[O], Fans::new(O, O), rng);
        }

        fn compute(&self, w: &Self::Weights, x: &[T], y: &mut [T], workspace: &mut [T], _: bool) {
            let at_once = workspace.len() / D.max(1);
            for (k, y) in y.chunks_mut((at_once * O).max(1)).enumerate() {
                let n = y.len() / O.max(1);
                let Some(z) = workspace.get_mut(..n * D) else { return };
                // z = D · x, y = b + W · z
                depthwise::forward(&self.geometry, w.depthwise_kernel.as_slice(), &[], x, z, k * at_once, false);
                let sizes = Sizes { n, inputs: D, outputs: O, stride: D };
                sizes.affine(w.pointwise_kernel.as_slice(), w.bias.as_slice(), z, y, false);
            }
        }

        fn add_gradients(
            &self,
            w: &Self::Weights,
            x: &[T],
            dy: &[T],
            workspace: &mut [T],
            mut dx: Option<&mut [T]>,
            mut dw: Option<&mut Self::Weights>,
        ) {
            let (g, at_once) = (&self.geometry, workspace.len() / D.max(1));
            for (k, dy) in dy.chunks((at_once * O).max(1)).enumerate() {
                let (n, first) = (dy.len() / O.max(1), k * at_once);
                let Some(z) = workspace.get_mut(..n * D) else { return };
                let sizes = Sizes { n, inputs: D, outputs: O, stride: D };
                // y = b + W · z, so dW += dy · zᵀ
                if let Some(dw) = dw.as_deref_mut() {
                    depthwise::forward(g, w.depthwise_kernel.as_slice(), &[], x, z, first, false);
                    sizes.add_outer(dw.pointwise_kernel.as_mut_slice(), z, dy);
                }
                // and dz = Wᵀ · dy, in the place of z
                z.fill(T::ZERO);
                sizes.add_transposed(w.pointwise_kernel.as_slice(), dy, z);
                // z = D · x, so dx += Dᵀ · dz and dD += dz · xᵀ
                if let Some(dx) = dx.as_deref_mut() {
                    depthwise::add_image(g, w.depthwise_kernel.as_slice(), z, dx, first);
                }
                if let Some(dw) = dw.as_deref_mut() {
                    depthwise::add_kernel(g, x, z, dw.depthwise_kernel.as_mut_slice(), first);
                }
            }
            if let Some(dw) = dw.filter(|_| B == 1) {
                kernels::add_rows::<T, O>(dw.bias.as_mut_slice(), dy);
            }
        }
    }

    filters! {
        SeparableConv1DWeights<W, I, M, K, D, O, B>, pointwise_kernel, Layout::new(D, O);

        fn scale_inputs(&mut self, features: usize, scale: impl Fn(usize) -> (f64, f64)) {
            // b = W · (D · t) + b, D = D · diag(s)
            let (windows, channels) = (Layout::new(1, D), self.depthwise_kernel.as_mut_slice());
            for (output, b) in self.bias.as_mut_slice().iter_mut().enumerate() {
                let mix = self.pointwise_kernel.as_slice().iter().skip(output).step_by(O.max(1));
                let offsets = (0..D).map(|product| windows.offset(channels, product, features, &scale));
                *b = T::of(b.to_f64() + mix.zip(offsets).map(|(w, offset)| w.to_f64() * offset).sum::<f64>());
            }
            windows.scale_inputs(channels, features, &scale);
        }
    }

    impl<
        T: Scalar,
        const W: usize,
        const I: usize,
        const M: usize,
        const K: usize,
        const D: usize,
        const O: usize,
        const B: usize,
    > Separable<T> for SeparableConv1DWeights<T, W, I, M, K, D, O, B>
    {
        const MULTIPLIER: usize = M;

        fn windows(&self) -> &[T] {
            self.depthwise_kernel.as_slice()
        }
    }

    convolution! {
        SeparableConv1D<W, I, M, K, D, O, B, Q>, SeparableConv1DWeights<W, I, M, K, D, O, B>, [C, P] => [O, Q],
        D.saturating_mul(K.saturating_add(O)).saturating_mul(Q)
    }
}
