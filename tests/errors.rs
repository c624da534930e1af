//! The catalogue of errors. Every code has a page. `tests/ui.rs` compares the messages of its first example, and a
//! documentation test compiles the second.

use nn::Code;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All files below a folder with this ending.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            found.extend(files(&entry, ending));
        } else if entry.to_string_lossy().ends_with(ending) {
            found.push(entry);
        }
    }
    found.sort();
    found
}

/// A part of the page of a code.
fn part(code: Code, file: &str) -> String {
    read(&root().join(format!("src/errors/{code}/{file}")))
}

/// The contents of a page's code blocks that begin with one of these lines.
fn blocks<'a>(page: &'a str, fences: &[&str]) -> Vec<&'a str> {
    let mut parts = page.split("```");
    let mut found = Vec::new();
    // The text before a fence, then the text inside.
    while let (Some(_), Some(block)) = (parts.next(), parts.next()) {
        let (fence, content) = block.split_once('\n').unwrap_or((block, ""));
        if fences.contains(&fence) {
            found.push(content);
        }
    }
    found
}

#[test]
fn every_code_has_a_page() {
    for &code in Code::ALL {
        let why = part(code, "why.md");
        assert_eq!(why.lines().next(), Some(&*format!("{code}: {}", code.title())), "the title of {code}");
        assert!(!part(code, "wrong.rs").is_empty(), "the wrong example of {code}");
        let messages = part(code, "wrong.stderr");
        assert!(messages.contains(&format!("nn::errors::{code}")), "the wrong example of {code} does not give it");
        assert_eq!(blocks(&part(code, "right.md"), &["", "no_run"]).len(), 1, "right examples of {code}");
    }
}

#[test]
fn every_page_is_of_a_code() {
    let codes: BTreeSet<String> = Code::ALL.iter().map(ToString::to_string).collect();
    let pages = fs::read_dir(root().join("src/errors")).expect("a folder").map(|entry| entry.expect("an entry"));
    let pages: BTreeSet<String> = pages.map(|entry| entry.file_name().to_string_lossy().into()).collect();
    assert_eq!(pages, codes, "the folders in src/errors");
    let list = read(&root().join("src/errors.rs"));
    let list = list.split_once("pages! {").and_then(|(_, list)| list.split_once('}')).expect("the list of pages").0;
    let list: BTreeSet<String> = list.split_whitespace().map(ToString::to_string).collect();
    assert_eq!(list, codes, "the list in src/errors.rs");
}

#[test]
fn what_messages_refer_to_exists() {
    let codes: BTreeSet<String> = Code::ALL.iter().map(ToString::to_string).collect();
    let sources = ["src", "nn-core/src", "nn-macros/src"].map(|folder| files(&root().join(folder), ".rs"));
    for path in sources.iter().flatten() {
        for after in read(path).split("nn::errors::").skip(1) {
            let code: String = after.chars().take_while(char::is_ascii_alphanumeric).collect();
            assert!(!code.starts_with("nn0") || codes.contains(&code), "{}: {code} has no page", path.display());
        }
    }
}

/// The files with expected messages.
fn expectations() -> Vec<PathBuf> {
    ["tests/ui", "src/errors"].iter().flat_map(|folder| files(&root().join(folder), ".stderr")).collect()
}

#[test]
fn a_token_is_to_blame() {
    for path in expectations() {
        let source = read(&path.with_extension("rs"));
        for error in read(&path).split("\n\n").filter(|part| part.starts_with("error")) {
            let place = error.lines().find_map(|line| line.split_once("--> ")).map_or("", |(_, place)| place);
            let line: Option<usize> = place.split(':').nth(1).and_then(|line| line.parse().ok());
            let line = line.and_then(|line| source.lines().nth(line - 1)).unwrap_or_default();
            // A graph may stand on one line: the whole call then begins in the first column.
            let whole = line.starts_with("model!") && place.split(':').nth(2).is_none_or(|column| column.trim() == "1");
            assert!(!whole, "{}: an error on the whole call", path.display());
        }
    }
}

#[test]
fn no_expectation_is_stale() {
    for path in files(&root().join("tests/ui"), ".stderr") {
        assert!(path.with_extension("rs").exists(), "{} belongs to no test", path.display());
    }
    let compiler = root().join("tests/ui/compile.rs");
    for path in files(&root().join("tests/ui"), ".rs").into_iter().filter(|path| *path != compiler) {
        // The only cases that compile.
        let passes = ["memory/fits.rs", "training/own_methods.rs", "training/samples_in_any_form.rs"];
        let passes = passes.iter().any(|end| path.ends_with(end));
        assert!(passes != path.with_extension("stderr").exists(), "{} has no .stderr", path.display());
    }
}

/// A documentation test compiles the first example of the README. Its other blocks are excerpts of what is tested.
#[test]
fn the_readme_quotes_what_is_tested() {
    let readme = read(&root().join("README.md"));
    let quotes = |fence, file: &str| {
        let source = read(&root().join(file));
        let quoted = blocks(&readme, &[fence]);
        assert_eq!(quoted.len(), 1, "blocks of {fence}");
        // The place of an error is that in the README's example.
        for line in quoted[0].lines().take_while(|line| !line.starts_with(" --> ")) {
            let line = line.split(" // ").next().unwrap_or_default().trim();
            assert!(source.contains(line), "`{line}` of the README is not in {file}");
        }
    };
    quotes("rs", "firmware/src/bin/digits.rs");
    quotes("text", "src/errors/nn0101/wrong.stderr");
}
