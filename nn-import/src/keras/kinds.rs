//! A layer of Keras as a layer of this library: its class, and the arguments that are not the defaults.

use super::config::Config;
use super::functional::Reader;
use super::words::{Read, activation, argument};
use crate::network::{Kind, Value};
use crate::problem::Problem;
use nn_core::layers::LAYERS;
use nn_core::spec::{ArgSpec, Default, LayerSpec};
use serde_json::Value as Json;

/// Fields of a layer that say nothing about its function.
const SILENT: &[&str] = &[
    "name",
    "trainable",
    "dtype",
    "batch_input_shape",
    "batch_shape",
    "input_shape",
    "implementation",
    "autocast",
    "time_major",
    "use_cudnn",
    "module",
    "sparse",
    "ragged",
    "input_dtype",
    "quantization_config",
    "input_spec",
];

/// The activation of a layer that is nothing else.
const ACTIVATION: ArgSpec = ArgSpec {
    name: "activation",
    kind: nn_core::spec::Kind::ActivationAfter,
    default: Default::Required,
    field: false,
};

impl Reader<'_> {
    /// Reads the class and the arguments of a layer.
    pub(super) fn kind(&mut self, config: Config<'_>) -> Option<Kind> {
        let (name, class) = (config.name(), config.class());
        if !self.is_f32(config) {
            return None;
        }
        match class {
            "Activation" => {
                return match activation(&ACTIVATION, config.get("activation"), self.version) {
                    Read::Value(value) => {
                        Some(Kind { class: class.into(), arguments: vec![("activation".into(), value)] })
                    }
                    Read::Default => Some(Kind { class: "Identity".into(), arguments: vec![] }),
                    Read::Wrong(message) => self.problem(config, message),
                };
            }
            "RNN" => return self.cell(config),
            "Lambda" => return self.problem(config, "its function is code of Python, which only Python runs"),
            _ => {}
        }
        let Some(spec) = LAYERS.iter().find(|spec| spec.name == class && !spec.examples.is_empty()) else {
            let near =
                crate::nearest(class, LAYERS.iter().filter(|spec| !spec.examples.is_empty()).map(|spec| spec.name));
            let problem = Problem::of(name, class, "this class of layer is not supported");
            self.problems.push(match near {
                Some(near) => problem.help(format!("`{near}` is")),
                None => problem.help("the layers that are supported: `nn::layers`"),
            });
            return None;
        };
        let (mut required, mut optional) = (Vec::new(), Vec::new());
        let before = self.problems.len();
        for (field, json) in config.fields() {
            let field = renamed(class, field);
            match spec.args.iter().find(|arg| arg.name == field) {
                Some(arg) if matches!(arg.kind, nn_core::spec::Kind::Layer) => {
                    if let Some(mut inner) = self.kind(Config::new(json)) {
                        // The wrapper says whether it is frozen.
                        inner.arguments.retain(|(name, _)| name != "trainable");
                        required.push((0, arg.name.to_owned(), Value::Layer(Box::new(inner))));
                    }
                }
                Some(arg) => {
                    let json = adjusted(class, field, json);
                    match argument(arg, &json, self.version) {
                        Read::Default => {}
                        Read::Value(value) if arg.default == Default::Required => {
                            let place = spec.args.iter().position(|other| other.name == field);
                            required.push((place.unwrap_or(0), arg.name.to_owned(), value));
                        }
                        Read::Value(value) => optional.push((arg.name.to_owned(), value)),
                        Read::Wrong(message) => self.problems.push(Problem::of(name, class, message)),
                    }
                }
                None => self.unknown_field(config, spec, field, json),
            }
        }
        if class == "Bidirectional" {
            self.ways(config);
        }
        if class == "GRU" && self.version < "2" && config.get("reset_after").is_null() {
            optional.push(("reset_after".into(), Value::Flag(false)));
        }
        if config.get("trainable").as_bool() == Some(false) && !super::variables::variables(config).is_empty() {
            optional.push(("trainable".into(), Value::Flag(false)));
        }
        if self.problems.len() > before {
            return None;
        }
        let missing = spec
            .args
            .iter()
            .find(|arg| arg.default == Default::Required && !required.iter().any(|(_, name, _)| name == arg.name));
        if let Some(missing) = missing {
            return self.problem(config, format!("the file does not say `{}`", missing.name));
        }
        required.sort_by_key(|(place, ..)| *place);
        let place = |name: &str| spec.args.iter().position(|arg| arg.name == name).unwrap_or(usize::MAX);
        optional.sort_by_key(|(name, _)| place(name));
        let arguments = required.into_iter().map(|(_, name, value)| (name, value)).chain(optional).collect();
        Some(Kind { class: class.into(), arguments })
    }

    fn problem<T>(&mut self, config: Config<'_>, message: impl Into<String>) -> Option<T> {
        self.problems.push(Problem::of(config.name(), config.class(), message));
        None
    }

    /// Reports a layer that computes with other numbers.
    fn is_f32(&mut self, config: Config<'_>) -> bool {
        let dtype = config.get("dtype");
        let dtype = dtype.as_str().or_else(|| dtype["config"]["name"].as_str()).unwrap_or("float32");
        // Layers for indices and masks have types of whole numbers.
        if matches!(dtype, "float32" | "int32" | "int64" | "uint8" | "bool") {
            return true;
        }
        let problem =
            Problem::of(config.name(), config.class(), format!("it computes in `{dtype}`; `float32` is read"));
        self.problems.push(
            problem.help(
                "save the model with the policy `float32`; weights in a file may be halves: see `include_weights!`",
            ),
        );
        false
    }

    /// Reports a field that is no argument here, unless it says nothing.
    fn unknown_field(&mut self, config: Config<'_>, spec: &LayerSpec, field: &str, json: &Json) {
        // The numbers of a renormalization that is off.
        if class_is_off(config, field) {
            return;
        }
        let neutral = match json {
            Json::Null | Json::Bool(false) => true,
            Json::Array(list) => list.is_empty(),
            Json::Object(fields) => fields.is_empty(),
            Json::String(text) => text.is_empty(),
            json => json == 0 || (field == "groups" && json == 1),
        };
        let initial = field.ends_with("_initializer") || field == "backward_layer" || field == "input_length";
        if neutral || initial || SILENT.contains(&field) {
            return;
        }
        let known: Vec<String> = spec.args.iter().map(|arg| format!("`{}`", arg.name)).collect();
        let problem =
            Problem::of(config.name(), config.class(), format!("the argument `{field} = {json}` is not supported"));
        self.problems.push(problem.help(format!("its arguments are {}", known.join(", "))));
    }

    /// A layer around a cell of Keras is the layer of that cell.
    fn cell(&mut self, config: Config<'_>) -> Option<Kind> {
        let cell = Config::new(config.get("cell"));
        let class = match cell.class() {
            "LSTMCell" => "LSTM",
            "GRUCell" => "GRU",
            "SimpleRNNCell" => "SimpleRNN",
            other => {
                return self.problem(
                    config,
                    format!("the cell `{other}` is not supported; `LSTMCell`, `GRUCell` and `SimpleRNNCell` are"),
                );
            }
        };
        let all = cell.fields().chain(config.fields().filter(|(name, _)| *name != "cell"));
        let fields: serde_json::Map<String, Json> = all.map(|(name, value)| (name.into(), value.clone())).collect();
        self.kind(Config::new(&serde_json::json!({ "class_name": class, "config": fields })))
    }

    /// Reports a layer that is not the same in both directions.
    fn ways(&mut self, config: Config<'_>) {
        let [forward, backward] = ["layer", "backward_layer"].map(|way| Config::new(config.get(way)));
        if config.get("backward_layer").is_null() {
            return;
        }
        let before = self.problems.len();
        let kinds = [forward, backward].map(|way| {
            let mut kind = self.kind(way);
            if let Some(kind) = &mut kind {
                kind.arguments.retain(|(name, _)| name != "go_backwards");
            }
            kind
        });
        if self.problems.len() == before && kinds[0] != kinds[1] {
            let _: Option<()> = self.problem(config, "its layers of the two directions differ; they must be alike");
        }
    }
}

/// Whether a field belongs to a part of a layer that another field switches off.
fn class_is_off(config: Config<'_>, field: &str) -> bool {
    field == "renorm_momentum" && config.get("renorm").as_bool() != Some(true)
}

/// Returns the name of an argument in Keras 3.
fn renamed<'a>(class: &str, field: &'a str) -> &'a str {
    match (class, field) {
        ("LeakyReLU", "alpha") => "negative_slope",
        ("Dropout" | "SpatialDropout1D" | "SpatialDropout2D" | "GaussianDropout" | "AlphaDropout", "p") => "rate",
        _ => field,
    }
}

/// Returns the value of an argument as Keras 3 writes it.
fn adjusted(class: &str, field: &str, json: &Json) -> Json {
    match (class, field, json) {
        // One axis as a list.
        ("BatchNormalization" | "Softmax" | "GroupNormalization", "axis", Json::Array(list)) if list.len() == 1 => {
            list[0].clone()
        }
        _ => json.clone(),
    }
}
