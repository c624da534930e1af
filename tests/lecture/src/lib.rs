//! Nothing: see `tests/headline.rs`.
