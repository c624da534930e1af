//! Empty: see `tests/same.rs`.
