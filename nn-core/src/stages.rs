//! Tests of the rules of the folders: each folder's code must lack certain words.

use std::path::{Path, PathBuf};
use std::string::{String, ToString};
use std::vec::Vec;
use std::{env, fs};

/// Returns the files of a folder and of its subfolders, except tests.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let kept = entries.filter(|path| !path.ends_with("tests.rs") && !path.ends_with("checks.rs"));
    kept.flat_map(|path| if path.is_dir() { files(&path) } else { [path].into() }).collect()
}

/// Returns the files of a folder whose code contains one of the words. Tests stand at the end of a file and may name
/// anything. Macros may as well, because other files expand them.
fn with(folder: &str, words: &[&str]) -> Vec<String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let found = files(&sources.join(folder)).into_iter().filter(|file| {
        let text = fs::read_to_string(file).expect("a file");
        let lines = text.lines().take_while(|line| !line.trim_start().starts_with("#[cfg(test"));
        let mut code = lines.filter(|line| !line.trim_start().starts_with("//") && !line.contains("$crate"));
        code.any(|line| words.iter().any(|word| line.contains(word)))
    });
    found.map(|file| file.strip_prefix(&sources).expect("below the sources").display().to_string()).collect()
}

#[test]
fn folders_know_what_comes_before_them() {
    let none = Vec::<String>::new();
    let folders = ["spec", "kernels", "tensor", "weights", "activations", "layer", "layers", "train"]
        .map(|name| ["crate::", name, "::"].concat());
    let [_, kernels, _, weights, activations, layer, layers, train] = folders.each_ref().map(String::as_str);
    assert_eq!(with("spec", &["nalgebra", "rand::", "bytemuck", "libm"]), none);
    assert_eq!(with("spec", &[kernels, "crate::tensor::", weights, activations, layer, layers, train]), none);
    assert_eq!(with("kernels", &["nalgebra", weights, activations, layer, layers, train]), none);
    assert_eq!(with("tensor", &[weights, activations, layer, layers, train]), none);
    assert_eq!(with("weights", &[activations, layer, layers, train]), none);
    assert_eq!(with("layer", &[layers, train]), none);
    assert_eq!(with("train", &[layers]), none);
    assert_eq!(with("layers", &[train]), none);
    assert!(!with("layers", &[kernels]).is_empty(), "nothing is found");
}
