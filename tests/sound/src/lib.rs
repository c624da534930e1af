//! Helpers of this crate's tests. Neither has unsafe code. Their mistakes may panic, fail or give a wrong number, but
//! the library must not read or write foreign memory. `.ci/run memory` runs the tests under valgrind and
//! AddressSanitizer.
#![forbid(unsafe_code)]

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};

/// Runs a function that may panic, prints nothing, and returns whether it did not panic.
pub fn survives(run: impl FnOnce()) -> bool {
    set_hook(Box::new(|_| {}));
    catch_unwind(AssertUnwindSafe(run)).is_ok()
}

/// A source of numbers that look random (SplitMix64).
#[derive(Clone, Copy, Debug)]
pub struct Numbers(pub u64);

impl Numbers {
    /// The next one below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }

    /// A box of exactly this many numbers, with nothing behind the last one.
    pub fn floats(&mut self, len: usize) -> Box<[f32]> {
        (0..len).map(|_| self.below(1000) as f32 / 500.0 - 1.0).collect()
    }
}
