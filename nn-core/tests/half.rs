//! Halves against the crate `half`: every half as `f32`, and `f32`s as halves. An optimised build tests one `f32` of
//! 251, or every `f32` on request:
//!
//! ```sh
//! NN_EXHAUSTIVE=1 cargo test --release -p nn-core --test half
//! ```

use nn_core::{Bf16, F16};

/// Whether both are the same number, or both are NaN.
fn same(a: f32, b: f32) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

#[test]
fn every_half_is_widened() {
    for bits in 0..=u16::MAX {
        let (ours, theirs) = (F16::from_bits(bits).to_f32(), half::f16::from_bits(bits).to_f32());
        assert!(same(ours, theirs), "F16 {bits:#06x}: {ours} and {theirs}");
        let (ours, theirs) = (Bf16::from_bits(bits).to_f32(), half::bf16::from_bits(bits).to_f32());
        assert!(same(ours, theirs), "Bf16 {bits:#06x}: {ours} and {theirs}");
    }
}

/// Computes halves in `f64`, whose products of powers of two are exact.
#[test]
fn halves_are_what_their_formula_says() {
    for bits in 0..=u16::MAX {
        let sign = if bits < 0x8000 { 1.0 } else { -1.0 };
        let value = |bias: i32, places: i32| {
            let magnitude = i32::from(bits & 0x7FFF);
            let (exponent, fraction) = (magnitude >> places, f64::from(magnitude % (1 << places)) / 2f64.powi(places));
            let lead = f64::from(i32::from(exponent > 0));
            match (exponent == 2 * bias + 1, fraction == 0.0) {
                (false, _) => sign * (lead + fraction) * 2f64.powi(exponent.max(1) - bias),
                (true, true) => sign * f64::INFINITY,
                (true, false) => f64::NAN,
            }
        };
        assert!(same(F16::from_bits(bits).to_f32(), value(15, 10) as f32), "F16 {bits:#06x}");
        assert!(same(Bf16::from_bits(bits).to_f32(), value(127, 7) as f32), "Bf16 {bits:#06x}");
    }
}

#[test]
fn a_half_is_nearest_to_itself() {
    for bits in 0..=u16::MAX {
        let (f16, bf16) = (F16::from_bits(bits).to_f32(), Bf16::from_bits(bits).to_f32());
        if f16.is_nan() {
            assert!(F16::from_f32(f16).to_f32().is_nan());
        } else {
            assert_eq!(F16::from_f32(f16).to_bits(), bits);
        }
        if bf16.is_nan() {
            assert!(Bf16::from_f32(bf16).to_f32().is_nan());
        } else {
            assert_eq!(Bf16::from_f32(bf16).to_bits(), bits);
        }
    }
    assert_eq!((F16::MAX.to_f32(), Bf16::MAX.to_bits() + 1), (65504.0, Bf16::from_f32(f32::INFINITY).to_bits()));
}

fn check(bits: u32) {
    let value = f32::from_bits(bits);
    let (ours, theirs) = (F16::from_f32(value), half::f16::from_f32(value));
    assert!(
        if value.is_nan() { ours.to_f32().is_nan() } else { ours.to_bits() == theirs.to_bits() },
        "{bits:#010x} is F16 {ours:?} and {theirs}"
    );
    let (ours, theirs) = (Bf16::from_f32(value), half::bf16::from_f32(value));
    assert!(
        if value.is_nan() { ours.to_f32().is_nan() } else { ours.to_bits() == theirs.to_bits() },
        "{bits:#010x} is Bf16 {ours:?} and {theirs}"
    );
}

/// Tests values around every half and around every midpoint of two halves.
#[test]
fn rounding_is_to_the_nearest_and_to_even() {
    for bits in 0..u16::MAX {
        let halves = [F16::from_bits(bits).to_f32(), F16::from_bits(bits + 1).to_f32()];
        // The midpoint between the largest number and infinity is 65520.
        let between = ((f64::from(halves[0]) + f64::from(halves[1])) / 2.0) as f32;
        for number in [halves[0], between, 65520.0] {
            (-2..=2).for_each(|step| check(number.to_bits().wrapping_add_signed(step)));
        }
        let upper = u32::from(bits) << 16;
        for lower in [0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF] {
            check(upper | lower);
        }
    }
}

/// Tests all exponents and both signs, with fractions from the whole range.
#[test]
fn rounding_at_all_exponents() {
    let mut state = 1_u32;
    for upper in 0..512_u32 {
        for _ in 0..4_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // In a linear congruence, the upper bits are the random ones.
            check(upper << 23 | state >> 9);
        }
    }
}

#[cfg(not(debug_assertions))]
#[test]
fn numbers_are_rounded() {
    let step = if std::env::var_os("NN_EXHAUSTIVE").is_some() { 1 } else { 251 };
    (0..=u32::MAX).step_by(step).for_each(check);
}
