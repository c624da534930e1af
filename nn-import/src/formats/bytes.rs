//! [`Bytes`]: checked reads of little-endian numbers.

/// A failed read: the file ends before its parts do, or says something impossible. The text says what was expected.
pub(crate) type Damaged = String;

/// A file, of which any part may be missing.
#[derive(Clone, Copy)]
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

impl<'a> Bytes<'a> {
    /// Returns `length` bytes from `at` on.
    pub(crate) fn slice(self, at: usize, length: usize) -> Result<&'a [u8], Damaged> {
        at.checked_add(length)
            .and_then(|end| self.0.get(at..end))
            .ok_or_else(|| format!("{length} bytes at {at} are missing: the file has {}", self.0.len()))
    }

    /// Returns everything from `at` on.
    pub(crate) fn from(self, at: usize) -> Result<Bytes<'a>, Damaged> {
        self.0.get(at..).map(Bytes).ok_or_else(|| format!("byte {at} is missing: the file has {}", self.0.len()))
    }

    fn array<const N: usize>(self, at: usize) -> Result<[u8; N], Damaged> {
        Ok(self.slice(at, N)?.try_into().expect("a slice of this length"))
    }

    /// Reads a number of one byte.
    pub(crate) fn u8(self, at: usize) -> Result<usize, Damaged> {
        Ok(usize::from(self.array::<1>(at)?[0]))
    }

    /// Reads a number of two bytes.
    pub(crate) fn u16(self, at: usize) -> Result<usize, Damaged> {
        Ok(usize::from(u16::from_le_bytes(self.array(at)?)))
    }

    /// Reads a number of four bytes.
    pub(crate) fn u32(self, at: usize) -> Result<usize, Damaged> {
        let number = u32::from_le_bytes(self.array(at)?);
        usize::try_from(number).map_err(|_| format!("the number {number} is too large for this machine"))
    }

    /// Reads a number of eight bytes.
    pub(crate) fn u64(self, at: usize) -> Result<usize, Damaged> {
        let number = u64::from_le_bytes(self.array(at)?);
        usize::try_from(number).map_err(|_| format!("the number {number} is too large for this machine"))
    }

    /// Fails if `expected` does not stand at `at`.
    pub(crate) fn expect(self, at: usize, expected: &[u8], name: &str) -> Result<(), Damaged> {
        match self.slice(at, expected.len())? == expected {
            true => Ok(()),
            false => Err(format!("there is no {name} at byte {at}")),
        }
    }
}

/// Returns text that must be UTF-8.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, Damaged> {
    core::str::from_utf8(bytes).map_err(|_| "a text is not UTF-8".into())
}

/// Returns the sum, or an error instead of an overflow.
pub(crate) fn sum(a: usize, b: usize) -> Result<usize, Damaged> {
    a.checked_add(b).ok_or_else(|| format!("an address is too large: {a} + {b}"))
}
