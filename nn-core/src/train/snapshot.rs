//! Weights as bytes with a checksum, without a heap: a board writes them to flash and reads them back.
//!
//! ```text
//! bytes    content; all numbers are little-endian
//! 0..4     "nnw2"; "nnw1" in older snapshots, whose fingerprint has no graph
//! 4..8     a fingerprint of the model: names and shapes of its variables, its graph, the size of a scalar
//! 8..12    a fingerprint of the name of the optimizer; 0 for weights alone
//! 12..16   the number of sets of weights: the model, then its slots
//! 16..24   the number of steps taken
//! 24..     the scalars, set after set
//! the last 4: CRC-32 (as in Ethernet and zip) of all bytes before
//! ```
//!
//! Flash that was never written, or a write that lost power, is [`Damaged`] and changes nothing.
//!
//! Two pairs of functions write and read this form:
//!
//! - [`Trainer::save`] and [`Trainer::restore`] keep the model, its slots and the number of steps. Training goes on as
//!   if it had never stopped.
//! - [`save`] and [`restore`] keep the weights of a model alone: one set, no optimizer and 0 steps.
//!
//! One pair does not read what the other wrote, and says [`Damaged::Other`]. A program that only predicts with what a
//! trainer learnt gets its weights from `snapshot::save(&trainer.model, ..)`.
//!
//! To survive a lost write, write to two places in turn. [`steps`] tells which of them is intact and newer.
//!
//! [`Trainer::save`]: crate::trainer::Trainer::save
//! [`Trainer::restore`]: crate::trainer::Trainer::restore

use crate::layer::model::Model;
use crate::weights::Part;
use core::fmt;
use core::marker::PhantomData;

const HEADER: usize = 24;
const CHECKSUM: usize = 4;

/// The reason why bytes were not written or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damaged {
    /// The buffer is too small.
    Room {
        /// The number of bytes needed.
        needed: usize,
        /// The number of bytes given.
        got: usize,
    },
    /// Nothing was ever written there, or other data.
    Nothing,
    /// A part was changed or is missing: the checksum differs.
    Checksum,
    /// The bytes belong to another model, to another optimizer, or to other slots.
    Other,
}

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Damaged::Room { needed, got } => write!(f, "a snapshot takes {needed} bytes, but there are {got}"),
            Damaged::Nothing => f.write_str("there is no snapshot"),
            Damaged::Checksum => f.write_str("the snapshot is damaged: its checksum is another one"),
            Damaged::Other => f.write_str("the snapshot is of another model or optimizer"),
        }
    }
}

impl core::error::Error for Damaged {}

/// Returns the number of bytes for `sets` sets of the weights of a model.
pub const fn bytes<M: Model>(sets: usize) -> usize {
    HEADER + sets * size_of::<M>() + CHECKSUM
}

/// Writes the weights of a model to the beginning of `to`, in [`bytes::<M>(1)`](bytes) bytes.
///
/// # Errors
/// If `to` is shorter.
pub fn save<M: Model>(model: &M, to: &mut [u8]) -> Result<(), Damaged> {
    write::<M>("", 0, 1, core::iter::once(model), to)
}

/// Reads the weights that [`save`] wrote.
///
/// # Errors
/// If the bytes are damaged, or belong to another model. The model is then unchanged.
pub fn restore<M: Model>(model: &mut M, from: &[u8]) -> Result<(), Damaged> {
    read::<M>("", 1, core::iter::once(model), from).map(|_| ())
}

/// Returns the number of steps of an intact snapshot, and restores nothing.
///
/// It reads what [`Trainer::save`](crate::trainer::Trainer::save) wrote with any optimizer, and what [`save`] wrote,
/// which has 0 steps.
///
/// ```
/// use nn_core::snapshot::{self, Damaged};
/// use nn_core::{layer::model::Model, optimizers::Sgd, trainer::Trainer};
///
/// /// Returns the newer of two places in flash, and the one to write next.
/// fn places<'a, M: Model>(a: &'a mut [u8], b: &'a mut [u8]) -> (&'a mut [u8], &'a mut [u8]) {
///     // `None`, a place without an intact snapshot, is older than every number of steps.
///     if snapshot::steps::<M>(a).ok() >= snapshot::steps::<M>(b).ok() { (a, b) } else { (b, a) }
/// }
///
/// /// Goes on with the newer one. `Err` means that both places are damaged or empty: call `init` then.
/// fn resume<M: Model>(learner: &mut Trainer<M, 4>, a: &mut [u8], b: &mut [u8]) -> Result<(), Damaged> {
///     let (newer, _) = places::<M>(a, b);
///     learner.restore(&Sgd::DEFAULT, newer)
/// }
///
/// /// Writes to the older place. A lost write leaves the newer one.
/// fn keep<M: Model>(learner: &Trainer<M, 4>, a: &mut [u8], b: &mut [u8]) -> Result<(), Damaged> {
///     let (_, older) = places::<M>(a, b);
///     learner.save(&Sgd::DEFAULT, older)
/// }
/// ```
///
/// # Errors
/// If the bytes are damaged, or belong to another model.
pub fn steps<M: Model>(from: &[u8]) -> Result<u64, Damaged> {
    let header = begin(from, bytes::<M>(1))?;
    let [_, _, _, _, a, b, c, d, _, _, _, _, e, f, g, h, ..] = *header;
    if u32::from_le_bytes([a, b, c, d]) != fingerprint::<M>(magic(header)) {
        return Err(Damaged::Other);
    }
    let scalars = size_of::<M>().checked_mul(u32::from_le_bytes([e, f, g, h]) as usize);
    let needed = scalars.and_then(|scalars| scalars.checked_add(HEADER + CHECKSUM)).ok_or(Damaged::Checksum)?;
    intact(from, needed)?;
    Ok(steps_of(header))
}

pub(crate) fn write<'a, M: Model>(
    optimizer: &str,
    steps: u64,
    sets: usize,
    parts: impl Iterator<Item = &'a M>,
    to: &mut [u8],
) -> Result<(), Damaged> {
    let (needed, got) = (bytes::<M>(sets), to.len());
    let room = Damaged::Room { needed, got };
    let (content, checksum) = to.split_at_mut_checked(needed - CHECKSUM).ok_or(room)?;
    let checksum = checksum.first_chunk_mut::<CHECKSUM>().ok_or(room)?;
    let (header, scalars) = content.split_first_chunk_mut::<HEADER>().ok_or(room)?;
    *header = self::header::<M>(*MAGIC, optimizer, sets, steps);
    let all = parts.flat_map(|part| part.as_slice());
    for (bytes, scalar) in scalars.chunks_exact_mut(size_of::<M::Scalar>()).zip(all) {
        put(bytemuck::bytes_of(scalar), bytes);
    }
    *checksum = crc(content).to_le_bytes();
    Ok(())
}

/// Reads sets of weights into `parts`, and returns the number of steps.
pub(crate) fn read<'a, M: Model>(
    optimizer: &str,
    sets: usize,
    parts: impl Iterator<Item = &'a mut M>,
    from: &[u8],
) -> Result<u64, Damaged> {
    let needed = bytes::<M>(sets);
    let header = begin(from, needed)?;
    let steps = steps_of(header);
    if *header != self::header::<M>(magic(header), optimizer, sets, steps) {
        return Err(Damaged::Other);
    }
    let scalars = intact(from, needed)?.chunks_exact(size_of::<M::Scalar>());
    for (bytes, scalar) in scalars.zip(parts.flat_map(|part| part.as_mut_slice())) {
        put(bytes, bytemuck::bytes_of_mut(scalar));
    }
    Ok(steps)
}

/// Returns the header of a snapshot of `needed` bytes.
fn begin(from: &[u8], needed: usize) -> Result<&[u8; HEADER], Damaged> {
    let room = Damaged::Room { needed, got: from.len() };
    let magic = from.first_chunk::<4>().ok_or(room)?;
    if magic != MAGIC && magic != OLDER {
        return Err(Damaged::Nothing);
    }
    from.first_chunk().ok_or(room)
}

/// Returns the scalars of a snapshot of `needed` bytes, if its checksum is right.
fn intact(from: &[u8], needed: usize) -> Result<&[u8], Damaged> {
    let room = Damaged::Room { needed, got: from.len() };
    let (content, checksum) = from.split_at_checked(needed.saturating_sub(CHECKSUM)).ok_or(room)?;
    if *checksum.first_chunk::<CHECKSUM>().ok_or(room)? != crc(content).to_le_bytes() {
        return Err(Damaged::Checksum);
    }
    Ok(content.get(HEADER..).unwrap_or_default())
}

fn steps_of(header: &[u8; HEADER]) -> u64 {
    let [.., a, b, c, d, e, f, g, h] = *header;
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

const MAGIC: &[u8; 4] = b"nnw2";
/// Of a version whose fingerprint had no graph.
const OLDER: &[u8; 4] = b"nnw1";

fn magic(header: &[u8; HEADER]) -> [u8; 4] {
    let [a, b, c, d, ..] = *header;
    [a, b, c, d]
}

fn fingerprint<M: Model>(magic: [u8; 4]) -> u32 {
    if magic == *OLDER { Of::<M>::PARTS } else { Of::<M>::FINGERPRINT }
}

fn header<M: Model>(magic: [u8; 4], optimizer: &str, sets: usize, steps: u64) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    let optimizer = if optimizer.is_empty() { 0 } else { crc(optimizer.as_bytes()) };
    let words = [
        u32::from_le_bytes(magic),
        fingerprint::<M>(magic),
        optimizer,
        sets as u32,
        steps as u32,
        (steps >> 32) as u32,
    ];
    for (bytes, word) in header.chunks_exact_mut(4).zip(words) {
        put(&word.to_ne_bytes(), bytes);
    }
    header
}

/// Constants that rustc computes for a model.
struct Of<M>(PhantomData<M>);

impl<M: Model> Of<M> {
    /// A fingerprint of the names and shapes of all variables. The name of the model may change.
    const PARTS: u32 = Self::ALL.value();
    /// The same with the graph.
    const FINGERPRINT: u32 = Self::ALL.add(&M::FINGERPRINT.to_le_bytes()).value();
    const ALL: Checksum = parts(M::PARTS, Checksum::NEW.add(&[size_of::<M::Scalar>() as u8]));
}

const fn parts(parts: &[Part], mut all: Checksum) -> Checksum {
    let mut i = 0;
    while i < parts.len() {
        all = match &parts[i] {
            Part::Variable { name, shape, .. } => {
                all = all.add(name.as_bytes());
                let mut k = 0;
                while k < shape.rank() {
                    all = all.add(&(shape.dim(k) as u64).to_le_bytes());
                    k += 1;
                }
                all.add(b";")
            }
            Part::Layer { name, parts, .. } => self::parts(parts, all.add(name.as_bytes()).add(b"{")).add(b"}"),
            Part::Nothing => all,
        };
        i += 1;
    }
    all
}

/// Copies the bytes of a number between this machine's order and little-endian order. Both directions are the same.
#[inline]
fn put(from: &[u8], to: &mut [u8]) {
    let turned = cfg!(target_endian = "big");
    let length = from.len();
    for (i, to) in to.iter_mut().enumerate() {
        let place = if turned { length.wrapping_sub(i + 1) } else { i };
        *to = from.get(place).copied().unwrap_or_default();
    }
}

fn crc(bytes: &[u8]) -> u32 {
    Checksum::NEW.add(bytes).value()
}

/// CRC-32, bit by bit: a table would take a kilobyte of flash.
struct Checksum(u32);

impl Checksum {
    const NEW: Self = Checksum(!0);

    const fn add(self, mut bytes: &[u8]) -> Self {
        let mut crc = self.0;
        while let [byte, rest @ ..] = bytes {
            crc ^= *byte as u32;
            let mut bit = 0;
            while bit < 8 {
                crc = (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg());
                bit += 1;
            }
            bytes = rest;
        }
        Checksum(crc)
    }

    const fn value(self) -> u32 {
        !self.0
    }
}

#[cfg(test)]
mod tests {
    /// The check value from the catalogue of CRCs.
    #[test]
    fn the_checksum_is_that_of_zip() {
        assert_eq!(super::crc(b"123456789"), 0xCBF4_3926);
        assert_eq!(super::crc(b""), 0);
    }
}
