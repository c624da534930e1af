//! The variables of a layer, in Keras's order.

use super::config::Config;

/// A variable that a layer of Keras has.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expected {
    /// Its name in this library.
    pub(super) name: String,
    /// Its path in a `.keras` file, behind that of the layer.
    pub(super) path: String,
    /// Whether `fit` trains it. An `.h5` file has the trained variables of a model inside first.
    pub(super) trained: bool,
}

/// Returns the variables of a layer.
pub(super) fn variables(layer: Config<'_>) -> Vec<Expected> {
    let own: &[&str] = match layer.class() {
        "Bidirectional" => {
            let inner = Config::new(layer.get("layer"));
            return ["forward", "backward"]
                .iter()
                .flat_map(|way| inside(inner, way, &format!("{way}_layer/")))
                .collect();
        }
        "TimeDistributed" => {
            return variables(Config::new(layer.get("layer")))
                .into_iter()
                .map(|variable| Expected { path: format!("layer/{}", variable.path), ..variable })
                .collect();
        }
        "RNN" => return numbered(&["kernel", "recurrent_kernel", "bias"], Config::new(layer.get("cell")), "cell/vars"),
        "LSTM" | "GRU" | "SimpleRNN" => return numbered(&["kernel", "recurrent_kernel", "bias"], layer, "cell/vars"),
        "Dense" | "Conv1D" | "Conv2D" | "Conv1DTranspose" | "Conv2DTranspose" | "DepthwiseConv1D"
        | "DepthwiseConv2D" => &["kernel", "bias"],
        "SeparableConv1D" | "SeparableConv2D" => &["depthwise_kernel", "pointwise_kernel", "bias"],
        "Embedding" => &["embeddings"],
        "PReLU" => &["alpha"],
        "RMSNormalization" => &["scale"],
        "LayerNormalization" | "GroupNormalization" => &["gamma", "beta"],
        "BatchNormalization" => &["gamma", "beta", "moving_mean", "moving_variance"],
        "Normalization" if layer.get("mean").is_null() => &["mean", "variance", "count"],
        _ => &[],
    };
    numbered(own, layer, "vars")
}

/// Returns the variables of a layer inside another.
fn inside(layer: Config<'_>, name: &str, path: &str) -> Vec<Expected> {
    let within = |variable: Expected| Expected {
        name: format!("{name}.{}", variable.name),
        path: format!("{path}{}", variable.path),
        ..variable
    };
    variables(layer).into_iter().map(within).collect()
}

/// Leaves out the variables that the arguments switch off, and numbers the others.
fn numbered(names: &[&str], layer: Config<'_>, folder: &str) -> Vec<Expected> {
    let off = |flag: &str| layer.get(flag).as_bool() == Some(false);
    let normalized_by_root = layer.get("rms_scaling").as_bool() == Some(true);
    let there = names.iter().filter(|name| match **name {
        "bias" => !off("use_bias"),
        "gamma" => !off("scale") || normalized_by_root,
        "beta" => !off("center") && !normalized_by_root,
        _ => true,
    });
    there
        .enumerate()
        .map(|(place, name)| Expected {
            name: (*name).into(),
            path: format!("{folder}/{place}"),
            trained: !matches!(*name, "moving_mean" | "moving_variance" | "mean" | "variance" | "count")
                && layer.get("trainable").as_bool() != Some(false),
        })
        .collect()
}
