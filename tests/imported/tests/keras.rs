//! Outputs of models that Keras saved equal those of Keras (`keras_files.py` and `keras_legacy_files.py` in
//! `tests/fixtures`).

#![allow(missing_docs)]
// A sample of the models may have none that is refused.
#![allow(dead_code)]
// Lints find much in graphs that are made to have every argument.
#![allow(deprecated)]

use nn::tensor::{Sample, flat, flat_mut};
use safetensors::SafeTensors;

include!(concat!(env!("OUT_DIR"), "/models.rs"));

/// Files with parts that this library has not.
const REFUSED: &[(&str, &str)] = &[
    ("names_beyond_ascii_many_h5", "the names in a group are stored in a heap"),
    ("refused_cells_keras", "the cell `StackedRNNCells` is not supported"),
    ("refused_layers_h5", "layer `attention` (Attention): this class of layer is not supported"),
    ("refused_layers_keras", "layer `attention` (Attention): this class of layer is not supported"),
    ("refused_operators_keras", "layer `mean` (Mean): the function `Mean` is not supported in this form"),
    ("refused_twice_keras", "the file has no weights at `layers/functional_1`"),
];

fn refused(module: &str, error: &str) {
    let wanted = REFUSED.iter().find(|(name, _)| *name == module);
    let wanted = wanted.unwrap_or_else(|| panic!("{module} is not read: {error}"));
    assert!(error.contains(wanted.1), "{error}");
}

fn numbers(name: &str) -> Vec<f32> {
    let file = if name.starts_with("legacy") { "keras_legacy_files" } else { "keras_files" };
    let path = format!("{}/../fixtures/{file}.safetensors", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let tensor = file.tensor(name).unwrap_or_else(|error| panic!("{name}: {error}"));
    let chunks = tensor.data().as_chunks().0.iter();
    match tensor.dtype() {
        safetensors::Dtype::I32 => chunks.map(|&x| i32::from_le_bytes(x) as f32).collect(),
        _ => chunks.map(|&x| f32::from_le_bytes(x)).collect(),
    }
}

fn samples<S: Sample + Clone>(name: &str) -> Vec<S>
where
    S::Element: Number,
{
    let numbers = numbers(name);
    let mut samples: Vec<S> = vec![nn::tensor::zeroed::<S>(); 2];
    assert_eq!(flat(&samples).len(), numbers.len(), "{name}");
    flat_mut(&mut samples).iter_mut().zip(numbers).for_each(|(element, number)| *element = Number::of(number));
    samples
}

trait Number {
    fn of(number: f32) -> Self;
}

impl Number for f32 {
    fn of(number: f32) -> Self {
        number
    }
}

impl Number for u32 {
    fn of(number: f32) -> Self {
        number as u32
    }
}

fn compare<S: Sample<Element = f32>>(name: &str, found: &[S]) {
    let wanted = numbers(name);
    let found = flat(found);
    assert_eq!(found.len(), wanted.len(), "{name}: other shape");
    let largest = wanted.iter().fold(0.0_f32, |largest, y| largest.max(y.abs()));
    for (place, (found, wanted)) in found.iter().zip(&wanted).enumerate() {
        let difference = (found - wanted).abs();
        assert!(difference <= 1e-5 * largest, "{name}: number {place} is {found}, in Keras {wanted}");
    }
}
