//! [`Verbose`], and the output of a running `fit`.

#[cfg_attr(not(feature = "progress"), path = "progress/no_bar.rs")]
mod bar;

use crate::report::values::{Report, write_values};
use bar::Bar;
use std::io::{IsTerminal, Write, stderr, stdout};
use std::time::{Duration, Instant};

/// The output of `fit`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verbose {
    /// A bar on a terminal. Elsewhere, or without the feature `progress`, a line for each epoch.
    #[default]
    Auto,
    /// No output; Keras's 0.
    Silent,
    /// The same as [`Auto`](Self::Auto); Keras's 1.
    ProgressBar,
    /// A line for each epoch; Keras's 2.
    OneLine,
}

/// Converts Keras's numbers. A number above 2 counts as 2.
impl From<bool> for Verbose {
    fn from(verbose: bool) -> Self {
        u8::from(verbose).into()
    }
}

impl From<u8> for Verbose {
    fn from(number: u8) -> Self {
        match number {
            0 => Verbose::Silent,
            1 => Verbose::ProgressBar,
            _ => Verbose::OneLine,
        }
    }
}

/// The time between two drawings of a bar.
const REDRAW: Duration = Duration::from_millis(50);

/// The output of one call of `fit`.
pub(crate) struct Progress {
    verbose: Verbose,
    epochs: usize,
    /// The steps of an epoch, or 0 if unknown.
    steps: usize,
    /// The steps of this epoch so far.
    done: usize,
    epoch: usize,
    started: Instant,
    drawn: Instant,
    bar: Option<Bar>,
}

impl Progress {
    pub(crate) fn new(verbose: Verbose, epochs: usize) -> Self {
        let verbose = match verbose {
            Verbose::Auto | Verbose::ProgressBar if Bar::DRAWN && stdout().is_terminal() => Verbose::ProgressBar,
            Verbose::Silent => Verbose::Silent,
            _ => Verbose::OneLine,
        };
        Progress {
            verbose,
            epochs,
            steps: 0,
            done: 0,
            epoch: 0,
            started: Instant::now(),
            drawn: Instant::now(),
            bar: None,
        }
    }

    /// Begins an epoch. `steps` is its number of steps, if known.
    pub(crate) fn begin(&mut self, epoch: usize, steps: Option<usize>) {
        (self.epoch, self.steps, self.done) = (epoch, steps.unwrap_or(0), 0);
        self.started = Instant::now();
        self.drawn = self.started;
        if self.verbose == Verbose::ProgressBar {
            print_line(&format!("Epoch {}/{}", epoch + 1, self.epochs));
            self.bar = Bar::new(steps);
        }
    }

    /// Reports the steps that are done.
    pub(crate) fn step(&mut self, steps: usize, report: impl FnOnce() -> Report) {
        self.done = steps;
        let Some(bar) = &self.bar else { return };
        if self.drawn.elapsed() < REDRAW || steps == self.steps {
            return;
        }
        self.drawn = Instant::now();
        let each = self.started.elapsed() / steps as u32;
        let each_step = format!("{}/step - {}", short(each), report());
        match self.steps.checked_sub(steps) {
            Some(left) => bar.draw(steps, format!("{} {each_step}", clock(each * left as u32))),
            None => bar.draw(steps, each_step),
        }
    }

    /// Prints a line above the bar.
    pub(crate) fn aside(&self, print: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Ends the epoch with these values.
    pub(crate) fn end(&mut self, logs: &[(String, f64)]) {
        if self.verbose == Verbose::Silent {
            return;
        }
        let took = self.started.elapsed();
        let each = took / self.done.max(1) as u32;
        let mut values = String::new();
        let _ = write_values(&mut values, logs.iter().map(|(name, value)| (name, *value)));
        let (took, each) = (clock(took), short(each));
        match self.bar.take() {
            Some(bar) => {
                bar.leave(self.done, format!("{took} {each}/step - {values}"));
            }
            None => {
                let (epoch, epochs, done) = (self.epoch + 1, self.epochs, self.done);
                let steps = if self.steps == 0 { done } else { self.steps };
                print_line(&format!("Epoch {epoch}/{epochs} - {done}/{steps} - {took} - {each}/step - {values}"));
            }
        }
    }
}

/// Prints a line. Unlike `println!`, it ignores a closed pipe, which must not end a run.
pub(crate) fn print_line(line: &str) {
    let mut out = stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Prints a warning even if [`Verbose`] is silent, because results may be wrong.
pub(crate) fn warn(text: &str) {
    let mut out = stderr().lock();
    let _ = writeln!(out, "warning: {text}");
}

/// `7s`, `1:05`, `1:00:00`
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}:{:02}", seconds / 60, seconds % 60),
        _ => format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60),
    }
}

/// `3us`, `20ms`, `4s`
fn short(time: Duration) -> String {
    match time.as_micros() {
        micros @ 0..1000 => format!("{micros}us"),
        1000..1_000_000 => format!("{}ms", time.as_millis()),
        _ => format!("{}s", time.as_secs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        assert_eq!([7, 65, 3600].map(|s| clock(Duration::from_secs(s))), ["7s", "1:05", "1:00:00"]);
        assert_eq!([3, 20_000, 4_000_000].map(|us| short(Duration::from_micros(us))), ["3us", "20ms", "4s"]);
    }

    #[test]
    fn keras_numbers() {
        assert_eq!([0, 1, 2].map(Verbose::from), [Verbose::Silent, Verbose::ProgressBar, Verbose::OneLine]);
    }
}
