//! FlatBuffers: tables of fields behind offsets.
//!
//! Source: <https://flatbuffers.dev/internals/>

use super::bytes::{Bytes, Damaged, sum, text};
use std::cell::Cell;

/// A file of tables. Several offsets can point to one place, so the amount that is read in all has a limit.
pub(crate) struct Buffer<'a> {
    bytes: Bytes<'a>,
    left: Cell<usize>,
}

/// A table: fields by number, each of which may be absent.
#[derive(Clone, Copy)]
pub(crate) struct Table<'a, 'b> {
    buffer: &'b Buffer<'a>,
    at: usize,
    /// The place of the fields' offsets, and their length in bytes.
    fields: usize,
    length: usize,
}

/// A reader may read this many times the length of a file.
const READS: usize = 16;

impl<'a> Buffer<'a> {
    pub(crate) fn new(file: &'a [u8]) -> Self {
        Buffer { bytes: Bytes(file), left: Cell::new(file.len().saturating_mul(READS)) }
    }

    /// Returns the outermost table.
    pub(crate) fn root(&self) -> Result<Table<'a, '_>, Damaged> {
        self.table(0)
    }

    /// Follows the offset at `at` to a table.
    fn table(&self, at: usize) -> Result<Table<'a, '_>, Damaged> {
        let at = self.follow(at)?;
        self.count(8)?;
        let back = self.bytes.u32(at)?;
        // The offset to the fields is signed.
        let back = u32::try_from(back).map_err(|_| "an offset is too large")?.cast_signed();
        let fields = i64::try_from(at).ok().and_then(|at| usize::try_from(at.checked_sub(i64::from(back))?).ok());
        let fields = fields.ok_or("the fields of a table are outside of the file")?;
        Ok(Table { buffer: self, at, fields, length: self.bytes.u16(fields)? })
    }

    fn follow(&self, at: usize) -> Result<usize, Damaged> {
        sum(at, self.bytes.u32(at)?)
    }

    /// Returns the elements of the vector that the offset at `at` leads to.
    fn vector(&self, at: usize, size: usize) -> Result<(usize, &'a [u8]), Damaged> {
        let at = self.follow(at)?;
        let length = self.bytes.u32(at)?.checked_mul(size).ok_or("a vector is too long")?;
        let start = sum(at, 4)?;
        Ok((start, self.bytes.slice(start, length)?))
    }

    fn count(&self, bytes: usize) -> Result<(), Damaged> {
        let left = self.left.get().checked_sub(bytes).ok_or("too many parts of the file share their bytes")?;
        self.left.set(left);
        Ok(())
    }
}

impl<'a, 'b> Table<'a, 'b> {
    /// Returns the place of a field, if the table has it.
    fn field(self, number: usize) -> Result<Option<usize>, Damaged> {
        let entry = 4 + 2 * number;
        if entry + 2 > self.length {
            return Ok(None);
        }
        let offset = self.buffer.bytes.u16(sum(self.fields, entry)?)?;
        if offset == 0 { Ok(None) } else { sum(self.at, offset).map(Some) }
    }

    fn array<const N: usize>(self, number: usize) -> Result<Option<[u8; N]>, Damaged> {
        let Some(at) = self.field(number)? else { return Ok(None) };
        let bytes = self.buffer.bytes.slice(at, N)?;
        Ok(bytes.try_into().ok())
    }

    pub(crate) fn u8(self, number: usize) -> Result<u8, Damaged> {
        Ok(self.array::<1>(number)?.map_or(0, u8::from_le_bytes))
    }

    pub(crate) fn i32(self, number: usize, default: i32) -> Result<i32, Damaged> {
        Ok(self.array(number)?.map_or(default, i32::from_le_bytes))
    }

    pub(crate) fn u32(self, number: usize) -> Result<u32, Damaged> {
        Ok(self.array(number)?.map_or(0, u32::from_le_bytes))
    }

    pub(crate) fn u64(self, number: usize) -> Result<u64, Damaged> {
        Ok(self.array(number)?.map_or(0, u64::from_le_bytes))
    }

    pub(crate) fn f32(self, number: usize) -> Result<f32, Damaged> {
        Ok(self.array(number)?.map_or(0.0, f32::from_le_bytes))
    }

    /// Returns the table in a field.
    pub(crate) fn table(self, number: usize) -> Result<Option<Table<'a, 'b>>, Damaged> {
        self.field(number)?.map(|at| self.buffer.table(at)).transpose()
    }

    /// Returns the tables of a vector.
    pub(crate) fn tables(self, number: usize) -> Result<Vec<Table<'a, 'b>>, Damaged> {
        let Some(at) = self.field(number)? else { return Ok(Vec::new()) };
        let (start, bytes) = self.buffer.vector(at, 4)?;
        self.buffer.count(bytes.len())?;
        (0..bytes.len() / 4).map(|place| self.buffer.table(sum(start, 4 * place)?)).collect()
    }

    /// Returns the bytes of a vector.
    pub(crate) fn bytes(self, number: usize) -> Result<Option<&'a [u8]>, Damaged> {
        self.field(number)?.map(|at| self.buffer.vector(at, 1).map(|(_, bytes)| bytes)).transpose()
    }

    /// Returns the elements of a vector of numbers of `N` bytes.
    pub(crate) fn vector<const N: usize, T>(
        self,
        number: usize,
        read: impl Fn([u8; N]) -> T,
    ) -> Result<Vec<T>, Damaged> {
        let Some(at) = self.field(number)? else { return Ok(Vec::new()) };
        let (_, bytes) = self.buffer.vector(at, N)?;
        self.buffer.count(bytes.len())?;
        Ok(bytes.as_chunks().0.iter().map(|chunk| read(*chunk)).collect())
    }

    /// Returns a text.
    pub(crate) fn text(self, number: usize) -> Result<Option<&'a str>, Damaged> {
        let Some(bytes) = self.bytes(number)? else { return Ok(None) };
        self.buffer.count(bytes.len())?;
        text(bytes).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table with a number in field 0 and a vector of two bytes in field 2.
    const FILE: &[u8] = &[
        4, 0, 0, 0, // the root is at 4
        0xf0, 0xff, 0xff, 0xff, // the fields are 16 behind it
        7, 0, 0, 0, // field 0
        4, 0, 0, 0, // field 2: an offset to 16
        2, 0, 0, 0, // at 16: a length, then the elements
        10, 0, 12, 0, 4, 0, 0, 0, 8, 0, // at 20: the fields
    ];

    #[test]
    fn fields_are_read_and_may_be_absent() {
        let buffer = Buffer::new(FILE);
        let table = buffer.root().unwrap();
        assert_eq!(table.i32(0, 1), Ok(7));
        assert_eq!(table.i32(1, 1), Ok(1));
        assert_eq!(table.bytes(2), Ok(Some(&FILE[20..22])));
        assert_eq!(table.i32(3, -1), Ok(-1));
        assert_eq!(table.text(9), Ok(None));
    }

    #[test]
    fn every_cut_is_an_error_and_no_panic() {
        for length in 0..FILE.len() {
            let buffer = Buffer::new(&FILE[..length]);
            let Ok(table) = buffer.root() else { continue };
            assert!((0..3).any(|field| table.i32(field, 0).is_err()) || table.bytes(2).is_err(), "{length}");
        }
    }
}
