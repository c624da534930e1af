//! The rules of folders that a search can check.

use std::path::{Path, PathBuf};
use std::{env, fs};

/// Lists the files below a folder, or the file itself.
fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.into()];
    }
    let entries = fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| files(&path)).filter(|path| path.extension().is_some_and(|end| end == "rs")).collect()
}

/// Lists the source files whose code has one of the words.
fn with(folder: &str, words: &[&str]) -> Vec<String> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let found = files(&sources.join(folder)).into_iter().filter(|file| {
        let text = fs::read_to_string(file).expect("a file");
        let mut code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        code.any(|line| words.iter().any(|word| line.contains(word)))
    });
    let names = found.map(|file| file.strip_prefix(&sources).expect("below the sources").display().to_string());
    names.filter(|name| name != "stages.rs").collect()
}

#[test]
fn folders_know_what_comes_before_them() {
    let none = Vec::<String>::new();
    assert_eq!(with("files", &["crate::train", "crate::report", "crate::callbacks"]), none);
    assert_eq!(with("report", &["crate::train", "crate::callbacks", "Model", "Compiled"]), none);
    for file in ["predict.rs", "threads.rs", "check.rs", "error.rs", "warning.rs"] {
        let later = ["crate::train", "crate::callbacks", "crate::report", "crate::files", "Compiled"];
        assert_eq!(with(file, &later), none);
    }
    assert!(!with("train", &["crate::train"]).is_empty(), "nothing is found");
}

#[test]
fn one_file_knows_threads_and_one_replaces_files() {
    assert_eq!(with("", &["rayon::"]), ["threads.rs"]);
    assert_eq!(with("", &["fs::rename", "truncate(true)", "File::create(", "fs::write"]), ["files/file.rs"]);
}

/// A reader should be able to keep a whole file in mind.
#[test]
fn no_file_has_more_than_400_lines() {
    const MOST: usize = 400;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let all: Vec<PathBuf> =
        ["src", "nn-core/src", "nn-macros/src"].iter().flat_map(|name| files(&root.join(name))).collect();
    assert!(all.len() > 300, "the sources were not found");
    let lengths = all.iter().map(|file| (file, fs::read_to_string(file).expect("a file").lines().count()));
    let long = lengths.filter(|(_, lines)| *lines > MOST);
    let long: Vec<String> = long.map(|(file, lines)| format!("{}: {lines} lines", file.display())).collect();
    assert!(long.is_empty(), "more than {MOST} lines:\n{}", long.join("\n"));
}
