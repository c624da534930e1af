//! Random numbers of training. Every step has its own stream, so that a run can resume at any step.

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;

/// The purpose of a stream.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    /// The order of the samples from this step on.
    Shuffle,
    /// The layers in this step.
    Layers,
}

/// Returns the stream of a seed, a step and a purpose.
///
/// The generator is a named algorithm, not `StdRng`, so that a seed gives the same numbers in later versions.
pub(crate) fn stream(seed: u64, step: u64, purpose: Purpose) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(mix(mix(mix(seed) ^ step) ^ purpose as u64))
}

/// Mixes a number by SplitMix64, so that neighbours become unrelated. Source: <https://prng.di.unimi.it/splitmix64.c>
fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn streams_differ_in_everything_and_repeat() {
        let first = |seed, step, purpose| stream(seed, step, purpose).next_u64();
        let all = [
            first(0, 0, Purpose::Shuffle),
            first(1, 0, Purpose::Shuffle),
            first(0, 1, Purpose::Shuffle),
            first(0, 0, Purpose::Layers),
            first(1, 0, Purpose::Layers),
            first(0, 1, Purpose::Layers),
        ];
        for (i, a) in all.iter().enumerate() {
            assert!(all[i + 1..].iter().all(|b| a != b));
        }
        assert_eq!(all[1], first(1, 0, Purpose::Shuffle));
    }
}
