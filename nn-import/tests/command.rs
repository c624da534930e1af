//! The program `nn-import`.

#![allow(missing_docs)]

use safetensors::SafeTensors;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Writes a file of the fixtures to a folder.
fn file(folder: &Path, name: &str) -> PathBuf {
    let path = format!("{}/../tests/fixtures/keras_files.safetensors", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(path).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let file = miniz_oxide::inflate::decompress_to_vec_zlib(tensors.tensor(name).unwrap().data()).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, file).unwrap();
    path
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_nn-import")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn the_program_prints_graphs_and_writes_weights() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("command");
    std::fs::create_dir_all(&folder).unwrap();
    let compiled = file(&folder, "compiled.keras");
    let weights = folder.join("compiled.safetensors");
    let output = run(&[compiled.to_str().unwrap(), weights.to_str().unwrap()]);
    assert!(output.status.success());
    let expected = "\
let input_layer = Input(shape = [4]);
let dense_1 = Dense(3, activation = tanh)(input_layer);
let dense = Dense(2)(dense_1);
Model(inputs = input_layer, outputs = dense)
// dense_1.kernel: [4, 3] of F32
// dense_1.bias: [3] of F32
// dense.kernel: [3, 2] of F32
// dense.bias: [2] of F32
";
    assert_eq!(text(&output.stdout), expected);
    let bytes = std::fs::read(&weights).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    assert_eq!(tensors.tensor("dense_1.kernel").unwrap().shape(), [4, 3]);
    assert_eq!(tensors.len(), 4);

    // A shape that the file leaves open.
    let open = file(&folder, "open_length.keras");
    let output = run(&[open.to_str().unwrap()]);
    assert!(!output.status.success());
    assert!(
        text(&output.stderr).contains("the length of axis 0 of an input open: (None, 3)"),
        "{}",
        text(&output.stderr)
    );
    for arguments in [["--input", "7,3"], ["--input=7,3", "--input=7"]] {
        let output = run(&[&arguments[..], &[open.to_str().unwrap()]].concat());
        match arguments[0] {
            "--input" => assert!(text(&output.stdout).starts_with("let input_layer = Input(shape = [7, 3]);")),
            _ => assert!(text(&output.stderr).contains("2 shapes are given; the network has the inputs `input_layer`")),
        }
    }
    for (shape, expected) in [
        ("7,4", "has the shape (None, 3), not [7, 4]"),
        ("7", "has the shape (None, 3), not [7]"),
        ("7,x", "`7,x` is not a shape"),
    ] {
        let output = run(&["--input", shape, open.to_str().unwrap()]);
        assert!(text(&output.stderr).contains(expected), "{}", text(&output.stderr));
    }

    // Everything that is not supported.
    let refused = file(&folder, "refused_layers.keras");
    let unwritten = folder.join("refused.safetensors");
    let output = run(&[refused.to_str().unwrap(), unwritten.to_str().unwrap()]);
    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("refused_layers.keras`: 6 problems\nlayer `attention` (Attention)"));
    assert!(!unwritten.exists());

    for (arguments, expected) in [
        (&["--help"][..], "usage: nn-import"),
        (&[], "usage: nn-import"),
        (&["--wrong", "x"], "there is no option `--wrong`"),
        (&["--input"], "`--input` needs a shape"),
        (&["no/such/file.keras"], "error: `no/such/file.keras`: "),
    ] {
        let output = run(arguments);
        let all = [text(&output.stdout), text(&output.stderr)].concat();
        assert!(all.contains(expected), "{arguments:?}: {all}");
        assert_eq!(output.status.success(), arguments == ["--help"]);
    }
}
