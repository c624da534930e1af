//! KWS: a spoken word out of twelve, by convolutions that are separated into windows and channels.
//!
//! Zhang et al., 2017, <https://arxiv.org/abs/1711.07128>

use nn::prelude::*;

model! {
    /// Twelve classes of 49 frames with ten cepstral coefficients each.
    // The trained weights have these biases.
    #[nn(allow(bias_before_batch_normalization, pooling_drops_border))]
    pub struct DsCnn;

    let normal = |x| relu(BatchNormalization()(x));
    let block = |x| normal(Conv2D(64, 1, padding = same)(normal(DepthwiseConv2D(3, padding = same)(x))));
    let sound = Input(shape = [49, 10, 1]);
    let x = normal(Conv2D(64, (10, 4), strides = 2, padding = same)(sound));
    let x = Dropout(0.2)(x);
    let x = block(block(block(block(x))));
    let x = Dropout(0.4)(x);
    let x = Flatten()(AveragePooling2D((24, 5))(x));
    let word = Dense(12, activation = softmax, name = "dense")(x);

    Model(inputs = sound, outputs = word)
}
