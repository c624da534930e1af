use nn::prelude::*;

model! {
    pub struct Digits;

    # A network of the guide.
    inputs = keras.Input(shape=(784,), name="digits")
    x = layers.Dense(64, activation="relu", use_bias=True)(inputs)
    x = layers.Dense(64, activation=keras.activations.relu)(x)  # the second one
    x = layers.Reshape((8, 8))(x)
    outputs = layers.Dense(
        10,
        # One for each digit.
        kernel_initializer="he_normal",
        bias_regularizer=None,
    )(x)
    model = keras.Model(inputs=inputs, outputs=outputs, name="mnist_model")
    model.summary()
    model.compile(optimizer="adam", loss="mse")
}

fn main() {
    Digits::boxed(&mut StdRng::seed_from_u64(1));
}
