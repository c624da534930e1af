//! [`CsvLogger`]: logs the numbers of every epoch.

use super::{Callback, CallbackMemory, Run};
use crate::files::file;
use crate::{Error, Result};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Writes the numbers of every epoch to a CSV file, one line for each epoch.
///
/// The columns are `epoch` (counted from 0) and the reported names in alphabetical order. An epoch without a number has
/// `NA`. A callback's name gets a column only if the first epoch reports it. Lines end with CR LF, as in RFC 4180 and
/// Keras. A field with the separator is quoted.
///
/// If a run [resumes](crate::Fit::resume), the file continues behind the last line that the checkpoint knows. It
/// becomes the file of a run that was never stopped.
///
/// ```
/// use nn::prelude::*;
/// use nn::callbacks::CsvLogger;
///
/// let fit = Fit::new().epochs(10).callback(CsvLogger::new("training.csv"));
/// # let _ = fit;
/// ```
///
/// Source: <https://keras.io/api/callbacks/csv_logger/>
#[derive(Debug)]
pub struct CsvLogger {
    path: PathBuf,
    separator: String,
    append: bool,
    /// The names of the columns behind `epoch`, from the file or from its first epoch.
    keys: Option<Vec<String>>,
    /// Whether the file has a header.
    header: bool,
    /// Whether the columns are those of a file that another run began. The next epoch must then have no others.
    check: bool,
    /// The length of the file.
    length: u64,
    file: Option<File>,
    /// Whether the file ended with a whole line when it was opened.
    untouched: Option<bool>,
}

impl CsvLogger {
    /// Makes a logger that writes to this file. It replaces an existing file.
    pub fn new(path: impl AsRef<Path>) -> Self {
        CsvLogger {
            path: path.as_ref().into(),
            separator: ",".into(),
            append: false,
            keys: None,
            header: false,
            check: false,
            length: 0,
            file: None,
            untouched: None,
        }
    }

    /// Sets the text between the columns. The default is `,`.
    pub fn separator(mut self, separator: impl Into<String>) -> Self {
        self.separator = separator.into();
        self
    }

    /// Sets whether it appends to an existing file, whose columns the run must report. Off by default.
    pub fn append(mut self, append: bool) -> Self {
        self.append = append;
        self
    }

    fn write(&mut self, text: &str) -> Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        file.write_all(text.as_bytes()).map_err(Error::io(&self.path))?;
        self.length += text.len() as u64;
        Ok(())
    }

    fn line<'a>(&self, fields: impl Iterator<Item = &'a str>) -> String {
        let special = |field: &str| field.contains(&self.separator) || field.contains(['"', '\r', '\n']);
        let quote = |field: &str| match special(field) {
            true => format!("\"{}\"", field.replace('"', "\"\"")),
            false => field.into(),
        };
        fields.map(quote).collect::<Vec<_>>().join(&self.separator) + "\r\n"
    }

    /// Reads the fields of the first line.
    fn fields(&self, text: &str) -> Vec<String> {
        let (mut fields, mut field, mut quoted) = (Vec::new(), String::new(), false);
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            if next == '"' && quoted && rest[1..].starts_with('"') {
                field.push(next);
                rest = &rest[2..];
                continue;
            }
            if !quoted && matches!(next, '\r' | '\n') {
                break;
            }
            if let Some(after) = rest.strip_prefix(self.separator.as_str()).filter(|_| !quoted) {
                fields.push(core::mem::take(&mut field));
                rest = after;
                continue;
            }
            match next {
                '"' => quoted = !quoted,
                next => field.push(next),
            }
            rest = &rest[next.len_utf8()..];
        }
        fields.push(field);
        fields
    }

    /// Takes the columns of an existing file.
    fn read_header(&mut self, text: &str) -> Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let mut fields = self.fields(text);
        if fields.first().is_none_or(|first| first != "epoch") {
            let got = format!("`{}`", text.lines().next().unwrap_or_default());
            return Err(self.columns("a first line of columns that begins with `epoch`", got));
        }
        fields.remove(0);
        (self.keys, self.header) = (Some(fields), true);
        Ok(())
    }

    fn columns(&self, expected: &str, got: String) -> Error {
        Error::Callback(format!("CsvLogger: {}: expected {expected}, got {got}", self.path.display()).into())
    }

    /// Checks that an existing file has a column for every name.
    fn check_columns<'a>(&self, mut names: impl Iterator<Item = &'a str>) -> Result<()> {
        let Some(keys) = self.keys.as_ref().filter(|_| self.header) else { return Ok(()) };
        match names.find(|name| !keys.iter().any(|key| key == name)) {
            Some(name) => {
                let got = format!("epoch{}{}", self.separator, keys.join(&self.separator));
                Err(self.columns(&format!("a column `{name}`"), format!("`{got}`")))
            }
            None => Ok(()),
        }
    }

    /// Opens the file. Only the first line changes it, because the run may not begin.
    fn open(&mut self, keep: u64, whole: bool) -> io::Result<()> {
        file::check_pipe(&self.path)?;
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&self.path)?;
        let found = file.metadata()?;
        self.length = if found.is_file() { found.len().min(keep) } else { 0 };
        (self.file, self.untouched) = (Some(file), Some(whole));
        Ok(())
    }

    /// Prepares the file for the first line: cuts it to the kept length, and ends the partial line of a killed program.
    fn touch(&mut self) -> Result<()> {
        let (Some(whole), Some(file)) = (self.untouched.take(), &mut self.file) else { return Ok(()) };
        let mut cut = || {
            if file.metadata()?.is_file() {
                file.set_len(self.length)?;
                file.seek(SeekFrom::End(0))?;
            }
            Ok(())
        };
        cut().map_err(Error::io(&self.path))?;
        if whole { Ok(()) } else { self.write("\r\n") }
    }
}

/// Reads the start of a file with a header, and whether its first `keep` bytes end with a line.
fn ends(path: &Path, keep: u64) -> io::Result<(Vec<u8>, bool)> {
    const HEADER: u64 = 1 << 20;
    let mut start = Vec::new();
    match fs::metadata(path) {
        Ok(file) if file.is_file() && file.len().min(keep) > 0 => {
            let length = file.len().min(keep);
            let mut file = File::open(path)?;
            (&mut file).take(length.min(HEADER)).read_to_end(&mut start)?;
            file.seek(SeekFrom::Start(length - 1))?;
            let mut last = [0];
            file.read_exact(&mut last)?;
            Ok((start, last == *b"\n"))
        }
        _ => Ok((start, true)),
    }
}

impl Callback for CsvLogger {
    fn name(&self) -> String {
        let file = self.path.file_name().unwrap_or_default();
        format!("CsvLogger.{}", file.display())
    }

    fn remember(&self, memory: &mut CallbackMemory) {
        memory.set_count("length", self.length);
    }

    fn on_train_begin(&mut self, run: &mut Run<'_>) -> Result<()> {
        (self.keys, self.header, self.file) = (None, false, None);
        if self.separator.is_empty() || self.separator.contains(['"', '\r', '\n']) {
            let got = format!("{:?}", self.separator);
            return Err(Error::setting("separator", "a text without quotes and ends of lines", got));
        }
        let known = run.memory().and_then(|memory| memory.count("length"));
        let keep = known.unwrap_or(if self.append { u64::MAX } else { 0 });
        let (start, whole) = ends(&self.path, keep).map_err(Error::io(&self.path))?;
        self.read_header(&String::from_utf8_lossy(&start))?;
        self.check_columns(run.measured())?;
        self.check = self.header && known.is_none();
        self.open(keep, whole).map_err(Error::io(&self.path))
    }

    fn on_epoch_end(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        let logs = run.logs();
        if core::mem::take(&mut self.check) {
            self.check_columns(logs.iter().map(|(name, _)| name.as_str()))?;
        }
        self.touch()?;
        let mut keys = self.keys.take().unwrap_or_default();
        if !self.header {
            keys = run.measured().chain(logs.iter().map(|(name, _)| name.as_str())).map(String::from).collect();
            keys.sort();
            keys.dedup();
            self.write(&self.line(["epoch"].into_iter().chain(keys.iter().map(String::as_str))))?;
            self.header = true;
        }
        let value = |key: &String| {
            logs.iter().find(|(name, _)| name == key).map_or("NA".into(), |(_, value)| value.to_string())
        };
        let fields: Vec<_> = [epoch.to_string()].into_iter().chain(keys.iter().map(value)).collect();
        self.keys = Some(keys);
        self.write(&self.line(fields.iter().map(String::as_str)))
    }

    fn on_train_end(&mut self, _: &mut Run<'_>) -> Result<()> {
        self.file = None;
        Ok(())
    }
}
