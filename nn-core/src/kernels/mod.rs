//! The products behind the layers, over flat slices with constant shapes.
//!
//! A matrix is column-major: `w[i * O + o]` is row `o`, column `i` of an `O × I` matrix. `n` samples of `I` scalars are one
//! slice of `n * I` scalars.
//!
//! ```text
//! affine            y = W · x + b
//! add_outer        dW += dy · xᵀ        summed over samples
//! add_transposed   dx += Wᵀ · dy
//! add_rows         db += dy             summed over samples
//! ```
//!
//! All three products are one loop (`block`): a block of running sums stays in registers while a long axis is summed over.
//! They differ in which axis that is, and in what is a lane of a vector. Each is compiled for several instruction sets, of
//! which the machine's is chosen at run time (`level`). None allocates.

mod affine;
mod block;
#[doc(hidden)]
pub mod level;
mod outer;
mod sums;
#[cfg(test)]
mod tests;
mod transposed;

pub use affine::affine;
pub use outer::add_outer;
pub use sums::{add_rows, dot};
pub use transposed::add_transposed;
