//! The code of the design, as a user writes it.

use nn::prelude::*;

model! {
    /// Recognises a handwritten digit.
    pub struct Digits;

    let pixels = Input(shape = [64]);
    let x = Dense(64, activation = relu)(pixels);
    let x = Dense(64, activation = relu)(x);
    let digit = Dense(10, activation = softmax)(x);

    Model(inputs = pixels, outputs = digit)
}

model! {
    pub struct Pair;
    let a = Input(shape = [64]);
    let b = Input(shape = [64]);
    let tower = Digits();                 // a model is a layer; one instance, called twice: shared weights
    let both = concatenate([tower(a), tower(b)]);
    let same = Dense(1, activation = sigmoid)(both);
    Model(inputs = [a, b], outputs = same)
}

const HIDDEN: usize = 48;
model! { pub struct Halves; let x = Input(shape = [HIDDEN / 2]); let h = Dense(HIDDEN)(x); let y = Dense(1)(h); Model(inputs = x, outputs = y) }

model! { pub struct Reuters; Sequential([Input(shape = [10_000]), Dense(64, activation = relu), Dense(64, activation = relu), Dense(46, activation = softmax)]) }

#[test]
fn compiles() {
    let mut rng = StdRng::seed_from_u64(1);
    let d = Digits::boxed(&mut rng);
    let y = d.call(&SVector::repeat(0.5));
    assert!((y.sum() - 1.0).abs() < 1e-5);
    println!("{}", Digits::SUMMARY);
    println!("{}", Pair::SUMMARY);
    println!("{}", Halves::SUMMARY);
    let p = Pair::new(&mut rng);
    p.call((&SVector::repeat(0.5), &SVector::repeat(0.1)));
    println!("{} {} {}", Digits::MACS, Digits::ARENA_BYTES, Digits::TRAIN_BYTES);
}
