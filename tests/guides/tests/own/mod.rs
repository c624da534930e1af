//! The guide's own layers.

mod custom_dense;
mod custom_rnn;

pub use custom_dense::CustomDense;
pub use custom_rnn::CustomRnn;
