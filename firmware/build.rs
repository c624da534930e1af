//! Tells the linker the places of a board's flash and RAM. `run` sets `BOARD`.

use std::path::PathBuf;
use std::{env, fs};

/// Origin and size of flash, then of RAM, for QEMU's machines.
fn memory(board: &str) -> Option<[&'static str; 4]> {
    Some(match board {
        // microbit: nRF51
        "m0" => ["0x00000000", "256K", "0x20000000", "16K"],
        // mps2-an386
        "m4" => ["0x00000000", "4M", "0x20000000", "4M"],
        // mps2-an500
        "m7" => ["0x00000000", "4M", "0x20000000", "4M"],
        // mps2-an505
        "m33" => ["0x10000000", "4M", "0x38000000", "4M"],
        // virt
        "rv32" => ["0x80000000", "4M", "0x80400000", "4M"],
        _ => return None,
    })
}

fn main() {
    println!("cargo:rerun-if-env-changed=BOARD");
    let Some([flash, flash_size, ram, ram_size]) = memory(&env::var("BOARD").unwrap_or_default()) else { return };
    let regions = "REGION_ALIAS(\"REGION_TEXT\", FLASH); REGION_ALIAS(\"REGION_RODATA\", FLASH);\n\
        REGION_ALIAS(\"REGION_DATA\", RAM); REGION_ALIAS(\"REGION_BSS\", RAM);\n\
        REGION_ALIAS(\"REGION_HEAP\", RAM); REGION_ALIAS(\"REGION_STACK\", RAM);";
    let script = format!(
        "MEMORY {{\n    FLASH : ORIGIN = {flash}, LENGTH = {flash_size}\n    RAM : ORIGIN = {ram}, LENGTH = {ram_size}\n}}\n"
    );
    let riscv = env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "riscv32");
    let script = if riscv { format!("{script}{regions}\n") } else { script };
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("memory.x"), script).expect("the linker script can be written");
    println!("cargo:rustc-link-search={}", out.display());
    if riscv {
        println!("cargo:rustc-link-arg=-Tmemory.x");
    }
    println!("cargo:rustc-link-arg=-Tlink.x");
}
