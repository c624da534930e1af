//! How large a value may be that a function gives: it passes through a stack.

use crate::spec::code::Code;
use crate::spec::text::Text;

/// The most bytes of weights that `new` gives by value: a few copies on a 2 MiB stack of a thread still fit.
pub const MAX_BY_VALUE: usize = 256 * 1024;

/// How a message about something large begins, before and behind its size.
pub(crate) type Large = [&'static str; 2];

/// Refuses, at compile time, that the function `name` gives something large.
///
/// # Panics
/// If there are more than [`MAX_BY_VALUE`] bytes.
#[track_caller]
pub(crate) const fn assert_by_value(bytes: usize, what: Large, name: &str, help: &str) {
    if bytes > MAX_BY_VALUE {
        let message = Text::<256>::new().str(what[0]).grouped(bytes).str(what[1]);
        let message = message.str(", and `").str(name).str("` gives at most ").grouped(MAX_BY_VALUE).str(" by value");
        panic!("{}", message.str("\n  = help: ").str(help).str(Code::ByValue.note().as_str()).as_str())
    }
}
