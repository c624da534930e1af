//! Empty: see `tests`.
