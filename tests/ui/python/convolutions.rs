use nn::prelude::*;

model! {
    pub struct Names;

    let image = Input(shape = [28, 28, 1]);
    let steps = Input(shape = [28, 6]);
    let a = Convolution2D(8, 3)(image);
    let b = Convolution2DTranspose(8, 3)(image);
    let c = Convolution1D(8, 3)(steps);
    let d = SeparableConvolution2D(8, 3)(image);
    let e = Conv1d(6, 8, 3)(steps);
    let f = ConvTranspose2d(1, 8, 3, stride = 2)(image);
    let g = Conv2d(1, 8, 3, dilation = 2)(image);
    let h = Convolution1DTranspose(8, 3)(steps);
    Model(inputs = [image, steps], outputs = [image, steps])
}

fn main() {}
