//! Paddings, layers with two kernels, and the blocks of common networks in their folded form.

use super::{check_layers, close, numbers, random};
use nn::model::Model;
use nn::prelude::*;

/// Checks that a folded model makes the same predictions.
#[track_caller]
fn agrees<M, const R: usize, const C: usize, const N: usize>()
where
    M: Model<
            Scalar = f64,
            Inputs = SMatrix<f64, R, C>,
            Predictions = Vec<SVector<f64, N>>,
            Folded: Model<Scalar = f64, Predictions = Vec<SVector<f64, N>>>,
        >,
{
    let (model, x) = (random::<M>(5), numbers::<R, C>(3, 6));
    close(model.predict(&x).unwrap().iter().flatten(), model.fold().predict(&x).unwrap().iter().flatten());
}

model! {
    /// Paddings before layers with windows.
    struct Padded;

    let x = Input(shape = [5, 6, 3]);
    let gone_all = ZeroPadding2D(2)(x);
    let a = Conv2D(4, 3)(gone_all);
    let gone_ends = ZeroPadding2D(((0, 1), (2, 0)))(x);
    let b = DepthwiseConv2D(3, strides = 2, depth_multiplier = 2)(gone_ends);
    let gone_rows = ZeroPadding2D((3, 0))(x);
    let c = SeparableConv2D(7, (4, 2), dilation_rate = (2, 1))(gone_rows);
    // Around the padding there are zeros too.
    let gone_same = ZeroPadding2D(((1, 2), (3, 1)))(x);
    let d = Conv2D(6, 3, padding = same, groups = 3)(gone_same);
    // A window of one pixel sees the zeros; a window in the zeros alone gives the bias.
    let gone_one = ZeroPadding2D(4)(x);
    let e = Conv2D(2, 1, strides = 3)(gone_one);
    let gone_outer = ZeroPadding2D(1)(x);
    let gone_inner = ZeroPadding2D(((2, 0), (0, 1)))(Dropout(0.5)(gone_outer));
    let f = Conv2D(3, 2)(gone_inner);
    // Two readers, both with windows.
    let gone_shared = ZeroPadding2D(1)(x);
    let g = Conv2D(2, 3)(gone_shared);
    let h = DepthwiseConv2D(2)(gone_shared);
    let y = concatenate([
        Flatten()(a), Flatten()(b), Flatten()(c), Flatten()(d), Flatten()(e), Flatten()(f), Flatten()(g), Flatten()(h),
    ]);

    Model(inputs = x, outputs = y)
}

#[test]
fn convolutions_have_the_padding_before_them() {
    check_layers::<Padded<f64>>(&[
        "gone_all",
        "gone_ends",
        "gone_rows",
        "gone_same",
        "gone_one",
        "gone_outer",
        "gone_inner",
        "gone_shared",
    ]);
    agrees::<Padded<f64>, 3, 30, _>();
    assert_eq!((PaddedFolded::PARAMETERS, PaddedFolded::MACS), (Padded::PARAMETERS, Padded::MACS));
    const { assert!(PaddedFolded::ARENA_BYTES < Padded::ARENA_BYTES) };
}

model! {
    /// The same along steps, and what reads a padding without windows.
    struct Steps;

    let x = Input(shape = [8, 3]);
    let gone_a = ZeroPadding1D(2)(x);
    let a = Conv1D(4, 3, strides = 2)(gone_a);
    let gone_b = ZeroPadding1D((0, 3))(x);
    let b = Conv1D(6, 2, padding = causal, groups = 3, dilation_rate = 2)(gone_b);
    let gone_c = ZeroPadding1D((3, 1))(x);
    let c = SeparableConv1D(7, 3)(gone_c);
    let gone_d = ZeroPadding1D(1)(x);
    let d = DepthwiseConv1D(4, padding = same)(gone_d);
    let kept_pooled = ZeroPadding1D(1)(x);
    let e = MaxPooling1D(2)(kept_pooled);
    let kept_transposed = ZeroPadding1D(1)(x);
    let f = Conv1DTranspose(2, 3)(kept_transposed);
    let kept_two = ZeroPadding1D(1)(x);
    let g = Conv1D(2, 3)(kept_two);
    let h = GlobalAveragePooling1D()(kept_two);
    let y = concatenate([
        Flatten()(a), Flatten()(b), Flatten()(c), Flatten()(d), Flatten()(e), Flatten()(f), Flatten()(g), h,
    ]);

    Model(inputs = x, outputs = y)
}

#[test]
fn paddings_of_steps() {
    check_layers::<Steps<f64>>(&["gone_a", "gone_b", "gone_c", "gone_d", "kept_pooled", "kept_transposed", "kept_two"]);
    agrees::<Steps<f64>, 3, 8, _>();
}

model! {
    /// Scales and paddings in each order. Zeros around a tensor are not zeros of a tensor with an offset.
    struct Orders;

    let x = Input(shape = [5, 6, 3]);
    let gone_scale = Rescaling(scale = [0.5, -2.0, 0.1])(x);
    let gone_zeros = ZeroPadding2D(1)(gone_scale);
    let a = Conv2D(4, 3, use_bias = false)(gone_zeros);
    let kept_offset = BatchNormalization()(x);
    let gone_behind = ZeroPadding2D(1)(kept_offset);
    let b = Conv2D(4, 3)(gone_behind);
    let gone_first = ZeroPadding2D(1)(x);
    let gone_then = BatchNormalization()(gone_first);
    let c = Conv2D(4, 3, use_bias = false)(gone_then);
    let kept_border = BatchNormalization()(x);
    let gone_small = ZeroPadding2D(1)(kept_border);
    let d = Conv2D(4, 1)(gone_small);
    let gone_centred = Normalization(mean = [0.0], variance = [4.0])(x);
    let e = Conv2D(4, 3, padding = same)(gone_centred);
    let gone_deep = Rescaling(0.1)(x);
    let gone_more = BatchNormalization()(gone_deep);
    let gone_last = Rescaling(2.0, offset = 0.3)(gone_more);
    let gone_after = Rescaling(3.0)(Conv2D(4, 3, use_bias = false)(gone_last));
    let kept_rows = BatchNormalization(axis = 1)(x);
    let f = Conv2D(4, 3)(kept_rows);
    let kept_all = Normalization(axis = (1, 2, 3))(x);
    let g = Conv2D(4, 3)(kept_all);
    let gone_none = Normalization(axis = None, mean = 0.3, variance = 2.0, invert = true)(x);
    let h = Conv2D(4, 3)(gone_none);
    let y = concatenate([
        Flatten()(a), Flatten()(b), Flatten()(c), Flatten()(d), Flatten()(e), Flatten()(gone_after), Flatten()(f),
        Flatten()(g), Flatten()(h),
    ]);

    Model(inputs = x, outputs = y)
}

#[test]
fn scales_and_paddings_in_each_order() {
    check_layers::<Orders<f64>>(&[
        "gone_scale",
        "gone_zeros",
        "kept_offset",
        "gone_behind",
        "gone_first",
        "gone_then",
        "kept_border",
        "gone_small",
        "gone_centred",
        "gone_deep",
        "gone_more",
        "gone_last",
        "gone_after",
        "kept_rows",
        "kept_all",
        "gone_none",
    ]);
    agrees::<Orders<f64>, 3, 30, _>();
    let folded = random::<Orders<f64>>(7).fold();
    // A factor alone needs no bias.
    assert_eq!((folded.a.bias.len(), folded.c.bias.len()), (0, 4));
}

model! {
    /// Layers that only reshape between a scale and its neighbour, and recurrent layers.
    struct Reshaped;

    let x = Input(shape = [4, 3, 2]);
    let gone_pixels = Rescaling(1.0 / 255, offset = 0.1)(x);
    let a = Dense(5)(Flatten()(gone_pixels));
    let gone_channels = BatchNormalization()(x);
    let b = Dense(5, use_bias = false)(Flatten()(gone_channels));
    let gone_late = BatchNormalization()(Reshape([2, 2, 3])(Dense(12, use_bias = false)(b)));
    // 3 features do not repeat in 2.
    let kept_mixed = BatchNormalization()(Reshape([8, 3])(x));
    let c = Dense(4)(Reshape([12, 2])(kept_mixed));
    let gone_factor = Rescaling(3.0)(Reshape([8, 3])(x));
    let d = Dense(4)(Reshape([12, 2])(gone_factor));
    let gone_steps = Normalization()(Reshape([4, 6])(x));
    let e = GRU(3)(gone_steps);
    let gone_bare = Rescaling(0.5)(Reshape([4, 6])(x));
    let f = LSTM(2, use_bias = false)(gone_bare);
    let kept_bare = Rescaling(0.5, offset = 0.1)(Reshape([4, 6])(x));
    let g = LSTM(2, use_bias = false)(kept_bare);
    let gone_both = Rescaling(0.5, offset = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6])(Reshape([4, 6])(x));
    let h = Bidirectional(SimpleRNN(3))(gone_both);
    let kept_single = BatchNormalization()(Dense(5, activation = tanh)(Flatten()(x)));
    let y = concatenate([
        a, Flatten()(gone_late), Flatten()(c), Flatten()(d), e, f, g, h, kept_single,
    ]);

    Model(inputs = x, outputs = y)
}

#[test]
fn scales_before_other_layers() {
    check_layers::<Reshaped<f64>>(&[
        "gone_pixels",
        "gone_channels",
        "gone_late",
        "kept_mixed",
        "gone_factor",
        "gone_steps",
        "gone_bare",
        "kept_bare",
        "gone_both",
        "kept_single",
    ]);
    agrees::<Reshaped<f64>, 2, 12, _>();
}

model! {
    /// The block of a residual network, and its shortcut.
    #[nn(allow(bias_before_batch_normalization))]
    struct Residual;

    let conv = |x, filters, strides| BatchNormalization()(Conv2D(filters, 3, strides = strides, padding = same)(x));
    let image = Input(shape = [8, 8, 3]);
    let a = relu(conv(Rescaling(1.0 / 255)(image), 4, 1));
    let b = relu(add([a, conv(relu(conv(a, 4, 1)), 4, 1)]));
    let c = conv(relu(conv(b, 8, 2)), 8, 1);
    let c = relu(add([Conv2D(8, 1, strides = 2, padding = same)(b), c]));
    let class = Dense(3, activation = softmax)(Flatten()(AveragePooling2D(4)(c)));

    Model(inputs = image, outputs = class)
}

#[test]
fn a_residual_network() {
    agrees::<Residual<f64>, 3, 64, _>();
    // Four variables for each of 3 · 4 + 2 · 8 channels.
    assert_eq!(ResidualFolded::PARAMETERS, Residual::PARAMETERS - 4 * 28);
    let macs = 64 * 27 * 4 + 2 * 64 * 36 * 4 + 16 * 36 * 8 + 16 * 72 * 8 + 16 * 4 * 8;
    assert_eq!(ResidualFolded::MACS, macs + 8 * 3);
    let summary = ResidualFolded::SUMMARY.to_string();
    let absent = |kind: &str| !summary.contains(kind);
    assert!(absent("BatchNormalization") && absent("Rescaling") && !absent("Conv2D"), "{summary}");
}

model! {
    /// The block of a separable network: each channel alone, then all channels.
    #[nn(allow(bias_before_batch_normalization))]
    struct Separated;

    let normal = |x| relu(BatchNormalization()(x));
    let block = |x, filters, strides| {
        normal(Conv2D(filters, 1, padding = same)(normal(DepthwiseConv2D(3, strides = strides, padding = same)(x))))
    };
    let sound = Input(shape = [9, 6, 1]);
    let x = normal(Conv2D(4, (4, 3), strides = 2, padding = same)(sound));
    let x = Dropout(0.2)(x);
    let x = block(block(x, 6, 1), 8, 2);
    let word = Dense(3, activation = softmax)(GlobalAveragePooling2D()(x));

    Model(inputs = sound, outputs = word)
}

#[test]
fn a_separable_network() {
    agrees::<Separated<f64>, 1, 54, _>();
    assert_eq!(SeparatedFolded::PARAMETERS, Separated::PARAMETERS - 4 * (4 + 4 + 6 + 6 + 8));
    assert!(!SeparatedFolded::SUMMARY.to_string().contains("BatchNormalization"));
}

model! {
    /// Two kernels become one if that is faster and has no more weights.
    struct Kernels;

    let x = Input(shape = [5, 5, 4]);
    let one = SeparableConv2D(7, 1, use_bias = false)(x);
    let few = SeparableConv2D(2, 3, depth_multiplier = 2, strides = 2, activation = relu)(x);
    let many = SeparableConv2D(3, 3)(x);
    // No layer with one kernel has strides and a dilation.
    let both = SeparableConv2D(1, 2, depth_multiplier = 2, strides = 2, dilation_rate = 2)(x);
    // A single filter has fewer weights, but fills no vector.
    let thin = SeparableConv2D(1, 3)(x);
    let steps = Reshape([25, 4])(x);
    let narrow = SeparableConv1D(1, 4, depth_multiplier = 3, padding = same)(steps);
    let y = concatenate([Flatten()(one), Flatten()(few), Flatten()(many), Flatten()(both), Flatten()(thin), Flatten()(narrow)]);

    Model(inputs = x, outputs = y)
}

#[test]
fn two_kernels_become_one() {
    let model = random::<Kernels<f64>>(5);
    let KernelsFolded { one, few, many, both, thin, narrow } = *model.fold();
    assert_eq!((one.kernel.shape(), few.kernel.shape(), narrow.kernel.shape()), ((7, 4), (2, 36), (1, 16)));
    assert_eq!((many.pointwise_kernel, many.bias), (model.many.pointwise_kernel, model.many.bias));
    assert_eq!(thin, model.thin);
    assert_eq!((both.depthwise_kernel, one.bias.len(), few.bias), (model.both.depthwise_kernel, 0, model.few.bias));
    agrees::<Kernels<f64>, 4, 25, _>();
    let saved = (4 + 4 * 7 - 4 * 7) + (8 * 9 + 8 * 2 - 36 * 2) + (12 * 4 + 12 - 16);
    assert_eq!(KernelsFolded::PARAMETERS, Kernels::PARAMETERS - saved);
    assert!(KernelsFolded::SUMMARY.to_string().contains("Conv1D"));
}

const SIDE: usize = 6;
const CHANNELS: usize = 3;

model! {
    /// Sizes that only rustc knows.
    struct Constants;

    let x = Input(shape = [SIDE, SIDE, CHANNELS]);
    let gone_scale = Rescaling(1.0 / 255)(x);
    let gone_zeros = ZeroPadding2D(((1, 2), (0, 3)))(gone_scale);
    let gone_a = BatchNormalization()(Conv2D(CHANNELS + 1, 3, use_bias = false)(gone_zeros));
    let gone_b = BatchNormalization()(x);
    let b = DepthwiseConv2D(3, use_bias = false)(gone_b);
    let gone_c = BatchNormalization()(x);
    let c = Conv2D(2, 1, padding = same)(gone_c);
    let kept_d = BatchNormalization()(x);
    let d = Conv2D(2, 3, padding = same)(kept_d);
    let kept_e = BatchNormalization()(x);
    let e = Conv2D(2, 3)(ZeroPadding2D(1)(kept_e));
    let gone_f = BatchNormalization()(SeparableConv2D(4, 3, use_bias = false)(x));
    let y = concatenate([Flatten()(gone_a), Flatten()(b), Flatten()(c), Flatten()(d), Flatten()(e), Flatten()(gone_f)]);

    Model(inputs = x, outputs = y)
}

#[test]
fn sizes_that_only_rustc_knows() {
    check_layers::<Constants<f64>>(&[
        "gone_scale",
        "gone_zeros",
        "gone_a",
        "gone_b",
        "gone_c",
        "kept_d",
        "kept_e",
        "gone_f",
    ]);
    agrees::<Constants<f64>, 3, 36, _>();
}

model! {
    /// Steps that only rustc knows, and filters on steps that are literals.
    struct ConstantSteps;

    let x = Input(shape = [SIDE, 2]);
    let gone_learnt = Normalization(mean = [0.0, 0.0], variance = [4.0, 9.0])(x);
    let gone_zeros = ZeroPadding1D((2, 1))(gone_learnt);
    let a = Conv1D(3, 3, strides = 2, use_bias = false)(gone_zeros);
    let kept_offset = Normalization()(x);
    let gone_more = ZeroPadding1D(1)(kept_offset);
    let b = Conv1D(3, 1)(gone_more);
    let steps = Reshape([6, 2])(x);
    let gone_known = ZeroPadding1D(1)(steps);
    let c = Conv1D(CHANNELS, 3, use_bias = false)(gone_known);
    let gone_normal = BatchNormalization()(c);
    let y = concatenate([Flatten()(a), Flatten()(b), Flatten()(gone_normal)]);

    Model(inputs = x, outputs = y)
}

#[test]
fn steps_that_only_rustc_knows() {
    check_layers::<ConstantSteps<f64>>(&[
        "gone_learnt",
        "gone_zeros",
        "kept_offset",
        "gone_more",
        "gone_known",
        "gone_normal",
    ]);
    agrees::<ConstantSteps<f64>, 2, 6, _>();
    assert!(random::<ConstantSteps<f64>>(1).fold().a.bias.is_empty());
}

model! {
    /// One layer on images of two sizes, once with a border.
    struct Shared;

    let x = Input(shape = [6, 6, 2]);
    let conv = Conv2D(3, 3, use_bias = false);
    let gone_normal = BatchNormalization();
    let small = Cropping2D(1)(x);
    let a = relu(gone_normal(conv(ZeroPadding2D(1, name = "gone_zeros")(x))));
    let b = relu(gone_normal(conv(small)));
    let kept_before = BatchNormalization();
    let other = Conv2D(3, 3);
    let c = other(ZeroPadding2D(1)(kept_before(x)));
    let d = other(kept_before(small));
    let y = concatenate([Flatten()(a), Flatten()(b), Flatten()(c), Flatten()(d)]);

    Model(inputs = x, outputs = y)
}

#[test]
fn one_layer_on_two_sizes() {
    check_layers::<Shared<f64>>(&["gone_normal", "gone_zeros", "kept_before"]);
    agrees::<Shared<f64>, 2, 36, _>();
}
