//! Containers: the bytes of a file as named parts. Rule: nothing here knows a network.
//!
//! Files are not trusted. Every read is checked against the end of the file, nothing is allocated by a length that the
//! file states alone, and loops in a file end.

pub(crate) mod bytes;
pub(crate) mod flatbuffer;
pub(crate) mod hdf5;
pub(crate) mod zip;
