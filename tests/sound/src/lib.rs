//! What the tests of this crate share. It has no unsafe code, and neither have they: whatever they do wrong may panic,
//! fail or give a wrong number, but the library must not read or write what is not its own. `.ci/run memory` runs them
//! under valgrind and AddressSanitizer.
#![forbid(unsafe_code)]

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};

/// Runs what may panic, and says whether it did not. Nothing is printed.
pub fn survives(run: impl FnOnce()) -> bool {
    set_hook(Box::new(|_| {}));
    catch_unwind(AssertUnwindSafe(run)).is_ok()
}

/// Numbers that look random (SplitMix64).
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

    /// A box of exactly so many numbers: nothing is behind the last one.
    pub fn floats(&mut self, len: usize) -> Box<[f32]> {
        (0..len).map(|_| self.below(1000) as f32 / 500.0 - 1.0).collect()
    }
}
