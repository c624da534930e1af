//! The digits of MNIST; `examples/data/README.md` names their source.

use flate2::read::GzDecoder;
use nn::data;
use nn::prelude::*;
use rand::seq::SliceRandom;
use std::io::Read;

/// 28 rows of 28 gray pixels, 0 (black) to 1 (white).
pub(crate) type Image = [[[f32; 1]; 28]; 28];

/// Images and their digits.
#[allow(dead_code)] // An autoencoder has no use for the labels.
pub(crate) struct Digits {
    pub(crate) images: Vec<Image>,
    pub(crate) labels: Vec<u32>,
}

/// 10,000 digits in two parts: 8,000 for training and 2,000 for testing.
pub(crate) fn load(seed: u64) -> nn::Result<(Digits, Digits)> {
    let mut bytes = Vec::new();
    let file = &include_bytes!("../data/mnist.bin.gz")[..];
    GzDecoder::new(file).read_to_end(&mut bytes).expect("the file is whole");
    // The file has the digits in order.
    let mut records: Vec<&[u8]> = bytes.chunks_exact(785).collect();
    records.shuffle(&mut StdRng::seed_from_u64(seed));
    let part = |records: &[&[u8]]| -> nn::Result<Digits> {
        let pixels: Vec<u8> = records.iter().flat_map(|record| &record[1..]).copied().collect();
        let labels = records.iter().map(|record| u32::from(record[0])).collect();
        Ok(Digits { images: data::from_pixels(&pixels, 1.0 / 255.0)?, labels })
    };
    let (test, training) = records.split_at(2_000);
    Ok((part(training)?, part(test)?))
}
