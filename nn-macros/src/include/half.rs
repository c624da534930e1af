//! Numbers of 16 bits as `f32`, exactly.

/// The bytes of a tensor as `f32`, if it is one of halves.
pub(super) fn widen(dtype: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let widen: fn(u16) -> f32 = match dtype {
        "F16" => f16,
        "BF16" => bf16,
        _ => return None,
    };
    let halves = bytes.chunks_exact(2).map(|half| u16::from_le_bytes([half[0], half[1]]));
    Some(halves.flat_map(|half| widen(half).to_le_bytes()).collect())
}

/// The upper half of an `f32`.
fn bf16(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

/// IEEE 754's half: a sign, 5 bits of exponent, 10 of fraction.
fn f16(bits: u16) -> f32 {
    let (sign, exponent, fraction) = (u32::from(bits >> 15) << 31, u32::from(bits >> 10 & 31), u32::from(bits & 1023));
    match exponent {
        // Without the leading 1: a multiple of 2⁻²⁴.
        0 => f32::from_bits(sign | (fraction as f32 / 16_777_216.0).to_bits()),
        31 => f32::from_bits(sign | 0x7F80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_exact() {
        let known =
            [(0x3C00, 1.0), (0xC000, -2.0), (0x7BFF, 65504.0), (0x0001, 5.960_464_5e-8), (0x0400, 6.103_515_6e-5)];
        for (bits, value) in known {
            assert_eq!(f16(bits), value, "{bits:#x}");
        }
        assert_eq!((f16(0x3555), f16(0x7C00)), (0.333_251_95, f32::INFINITY));
        assert!(f16(0x7E00).is_nan() && f16(0x8000).is_sign_negative() && f16(0x8000) == 0.0);
        assert_eq!((bf16(0x3F80), bf16(0xC040)), (1.0, -3.0));
    }

    #[test]
    fn others_stay() {
        assert_eq!(widen("F32", &[0; 4]), None);
        assert_eq!(widen("F16", &[0, 0x3C]), Some(1.0f32.to_le_bytes().to_vec()));
    }
}
