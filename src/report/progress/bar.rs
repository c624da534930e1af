//! The bar of an epoch, as indicatif draws it.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

pub(super) struct Bar(ProgressBar);

impl Bar {
    /// Whether this build can draw a bar.
    pub(super) const DRAWN: bool = true;

    /// Makes a bar with this number of steps, if it is known.
    pub(super) fn new(steps: Option<usize>) -> Option<Self> {
        let bar = ProgressBar::with_draw_target(steps.map(|steps| steps as u64), ProgressDrawTarget::stdout());
        let known = "{pos:.bold}/{len:.bold} {bar:20.green/black.bright} {msg}";
        if let Ok(style) = ProgressStyle::with_template(if steps.is_some() { known } else { "{pos:.bold} {msg}" }) {
            bar.set_style(style.progress_chars("━━"));
        }
        Some(Bar(bar))
    }

    /// Draws the bar again.
    pub(super) fn draw(&self, steps: usize, message: String) {
        self.0.set_position(steps as u64);
        self.0.set_message(message);
    }

    /// Prints a line above the bar.
    pub(super) fn suspend(&self, print: impl FnOnce()) {
        self.0.suspend(print);
    }

    /// Draws the bar for the last time.
    pub(super) fn leave(self, steps: usize, message: String) {
        self.0.set_position(steps as u64);
        self.0.abandon_with_message(message);
    }
}
