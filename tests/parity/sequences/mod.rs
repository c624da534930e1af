//! Embeddings, recurrent layers, wrappers and masks: `tests/fixtures/recurrent.py`.

pub(crate) mod bidirectional;
pub(crate) mod embedding;
pub(crate) mod gru;
pub(crate) mod lstm;
pub(crate) mod simple_rnn;
pub(crate) mod steps;
