use nn::prelude::*;

model! {
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let digit = Dense(10, activation = softmax)(pixels);

    Model(inputs = pixels, outputs = digit)
}

// Names of Keras's that a program has for methods of its own: they come before the ones that say what to write.
impl Digits {
    fn evaluate(&mut self, epochs: usize) -> usize {
        epochs
    }
}

trait Save {
    fn save(&self, path: &str) -> usize;
    fn get_weights(self: Box<Self>) -> usize;
}

impl Save for Digits {
    fn save(&self, path: &str) -> usize {
        path.len()
    }

    fn get_weights(self: Box<Self>) -> usize {
        self.as_slice().len()
    }
}

trait Train {
    fn fit(&mut self, epochs: usize) -> usize;
    fn train_on_batch(&mut self) -> usize;
    fn set_weights(&mut self) -> usize;
}

impl<M> Train for M {
    fn fit(&mut self, epochs: usize) -> usize {
        epochs
    }

    fn train_on_batch(&mut self) -> usize {
        1
    }

    fn set_weights(&mut self) -> usize {
        2
    }
}

fn main() {
    let mut rng = StdRng::seed_from_u64(1);
    let mut digits = Digits::boxed(&mut rng);
    assert_eq!(digits.fit(1) + digits.save("digits") + digits.train_on_batch() + digits.evaluate(3), 11);
    assert_eq!(Digits::new(&mut rng).set_weights(), 2);
    assert_eq!(Digits::boxed(&mut rng).get_weights(), 650);
    let mut compiled = digits.compile(Adam::default(), SparseCategoricalCrossentropy::default());
    assert_eq!(compiled.set_weights(), 2);
}
