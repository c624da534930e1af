//! Tensors of halves, in a file and in the program.

use nn_core::{Bf16, F16, Half};
use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// The type that keeps the weights, if it is not `f32`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kept {
    F16,
    Bf16,
}

impl Kept {
    /// Parses the last argument.
    pub(super) fn from_name(name: &Ident) -> Option<Kept> {
        match name.to_string().as_str() {
            "f16" => Some(Kept::F16),
            "bf16" => Some(Kept::Bf16),
            _ => None,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Kept::F16 => "f16",
            Kept::Bf16 => "bf16",
        }
    }

    /// Its name in files.
    pub(super) fn dtype(self) -> &'static str {
        match self {
            Kept::F16 => F16::DTYPE,
            Kept::Bf16 => Bf16::DTYPE,
        }
    }

    /// Its type in Rust.
    pub(super) fn path(self) -> TokenStream {
        match self {
            Kept::F16 => quote!(::nn::F16),
            Kept::Bf16 => quote!(::nn::Bf16),
        }
    }

    /// The largest finite number.
    pub(super) fn max(self) -> f32 {
        match self {
            Kept::F16 => F16::MAX.to_f32(),
            Kept::Bf16 => Bf16::MAX.to_f32(),
        }
    }

    /// The bytes of numbers as halves, or the first number that is too large for one.
    pub(super) fn round(self, numbers: &[f32]) -> Result<Vec<u8>, f32> {
        let mut bytes = Vec::with_capacity(2 * numbers.len());
        for &number in numbers {
            let (bits, back) = match self {
                Kept::F16 => (F16::from_f32(number).to_bits(), F16::from_f32(number).to_f32()),
                Kept::Bf16 => (Bf16::from_f32(number).to_bits(), Bf16::from_f32(number).to_f32()),
            };
            if number.is_finite() && !back.is_finite() {
                return Err(number);
            }
            bytes.extend(bits.to_le_bytes());
        }
        Ok(bytes)
    }
}

/// Whether this is a type of halves.
pub(super) fn are(dtype: &str) -> bool {
    dtype == F16::DTYPE || dtype == Bf16::DTYPE
}

/// The first number of a tensor that is NaN or infinite, with its place.
pub(super) fn not_finite(dtype: &str, bytes: &[u8]) -> Option<(usize, f64)> {
    let find = |numbers: &mut dyn Iterator<Item = f64>| numbers.enumerate().find(|(_, x)| !x.is_finite());
    if dtype == "F64" {
        return find(&mut bytes.as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes)));
    }
    find(&mut numbers(dtype, bytes)?.into_iter().map(f64::from))
}

/// The numbers of a tensor, if they are `f32` or halves, exactly.
pub(super) fn numbers(dtype: &str, bytes: &[u8]) -> Option<Vec<f32>> {
    let halves = |widen: fn(u16) -> f32| {
        bytes.chunks_exact(2).map(|half| widen(u16::from_le_bytes([half[0], half[1]]))).collect()
    };
    match dtype {
        "F16" => Some(halves(|bits| F16::from_bits(bits).to_f32())),
        "BF16" => Some(halves(|bits| Bf16::from_bits(bits).to_f32())),
        "F32" => Some(bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_all_types() {
        assert_eq!(numbers("F16", &[0, 0x3C, 0, 0xC0]), Some(vec![1.0, -2.0]));
        assert_eq!(numbers("BF16", &[0x80, 0x3F]), Some(vec![1.0]));
        assert_eq!(numbers("F32", &0.5f32.to_le_bytes()), Some(vec![0.5]));
        assert_eq!(numbers("F64", &[0; 8]), None);
    }

    #[test]
    fn what_is_not_finite_is_found() {
        assert_eq!(not_finite("F32", &[0; 8]), None);
        assert_eq!(not_finite("F16", &[0, 0x3C, 0, 0x7C]), Some((1, f64::INFINITY)));
        assert_eq!(not_finite("F64", &f64::NEG_INFINITY.to_le_bytes()), Some((0, f64::NEG_INFINITY)));
        assert!(not_finite("BF16", &[0, 0, 0xC0, 0x7F]).is_some_and(|(place, x)| place == 1 && x.is_nan()));
        assert_eq!(not_finite("I32", &[255; 4]), None);
    }

    #[test]
    fn what_overflows_is_found() {
        assert_eq!(Kept::F16.round(&[1.0, 65519.0, f32::INFINITY]), Ok(vec![0, 0x3C, 0xFF, 0x7B, 0, 0x7C]));
        assert_eq!(Kept::F16.round(&[1.0, -65520.0]), Err(-65520.0));
        assert_eq!(Kept::Bf16.round(&[-65520.0]), Ok(vec![0x80, 0xC7]));
        assert_eq!(Kept::Bf16.round(&[f32::MAX]), Err(f32::MAX));
        let nan = Kept::F16.round(&[f32::NAN]).unwrap();
        assert!(F16::from_bits(u16::from_le_bytes([nan[0], nan[1]])).to_f32().is_nan());
    }
}
