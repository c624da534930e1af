//! [`prefetch`]: fetches memory ahead of its use.

/// Starts to fetch a slice into the nearest cache, before its use. The processor does not fetch rows ahead if they are
/// far apart.
#[inline(always)]
pub fn prefetch<T>(data: &[T]) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    {
        use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        const LINE: usize = 64;
        let line = (LINE / size_of::<T>().max(1)).max(1);
        for part in data.chunks(line) {
            // SAFETY: every x86-64 has the instruction, and it accesses nothing.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(part.as_ptr().cast()) };
        }
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = data;
}
