//! The shared parts of the programs for all boards: a start, a console, marks around measured code, and the depth of
//! the stack.
//!
//! The console is semihosting: QEMU prints a program's output. On a host the console is the standard output; the output
//! there is the reference for the boards. Under node it is a function of `wasm.mjs`.
#![no_std]

#[cfg(not(any(target_os = "none", target_arch = "wasm32")))]
extern crate std;

mod console;
pub mod kinds;
pub mod models;
mod stack;
mod test;

#[cfg(all(target_arch = "arm", target_os = "none"))]
pub use cortex_m_rt::entry as __start;
#[cfg(all(target_arch = "riscv32", target_os = "none"))]
pub use riscv_rt::entry as __start;

pub use console::{Number, exit, put};
pub use stack::depth;
pub use test::{TEST, best, image};

/// The start of a program. `program! { … }` holds its code, which returns whether everything was right.
#[cfg(target_os = "none")]
#[macro_export]
macro_rules! program {
    ($body:block) => {
        #[$crate::__start]
        fn main() -> ! {
            $crate::exit((|| $body)())
        }
    };
}

/// The start of a program. `program! { … }` holds its code, which returns whether everything was right.
#[cfg(target_arch = "wasm32")]
#[macro_export]
macro_rules! program {
    ($body:block) => {
        /// The function that node calls.
        #[unsafe(no_mangle)]
        pub extern "C" fn run() {
            $crate::exit((|| $body)())
        }
    };
}

/// The start of a program. `program! { … }` holds its code, which returns whether everything was right.
#[cfg(not(any(target_os = "none", target_arch = "wasm32")))]
#[macro_export]
macro_rules! program {
    ($body:block) => {
        fn main() {
            $crate::exit((|| $body)())
        }
    };
}

/// Prints a line of texts and numbers: `say!("right: ", count)`.
#[macro_export]
macro_rules! say {
    ($($part:expr),*) => {
        if !cfg!(feature = "quiet") {
            $($crate::Number::say($part);)*
            $crate::put("\n");
        }
    };
}

/// Runs code between two marks, so that an emulator can count its instructions.
#[inline(always)]
pub fn measured<R>(work: impl FnOnce() -> R) -> R {
    measure_begin();
    let result = work();
    measure_end();
    result
}

/// The mark at which counting begins.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn measure_begin() {
    core::hint::black_box(());
}

/// The mark at which counting ends.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn measure_end() {
    core::hint::black_box(0);
}

/// A number for the bits of these scalars (FNV-1a): equal bits give equal numbers, and different bits hardly ever do.
pub fn fingerprint(scalars: &[f32], before: u32) -> u32 {
    let bytes = scalars.iter().flat_map(|scalar| scalar.to_bits().to_le_bytes());
    bytes.fold(before, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Fills an input with numbers from 0 to 1.
pub fn made(input: &mut [f32]) {
    for (place, number) in input.iter_mut().enumerate() {
        *number = ((place as u32).wrapping_mul(0x9E37_79B1) >> 24) as f32 / 256.0;
    }
}

/// The start value of [`fingerprint`].
pub const NO_PRINT: u32 = 0x811C_9DC5;

#[cfg(all(any(target_os = "none", target_arch = "wasm32"), not(feature = "panic_free")))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    put("panicked\n");
    exit(false)
}

/// Calls a function that does not exist, so the linker fails if any panic can be reached.
#[cfg(all(any(target_os = "none", target_arch = "wasm32"), feature = "panic_free"))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        safe fn a_panic_can_be_reached() -> !;
    }
    a_panic_can_be_reached()
}
