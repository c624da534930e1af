//! Digits that are not in the training data.

use nn::SVector;

/// A label, then the pixels from 0 to 16, for each digit.
pub static TEST: &[u8] = include_bytes!("../weights/digits.test");

/// The input of the model.
pub fn image(pixels: &[u8]) -> SVector<f32, 64> {
    let mut image = SVector::<f32, 64>::zeros();
    for (to, &pixel) in image.iter_mut().zip(pixels) {
        *to = f32::from(pixel) / 16.0;
    }
    image
}

/// The digit with the highest probability.
pub fn best(probabilities: &SVector<f32, 10>) -> usize {
    let (mut best, mut highest) = (0, 0.0);
    for (digit, &probability) in probabilities.iter().enumerate() {
        if probability > highest {
            (best, highest) = (digit, probability);
        }
    }
    best
}
