//! Which instructions the kernels may use, found out once at run time.
//!
//! A plain `cargo build --release` targets the oldest x86-64, which has 128-bit vectors and no fused multiply-add. So each
//! kernel is compiled several times, and [`dispatch`] picks the fastest that this machine can run. Other targets, and
//! builds without `std` (which cannot ask the machine), have the baseline alone.

use crate::scalar::Scalar;

/// A set of instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What the target always has: SSE2 on x86-64, NEON on 64-bit ARM.
    Baseline,
    /// 256-bit vectors and fused multiply-add.
    Avx2Fma,
    /// 512-bit vectors.
    Avx512,
}

/// `a · b + c`, as a level computes it.
pub(super) trait Arithmetic {
    fn mul_add<T: Scalar>(a: T, b: T, c: T) -> T;
}

/// Two roundings: where there is no instruction for one, its emulation would be many times slower.
pub(super) struct Separate;

impl Arithmetic for Separate {
    #[inline(always)]
    fn mul_add<T: Scalar>(a: T, b: T, c: T) -> T {
        a * b + c
    }
}

/// One rounding, in one instruction.
#[cfg(feature = "std")]
#[cfg_attr(not(any(target_arch = "x86_64", target_arch = "aarch64")), allow(dead_code))]
pub(super) struct Fused;

#[cfg(feature = "std")]
impl Arithmetic for Fused {
    #[inline(always)]
    fn mul_add<T: Scalar>(a: T, b: T, c: T) -> T {
        a.fused_mul_add(b, c)
    }
}

/// A computation that is compiled for every level.
///
/// `run` and everything in it that is worth vectorising must be `#[inline(always)]`: only what is inlined into the
/// functions below is compiled for their instructions.
pub(super) trait Kernel<T: Scalar> {
    type Output;

    /// `ROWS × LANES` running sums fit into the registers of the level, next to what is multiplied; a single row has
    /// `WIDE` sums, which are enough for no addition to wait for the one before it.
    fn run<A: Arithmetic, const ROWS: usize, const LANES: usize, const WIDE: usize>(self) -> Self::Output;
}

/// Runs a kernel at the level of this machine.
#[inline(always)]
pub(super) fn dispatch<T: Scalar, K: Kernel<T>>(kernel: K) -> K::Output {
    #[cfg(all(feature = "std", target_arch = "x86_64"))]
    match detect::level() {
        Level::Baseline => {}
        // SAFETY: `level` returns this one only where AVX2 and FMA were detected.
        Level::Avx2Fma => return unsafe { avx2::<T, K>(kernel) },
        // SAFETY: `level` returns this one only where AVX2, FMA and the three parts of AVX-512 were detected.
        Level::Avx512 => return unsafe { avx512::<T, K>(kernel) },
    }
    baseline::<T, K>(kernel)
}

// The numbers of lanes are those of `f32`; of `f64` half as many fit into a register.

#[inline(never)]
fn baseline<T: Scalar, K: Kernel<T>>(kernel: K) -> K::Output {
    // The baseline of 64-bit ARM has the instruction. `mul_add` is in `std` alone.
    #[cfg(all(feature = "std", target_arch = "aarch64"))]
    type A = Fused;
    #[cfg(not(all(feature = "std", target_arch = "aarch64")))]
    type A = Separate;
    if size_of::<T>() == 4 { kernel.run::<A, 4, 8, 32>() } else { kernel.run::<A, 4, 4, 16>() }
}

#[cfg(all(feature = "std", target_arch = "x86_64"))]
#[target_feature(enable = "avx2,fma")]
fn avx2<T: Scalar, K: Kernel<T>>(kernel: K) -> K::Output {
    if size_of::<T>() == 4 { kernel.run::<Fused, 4, 16, 64>() } else { kernel.run::<Fused, 4, 8, 32>() }
}

#[cfg(all(feature = "std", target_arch = "x86_64"))]
#[target_feature(enable = "avx2,fma,avx512f,avx512vl,avx512dq")]
fn avx512<T: Scalar, K: Kernel<T>>(kernel: K) -> K::Output {
    if size_of::<T>() == 4 { kernel.run::<Fused, 8, 32, 64>() } else { kernel.run::<Fused, 8, 16, 32>() }
}

#[cfg(all(feature = "std", target_arch = "x86_64"))]
mod detect {
    use super::Level;
    use core::sync::atomic::{AtomicU8, Ordering::Relaxed};

    /// 0 before the first question, then 1 + the level. Every thread would find the same, so a race does no harm.
    #[inline(always)]
    fn cell<R>(use_it: impl FnOnce(&AtomicU8) -> R) -> R {
        static LEVEL: AtomicU8 = AtomicU8::new(0);
        use_it(&LEVEL)
    }

    #[inline(always)]
    pub(super) fn level() -> Level {
        match cell(|level| level.load(Relaxed)) {
            0 => first(),
            1 => Level::Baseline,
            2 => Level::Avx2Fma,
            _ => Level::Avx512,
        }
    }

    #[cold]
    fn first() -> Level {
        let level = best();
        set(level);
        level
    }

    pub(super) fn set(level: Level) {
        cell(|cell| cell.store(1 + level as u8, Relaxed));
    }

    pub(super) fn best() -> Level {
        use std::is_x86_feature_detected as has;
        match () {
            _ if !has!("avx2") || !has!("fma") => Level::Baseline,
            _ if has!("avx512f") && has!("avx512vl") && has!("avx512dq") => Level::Avx512,
            _ => Level::Avx2Fma,
        }
    }
}

/// Lets the whole process use at most this level, and returns the one that it uses from now on: for comparisons.
///
/// Results of different levels differ in their last bits.
#[doc(hidden)]
pub fn force(level: Level) -> Level {
    #[cfg(all(feature = "std", target_arch = "x86_64"))]
    {
        let level = level.min(detect::best());
        detect::set(level);
        level
    }
    #[cfg(not(all(feature = "std", target_arch = "x86_64")))]
    {
        let _ = level;
        Level::Baseline
    }
}
