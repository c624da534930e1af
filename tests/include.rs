//! `include_weights!`: what the compiler reads is what `load_weights` reads.
#![cfg(feature = "std")]

use nn::prelude::*;

model! {
    struct Line;

    let x = Input(shape = [2]);
    let y = Dense(1)(x);

    Model(inputs = x, outputs = y)
}

model! {
    /// Layers inside of layers, a table, a running state, a frozen layer, and one without a bias.
    struct Deep;

    let words = Input(shape = [3], dtype = u32);
    let x = Embedding(output_dim = 4, input_dim = 5)(words);
    let x = Bidirectional(GRU(2))(x);
    let x = BatchNormalization()(x);
    let x = Dense(2, use_bias = false, trainable = false)(x);
    let y = Line()(x);

    Model(inputs = words, outputs = y)
}

static LINE: Line = include_weights!(Line, "ui/weights/line.safetensors");

#[test]
fn the_file_beside_the_source() {
    assert_eq!(LINE.y.kernel.as_slice(), [2.0, -3.0]);
    assert_eq!(LINE.y.bias.as_slice(), [0.5]);
    let mut loaded = Line::boxed(&mut StdRng::seed_from_u64(1));
    loaded.load_weights("tests/ui/weights/line.safetensors").expect("the file is there");
    assert_eq!(LINE, *loaded);
}

#[test]
fn halves_and_doubles() {
    // From the folder of the package.
    assert_eq!(LINE, include_weights!(Line, "tests/ui/weights/half.safetensors"));
    const DOUBLE: Line<f64> = include_weights!(Line<f64>, "ui/weights/double.safetensors");
    assert_eq!(DOUBLE.as_slice(), [2.0, -3.0, 0.5]);
}

/// All kinds of parts; `BLESS=1 cargo test --test include` writes the file anew.
#[test]
fn a_deep_model() {
    static DEEP: Deep = include_weights!(Deep, "fixtures/deep.safetensors");
    let made = Deep::boxed(&mut StdRng::seed_from_u64(1));
    if std::env::var_os("BLESS").is_some() {
        made.save_weights("tests/fixtures/deep.safetensors").expect("the file can be written");
    }
    let mut loaded = Deep::boxed(&mut StdRng::seed_from_u64(2));
    loaded.load_weights("tests/fixtures/deep.safetensors").expect("the file is there");
    assert_eq!(DEEP, *loaded);
    assert_eq!(DEEP.call(&SVector::from([1, 4, 0])), loaded.call(&SVector::from([1, 4, 0])));
}
