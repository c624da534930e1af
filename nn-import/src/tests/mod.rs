//! Tests with files that Keras wrote: `tests/fixtures/keras_files.py` and `keras_legacy_files.py` of the repository.

mod files;
mod hostile;
mod old_keras;
mod oracle;

use safetensors::SafeTensors;
use std::collections::BTreeMap;

/// Returns the files of Keras 3 and of Keras 2, by their names.
fn fixtures() -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for name in ["keras_files", "keras_legacy_files"] {
        let path = format!("{}/../tests/fixtures/{name}.safetensors", env!("CARGO_MANIFEST_DIR"));
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        let tensors = SafeTensors::deserialize(&bytes).unwrap();
        for (name, tensor) in
            tensors.iter().filter(|(name, _)| name.ends_with(".keras") || name.ends_with("h5") || name.ends_with("npz"))
        {
            files.insert(name.to_owned(), miniz_oxide::inflate::decompress_to_vec_zlib(tensor.data()).unwrap());
        }
    }
    files
}
