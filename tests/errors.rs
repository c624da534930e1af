//! The catalogue of errors: every code has a page, and every page shows a message that a test in `tests/ui` holds.
//!
//! That the wrong example of a page does not compile, and that the right one does, is a documentation test. Here the wrong
//! example is compared with the files in `tests/ui`, and the message with what that file gives; `BLESS=1 cargo test --test
//! errors` writes the messages of the pages anew.

use nn::Code;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{env, fs};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All files below a folder whose name ends like this.
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

fn page(code: Code) -> PathBuf {
    root().join(format!("src/errors/{code}.md"))
}

/// The contents of the code blocks of a page that begin with one of these lines.
fn blocks<'a>(page: &'a str, fences: &[&str]) -> Vec<&'a str> {
    let mut parts = page.split("```");
    let mut found = Vec::new();
    // What is before a fence, then what is inside.
    while let (Some(_), Some(block)) = (parts.next(), parts.next()) {
        let (fence, content) = block.split_once('\n').unwrap_or((block, ""));
        if fences.contains(&fence) {
            found.push(content);
        }
    }
    found
}

/// A program without layout, and without what hides lines from readers of the documentation.
fn program(text: &str) -> String {
    text.lines().map(|line| line.strip_prefix("# ").unwrap_or(line).trim()).filter(|line| !line.is_empty()).collect()
}

/// The first message of a file, without what rustc adds about the library.
fn message(stderr: &str) -> String {
    let lines = stderr.lines().enumerate();
    let first =
        lines.take_while(|(i, line)| *i == 0 || !line.is_empty() && !line.starts_with(|c: char| c.is_alphabetic()));
    let text: Vec<&str> = first.map(|(_, line)| line).collect();
    let text: Vec<String> = text
        .iter()
        .map(|line| match line.split_once("--> ") {
            Some((before, place)) => format!("{before}--> src/main.rs:{}", place.split_once(':').unwrap_or(("", "")).1),
            None => line.to_string(),
        })
        .collect();
    text.join("\n") + "\n"
}

/// The programs in `tests/ui`, with their files.
fn programs() -> BTreeMap<String, PathBuf> {
    files(&root().join("tests/ui"), ".rs").into_iter().map(|path| (program(&read(&path)), path)).collect()
}

#[test]
fn every_code_has_a_page() {
    for &code in Code::ALL {
        let text = read(&page(code));
        let first = text.lines().next().unwrap_or_default();
        assert_eq!(first, format!("{code}: {}", code.title()), "the title of {code}.md");
        assert_eq!(blocks(&text, &["compile_fail"]).len(), 1, "wrong examples of {code}.md");
        assert_eq!(blocks(&text, &["text"]).len(), 1, "messages of {code}.md");
        assert_eq!(blocks(&text, &["", "no_run"]).len(), 1, "right examples of {code}.md");
    }
}

#[test]
fn every_page_is_of_a_code() {
    let codes: BTreeSet<String> = Code::ALL.iter().map(ToString::to_string).collect();
    let pages = files(&root().join("src/errors"), ".md");
    let pages: BTreeSet<String> = pages.iter().map(|path| path.file_stem().unwrap().to_string_lossy().into()).collect();
    assert_eq!(pages, codes, "the files in src/errors");
    let list = read(&root().join("src/errors.rs"));
    let list = list.split_once("pages! {").and_then(|(_, list)| list.split_once('}')).expect("the list of pages").0;
    let list: BTreeSet<String> = list.split_whitespace().map(ToString::to_string).collect();
    assert_eq!(list, codes, "the list in src/errors.rs");
}

#[test]
fn every_page_shows_what_a_test_gives() {
    let programs = programs();
    for &code in Code::ALL {
        let text = read(&page(code));
        let wrong = blocks(&text, &["compile_fail"])[0];
        let Some(test) = programs.get(&program(wrong)) else {
            panic!("the wrong example of {code}.md is no file of tests/ui");
        };
        let stderr = read(&test.with_extension("stderr"));
        assert!(stderr.contains(&format!("nn::errors::{code}")), "{} does not give {code}", test.display());
        let (shown, given) = (blocks(&text, &["text"])[0], message(&stderr));
        if shown != given && env::var_os("BLESS").is_some() {
            let (shown, given) = (format!("```text\n{shown}```"), format!("```text\n{given}```"));
            fs::write(page(code), text.replace(&shown, &given)).expect("the page can be written");
        } else {
            assert!(shown == given, "the message of {code}.md is out of date (`BLESS=1` writes it): {given}");
        }
    }
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

#[test]
fn a_token_is_to_blame() {
    for path in files(&root().join("tests/ui"), ".stderr") {
        let source = read(&path.with_extension("rs"));
        for error in read(&path).split("\n\n").filter(|part| part.starts_with("error")) {
            let place = error.lines().find_map(|line| line.split_once("--> ")).map_or("", |(_, place)| place);
            let line: Option<usize> = place.split(':').nth(1).and_then(|line| line.parse().ok());
            let line = line.and_then(|line| source.lines().nth(line - 1)).unwrap_or_default();
            assert!(!line.starts_with("model!"), "{}: an error on the whole call", path.display());
        }
    }
}

#[test]
fn no_expectation_is_stale() {
    for path in files(&root().join("tests/ui"), ".stderr") {
        assert!(path.with_extension("rs").exists(), "{} belongs to no test", path.display());
    }
    for path in files(&root().join("tests/ui"), ".rs") {
        // The only one that compiles.
        let passes = path.ends_with("memory/fits.rs");
        assert!(passes != path.with_extension("stderr").exists(), "{} has no .stderr", path.display());
    }
}

#[test]
fn every_folder_of_tests_is_run() {
    let list = read(&root().join("tests/ui.rs"));
    for entry in fs::read_dir(root().join("tests/ui")).expect("a folder") {
        let name = entry.expect("an entry").file_name();
        let name = name.to_string_lossy();
        let runs = list.contains(&format!("\"{name}\"")) || list.contains(&format!("tests/ui/{name}/"));
        assert!(runs, "tests/ui.rs does not run {name}");
    }
}
