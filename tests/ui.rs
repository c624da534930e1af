//! Programs that do not compile, and the messages: one mistake per file, in a folder named after the rule. The examples
//! of the catalogue of errors stand on their pages, `src/errors/<code>/wrong.rs`.
//!
//! ```sh
//! cargo test --test ui                     # all of them
//! NN_UI=labels cargo test --test ui        # files whose path has this word
//! BLESS=1 cargo test --test ui             # writes the expected messages anew; read them before you commit them
//! ```
//!
//! A part of the messages is rustc's own text, so they hold for the toolchain in `rust-toolchain.toml`.

#[path = "ui/compile.rs"]
mod compile;

use compile::{Compiler, Emit};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, thread};

/// Errors that rustc finds only when it builds a program. The file without messages beside them passes.
fn is_found_late(path: &Path) -> bool {
    let path = path.to_str().expect("UTF-8");
    path.starts_with("tests/ui/memory")
        || path.ends_with("sizes_of_images.rs")
        || path.ends_with("flat_arrays_as_samples.rs")
        || path.contains("/nn0507/")
        || path.contains("/nn06")
}

/// The files that a folder of a folder has, by name.
fn files(root: &str, name: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let folders = fs::read_dir(root).expect("a folder").map(|entry| entry.expect("an entry").path());
    let inside = folders.filter(|path| path.is_dir()).flat_map(|path| fs::read_dir(path).expect("a folder"));
    let paths = inside.map(|entry| entry.expect("an entry").path());
    let mut files: Vec<PathBuf> = paths.filter(|path| name(path.file_name().unwrap().to_str().unwrap())).collect();
    files.sort();
    files
}

/// The difference between the expected and the actual messages of a program, if there is one.
fn difference(compiler: &Compiler, file: &Path, bless: bool) -> Option<String> {
    let emit = if is_found_late(file) { Emit::Program } else { Emit::Metadata };
    let actual = compiler.messages(file, emit);
    let beside = file.with_extension("stderr");
    let expected = fs::read_to_string(&beside).unwrap_or_default();
    if actual == expected {
        return None;
    }
    if bless {
        let written = if actual.is_empty() { fs::remove_file(&beside) } else { fs::write(&beside, &actual) };
        written.expect("the messages can be written");
        return None;
    }
    Some(format!("=== {}: expected\n{expected}\n=== actual\n{actual}", file.display()))
}

#[test]
fn invalid_programs_do_not_compile() {
    let word = env::var("NN_UI").unwrap_or_default();
    let bless = env::var_os("BLESS").is_some();
    let cases = files("tests/ui", |name| name.ends_with(".rs"));
    let pages = files("src/errors", |name| name == "wrong.rs");
    assert!(cases.len() > 150 && pages.len() > 60, "the programs were not found");
    let all = cases.into_iter().chain(pages).filter(|file| file.to_str().unwrap().contains(&word));
    let all: Vec<PathBuf> = all.collect();

    let (compiler, next, wrong) = (Compiler::new(), AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(file) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    wrong.lock().unwrap().extend(difference(&compiler, file, bless));
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}\n{} of {} programs have other messages", wrong.join("\n"), wrong.len(), all.len());
}
