//! Nothing: see `tests/same.rs`.
