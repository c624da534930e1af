//! For any file the readers answer with a network or an error, and never panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nn_import::{Wanted, read, weights};

fuzz_target!(|file: &[u8]| {
    if let Ok(network) = read(file) {
        let _ = network.graph();
        let _ = network.safetensors();
    }
    let variables = vec![("kernel".to_owned(), vec![4, 3]), ("bias".to_owned(), vec![3])];
    let _ = weights(file, &[Wanted { name: "dense".into(), class: "Dense".into(), variables }]);
});
