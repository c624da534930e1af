//! [`Vector`]: a register full of scalars.
//!
//! Arrays of scalars would work without intrinsics. But the surrounding code would then decide whether the compiler
//! keeps a block of them in vector registers.

use crate::tensor::scalar::Scalar;

/// Several scalars that one instruction computes.
pub trait Vector<T>: Copy {
    /// The number of scalars.
    const LANES: usize;
    /// A vector with half as many scalars that takes half as long, if it exists: for shapes that fill no more.
    type Half: Vector<T>;
    /// Returns a vector with this scalar in all lanes.
    fn splat(x: T) -> Self;
    /// Loads the first scalars of a slice that has enough of them.
    fn load(from: &[T]) -> Self;
    /// Loads the scalars of a slice that has at most `LANES`, followed by zeros.
    fn load_part(from: &[T]) -> Self;
    /// Loads as [`load_part`](Vector::load_part) the scalars that [`store_part`](Vector::store_part) has just written.
    /// For `f32` it uses the same pieces, because other pieces take a dozen cycles longer.
    #[inline(always)]
    fn load_stored(from: &[T]) -> Self {
        Self::load_part(from)
    }
    /// Overwrites the first scalars of a slice that has enough of them.
    fn store(self, to: &mut [T]);
    /// Overwrites a slice that has at most `LANES` scalars.
    fn store_part(self, to: &mut [T]);
    /// Loads the first [`QUAD`] scalars of rows that are `stride` apart, transposed. Lane `l` of vector `q` is
    /// `from[l * stride + q]`. There are `rows` of them; lanes without a row repeat another row.
    #[inline(always)]
    fn transposed(from: &[T], stride: usize, rows: usize) -> [Self; QUAD]
    where
        T: Scalar,
    {
        let mut lanes = [[T::ZERO; MOST]; QUAD];
        for l in 0..Self::LANES {
            let row = quad(from, stride, rows, l);
            for q in 0..QUAD {
                lanes[q][l] = row[q];
            }
        }
        [Self::load(&lanes[0]), Self::load(&lanes[1]), Self::load(&lanes[2]), Self::load(&lanes[3])]
    }
    /// Returns `self + b`.
    fn add(self, b: Self) -> Self;
    /// Sets lanes below 0 to 0; a NaN stays NaN.
    fn positive(self) -> Self;
    /// Returns `self · b + c`, rounded once if there is an instruction for it; an emulation would be many times
    /// slower.
    fn mul_add(self, b: Self, c: Self) -> Self;
}

/// The number of scalars of a row that are transposed together.
pub(super) const QUAD: usize = 4;

/// The maximum number of lanes of a vector.
const MOST: usize = 16;

/// Returns row `l`, or the last one.
#[inline(always)]
fn quad<T>(from: &[T], stride: usize, rows: usize, l: usize) -> &[T; QUAD] {
    from[l.min(rows - 1) * stride..].first_chunk().unwrap()
}

/// A vector for targets without intrinsics here.
#[derive(Clone, Copy)]
#[cfg_attr(target_arch = "x86_64", allow(dead_code))]
pub struct Plain<T, const N: usize>([T; N]);

impl<T: Scalar, const N: usize> Vector<T> for Plain<T, N> {
    const LANES: usize = N;
    type Half = Self;

    #[inline(always)]
    fn splat(x: T) -> Self {
        Plain([x; N])
    }

    #[inline(always)]
    fn load(from: &[T]) -> Self {
        Plain(*from.first_chunk().unwrap())
    }

    #[inline(always)]
    fn load_part(from: &[T]) -> Self {
        load_part(from)
    }

    #[inline(always)]
    fn store(self, to: &mut [T]) {
        *to.first_chunk_mut().unwrap() = self.0;
    }

    #[inline(always)]
    fn store_part(self, to: &mut [T]) {
        store_part(self, to);
    }

    #[inline(always)]
    fn add(mut self, b: Self) -> Self {
        for l in 0..N {
            self.0[l] += b.0[l];
        }
        self
    }

    #[inline(always)]
    fn positive(mut self) -> Self {
        for l in 0..N {
            self.0[l] = self.0[l].positive();
        }
        self
    }

    #[inline(always)]
    fn mul_add(mut self, b: Self, c: Self) -> Self {
        for l in 0..N {
            // 64-bit ARM always has the instruction.
            #[cfg(target_arch = "aarch64")]
            {
                self.0[l] = self.0[l].fused_mul_add(b.0[l], c.0[l]);
            }
            #[cfg(not(target_arch = "aarch64"))]
            {
                self.0[l] = self.0[l] * b.0[l] + c.0[l];
            }
        }
        self
    }
}

/// Runs [`Vector::load_part`] for at most 4 lanes, without an instruction for it.
#[inline(always)]
fn load_part<T: Scalar, V: Vector<T>>(from: &[T]) -> V {
    match *from {
        [a, b, c, d] => V::load(&[a, b, c, d]),
        [a, b, c] => V::load(&[a, b, c, T::ZERO]),
        [a, b] => V::load(&[a, b, T::ZERO, T::ZERO]),
        [a] => V::load(&[a, T::ZERO, T::ZERO, T::ZERO]),
        _ => V::splat(T::ZERO),
    }
}

/// Runs [`Vector::store_part`] for at most 4 lanes, without an instruction for it.
#[inline(always)]
fn store_part<T: Scalar, V: Vector<T>>(vector: V, to: &mut [T]) {
    let mut lanes = [T::ZERO; 4];
    vector.store(&mut lanes);
    for l in 0..4 {
        if l < to.len() {
            to[l] = lanes[l];
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{QUAD, Vector, quad};
    use core::arch::x86_64::*;

    macro_rules! vectors {
        ($($vector:ident = [$scalar:ty; $lanes:literal], $half:ident: $splat:ident, $load:ident, $store:ident, $add:ident, |$v:ident| $positive:expr,
           |$a:ident, $b:ident, $c:ident| $mul_add:expr,
           |$from:ident| $load_part:expr, |$vec:ident, $to:ident| $store_part:expr
           $(, |$rows:ident| $transposed:expr)? $(; |$stored:ident| $load_stored:expr)?;)*) => {$(
            // SAFETY, of every block: the intrinsics need the instructions of the vector's level. Only kernels use
            // vectors, through `Kernel::run`, and `level::dispatch` calls it only with vectors that the machine
            // supports. `load` and `store` access `LANES` scalars of a slice that was just cut to that length, at any
            // alignment. Instructions for a part access as many scalars as the slice has.
            impl Vector<$scalar> for $vector {
                const LANES: usize = $lanes;
                type Half = $half;

                #[inline(always)]
                fn splat(x: $scalar) -> Self {
                    // SAFETY: above.
                    unsafe { $splat(x) }
                }

                #[inline(always)]
                fn load(from: &[$scalar]) -> Self {
                    let from = &from[..$lanes];
                    // SAFETY: above.
                    unsafe { $load(from.as_ptr()) }
                }

                #[inline(always)]
                fn load_part($from: &[$scalar]) -> Self {
                    debug_assert!($from.len() <= $lanes);
                    $load_part
                }

                #[inline(always)]
                fn store(self, to: &mut [$scalar]) {
                    let to = &mut to[..$lanes];
                    // SAFETY: above.
                    unsafe { $store(to.as_mut_ptr(), self) }
                }

                #[inline(always)]
                fn store_part(self, $to: &mut [$scalar]) {
                    debug_assert!($to.len() <= $lanes);
                    let $vec = self;
                    $store_part
                }

                $(
                    #[inline(always)]
                    fn load_stored($stored: &[$scalar]) -> Self {
                        $load_stored
                    }
                )?

                $(
                    #[inline(always)]
                    fn transposed(from: &[$scalar], stride: usize, rows: usize) -> [Self; QUAD] {
                        let $rows = Rows { from, stride, rows };
                        $transposed
                    }
                )?

                #[inline(always)]
                fn add(self, b: Self) -> Self {
                    // SAFETY: above.
                    unsafe { $add(self, b) }
                }

                #[inline(always)]
                fn positive(self) -> Self {
                    // The maximum of 0 and `self`, in this order: if one is NaN, the instruction returns the second.
                    // SAFETY: above.
                    unsafe { { let $v = self; $positive } }
                }

                #[inline(always)]
                fn mul_add(self, b: Self, c: Self) -> Self {
                    let ($a, $b, $c) = (self, b, c);
                    // SAFETY: above.
                    unsafe { $mul_add }
                }
            }
        )*};
    }

    /// Implements `store_part` of a vector through one of its halves.
    macro_rules! halves {
        ($vector:ident, $to:ident, $half:literal, $low:ident, $high:ident) => {{
            // SAFETY: above.
            let (low, high) = unsafe { ($low($vector), $high::<1>($vector)) };
            match $to.split_at_mut_checked($half) {
                Some((first, rest)) => {
                    low.store(first);
                    super::store_part(high, rest);
                }
                None => super::store_part(low, $to),
            }
        }};
    }

    /// Rows of [`QUAD`] scalars.
    struct Rows<'a> {
        from: &'a [f32],
        stride: usize,
        rows: usize,
    }

    impl Rows<'_> {
        /// Returns row `l`.
        #[inline(always)]
        fn four(&self, l: usize) -> __m128 {
            __m128::load(quad(self.from, self.stride, self.rows, l))
        }

        /// Returns rows `l` and `l + 4`.
        ///
        /// # Safety
        /// The machine has AVX2.
        #[inline(always)]
        unsafe fn eight(&self, l: usize) -> __m256 {
            // SAFETY: the caller's promise.
            unsafe { _mm256_set_m128(self.four(l + 4), self.four(l)) }
        }

        /// Returns rows `l`, `l + 4`, `l + 8` and `l + 12`.
        ///
        /// # Safety
        /// The machine has AVX2 and the three parts of AVX-512.
        #[inline(always)]
        unsafe fn sixteen(&self, l: usize) -> __m512 {
            // SAFETY: the caller's promise.
            unsafe { _mm512_insertf32x8::<1>(_mm512_castps256_ps512(self.eight(l)), self.eight(l + 8)) }
        }
    }

    /// Transposes four vectors within each 128 bits.
    macro_rules! transposed {
        ($a:expr, $b:expr, $c:expr, $d:expr; $low:ident, $high:ident, $shuffle:ident) => {{
            let (a, b, c, d) = ($a, $b, $c, $d);
            let (ab, cd) = ($low(a, b), $low(c, d));
            let (ab_high, cd_high) = ($high(a, b), $high(c, d));
            [
                $shuffle::<0x44>(ab, cd),
                $shuffle::<0xEE>(ab, cd),
                $shuffle::<0x44>(ab_high, cd_high),
                $shuffle::<0xEE>(ab_high, cd_high),
            ]
        }};
    }

    vectors! {
        __m128 = [f32; 4], __m128: _mm_set1_ps, _mm_loadu_ps, _mm_storeu_ps, _mm_add_ps,
            |v| _mm_max_ps(_mm_setzero_ps(), v),
            |a, b, c| _mm_add_ps(_mm_mul_ps(a, b), c),
            |from| super::load_part(from), |vector, to| super::store_part(vector, to),
            // SAFETY: above.
            |rows| unsafe { transposed!(rows.four(0), rows.four(1), rows.four(2), rows.four(3);
                _mm_unpacklo_ps, _mm_unpackhi_ps, _mm_shuffle_ps) };
        __m128d = [f64; 2], __m128d: _mm_set1_pd, _mm_loadu_pd, _mm_storeu_pd, _mm_add_pd,
            |v| _mm_max_pd(_mm_setzero_pd(), v),
            |a, b, c| _mm_add_pd(_mm_mul_pd(a, b), c),
            |from| super::load_part(from), |vector, to| super::store_part(vector, to);
        __m256 = [f32; 8], __m256: _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_add_ps,
            |v| _mm256_max_ps(_mm256_setzero_ps(), v),
            |a, b, c| _mm256_fmadd_ps(a, b, c),
            // SAFETY: above.
            |from| unsafe { _mm256_maskload_ps(from.as_ptr(), first_32(from.len())) },
            // A masked store takes an AMD machine a hundred cycles.
            |vector, to| halves!(vector, to, 4, _mm256_castps256_ps128, _mm256_extractf128_ps),
            // SAFETY: above.
            |rows| unsafe { transposed!(rows.eight(0), rows.eight(1), rows.eight(2), rows.eight(3);
                _mm256_unpacklo_ps, _mm256_unpackhi_ps, _mm256_shuffle_ps) };
            |from| match from.split_at_checked(4) {
                // SAFETY: above.
                Some((low, high)) => unsafe { _mm256_set_m128(super::load_part(high), __m128::load(low)) },
                // SAFETY: above.
                None => unsafe { _mm256_zextps128_ps256(super::load_part(from)) },
            };
        __m256d = [f64; 4], __m256d: _mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd, _mm256_add_pd,
            |v| _mm256_max_pd(_mm256_setzero_pd(), v),
            |a, b, c| _mm256_fmadd_pd(a, b, c),
            // SAFETY: above.
            |from| unsafe { _mm256_maskload_pd(from.as_ptr(), first_64(from.len())) },
            |vector, to| halves!(vector, to, 2, _mm256_castpd256_pd128, _mm256_extractf128_pd);
        __m512 = [f32; 16], __m256: _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_add_ps,
            |v| _mm512_max_ps(_mm512_setzero_ps(), v),
            |a, b, c| _mm512_fmadd_ps(a, b, c),
            // SAFETY: above.
            |from| unsafe { _mm512_maskz_loadu_ps(first(from.len()), from.as_ptr()) },
            // SAFETY: above.
            |vector, to| unsafe { _mm512_mask_storeu_ps(to.as_mut_ptr(), first(to.len()), vector) },
            // SAFETY: above.
            |rows| unsafe { transposed!(rows.sixteen(0), rows.sixteen(1), rows.sixteen(2), rows.sixteen(3);
                _mm512_unpacklo_ps, _mm512_unpackhi_ps, _mm512_shuffle_ps) };
        __m512d = [f64; 8], __m256d: _mm512_set1_pd, _mm512_loadu_pd, _mm512_storeu_pd, _mm512_add_pd,
            |v| _mm512_max_pd(_mm512_setzero_pd(), v),
            |a, b, c| _mm512_fmadd_pd(a, b, c),
            // SAFETY: above.
            |from| unsafe { _mm512_maskz_loadu_pd(first(from.len()) as u8, from.as_ptr()) },
            // SAFETY: above.
            |vector, to| unsafe { _mm512_mask_storeu_pd(to.as_mut_ptr(), first(to.len()) as u8, vector) };
    }

    /// Returns a mask with a bit for each of the first `len` lanes, of which there are at most 16.
    #[inline(always)]
    fn first(len: usize) -> u16 {
        ((1u32 << len.min(16)) - 1) as u16
    }

    /// Returns a mask of the first `len` lanes of 32 bits.
    ///
    /// # Safety
    /// The machine has AVX2.
    #[inline(always)]
    unsafe fn first_32(len: usize) -> __m256i {
        // SAFETY: the caller's promise.
        unsafe { _mm256_cmpgt_epi32(_mm256_set1_epi32(len as i32), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)) }
    }

    /// Returns a mask of the first `len` lanes of 64 bits.
    ///
    /// # Safety
    /// The machine has AVX2.
    #[inline(always)]
    unsafe fn first_64(len: usize) -> __m256i {
        // SAFETY: the caller's promise.
        unsafe { _mm256_cmpgt_epi64(_mm256_set1_epi64x(len as i64), _mm256_setr_epi64x(0, 1, 2, 3)) }
    }
}
