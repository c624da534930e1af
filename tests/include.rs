//! `include_weights!` reads the same weights as `load_weights`.
#![cfg(all(feature = "train", feature = "files", feature = "plot"))]

use nn::prelude::*;
use nn::{Bf16, F16, Packed};

model! {
    struct Line;

    let x = Input(shape = [2]);
    let y = Dense(1)(x);

    Model(inputs = x, outputs = y)
}

model! {
    /// Layers inside layers, a table, a running state, a frozen layer, and one without a bias.
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

/// Rounds to the nearest half, ties to even.
#[test]
fn kept_as_halves() {
    static F: Packed<Line, F16> = include_weights!(Line, "ui/weights/ties.safetensors", f16);
    static B: Packed<Line, Bf16> = include_weights!(Line, "ui/weights/ties.safetensors", bf16,);
    // 1 + 2⁻⁸ is between two numbers of 8 bits, 1 + 3 · 2⁻¹¹ between two of 11.
    assert_eq!(F.unpack().as_slice(), [1.0 + 2f32.powi(-8), 1.0 + 2f32.powi(-9), -(2f32.powi(-24))]);
    assert_eq!(B.unpack().as_slice(), [1.0, 1.0, -(2f32.powi(-24))]);
    assert_eq!(F.as_slice().map_bits(F16::to_bits), [0x3C04, 0x3C02, 0x8001]);
    assert_eq!(B.as_slice().map_bits(Bf16::to_bits), [0x3F80, 0x3F80, 0xB380]);
    assert_eq!(format!("{F:?}"), "Packed<Line>(3 weights as F16)");
}

trait Bits<H> {
    fn map_bits(&self, bits: fn(H) -> u16) -> Vec<u16>;
}

impl<H: Copy> Bits<H> for [H] {
    fn map_bits(&self, bits: fn(H) -> u16) -> Vec<u16> {
        self.iter().map(|&half| bits(half)).collect()
    }
}

/// Bit for bit, in the order of the model, not of the file.
#[test]
fn halves_of_the_file_stay() {
    const LINE: Packed<Line, Bf16> = include_weights!(Line, "ui/weights/bf16.safetensors", bf16);
    assert_eq!(LINE.as_slice().map_bits(Bf16::to_bits), [0x3F81, 0xB580, 0x3F00]);
    let mut line = Line::zeroed();
    LINE.unpack_into(&mut line);
    assert_eq!(line.as_slice(), [1.0 + 2f32.powi(-7), -(2f32.powi(-20)), 0.5]);
    let other: Packed<Line, F16> = include_weights!(Line, "ui/weights/bf16.safetensors", f16);
    assert_eq!(other.as_slice().map_bits(F16::to_bits), [0x3C08, 0x8010, 0x3800]);
}

/// All kinds of parts, each in its place: the unpacked weights are the file's, rounded.
#[test]
fn a_deep_model_as_halves() {
    static DEEP: Deep = include_weights!(Deep, "fixtures/deep.safetensors");
    static F: Packed<Deep, F16> = include_weights!(Deep, "fixtures/deep.safetensors", f16);
    static B: Packed<Deep, Bf16> = include_weights!(Deep, "fixtures/deep.safetensors", bf16);
    let (f, b) = (F.unpack_boxed(), B.unpack_boxed());
    let rounded = |round: fn(f32) -> f32| DEEP.as_slice().iter().map(|&weight| round(weight)).collect::<Vec<_>>();
    assert_eq!(f.as_slice(), rounded(|weight| F16::from_f32(weight).to_f32()));
    assert_eq!(b.as_slice(), rounded(|weight| Bf16::from_f32(weight).to_f32()));
    let words = SVector::from([1, 4, 0]);
    let (exact, f, b) = (DEEP.call(&words)[0], f.call(&words)[0], b.call(&words)[0]);
    assert!(exact != f && (exact - f).abs() < 1e-3 && exact != b && (exact - b).abs() < 1e-2, "{exact} {f} {b}");
}

/// All kinds of parts. `BLESS=1 cargo test --test include` writes the file anew.
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
