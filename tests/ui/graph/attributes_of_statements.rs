use nn::prelude::*;

model! {
    pub struct Digits;

    /// The pixels of an image.
    let pixels = Input(shape = [64]);
    #[cfg(feature = "deep")]
    let x = Dense(64)(pixels);
    /// The digit.
    #[allow(unused)]
    let digit = Dense(10, #[cfg(feature = "softmax")] activation = softmax)(pixels);
    let even = Dense(
        1,
        /// Between 0 and 1.
        activation = sigmoid,
    )(pixels);
    let branch = |x| {
        #[cfg(feature = "deep")]
        let x = Dense(8)(x);
        x
    };
    let y = branch(pixels);

    Model(inputs = pixels, outputs = [digit, even])
}

model! {
    pub struct Documented;

    let pixels = Input(shape = [64]);
    let digit = Dense(10)(pixels);

    /// The model.
    Model(inputs = pixels, outputs = digit)
}

fn main() {}
