//! `fold`: a folded model predicts the same with fewer weights and less arithmetic. Scales beside every kind of
//! convolution are in tests/sweeps.

use compare::{check_layers, close, numbers, random};
use nn::model::Model;
use nn::prelude::*;

#[path = "fold/bidirectional.rs"]
mod bidirectional;
#[path = "fold/compare.rs"]
mod compare;
#[path = "fold/images.rs"]
mod images;
#[path = "fold/inside.rs"]
mod inside;
#[path = "fold/split_input.rs"]
mod split_input;

fn indices<const R: usize>(n: usize, words: u32, seed: u64) -> Vec<SVector<u32, R>> {
    use nn::rand::RngExt;
    let mut rng = StdRng::seed_from_u64(seed);
    (0..n).map(|_| SVector::from_fn(|_, _| rng.random_range(0..words))).collect()
}

model! {
    /// The lecture's model.
    pub struct Headline;

    let main_input = Input(shape = [20], dtype = u32);
    let x = Embedding(output_dim = 32, input_dim = 50)(main_input);
    let x = Dropout(0.3)(x);
    let lstm_out = LSTM(8)(x);
    let aux_output = Dense(1, activation = sigmoid)(lstm_out);
    let aux_input = Input(shape = [5]);
    let x = concatenate([lstm_out, aux_input]);
    let x = Dense(16, activation = relu)(x);
    let main_output = Dense(1, activation = sigmoid)(x);

    Model(inputs = [main_input, aux_input], outputs = [main_output, aux_output])
}

#[test]
fn the_lectures_model() {
    let headline = random::<Headline<f64>>(1);
    let folded: Box<HeadlineFolded<f64>> = headline.fold();
    // The gates of 8 units for 50 words replace 32 features and a kernel.
    assert_eq!(folded.embedding.embeddings.shape(), (32, 50));
    assert_eq!(HeadlineFolded::PARAMETERS, Headline::PARAMETERS - 32 * 32);
    assert_eq!(HeadlineFolded::MACS, Headline::MACS - 20 * 32 * 32);
    let (words, more) = (indices::<20>(7, 50, 2), numbers::<5, 1>(7, 3));
    let (a, b) = (headline.predict((&words, &more)).unwrap(), folded.predict((&words, &more)).unwrap());
    close(a.main_output.iter().flatten(), b.main_output.iter().flatten());
    close(a.aux_output.iter().flatten(), b.aux_output.iter().flatten());
    let one = folded.call(HeadlineInputs { main_input: &words[0], aux_input: &more[0] });
    assert_eq!(one.main_output, b.main_output[0]);
}

model! {
    /// BatchNormalization before and after other layers.
    struct Normal;

    let x = Input(shape = [3, 7]);
    let y = BatchNormalization()(x);
    let y = Dense(5, use_bias = false)(y);
    let y = BatchNormalization(scale = false)(y);
    let y = BatchNormalization(axis = 2, center = false)(y);
    let y = Activation(tanh)(y);
    let y = Dropout(0.5)(y);
    let y = Dense(6, activation = tanh)(y);
    let y = BatchNormalization()(y);
    let y = GRU(4, return_sequences = true)(y);
    // Along the steps: this one stays.
    let y = BatchNormalization(axis = 1)(y);

    Model(inputs = x, outputs = y)
}

#[test]
fn batch_normalizations_are_folded_into_their_neighbours() {
    let model = random::<Normal<f64>>(4);
    let folded = model.fold();
    let NormalFolded { dense, dense_1: _, gru: _, batch_normalization_4: _ } = &*folded;
    assert_eq!(dense.bias.len(), 5);
    let x = numbers::<7, 3>(6, 5);
    close(model.predict(&x).unwrap().iter().flatten(), folded.predict(&x).unwrap().iter().flatten());
}

model! {
    /// All layers that can follow the row of a table.
    struct Rows;

    let x = Input(shape = [6], dtype = u32);
    let y = Embedding(30, 10, mask_zero = true)(x);
    let y = BatchNormalization()(y);
    let y = GaussianNoise(0.1)(y);
    let y = Dense(9)(y);
    let y = LeakyReLU()(y);
    let y = Dense(3, activation = tanh, use_bias = false)(y);
    let y = SimpleRNN(2, return_sequences = true)(y);
    let z = Dense(4)(y);

    Model(inputs = x, outputs = z)
}

#[test]
fn what_follows_the_row_of_a_table_is_folded_into_it() {
    let model = random::<Rows<f64>>(6);
    let folded = model.fold();
    let RowsFolded { embedding, simple_rnn: _, z: _ } = &*folded;
    assert_eq!(embedding.embeddings.shape(), (2, 30));
    let mut x = indices::<6>(9, 30, 7);
    (x[0][0], x[1][3], x[1][5]) = (0, 0, 0);
    close(model.predict(&x).unwrap().iter().flatten(), folded.predict(&x).unwrap().iter().flatten());
}

model! {
    /// Scales behind a table.
    struct Scaled;

    let x = Input(shape = [6], dtype = u32);
    let y = Embedding(30, 4)(x);
    let y = Rescaling(2.0, offset = [0.1, 0.2, 0.3, 0.4])(y);
    let y = Normalization(axis = None)(y);
    let y = Normalization(mean = [1.0, 2.0, 3.0, 4.0], variance = [2.0, 1.0, 0.5, 3.0])(y);
    let z = Conv1D(3, 2)(y);

    Model(inputs = x, outputs = z)
}

#[test]
fn scales_behind_a_table() {
    let model = random::<Scaled<f64>>(6);
    let folded = model.fold();
    let ScaledFolded { embedding: _, z: _ } = &*folded;
    let x = indices::<6>(9, 30, 7);
    close(model.predict(&x).unwrap().iter().flatten(), folded.predict(&x).unwrap().iter().flatten());
}

const WORDS: usize = 40;
const WIDE: usize = 6;

model! {
    /// Shared layers, and sizes that only rustc knows.
    struct Siamese;

    let a = Input(shape = [5], dtype = u32);
    let b = Input(shape = [5], dtype = u32);
    let words = Embedding(WORDS, WIDE);
    let tower = LSTM(WIDE / 2, return_state = true, go_backwards = true);
    let project = Dense(WIDE, use_bias = false);
    let normal = BatchNormalization();
    let (ha, _a, ca) = tower(words(a));
    let (hb, hb2, cb) = tower(words(b));
    let x = normal(project(concatenate([ha, ca])));
    let y = normal(project(concatenate([hb, cb])));
    let near = Dot(axes = 1, normalize = true)([x, y]);
    let rest = Add()([hb2, _a]);

    Model(inputs = [a, b], outputs = [near, rest])
}

#[test]
fn shared_layers_are_folded_if_they_are_shared_together() {
    let model = random::<Siamese<f64>>(8);
    let folded = model.fold();
    let SiameseFolded { words, tower: _, project } = &*folded;
    assert_eq!((words.embeddings.shape(), project.bias.len()), ((12, 40), 6));
    let (a, b) = (indices::<5>(4, 40, 9), indices::<5>(4, 40, 10));
    let (expected, found) = (model.predict((&a, &b)).unwrap(), folded.predict((&a, &b)).unwrap());
    close(expected.near.iter().flatten(), found.near.iter().flatten());
    close(expected.rest.iter().flatten(), found.rest.iter().flatten());
}

model! {
    /// Each layer has two readers, or reads the outputs of two others.
    struct Kept;

    let x = Input(shape = [4], dtype = u32);
    let e = Embedding(12, 3)(x);
    let y = LSTM(2)(e);
    let z = GlobalAveragePooling1D()(e);
    let d = Dense(3)(z);
    let n = BatchNormalization()(d);
    let wide = Embedding(12, 2)(x);
    let more = GRU(5)(wide);

    Model(inputs = x, outputs = [y, d, n, more])
}

#[test]
fn what_others_read_stays() {
    let model = random::<Kept<f64>>(11);
    // Nothing could be folded, so this is an alias of the model itself.
    let folded: Box<KeptFolded<f64>> = model.fold();
    let folded: Box<Kept<f64>> = folded;
    assert_eq!(folded, model);
}

/// A folded model is a model: it has weight files and can be evaluated.
#[test]
fn a_folded_model_is_saved_and_evaluated() {
    let mut rng = StdRng::seed_from_u64(1);
    let headline = Headline::boxed(&mut rng);
    let folded = headline.fold();
    let path = std::env::temp_dir().join(format!("folded-{}.safetensors", std::process::id()));
    folded.save_weights(&path).unwrap();
    let mut again = HeadlineFolded::boxed(&mut rng);
    assert!(again != folded);
    again.load_weights(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(again, folded);

    let words = indices::<20>(5, 50, 2);
    let more: Vec<SVector<f32, 5>> = numbers::<5, 1>(5, 3).iter().map(|x| x.map(|x| x as f32)).collect();
    let labels = [0.0f32, 1.0, 1.0, 0.0, 1.0];
    let whole = headline.compile(Sgd::default(), BinaryCrossentropy::default());
    let folded = folded.compile(Sgd::default(), BinaryCrossentropy::default());
    let expected = whole.evaluate((&words, &more), (&labels, &labels)).unwrap();
    let found = folded.evaluate((&words, &more), (&labels, &labels)).unwrap();
    assert!((expected.loss - found.loss).abs() < 1e-6, "{} {}", expected.loss, found.loss);
    // An out-of-range index is found as before.
    let wrong = [SVector::<u32, 20>::repeat(50)];
    assert!(folded.predict((&wrong, &more[..1])).unwrap_err().to_string().contains("50"));
}

model! {
    /// Numbers of 32 bits.
    #[nn(allow(bias_before_batch_normalization))]
    struct Single;

    let x = Input(shape = [6, 7, 3]);
    let y = Rescaling(1.0 / 255, offset = -0.5)(x);
    let y = BatchNormalization()(Conv2D(8, 3, use_bias = false)(y));
    let y = BatchNormalization()(DepthwiseConv2D(3, padding = same, activation = relu)(y));
    let y = SeparableConv2D(5, 2)(y);
    let y = BatchNormalization()(Conv2DTranspose(4, 3, strides = 2, padding = same)(y));

    Model(inputs = x, outputs = y)
}

#[test]
fn numbers_of_32_bits() {
    let model = random::<Single<f32>>(3);
    let folded = model.fold();
    let SingleFolded { conv2d, depthwise_conv2d: _, separable_conv2d: _, conv2d_transpose: _ } = &*folded;
    assert_eq!(conv2d.bias.len(), 8);
    let x: Vec<_> = numbers::<3, 42>(3, 4).iter().map(|x| x.map(|x| x as f32)).collect();
    let (a, b) = (model.predict(&x).unwrap(), folded.predict(&x).unwrap());
    let largest = a.iter().flatten().fold(0.0f32, |largest, x| largest.max(x.abs()));
    assert!(largest > 0.01);
    for (a, b) in a.iter().flatten().zip(b.iter().flatten()) {
        assert!((a - b).abs() < 2e-5 * largest, "{a} {b}");
    }
}
