//! Masks: the layers that make, hand on, merge, read and drop them, compared with Keras (`tests/fixtures/masks.py`) and
//! by hand.
//!
//! ```sh
//! cargo test -p nn-sweeps --test masked                   # a sample of the graphs
//! cargo test -p nn-sweeps --test masked --features all
//! ```

#![allow(missing_docs)]
// Some graphs drop a mask, or have layers without effect.
#![allow(deprecated)]

mod by_hand;
#[path = "../../../parity/close.rs"]
mod close;
#[allow(dead_code)]
#[path = "../../../parity/fixture.rs"]
mod fixture;
mod graphs;
mod sample;
mod sweep;
