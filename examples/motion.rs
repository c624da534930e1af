//! Recognises badminton, running, standing and walking by the motion of a watch.
//!
//! ```sh
//! cargo run --release --example motion
//! ```
//!
//! A recording has 100 steps of six numbers: acceleration and rotation. Convolutions along the steps find short motions
//! wherever they are.

#[path = "common/outcome.rs"]
mod outcome;

use flate2::read::GzDecoder;
use nn::data;
use nn::metrics::confusion_matrix;
use nn::prelude::*;
use outcome::{Claims, seed};
use std::io::Read;
use std::process::ExitCode;

model! {
    /// Recognises a motion.
    pub struct Motion;

    let recording = Input(shape = [100, 6]);
    let x = BatchNormalization()(recording);
    let x = Conv1D(16, 5, activation = relu, padding = same)(x);
    let x = MaxPooling1D(4)(x);
    let x = Conv1D(32, 5, activation = relu, padding = same)(x);
    let x = GlobalAveragePooling1D()(x);
    let motion = Dense(4, activation = softmax)(x);

    Model(inputs = recording, outputs = motion)
}

/// The motions, in the order of their classes.
const NAMES: [&str; 4] = ["badminton", "running", "standing", "walking"];

/// 100 steps of six numbers.
type Recording = [[f32; 6]; 100];

/// The recordings and their classes; `examples/data/README.md` names their source.
fn load() -> nn::Result<(Vec<Recording>, Vec<u32>)> {
    let mut bytes = Vec::new();
    let file = &include_bytes!("data/motion.bin.gz")[..];
    GzDecoder::new(file).read_to_end(&mut bytes).expect("the file is whole");
    let records = bytes.chunks_exact(1 + 4 * 600);
    let classes = records.clone().map(|record| u32::from(record[0])).collect();
    let numbers: Vec<[u8; 4]> = records.flat_map(|record| record[1..].as_chunks().0).copied().collect();
    Ok((data::from_numbers(&numbers, f32::from_le_bytes)?, classes))
}

fn main() -> nn::Result<ExitCode> {
    let seed = seed();
    let (recordings, classes) = load()?;
    // The first half is the training set of the archive.
    let ((x_train, x_test), (y_train, y_test)) = (recordings.split_at(40), classes.split_at(40));
    println!("{}", Motion::SUMMARY);
    let mut model = Motion::boxed(&mut StdRng::seed_from_u64(seed))
        .compile(Adam::new(0.01), SparseCategoricalCrossentropy::default())
        .metrics(Accuracy);
    let history = model.fit(x_train, y_train, Fit::new().epochs(60).batch_size(8).seed(seed).verbose(0))?;
    history.plot("motion.svg")?;
    println!("wrote motion.svg");

    let report = model.evaluate(x_test, y_test)?;
    println!("on recordings that it has not seen: {report}");
    println!("{}", confusion_matrix::<4>(y_test, &model.predict(x_test)?));
    for (class, name) in NAMES.iter().enumerate() {
        println!("class {class}: {name}");
    }

    let mut claims = Claims::default();
    claims.at_least("accuracy", report.get("accuracy").unwrap_or(0.0), 0.9);
    Ok(claims.code())
}
