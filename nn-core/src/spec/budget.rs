//! Budgets: `#[budget(ram = "16 KiB", flash = "128 KiB", params = 50_000, macs = 1_000_000)]` on the struct of a model.
//!
//! ```text
//! error[E0080]: evaluation panicked: `Digits` has 35,880 bytes of weights, 3,112 more than its budget of 32,768
//!                 = note: most of them in `dense` (16,640 bytes), `dense_1` (16,640), `digit` (2,600)
//!   |
//! 4 |     #[budget(flash = "32 KiB")]
//!   |                      ^^^^^^^^ evaluation of `_` failed here
//! ```
//!
//! Each budget is checked when the model compiles, for `f32` weights, whether the model is used or not. An exceeded
//! budget is an error on its value. The message says by how much, and names the largest parts:
//!
//! | key | bound on |
//! |---|---|
//! | `ram` | `ARENA_BYTES`: the activations of a prediction of one sample, without its inputs and outputs |
//! | `flash` | `PARAMETER_BYTES`: the weights |
//! | `params` | `PARAMETERS`: the number of weights |
//! | `macs` | `MACS`: multiply-accumulates of a prediction |
//!
//! Bytes are a number, or a text with a unit: B, KB, MB, GB (powers of 1000), KiB, MiB, GiB (powers of 1024). Numbers
//! may be const expressions.

use crate::spec::arena::Lifetime;
use crate::spec::code::Code;
use crate::spec::summary::Row;
use crate::spec::text::Text;

/// A layer or a tensor, its amount, and the calls during which it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    name: &'static str,
    life: Lifetime,
    /// Whether this is the memory of a layer, as the states of a recurrent one.
    of_layer: bool,
}

impl Usage {
    const NONE: Usage = Usage::new("", 0);

    /// Creates an entry that counts all the time.
    pub const fn new(name: &'static str, amount: usize) -> Self {
        Usage { name, life: Lifetime::new(amount, 0, usize::MAX), of_layer: false }
    }

    /// Creates an entry for the memory that a layer keeps during a prediction, in bytes.
    pub const fn memory(layer: &'static str, bytes: usize) -> Self {
        Usage { of_layer: true, ..Usage::new(layer, bytes) }
    }

    /// Creates an entry for a tensor whose scalars have this many bytes.
    pub const fn tensor(name: &'static str, life: Lifetime, bytes: usize) -> Self {
        Usage { life: Lifetime { size: life.size.saturating_mul(bytes), ..life }, ..Usage::new(name, 0) }
    }
}

/// Returns a number of bytes, at most `usize::MAX`.
pub const fn bytes(bytes: u64) -> usize {
    if bytes > usize::MAX as u64 { usize::MAX } else { bytes as usize }
}

/// The number of parts that a message names.
const NAMED: usize = 3;

/// A message, cut off at a length that nobody reads.
type Message = Text<1024>;

/// Checks `params`.
///
/// # Panics
/// If there are more than `limit` weights.
#[track_caller]
pub const fn params(model: &str, limit: usize, used: usize, rows: &[Row]) {
    if used > limit {
        let message = over(model, " has ", used, limit, " weights");
        panic!("{}", note(most(message, rows, 1, "")).as_str())
    }
}

/// Checks `flash`.
///
/// # Panics
/// If the weights have more than `limit` bytes.
#[track_caller]
pub const fn flash(model: &str, limit: usize, used: usize, rows: &[Row]) {
    if used > limit {
        let message = over(model, " has ", used, limit, " bytes of weights");
        panic!("{}", note(most(message, rows, size_of::<f32>(), " bytes")).as_str())
    }
}

/// Checks `macs`.
///
/// # Panics
/// If a prediction has more than `limit` multiply-accumulates.
#[track_caller]
pub const fn macs(model: &str, limit: usize, used: usize, parts: &[Usage]) {
    if used > limit {
        let message = over(model, " computes ", used, limit, " multiply-accumulates in a prediction");
        panic!("{}", note(heaviest(message.str("\n  = note: most of them in "), parts, 0, "")).as_str())
    }
}

/// Checks `ram`; `calls` are the names of the calls, in order, and the parts are in bytes.
///
/// # Panics
/// If the activations of a prediction need more than `limit` bytes.
#[track_caller]
pub const fn ram(model: &str, limit: usize, used: usize, calls: &[&str], parts: &[Usage]) {
    if used > limit {
        let message = over(model, " needs ", used, limit, " bytes for the activations of a prediction");
        let peak = busiest(parts);
        let call = if peak < calls.len() { calls[peak] } else { "" };
        let message = message.str("\n  = note: most is alive when `").str(call).str("` is computed: ");
        panic!("{}", note(heaviest(message, parts, peak, " bytes")).as_str())
    }
}

/// Returns the call during which the most is alive.
const fn busiest(parts: &[Usage]) -> usize {
    let (mut i, mut busiest, mut most) = (0, 0, 0);
    while i < parts.len() {
        let call = parts[i].life.first;
        let (mut size, mut j) = (0usize, 0);
        while j < parts.len() {
            if parts[j].life.first <= call && call <= parts[j].life.last {
                size = size.saturating_add(parts[j].life.size);
            }
            j += 1;
        }
        if size > most {
            (busiest, most) = (call, size);
        }
        i += 1;
    }
    busiest
}

/// Starts the message with the excess.
const fn over(model: &str, has: &str, used: usize, limit: usize, what: &str) -> Message {
    let message = Text::new().str("`").str(model).str("`").str(has).grouped(used).str(what).str(", ");
    message.grouped(used - limit).str(" more than its budget of ").grouped(limit)
}

const fn note(message: Message) -> Message {
    message.str(Code::Budget.note().as_str())
}

/// Appends the layers with the most weights.
const fn most(message: Message, rows: &[Row], scale: usize, unit: &str) -> Message {
    let (mut parts, mut i) = ([Usage::NONE; NAMED], 0);
    while i < rows.len() {
        insert(&mut parts, Usage::new(rows[i].name, rows[i].parameters.saturating_mul(scale)));
        i += 1;
    }
    heaviest(message.str("\n  = note: most of them in "), &parts, 0, unit)
}

/// Appends the largest parts among those that count during a call.
const fn heaviest(mut message: Message, parts: &[Usage], call: usize, unit: &str) -> Message {
    let (mut heaviest, mut i) = ([Usage::NONE; NAMED], 0);
    while i < parts.len() {
        if parts[i].life.first <= call && call <= parts[i].life.last {
            insert(&mut heaviest, parts[i]);
        }
        i += 1;
    }
    let mut i = 0;
    while i < NAMED && heaviest[i].life.size > 0 {
        message = message.str(if i > 0 { ", " } else { "" });
        message =
            message.str(if heaviest[i].of_layer { "the memory of `" } else { "`" }).str(heaviest[i].name).str("` (");
        message = message.grouped(heaviest[i].life.size).str(if i == 0 { unit } else { "" }).str(")");
        i += 1;
    }
    message
}

/// Keeps the largest parts, in order; of equal ones, the first.
const fn insert(heaviest: &mut [Usage; NAMED], part: Usage) {
    let mut i = NAMED;
    while i > 0 && heaviest[i - 1].life.size < part.life.size {
        if i < NAMED {
            heaviest[i] = heaviest[i - 1];
        }
        i -= 1;
    }
    if i < NAMED {
        heaviest[i] = part;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    fn message(check: impl FnOnce() + std::panic::UnwindSafe) -> String {
        *std::panic::catch_unwind(check).unwrap_err().downcast::<String>().expect("a message")
    }

    #[test]
    fn what_fits_passes() {
        macs("M", 10, 10, &[]);
        params("M", 10, 9, &[]);
    }

    #[test]
    fn the_three_heaviest_in_order() {
        let parts = [("a", 5), ("b", 0), ("c", 7), ("d", 5), ("e", 4_000)].map(|(name, n)| Usage::new(name, n));
        let text = message(move || macs("M", 4_000, 4_017, &parts));
        assert_eq!(
            text,
            "`M` computes 4,017 multiply-accumulates in a prediction, 17 more than its budget of 4,000\n  = note: most of \
             them in `e` (4,000), `c` (7), `a` (5)\n  = note: explained in nn::errors::nn0603"
        );
    }

    #[test]
    fn memory_is_that_of_one_call() {
        let lives = [Lifetime::new(100, 0, 1), Lifetime::new(10, 1, 2), Lifetime::new(90, 2, 3)];
        let parts = [
            Usage::tensor("early", lives[0], 4),
            Usage::tensor("middle", lives[1], 4),
            Usage::tensor("late", lives[2], 4),
            Usage::memory("lstm", 60),
        ];
        let text = message(move || ram("M", 400, 500, &["dense", "relu", "out"], &parts));
        assert!(text.contains("100 more than its budget of 400"), "{text}");
        assert!(
            text.contains("when `relu` is computed: `early` (400 bytes), the memory of `lstm` (60), `middle` (40)"),
            "{text}"
        );
    }
}
