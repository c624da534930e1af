//! Configurations in the spellings of Keras 2.0 to 2.15.

use serde_json::{Value as Json, json};

fn text(config: &Json, version: &str) -> String {
    match crate::keras::graph(config, version) {
        Ok(network) => network.graph().unwrap_or_else(|error| error.to_string()),
        Err(error) => error.to_string(),
    }
}

fn input(name: &str, shape: Json) -> Json {
    json!({"class_name": "InputLayer", "name": name, "inbound_nodes": [],
        "config": {"batch_input_shape": shape, "dtype": "float32", "sparse": false, "name": name}})
}

fn dense(name: &str, units: usize, nodes: Json) -> Json {
    json!({"class_name": "Dense", "name": name, "inbound_nodes": nodes, "config": {
        "name": name, "trainable": true, "units": units, "activation": "relu", "use_bias": true,
        "kernel_initializer": {"class_name": "VarianceScaling", "config": {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": null, "dtype": "float32"}},
        "bias_initializer": {"class_name": "Zeros", "config": {"dtype": "float32"}}, "kernel_regularizer": null,
        "bias_regularizer": null, "activity_regularizer": null, "kernel_constraint": null, "bias_constraint": null}})
}

fn model(layers: Json, outputs: Json) -> Json {
    json!({"class_name": "Model", "config": {"name": "model_1", "layers": layers, "input_layers": [["x", 0, 0]], "output_layers": outputs}})
}

/// Keras 2.0: a Sequential model is a list of layers, and its first layer states the shape.
#[test]
fn keras_2_0() {
    let config = json!({"class_name": "Sequential", "config": [
        {"class_name": "Conv2D", "config": {"name": "conv2d_1", "trainable": true, "batch_input_shape": [null, 8, 8, 1],
            "dtype": "float32", "filters": 4, "kernel_size": [3, 3], "strides": [1, 1], "padding": "valid",
            "data_format": "channels_last", "dilation_rate": [1, 1], "activation": "relu", "use_bias": true,
            "kernel_initializer": {"class_name": "VarianceScaling", "config": {}}, "bias_initializer": {"class_name": "Zeros", "config": {}},
            "kernel_regularizer": {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.5}}, "kernel_constraint": {"class_name": "MaxNorm", "config": {"max_value": 3, "axis": 0}}}},
        {"class_name": "BatchNormalization", "config": {"name": "batch_normalization_1", "trainable": true, "axis": [3], "momentum": 0.99, "epsilon": 0.001, "center": true, "scale": true}},
        {"class_name": "DepthwiseConv2D", "config": {"name": "d", "trainable": true, "kernel_size": [3, 3], "groups": 1, "depth_multiplier": 1, "strides": [2, 2], "padding": "same"}},
        {"class_name": "LeakyReLU", "config": {"name": "leaky_re_lu_1", "trainable": true, "alpha": 0.10000000149011612}},
        {"class_name": "Flatten", "config": {"name": "flatten_1", "trainable": true}},
        {"class_name": "Dropout", "config": {"name": "dropout_1", "trainable": true, "rate": 0.5, "noise_shape": null, "seed": null}},
        {"class_name": "Dense", "config": {"name": "dense_1", "trainable": true, "units": 3, "activation": "softmax", "use_bias": true}},
    ]});
    assert_eq!(
        text(&config, "2.0.8"),
        "\
let input = Input(shape = [8, 8, 1]);
let conv2d_1 = Conv2D(4, 3, activation = relu, kernel_regularizer = l1_l2(l2 = 0.5), kernel_constraint = max_norm(max_value = 3))(input);
let batch_normalization_1 = BatchNormalization(axis = 3)(conv2d_1);
let d = DepthwiseConv2D(3, strides = 2, padding = same)(batch_normalization_1);
let leaky_re_lu_1 = LeakyReLU(negative_slope = 0.10000000149011612)(d);
let flatten_1 = Flatten()(leaky_re_lu_1);
let dropout_1 = Dropout(0.5)(flatten_1);
let dense_1 = Dense(3, activation = softmax)(dropout_1);
Model(inputs = input, outputs = dense_1)
"
    );
}

/// Calls as lists of lists; Keras 2.13 writes a single call without the outer list.
#[test]
fn calls_of_keras_2() {
    for nodes in [json!([[["x", 0, 0, {}]]]), json!([["x", 0, 0, {}]])] {
        let config = model(json!([input("x", json!([null, 4])), dense("a", 3, nodes)]), json!([["a", 0, 0]]));
        let expected =
            "let x = Input(shape = [4]);\nlet a = Dense(3, activation = relu)(x);\nModel(inputs = x, outputs = a)\n";
        assert_eq!(text(&config, "2.13.1"), expected);
    }
    // A layer that is called twice, and the outputs of both calls.
    let config = model(
        json!([
            input("x", json!([null, 4])),
            dense("a", 4, json!([[["x", 0, 0, {}]], [["a", 0, 0, {}]]])),
            {"class_name": "Add", "name": "add", "config": {"name": "add", "trainable": true}, "inbound_nodes": [[["a", 0, 0, {}], ["a", 1, 0, {}]]]},
        ]),
        json!([["add", 0, 0], ["a", 1, 0]]),
    );
    let expected = "\
let x = Input(shape = [4]);
let a = Dense(4, activation = relu);
let a_call0_ = a(x);
let a_call1_ = a(a_call0_);
let add = Add()([a_call0_, a_call1_]);
Model(inputs = x, outputs = [add, a_call1_])
";
    assert_eq!(text(&config, "2.3.1"), expected);
}

/// Inner models count a call of their own.
#[test]
fn models_inside_of_keras_2() {
    let inner = json!({"class_name": "Model", "name": "inner", "inbound_nodes": [[["x", 0, 0, {}]], [["inner", 1, 0, {}]]],
        "config": {"name": "inner", "layers": [input("i", json!([null, 4])), dense("d", 4, json!([[["i", 0, 0, {}]]]))],
            "input_layers": [["i", 0, 0]], "output_layers": [["d", 0, 0]]}});
    let config = model(json!([input("x", json!([null, 4])), inner]), json!([["inner", 2, 0]]));
    let expected = "\
let x = Input(shape = [4]);
let d = Dense(4, activation = relu);
let d_call0_ = d(x);
let d_call1_ = d(d_call0_);
Model(inputs = x, outputs = d_call1_)
";
    assert_eq!(text(&config, "2.4.0"), expected);
}

/// Functions of TensorFlow in a graph: numbers are in the call, before the tensor or behind it.
#[test]
fn functions_of_keras_2() {
    let function = |function: &str, name: &str, node: Json| {
        json!({"class_name": "TFOpLambda", "name": name, "inbound_nodes": [node],
            "config": {"name": name, "trainable": true, "dtype": "float32", "function": function}})
    };
    let cases = [
        (
            function("math.subtract", "f", json!(["x", 0, 0, {"y": 1.5, "name": null}])),
            "Rescaling(1.0, offset = -1.5)(x)",
        ),
        (
            function("math.subtract", "f", json!(["_CONSTANT_VALUE", -1, 1.5, {"y": ["x", 0, 0], "name": null}])),
            "Rescaling(-1.0, offset = 1.5)(x)",
        ),
        (function("__operators__.add", "f", json!(["x", 0, 0, {"y": ["x", 0, 0], "name": null}])), "Add()([x, x])"),
        (function("math.truediv", "f", json!(["x", 0, 0, {"y": 4, "name": null}])), "Rescaling(0.25)(x)"),
        (function("nn.relu6", "f", json!(["x", 0, 0, {}])), "Activation(relu6)(x)"),
        (
            function("concat", "f", json!([["x", 0, 0, {"axis": -1}], ["x", 0, 0, {"axis": -1}]])),
            "Concatenate()([x, x])",
        ),
        (
            function("math.truediv", "f", json!(["_CONSTANT_VALUE", -1, 1.0, {"y": ["x", 0, 0]}])),
            "the function `math.truediv` is not supported",
        ),
        (function("math.pow", "f", json!(["x", 0, 0, {"y": 2}])), "the function `math.pow` is not supported"),
        (
            function("nn.leaky_relu", "f", json!(["x", 0, 0, {"alpha": 0.3}])),
            "the function `nn.leaky_relu` is not supported",
        ),
    ];
    for (layer, expected) in cases {
        let config = model(json!([input("x", json!([null, 4])), layer]), json!([["f", 0, 0]]));
        let found = text(&config, "2.11.0");
        assert!(found.contains(expected), "{expected} is not in\n{found}");
    }
}

#[test]
fn refusals() {
    let with = |layer: Json, version: &str| {
        text(&model(json!([input("x", json!([null, 4, 4])), layer]), json!([["f", 0, 0]])), version)
    };
    let layer = |class: &str, config: Json| {
        let mut config = config;
        config["name"] = json!("f");
        config["trainable"] = json!(true);
        json!({"class_name": class, "name": "f", "config": config, "inbound_nodes": [[["x", 0, 0, {}]]]})
    };
    let hard = layer("Activation", json!({"activation": "hard_sigmoid"}));
    assert!(with(hard.clone(), "2.9.0").contains("`hard_sigmoid` of Keras 2 is another function"));
    assert!(with(hard, "3.1.0").contains("Activation(hard_sigmoid)(x)"));
    for (layer, expected) in [
        (layer("Lambda", json!({"function": ["4wEAAAA", null, null]})), "(Lambda): its function is code of Python"),
        (layer("MyLayer", json!({"units": 3})), "layer `f` (MyLayer): this class of layer is not supported"),
        (layer("Custom>Scale", json!({})), "layer `f` (Scale): this class of layer is not supported"),
        (
            layer("MultiHeadAttention", json!({"num_heads": 3})),
            "layer `f` (MultiHeadAttention): this class of layer is not supported",
        ),
        (
            layer("Conv1D", json!({"filters": 2, "kernel_size": [2], "data_format": "channels_first"})),
            "samples here are channels last",
        ),
        (
            layer("Dense", json!({"units": 2, "activation": "my_function"})),
            "the activation `my_function` is not supported",
        ),
        (layer("Dense", json!({"units": 2, "lora_rank": 4})), "the argument `lora_rank = 4` is not supported"),
        (
            layer(
                "Dense",
                json!({"units": 2, "dtype": {"class_name": "DTypePolicy", "config": {"name": "mixed_float16"}}}),
            ),
            "it computes in `mixed_float16`",
        ),
        (layer("Dense", json!({})), "the file does not say `units`"),
        (layer("Dense", json!({"units": -3})), "`units = -3` is not supported"),
        (
            layer(
                "Dense",
                json!({"units": 2, "kernel_regularizer": {"class_name": "OrthogonalRegularizer", "config": {}}}),
            ),
            "the regularizer `OrthogonalRegularizer` is not supported",
        ),
        (
            json!({"class_name": "Dropout", "name": "f", "config": {"name": "f", "trainable": true, "rate": 0.5}, "inbound_nodes": [[["x", 0, 0, {"training": true}]]]}),
            "its call has the argument `training`",
        ),
        (
            json!({"class_name": "Dense", "name": "f", "config": {"name": "f", "trainable": true, "units": 2}, "inbound_nodes": [[["y", 0, 0, {}]]]}),
            "a tensor that the file does not make: `y`",
        ),
        (
            json!({"class_name": "Add", "name": "f", "config": {"name": "f", "trainable": true}, "inbound_nodes": [[["x", 0, 0, {}]]]}),
            "it is called on 1 tensors; it takes 2 to 12",
        ),
    ] {
        let found = with(layer, "2.9.0");
        assert!(found.contains(expected), "{expected} is not in\n{found}");
    }
    let own = json!({"class_name": "MyModel", "config": {"name": "m"}});
    assert!(text(&own, "2.9.0").contains("a class of its own"));
}
