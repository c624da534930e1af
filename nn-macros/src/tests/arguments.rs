//! The arguments of the layers beside those of Keras: `tests/fixtures/arguments.py` writes the list.

use crate::front::python;
use nn_core::layers::LAYERS;
use nn_core::spec::{ArgSpec, Default, Kind, LayerSpec, Value};
use std::collections::BTreeMap;

/// The arguments of a layer, each with its default.
type Arguments = Vec<(&'static str, Option<&'static str>)>;

fn keras() -> BTreeMap<&'static str, Arguments> {
    let argument = |word: &'static str| match word.split_once('=') {
        Some((name, default)) => (name, Some(default)),
        None => (word, None),
    };
    let lines = include_str!("../../../tests/fixtures/arguments.txt").lines();
    let layers = lines.filter_map(|line| line.split_once(' ').or(Some((line, ""))));
    layers.map(|(name, words)| (name, words.split_whitespace().map(argument).collect())).collect()
}

/// The layers that Keras has too.
fn layers(keras: &BTreeMap<&str, Arguments>) -> impl Iterator<Item = &'static LayerSpec> {
    LAYERS.iter().copied().filter(|spec| keras.contains_key(spec.name))
}

/// An argument of Keras is an argument here, or the error about its keyword has a help of its own.
#[test]
fn every_argument_of_keras_is_there_or_answered() {
    let keras = keras();
    let mut missing = Vec::new();
    let mut answered = |layer: &str, name: &str, has: bool| {
        if !has && !matches!(name, "name" | "trainable") && python::argument(name).is_none() {
            missing.push(format!("{layer}({name})"));
        }
    };
    for spec in layers(&keras) {
        for (name, _) in keras[spec.name].iter().chain(&keras["Layer"]) {
            answered(spec.name, name, spec.args.iter().any(|arg| arg.name == *name));
        }
    }
    for (name, _) in &keras["Input"] {
        answered("Input", name, matches!(*name, "shape" | "dtype" | "sparse"));
    }
    for (name, _) in keras["Activation"].iter().chain(&keras["Layer"]) {
        answered("Activation", name, *name == "activation");
    }
    assert!(missing.is_empty(), "{missing:?}");
    assert!(layers(&keras).count() >= 65, "{}", layers(&keras).count());
}

/// Arguments that are given by position are those of Keras, and the default is Keras's.
#[test]
fn order_and_defaults_are_those_of_keras() {
    let (keras, mut others) = (keras(), Vec::new());
    for spec in layers(&keras) {
        let theirs = &keras[spec.name];
        let place = |arg: &ArgSpec| theirs.iter().position(|(name, _)| *name == arg.name);
        let places: Vec<usize> = spec.args.iter().filter_map(place).collect();
        assert!(places.is_sorted(), "{}: the order is {theirs:?}", spec.name);
        for arg in spec.args {
            if let Some((_, default)) = theirs.iter().find(|(name, _)| *name == arg.name) {
                // Keras may want an argument that has a default here.
                if default.is_some_and(|default| !is(arg, default)) {
                    others.push(format!("{}({}): {:?} instead of {default:?}", spec.name, arg.name, arg.default));
                }
            }
        }
    }
    assert!(others.is_empty(), "{others:#?}");
}

/// Whether a default is this one of Keras.
fn is(arg: &ArgSpec, keras: &str) -> bool {
    let numbers = |ours: &[i64]| {
        let theirs: Vec<i64> = keras.split(['(', ')', ',']).filter_map(|number| number.parse().ok()).collect();
        let all = theirs.iter().all(|number| Some(number) == ours.first());
        theirs == ours || ours.len() == 1 && !theirs.is_empty() && all
    };
    match (arg.default, arg.kind) {
        (Default::Required, _) => false,
        (Default::Is(Value::Flag(flag)), _) => keras == if flag { "True" } else { "False" },
        (Default::Is(Value::Float(number)), _) => keras.parse() == Ok(number),
        (Default::Is(Value::Size(number)), _) => keras.parse() == Ok(number),
        (Default::Is(Value::Int(number)), _) => keras.parse() == Ok(number),
        (Default::Is(Value::Sizes(sizes)), _) => {
            numbers(&sizes.dims().iter().map(|&size| size as i64).collect::<Vec<_>>())
        }
        // The number itself is in `DEFAULT` of the layer.
        (Default::Is(Value::Floats(_)), _) => keras.parse::<f64>().is_ok(),
        (Default::Is(Value::Ints(ints, count)), _) => numbers(&ints[..count]),
        // Keras's configuration says `channels_last`, and `None` stands for it.
        (Default::Is(Value::Choice(_)), _) if arg.name == "data_format" => keras == "None",
        (Default::Is(Value::Choice(index)), Kind::Choice(names)) => keras.trim_matches('\'') == names[index],
        // An initializer is a value at run time: `DEFAULT` of the layer.
        (_, Kind::Initializer | Kind::Activation(_)) => keras.starts_with('\''),
        _ => keras == "None",
    }
}
