//! Functions of tensors in a graph, such as `a + b`: `Operation` of Keras 3 and `TFOpLambda` of Keras 2.

use super::config::Config;
use super::functional::Reader;
use super::nodes::{Node, Operand};
use crate::network::{Kind, Tensor, Value};
use crate::problem::Problem;

/// Whether a part of a graph is a function and not a layer.
pub(super) fn is_one(config: Config<'_>) -> bool {
    matches!(config.class(), "TFOpLambda" | "SlicingOpLambda" | "TensorFlowOpLayer")
        || config.module().contains(".ops.")
}

/// The functions that layers compute.
enum Function {
    /// A layer on two tensors; on a tensor and a number it is `scale · x + offset`.
    Binary(&'static str),
    Activation(&'static str),
}

fn function(name: &str) -> Option<Function> {
    let last = name.rsplit('.').next().unwrap_or(name);
    Some(match crate::names::snake(last).as_str() {
        "add" | "__add__" | "__radd__" => Function::Binary("Add"),
        "subtract" | "sub" | "__sub__" => Function::Binary("Subtract"),
        "multiply" | "mul" | "__mul__" | "__rmul__" => Function::Binary("Multiply"),
        "true_divide" | "truediv" | "divide" | "__truediv__" => Function::Binary("Divide"),
        "maximum" => Function::Binary("Maximum"),
        "minimum" => Function::Binary("Minimum"),
        "relu" => Function::Activation("relu"),
        "relu6" => Function::Activation("relu6"),
        "sigmoid" => Function::Activation("sigmoid"),
        "tanh" => Function::Activation("tanh"),
        "softplus" => Function::Activation("softplus"),
        "softsign" => Function::Activation("softsign"),
        "selu" => Function::Activation("selu"),
        "silu" | "swish" => Function::Activation("silu"),
        "exp" => Function::Activation("exponential"),
        "log_sigmoid" => Function::Activation("log_sigmoid"),
        _ => return None,
    })
}

impl Reader<'_> {
    /// Calls a function.
    pub(super) fn operation(
        &mut self,
        config: Config<'_>,
        inputs: &[Tensor],
        keywords: &[(String, Vec<Tensor>)],
        node: &Node,
    ) -> Option<Vec<Tensor>> {
        let named = config.get("function").as_str().unwrap_or_else(|| config.class());
        let all = keywords.iter().flat_map(|(_, tensors)| tensors);
        let tensors: Vec<Tensor> = inputs.iter().chain(all).copied().collect();
        let operands = node.arguments.iter().chain(node.keywords.iter().flat_map(|(_, operands)| operands));
        // The place of a number among the operands, and the number.
        let number = operands.enumerate().find_map(|(place, operand)| match operand {
            Operand::Other(json) => json.as_f64().map(|number| (place, number)),
            Operand::Tensor(_) => None,
        });
        let kind = match (function(named), &tensors[..], number) {
            (Some(Function::Binary(class)), [_, _], None) if class != "Divide" => {
                Kind { class: class.into(), arguments: vec![] }
            }
            (Some(Function::Activation(name)), [_], None) => {
                Kind { class: "Activation".into(), arguments: vec![("activation".into(), Value::Word(name.into()))] }
            }
            (Some(Function::Binary(class)), [_], Some((place, number))) => {
                let (scale, offset) = match (class, place) {
                    ("Add", _) => (1.0, number),
                    ("Subtract", 0) => (-1.0, number),
                    ("Subtract", _) => (1.0, -number),
                    ("Multiply", _) => (number, 0.0),
                    ("Divide", 1) => (1.0 / number, 0.0),
                    _ => return self.unknown(config, named),
                };
                let mut arguments = vec![("scale".into(), Value::Float(scale))];
                if offset != 0.0 {
                    arguments.push(("offset".into(), Value::Float(offset)));
                }
                Kind { class: "Rescaling".into(), arguments }
            }
            _ => return self.unknown(config, named),
        };
        let layer = self.layer(config.name(), kind);
        Some(self.call(layer, tensors, vec![]))
    }

    fn unknown<T>(&mut self, config: Config<'_>, named: &str) -> Option<T> {
        let problem =
            Problem::of(config.name(), config.class(), format!("the function `{named}` is not supported in this form"));
        self.problems.push(problem.help("`+ - *` and `/` by a number are, and `maximum`, `minimum` and activations"));
        None
    }
}
