// Arguments that are lists or pairs of numbers, as literals.

use nn::prelude::*;

model! {
    pub struct Image;

    let x = Input(shape = [6, 5, 3]);
    let s = Input(shape = [7, 2]);
    let a = ZeroPadding2D((1, 2, 3, 4))(x);
    let b = ZeroPadding2D(((1, 2), (3, 4, 5)))(x);
    let c = ZeroPadding2D(((1, -2), 3))(x);
    let d = ZeroPadding2D((1.5, 2))(x);
    let e = ZeroPadding1D(((1, 2), (3, 4)))(s);
    let f = ZeroPadding1D(2)(x);
    let g = Cropping2D(((1, 5), 0))(x);
    let h = Cropping1D((3, 4))(s);
    let i = UpSampling2D(2, interpolation = lanczos3)(x);
    let j = UpSampling2D(99999)(x);
    let k = AlphaDropout(0.1, noise_shape = (32, 1, 2))(s);
    let l = AlphaDropout(0.1, noise_shape = (None, 3, 2))(s);
    let m = AlphaDropout(0.1, noise_shape = 3)(s);
    let n = Rescaling([1.0, 2.0])(x);
    let o = Rescaling("0.5")(x);
    let p = Normalization(mean = [1.0, 2.0, 3.0])(x);
    let q = Normalization(mean = 1.0, variance = -1.0)(x);
    let r = Normalization(axis = 0)(x);
    let t = Normalization(mean = [[1.0, 2.0, 3.0]], variance = 1.0)(x);
    let u = GaussianDropout(1.0)(s);
    let v = SpatialDropout2D(0.2)(s);
    let w = Cropping3D(1)(x);

    Model(inputs = [x, s], outputs = [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, t, u, v, w])
}

fn main() {}
