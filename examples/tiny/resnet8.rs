//! IC: the residual network with eight layers, for the images of CIFAR-10.
//!
//! He et al., 2015, <https://arxiv.org/abs/1512.03385>

use nn::prelude::*;

model! {
    /// Ten classes of images of 32 × 32 pixels, with numbers of 0 to 255.
    // The trained weights have these biases.
    #[nn(allow(bias_before_batch_normalization))]
    pub struct Resnet8;

    let conv = |x, filters, strides| BatchNormalization()(Conv2D(filters, 3, strides = strides, padding = same)(x));
    let image = Input(shape = [32, 32, 3]);
    let a = relu(conv(image, 16, 1));
    let x = relu(conv(a, 16, 1));
    let b = relu(add([a, conv(x, 16, 1)]));

    let x = relu(conv(b, 32, 2));
    // The names of the trained weights count the convolution of the block before that of the shortcut.
    let x = conv(x, 32, 1);
    let shortcut = Conv2D(32, 1, strides = 2, padding = same, name = "conv2d_5")(b);
    let c = relu(add([shortcut, x]));

    let x = relu(conv(c, 64, 2));
    let x = conv(x, 64, 1);
    let shortcut = Conv2D(64, 1, strides = 2, padding = same, name = "conv2d_8")(c);
    let d = relu(add([shortcut, x]));

    let x = Flatten()(AveragePooling2D(8)(d));
    let class = Dense(10, activation = softmax, name = "dense")(x);

    Model(inputs = image, outputs = class)
}
