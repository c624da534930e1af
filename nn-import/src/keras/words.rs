//! Values of arguments: activations, initializers, regularizers, constraints and numbers.

use super::config::Config;
use crate::network::Value;
use nn_core::activations::ACTIVATIONS;
use nn_core::constraints::CONSTRAINTS;
use nn_core::initializers::INITIALIZERS;
use nn_core::regularizers::REGULARIZERS;
use nn_core::spec::{ArgSpec, Default, Kind, Value as Given, ValueSpec};
use serde_json::Value as Json;

/// The value of an argument in a file: it is the default, or another one, or it cannot be said.
pub(super) enum Read {
    Default,
    Value(Value),
    /// The reason.
    Wrong(String),
}

/// Reads the value of an argument.
pub(super) fn argument(spec: &ArgSpec, json: &Json, version: &str) -> Read {
    if spec.name == "data_format" && json == "channels_first" {
        return Read::Wrong("`data_format = channels_first` is not supported; samples here are channels last".into());
    }
    let value = match spec.kind {
        Kind::Activation(_) | Kind::ActivationAfter => return activation(spec, json, version),
        Kind::Initializer => return initializer(spec.name, json),
        Kind::Regularizer | Kind::ActivityAfter => return named(json, REGULARIZERS, "regularizer"),
        Kind::Constraint => return named(json, CONSTRAINTS, "constraint"),
        // The seeds of a file are of another generator.
        _ if spec.name == "seed" => return Read::Default,
        Kind::Choice(names) => match json {
            Json::Null if names.contains(&"None") => Some(Value::Word("None".into())),
            Json::String(word) if names.contains(&word.as_str()) => Some(Value::Word(word.clone())),
            Json::String(word) => {
                let known: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
                return Read::Wrong(format!(
                    "`{} = {word}` is not supported; there is {}",
                    spec.name,
                    known.join(", ")
                ));
            }
            _ => None,
        },
        _ if json.is_null() => return Read::Default,
        Kind::Flag => json.as_bool().map(Value::Flag),
        Kind::Size => single(json).and_then(size),
        Kind::Int => single(json).and_then(Json::as_i64).map(Value::Int),
        Kind::Float => float(json),
        Kind::Floats => list(json, &float).or_else(|| float(json)),
        Kind::Dims => list(json, &|json| Some(json.as_i64().map_or(Value::Word("None".into()), Value::Int))),
        Kind::Sizes => equal(list(json, &size)).or_else(|| size(json)),
        Kind::Ints | Kind::Axes => list(json, &whole).or_else(|| whole(json)),
        Kind::Pairs => list(json, &|json| list(json, &whole).or_else(|| whole(json))).or_else(|| whole(json)),
        Kind::Layer => None,
    };
    match value {
        Some(value) if is_default(spec, &value) => Read::Default,
        Some(value) => Read::Value(value),
        None => Read::Wrong(format!("`{} = {json}` is not supported", spec.name)),
    }
}

fn whole(json: &Json) -> Option<Value> {
    json.as_i64().map(Value::Int)
}

fn size(json: &Json) -> Option<Value> {
    json.as_i64().filter(|&size| size >= 0).map(Value::Int)
}

fn float(json: &Json) -> Option<Value> {
    // Keras writes arrays of numpy as objects around lists.
    let number = match json {
        Json::Object(_) => &json["config"]["value"],
        json => json,
    };
    number.as_f64().filter(|number| number.is_finite()).map(Value::Float)
}

fn list(json: &Json, read: &dyn Fn(&Json) -> Option<Value>) -> Option<Value> {
    let json = if json.is_object() { &json["config"]["value"] } else { json };
    json.as_array()?.iter().map(read).collect::<Option<Vec<_>>>().map(Value::List)
}

/// Returns the number of a list with one number.
fn single(json: &Json) -> Option<&Json> {
    match json.as_array() {
        Some(list) if list.len() == 1 => list.first(),
        Some(_) => None,
        None => Some(json),
    }
}

/// Writes `[3, 3]` as 3.
fn equal(list: Option<Value>) -> Option<Value> {
    match list? {
        Value::List(sizes) if sizes.windows(2).all(|pair| pair[0] == pair[1]) => sizes.into_iter().next(),
        list => Some(list),
    }
}

fn is_default(spec: &ArgSpec, value: &Value) -> bool {
    let Default::Is(default) = spec.default else { return false };
    match (default, value, spec.kind) {
        (Given::Size(default), &Value::Int(value), _) => usize::try_from(value) == Ok(default),
        (Given::Int(default), &Value::Int(value), _) => value == default,
        (Given::Float(default), &Value::Float(value), _) => value == default,
        (Given::Flag(default), &Value::Flag(value), _) => value == default,
        (Given::Choice(default), Value::Word(word), Kind::Choice(names)) => names[default] == word,
        (Given::Sizes(default), &Value::Int(value), _) => {
            default.dims().len() == 1 && usize::try_from(value) == Ok(default.dims()[0])
        }
        (Given::Ints(..), value, _) => match value {
            Value::Int(value) => default.as_ints() == [*value],
            Value::List(list) => {
                let list: Option<Vec<i64>> =
                    list.iter().map(|value| if let Value::Int(n) = value { Some(*n) } else { None }).collect();
                list.is_some_and(|list| list == default.as_ints())
            }
            _ => false,
        },
        _ => false,
    }
}

/// Reads an activation.
pub(super) fn activation(spec: &ArgSpec, json: &Json, version: &str) -> Read {
    let (name, fields) = match json {
        Json::Null => ("linear".to_owned(), None),
        Json::String(name) => (name.clone(), None),
        json => {
            let config = Config::new(json);
            // A function of Keras has its name as the whole inner object.
            let name = config.outer("config").as_str().unwrap_or_else(|| config.class());
            (crate::names::snake(name), Some(config))
        }
    };
    let name = match name.as_str() {
        "re_lu" => "relu",
        "leaky_re_lu" => "leaky_relu",
        name => name,
    };
    // A ReLU layer in the place of an activation: `ReLU(6.0)` is `relu6`.
    let (name, fields) = match fields {
        Some(config) if name == "relu" => match relu(config) {
            Some(name) => (name, None),
            None => {
                return Read::Wrong(
                    "an activation `ReLU` with these numbers is not supported; as a layer it is".into(),
                );
            }
        },
        fields => (name, fields),
    };
    if name == "hard_sigmoid" && version < "3" {
        return Read::Wrong(
            "`hard_sigmoid` of Keras 2 is another function than that of Keras 3: max(0, min(1, 0.2 x + 0.5))".into(),
        );
    }
    let Some(found) = ACTIVATIONS.iter().find(|spec| spec.names.contains(&name)) else {
        return Read::Wrong(format!("the activation `{name}` is not supported{}", nearest(name, ACTIVATIONS)));
    };
    let default = match spec.kind {
        Kind::Activation(default) => crate::names::snake(default),
        _ => "linear".into(),
    };
    if found.names.contains(&default.as_str()) && found.fields.is_empty() {
        return Read::Default;
    }
    with_fields(found, name, fields)
}

/// Returns the activation that a layer `ReLU` is.
fn relu(config: Config<'_>) -> Option<&'static str> {
    let is_zero = |field: &str| config.get(field).as_f64().unwrap_or_default() == 0.0;
    if !is_zero("negative_slope") || !is_zero("threshold") {
        return None;
    }
    match float(config.get("max_value")) {
        None if config.get("max_value").is_null() => Some("relu"),
        Some(Value::Float(6.0)) => Some("relu6"),
        _ => None,
    }
}

/// Reads an initializer. Trained numbers replace those of an initializer, so one that is not supported is left out.
fn initializer(argument: &str, json: &Json) -> Read {
    let usual = match argument {
        "recurrent_initializer" => "OrthogonalInitializer",
        "embeddings_initializer" => "RandomUniform",
        "gamma_initializer" | "moving_variance_initializer" => "Ones",
        name if name.ends_with("kernel_initializer") || name.contains("wise_") => "GlorotUniform",
        _ => "Zeros",
    };
    let config = Config::new(json);
    // Keras 3 writes `Orthogonal` with the gain 1 that is its default.
    let orthogonal = usual == "OrthogonalInitializer"
        && ["Orthogonal", "OrthogonalInitializer"].contains(&config.class())
        && config.get("gain").as_f64().is_none_or(|gain| gain == 1.0);
    if json.is_null() || orthogonal || (config.class() == usual && usual != "OrthogonalInitializer") {
        return Read::Default;
    }
    match named(json, INITIALIZERS, "initializer") {
        Read::Wrong(_) => Read::Default,
        read => read,
    }
}

/// Reads a value that Keras writes as a class with fields.
fn named(json: &Json, specs: &[ValueSpec], what: &str) -> Read {
    let (name, config) = match json {
        Json::Null => return Read::Default,
        Json::String(name) => (name.as_str(), None),
        json => (Config::new(json).class(), Some(Config::new(json))),
    };
    let plain = name.trim_end_matches("Initializer");
    let Some(found) = specs.iter().find(|spec| spec.names.contains(&plain)) else {
        return Read::Wrong(format!("the {what} `{name}` is not supported{}", nearest(plain, specs)));
    };
    with_fields(found, found.names[0], config)
}

fn with_fields(found: &ValueSpec, name: &str, config: Option<Config<'_>>) -> Read {
    let mut fields = Vec::new();
    for (field, value) in config.into_iter().flat_map(Config::fields) {
        // Old names of numbers.
        let field = match (name, field) {
            ("leaky_relu", "alpha") => "negative_slope",
            ("max_norm" | "MaxNorm", "m") => "max_value",
            _ => field,
        };
        match found.fields.iter().find(|known| known.0 == field) {
            Some(known) => match float(value) {
                Some(Value::Float(number)) if number == known.1 => {}
                Some(Value::Float(number)) if number.fract() == 0.0 && number.abs() < 1e9 => {
                    fields.push((field.to_owned(), Value::Int(number as i64)));
                }
                Some(number) => fields.push((field.to_owned(), number)),
                None if value.is_null() => {}
                None => return Read::Wrong(format!("`{field} = {value}` of `{name}` is not supported")),
            },
            None if value.is_null() || ["seed", "name", "dtype", "trainable", "function"].contains(&field) => {}
            None => return Read::Wrong(format!("`{field} = {value}` of `{name}` is not supported")),
        }
    }
    Read::Value(Value::Call(name.into(), fields))
}

/// Returns a hint at the nearest name.
fn nearest(name: &str, specs: &[ValueSpec]) -> String {
    let names = specs.iter().flat_map(|spec| spec.names).copied();
    crate::nearest(name, names).map_or(String::new(), |near| format!("; `{near}` is"))
}

/// Reads a function as an activation, with its numbers.
pub(super) fn function(name: &str, config: Config<'_>) -> Option<Value> {
    let found = ACTIVATIONS.iter().find(|spec| spec.names.contains(&name))?;
    match with_fields(found, name, Some(config)) {
        Read::Value(value) => Some(value),
        _ => None,
    }
}
