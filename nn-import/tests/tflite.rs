//! Files of TFLite: their graphs, what is refused, and files that are damaged.

use nn_import::read;
use std::path::PathBuf;

/// The files that a script of TensorFlow made, by name.
const FILES: &[&str] = &[
    "activations",
    "arithmetic",
    "dense_rows",
    "dilated",
    "frames",
    "halves",
    "images",
    "larger",
    "longer",
    "lstm",
    "normalized",
    "one_by_one",
    "operators",
    "positions",
    "prelu",
    "rnn",
    "sequence",
    "slopes",
    "words",
];

/// Files that are refused.
const REFUSED: &[&str] = &["int8", "loop", "mirror", "open", "second_batch"];

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/tflite"))
}

fn file(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(format!("{name}.tflite"))).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The graphs, and the messages of the files that are refused, are those of `graphs.txt`. `BLESS=1` writes it.
#[test]
fn graphs_and_messages_are_the_expected_ones() {
    let mut text = String::new();
    for name in FILES.iter().chain(REFUSED) {
        text += &format!("## {name}\n");
        match read(&file(name)) {
            Ok(network) => {
                assert!(FILES.contains(name), "{name} must be refused");
                text += &network.graph().unwrap_or_else(|error| panic!("{name}: {error}"));
                for (name, numbers) in network.tensors() {
                    text += &format!("// {name}: {:?} of {}\n", numbers.shape, numbers.dtype);
                }
            }
            Err(error) => {
                assert!(REFUSED.contains(name), "{name}: {error}");
                text += &format!("{error}\n");
            }
        }
    }
    let path = folder().join("graphs.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &text).expect("the text can be written");
    }
    let expected = std::fs::read_to_string(&path).expect("the text is there");
    for (found, expected) in text.lines().zip(expected.lines()) {
        assert_eq!(found, expected);
    }
    assert_eq!(text.len(), expected.len());
}

/// Reads a damaged file. It may be refused, and what it makes is bounded by its length.
fn survives(bytes: &[u8]) {
    if let Ok(network) = read(bytes) {
        let weights: usize = network.tensors().map(|(_, numbers)| numbers.bytes.len()).sum();
        assert!(weights <= 4 * bytes.len(), "{weights} bytes of {}", bytes.len());
        let _ = network.graph();
    }
}

#[test]
fn every_cut_of_a_file_is_refused() {
    for name in ["rnn", "words", "second_batch"] {
        let whole = file(name);
        for length in 0..whole.len() {
            survives(&whole[..length]);
        }
        assert!(read(&whole[..whole.len() / 2]).is_err());
    }
}

/// Changes of one to four bytes, half of them in the tables, which are the last part of a file.
#[test]
fn no_change_of_bytes_breaks_the_reader() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).expect("31 bits") % below
    };
    for name in
        ["images", "dilated", "sequence", "larger", "normalized", "frames", "words", "lstm", "one_by_one", "int8"]
    {
        let whole = file(name);
        for _ in 0..2_000 {
            let mut changed = whole.clone();
            for _ in 0..=random(4) {
                let from = if random(2) == 0 { 0 } else { whole.len() / 2 };
                let at = from + random(whole.len() - from);
                changed[at] = match random(4) {
                    0 => 0,
                    1 => 0xff,
                    2 => changed[at].wrapping_add(1),
                    _ => u8::try_from(random(256)).expect("a byte"),
                };
            }
            survives(&changed);
        }
    }
}
