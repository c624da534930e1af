//! VWW: is there a person in the picture? MobileNet with a quarter of its channels.
//!
//! Howard et al., 2017, <https://arxiv.org/abs/1704.04861>

use nn::prelude::*;

model! {
    /// Two classes of pictures of 96 × 96 pixels, with numbers of 0 to 1.
    // The trained weights have these biases.
    #[nn(allow(bias_before_batch_normalization))]
    pub struct Mobilenet;

    let normal = |x| relu(BatchNormalization()(x));
    let depthwise = |x, strides| normal(DepthwiseConv2D(3, strides = strides, padding = same)(x));
    let block = |x, filters, strides| normal(Conv2D(filters, 1, padding = same)(depthwise(x, strides)));
    let picture = Input(shape = [96, 96, 3]);
    let x = normal(Conv2D(8, 3, strides = 2, padding = same)(picture));
    let x = block(x, 16, 1);
    let x = block(block(x, 32, 2), 32, 1);
    let x = block(block(x, 64, 2), 64, 1);
    let x = block(x, 128, 2);
    let x = block(block(block(block(block(x, 128, 1), 128, 1), 128, 1), 128, 1), 128, 1);
    let x = block(block(x, 256, 2), 256, 1);
    let x = Flatten()(AveragePooling2D(3)(x));
    let person = Dense(2, activation = softmax, name = "dense")(x);

    Model(inputs = picture, outputs = person)
}
