use nn::prelude::*;

model! {
    pub struct Loop;

    inputs = keras.Input(shape=(8,))
    x = layers.Dense(4)(inputs)
    for _ in range(3):
        x = layers.Dense(4)(x)
    outputs = layers.Dense(2)(x)
    model = keras.Model(inputs, outputs)
}

model! {
    pub struct Popped;

    model = keras.Sequential([keras.Input(shape=(8,)), layers.Dense(4), layers.Dense(2)])
    model.pop()
    model.add(layers.Dense(3))
}

model! {
    pub struct Normed;

    let x = Input(shape = [8]);
    self.norm = nn.BatchNorm1d(8)
    self.last = nn.LayerNorm(8, eps=1e-6)
    y = self.last(self.norm(x))
    model = Model(x, y)
}

fn main() {}
