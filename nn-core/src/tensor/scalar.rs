//! [`Scalar`]: the number type of a model.

use crate::kernels::Shared;
use crate::tensor::Element;
use nalgebra::RealField;

/// The number type of a model's weights: `f32` or `f64`.
///
/// Arithmetic and functions (`exp`, `tanh`, `sqrt`, …) come from nalgebra's [`RealField`]; they use the platform's
/// library under `std` and the `libm` crate without it. The trait is sealed.
pub trait Scalar: RealField + Copy + Default + core::iter::Sum + Element + Shared + sealed::Sealed {
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;

    /// Returns the value nearest to a literal.
    fn of(value: f64) -> Self;

    /// Returns this value as an `f64`, exactly.
    fn to_f64(self) -> f64;

    /// Returns the complementary error function `1 - erf(x) = 2/√π ∫ₓ exp(-t²) dt`, to all digits even if erf(x) is
    /// nearly 1.
    fn erfc(self) -> Self;

    /// Returns a function of this value: `single` for an `f32`, else `otherwise`.
    #[doc(hidden)]
    fn in_single(self, single: impl Fn(f32) -> f32, otherwise: impl Fn(Self) -> Self) -> Self;

    /// Returns the larger of 0 and this value. A NaN stays NaN whatever its sign. The sign of a 0 depends on the
    /// target.
    #[doc(hidden)]
    #[inline(always)]
    fn positive(self) -> Self {
        // In this order it is one instruction on x86 (`max`), which returns its second operand if one is NaN.
        if self < Self::ZERO { Self::ZERO } else { self }
    }

    /// Returns `self · a + b`, rounded once. Only for code that is compiled for a target with such an instruction.
    #[cfg(feature = "std")]
    #[doc(hidden)]
    fn fused_mul_add(self, a: Self, b: Self) -> Self;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

impl Scalar for f32 {
    const ZERO: f32 = 0.0;
    const ONE: f32 = 1.0;

    #[inline(always)]
    fn of(value: f64) -> f32 {
        value as f32
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        self as f64
    }

    fn erfc(self) -> f32 {
        libm::erfcf(self)
    }

    #[inline(always)]
    fn in_single(self, single: impl Fn(f32) -> f32, _: impl Fn(f32) -> f32) -> f32 {
        single(self)
    }

    /// Compares bits, because a small machine compares integers in half the instructions, or has no float
    /// instructions. As integers, negative numbers are the least, up to -∞; NaNs with that sign are above them.
    #[cfg(all(not(feature = "std"), target_pointer_width = "32"))]
    #[inline(always)]
    fn positive(self) -> f32 {
        if self.to_bits() as i32 > f32::NEG_INFINITY.to_bits() as i32 { self } else { 0.0 }
    }

    #[cfg(feature = "std")]
    #[inline(always)]
    fn fused_mul_add(self, a: f32, b: f32) -> f32 {
        f32::mul_add(self, a, b)
    }
}

impl Scalar for f64 {
    const ZERO: f64 = 0.0;
    const ONE: f64 = 1.0;

    #[inline(always)]
    fn of(value: f64) -> f64 {
        value
    }

    #[inline(always)]
    fn to_f64(self) -> f64 {
        self
    }

    fn erfc(self) -> f64 {
        libm::erfc(self)
    }

    #[inline(always)]
    fn in_single(self, _: impl Fn(f32) -> f32, otherwise: impl Fn(f64) -> f64) -> f64 {
        otherwise(self)
    }

    #[cfg(feature = "std")]
    #[inline(always)]
    fn fused_mul_add(self, a: f64, b: f64) -> f64 {
        f64::mul_add(self, a, b)
    }
}
