//! The guide's own layers.

mod custom_dense;
mod custom_rnn;

pub(crate) use custom_dense::SPEC::CustomDense;
pub(crate) use custom_rnn::SPEC::CustomRnn;
