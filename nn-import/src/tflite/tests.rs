//! Each rewrite alone, on the operators of a file.

use super::model::{Dilation, Dtype, Made, Model, model};
use super::{biases, dilation, functions, indices, links, normalizations};
use crate::formats::flatbuffer::Buffer;

/// Reads a file of the tests, rewrites it, and gives the names of its operators, with the functions that were found.
fn rewritten(name: &str, rewrites: &[fn(&mut Model<'_, '_>)], check: impl FnOnce(&Model<'_, '_>)) -> String {
    let path = format!("{}/../tests/fixtures/tflite/{name}.tflite", env!("CARGO_MANIFEST_DIR"));
    let file = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let buffer = Buffer::new(&file);
    let mut model = model(&file, &buffer).expect("a file that is not damaged");
    rewrites.iter().for_each(|rewrite| rewrite(&mut model));
    links::sweep(&mut model);
    check(&model);
    let names = model.operators.iter().map(|operator| match &operator.made {
        Some(Made::Activation(name)) => (*name).to_owned(),
        Some(Made::Normalization(found)) => format!("{:?}", found.formula),
        None => operator.class(),
    });
    names.collect::<Vec<_>>().join(" ")
}

#[test]
fn blocks_around_a_convolution_are_its_dilation() {
    let operators = rewritten("dilated", &[dilation::rewrite], |model| {
        let found: Vec<Dilation> = model.operators.iter().filter_map(|operator| operator.dilation).collect();
        let around = |above, below, left, right| [(above, below), (left, right)];
        let expected = [
            Dilation { rates: [2, 2], padding: around(2, 2, 2, 2) },
            Dilation { rates: [2, 2], padding: around(0, 0, 0, 0) },
            Dilation { rates: [2, 3], padding: around(2, 2, 1, 2) },
        ];
        assert_eq!(found, expected);
    });
    assert_eq!(operators, "CONV_2D ADD DEPTHWISE_CONV_2D ADD CONV_2D ADD");
    let sequence = rewritten("sequence", &[dilation::rewrite], |_| {});
    assert!(sequence.contains("PAD EXPAND_DIMS CONV_2D SQUEEZE ADD"), "{sequence}");
}

#[test]
fn a_constant_behind_a_convolution_or_product_is_its_bias() {
    let convolutions = rewritten("dilated", &[dilation::rewrite, biases::rewrite], |_| {});
    assert_eq!(convolutions, "CONV_2D RELU DEPTHWISE_CONV_2D CONV_2D");
    let before = rewritten("dense_rows", &[], |_| {});
    let after = rewritten("dense_rows", &[biases::rewrite], |_| {});
    assert_eq!(before.matches("ADD").count(), 2);
    assert_eq!(after, before.replace(" ADD", ""));
    // Those that have one keep it, and so does a sum of something else.
    assert_eq!(rewritten("images", &[biases::rewrite], |_| {}), rewritten("images", &[], |_| {}));
    assert!(rewritten("arithmetic", &[biases::rewrite], |_| {}).contains("ADD"));
}

#[test]
fn functions_of_several_operators_are_one() {
    let operators = rewritten("activations", &[functions::rewrite], |_| {});
    for name in ["softplus", "softsign", "selu", "squareplus"] {
        assert!(operators.split(' ').any(|operator| operator == name), "{name}: {operators}");
    }
    for name in ["LOG", "ABS", "SQRT", "GREATER", "SELECT_V2"] {
        assert!(!operators.split(' ').any(|operator| operator == name), "{name}: {operators}");
    }
}

#[test]
fn normalizations_of_several_operators_are_one() {
    let operators = rewritten("normalized", &[normalizations::rewrite], |model| {
        let found = model.operators.iter().filter_map(|operator| match &operator.made {
            Some(Made::Normalization(found)) => Some((found.gamma.is_some(), found.beta.is_some())),
            _ => None,
        });
        let expected = [(true, false), (false, true), (true, true), (true, false), (false, false), (true, true)];
        assert_eq!(found.collect::<Vec<_>>(), expected);
    });
    assert_eq!(operators, "Standard Standard Standard Root Length RESHAPE Standard SHAPE RESHAPE");
}

#[test]
fn checks_of_indices_are_dropped() {
    assert_eq!(rewritten("words", &[indices::rewrite], |_| {}), "GATHER MEAN FULLY_CONNECTED");
}

#[test]
fn the_data_of_quantised_tensors_is_there() {
    rewritten("int8", &[], |model| {
        let kernel = model.tensors.iter().find(|tensor| tensor.name.ends_with("MatMul")).expect("a kernel");
        let quantization = kernel.quantization.as_ref().expect("scales");
        assert_eq!((kernel.dtype, quantization.axis), (Dtype::Other(9), 0));
        assert_eq!(
            (&kernel.shape[..], quantization.scales.len(), &quantization.zero_points[..]),
            (&[2, 4][..], 2, &[0, 0][..])
        );
        assert_eq!(kernel.data.map(<[u8]>::len), Some(8));
    });
}
