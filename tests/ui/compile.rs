//! Compiles a program with rustc alone, and brings its messages into a form that is the same on every machine.
//!
//! cargo takes longer for such a program than rustc does, and locks its folder; here all processors are at work.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The stages of compilation that a program goes through.
pub(crate) enum Emit {
    /// All checks, and no code.
    Metadata,
    /// The program, but not linked: constants of generic functions are evaluated on the way.
    Program,
}

/// rustc, with the library that programs use.
pub(crate) struct Compiler {
    rustc: PathBuf,
    library: PathBuf,
    /// The folders of the repository and of the sources of the standard library, and their names in messages.
    places: Vec<(String, &'static str)>,
}

impl Compiler {
    /// Finds the library.
    pub(crate) fn new() -> Self {
        let library = Path::new(nn_linked::linked!(nn)).to_path_buf();
        assert!(library.exists(), "there is no library at {}", library.display());
        let rustc = PathBuf::from(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        let sysroot = Command::new(&rustc).args(["--print", "sysroot"]).output().expect("rustc runs").stdout;
        let sysroot = String::from_utf8(sysroot).expect("UTF-8");
        let places = vec![
            (format!("{}/", env::current_dir().expect("a folder").display()), ""),
            (format!("{}/lib/rustlib/src/rust/library/", sysroot.trim_end()), "$RUST/"),
        ];
        Self { rustc, library, places }
    }

    /// The messages of a program. Those of a program that compiles are empty, and so are its warnings alone.
    pub(crate) fn messages(&self, file: &Path, emit: Emit) -> String {
        let name: String =
            file.display().to_string().chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ui").join(name);
        fs::create_dir_all(&out).expect("a folder");
        let mut external = std::ffi::OsString::from("nn=");
        external.push(&self.library);
        let mut dependencies = std::ffi::OsString::from("dependency=");
        dependencies.push(self.library.parent().expect("a folder"));
        let mut rustc = Command::new(&self.rustc);
        rustc.args(["--edition", "2024", "--crate-type", "bin", "--crate-name", "case", "--extern"]).arg(&external);
        rustc.arg("-L").arg(&dependencies).arg(match emit {
            Emit::Metadata => "--emit=metadata",
            Emit::Program => "--emit=obj",
        });
        let output = rustc.arg("--out-dir").arg(&out).arg(file).output().expect("rustc runs");
        fs::remove_dir_all(&out).expect("the folder can be removed");
        self.normalised(&String::from_utf8(output.stderr).expect("UTF-8"))
    }

    /// Messages without counts of errors, and without what moves when a file of the library changes.
    fn normalised(&self, said: &str) -> String {
        let mut text = String::new();
        let (mut shown, mut margin) = (Shown::Program, 0);
        let lines: Vec<&str> = said.lines().filter(|line| !is_summary(line)).collect();
        for (i, line) in lines.iter().enumerate() {
            let line = self.places.iter().fold(line.to_string(), |line, (path, name)| line.replace(path, name));
            if let Some((before, path)) = arrow(&line) {
                shown = Shown::at(path);
                // The longest number in the whole message sets the margin, and may be that of a line of the library.
                let below = lines[i + 1..].iter().take_while(|line| arrow(line).is_none() && !is_heading(line));
                let width =
                    if matches!(shown, Shown::Program) { below.map(|line| number(line)).max() } else { Some(2) };
                margin = before.saturating_sub(width.unwrap_or_default());
            } else if is_heading(&line) {
                (shown, margin) = (Shown::Program, 0);
            }
            let line = match shown {
                Shown::Program => line,
                Shown::Rust if arrow(&line).is_none() && is_code(&line) => continue,
                Shown::Library | Shown::Rust => without_numbers(&line),
            };
            let spaces = line.len() - line.trim_start_matches(' ').len();
            text.push_str(line[margin.min(spaces)..].trim_end());
            text.push('\n');
        }
        text.truncate(text.trim_end().len());
        if text.is_empty() { text } else { text + "\n" }
    }
}

/// Whether a line counts errors, or names a file that rustc wrote.
fn is_summary(line: &str) -> bool {
    let starts = ["error: aborting due to", "For more information about", "Some errors have detailed explanations"];
    let names = ["has been written to '", "consider using `--verbose` to print the full type name"];
    starts.iter().any(|start| line.starts_with(start))
        || names.iter().any(|name| line.contains(name))
        || line.starts_with("warning: ") && line.ends_with(" emitted")
}

/// The indentation of the arrow in front of the name of a file, and the name with line and column.
fn arrow(line: &str) -> Option<(usize, &str)> {
    let text = line.trim_start_matches(' ');
    let name = text.strip_prefix("--> ").or_else(|| text.strip_prefix("::: "))?;
    Some((line.len() - text.len(), name))
}

/// Whether a line begins a message or one of its notes.
fn is_heading(line: &str) -> bool {
    !line.starts_with([' ', '.']) && !line.starts_with(|c: char| c.is_ascii_digit())
}

/// The columns of the number of a line of code.
fn number(line: &str) -> usize {
    let line = line.trim_start_matches(' ');
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if is_code(line) { digits } else { 0 }
}

/// Whether a line shows code, or marks what stands above it.
fn is_code(line: &str) -> bool {
    line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ').starts_with('|')
}

/// The file that a part of a message shows.
#[derive(Clone, Copy)]
enum Shown {
    /// The program itself.
    Program,
    /// A file of this repository or of a dependency.
    Library,
    /// A file of the standard library, whose lines are shown only if its sources are installed.
    Rust,
}

impl Shown {
    fn at(path: &str) -> Self {
        match path {
            path if path.starts_with("tests/ui/") || path.starts_with("src/errors/") => Self::Program,
            path if path.starts_with("$RUST/") || path.starts_with("/rustc/") => Self::Rust,
            _ => Self::Library,
        }
    }
}

/// A line without the number of a line of code, and a path without line and column.
fn without_numbers(line: &str) -> String {
    if arrow(line).is_some() {
        return line.rsplitn(3, ':').last().expect("a part").to_string();
    }
    if !is_code(line) {
        return line.to_string();
    }
    let digits = line.find(|c: char| !c.is_ascii_digit() && c != ' ').expect("a mark");
    format!("{}{}", " ".repeat(digits), &line[digits..])
}
