use nn::prelude::*;

model! {
    pub struct Digits;

    let image = Input(shape = [28, 28, 1]);
    let steps = Input(shape = [28, 4]);
    let a = MaxPool2D(2)(image);
    let b = AvgPool1D(2)(steps);
    let c = GlobalAvgPool2D()(image);
    let d = AdaptiveAvgPool2d(1)(image);
    let e = MaxPooling3D(2)(image);
    let f = AvgPool3d(2)(image);
    let g = MaxPooling2D(kernel_size = 2, stride = 2)(image);
    let h = F.max_pool2d(image, 2);
    let i = AveragePooling2D(2, strides = None)(image);
    let j = GlobalMaxPooling(image);

    Model(inputs = [image, steps], outputs = [a, b])
}

fn main() {}
