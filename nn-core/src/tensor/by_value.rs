//! The size limit of values that functions return, because they pass through a stack.

use crate::spec::code::Code;
use crate::spec::text::Text;

/// The maximum size of weights that `new` returns by value, in bytes: a few copies fit on a thread's stack of 2 MiB.
pub const MAX_BY_VALUE: usize = 256 * 1024;

/// A message about a large value: the text before and after its size.
pub(crate) type Large = [&'static str; 2];

/// Fails to compile if the function `name` would return a large value.
///
/// # Panics
/// If the value has more than [`MAX_BY_VALUE`] bytes.
#[track_caller]
pub(crate) const fn assert_by_value(bytes: usize, what: Large, name: &str, help: &str) {
    if bytes > MAX_BY_VALUE {
        let message = Text::<256>::new().str(what[0]).grouped(bytes).str(what[1]);
        let message = message.str(", and `").str(name).str("` gives at most ").grouped(MAX_BY_VALUE).str(" by value");
        panic!("{}", message.str("\n  = help: ").str(help).str(Code::ByValue.note().as_str()).as_str())
    }
}
