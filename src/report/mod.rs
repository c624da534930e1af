//! The numbers of a run as values, lines, bars and charts. Rule: nothing here knows of models.

pub(crate) mod history;
#[cfg(feature = "plot")]
mod plot;
pub(crate) mod progress;
pub(crate) mod values;
