//! The state of a stream as bytes.
//!
//! ```text
//! bytes    content; all numbers are little-endian
//! 0..4     "nns1"
//! 4..8     a fingerprint of the model's graph, and of the size of a scalar
//! 8..      the state
//! ```

use super::{Stream, StreamState, Streams};
use crate::layer::State;
use core::fmt;

const MARK: [u8; 4] = *b"nns1";
const HEADER: usize = 8;

/// The reason why bytes are not the state of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamError {
    /// There are too few or too many bytes.
    Size {
        /// The number of bytes needed.
        needed: usize,
        /// The number of bytes given.
        got: usize,
    },
    /// The bytes are other data.
    Nothing,
    /// The bytes are the state of another model.
    Other,
}

impl fmt::Display for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StreamError::Size { needed, got } => {
                write!(f, "this stream's state has {needed} bytes, but there are {got}")
            }
            StreamError::Nothing => f.write_str("the bytes are not the state of a stream"),
            StreamError::Other => f.write_str("the state belongs to a stream of another model"),
        }
    }
}

impl core::error::Error for StreamError {}

/// FNV-1a of the graph of a model and of the size of its scalars.
const fn fingerprint(graph: &[u8], scalar: usize) -> u32 {
    let (mut hash, mut i) = (0x811c_9dc5_u32 ^ scalar as u32, 0);
    while i < graph.len() {
        hash = (hash ^ graph[i] as u32).wrapping_mul(0x0100_0193);
        i += 1;
    }
    hash
}

impl<M: Streams> StreamState<M> {
    /// The number of bytes of a saved state.
    pub const BYTES: usize = HEADER + <M::State as State>::BYTES;
    const FINGERPRINT: u32 = fingerprint(M::DOT.as_bytes(), size_of::<M::Scalar>());

    /// Writes the state to `to`, which has [`BYTES`](Self::BYTES) bytes.
    ///
    /// # Errors
    /// If `to` has another length.
    pub fn write(&self, to: &mut [u8]) -> Result<(), StreamError> {
        let size = StreamError::Size { needed: Self::BYTES, got: to.len() };
        if to.len() != Self::BYTES {
            return Err(size);
        }
        let (mark, to) = to.split_first_chunk_mut().ok_or(size)?;
        let (model, to) = to.split_first_chunk_mut().ok_or(size)?;
        (*mark, *model) = (MARK, Self::FINGERPRINT.to_le_bytes());
        self.0.write(to).map(|_| ()).ok_or(size)
    }

    /// Returns the state as bytes.
    #[cfg(feature = "alloc")]
    pub fn to_bytes(&self) -> alloc::vec::Vec<u8> {
        let mut bytes = alloc::vec![0; Self::BYTES];
        // The length fits.
        _ = self.write(&mut bytes);
        bytes
    }

    /// Returns the state that [`write`](Self::write) wrote.
    ///
    /// # Errors
    /// If the bytes have another length, or belong to another model.
    pub fn from_bytes(from: &[u8]) -> Result<Self, StreamError> {
        let size = StreamError::Size { needed: Self::BYTES, got: from.len() };
        let (mark, rest) = from.split_first_chunk::<4>().ok_or(size)?;
        let (model, rest) = rest.split_first_chunk::<4>().ok_or(size)?;
        if *mark != MARK {
            return Err(StreamError::Nothing);
        }
        if u32::from_le_bytes(*model) != Self::FINGERPRINT {
            return Err(StreamError::Other);
        }
        if from.len() != Self::BYTES {
            return Err(size);
        }
        let mut state = Self::START;
        state.0.read(rest).ok_or(size)?;
        Ok(state)
    }
}

impl<M: Streams> Stream<'_, M> {
    /// The number of bytes of a saved state.
    pub const BYTES: usize = StreamState::<M>::BYTES;
}
