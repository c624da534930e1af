//! Copies a network, so that its path is one that only a build script knows.

fn main() {
    let network = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/data/sleep.keras");
    println!("cargo::rerun-if-changed={network}");
    let out = std::env::var("OUT_DIR").expect("a build script has a folder for files");
    std::fs::copy(network, format!("{out}/sleep.keras")).expect("the network can be copied");
}
