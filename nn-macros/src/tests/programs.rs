//! The programs of some graphs as text in `tests/programs/`: every place, borrow, fused activation, mask and gradient
//! of a form.

use crate::diagnostics::Diagnostics;
use crate::schedule::{self, Form, lower};
use std::path::PathBuf;
use std::{env, fs};

/// Fails if `tests/programs/<name>.txt` does not hold the programs of all forms of `graph`. With `BLESS=1` in the
/// environment, writes it.
fn check(name: &str, graph: &str) {
    let mut diagnostics = Diagnostics::new();
    let mut syntax = crate::front::parse::parse(graph.parse().expect("tokens"), &mut diagnostics).expect("a graph");
    let (graph, ..) = crate::read(&mut syntax, &mut diagnostics);
    assert!(!diagnostics.any(), "the graph of {name} has errors");
    let mut text = lower(&graph, Form::Predict).text(&graph);
    if let Some(folded) = &graph.folded {
        text += &format!("\nfolded {}", lower(&folded.graph, Form::Predict).text(&folded.graph));
    }
    text += &format!("\n{}", lower(&graph, Form::Train).text(&graph));
    if let Some(tail) = schedule::tail(&graph) {
        text += &format!("\n{}", tail.text(&graph));
    }
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/tests/programs").join(name).with_extension("txt");
    if env::var_os("BLESS").is_some() {
        fs::write(&path, &text).expect("the file can be written");
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(committed, text, "{name}.txt is out of date: write it with `BLESS=1 cargo test -p nn-macros`");
}

#[test]
fn a_chain_with_fused_activations() {
    check(
        "digits",
        r#"
        pub struct Digits;
        let pixels = Input(shape = [64]);
        let x = Dense(64, activation = relu)(pixels);
        let x = Dense(64, activation = gelu)(x);
        let digit = Dense(10, activation = softmax)(x);
        Model(inputs = pixels, outputs = digit)
        "#,
    );
}

#[test]
fn masks_states_and_a_table() {
    check(
        "words",
        r#"
        pub struct Words;
        let words = Input(shape = [6], dtype = u32);
        let x = Embedding(100, 8, mask_zero = true)(words);
        let (x, h, c) = LSTM(4, return_sequences = true, return_state = true)(x);
        let x = GRU(5, return_sequences = true)(x);
        let state = concatenate([h, c]);
        Model(inputs = words, outputs = [x, state])
        "#,
    );
}

/// A prediction has no mask for BatchNormalization. Only rustc knows whether the mask of the queries goes on.
#[test]
fn masks_of_training_and_of_a_users_own_layer() {
    check(
        "attention",
        r#"
        pub struct Attention;
        let q = Input(shape = [3, 2]);
        let v = Input(shape = [4, 2]);
        let values = BatchNormalization()(Masking()(v));
        let top = GlobalMaxPooling1D()(values);
        let all = my::Attend()([Masking()(q), v]);
        let mean = GlobalAveragePooling1D()(all);
        Model(inputs = [q, v], outputs = [all, mean, top])
        "#,
    );
}

#[test]
fn folded_normalization_and_parts() {
    check(
        "folded",
        r#"
        pub struct Folded;
        let a = Input(shape = [3]);
        let b = Input(shape = [4]);
        let x = Dense(5, use_bias = false)(a);
        let x = BatchNormalization()(x);
        let x = Activation(relu)(x);
        let both = concatenate([x, b]);
        let y = Dense(2, activation = sigmoid)(both);
        Model(inputs = [a, b], outputs = y)
        "#,
    );
}

/// The folded convolutions have the activations and the padding.
#[test]
fn folded_convolutions() {
    check(
        "image",
        r#"
        pub struct Image;
        let image = Input(shape = [8, 8, 3]);
        let x = ZeroPadding2D(1)(Rescaling(0.1)(image));
        let x = relu(BatchNormalization()(Conv2D(4, 3, strides = 2, use_bias = false)(x)));
        let y = BatchNormalization()(DepthwiseConv2D(3, padding = same, use_bias = false)(x));
        let y = relu(add([x, y]));
        let y = SeparableConv2D(5, 1, activation = tanh)(y);
        Model(inputs = image, outputs = y)
        "#,
    );
}

#[test]
fn an_output_that_is_read_inside() {
    check(
        "reader",
        r#"
        pub struct Reader;
        let a = Input(shape = [3]);
        let b = Input(shape = [4]);
        let x = Dense(5, activation = tanh, activity_regularizer = l2(0.1))(concatenate([a, b]));
        let first = Dense(4, activation = softmax)(Dropout(0.2)(x));
        let second = Dense(1, activation = sigmoid)(add([first, b]));
        Model(inputs = [a, b], outputs = [first, second])
        "#,
    );
}

#[test]
fn a_tail_that_learns() {
    check(
        "tail",
        r#"
        pub struct Tail;
        let x = Input(shape = [8]);
        let h = Dense(16, activation = relu, trainable = false)(x);
        let h = Dense(12, activation = relu, trainable = false)(h);
        let h = BatchNormalization()(h);
        let y = Dense(3, activation = softmax)(h);
        Model(inputs = x, outputs = y)
        "#,
    );
}

#[test]
fn a_model_inside_with_shapes_that_rustc_finds() {
    check(
        "pair",
        r#"
        pub struct Pair;
        let a = Input(shape = [SIZE]);
        let b = Input(shape = [SIZE]);
        let tower = Digits();
        let both = concatenate([tower(a), tower(b)]);
        let h = Dense(UNITS, activation = relu)(both);
        let again = Digits()(Dense(64)(h));
        Model(inputs = [a, b], outputs = again)
        "#,
    );
}

#[test]
fn views_of_an_input() {
    check(
        "views",
        r#"
        pub struct Views;
        let x = Input(shape = [2, 3]);
        let flat = Flatten()(x);
        let h = Dense(4, activation = relu)(flat);
        let y = Reshape([2, 2])(h);
        let s = Activation(softmax)(flat);
        Model(inputs = x, outputs = [y, s])
        "#,
    );
}
