//! [`CsvLogger`]: the numbers of every epoch in a file.

use super::{Callback, Run};
use crate::{Error, Result};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// Writes the numbers of every epoch to a file, a line each.
///
/// The columns are `epoch` (counted from 0) and the names in alphabetical order. Where the first epoch has no validation
/// there is a column `val_<name>` for each as well, with `NA` in epochs without. Lines end as RFC 4180 and Keras have it,
/// with CR LF.
///
/// ```
/// use nn::prelude::*;
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
    header: bool,
    keys: Option<Vec<String>>,
    file: Option<File>,
}

impl CsvLogger {
    /// Writes to this file, which is replaced if it exists.
    pub fn new(path: impl AsRef<Path>) -> Self {
        CsvLogger {
            path: path.as_ref().into(),
            separator: ",".into(),
            append: false,
            header: true,
            keys: None,
            file: None,
        }
    }

    /// What stands between the columns; `,` by default.
    pub fn separator(mut self, separator: impl Into<String>) -> Self {
        self.separator = separator.into();
        self
    }

    /// Whether it goes on at the end of a file that exists, to continue a run; off by default.
    pub fn append(mut self, append: bool) -> Self {
        self.append = append;
        self
    }

    fn write(&mut self, fields: impl Iterator<Item = String>) -> Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        // Names are identifiers and numbers have no separator in them, unless somebody chooses an odd one.
        let line = fields.collect::<Vec<_>>().join(&self.separator) + "\r\n";
        file.write_all(line.as_bytes()).map_err(Error::io(&self.path))
    }
}

impl Callback for CsvLogger {
    fn on_train_begin(&mut self, _: &mut Run<'_>) -> Result<()> {
        (self.keys, self.header) = (None, true);
        if self.append && self.path.exists() {
            let mut first = [0];
            let read = File::open(&self.path).and_then(|mut file| file.read(&mut first));
            self.header = read.map_err(Error::io(&self.path))? == 0;
        }
        let mut options = OpenOptions::new();
        options.create(true).write(true).append(self.append).truncate(!self.append);
        self.file = Some(options.open(&self.path).map_err(Error::io(&self.path))?);
        Ok(())
    }

    fn on_epoch_end(&mut self, epoch: usize, run: &mut Run<'_>) -> Result<()> {
        let logs = run.logs();
        if self.keys.is_none() {
            let mut keys: Vec<_> = logs.iter().map(|(name, _)| name.clone()).collect();
            keys.sort();
            if !keys.iter().any(|key| key.starts_with("val_")) {
                keys.extend(keys.clone().iter().map(|key| format!("val_{key}")));
            }
            if self.header {
                self.write(["epoch".into()].into_iter().chain(keys.iter().cloned()))?;
            }
            self.keys = Some(keys);
        }
        let value = |key: &String| {
            logs.iter().find(|(name, _)| name == key).map_or("NA".into(), |(_, value)| value.to_string())
        };
        let fields: Vec<_> = self.keys.iter().flatten().map(value).collect();
        self.write([epoch.to_string()].into_iter().chain(fields))
    }

    fn on_train_end(&mut self, _: &mut Run<'_>) -> Result<()> {
        self.file = None;
        Ok(())
    }
}
