//! The four networks of MLPerf Tiny, a page each: `anomaly`, `resnet8`, `ds_cnn`, `mobilenet`.
//!
//! ```sh
//! cargo run --release --example tiny                   # prints their layers and costs
//! python3 examples/tiny/convert.py FOLDER              # the trained weights of https://github.com/mlcommons/tiny
//! cargo run --release --example tiny -- FOLDER         # compares with Keras's outputs
//! ```
//!
//! Source: Banbury et al., 2021, "MLPerf Tiny Benchmark", <https://arxiv.org/abs/2106.07597>

mod anomaly;
mod ds_cnn;
mod mobilenet;
mod resnet8;

use anomaly::Anomaly;
use ds_cnn::DsCnn;
use mobilenet::Mobilenet;
use nn::data::from_flat;
use nn::prelude::*;
use resnet8::Resnet8;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// The largest difference from Keras, relative to the largest output of the sample.
const TOLERANCE: f32 = 1e-5;

/// The numbers of a tensor in a file.
fn numbers(file: &Path, name: &str) -> Vec<f32> {
    let bytes = std::fs::read(file).expect("the file of inputs and outputs");
    let tensors = safetensors::SafeTensors::deserialize(&bytes).expect("a safetensors file");
    let tensor = tensors.tensor(name).expect("the inputs and outputs");
    tensor.data().as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
}

/// The shortest of several runs.
fn time<P>(mut predict: impl FnMut() -> nn::Result<P>) -> nn::Result<Duration> {
    let mut shortest = Duration::MAX;
    for _ in 0..50 {
        let start = Instant::now();
        predict()?;
        shortest = shortest.min(start.elapsed());
    }
    Ok(shortest)
}

/// Prints the costs of a model, and compares its predictions, folded too, with those in the folder.
fn examine<M, const R: usize, const C: usize, const N: usize>(name: &str, folder: Option<&Path>) -> nn::Result<bool>
where
    M: Model<
            Scalar = f32,
            Inputs = SMatrix<f32, R, C>,
            Outputs = SVector<f32, N>,
            Predictions = Vec<SVector<f32, N>>,
            Folded: Model<Predictions = Vec<SVector<f32, N>>>,
        >,
{
    println!("{}\n{}", M::SUMMARY, M::COSTS);
    let Some(folder) = folder else { return Ok(true) };
    let mut model = M::boxed(&mut StdRng::seed_from_u64(1));
    model.load_weights(folder.join(format!("{name}.safetensors")))?;
    let golden = folder.join(format!("{name}_golden.safetensors"));
    if !golden.exists() {
        println!("{name}: there are no outputs to compare with\n");
        return Ok(true);
    }
    let (x, expected) = (numbers(&golden, "x"), numbers(&golden, "y"));
    let (x, expected): (&[SMatrix<f32, R, C>], &[SVector<f32, N>]) = (from_flat(&x)?, from_flat(&expected)?);
    let worst = |y: &[SVector<f32, N>]| {
        y.iter().zip(expected).map(|(y, expected)| (y - expected).amax() / expected.amax()).fold(0.0, f32::max)
    };
    let folded_model = model.fold();
    let (plain, folded) = (worst(&model.predict(x)?), worst(&folded_model.predict(x)?));
    println!("{name}: {} samples, largest relative difference {plain:.1e}, folded {folded:.1e}", expected.len());
    let (before, after) = (time(|| model.predict(&x[..1]))?, time(|| folded_model.predict(&x[..1]))?);
    let (weights, fewer) = (M::PARAMETERS, M::Folded::PARAMETERS);
    println!("one prediction takes {before:.0?}, folded {after:.0?}; {weights} weights, folded {fewer}\n");
    Ok(plain <= TOLERANCE && folded <= TOLERANCE)
}

fn main() -> nn::Result<ExitCode> {
    let folder = std::env::args().nth(1).map(PathBuf::from);
    let folder = folder.as_deref();
    let agree = [
        examine::<Anomaly, _, _, _>("anomaly", folder)?,
        examine::<Resnet8, _, _, _>("resnet8", folder)?,
        examine::<DsCnn, _, _, _>("ds_cnn", folder)?,
        examine::<Mobilenet, _, _, _>("mobilenet", folder)?,
    ];
    Ok(if agree.iter().all(|&agrees| agrees) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
