use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(10, activation = softmax)(pixels);

    Model(inputs = pixels, outputs = digit)
}

// Names of Keras's that a program has for methods of its own: they come before the ones that say what to write.
impl Digits {
    fn fit(&mut self, epochs: usize) -> usize {
        epochs
    }
}

trait Save {
    fn save(&self, path: &str) -> usize;
}

impl Save for Digits {
    fn save(&self, path: &str) -> usize {
        path.len()
    }
}

fn main() {
    let mut digits = Digits::boxed(&mut StdRng::seed_from_u64(1));
    assert_eq!(digits.fit(1) + digits.save("digits"), 7);
}
