//! Empty: see `tests/headline.rs`.
