//! No code: see `tests/`.
