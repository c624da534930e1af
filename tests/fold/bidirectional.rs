//! A layer before a recurrent layer in both directions is folded into the weights of both directions.

use super::{WIDE, WORDS, close, indices, numbers, random};
use nn::model::Model;
use nn::prelude::*;

model! {
    /// The most common model of text.
    struct Text;

    let x = Input(shape = [9], dtype = u32);
    let y = Embedding(30, 8, mask_zero = true)(x);
    let y = Dropout(0.5)(y);
    let y = Bidirectional(LSTM(4, dropout = 0.2, recurrent_dropout = 0.1))(y);
    let z = Dense(3)(y);

    Model(inputs = x, outputs = z)
}

#[test]
fn both_directions_read_one_table() {
    let model = random::<Text<f64>>(15);
    let folded = model.fold();
    let TextFolded { embedding, bidirectional: _, z: _ } = &*folded;
    // The gates of both directions replace 8 features and two kernels.
    assert_eq!(embedding.embeddings.shape(), (2 * 16, 30));
    assert_eq!(TextFolded::PARAMETERS, Text::PARAMETERS + 30 * (32 - 8) - 2 * 8 * 16);
    assert_eq!(TextFolded::MACS, Text::MACS - 2 * 9 * 8 * 16);
    let mut x = indices::<9>(9, 30, 16);
    (x[0][0], x[1][3], x[1][8]) = (0, 0, 0);
    x[2].fill(0);
    close(model.predict(&x).unwrap().iter().flatten(), folded.predict(&x).unwrap().iter().flatten());
}

model! {
    /// All merge modes and layers, each after its own table, most of them with a mask.
    #[nn(allow(dropped_mask))]
    struct Modes;

    let x = Input(shape = [7], dtype = u32);
    let e = Embedding(20, 6, mask_zero = true)(x);
    let sum = Bidirectional(GRU(3, return_sequences = true, go_backwards = true), merge_mode = sum)(e);
    let e = Embedding(20, 6, mask_zero = true)(x);
    let mul = Bidirectional(GRU(2, reset_after = false, activation = relu), merge_mode = mul)(e);
    let e = Embedding(20, 6)(x);
    let (ave, h, h_back) = Bidirectional(
        SimpleRNN(5, return_sequences = true, return_state = true),
        merge_mode = ave,
    )(e);
    let e = Embedding(20, 6, mask_zero = true)(x);
    let (f, b, hf, cf, hb, cb) = Bidirectional(
        LSTM(3, use_bias = false, return_sequences = true, return_state = true),
        merge_mode = None,
    )(e);
    let y = concatenate([
        Flatten()(sum), mul, Flatten()(ave), h, h_back, Flatten()(f), Flatten()(b), hf, cf, concatenate([hb, cb]),
    ]);

    Model(inputs = x, outputs = y)
}

#[test]
fn every_merge_mode_is_folded() {
    let model = random::<Modes<f64>>(17);
    let folded = model.fold();
    let rows = [
        folded.embedding.embeddings.nrows(),
        folded.embedding_1.embeddings.nrows(),
        folded.embedding_2.embeddings.nrows(),
        folded.embedding_3.embeddings.nrows(),
    ];
    assert_eq!(rows, [2 * 9, 2 * 6, 2 * 5, 2 * 12]);
    // All products with the input are gone.
    assert_eq!(ModesFolded::MACS, Modes::MACS - 7 * 6 * rows.iter().sum::<usize>());
    let mut x = indices::<7>(6, 20, 18);
    (x[0][0], x[1][3], x[1][6]) = (0, 0, 0);
    x[2].fill(0);
    close(model.predict(&x).unwrap().iter().flatten(), folded.predict(&x).unwrap().iter().flatten());
}

model! {
    /// Initial states of both directions with a mask, and layers between the table and the recurrent layer.
    struct States;

    let x = Input(shape = [6], dtype = u32);
    let h = Input(shape = [2]);
    let c = Input(shape = [2]);
    let e = Embedding(15, 5, mask_zero = true)(x);
    let e = BatchNormalization()(e);
    let e = Dense(4, activation = tanh)(e);
    let y = Bidirectional(LSTM(2, return_sequences = true))(e, initial_state = [h, c, c, h]);
    let z = Bidirectional(SimpleRNN(3), merge_mode = sum)(y);

    Model(inputs = [x, h, c], outputs = [y, z])
}

#[test]
fn initial_states_reach_their_directions() {
    let model = random::<States<f64>>(19);
    let folded = model.fold();
    let StatesFolded { embedding, y: _, z: _ } = &*folded;
    assert_eq!(embedding.embeddings.shape(), (16, 15));
    let (mut x, h, c) = (indices::<6>(5, 15, 20), numbers::<2, 1>(5, 21), numbers::<2, 1>(5, 22));
    (x[0][5], x[1][0]) = (0, 0);
    let (a, b) = (model.predict((&x, &h, &c)).unwrap(), folded.predict((&x, &h, &c)).unwrap());
    close(a.y.iter().flatten(), b.y.iter().flatten());
    close(a.z.iter().flatten(), b.z.iter().flatten());
    // A single sample gives the same bits.
    let one = folded.call(StatesInputs { x: &x[1], h: &h[1], c: &c[1] });
    assert_eq!((one.y, one.z), (b.y[1], b.z[1]));
}

model! {
    /// BatchNormalization before layers with a bias, and before one without.
    struct Normal;

    let x = Input(shape = [4, 3]);
    let y = BatchNormalization()(x);
    let y = Bidirectional(GRU(2, return_sequences = true))(y);
    let y = BatchNormalization()(y);
    let y = Dropout(0.1)(y);
    let y = Bidirectional(LSTM(2, return_sequences = true, dropout = 0.3), merge_mode = ave)(y);
    let y = BatchNormalization(name = "kept")(y);
    let y = Bidirectional(SimpleRNN(3, use_bias = false), merge_mode = mul)(y);

    Model(inputs = x, outputs = y)
}

#[test]
fn batch_normalization_is_folded_into_both_directions() {
    let model = random::<Normal<f64>>(23);
    let folded = model.fold();
    let NormalFolded { bidirectional, bidirectional_1: _, kept: _, bidirectional_2: _ } = &*folded;
    assert_ne!(bidirectional.forward.kernel, model.bidirectional.forward.kernel);
    assert_ne!(bidirectional.backward.bias, model.bidirectional.backward.bias);
    assert_eq!(NormalFolded::PARAMETERS, Normal::PARAMETERS - 4 * 3 - 4 * 4);
    let x = numbers::<3, 4>(6, 24);
    close(model.predict(&x).unwrap().iter().flatten(), folded.predict(&x).unwrap().iter().flatten());
}

model! {
    /// Called twice, with sizes that only rustc knows.
    struct Shared;

    let a = Input(shape = [5], dtype = u32);
    let b = Input(shape = [8], dtype = u32);
    let words = Embedding(WORDS, WIDE);
    let project = Dense(WIDE);
    let tower = Bidirectional(LSTM(WIDE / 2, return_state = true));
    let (y, h, _c, _hb, cb) = tower(project(words(a)));
    let (z, _h, c, hb, _cb) = tower(project(words(b)));
    let rest = concatenate([h, _c, _hb, cb, _h, c, hb, _cb]);

    Model(inputs = [a, b], outputs = [y, z, rest])
}

#[test]
fn a_shared_layer_is_folded_with_what_is_shared_with_it() {
    let model = random::<Shared<f64>>(25);
    let folded = model.fold();
    let SharedFolded { words, tower: _ } = &*folded;
    assert_eq!(words.embeddings.shape(), (2 * 12, 40));
    let (a, b) = (indices::<5>(4, 40, 26), indices::<8>(4, 40, 27));
    let (expected, found) = (model.predict((&a, &b)).unwrap(), folded.predict((&a, &b)).unwrap());
    close(expected.y.iter().flatten(), found.y.iter().flatten());
    close(expected.z.iter().flatten(), found.z.iter().flatten());
    close(expected.rest.iter().flatten(), found.rest.iter().flatten());
}

model! {
    /// A table that would grow more than fourfold, one with two readers, and a layer inside another one.
    struct Kept;

    let x = Input(shape = [4], dtype = u32);
    let two = Input(shape = [2, 4], dtype = u32);
    let narrow = Bidirectional(LSTM(3))(Embedding(12, 5)(x));
    let e = Embedding(12, 8)(x);
    let a = Bidirectional(GRU(2))(e);
    let b = Bidirectional(GRU(2))(e);
    let y = TimeDistributed(Bidirectional(SimpleRNN(2)))(Embedding(12, 8)(two));

    Model(inputs = [x, two], outputs = [narrow, a, b, y])
}

#[test]
fn what_cannot_be_folded_stays() {
    let model = random::<Kept<f64>>(28);
    // An alias of the model itself.
    let folded: Box<Kept<f64>> = model.fold();
    assert_eq!(folded, model);
}
