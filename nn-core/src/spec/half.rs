//! [`F16`] and [`Bf16`]: 16-bit numbers for stored weights.
//!
//! | | sign, exponent, fraction | largest | smallest | relative error of rounding |
//! |---|---|---|---|---|
//! | `f32` | 1, 8, 23 bits | 3.4e38 | 1.4e-45 | |
//! | [`F16`] (IEEE 754's binary16) | 1, 5, 10 bits | 65504 | 6.0e-8 | 2⁻¹¹ = 0.05 % from 6.1e-5 on |
//! | [`Bf16`] (the upper half of an `f32`) | 1, 8, 7 bits | 3.4e38 | 9.2e-41 | 2⁻⁸ = 0.4 % from 1.2e-38 on |
//!
//! ```text
//! value = ±2^(exponent - bias) · (1 + fraction / 2^bits)         bias = 15 and 127
//!       = ±2^(1 - bias) · fraction / 2^bits                      exponent 0: zero and subnormal numbers
//!       = ±∞ if the fraction is 0, else NaN                      exponent all ones
//! ```
//!
//! All code is integer arithmetic, so a machine without floating point calls no library for it.

use core::fmt;

/// A 16-bit number, [`F16`] or [`Bf16`]. An `f32` can hold each of its values.
pub trait Half: Copy + fmt::Debug + PartialEq + Send + Sync + sealed::Sealed + 'static {
    /// Its name in safetensors files: `F16` or `BF16`.
    const DTYPE: &'static str;

    /// Returns the same number, exactly.
    fn to_f32(self) -> f32;
}

mod sealed {
    /// Any 16 bits are a value of an implementation.
    pub trait Sealed {}
    impl Sealed for super::F16 {}
    impl Sealed for super::Bf16 {}
}

/// IEEE 754's binary16: 11 bits of precision, up to 65504.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct F16(u16);

/// The upper half of an `f32`: 8 bits of precision, and the range of an `f32`.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct Bf16(u16);

/// The difference of the biases of both exponents, as an exponent of an `f32`. Added to fraction and exponent of a
/// half, it makes a float.
const REBIAS: u32 = (127 - 15) << 23;
/// Infinity as an `f32`; larger bits are NaN.
const INFINITY: u32 = 0x7F80_0000;

impl F16 {
    /// The largest finite number, 65504.
    pub const MAX: F16 = F16(0x7BFF);

    /// Returns the nearest number; of two equally near, the one whose last bit is 0. From 65520 on it is infinity. A
    /// NaN stays NaN.
    pub const fn from_f32(value: f32) -> F16 {
        let (sign, magnitude) = ((value.to_bits() >> 16) as u16 & 0x8000, value.to_bits() & 0x7FFF_FFFF);
        let exponent = magnitude >> 23;
        let rounded = if magnitude > INFINITY {
            0x7E00 | magnitude >> 13 & 0x3FF
        } else if exponent >= 127 + 16 {
            0x7C00
        } else if exponent > 127 - 15 {
            // A carry goes into the exponent, and from the largest to infinity.
            shifted(magnitude - REBIAS, 13)
        } else {
            // A multiple of 2⁻²⁴; for a subnormal `f32` it is 0.
            let significand = magnitude & 0x7F_FFFF | ((exponent > 0) as u32) << 23;
            shifted(significand, if exponent > 126 - 25 { 126 - exponent } else { 25 })
        };
        F16(sign | rounded as u16)
    }

    /// Returns the same number, exactly.
    #[inline(always)]
    pub const fn to_f32(self) -> f32 {
        // Sign, exponent and fraction move to their places; the copies of the sign behind it are removed.
        let moved = (self.0 as i16 as u32) << 13 & 0x8FFF_FFFF;
        // One higher, an exponent of 0 is 1, and an exponent of all ones has overflowed: in both cases only the last
        // bit may be set.
        if self.0.wrapping_add(0x400) & 0x7800 != 0 {
            return f32::from_bits(moved + REBIAS);
        }
        f32::from_bits(self.extreme(moved))
    }

    /// Returns the bits of zero, of a subnormal number, of infinity or of NaN. `moved` are its own bits in their
    /// places.
    const fn extreme(self, moved: u32) -> u32 {
        let fraction = self.0 & 0x3FF;
        if self.0 & 0x7C00 > 0 {
            moved + 2 * REBIAS
        } else if fraction == 0 {
            moved
        } else {
            // The leading 1 moves to its place in normal numbers.
            let places = fraction.leading_zeros() - 5;
            (moved & 0x8000_0000) + ((fraction as u32) << (13 + places)) + REBIAS - (places << 23)
        }
    }
}

impl Bf16 {
    /// The largest finite number, about 3.39e38.
    pub const MAX: Bf16 = Bf16(0x7F7F);

    /// Returns the nearest number; of two equally near, the one whose last bit is 0. Above about 3.3953e38 it is
    /// infinity. A NaN stays NaN.
    pub const fn from_f32(value: f32) -> Bf16 {
        let bits = value.to_bits();
        // A NaN may differ from infinity only in the lower half.
        let rounded = if value.is_nan() { bits >> 16 | 0x40 } else { shifted(bits, 16) };
        Bf16(rounded as u16)
    }

    /// Returns the same number, exactly.
    #[inline(always)]
    pub const fn to_f32(self) -> f32 {
        f32::from_bits((self.0 as u32) << 16)
    }
}

/// Returns `bits / 2^places`, rounded to the nearest number; ties go to even.
const fn shifted(bits: u32, places: u32) -> u32 {
    let odd = bits >> places & 1;
    (bits + (1 << (places - 1)) - 1 + odd) >> places
}

macro_rules! halves {
    ($($name:ident $dtype:literal)*) => {$(
        impl $name {
            /// Creates the number with these bits.
            pub const fn from_bits(bits: u16) -> $name {
                $name(bits)
            }

            /// Returns its bits.
            pub const fn to_bits(self) -> u16 {
                self.0
            }
        }

        impl Half for $name {
            const DTYPE: &'static str = $dtype;

            #[inline(always)]
            fn to_f32(self) -> f32 {
                $name::to_f32(self)
            }
        }

        /// Compares as numbers: NaN equals nothing, and -0 equals 0.
        impl PartialEq for $name {
            fn eq(&self, other: &$name) -> bool {
                self.to_f32() == other.to_f32()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.to_f32(), f)
            }
        }
    )*};
}

halves!(F16 "F16" Bf16 "BF16");
