//! Sleep stages from heartbeats, with a network that Keras trained. The file is the graph, and its weights are in the
//! program.
//!
//! ```sh
//! cargo run --release --example sleep
//! ```
//!
//! The network is that of the Python package sleepecg: two GRUs in both directions over the half minutes of a night.

use nn::prelude::*;
use std::process::ExitCode;

model! {
    pub struct Sleep;

    Import("data/sleep.keras", input = [120, 36])
}

static SLEEP: Sleep = include_weights!(Sleep, "data/sleep.keras");

/// The stages as the package numbers them, and a mark of each for the plot. The first stands for masked time.
const STAGES: [(&str, char); 4] = [("undefined", ' '), ("NREM", '_'), ("REM", '-'), ("wake", '^')];

/// The numbers of a tensor in a file.
fn numbers(file: &[u8], name: &str) -> Vec<f32> {
    let tensors = safetensors::SafeTensors::deserialize(file).expect("a safetensors file");
    let tensor = tensors.tensor(name).expect("a tensor of this name");
    tensor.data().as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
}

fn main() -> ExitCode {
    println!("{}", Sleep::SUMMARY);
    // Heart rate variability in 120 half minutes, and the output of Keras.
    let file = include_bytes!("data/sleep.safetensors");
    let night = SMatrix::<f32, 36, 120>::from_column_slice(&numbers(file, "x"));
    let keras = SMatrix::<f32, 4, 120>::from_column_slice(&numbers(file, "y"));

    let stages = SLEEP.call(&night);
    let marks: String = stages.column_iter().map(|stage| STAGES[stage.imax()].1).collect();
    println!("{marks}");
    for (number, (name, mark)) in STAGES.iter().enumerate().skip(1) {
        let minutes = stages.column_iter().filter(|stage| stage.imax() == number).count() as f32 / 2.0;
        println!("{mark} {name}: {minutes} minutes");
    }
    let difference = (stages - keras).amax();
    println!("claim: largest difference from Keras {difference:.1e}, at most 1e-5");
    if difference <= 1e-5 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
