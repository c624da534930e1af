//! Masks over shapes that only rustc knows.

#![allow(missing_docs)]

use nn::prelude::*;

const STEPS: usize = 4;
const WORDS: usize = 3;
const AXIS: i64 = 1;

macro_rules! graph {
    ($name:ident $steps:tt $words:tt $axis:tt) => {
        model! {
            pub struct $name;
            let a = Input(shape = [$steps, 2]);
            let b = Input(shape = [$steps, 2]);
            let texts = Input(shape = [$words, $steps], dtype = u32);
            let h = Masking(mask_value = -1.0)(a);
            let i = Masking(mask_value = -1.0)(b);
            let product = BatchNormalization()(multiply([h, i]));
            let largest = maximum([h, i]);
            let smallest = minimum([h, b]);
            let behind = LSTM(2)(concatenate([product, smallest, largest], axis = $axis));
            let x = Embedding(7, 3, mask_zero = true)(texts);
            let sentences = TimeDistributed(GRU(2))(x);
            let y = LSTM(2)(sentences);
            Model(inputs = [a, b, texts], outputs = [behind, y])
        }
    };
}
graph!(Constants STEPS WORDS AXIS);
graph!(Literals 4 3 1);

#[test]
fn the_same_as_with_literals() {
    let constants = Constants::<f64>::new(&mut StdRng::seed_from_u64(1));
    let mut literals = Literals::<f64>::new(&mut StdRng::seed_from_u64(2));
    literals.as_mut_slice().copy_from_slice(constants.as_slice());
    let a = SMatrix::<f64, 2, 4>::from_column_slice(&[0.5, 1.5, -1.0, -1.0, 2.0, -1.0, -1.0, -1.0]);
    let b = SMatrix::<f64, 2, 4>::from_column_slice(&[-1.0, -1.0, -1.0, -1.0, 0.5, 3.0, 1.0, 2.0]);
    let texts = SMatrix::<u32, 4, 3>::from_column_slice(&[1, 2, 0, 0, 0, 0, 0, 0, 3, 4, 5, 6]);
    let (one, other) = (constants.call((&a, &b, &texts)), literals.call((&a, &b, &texts)));
    assert_eq!((one.behind, one.y), (other.behind, other.y));
}
