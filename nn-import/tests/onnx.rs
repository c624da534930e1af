//! ONNX: models in the forms of exporters, a real file, and damaged ones.
//!
//! `onnx/models.py` writes the models, and `onnx/check.py` compares the networks that are read with ONNX Runtime.
//! `onnx/graphs.txt` holds the graphs that agreed, each with a checksum of its weights. `BLESS=1` writes it.

use std::fmt::Write;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/onnx")
}

fn models() -> Vec<(String, Vec<u8>)> {
    let files = std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path());
    let mut models: Vec<_> = files.filter(|path| path.extension().is_some_and(|kind| kind == "onnx")).collect();
    models.sort();
    assert!(models.len() > 20, "the folder has {} models", models.len());
    models
        .iter()
        .map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap()))
        .collect()
}

/// FNV-1a.
fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn text(file: &[u8]) -> String {
    let network = match nn_import::read(file) {
        Ok(network) => network,
        Err(error) => return format!("{error}\n"),
    };
    let mut text: String = network.notes.iter().map(|note| format!("// {note}\n")).collect();
    text += &network.graph().unwrap();
    writeln!(text, "// weights {:016x}", sum(&network.safetensors())).unwrap();
    text
}

#[test]
fn models_of_exporters_are_the_graphs_that_were_compared() {
    let found: String = models().iter().map(|(name, file)| format!("# {name}\n{}\n", text(file))).collect();
    let path = folder().join("graphs.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap();
    for (found, expected) in found.split("\n# ").zip(expected.split("\n# ")) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.len(), expected.len());
}

#[test]
fn a_real_file_is_read() {
    let material = std::env::var_os("NN_MATERIAL").map_or("../../shared/material".into(), PathBuf::from);
    let Ok(file) = std::fs::read(material.join("onnx/rten_mnist.onnx")) else {
        eprintln!("skipped: there is no material");
        return;
    };
    let network = nn_import::read(&file).unwrap();
    assert_eq!(network.inputs[0].shape, [Some(28), Some(28), Some(1)]);
    let classes: Vec<&str> = network.layers.iter().map(|layer| layer.kind.class.as_str()).collect();
    let part = ["Conv2D", "Activation", "MaxPooling2D"];
    let expected = [&part[..], &part[..], &["Conv2D", "Activation", "GlobalAveragePooling2D", "Dense"]].concat();
    assert_eq!(classes, expected);
}

#[test]
fn all_that_is_not_supported_is_listed() {
    let file = std::fs::read(folder().join("cnn.onnx")).unwrap();
    // The names of operators have the same lengths, so the file stays whole.
    let replaced = |from: &str, to: &str, file: &[u8]| {
        let mut file = file.to_vec();
        let place = file.windows(from.len()).rposition(|part| part == from.as_bytes()).unwrap();
        file[place..place + to.len()].copy_from_slice(to.as_bytes());
        file
    };
    let file = replaced("\"\x04Relu", "\"\x04Rely", &file);
    let error = nn_import::read(&file).unwrap_err();
    assert_eq!(error.to_string(), "layer `/relu/Relu` (Rely): this operator is not supported\n  help: `Relu` is");
}

#[test]
fn damaged_files_are_errors_and_no_panics() {
    let mut state = 1u64;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for (name, file) in models() {
        for length in (0..file.len()).step_by(7) {
            assert!(nn_import::read(&file[..length]).is_err(), "{name} cut at {length}");
        }
        for _ in 0..300 {
            let mut file = file.clone();
            for _ in 0..=random(3) {
                let place = random(file.len());
                file[place] = [0, 1, 0x7f, 0x80, 0xff, random(256) as u8][random(6)];
            }
            if let Ok(network) = nn_import::read(&file) {
                let _ = network.graph();
                network.safetensors();
            }
        }
    }
}
