//! Senseless data and settings are errors. The message says where, what is wrong, what was expected and what came.
//! Nothing panics, and an error changes nothing.

#![cfg(all(feature = "train", feature = "files", feature = "plot"))]
#![allow(missing_docs)]

use nn::prelude::*;

model! {
    /// Two inputs, two outputs.
    pub struct Pair;

    let left = Input(shape = [4]);
    let right = Input(shape = [2]);
    let both = concatenate([left, right]);
    let hidden = Dense(5, activation = relu)(both);
    let kind = Dense(3, activation = softmax)(hidden);
    let score = Dense(1, activation = sigmoid)(hidden);

    Model(inputs = [left, right], outputs = [kind, score])
}

type Left = SVector<f32, 4>;
type Right = SVector<f32, 2>;

const COUNT: usize = 10;

#[derive(Clone)]
struct Data {
    left: Vec<Left>,
    right: Vec<Right>,
    kind: Vec<u32>,
    score: Vec<f32>,
}

fn good() -> Data {
    Data {
        left: vec![Left::repeat(0.5); COUNT],
        right: vec![Right::repeat(-0.5); COUNT],
        kind: vec![2; COUNT],
        score: vec![1.0; COUNT],
    }
}

fn silent() -> Fit {
    Fit::new().verbose(Verbose::Silent)
}

/// Every use of the data gives an error with this text and leaves the model unchanged.
#[track_caller]
fn refused(data: &Data, message: &str) {
    let losses = (SparseCategoricalCrossentropy::default(), BinaryCrossentropy::default());
    let mut model = Pair::boxed(&mut StdRng::seed_from_u64(1)).compile(Adam::default(), losses).metrics(Accuracy);
    let before = model.model().clone();
    let good = good();
    let (x, y) = ((&data.left, &data.right), (&data.kind, &data.score));
    let fit = model.fit(x, y, silent()).unwrap_err();
    assert_eq!(fit.to_string(), message);
    assert_eq!(model.evaluate(x, y).unwrap_err().to_string(), message);
    assert_eq!(model.train_on_batch(x, y).unwrap_err().to_string(), message);
    assert_eq!(model.test_on_batch(x, y).unwrap_err().to_string(), message);
    let validation = silent().validation_data(x, y);
    let validated =
        model.fit((&good.left, &good.right), (&good.kind, &good.score), validation).unwrap_err().to_string();
    let expected = message.replace("input `", "validation input `").replace("target of", "validation target of");
    assert_eq!(validated, expected);
    assert_eq!(*model.model(), before);
    assert_eq!(model.steps(), 0);
}

#[test]
fn good_data_passes() {
    let losses = (SparseCategoricalCrossentropy::default(), BinaryCrossentropy::default());
    let mut model = Pair::boxed(&mut StdRng::seed_from_u64(1)).compile(Adam::default(), losses);
    let data = good();
    assert!(model.fit((&data.left, &data.right), (&data.kind, &data.score), silent()).is_ok());
}

#[test]
fn numbers_of_samples_that_differ() {
    let mut data = good();
    data.right.pop();
    refused(&data, "input `right`: expected 10 sample(s), as many as input `left` has, got 9");
    let mut data = good();
    data.score.push(0.0);
    refused(&data, "target of output `score`: expected 10 sample(s), as many as input `left` has, got 11");
}

#[test]
fn no_samples() {
    let data = Data { left: vec![], right: vec![], kind: vec![], score: vec![] };
    refused(&data, "input `left`: expected at least one sample, got none");
}

#[test]
fn numbers_that_are_not_finite() {
    let mut data = good();
    data.right[7][1] = f32::NAN;
    refused(&data, "input `right`: expected finite numbers, got NaN in sample 7 (feature 1)");
    let mut data = good();
    data.score[3] = f32::NEG_INFINITY;
    refused(&data, "target of output `score`: expected finite numbers, got -inf in sample 3 (feature 0)");
}

model! {
    pub struct Image;
    let pixels = Input(shape = [3, 4, 2]);
    let y = Conv2D(2, 1)(pixels);
    Model(inputs = pixels, outputs = y)
}

model! {
    pub struct Series;
    let x = Input(shape = [5, 3]);
    let y = Dense(1)(x);
    Model(inputs = x, outputs = y)
}

/// The place has an index for each axis, in the words of the shape.
#[test]
fn the_place_in_an_image_and_in_a_series() {
    let mut image = [[[[0.0_f32; 2]; 4]; 3]; 2];
    let mut model = Image::boxed(&mut StdRng::seed_from_u64(1)).compile(Adam::default(), MeanSquaredError);
    let y = image;
    image[1][2][3][1] = f32::NAN;
    let error = model.fit(&image, &y, silent()).unwrap_err();
    let place = "expected finite numbers, got NaN in sample 1 (row 2, column 3, channel 1)";
    assert_eq!(error.to_string(), format!("input `pixels`: {place}"));
    let error = model.fit(&y, &image, silent()).unwrap_err();
    assert_eq!(error.to_string(), format!("target of output `y`: {place}"));

    let mut series = [[[0.0_f32; 3]; 5]; 2];
    series[0][4][2] = f32::INFINITY;
    let model = Series::boxed(&mut StdRng::seed_from_u64(1));
    let error = model.predict(&series).err().unwrap();
    assert_eq!(error.to_string(), "input `x`: expected finite numbers, got inf in sample 0 (step 4, feature 2)");
}

#[test]
fn classes_that_do_not_exist() {
    let mut data = good();
    data.kind[4] = 3;
    let losses = (SparseCategoricalCrossentropy::default(), BinaryCrossentropy::default());
    let mut model = Pair::boxed(&mut StdRng::seed_from_u64(1)).compile(Adam::default(), losses);
    let error = model.fit((&data.left, &data.right), (&data.kind, &data.score), silent()).unwrap_err().to_string();
    assert!(error.starts_with("target of output `kind`: sample 4 does not fit the loss: expected "), "{error}");
    refused(&data, &error);
}

#[test]
fn predictions_check_their_inputs() {
    let mut data = good();
    let model =
        Pair::boxed(&mut StdRng::seed_from_u64(1)).compile(Adam::default(), MeanSquaredError).inference_batch_size(4);
    data.left[9][0] = f32::INFINITY;
    let message = "input `left`: expected finite numbers, got inf in sample 9 (feature 0)";
    assert_eq!(model.predict((&data.left, &data.right)).err().unwrap().to_string(), message);
    assert_eq!(model.model().predict((&data.left, &data.right)).err().unwrap().to_string(), message);
    let message = "input `right`: expected 3 sample(s), as many as input `left` has, got 10";
    assert_eq!(model.predict((&data.left[..3], &data.right)).err().unwrap().to_string(), message);
}

#[test]
fn settings_that_make_no_sense() {
    let data = good();
    let (x, y) = ((&data.left, &data.right), (&data.kind, &data.score));
    let losses = (SparseCategoricalCrossentropy::default(), BinaryCrossentropy::default());
    let mut model = Pair::boxed(&mut StdRng::seed_from_u64(1)).compile(Adam::default(), losses).inference_batch_size(0);
    let mut refused = |fit: Fit, message: &str| assert_eq!(model.fit(x, y, fit).unwrap_err().to_string(), message);
    refused(silent().batch_size(0), "batch_size: expected at least 1, got 0");
    for part in [1.0, -0.1, f64::NAN, f64::INFINITY] {
        let message = format!("validation_split: expected a part from 0 to below 1, got {part}");
        refused(silent().validation_split(part), &message);
    }
    refused(
        silent().validation_split(0.95),
        "validation_split: expected a part that leaves samples on both sides, got 0.95 of 10 sample(s), which leaves none \
         for training",
    );
    refused(silent().sample_weight([1.0, 2.0]), "sample_weight: expected 10 numbers, one for each sample, got 2");
    refused(silent().sample_weight([f64::NAN; COUNT]), "sample_weight: expected finite numbers, got NaN for sample 0");
    assert_eq!(model.steps(), 0);
    let message = "batch_size: expected at least 1, got 0";
    assert_eq!(model.evaluate(x, y).unwrap_err().to_string(), message);
    assert_eq!(model.predict(x).err().unwrap().to_string(), message);
    // Large values are valid.
    assert!(model.fit(x, y, silent().batch_size(usize::MAX).validation_split(0.1)).is_ok());
}

#[test]
fn messages_are_the_same_in_debug() {
    let error = Pair::boxed(&mut StdRng::seed_from_u64(1)).load_weights("no/such/file").unwrap_err();
    assert_eq!(format!("{error}"), format!("{error:?}"));
    assert!(format!("{error}").starts_with("no/such/file: "));
}
