use nn::prelude::*;

/// A layer of the user's own has its path.
mod my {
    nn::model! {
        pub struct Linear;

        Sequential([Input(shape = [64]), Dense(64)])
    }
}

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let a = Linear(64, 10)(my::Linear()(pixels));
    let b = nn.Linear(64, 10)(pixels);
    let c = nn::Linear(64, 10)(pixels);
    let d = LayerNorm(64)(pixels);
    let e = BatchNorm1d(64)(pixels);
    let f = Conv2d(1, 32, 3)(pixels);
    let g = MaxPool2d(2)(pixels);
    let h = MultiheadAttention(64, 8)(pixels);
    let i = Dropout2d(0.5)(pixels);
    let j = LSTMCell(8, 8)(pixels);
    let k = Softmax2d()(pixels);
    let l = cat([pixels, pixels]);
    let m = CrossEntropyLoss()(pixels);

    Model(inputs = pixels, outputs = pixels)
}

fn main() {}
