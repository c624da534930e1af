//! Scales and offsets beside a convolution are folded into its kernel and bias, if no border changes the sum.

use super::{close, numbers, random};
use nn::model::Model;
use nn::prelude::*;

/// Checks that the layers named `gone..` are gone in the folded form, and that those named `kept..` are not.
#[track_caller]
pub(super) fn check_layers<M: Model>(names: &[impl AsRef<str>]) {
    let (before, after) = (M::SUMMARY.to_string(), M::Folded::SUMMARY.to_string());
    for name in names {
        let name = name.as_ref();
        assert!(before.contains(name), "{name} is not in\n{before}");
        assert_eq!(after.contains(name), name.starts_with("kept"), "{name} in\n{after}");
    }
}

/// A model with one kind of layer in its branches: a scale stands before or after each. The last word of a line says
/// whether offsets before the layer are `gone` or `kept`.
macro_rules! sweep {
    ($($name:ident $test:ident: $shape:tt = [$r:literal, $p:literal], $layer:ident($($args:tt)*), $before:ident;)*) => {$(
        mod $test {
            use super::*;

            sweep! { @$before $name, $shape, $layer($($args)*) }

            #[test]
            fn agrees() {
                check_layers::<$name<f64>>(&["gone_after", "gone_center", "gone_scale", "gone_pixels", "kept_activated"]);
                check_layers::<$name<f64>>(&["bn", "bare", "offset", "learnt"].map(|name| [stringify!($before), "_", name].concat()));
                let model = random::<$name<f64>>(1);
                let x = numbers::<$r, $p>(2, 2);
                close(model.predict(&x).unwrap().iter().flatten(), model.fold().predict(&x).unwrap().iter().flatten());
            }
        }
    )*};
    (@gone $($rest:tt)*) => {
        sweep! { @graph gone_bn, gone_bare, gone_offset, gone_learnt, $($rest)* }
    };
    (@kept $($rest:tt)*) => {
        sweep! { @graph kept_bn, kept_bare, kept_offset, kept_learnt, $($rest)* }
    };
    (@graph $before:ident, $bare:ident, $offset:ident, $learnt:ident, $name:ident, $shape:tt, $layer:ident($($args:tt)*)) => {
        model! {
            /// Branches.
            #[nn(allow(bias_before_batch_normalization))]
            struct $name;

            let x = Input(shape = $shape);
            let a = $layer($($args)*)(x);
            let gone_after = BatchNormalization()(a);
            let a = $layer($($args)*, use_bias = false)(x);
            let gone_center = BatchNormalization(center = false)(a);
            let a = $layer($($args)*)(x);
            let gone_scale = BatchNormalization(scale = false)(a);
            let $before = BatchNormalization()(x);
            let before = $layer($($args)*)($before);
            let $bare = BatchNormalization(scale = false, center = false)(x);
            let bare = $layer($($args)*, use_bias = false)($bare);
            let gone_pixels = Rescaling(1.0 / 255)(x);
            let pixels = $layer($($args)*, use_bias = false)(gone_pixels);
            let $offset = Rescaling(scale = [0.5, 2.0, -1.0, 0.1], offset = -0.3)(x);
            let offset = $layer($($args)*)($offset);
            let $learnt = Normalization()(x);
            let learnt = $layer($($args)*)($learnt);
            let a = $layer($($args)*, activation = relu)(x);
            let kept_activated = BatchNormalization()(a);
            let y = concatenate([
                Flatten()(gone_after), Flatten()(gone_center), Flatten()(gone_scale), Flatten()(before),
                Flatten()(bare), Flatten()(pixels), Flatten()(offset), Flatten()(learnt), Flatten()(kept_activated),
            ]);

            Model(inputs = x, outputs = y)
        }
    };
}

// With a border, an offset before the layer stays.
sweep! {
    A conv2d_valid: [6, 7, 4] = [4, 42], Conv2D(6, 3), gone;
    B conv2d_strides: [7, 6, 4] = [4, 42], Conv2D(5, (2, 3), strides = (2, 1)), gone;
    C conv2d_groups: [7, 6, 4] = [4, 42], Conv2D(6, 3, groups = 2, dilation_rate = (2, 1)), gone;
    D conv2d_channels: [5, 6, 4] = [4, 30], Conv2D(8, 2, groups = 4), gone;
    E conv2d_same: [6, 7, 4] = [4, 42], Conv2D(6, 3, padding = same), kept;
    F conv2d_same_strides: [6, 7, 4] = [4, 42], Conv2D(6, 3, strides = 2, padding = same, groups = 2), kept;
    G conv2d_one: [6, 5, 4] = [4, 30], Conv2D(3, 1, padding = same), gone;
    // The strides cover the image: `same` pads nothing.
    H conv2d_same_inside: [6, 4, 4] = [4, 24], Conv2D(3, 2, strides = 2, padding = same), gone;
    I depthwise2d_valid: [6, 7, 4] = [4, 42], DepthwiseConv2D((3, 2), depth_multiplier = 2), gone;
    J depthwise2d_same: [6, 7, 4] = [4, 42], DepthwiseConv2D(3, strides = 2, padding = same), kept;
    K separable2d_valid: [6, 7, 4] = [4, 42], SeparableConv2D(7, 3), gone;
    L separable2d_same: [6, 7, 4] = [4, 42], SeparableConv2D(9, 3, padding = same, strides = 2, depth_multiplier = 2), kept;
    // One kernel has fewer weights.
    M separable2d_composed: [6, 7, 4] = [4, 42], SeparableConv2D(1, 3, depth_multiplier = 2), gone;
    N separable2d_composed_same: [6, 7, 4] = [4, 42], SeparableConv2D(2, (3, 2), padding = same, depth_multiplier = 2), kept;
    O transpose2d_valid: [3, 4, 4] = [4, 12], Conv2DTranspose(3, 3, strides = 2), kept;
    P transpose2d_same: [3, 4, 4] = [4, 12], Conv2DTranspose(3, (3, 2), strides = 2, padding = same), kept;
    Q transpose2d_one: [3, 4, 4] = [4, 12], Conv2DTranspose(5, 1), gone;
    // Pixels between the windows are the bias alone.
    R transpose2d_gaps: [3, 4, 4] = [4, 12], Conv2DTranspose(5, 1, strides = 2), kept;
    S transpose2d_dilated: [3, 4, 4] = [4, 12], Conv2DTranspose(2, 2, dilation_rate = 2), kept;
    T conv1d_valid: [9, 4] = [4, 9], Conv1D(6, 3, groups = 2), gone;
    U conv1d_strides: [9, 4] = [4, 9], Conv1D(6, 3, strides = 2), gone;
    V conv1d_dilated: [9, 4] = [4, 9], Conv1D(6, 3, dilation_rate = 3), gone;
    W conv1d_same: [9, 4] = [4, 9], Conv1D(6, 3, padding = same), kept;
    X conv1d_causal: [9, 4] = [4, 9], Conv1D(6, 3, padding = causal, dilation_rate = 2), kept;
    Y conv1d_causal_one: [9, 4] = [4, 9], Conv1D(6, 1, padding = causal), gone;
    Z depthwise1d_valid: [9, 4] = [4, 9], DepthwiseConv1D(3, depth_multiplier = 3), gone;
    Aa depthwise1d_same: [9, 4] = [4, 9], DepthwiseConv1D(4, padding = same), kept;
    Ab separable1d_valid: [9, 4] = [4, 9], SeparableConv1D(7, 3, strides = 2), gone;
    Ac separable1d_same: [9, 4] = [4, 9], SeparableConv1D(7, 3, padding = same), kept;
    Ad separable1d_composed: [9, 4] = [4, 9], SeparableConv1D(7, 1), gone;
    Ae transpose1d_valid: [5, 4] = [4, 5], Conv1DTranspose(3, 3, strides = 2, output_padding = 1), kept;
    Af transpose1d_same: [5, 4] = [4, 5], Conv1DTranspose(3, 4, strides = 3, padding = same), kept;
    Ag transpose1d_one: [5, 4] = [4, 5], Conv1DTranspose(6, 1), gone;
}

model! {
    /// Numbers of 32 bits.
    #[nn(allow(bias_before_batch_normalization))]
    struct Single;

    let x = Input(shape = [6, 7, 3]);
    let y = Rescaling(1.0 / 255, offset = -0.5)(x);
    let y = BatchNormalization()(Conv2D(8, 3, use_bias = false)(y));
    let y = BatchNormalization()(DepthwiseConv2D(3, padding = same, activation = relu)(y));
    let y = SeparableConv2D(5, 2)(y);
    let y = BatchNormalization()(Conv2DTranspose(4, 3, strides = 2, padding = same)(y));

    Model(inputs = x, outputs = y)
}

#[test]
fn numbers_of_32_bits() {
    let model = random::<Single<f32>>(3);
    let folded = model.fold();
    let SingleFolded { conv2d, depthwise_conv2d: _, separable_conv2d: _, conv2d_transpose: _ } = &*folded;
    assert_eq!(conv2d.bias.len(), 8);
    let x: Vec<_> = numbers::<3, 42>(3, 4).iter().map(|x| x.map(|x| x as f32)).collect();
    let (a, b) = (model.predict(&x).unwrap(), folded.predict(&x).unwrap());
    let largest = a.iter().flatten().fold(0.0f32, |largest, x| largest.max(x.abs()));
    assert!(largest > 0.01);
    for (a, b) in a.iter().flatten().zip(b.iter().flatten()) {
        assert!((a - b).abs() < 2e-5 * largest, "{a} {b}");
    }
}
