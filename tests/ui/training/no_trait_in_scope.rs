mod digits {
    nn::model! {
        pub struct Digits;

        let pixels = Input(shape = [64]);
        let digit = Dense(10, activation = softmax)(pixels);

        Model(inputs = pixels, outputs = digit)
    }
}

fn predict(digits: &digits::Digits) {
    let _ = digits.predict([[0.0_f32; 64]]);
}

fn main() {
    let _ = predict;
}
