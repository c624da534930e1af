use nn::prelude::*;

model! {
    pub struct Images;

    let image = Input(shape = [28, 20, 6]);
    let a = Conv2D(8, 30)(image);
    let b = Conv2D(8, 3, groups = 4)(image);
    let c = Conv2D(8, 3, strides = 2, dilation_rate = 2)(image);
    let d = Conv2D(8, 3, padding = causal)(image);
    let e = Conv2DTranspose(8, 3, strides = 2, output_padding = (1, 2))(image);
    let f = Conv2DTranspose(8, 4, strides = 2, padding = same, output_padding = 0)(image);
    let g = DepthwiseConv2D((3, 3, 3))(image);
    let h = SeparableConv2D(8, 3, strides = 0)(image);
    let i = Conv1D(8, 3)(image);
    let j = DepthwiseConv2D(3, depth_multiplier = 0)(image);
    let k = Conv3D(8, 3)(image);
    let l = Conv2DTranspose(8, 3, groups = 2)(image);
    Model(inputs = image, outputs = image)
}

model! {
    pub struct Steps;

    let steps = Input(shape = [7, 2]);
    let a = Conv1D(8, 9)(steps);
    let b = Conv1DTranspose(8, 3, strides = 2, output_padding = 2)(steps);
    let c = SeparableConv1D(8, (3, 3))(steps);
    let d = DepthwiseConv1D(3, dilation_rate = 4)(steps);
    let e = Conv2D(8, 3)(steps);
    Model(inputs = steps, outputs = steps)
}

fn main() {}
