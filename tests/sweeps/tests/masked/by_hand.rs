//! Layers that read, merge, hand on and drop masks.

#![allow(missing_docs)]

use nn::prelude::*;

model! {
    pub(crate) struct Normalized;
    let x = Input(shape = [4, 1]);
    let h = Masking(mask_value = -10.0)(x);
    let y = BatchNormalization(momentum = 0.0)(h);
    Model(inputs = x, outputs = y)
}

#[test]
fn statistics_are_those_of_the_steps_that_count() {
    let mut model = Normalized::<f64>::new(&mut StdRng::seed_from_u64(1)).compile(Sgd::default(), MeanSquaredError);
    let x = [[1., 2., 3., -10.], [2., -10., -10., -10.]].map(|x| SMatrix::<f64, 1, 4>::from_row_slice(&x));
    model.train_on_batch(x, x).unwrap();
    let y = &model.model().y;
    assert!((y.moving_mean[0] - 2.0).abs() < 1e-12 && (y.moving_variance[0] - 0.5).abs() < 1e-12, "{y:?}");
}

model! {
    pub(crate) struct Sentences;
    let words = Input(shape = [3, 4], dtype = u32);
    let x = Embedding(7, 3, mask_zero = true)(words);
    let gru = GRU(2);
    let y = TimeDistributed(gru)(x);
    let next = LSTM(2)(y);
    Model(inputs = words, outputs = [y, next])
}

model! {
    pub(crate) struct Sentence;
    let words = Input(shape = [4], dtype = u32);
    let x = Embedding(7, 3, mask_zero = true)(words);
    let y = GRU(2)(x);
    Model(inputs = words, outputs = y)
}

#[test]
fn each_sentence_is_computed_as_alone() {
    let mut rng = StdRng::seed_from_u64(1);
    let model = Sentences::<f64>::new(&mut rng);
    let mut alone = Sentence::<f64>::new(&mut rng);
    alone.x = model.x.clone();
    alone.y = model.gru.clone();
    let words = SMatrix::<u32, 4, 3>::from_column_slice(&[1, 2, 0, 0, 3, 4, 5, 6, 0, 0, 0, 0]);
    let both = model.call(&words);
    for (k, sentence) in words.column_iter().enumerate() {
        let expected = alone.call(&sentence.into_owned());
        assert!((both.y.column(k) - expected).norm() < 1e-12);
    }
    assert_eq!(both.y.column(2).as_slice(), [0.0, 0.0]);
    // The next layer leaves out the empty sentence.
    let mut state = LstmState::default();
    for k in 0..2 {
        model.next.step(&both.y.column(k).into_owned(), &mut state);
    }
    assert!((both.next - state.h).norm() < 1e-12);
}

macro_rules! merge {
    ($name:ident $layer:ident) => {
        model! {
            pub(crate) struct $name;
            let a = Input(shape = [3, 1]);
            let b = Input(shape = [3, 1]);
            let y = $layer([Masking(mask_value = -10.0)(a), Masking(mask_value = -10.0)(b)]);
            Model(inputs = [a, b], outputs = y)
        }
    };
}
merge!(Products multiply);
merge!(Largest maximum);
merge!(Smallest minimum);

#[test]
fn steps_that_do_not_count_are_no_values() {
    let mut rng = StdRng::seed_from_u64(1);
    let (a, b) = (SMatrix::<f64, 1, 3>::new(-3., -10., -10.), SMatrix::<f64, 1, 3>::new(-10., -4., -10.));
    assert_eq!(Products::<f64>::new(&mut rng).call((&a, &b)).as_slice(), [-3., -4., 0.]);
    assert_eq!(Largest::<f64>::new(&mut rng).call((&a, &b)).as_slice(), [-3., -4., 0.]);
    let (a, b) = (SMatrix::<f64, 1, 3>::new(3., -10., -10.), SMatrix::<f64, 1, 3>::new(-10., 4., -10.));
    assert_eq!(Smallest::<f64>::new(&mut rng).call((&a, &b)).as_slice(), [3., 4., 0.]);
}
