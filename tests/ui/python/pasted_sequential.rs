use nn::prelude::*;

model! {
    pub struct Digits;

    from keras import layers
    num_classes = 10
    input_shape = (28, 28, 1)
    model = keras.Sequential()
    model.add(keras.Input(shape=input_shape))
    model.add(layers.Conv2D(32, kernel_size=(3, 3), activation="relu", padding="same"))
    model.add(layers.Flatten())
    model.add(layers.Dense(num_classes, activation="softmax"))
    model.fit(x_train, y_train, epochs=15)
}

model! {
    pub struct Pima;

    model = Sequential([
        Dense(12, input_dim=8, activation="relu"),
        Dense(8, activation="relu"),
        Dense(1, activation="sigmoid"),
    ])
}

fn main() {}
