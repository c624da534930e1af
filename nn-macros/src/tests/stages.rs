//! What a stage may not know.

use nn_core::activations::ACTIVATIONS;
use nn_core::layers::LAYERS;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The files of a folder and of the folders in it, but tests.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let kept = entries.filter(|path| !path.ends_with("tests") && !path.ends_with("tests.rs"));
    kept.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The lines of a file that are code, with their numbers.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(i, line)| (i + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

fn sources() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// What there is to know of a layer or an activation is in its specification. A lint is about what one layer means to another, and
/// Python has words of its own (`model.add`, `a + b`).
#[test]
fn only_lints_know_layers_by_name() {
    let layers = LAYERS.iter().flat_map(|spec| [spec.name].into_iter().chain(spec.function));
    let around = LAYERS.iter().flat_map(|spec| spec.sparse.map(|call| call.around).into_iter().chain(spec.joined));
    let activations = ACTIVATIONS.iter().flat_map(|spec| {
        let name = spec.path.rsplit("::").next();
        spec.names.iter().copied().chain(name)
    });
    let names: Vec<String> = layers.chain(around).chain(activations).map(|name| format!("\"{name}\"")).collect();
    assert!(names.len() > 100);
    let (mut found, mut in_lints) = (Vec::new(), 0);
    for file in files(&sources()) {
        let text = fs::read_to_string(&file).expect("a file");
        let named = code(&text).filter(|(_, line)| names.iter().any(|name| line.contains(name.as_str())));
        if file.ends_with("lint/rules.rs") {
            in_lints += named.count();
        } else if !file.ends_with("python.rs") {
            found.extend(named.map(|(number, line)| format!("{}:{number}: {}", file.display(), line.trim())));
        }
    }
    assert!(in_lints > 10, "the rules of the lints were not found");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// What is printed is an `Item` and data: nothing is written as if a user had written it.
#[test]
fn the_expansion_sees_no_syntax() {
    let files: Vec<_> = files(&sources().join("expand")).into_iter().chain([sources().join("expand.rs")]).collect();
    assert!(files.len() > 10);
    for file in files {
        let text = fs::read_to_string(&file).expect("a file");
        assert!(!text.contains("Syntax"), "{} has a `Syntax`", file.display());
    }
}

/// An argument has a name, in the macro as on its page.
#[test]
fn no_argument_is_found_by_its_number() {
    let digit = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    let mut found = Vec::new();
    for file in files(&sources()) {
        let text = fs::read_to_string(&file).expect("a file");
        let counted = code(&text).filter(|(_, line)| line.split("builtin.args[").skip(1).any(digit));
        found.extend(counted.map(|(number, line)| format!("{}:{number}: {}", file.display(), line.trim())));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
