//! The products behind the layers, over flat slices with constant shapes.
//!
//! A matrix is column-major: `w[i * O + o]` is row `o`, column `i` of an `O × I` matrix. `n` samples of `I` scalars are
//! one slice of `n * I` scalars.
//!
//! ```text
//! affine            y = W · x + b
//! affine_split      y = W · x + b       with x in several slices
//! add_outer        dW += dy · xᵀ        summed over samples
//! add_transposed   dx += Wᵀ · dy
//! add_rows         db += dy             summed over samples
//!
//! Sizes::add        y += W · x          and the gradients, with sizes known at run time and samples that overlap
//!
//! Convolution       y  = W · x + b     and the gradients, over the windows of images
//!
//! add_columns       y += Σ W[:, k]      over the places k of the ones of a sample
//! add_to_columns   dW[:, k] += dy
//! ```
//!
//! With `std` and optimisation, all three products are one loop (`block`): a block of running sums stays in registers
//! while the loop sums over a long axis. They differ in the choice of that axis and of the lanes. Each product is
//! compiled for several instruction sets, of which the machine's is chosen at run time (`level`). It is compiled once
//! for all shapes (`shared`), because separate code for every layer of every model would not be faster. This code is
//! large: it would slow down debug builds and fill a microcontroller's flash, so these have `plain` loops. No kernel
//! allocates. A computation of many short parts finds out the level once ([`with_simd`]).

mod axis;
#[cfg(feature = "alloc")]
mod columns;
mod fetch;
mod functions;
mod loops;
#[cfg(any(not(feature = "std"), debug_assertions))]
mod plain;
pub mod rows;
mod simd;
mod sized;

pub use axis::Axis;
#[cfg(feature = "alloc")]
pub use columns::{add_columns, add_to_columns};
pub use fetch::prefetch;
pub use functions::{density, exp, exp_m1, normal, sigmoid, sigmoids, softplus, tanh};
pub use loops::{Function, Loop, apply, exp_all, map, run};
pub use simd::{Simd, WithSimd, with_simd};
pub use sized::Sizes;

#[cfg(any(not(feature = "std"), debug_assertions))]
pub use plain::{Shared, add_outer, add_rows, add_transposed, affine, affine_rectified, affine_split, dot};

/// The number of inputs of a product in each of `K` slices.
pub trait Features<const K: usize> {
    /// The numbers of inputs.
    const INPUTS: [usize; K];
}

/// Returns the number of inputs before slice `k`.
const fn before<F: Features<K>, const K: usize>(k: usize) -> usize {
    let (mut sum, mut i) = (0, 0);
    while i < k && i < K {
        sum += F::INPUTS[i];
        i += 1;
    }
    sum
}

/// Selects the code of optimised builds.
macro_rules! optimised {
    ($($item:item)*) => {$(
        #[cfg(all(feature = "std", not(debug_assertions)))]
        $item
    )*};
}

optimised! {
    mod affine;
    mod block;
    mod convolution;
    mod split_input;
    #[doc(hidden)]
    pub mod level;
    mod outer;
    mod dims;
    mod shared;
    mod state;
    mod sums;
    mod transposed;
    mod vector;

    pub use self::{
        affine::{affine, affine_rectified},
        convolution::Convolution,
        split_input::affine_split,
        outer::add_outer,
        shared::Shared,
        sums::{add_rows, dot},
        transposed::add_transposed,
    };
}
