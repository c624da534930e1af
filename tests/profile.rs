//! `#[nn(profile)]`: a prediction that calls a function after each layer.

use nn::prelude::*;

model! {
    /// Two inputs, two outputs, a view, an activation in place, and one that the layer before it computes.
    #[nn(profile)]
    struct Watched;

    let picture = Input(shape = [2, 3]);
    let words = Input(shape = [4], dtype = u32);
    let x = Flatten()(picture);
    let x = Dense(5, use_bias = false)(x);
    let x = BatchNormalization()(x);
    let x = relu(x);
    let h = Embedding(9, 3)(words);
    let h = LSTM(4, name = "reader")(h);
    let x = concatenate([x, h]);
    let x = gelu(x);
    let class = Dense(3, activation = softmax)(x);
    let size = Dense(1)(x);

    Model(inputs = [picture, words], outputs = [class, size])
}

#[test]
fn every_layer_is_named_and_the_prediction_is_the_same() {
    let model = Watched::new(&mut StdRng::seed_from_u64(1));
    let picture = SMatrix::<f32, 3, 2>::from_fn(|i, j| i as f32 - j as f32);
    let words = SVector::<u32, 4>::new(1, 2, 3, 4);
    let inputs = WatchedInputs { picture: &picture, words: &words };
    let mut names = Vec::new();
    let watched = model.profile(inputs, &mut nn::Arena::new(), |name| names.push(name));
    assert_eq!(watched, model.call(inputs));
    let expected = [
        "dense",
        "batch_normalization",
        "activation",
        "embedding",
        "reader",
        "concatenate",
        "activation_1",
        "class",
        "class_softmax",
        "size",
    ];
    assert_eq!(names, expected);
}

#[test]
fn a_folded_form_has_it_too() {
    let model = Watched::boxed(&mut StdRng::seed_from_u64(1)).fold();
    let (picture, words) = (SMatrix::<f32, 3, 2>::repeat(0.5), SVector::<u32, 4>::new(1, 2, 3, 4));
    let inputs = WatchedInputs { picture: &picture, words: &words };
    let mut names = Vec::new();
    let watched = model.profile(inputs, &mut nn::Arena::new(), |name| names.push(name));
    assert_eq!(watched, model.call(inputs));
    assert!(!names.contains(&"batch_normalization"), "{names:?}");
}
