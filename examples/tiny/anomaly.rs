//! AD: an autoencoder of spectra of a machine's sound. A spectrum that it cannot draw again is an anomaly.
//!
//! Purohit et al., 2019, and the baseline of DCASE 2020, task 2.

use nn::prelude::*;

model! {
    /// Draws five frames of 128 bands again, from a code of eight numbers.
    // The trained weights have these biases.
    #[nn(allow(bias_before_batch_normalization))]
    pub struct Anomaly;

    let block = |x, units| relu(BatchNormalization()(Dense(units)(x)));
    let spectra = Input(shape = [640]);
    let x = block(spectra, 128);
    let x = block(x, 128);
    let x = block(x, 128);
    let x = block(x, 128);
    let x = block(x, 8);
    let x = block(x, 128);
    let x = block(x, 128);
    let x = block(x, 128);
    let x = block(x, 128);
    let drawn = Dense(640, name = "dense_9")(x);

    Model(inputs = spectra, outputs = drawn)
}
