//! Scales and offsets beside a convolution are folded into its kernel and bias, if no border changes the sum.
//!
//! ```sh
//! cargo test -p nn-sweeps --test folded                   # every layer and argument, in 2D with a border and without
//! cargo test -p nn-sweeps --test folded --features all
//! ```

#![allow(missing_docs)]

#[path = "../../fold/compare.rs"]
mod compare;

use compare::{check_layers, close, numbers, random};
use nn::prelude::*;

/// A model with one kind of layer in its branches: a scale stands before or after each. The last word of a line says
/// whether offsets before the layer are `gone` or `kept`.
macro_rules! sweep {
    ($($(#[$all:meta])? $name:ident $test:ident: $shape:tt = [$r:literal, $p:literal], $layer:ident($($args:tt)*), $before:ident;)*) => {$(
        $(#[$all])?
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
    #[cfg(feature = "all")]
    A conv2d_valid: [6, 7, 4] = [4, 42], Conv2D(6, 3), gone;
    #[cfg(feature = "all")]
    B conv2d_strides: [7, 6, 4] = [4, 42], Conv2D(5, (2, 3), strides = (2, 1)), gone;
    C conv2d_groups: [7, 6, 4] = [4, 42], Conv2D(6, 3, groups = 2, dilation_rate = (2, 1)), gone;
    #[cfg(feature = "all")]
    D conv2d_channels: [5, 6, 4] = [4, 30], Conv2D(8, 2, groups = 4), gone;
    #[cfg(feature = "all")]
    E conv2d_same: [6, 7, 4] = [4, 42], Conv2D(6, 3, padding = same), kept;
    F conv2d_same_strides: [6, 7, 4] = [4, 42], Conv2D(6, 3, strides = 2, padding = same, groups = 2), kept;
    #[cfg(feature = "all")]
    G conv2d_one: [6, 5, 4] = [4, 30], Conv2D(3, 1, padding = same), gone;
    // The strides cover the image: `same` pads nothing.
    H conv2d_same_inside: [6, 4, 4] = [4, 24], Conv2D(3, 2, strides = 2, padding = same), gone;
    I depthwise2d_valid: [6, 7, 4] = [4, 42], DepthwiseConv2D((3, 2), depth_multiplier = 2), gone;
    J depthwise2d_same: [6, 7, 4] = [4, 42], DepthwiseConv2D(3, strides = 2, padding = same), kept;
    #[cfg(feature = "all")]
    K separable2d_valid: [6, 7, 4] = [4, 42], SeparableConv2D(7, 3), gone;
    L separable2d_same: [6, 7, 4] = [4, 42], SeparableConv2D(9, 3, padding = same, strides = 2, depth_multiplier = 2), kept;
    // One kernel has fewer weights.
    M separable2d_composed: [6, 7, 4] = [4, 42], SeparableConv2D(1, 3, depth_multiplier = 2), gone;
    N separable2d_composed_same: [6, 7, 4] = [4, 42], SeparableConv2D(2, (3, 2), padding = same, depth_multiplier = 2), kept;
    #[cfg(feature = "all")]
    O transpose2d_valid: [3, 4, 4] = [4, 12], Conv2DTranspose(3, 3, strides = 2), kept;
    P transpose2d_same: [3, 4, 4] = [4, 12], Conv2DTranspose(3, (3, 2), strides = 2, padding = same), kept;
    Q transpose2d_one: [3, 4, 4] = [4, 12], Conv2DTranspose(5, 1), gone;
    // Pixels between the windows are the bias alone.
    R transpose2d_gaps: [3, 4, 4] = [4, 12], Conv2DTranspose(5, 1, strides = 2), kept;
    #[cfg(feature = "all")]
    S transpose2d_dilated: [3, 4, 4] = [4, 12], Conv2DTranspose(2, 2, dilation_rate = 2), kept;
    #[cfg(feature = "all")]
    T conv1d_valid: [9, 4] = [4, 9], Conv1D(6, 3, groups = 2), gone;
    #[cfg(feature = "all")]
    U conv1d_strides: [9, 4] = [4, 9], Conv1D(6, 3, strides = 2), gone;
    #[cfg(feature = "all")]
    V conv1d_dilated: [9, 4] = [4, 9], Conv1D(6, 3, dilation_rate = 3), gone;
    #[cfg(feature = "all")]
    W conv1d_same: [9, 4] = [4, 9], Conv1D(6, 3, padding = same), kept;
    X conv1d_causal: [9, 4] = [4, 9], Conv1D(6, 3, padding = causal, dilation_rate = 2), kept;
    Y conv1d_causal_one: [9, 4] = [4, 9], Conv1D(6, 1, padding = causal), gone;
    #[cfg(feature = "all")]
    Z depthwise1d_valid: [9, 4] = [4, 9], DepthwiseConv1D(3, depth_multiplier = 3), gone;
    Aa depthwise1d_same: [9, 4] = [4, 9], DepthwiseConv1D(4, padding = same), kept;
    #[cfg(feature = "all")]
    Ab separable1d_valid: [9, 4] = [4, 9], SeparableConv1D(7, 3, strides = 2), gone;
    #[cfg(feature = "all")]
    Ac separable1d_same: [9, 4] = [4, 9], SeparableConv1D(7, 3, padding = same), kept;
    Ad separable1d_composed: [9, 4] = [4, 9], SeparableConv1D(7, 1), gone;
    Ae transpose1d_valid: [5, 4] = [4, 5], Conv1DTranspose(3, 3, strides = 2, output_padding = 1), kept;
    #[cfg(feature = "all")]
    Af transpose1d_same: [5, 4] = [4, 5], Conv1DTranspose(3, 4, strides = 3, padding = same), kept;
    #[cfg(feature = "all")]
    Ag transpose1d_one: [5, 4] = [4, 5], Conv1DTranspose(6, 1), gone;
}
