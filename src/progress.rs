//! [`Verbose`], and what `fit` prints while it works.

use crate::report::{Report, write_values};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{IsTerminal, Write, stderr, stdout};
use std::time::{Duration, Instant};

/// What `fit` prints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verbose {
    /// A bar on a terminal, a line for each epoch elsewhere.
    #[default]
    Auto,
    /// Nothing; Keras's 0.
    Silent,
    /// A bar, where the output is a terminal, otherwise as [`OneLine`](Self::OneLine); Keras's 1.
    ProgressBar,
    /// A line for each epoch; Keras's 2.
    OneLine,
}

/// Keras's numbers; above 2 as 2.
impl From<u8> for Verbose {
    fn from(number: u8) -> Self {
        match number {
            0 => Verbose::Silent,
            1 => Verbose::ProgressBar,
            _ => Verbose::OneLine,
        }
    }
}

/// How often a bar is redrawn.
const REDRAW: Duration = Duration::from_millis(50);

/// The output of one call of `fit`.
pub(crate) struct Progress {
    verbose: Verbose,
    epochs: usize,
    /// Steps of an epoch; 0 where that is not known.
    steps: usize,
    /// Steps of this epoch so far.
    done: usize,
    epoch: usize,
    started: Instant,
    drawn: Instant,
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(crate) fn new(verbose: Verbose, epochs: usize) -> Self {
        let verbose = match verbose {
            Verbose::Auto | Verbose::ProgressBar if stdout().is_terminal() => Verbose::ProgressBar,
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

    /// An epoch begins; its number of steps, if that is known.
    pub(crate) fn begin(&mut self, epoch: usize, steps: Option<usize>) {
        (self.epoch, self.steps, self.done) = (epoch, steps.unwrap_or(0), 0);
        self.started = Instant::now();
        self.drawn = self.started;
        if self.verbose == Verbose::ProgressBar {
            print_line(&format!("Epoch {}/{}", epoch + 1, self.epochs));
            let bar = ProgressBar::with_draw_target(steps.map(|steps| steps as u64), ProgressDrawTarget::stdout());
            let known = "{pos:.bold}/{len:.bold} {bar:20.green/black.bright} {msg}";
            if let Ok(style) = ProgressStyle::with_template(if steps.is_some() { known } else { "{pos:.bold} {msg}" }) {
                bar.set_style(style.progress_chars("━━"));
            }
            self.bar = Some(bar);
        }
    }

    /// Some steps of the epoch are done.
    pub(crate) fn step(&mut self, steps: usize, report: impl FnOnce() -> Report) {
        self.done = steps;
        let Some(bar) = &self.bar else { return };
        if self.drawn.elapsed() < REDRAW || steps == self.steps {
            return;
        }
        self.drawn = Instant::now();
        let each = self.started.elapsed() / steps as u32;
        bar.set_position(steps as u64);
        let each_step = format!("{}/step - {}", short(each), report());
        match self.steps.checked_sub(steps) {
            Some(left) => bar.set_message(format!("{} {each_step}", clock(each * left as u32))),
            None => bar.set_message(each_step),
        }
    }

    /// Prints something beside the bar, which is drawn again below it.
    pub(crate) fn aside(&self, print: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// The epoch is over, with these values.
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
                bar.set_position(self.done as u64);
                bar.abandon_with_message(format!("{took} {each}/step - {values}"));
            }
            None => {
                let (epoch, epochs, done) = (self.epoch + 1, self.epochs, self.done);
                let steps = if self.steps == 0 { done } else { self.steps };
                print_line(&format!("Epoch {epoch}/{epochs} - {done}/{steps} - {took} - {each}/step - {values}"));
            }
        }
    }
}

/// A closed pipe must not end a training run, as `println!` would.
pub(crate) fn print_line(line: &str) {
    let mut out = stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Prints a warning, whatever [`Verbose`] says: it is about results that may be wrong.
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
