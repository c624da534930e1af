//! Any file of TFLite is read or refused: no panic, and no more memory than its length allows.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|file: &[u8]| {
    if let Ok(network) = nn_import::read(file) {
        let weights: usize = network.tensors().map(|(_, numbers)| numbers.bytes.len()).sum();
        assert!(weights <= 4 * file.len());
        let _ = network.graph();
    }
});
