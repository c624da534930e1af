use nn::prelude::*;

model! {
    pub struct Digits;

    let image = Input(shape = [4, 6]);
    let mean = GlobalAveragePooling1D(data_format = channels_first)(image);

    Model(inputs = image, outputs = mean)
}

fn main() {}
