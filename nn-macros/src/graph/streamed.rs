//! One step of a stream, as the pass `stream` leaves it.

use super::Graph;

/// The index of one of [`Streamed::rates`].
pub(crate) type RateId = usize;

/// A graph that computes one step of a sequence: its sequences have one step each.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Streamed {
    pub(crate) graph: Graph,
    /// The rates below that of the inputs.
    pub(crate) rates: Vec<Rate>,
    /// The rate of each call; `None` for a call that runs at every step.
    pub(crate) calls: Vec<Option<RateId>>,
    /// The same for each output.
    pub(crate) outputs: Vec<Option<RateId>>,
}

/// A rate: element `i` of a sequence comes with step `period · i + delay` of the inputs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rate {
    /// The call whose window completes an element.
    pub(crate) call: usize,
    /// The period and the delay; `None` if only rustc knows them.
    pub(crate) steps: Option<(usize, usize)>,
}
