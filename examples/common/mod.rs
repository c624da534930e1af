//! The handwritten digits for several examples; `examples/data/README.md` names their source.

pub(crate) mod outcome;

use flate2::read::GzDecoder;
use nn::prelude::*;
use rand::seq::SliceRandom;
use std::io::Read;

/// 8 × 8 pixels, row by row from the top left, 0 (white) to 1 (black).
pub(crate) type Image = SVector<f32, 64>;

/// Images and their digits.
pub(crate) struct Digits {
    pub(crate) images: Vec<Image>,
    pub(crate) labels: Vec<u32>,
}

/// The 1,797 digits in two parts: one for training, and a fifth for testing.
///
/// The file keeps the digits of each writer together, so they are shuffled first. Both parts then have digits of the
/// same 13 people. On digits of other people these models do worse.
pub(crate) fn load(seed: u64) -> (Digits, Digits) {
    let mut bytes = Vec::new();
    GzDecoder::new(&include_bytes!("../data/digits.bin.gz")[..]).read_to_end(&mut bytes).expect("the file is whole");
    let mut records: Vec<&[u8]> = bytes.chunks_exact(65).collect();
    assert_eq!(records.len(), 1_797);
    records.shuffle(&mut StdRng::seed_from_u64(seed));

    let part = |records: &[&[u8]]| Digits {
        images: records.iter().map(|record| Image::from_fn(|pixel, _| f32::from(record[1 + pixel]) / 16.0)).collect(),
        labels: records.iter().map(|record| u32::from(record[0])).collect(),
    };
    let (test, training) = records.split_at(records.len() / 5);
    (part(training), part(test))
}

/// Images side by side, each under its caption, for a terminal.
#[allow(dead_code)] // Not every example draws.
pub(crate) fn draw(images: &[(&Image, String)]) -> String {
    const WIDTH: usize = 18;
    let mut text: String = images.iter().map(|(_, caption)| format!("{caption:WIDTH$}")).collect();
    for row in 0..8 {
        text.push('\n');
        for (image, _) in images {
            // Two characters for each pixel, because a character is about twice as high as wide.
            let pixels =
                (0..8).map(|column| ["  ", "··", "░░", "▒▒", "▓▓", "██"][(image[8 * row + column] * 5.0) as usize]);
            text.extend(pixels.chain(["  "]));
        }
    }
    text
}
