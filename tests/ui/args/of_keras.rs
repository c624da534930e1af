// Arguments of Keras that have no effect here, and the answers to those that cannot have one.

use nn::prelude::*;

model! {
    pub struct Answered;

    let x = Input(shape = [6, 8]);
    let a = BatchNormalization(renorm = false, synchronized = false)(x);
    let b = BatchNormalization(renorm = true)(x);
    let c = BatchNormalization(synchronized = true)(x);
    let d = BatchNormalization(renorm_momentum = 0.9)(x);
    let e = LSTM(4, use_cudnn = "auto")(x);
    let f = Bidirectional(LSTM(4), backward_layer = LSTM(4))(x);
    let g = LayerNormalization(activity_regularizer = l2(0.1))(x);
    let h = Dropout(0.5, noise_shape = (None, 2, 8), seed = 1)(x);
    let i = Dropout(0.5, noise_shape = (None, 1))(x);
    let j = GaussianNoise(0.5, seed = 7)(x);
    let k = Flatten(data_format = channels_last)(x);
    let l = Flatten(data_format = channels_first)(x);

    Model(inputs = x, outputs = [a, b, c, d, e, f, g, h, i, j, k, l])
}

fn main() {}
