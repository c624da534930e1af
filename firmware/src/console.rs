//! Texts and numbers without the formatting of `core`, which would be most of a small program.

/// Prints a text.
pub fn put(text: &str) {
    #[cfg(target_os = "none")]
    for byte in text.bytes() {
        // SYS_WRITEC prints the byte at the address.
        semihosting(0x03, &raw const byte as usize);
    }
    #[cfg(target_arch = "wasm32")]
    wasm::put(text.as_ptr(), text.len());
    #[cfg(not(any(target_os = "none", target_arch = "wasm32")))]
    std::print!("{text}");
}

/// Ends the program.
pub fn exit(right: bool) -> ! {
    #[cfg(target_os = "none")]
    loop {
        // SYS_EXIT: ADP_Stopped_ApplicationExit, or a run-time error.
        semihosting(0x18, if right { 0x20026 } else { 0x20023 });
    }
    #[cfg(target_arch = "wasm32")]
    wasm::exit(!right as u32);
    #[cfg(not(any(target_os = "none", target_arch = "wasm32")))]
    std::process::exit(i32::from(!right));
}

#[cfg(target_arch = "wasm32")]
mod wasm {
    #[link(wasm_import_module = "host")]
    unsafe extern "C" {
        /// Prints bytes of the memory.
        pub(super) safe fn put(text: *const u8, length: usize);
        /// Does not return: it throws.
        pub(super) safe fn exit(code: u32) -> !;
    }
}

/// Makes a request to the debugger, or to QEMU in its place.
#[cfg(target_os = "none")]
fn semihosting(operation: usize, argument: usize) {
    #[cfg(target_arch = "arm")]
    // SAFETY: the break instruction is semihosting's; QEMU reads the argument, and answers in r0.
    unsafe {
        core::arch::asm!("bkpt 0xab", inout("r0") operation => _, in("r1") argument);
    }
    #[cfg(target_arch = "riscv32")]
    // SAFETY: as above; the two shifts mark the break as semihosting's, and no instruction may be compressed.
    unsafe {
        core::arch::asm!(
            ".option push", ".option norvc", ".balign 16",
            "slli x0, x0, 0x1f", "ebreak", "srai x0, x0, 7",
            ".option pop",
            inout("a0") operation => _, in("a1") argument,
        );
    }
}

/// A printable number.
pub trait Number {
    /// Prints it.
    fn say(self);
}

impl Number for &str {
    fn say(self) {
        put(self);
    }
}

impl Number for u32 {
    fn say(self) {
        const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        if self >= 10 {
            (self / 10).say();
        }
        put(DIGITS.get((self % 10) as usize).unwrap_or(&""));
    }
}

impl Number for usize {
    fn say(self) {
        (self as u32).say();
    }
}

/// Six digits after the point.
impl Number for f32 {
    fn say(self) {
        if self < 0.0 {
            put("-");
        }
        let millionths = (self.abs() * 1e6 + 0.5) as u32;
        (millionths / 1_000_000).say();
        put(".");
        let mut place = 100_000;
        while place > 0 {
            (millionths / place % 10).say();
            place /= 10;
        }
    }
}
