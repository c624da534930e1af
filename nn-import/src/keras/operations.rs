//! Functions of tensors in a graph, such as `a + b`: `Operation` of Keras 3 and `TFOpLambda` of Keras 2.

use super::calls::{Found, Keywords};
use super::config::Config;
use super::functional::Reader;
use super::masks::Mask;
use super::nodes::{Node, Operand};
use super::words::function;
use crate::network::{Kind, Tensor, Value};
use crate::problem::Problem;
use serde_json::Value as Json;

/// Whether a part of a graph is a function and not a layer. In an `.h5` file of Keras 3 a function has the name of a
/// layer, but says nothing about its type and training.
pub(super) fn is_one(config: Config<'_>, version: &str) -> bool {
    matches!(config.class(), "TFOpLambda" | "SlicingOpLambda" | "TensorFlowOpLayer")
        || config.module().contains(".ops.")
        || (version.starts_with('3')
            && config.module().is_empty()
            && config.get("trainable").is_null()
            && config.get("dtype").is_null())
}

/// The layer that computes a function of two tensors.
fn binary(name: &str) -> Option<&'static str> {
    Some(match name {
        "add" | "__add__" | "__radd__" | "add_v2" => "Add",
        "subtract" | "sub" | "__sub__" => "Subtract",
        // The operands are the other way round.
        "__rsub__" => "RSubtract",
        "multiply" | "mul" | "__mul__" | "__rmul__" => "Multiply",
        "true_divide" | "truediv" | "divide" | "__truediv__" | "real_div" => "Divide",
        "maximum" => "Maximum",
        "minimum" => "Minimum",
        _ => return None,
    })
}

/// The functions that compute masks.
const OF_MASKS: &[&str] = &[
    "any",
    "all",
    "logical_or",
    "logical_and",
    "expand_dims",
    "squeeze",
    "concatenate",
    "broadcast_to",
    "not_equal",
    "zeros_like",
    "ones_like",
];

impl Reader<'_> {
    /// Calls a function.
    pub(super) fn operation(
        &mut self,
        config: Config<'_>,
        inputs: &[Found],
        keywords: &Keywords,
        node: &Node,
    ) -> Option<Vec<Found>> {
        let named = config.get("function").as_str().unwrap_or_else(|| config.class());
        let name = crate::names::snake(named.rsplit('.').next().unwrap_or(named));
        let found: Vec<Found> = inputs.iter().chain(keywords.iter().flat_map(|(_, found)| found)).copied().collect();
        let others: Vec<&Json> = node
            .operands()
            .filter_map(|operand| match operand {
                Operand::Other(json) if !super::nodes::is_empty(json) => Some(json),
                _ => None,
            })
            .collect();
        let tensors: Option<Vec<Tensor>> = found.iter().map(|found| found.tensor()).collect();
        let makes_mask = ["not_equal", "zeros_like", "ones_like"].contains(&name.as_str());
        let Some(tensors) = tensors.filter(|_| !makes_mask) else {
            return match self.mask(&name, &found, &others) {
                Some(mask) => Some(vec![Found::Mask(mask)]),
                None => self.unknown(config, named),
            };
        };
        // A function ends the mask of a tensor, which a layer in its place would hand on.
        if !self.masks.of(&tensors).is_none() {
            let problem = Problem::of(
                config.name(),
                config.class(),
                format!("the function `{named}` is called on a tensor with a mask, which it does not hand on"),
            );
            self.problems.push(problem.help("a layer such as `Add` or `Rescaling` in its place hands the mask on"));
            return None;
        }
        // A number before the tensor: `1 - x`.
        let first = node.operands().next().is_some_and(|operand| operand.tensor().is_none());
        let Some((kind, tensors)) = layer(&name, config, tensors, &others, first) else {
            return self.unknown(config, named);
        };
        let layer = self.layer(config.name(), kind);
        Some(self.call(layer, tensors, vec![]))
    }

    /// Returns the mask that a function computes.
    fn mask(&mut self, name: &str, found: &[Found], others: &[&Json]) -> Option<Mask> {
        if !OF_MASKS.contains(&name) {
            return None;
        }
        match (name, found, others) {
            ("not_equal", [Found::Tensor(tensor)], [number]) => self.masks.differs(*tensor, number.as_f64()?),
            ("not_equal", ..) => None,
            _ => Some(found.iter().fold(Mask::default(), |all, found| match found {
                Found::Mask(mask) => all.or(*mask),
                Found::Tensor(_) | Found::Nothing => all,
            })),
        }
    }

    fn unknown<T>(&mut self, config: Config<'_>, named: &str) -> Option<T> {
        let problem =
            Problem::of(config.name(), config.class(), format!("the function `{named}` is not supported in this form"));
        let help = "`+ - *` and `/` by a number are, `maximum`, `minimum`, `concatenate`, `reshape`, and activations";
        self.problems.push(problem.help(help));
        None
    }
}

/// Returns the layer that computes a function, and the tensors in its call.
fn layer(
    name: &str,
    config: Config<'_>,
    mut tensors: Vec<Tensor>,
    others: &[&Json],
    first: bool,
) -> Option<(Kind, Vec<Tensor>)> {
    let kind = |class: &str, arguments: Vec<(&str, Value)>| Kind {
        class: class.into(),
        arguments: arguments.into_iter().map(|(name, value)| (name.into(), value)).collect(),
    };
    let numbers: Option<Vec<f64>> = others.iter().map(|json| json.as_f64()).collect();
    let kind = match (binary(name), &tensors[..], numbers.as_deref()) {
        (Some("RSubtract"), [_, _], Some([])) => {
            tensors.reverse();
            kind("Subtract", vec![])
        }
        (Some(class), [_, _], Some([])) if class != "Divide" => kind(class, vec![]),
        (Some(class), [_], Some([number])) => {
            let (scale, offset) = match (class, first) {
                ("Add", _) => (1.0, *number),
                ("Subtract", true) | ("RSubtract", false) => (-1.0, *number),
                ("Subtract", false) => (1.0, -number),
                ("Multiply", _) => (*number, 0.0),
                ("Divide", false) => (1.0 / number, 0.0),
                _ => return None,
            };
            let mut arguments = vec![("scale", Value::Float(scale))];
            if offset != 0.0 {
                arguments.push(("offset", Value::Float(offset)));
            }
            kind("Rescaling", arguments)
        }
        (None, [_], _) => match name {
            "negative" | "neg" | "__neg__" => kind("Rescaling", vec![("scale", Value::Float(-1.0))]),
            _ => return unary(name, config, others).map(|kind| (kind, tensors)),
        },
        (None, [_, _, ..], _) if ["concat", "concatenate"].contains(&name) => {
            let axis = [config.get("axis")].into_iter().chain(others.iter().copied()).find_map(Json::as_i64);
            let axis = axis.filter(|_| others.len() <= 1)?;
            kind("Concatenate", if axis == -1 { vec![] } else { vec![("axis", Value::Int(axis))] })
        }
        _ => return None,
    };
    Some((kind, tensors))
}

/// Returns the layer that computes a function of one tensor.
fn unary(name: &str, config: Config<'_>, others: &[&Json]) -> Option<Kind> {
    let kind = |class: &str, argument: &str, value| {
        Some(Kind { class: class.into(), arguments: vec![(argument.into(), value)] })
    };
    // The arguments of a function of Keras 3 are in its inner object; those of Keras 2 are in the call.
    let given = |field: &str| Some(config.get(field)).filter(|json| !json.is_null());
    let whole = |json: &Json| -> Option<Vec<i64>> { json.as_array()?.iter().map(Json::as_i64).collect() };
    let list = |numbers: &[i64]| Value::List(numbers.iter().map(|&number| Value::Int(number)).collect());
    match (name, others) {
        ("reshape", []) => match &whole(given("newshape").or_else(|| given("new_shape"))?)?[..] {
            [-1, rest @ ..] if !rest.contains(&-1) => kind("Reshape", "target_shape", list(rest)),
            _ => None,
        },
        ("reshape", [shape]) => match &whole(shape)?[..] {
            [-1, rest @ ..] if !rest.contains(&-1) => kind("Reshape", "target_shape", list(rest)),
            _ => None,
        },
        ("transpose", []) => match &whole(given("axes")?)?[..] {
            [0, rest @ ..] => kind("Permute", "dims", list(rest)),
            _ => None,
        },
        ("softmax" | "log_softmax", [] | [_]) => {
            let axis = others.first().copied().or_else(|| given("axis")).map_or(Some(-1), Json::as_i64)?;
            (axis == -1).then_some(())?;
            kind("Activation", "activation", Value::Word(name.into()))
        }
        // Keras's `Gelu` has `approximate`, whose default is true.
        ("gelu", []) => {
            let exact = given("approximate").map_or(Some(false), Json::as_bool)?;
            kind("Activation", "activation", Value::Word(if exact { "gelu_tanh" } else { "gelu" }.into()))
        }
        ("exp", []) => kind("Activation", "activation", Value::Word("exponential".into())),
        (name, []) => kind("Activation", "activation", function(name, config)?),
        _ => None,
    }
}
