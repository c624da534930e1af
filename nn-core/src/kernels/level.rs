//! The level of instructions that the kernels may use, detected once at run time.
//!
//! A plain `cargo build --release` targets the oldest x86-64, which has 128-bit vectors and no fused multiply-add.
//! Each kernel is therefore compiled several times, and [`dispatch`] picks the fastest version for this machine. Other
//! targets have only the baseline. The environment variable `NN_LEVEL` (`sse2`, `avx2` or `avx512`) limits a program
//! to that level; it is read once, with the first product.

use super::vector::{Plain, Vector};
use crate::tensor::scalar::Scalar;
#[cfg(target_arch = "x86_64")]
use core::arch::x86_64;

/// A set of instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The code of targets without a level of their own, so that tests can compare it here.
    #[cfg(feature = "testing")]
    Portable,
    /// The instructions that the target always has: SSE2 on x86-64, NEON on 64-bit ARM.
    Baseline,
    /// 256-bit vectors and fused multiply-add.
    Avx2Fma,
    /// 512-bit vectors.
    Avx512,
}

impl Level {
    /// All levels, from the slowest on.
    pub const ALL: &[Level] = &[
        #[cfg(feature = "testing")]
        Level::Portable,
        Level::Baseline,
        Level::Avx2Fma,
        Level::Avx512,
    ];
}

/// The vectors of a number type.
pub trait Vectors: Sized {
    type Portable: Vector<Self>;
    type Baseline: Vector<Self>;
    #[cfg(target_arch = "x86_64")]
    type Avx2: Vector<Self>;
    #[cfg(target_arch = "x86_64")]
    type Avx512: Vector<Self>;
}

impl Vectors for f32 {
    type Portable = Plain<f32, 4>;
    #[cfg(target_arch = "x86_64")]
    type Baseline = x86_64::__m128;
    #[cfg(not(target_arch = "x86_64"))]
    type Baseline = Self::Portable;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = x86_64::__m256;
    #[cfg(target_arch = "x86_64")]
    type Avx512 = x86_64::__m512;
}

impl Vectors for f64 {
    type Portable = Plain<f64, 2>;
    #[cfg(target_arch = "x86_64")]
    type Baseline = x86_64::__m128d;
    #[cfg(not(target_arch = "x86_64"))]
    type Baseline = Self::Portable;
    #[cfg(target_arch = "x86_64")]
    type Avx2 = x86_64::__m256d;
    #[cfg(target_arch = "x86_64")]
    type Avx512 = x86_64::__m512d;
}

/// A computation that is compiled for every level.
///
/// `run` and everything in it must be `#[inline(always)]`: only inlined code is compiled for the instructions of the
/// functions below.
pub(super) trait Kernel<T: Scalar> {
    type Output;

    /// Runs the computation. `ROWS` rows of `VECTORS` vectors fit into the registers of the level, besides the
    /// factors. A single row has `WIDE` vectors, enough so that no addition waits for the previous one.
    fn run<V: Vector<T>, const ROWS: usize, const VECTORS: usize, const WIDE: usize>(self) -> Self::Output;
}

/// Runs a kernel at the level of this machine.
#[inline(always)]
pub(super) fn dispatch<T: Scalar, K: Kernel<T>>(kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    match detect::level() {
        #[cfg(feature = "testing")]
        Level::Portable => return baseline::<T, T::Portable, K>(kernel),
        Level::Baseline => {}
        // SAFETY: `level` returns this level only if AVX2 and FMA were detected.
        Level::Avx2Fma => return unsafe { avx2::<T, K>(kernel) },
        // SAFETY: `level` returns this level only if AVX2, FMA and the three parts of AVX-512 were detected.
        Level::Avx512 => return unsafe { avx512::<T, K>(kernel) },
    }
    baseline::<T, T::Baseline, K>(kernel)
}

/// Runs a kernel without further instructions. Not inlined, because the other levels would reserve its stack space.
#[inline(never)]
fn baseline<T: Scalar, V: Vector<T>, K: Kernel<T>>(kernel: K) -> K::Output {
    kernel.run::<V, 4, 2, 8>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2<T: Scalar, K: Kernel<T>>(kernel: K) -> K::Output {
    kernel.run::<T::Avx2, 4, 2, 8>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,avx512f,avx512vl,avx512dq")]
fn avx512<T: Scalar, K: Kernel<T>>(kernel: K) -> K::Output {
    kernel.run::<T::Avx512, 8, 2, 4>()
}

#[cfg(target_arch = "x86_64")]
mod detect {
    use super::Level;
    use core::sync::atomic::{AtomicU8, Ordering::Relaxed};

    /// 255 before the first question, then the level. Every thread would detect the same, so a race does no harm.
    static LEVEL: AtomicU8 = AtomicU8::new(255);

    #[inline(always)]
    pub(super) fn level() -> Level {
        // Not by a look-up in `ALL`, because the processor would have to load its address.
        match LEVEL.load(Relaxed) {
            code if code == Level::Avx2Fma as u8 => Level::Avx2Fma,
            code if code == Level::Avx512 as u8 => Level::Avx512,
            code if code == Level::Baseline as u8 => Level::Baseline,
            #[cfg(feature = "testing")]
            code if code == Level::Portable as u8 => Level::Portable,
            _ => first(),
        }
    }

    #[cold]
    fn first() -> Level {
        let level = best().min(allowed());
        set(level);
        level
    }

    /// Returns the highest level that the environment variable `NN_LEVEL` allows. It cannot raise the level beyond the
    /// machine's.
    fn allowed() -> Level {
        let Some(name) = std::env::var_os("NN_LEVEL") else { return Level::Avx512 };
        match name.to_str() {
            Some("sse2") => Level::Baseline,
            Some("avx2") => Level::Avx2Fma,
            Some("avx512" | "") => Level::Avx512,
            _ => {
                std::eprintln!(
                    "warning: NN_LEVEL is {name:?}, which is no level and ignored; there are sse2, avx2, avx512"
                );
                Level::Avx512
            }
        }
    }

    pub(super) fn set(level: Level) {
        LEVEL.store(level as u8, Relaxed);
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

/// Returns the level that products use.
#[doc(hidden)]
pub fn current() -> Level {
    #[cfg(target_arch = "x86_64")]
    return detect::level();
    #[cfg(not(target_arch = "x86_64"))]
    Level::Baseline
}

/// Limits the whole process to this level, and returns the level used from now on, for comparisons.
///
/// Results of different levels differ in their last bits.
#[doc(hidden)]
pub fn force(level: Level) -> Level {
    #[cfg(target_arch = "x86_64")]
    {
        let level = level.min(detect::best());
        detect::set(level);
        level
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        let _ = level;
        Level::Baseline
    }
}
