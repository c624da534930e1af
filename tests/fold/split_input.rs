//! Readers of a `Concatenate` read its parts if they can.

use super::{Headline, HeadlineFolded, close, indices, numbers, random};
use nn::model::Model;
use nn::prelude::*;

/// The kinds of a model's layers.
fn kinds<M: Model>() -> Vec<&'static str> {
    M::COSTS.rows.iter().map(|row| row.kind).collect()
}

fn copies<M: Model>() -> usize {
    kinds::<M>().into_iter().filter(|&kind| kind == "Concatenate").count()
}

model! {
    /// Two heads read three parts, one of which is an input.
    #[nn(profile)]
    struct Tickets;

    let title = Input(shape = [10], dtype = u32);
    let body = Input(shape = [12], dtype = u32);
    let tags = Input(shape = [12]);
    let title_features = LSTM(8)(Embedding(30, 6)(title));
    let body_features = SimpleRNN(5)(Embedding(30, 6)(body));
    let x = concatenate([title_features, body_features, tags]);
    let priority = Dense(1, name = "priority")(x);
    let department = Dense(4, activation = softmax, name = "department")(x);

    Model(inputs = [title, body, tags], outputs = [priority, department])
}

#[test]
fn two_heads_read_the_parts() {
    let model = random::<Tickets<f64>>(1);
    let folded: Box<TicketsFolded<f64>> = model.fold();
    assert_eq!((copies::<Tickets>(), copies::<TicketsFolded>()), (1, 0));
    const { assert!(TicketsFolded::ARENA_BYTES < Tickets::ARENA_BYTES) };
    let (title, body, tags) = (indices::<10>(9, 30, 2), indices::<12>(9, 30, 3), numbers::<12, 1>(9, 4));
    for n in [1, 9] {
        let x = (&title[..n], &body[..n], &tags[..n]);
        let (a, b) = (model.predict(x).unwrap(), folded.predict(x).unwrap());
        close(a.department.iter().flatten(), b.department.iter().flatten());
        for (a, b) in a.priority.iter().flatten().zip(b.priority.iter().flatten()) {
            assert!((a - b).abs() < 1e-12);
        }
    }
    let inputs = TicketsInputs { title: &title[0], body: &body[0], tags: &tags[0] };
    let (mut names, expected) = (Vec::new(), folded.call(inputs));
    let watched = folded.profile(inputs, &mut nn::Arena::new(), |name| names.push(name));
    assert_eq!(watched, expected);
    assert_eq!(&names[names.len() - 3..], ["priority", "department", "department_softmax"]);
}

#[test]
fn the_lectures_model_has_no_copy() {
    assert_eq!((copies::<Headline>(), copies::<HeadlineFolded>()), (1, 0));
    let rows = <HeadlineFolded as Model>::COSTS.rows;
    let dense = rows.iter().find(|row| row.inputs.len() == 2).expect("it has two inputs");
    assert_eq!((dense.kind, dense.inputs, dense.macs), ("Dense", &["lstm_out", "aux_input"][..], 13 * 16));
}

model! {
    /// Positions, a relu after the reader, and a BatchNormalization on each side of it.
    struct Positions;

    let a = Input(shape = [4, 3]);
    let b = Input(shape = [4, 5]);
    let x = concatenate([Dense(2, activation = tanh)(a), b]);
    let x = BatchNormalization()(x);
    let x = Dropout(0.3)(x);
    let x = Dense(19, use_bias = false)(x);
    let x = BatchNormalization()(x);
    let x = relu(x);
    let y = Concatenate(axis = 2)([x, a, b]);
    let y = Dense(3, activation = sigmoid)(y);

    Model(inputs = [a, b], outputs = y)
}

#[test]
fn at_every_position_behind_what_is_folded() {
    let model = random::<Positions<f64>>(5);
    let folded = model.fold();
    assert_eq!(kinds::<PositionsFolded>(), ["InputLayer", "InputLayer", "Dense", "Dense", "Activation", "Dense"]);
    let (a, b) = (numbers::<3, 4>(6, 6), numbers::<5, 4>(6, 7));
    for n in [1, 6] {
        let (expected, found) =
            (model.predict((&a[..n], &b[..n])).unwrap(), folded.predict((&a[..n], &b[..n])).unwrap());
        close(expected.iter().flatten(), found.iter().flatten());
    }
}

const FEW: usize = 3;

model! {
    /// Concatenations of concatenations, the same part twice, a shared reader, and sizes that only rustc knows.
    struct Nested;

    let a = Input(shape = [FEW]);
    let b = Input(shape = [2 * FEW]);
    let c = Input(shape = [FEW]);
    let shared = Dense(7, activation = relu);
    let inner = concatenate([a, b]);
    let x = shared(concatenate([inner, c, a]));
    let y = shared(concatenate([a, c, a, c, a]));
    let whole = Dense(15, activation = elu)(inner);
    let z = shared(whole);
    let one = Concatenate()([z]);
    let end = Dense(3)(concatenate([x, y, one]));

    Model(inputs = [a, b, c], outputs = end)
}

#[test]
fn parts_of_parts_and_shared_readers() {
    let model = random::<Nested<f64>>(8);
    let folded = model.fold();
    assert_eq!((copies::<Nested>(), copies::<NestedFolded>()), (5, 0));
    assert_eq!(folded.shared, model.shared);
    let (a, b, c) = (numbers::<FEW, 1>(5, 9), numbers::<{ 2 * FEW }, 1>(5, 10), numbers::<FEW, 1>(5, 11));
    for n in [1, 5] {
        let x = (&a[..n], &b[..n], &c[..n]);
        close(model.predict(x).unwrap().iter().flatten(), folded.predict(x).unwrap().iter().flatten());
    }
}

model! {
    /// An output, another reader, another axis, and more parts than a tuple has.
    struct Copied;

    let a = Input(shape = [2, 3]);
    let b = Input(shape = [2, 3]);
    let shown = concatenate([a, b]);
    let x = Dense(4)(shown);
    let read = concatenate([x, a]);
    let y = Dense(4)(read);
    let z = LayerNormalization()(read);
    let steps = Concatenate(axis = 1)([y, x]);
    let rows = Dense(2)(steps);
    let seven = concatenate([a, b, a, b, a, b, a]);
    let six = concatenate([b, a, b, a, b, a]);
    let thirteen = concatenate([seven, six]);
    let many = Dense(3)(thirteen);

    Model(inputs = [a, b], outputs = [shown, z, rows, many])
}

#[test]
fn a_copy_stays_where_it_is_needed() {
    let model = random::<Copied<f64>>(12);
    let folded = model.fold();
    // The last one is gone, and the one of six parts. With the one of seven there would be too many parts.
    assert_eq!((copies::<Copied>(), copies::<CopiedFolded>()), (6, 4));
    let (a, b) = (numbers::<3, 2>(4, 13), numbers::<3, 2>(4, 14));
    let (expected, found) = (model.predict((&a, &b)).unwrap(), folded.predict((&a, &b)).unwrap());
    close(expected.shown.iter().flatten(), found.shown.iter().flatten());
    close(expected.z.iter().flatten(), found.z.iter().flatten());
    close(expected.rows.iter().flatten(), found.rows.iter().flatten());
    close(expected.many.iter().flatten(), found.many.iter().flatten());
}

model! {
    /// Concatenations that all stay.
    struct Whole;

    let a = Input(shape = [3]);
    let b = Input(shape = [4]);
    let x = concatenate([a, b]);
    let y = tanh(concatenate([b, a]));

    Model(inputs = [a, b], outputs = [x, y])
}

#[test]
fn where_all_copies_stay_nothing_is_folded() {
    let model = random::<Whole<f64>>(15);
    // This compiles, so one name is an alias of the other.
    let folded: Box<Whole<f64>> = model.fold();
    assert_eq!(folded, model);
}

model! {
    /// Readers of the output get the masks of the parts.
    struct Masked;

    let words = Input(shape = [5], dtype = u32);
    let more = Input(shape = [5], dtype = u32);
    let x = Embedding(9, 4, mask_zero = true)(words);
    let y = Embedding(9, 3, mask_zero = true)(more);
    let both = concatenate([x, y]);
    let both = Dense(6, activation = tanh)(both);
    let end = LSTM(3)(both);

    Model(inputs = [words, more], outputs = end)
}

#[test]
fn masks_go_on() {
    let model = random::<Masked<f64>>(16);
    let folded = model.fold();
    assert_eq!((copies::<Masked>(), copies::<MaskedFolded>()), (1, 0));
    let (mut words, mut more) = (indices::<5>(6, 9, 17), indices::<5>(6, 9, 18));
    (words[0][4], more[0][4], words[1][0], more[2][3]) = (0, 0, 0, 0);
    let (expected, found) = (model.predict((&words, &more)).unwrap(), folded.predict((&words, &more)).unwrap());
    close(expected.iter().flatten(), found.iter().flatten());
}
