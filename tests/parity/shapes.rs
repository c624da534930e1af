//! Layers that move, scale and normalize numbers: `tests/fixtures/shapes.py`.

// Lints: a Dense on an image is meant here.
#![allow(deprecated)]

use crate::F64;
use crate::fixture::Fixture;
use crate::graphs::RMSPROP;
use nn::prelude::*;
use nn::tensor::flat;

graphs! { "shapes";
    image: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 6, 2]);
        let padded = ZeroPadding2D(((1, 0), (0, 2)))(x);
        let conv2d = Conv2D(3, 3, activation = relu)(padded);
        let larger = UpSampling2D((2, 1))(Identity()(conv2d));
        let cropped = Cropping2D((1, (2, 0)))(larger);
        let conv2d_1 = Conv2D(2, 2)(cropped);
        Model(inputs = x, outputs = conv2d_1)
    }
    series: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [5, 2]);
        let dense = Dense(3, activation = tanh)(ZeroPadding1D((2, 1))(x));
        let cropped = Cropping1D((1, 4))(UpSampling1D(3)(dense));
        let dense_1 = Dense(2)(cropped);
        Model(inputs = x, outputs = dense_1)
    }
    scaled: RMSPROP, MeanSquaredError, {
        let x = Input(shape = [3, 4, 2]);
        let a = Normalization(mean = [0.125, -0.5], variance = [0.25, 2.0])(Rescaling([0.5, 2.0], offset = -0.25)(x));
        let dense = Dense(3)(a);
        let b = Normalization(axis = (1, 3), mean = [0.5, -0.25, 1.5], variance = [4.0, 0.5, 0.0625], invert = true)(dense);
        let c = Normalization(axis = None, mean = 0.25, variance = 2.0)(b);
        let y = Rescaling(1.0 / 64, offset = [0.5, 0.25, 0.125])(c);
        Model(inputs = x, outputs = y)
    }
}

model! {
    pub(crate) struct Adapted;

    let x = Input(shape = [2, 3, 5]);
    let last = Normalization()(x);
    let rows = Normalization(axis = 1)(x);
    let apart = Normalization(axis = (1, 3))(x);
    let together = Normalization(axis = [2, 1])(x);
    let all = Normalization(axis = None)(x);

    Model(inputs = x, outputs = [last, rows, apart, together, all])
}

#[test]
fn adapt() {
    let file = Fixture::read("adapt");
    let x = file.samples::<SMatrix<f64, 5, 6>>("x");
    let mut model = Adapted::<f64>::boxed(&mut StdRng::seed_from_u64(1));
    model.adapt(&x).unwrap();
    let y = model.predict(&x).unwrap();
    macro_rules! compare {
        ($($name:ident)*) => {
            $(
                file.compare(concat!(stringify!($name), ".mean"), model.$name.mean.as_slice(), F64);
                file.compare(concat!(stringify!($name), ".variance"), model.$name.variance.as_slice(), F64);
                file.compare(concat!(stringify!($name), ".y"), flat(&y.$name), F64);
            )*
        };
    }
    compare!(last rows apart together all);
}
