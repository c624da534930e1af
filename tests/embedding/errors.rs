//! Indices that are out of range.

use super::*;
use nn::Error;

const SGD: Sgd = Sgd { learning_rate: 0.3, momentum: 0.0, nesterov: false };

fn wrong() -> (Vec<Words>, Vec<Words>) {
    let (mut left, right) = (words(1, 0), words(1, 1));
    left[3][1] = 50;
    (left, right)
}

#[test]
fn an_index_out_of_range_is_named() {
    let mut model = model::<Reader<f64>, _>(SGD);
    let (left, right) = wrong();
    let error = model.train_on_batch((&left, &right), &targets(1)).expect_err("50 is too large");
    assert_eq!(error.to_string(), "input `left`: expected indices below 50, got 50 in sample 3 (position 1)");
    assert!(matches!(error, Error::Index { sample: 3, position: 1, index: 50, bound: 50, .. }));
    let error = model.predict((&right, &left)).expect_err("here as well").to_string();
    assert_eq!(error, "input `right`: expected indices below 50, got 50 in sample 3 (position 1)");
}

#[test]
fn every_call_refuses_it_and_changes_nothing() {
    let mut model = model::<Reader<f64>, _>(SGD);
    train(&mut model, 0..2);
    let before = state(&mut model);
    let ((left, right), good, y) = (wrong(), words(1, 0), targets(1));
    let (x, fit) = ((&left, &right), || Fit::new().verbose(0).batch_size(2).shuffle(false));
    let refused = |error: Option<Error>| match error {
        Some(Error::Index { tensor, .. }) => tensor,
        other => panic!("expected an error of indices, got {other:?}"),
    };
    for error in [
        model.train_on_batch(x, &y).err(),
        model.test_on_batch(x, &y).err(),
        model.evaluate(x, &y).err(),
        model.fit(x, &y, fit()).err(),
        model.evaluate_batches([(x, &y)]).err(),
    ] {
        assert_eq!(refused(error), "input `left`");
    }
    assert_eq!(refused(model.predict(x).err()), "input `left`");
    assert_eq!(refused(model.predict_on_batch(x).err()), "input `left`");
    assert_eq!(refused(model.predict_batches([x]).err()), "input `left`");
    assert_eq!(refused(model.model().predict(x).err()), "input `left`");
    let validated = fit().validation_data((&left, &right), &y);
    assert_eq!(refused(model.fit((&good, &right), &y, validated).err()), "validation input `left`");
    assert_eq!(before, state(&mut model));
}

/// The smallest bound of an input's readers counts: here the bound of the inner model, through two models.
#[test]
fn bounds_pass_through_models() {
    model! {
        pub struct Middle;

        let words = Input(shape = [3], dtype = u32);
        let x = Inner()(words);
        let large = Flatten()(Embedding(1000, 1)(words));
        let y = concatenate([x, large]);

        Model(inputs = words, outputs = y)
    }

    model! {
        pub struct Outer;

        let number = Input(shape = [1]);
        let words = Input(shape = [3], dtype = u32);
        let y = Dense(1)(concatenate([number, Middle()(words)]));

        Model(inputs = [number, words], outputs = y)
    }

    let outer = Outer::new(&mut StdRng::seed_from_u64(1));
    let words = |word| [Words::new(0, 59, 1), Words::new(1, 2, word)];
    assert!(outer.predict(([0.0_f32; 2], words(59))).is_ok());
    let error = outer.predict(([0.0_f32; 2], words(60))).expect_err("60 is too large").to_string();
    assert_eq!(error, "input `words`: expected indices below 60, got 60 in sample 1 (position 2)");
}

#[test]
fn a_prediction_that_cannot_fail_is_loud() {
    let (left, right) = wrong();
    let model = model::<Reader<f64>, _>(SGD).into_model();
    assert!(model.call((&left[3], &right[3]))[0].is_nan() && model.call((&left[0], &right[0]))[0].is_finite());
}
