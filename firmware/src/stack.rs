//! The depth of the stack, by painting: words below are set to a pattern, and the words that lost it were used.

/// The bytes of stack that `work` uses, at most `ROOM`.
#[cfg(all(target_os = "none", not(feature = "quiet")))]
#[inline(never)]
pub fn depth<R>(work: impl FnOnce() -> R) -> (R, usize) {
    /// The painted depth. A board with 16 kB of RAM has this room beside the memory of these programs.
    const ROOM: usize = 4 * 1024;
    const PAINT: u32 = 0xA5C3_5A3C;
    let here = pointer();
    // The margin below the stack pointer belongs to this function.
    let (top, bottom) = (here - 64, here - ROOM);
    for word in (bottom..top).step_by(4) {
        // SAFETY: between the variables and the stack pointer there is RAM that nobody uses.
        unsafe { (word as *mut u32).write_volatile(PAINT) }
    }
    let result = below(work);
    // SAFETY: as above; what `work` wrote there is some number.
    let used = (bottom..top).step_by(4).find(|&word| unsafe { (word as *const u32).read_volatile() } != PAINT);
    (result, used.map_or(0, |word| here - word))
}

/// Runs the work in its own frame, below the caller's stack pointer.
#[cfg(all(target_os = "none", not(feature = "quiet")))]
#[inline(never)]
fn below<R>(work: impl FnOnce() -> R) -> R {
    core::hint::black_box(work)()
}

#[cfg(all(target_os = "none", not(feature = "quiet")))]
#[inline(always)]
fn pointer() -> usize {
    let pointer: usize;
    // SAFETY: it only reads the stack pointer.
    #[cfg(target_arch = "arm")]
    unsafe {
        core::arch::asm!("mov {}, sp", out(reg) pointer, options(nomem, nostack, preserves_flags));
    }
    // SAFETY: as above.
    #[cfg(target_arch = "riscv32")]
    unsafe {
        core::arch::asm!("mv {}, sp", out(reg) pointer, options(nomem, nostack, preserves_flags));
    }
    pointer
}

/// The bytes of stack that `work` uses. On a host they are not known, because the stack is not ours; a quiet program
/// does not ask.
#[cfg(not(all(target_os = "none", not(feature = "quiet"))))]
pub fn depth<R>(work: impl FnOnce() -> R) -> (R, usize) {
    (work(), 0)
}
