use nn::prelude::*;

model! {
    pub struct Net;

    units = 64
    activation = "relu"
    inputs = Input(shape=(8,))
    x = Dense(units=units, activation=activation)(inputs)
    units = 32
    x = Dense(units)(x)
    y = Dense(units=units)(x)
    model = Model(inputs, y)
    history = model.fit(x_train, y_train)
}

model! {
    pub struct Torch;

    let x = Input(shape = [8]);
    h = nn.BatchNorm1d(8, momentum=0.1)(x)
    y = nn.Linear(8, 3)(h)
    Model(x, y)
}

model! {
    pub struct Kept;

    let x = Input(shape = [8]);
    let y = Dropout(keep_prob = 0.9)(Dense(3)(x));
    Model(x, y)
}

fn main() {}
