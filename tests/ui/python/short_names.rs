use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let a = Fc(10)(pixels);
    let b = FullyConnected(10)(pixels);
    let c = BatchNorm()(pixels);
    let d = CuDNNLSTM(8)(pixels);
    let e = CuDNNGRU(8)(pixels);
    let f = MaxPool()(pixels);
    let g = Conv(32, 3)(pixels);
    let h = Concat([pixels, pixels]);

    Model(inputs = pixels, outputs = pixels)
}

fn main() {}
