//! [`Text`]: a string built at compile time.
//!
//! A summary or an error message holds numbers that only rustc knows (`HIDDEN / 2`, the parameters of a sub-model),
//! but stable Rust cannot call `format!` in a `const`. `Text` is the small part of formatting that the library needs
//! there. Messages at macro expansion and at run time use the same code, so they cannot drift apart.

use crate::spec::shape::Shape;
use core::fmt;

/// A string of at most `N` bytes, built by value or in place: `Text::new().str("got ").size(3)`.
///
/// Text that does not fit is cut off, but [`len`](Self::len) keeps counting: a first pass with `N = 0` measures.
#[derive(Clone, Copy)]
pub struct Text<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Text<N> {
    /// Creates the empty text.
    pub const fn new() -> Self {
        Text { bytes: [0; N], len: 0 }
    }

    /// Returns the number of bytes pushed so far, including those that did not fit. It saturates at `usize::MAX`.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing was pushed.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Returns the text, cut at the last whole character that fits.
    pub const fn as_str(&self) -> &str {
        if self.len <= N {
            let (text, _) = self.bytes.split_at(self.len);
            // SAFETY: only whole strings and ASCII were appended, and all of it fits, because `len` only grows and
            // saturates. A check would take the compiler longer than writing a summary.
            return unsafe { core::str::from_utf8_unchecked(text) };
        }
        let mut end = N;
        loop {
            let (head, _) = self.bytes.split_at(end);
            match core::str::from_utf8(head) {
                Ok(text) => return text,
                // Only a character that the capacity cut in two gets here.
                Err(_) => end -= 1,
            }
        }
    }

    const fn push(&mut self, byte: u8) {
        if self.len < N {
            self.bytes[self.len] = byte;
        }
        self.len = self.len.saturating_add(1);
    }

    /// Appends a string in place. Build long texts with this and the functions like it: appending by value moves the
    /// whole text each time.
    pub const fn push_str(&mut self, text: &str) {
        let bytes = text.as_bytes();
        if self.len.saturating_add(bytes.len()) <= N {
            // At once, which is a single step for the compiler's evaluator.
            let (_, end) = self.bytes.split_at_mut(self.len);
            end.split_at_mut(bytes.len()).0.copy_from_slice(bytes);
            self.len += bytes.len();
            return;
        }
        let mut i = 0;
        while i < bytes.len() && self.len < N {
            self.push(bytes[i]);
            i += 1;
        }
        self.len = self.len.saturating_add(bytes.len() - i);
    }

    /// Appends a number in place: `4160`.
    pub const fn push_size(&mut self, n: usize) {
        if n >= 10 {
            self.push_size(n / 10);
        }
        self.push(b'0' + (n % 10) as u8);
    }

    /// Appends a number with thousands separated, in place: `4,160`.
    pub const fn push_grouped(&mut self, n: usize) {
        if n < 1000 {
            return self.push_size(n);
        }
        let rest = n % 1000;
        self.push_grouped(n / 1000);
        self.push(b',');
        self.push(b'0' + (rest / 100) as u8);
        self.push(b'0' + (rest / 10 % 10) as u8);
        self.push(b'0' + (rest % 10) as u8);
    }

    /// Appends a string.
    pub const fn str(mut self, text: &str) -> Self {
        self.push_str(text);
        self
    }

    /// Appends `text` `times` times.
    pub const fn repeat(mut self, text: &str, times: usize) -> Self {
        let mut i = 0;
        while i < times {
            self.push_str(text);
            i += 1;
        }
        self
    }

    /// Appends a number: `4160`.
    pub const fn size(mut self, n: usize) -> Self {
        self.push_size(n);
        self
    }

    /// Appends a signed number: `-1`.
    pub const fn int(self, n: i64) -> Self {
        if n < 0 { self.str("-").size(n.unsigned_abs() as usize) } else { self.size(n as usize) }
    }

    /// Appends a number with thousands separated: `4,160`.
    pub const fn grouped(mut self, n: usize) -> Self {
        self.push_grouped(n);
        self
    }

    /// Appends a shape: `(28, 28, 1)`, `(64,)`.
    pub const fn shape(mut self, shape: &Shape) -> Self {
        self = self.str("(");
        let mut axis = 0;
        while axis < shape.rank() {
            if axis > 0 {
                self = self.str(", ");
            }
            self = self.size(shape.dim(axis));
            axis += 1;
        }
        if shape.rank() == 1 {
            self = self.str(",");
        }
        self.str(")")
    }
}

impl<const N: usize> Default for Text<N> {
    fn default() -> Self {
        Text::new()
    }
}

impl<const N: usize> fmt::Display for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// Whether two strings are equal, in a `const`.
pub const fn str_eq(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// Whether a text ends with another one.
pub const fn ends_with(text: &str, end: &str) -> bool {
    text.len() >= end.len() && {
        let (text, end) = (text.as_bytes(), end.as_bytes());
        let mut i = 0;
        while i < end.len() && text[text.len() - 1 - i] == end[end.len() - 1 - i] {
            i += 1;
        }
        i == end.len()
    }
}

/// Returns the number of characters of a string (not of its bytes), in a `const`.
pub const fn chars(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut i, mut count) = (0, 0);
    while i < bytes.len() {
        // Continuation bytes of UTF-8 are 0b10xx_xxxx.
        if bytes[i] & 0xC0 != 0x80 {
            count += 1;
        }
        i += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_shapes() {
        const TEXT: Text<64> =
            Text::new().str("n ").grouped(5_200_610).str(" ").int(-1).str(" ").shape(&Shape::new(&[28, 1]));
        assert_eq!(TEXT.as_str(), "n 5,200,610 -1 (28, 1)");
        assert_eq!(Text::<8>::new().shape(&Shape::new(&[64])).as_str(), "(64,)");
        assert_eq!(Text::<16>::new().grouped(1_000_000).as_str(), "1,000,000");
    }

    #[test]
    fn overflow_is_cut_at_a_character_and_counted() {
        let text = Text::<4>::new().str("ab──");
        assert_eq!((text.as_str(), text.len()), ("ab", 8));
        assert_eq!(Text::<0>::new().str("abc").len(), 3);
        assert_eq!(chars("ab──"), 4);
    }

    /// If the length wrapped, `as_str` would take the first half of a character for a text.
    #[test]
    fn a_length_stops_at_the_largest_number() {
        let mut text = Text::<4> { bytes: *"aä─".as_bytes().first_chunk().unwrap(), len: usize::MAX - 1 };
        text.push_str("abc");
        text.push_size(5);
        assert_eq!((text.len(), text.as_str()), (usize::MAX, "aä"));
    }
}
