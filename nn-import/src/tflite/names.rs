//! Names of layers from those of tensors: `conv2d` from `model/conv2d/Relu;model/conv2d/Conv2D`.

use super::model::{Model, Operator};

/// Parts of a path that name a step inside a layer.
const INNER: &[&str] = &[
    "kernel",
    "bias",
    "transpose",
    "Tensordot",
    "BiasAdd",
    "ReadVariableOp",
    "resource",
    "convolution",
    "conv_transpose",
    "depthwise",
    "separable_conv2d",
    "moments",
    "batchnorm",
    "Reshape",
    "Repeat",
    "MaxPool1d",
    "AvgPool1D",
];

/// Returns the name of an operator for messages: that of its output.
pub(super) fn label(model: &Model<'_, '_>, operator: &Operator<'_, '_>) -> String {
    let output = operator.outputs.first().and_then(|&output| model.tensors.get(output));
    output.map_or_else(String::new, |tensor| tensor.name.to_owned())
}

/// Returns the name of the layer that a tensor's name is about, if it is about one. `words` begin the name of the step:
/// `Conv2D` in `model/conv2d/Conv2D`.
pub(super) fn layer(tensor: &str, words: &[&str]) -> Option<String> {
    let is_about = |path: &&str| {
        let last = path.rsplit('/').next().unwrap_or_default().to_lowercase();
        words.iter().any(|word| last.starts_with(word))
    };
    // Steps that were joined have their paths in a row.
    let paths: Vec<&str> = tensor.split(';').filter(|path| !path.is_empty()).collect();
    let about: Vec<&str> = paths.iter().copied().filter(is_about).collect();
    let of = |path: &&str| {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let (last, before) = parts.split_last()?;
        let found = before.iter().rev().find(|part| !INNER.contains(part)).unwrap_or(last);
        Some((*found).to_owned())
    };
    // Constants that several layers share have the names of all; the layer has most of the paths.
    let count = |name: &String| paths.iter().filter(|path| path.split('/').any(|part| part == name)).count();
    let found = match &about[..] {
        [] => paths.first().and_then(of)?,
        about => about.iter().filter_map(of).max_by_key(count)?,
    };
    let nothing =
        ["StatefulPartitionedCall", "PartitionedCall", "Identity", "arith.constant", "tfl.", "serving_default"];
    (!nothing.iter().any(|nothing| found.starts_with(nothing))).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_found_in_paths() {
        let conv = &["conv"][..];
        for (tensor, words, name) in [
            ("model/conv2d/Conv2D", conv, Some("conv2d")),
            ("model/activation/Relu;model/conv2d_2/Conv2D;model/conv2d/Conv2D1", conv, Some("conv2d")),
            (
                "model/conv2d_5/BiasAdd;model/conv2d_5/Conv2D;model/conv2d_5/BiasAdd/ReadVariableOp/resource",
                conv,
                Some("conv2d_5"),
            ),
            ("sequential_1/conv1d_1/convolution/ExpandDims", conv, Some("conv1d_1")),
            ("sequential_9_1/dense_1/Tensordot/MatMul2", &["matmul"], Some("dense_1")),
            ("model/activation_2/Relu;model/add/add", &["add"], Some("add")),
            ("dense/kernel/transpose", &["matmul"], Some("dense")),
            ("mine", &[], Some("mine")),
            ("StatefulPartitionedCall_1:0", &[], None),
            ("Identity", &[], None),
            ("", &[], None),
        ] {
            assert_eq!(layer(tensor, words).as_deref(), name, "{tensor}");
        }
    }
}
