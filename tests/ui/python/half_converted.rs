use nn::prelude::*;

model! {
    pub struct Digits;

    let inputs = keras.Input(shape=(784,), name="digits");
    let x = layers.Dense(64, activation="relu", use_bias=False)(inputs);
    let x = layers.Dropout(0.5)(x);
    let outputs = Dense(10, activation = softmax)(x);
    let model = keras.Model(inputs=inputs, outputs=outputs, name="mnist");
}

model! {
    pub struct End;

    let pixels = Input(shape = [64]);
    let digit = Dense(10)(pixels);
    let model = keras.Model(pixels, digit);
}

model! {
    pub struct Torch;

    let x = Input(shape = [64]);
    let h = nn.Linear(64, 32)(x);
    let h = nn.ReLU()(h);
    let y = nn.Linear(32, 10)(h);
    Model(inputs = x, outputs = y)
}

fn main() {}
