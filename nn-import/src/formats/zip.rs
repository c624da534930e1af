//! Zip archives, as Keras and numpy write them: entries that are stored or deflated, without encryption.
//!
//! Source: APPNOTE.TXT 6.3.10, PKWARE, sections 4.3.7, 4.3.12 and 4.3.16.

use super::bytes::{Bytes, Damaged, sum, text};
use std::borrow::Cow;

/// The files of an archive.
pub(crate) struct Zip<'a> {
    bytes: Bytes<'a>,
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    flags: usize,
    method: usize,
    crc: u32,
    packed: usize,
    length: usize,
    header: usize,
}

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
/// The length of the record at the end without its comment, and that of the longest comment.
const END_LENGTH: usize = 22;
const LONGEST_COMMENT: usize = 65535;

impl<'a> Zip<'a> {
    /// Returns whether the bytes look like an archive.
    pub(crate) fn is_one(bytes: &[u8]) -> bool {
        bytes.starts_with(LOCAL) || bytes.starts_with(END)
    }

    /// Reads the directory of an archive.
    pub(crate) fn open(file: &'a [u8]) -> Result<Self, Damaged> {
        let bytes = Bytes(file);
        let from = file.len().saturating_sub(END_LENGTH + LONGEST_COMMENT);
        let end = file[from..]
            .windows(END.len())
            .rposition(|window| window == END)
            .map(|at| from + at)
            .ok_or("the archive has no directory at its end")?;
        let (count, mut at) = (bytes.u16(end + 10)?, bytes.u32(end + 16)?);
        let mut entries = Vec::new();
        for _ in 0..count {
            bytes.expect(at, CENTRAL, "entry of the archive's directory")?;
            let (name, extra, comment) = (bytes.u16(at + 28)?, bytes.u16(at + 30)?, bytes.u16(at + 32)?);
            entries.push(Entry {
                name: text(bytes.slice(at + 46, name)?)?.to_owned(),
                flags: bytes.u16(at + 8)?,
                method: bytes.u16(at + 10)?,
                crc: bytes.u32(at + 16)? as u32,
                packed: bytes.u32(at + 20)?,
                length: bytes.u32(at + 24)?,
                header: bytes.u32(at + 42)?,
            });
            at = sum(at, 46 + name + extra + comment)?;
        }
        Ok(Zip { bytes, entries })
    }

    /// Whether the archive has a file.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name == name)
    }

    /// Returns a file, if the archive has it.
    pub(crate) fn file(&self, name: &str) -> Option<Result<Cow<'a, [u8]>, Damaged>> {
        let entry = self.entries.iter().find(|entry| entry.name == name)?;
        Some(self.read(entry).map_err(|problem| format!("`{name}` in the archive: {problem}")))
    }

    fn read(&self, entry: &Entry) -> Result<Cow<'a, [u8]>, Damaged> {
        if entry.flags & 1 != 0 {
            return Err("it is encrypted".into());
        }
        if [entry.packed, entry.length, entry.header].contains(&(u32::MAX as usize)) {
            return Err("it is in the format for more than 4 GiB, which is not read".into());
        }
        self.bytes.expect(entry.header, LOCAL, "file in the archive")?;
        let (name, extra) = (self.bytes.u16(entry.header + 26)?, self.bytes.u16(entry.header + 28)?);
        let packed = self.bytes.slice(sum(entry.header, 30 + name + extra)?, entry.packed)?;
        let file = match entry.method {
            0 => Cow::Borrowed(packed),
            // Deflate makes a file at most 1032 times smaller: no small file is a large allocation.
            8 if entry.length / 1032 <= packed.len() => Cow::Owned(
                miniz_oxide::inflate::decompress_to_vec_with_limit(packed, entry.length)
                    .map_err(|_| "it cannot be unpacked")?,
            ),
            8 => return Err("its stated length is impossible".into()),
            method => return Err(format!("it is packed with method {method}; methods 0 and 8 are read")),
        };
        if file.len() != entry.length || crc32(&file) != entry.crc {
            return Err("its length or its checksum is wrong".into());
        }
        Ok(file)
    }
}

/// The checksum of zip: the polynomial 0xEDB88320, reflected.
fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut byte = 0;
        while byte < 256 {
            let mut rest = byte as u32;
            let mut bit = 0;
            while bit < 8 {
                rest = if rest & 1 == 1 { rest >> 1 ^ 0xEDB8_8320 } else { rest >> 1 };
                bit += 1;
            }
            table[byte] = rest;
            byte += 1;
        }
        table
    };
    !bytes.iter().fold(!0, |rest, &byte| TABLE[usize::from(rest as u8 ^ byte)] ^ rest >> 8)
}

/// Makes an archive of stored files.
#[cfg(test)]
pub(crate) fn pack(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    let short = |number: usize| (number as u16).to_le_bytes();
    let long = |number: usize| (number as u32).to_le_bytes();
    for (name, file) in files {
        let start = archive.len();
        // No flags, method, time and date.
        let mut header = vec![0; 8];
        header.extend([long(crc32(file) as usize), long(file.len()), long(file.len())].concat());
        header.extend([short(name.len()), short(0)].concat());
        archive.extend([LOCAL, &short(20), &header, name.as_bytes(), file].concat());
        let places = [&[0; 10][..], &long(start)].concat();
        directory.extend([CENTRAL, &[0; 2], &short(20), &header, &places, name.as_bytes()].concat());
    }
    let (start, count) = (archive.len(), short(files.len()));
    let end = [&[0; 4][..], &count, &count, &long(directory.len()), &long(start), &[0; 2]].concat();
    [&archive, &directory[..], END, &end].concat()
}
