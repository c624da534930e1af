use nn::prelude::*;

const SIDE: usize = 5;

model! {
    pub struct Poolings;

    let image = Input(shape = [5, 7, 3]);
    let steps = Input(shape = [5, 3]);
    let a = MaxPooling2D((6, 2))(image);
    let b = AveragePooling2D(2, strides = (0, 1))(image);
    let c = MaxPooling2D([2, 2, 2])(image);
    let d = MaxPooling1D((2, 2))(steps);
    let e = AveragePooling1D(6)(steps);
    let f = MaxPooling1D(2)(image);
    let g = MaxPooling2D(2)(steps);
    let h = GlobalAveragePooling2D()(steps);
    let i = GlobalMaxPooling2D(data_format = channels_first)(image);
    let j = AdaptiveMaxPooling2D()(image);
    let k = AdaptiveAveragePooling1D((2, 3))(steps);
    let l = AdaptiveAveragePooling2D(0)(image);
    let m = MaxPooling2D(2, padding = causal)(image);
    let n = MaxPooling2D(2, strides = -1)(image);

    Model(inputs = [image, steps], outputs = [a, b, c, d, e, f, g, h, i, j, k, l, m, n])
}

model! {
    // As above, where only rustc knows the sizes.
    pub struct ByConst;

    let image = Input(shape = [SIDE, 7, 3]);
    let a = MaxPooling2D(SIDE + 1)(image);
    let b = AveragePooling2D(2, strides = SIDE - 5)(image);
    let c = GlobalAveragePooling1D()(image);

    Model(inputs = image, outputs = [a, b, c])
}

fn main() {}
