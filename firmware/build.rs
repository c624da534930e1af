//! Tells the linker the places of flash and RAM, and writes weights for the networks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Origin and size of flash, then of RAM. All boards with the same target have the same memory.
fn memory(target: &str) -> Option<[&'static str; 4]> {
    Some(match target {
        // m0: QEMU's microbit, an nRF51.
        "thumbv6m-none-eabi" => ["0x00000000", "256K", "0x20000000", "16K"],
        // m4 and m7: mps2-an386 and mps2-an500. Both have 4 MB of static RAM for code, and as much for data.
        "thumbv7em-none-eabihf" => ["0x00000000", "4M", "0x20000000", "4M"],
        // m33: mps2-an505, with the same static RAM.
        "thumbv8m.main-none-eabihf" => ["0x10000000", "4M", "0x38000000", "4M"],
        // rv32: virt, which has RAM only.
        "riscv32imac-unknown-none-elf" => ["0x80000000", "4M", "0x80400000", "4M"],
        _ => return None,
    })
}

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    Network::ds_cnn().write(&out, "ds_cnn", "DsCnnFolded");
    Network::mobilenet().write(&out, "mobilenet", "MobilenetFolded");
    let target = env::var("TARGET").expect("cargo sets it");
    let Some([flash, flash_size, ram, ram_size]) = memory(&target) else { return };
    let regions = "REGION_ALIAS(\"REGION_TEXT\", FLASH); REGION_ALIAS(\"REGION_RODATA\", FLASH);\n\
        REGION_ALIAS(\"REGION_DATA\", RAM); REGION_ALIAS(\"REGION_BSS\", RAM);\n\
        REGION_ALIAS(\"REGION_HEAP\", RAM); REGION_ALIAS(\"REGION_STACK\", RAM);";
    let script = format!(
        "MEMORY {{\n    FLASH : ORIGIN = {flash}, LENGTH = {flash_size}\n    RAM : ORIGIN = {ram}, LENGTH = {ram_size}\n}}\n"
    );
    let riscv = env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "riscv32");
    let script = if riscv { format!("{script}{regions}\n") } else { script };
    fs::write(out.join("memory.x"), script).expect("the linker script can be written");
    println!("cargo:rustc-link-search={}", out.display());
    if riscv {
        println!("cargo:rustc-link-arg=-Tmemory.x");
    }
    println!("cargo:rustc-link-arg=-Tlink.x");
}

/// The variables of a folded network, with weights in the place of trained ones, which are large and not ours.
#[derive(Default)]
struct Network {
    /// The layers of a kind so far.
    layers: BTreeMap<&'static str, usize>,
    /// The tensors in the header of a safetensors file.
    header: Vec<String>,
    numbers: Vec<u8>,
    /// The state of the generator.
    state: u32,
}

impl Network {
    /// The network of `examples/tiny/ds_cnn.rs`.
    fn ds_cnn() -> Self {
        let mut network = Network::default();
        network.layer("conv2d", &[10, 4, 1, 64], 40, 64);
        for _ in 0..4 {
            network.block(64, 64);
        }
        network.layer("dense", &[64, 12], 64, 12);
        network
    }

    /// The network of `examples/tiny/mobilenet.rs`.
    fn mobilenet() -> Self {
        let mut network = Network::default();
        network.layer("conv2d", &[3, 3, 3, 8], 27, 8);
        let channels = [8, 16, 32, 32, 64, 64, 128, 128, 128, 128, 128, 128, 256, 256];
        for pair in channels.windows(2) {
            network.block(pair[0], pair[1]);
        }
        network.layer("dense", &[256, 2], 256, 2);
        network
    }

    /// Adds a depthwise convolution, and one of 1 × 1 from `channels` to `filters`.
    fn block(&mut self, channels: usize, filters: usize) {
        self.layer("depthwise_conv2d", &[3, 3, channels, 1], 9, channels);
        self.layer("conv2d", &[1, 1, channels, filters], channels, filters);
    }

    /// Adds a kernel with the limits of `he_uniform`, and a bias. Every output has this number of inputs.
    fn layer(&mut self, kind: &'static str, kernel: &[usize], inputs: usize, outputs: usize) {
        let name = self.name(kind);
        let limit = (6.0 / inputs as f64).sqrt();
        self.variable(&format!("{name}.kernel"), kernel, -limit, limit);
        self.variable(&format!("{name}.bias"), &[outputs], -0.1, 0.1);
    }

    /// The name of the next layer of a kind, as in a graph.
    fn name(&mut self, kind: &'static str) -> String {
        let layers = self.layers.entry(kind).or_default();
        *layers += 1;
        if *layers == 1 { kind.to_owned() } else { format!("{kind}_{}", *layers - 1) }
    }

    /// Adds random numbers between two limits.
    fn variable(&mut self, name: &str, shape: &[usize], low: f64, high: f64) {
        let begin = self.numbers.len();
        for _ in 0..shape.iter().product() {
            self.state = self.state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let number = low + (high - low) * (f64::from(self.state >> 8) / f64::from(1 << 24));
            self.numbers.extend((number as f32).to_le_bytes());
        }
        let offsets = [begin, self.numbers.len()];
        self.header.push(format!(r#""{name}":{{"dtype":"F32","shape":{shape:?},"data_offsets":{offsets:?}}}"#));
    }

    /// Writes a file of weights, and beside it a file of Rust that includes them into a model.
    fn write(&self, out: &Path, name: &str, model: &str) {
        let header = format!("{{{}}}", self.header.join(","));
        let weights = [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &self.numbers].concat();
        fs::write(out.join(format!("{name}.safetensors")), weights).expect("the weights can be written");
        let include = format!("::nn::include_weights!({model}, \"{name}.safetensors\")\n");
        fs::write(out.join(format!("{name}.rs")), include).expect("the file of Rust can be written");
    }
}
