use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let a = Dense(10, activation = Relu)(pixels);
    let b = Dense(10, activation = lrelu)(pixels);
    let c = Dense(10, activation = Swish)(pixels);
    let d = Dense(10, activation = "LeakyReLU")(pixels);
    let e = Dense(10, activation = Hardtanh)(pixels);
    let f = ReLU6()(pixels);
    let g = Swish()(pixels);
    let h = logsoftmax(pixels);
    let i = nn::activations::relu(pixels);
    let j = Dense(10, activation = nn::relu)(pixels);
    let k = Dense(10, kernel_initializer = xavier_uniform)(pixels);

    Model(inputs = pixels, outputs = pixels)
}

fn main() {}
