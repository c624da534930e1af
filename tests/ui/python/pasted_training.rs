use nn::prelude::*;

model! {
    pub struct Digits;

    rate = 0.5
    inputs = keras.Input(shape=(64,))
    x = layers.Dropout(rate)(inputs)
    rate = layers.Dense(64, activation="relu")(x)
    outputs = layers.Dense(10, activation="softmax")(rate)
    model = keras.Model(inputs, outputs)
    model.compile(optimizer="adam", loss="mse")
    history = model.fit(x_train, y_train, epochs=5)
    scores = model.evaluate(x_test, y_test)
}

fn main() {}
