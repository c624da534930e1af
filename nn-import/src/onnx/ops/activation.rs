//! Functions of one tensor.

use super::one;
use crate::network::{Tensor, Value as Argument};
use crate::onnx::builder::{Arguments, New, word};
use crate::onnx::convert::{Converter, Item, Made};
use crate::onnx::value::{Value, has_batch, length, lengths};
use crate::onnx::wire::{Node, short};
use std::rc::Rc;

/// Returns an activation with numbers.
fn with(name: &str, fields: &[(&str, f64)]) -> Argument {
    Argument::Call(name.into(), fields.iter().map(|&(name, value)| (name.into(), Argument::Float(value))).collect())
}

fn at_least(bound: f64) -> Argument {
    with("threshold", &[("threshold", bound), ("default_value", bound)])
}

impl Converter {
    /// Applies an activation.
    fn activate(&mut self, activation: Argument, x: Tensor) -> Result<Tensor, String> {
        self.builder.apply("Activation", vec![("activation", activation)], &[x])
    }

    /// Applies a factor and an offset.
    pub(super) fn rescale(&mut self, scale: f64, offset: f64, x: Tensor) -> Result<Tensor, String> {
        if scale == 1.0 && offset == 0.0 {
            return Ok(x);
        }
        let mut arguments: Arguments = vec![("scale", Argument::Float(scale))];
        if offset != 0.0 {
            arguments.push(("offset", Argument::Float(offset)));
        }
        self.builder.apply("Rescaling", arguments, &[x])
    }

    /// Returns a bound of `Clip`, which is an attribute or an input.
    fn bound(&self, node: &Node<'_>, name: &str, place: usize, default: f64) -> Result<f64, String> {
        if node.has(name) {
            return Ok(node.float(name, 0.0));
        }
        match self.optional(node, place)? {
            Some(array) => array.single().map(|bound| short(bound as f32)).ok_or_else(|| "a bound is no number".into()),
            None => Ok(default),
        }
    }

    pub(super) fn clip(&mut self, min: f64, max: f64, x: Tensor) -> Result<Tensor, String> {
        let (lowest, highest) = (min <= f64::from(f32::MIN), max >= f64::from(f32::MAX));
        let clipped = match (min, max) {
            _ if lowest && highest => return Ok(x),
            (0.0, 6.0) => self.activate(word("relu6"), x)?,
            (-1.0, 1.0) => return self.activate(word("hard_tanh"), x),
            (0.0, _) if highest => self.activate(word("relu"), x)?,
            (0.0, max) if max > 0.0 => self.builder.apply("ReLU", vec![("max_value", Argument::Float(max))], &[x])?,
            // `threshold` is max(x, min) if both its numbers are `min`.
            (min, max) => {
                let mut x = x;
                if !lowest {
                    x = self.activate(at_least(min), x)?;
                }
                if !highest {
                    x = self.rescale(-1.0, 0.0, x)?;
                    x = self.activate(at_least(-max), x)?;
                    x = self.rescale(-1.0, 0.0, x)?;
                }
                if min >= 0.0 && max >= 0.0 {
                    self.positive.insert(x);
                }
                return Ok(x);
            }
        };
        self.positive.insert(clipped);
        Ok(clipped)
    }
}

pub(super) fn elementwise(converter: &mut Converter, node: &Node<'_>) -> Made {
    let x = converter.value(node, 0)?;
    let alpha = |default: f32| node.float("alpha", default);
    let plain = |name: &str| Ok(word(name));
    let activation: Result<Argument, Tensor> = match node.op.as_str() {
        "Relu" => plain("relu"),
        "Sigmoid" => plain("sigmoid"),
        "Tanh" => plain("tanh"),
        "Softplus" => plain("softplus"),
        "Softsign" => plain("softsign"),
        "Mish" => plain("mish"),
        "HardSwish" => plain("hard_silu"),
        "Exp" => plain("exponential"),
        "Swish" if alpha(1.0) == 1.0 => plain("silu"),
        "Gelu" if node.text("approximate", "none") == "tanh" => plain("gelu_tanh"),
        "Gelu" if node.text("approximate", "none") == "none" => plain("gelu"),
        "LeakyRelu" => Ok(with("leaky_relu", &[("negative_slope", alpha(0.01))])),
        "Elu" => Ok(with("elu", &[("alpha", alpha(1.0))])),
        "Celu" => Ok(with("celu", &[("alpha", alpha(1.0))])),
        "Selu" => {
            let (alpha, gamma) = (alpha(1.673_263_2), node.float("gamma", 1.050_701));
            if (alpha as f32, gamma as f32) == (1.673_263_2, 1.050_701) {
                plain("selu")
            } else {
                let x = converter.activate(with("elu", &[("alpha", alpha)]), x.tensor)?;
                Err(converter.rescale(gamma, 0.0, x)?)
            }
        }
        "ThresholdedRelu" => {
            Ok(with("threshold", &[("threshold", alpha(1.0)), ("default_value", node.float("otherwise", 0.0))]))
        }
        "HardSigmoid" => {
            let (alpha, beta) = (alpha(0.2), node.float("beta", 0.5));
            if (alpha as f32, beta) == (1.0 / 6.0, 0.5) {
                plain("hard_sigmoid")
            } else {
                let x = converter.rescale(alpha, beta, x.tensor)?;
                Err(converter.clip(0.0, 1.0, x)?)
            }
        }
        "Shrink" => {
            let (bias, threshold) = (node.float("bias", 0.0), node.float("lambd", 0.5));
            match bias {
                0.0 => Ok(with("hard_shrink", &[("threshold", threshold)])),
                bias if bias == threshold => Ok(with("soft_shrink", &[("threshold", threshold)])),
                _ => return Err(format!("`bias = {bias}` is neither 0 nor `lambd = {threshold}`")),
            }
        }
        "Clip" => {
            let min = converter.bound(node, "min", 1, f64::NEG_INFINITY)?;
            let max = converter.bound(node, "max", 2, f64::INFINITY)?;
            Err(converter.clip(min, max, x.tensor)?)
        }
        "Neg" => Err(converter.rescale(-1.0, 0.0, x.tensor)?),
        "Abs" => {
            let minus = converter.rescale(-1.0, 0.0, x.tensor)?;
            Err(converter.builder.apply("Maximum", vec![], &[x.tensor, minus])?)
        }
        _ => return Err("its attributes are not supported".into()),
    };
    let tensor = match activation {
        Ok(activation) => converter.activate(activation, x.tensor)?,
        Err(tensor) => tensor,
    };
    if matches!(node.op.as_str(), "Relu" | "Sigmoid" | "Softplus" | "Exp" | "Abs") {
        converter.positive.insert(tensor);
    }
    Ok(one(Value { tensor, ..x }))
}

pub(super) fn along_an_axis(converter: &mut Converter, node: &Node<'_>) -> Made {
    let x = converter.value(node, 0)?;
    let last = node.int("axis", if converter.opset < 13 { 1 } else { -1 });
    let first = x.axis(last)?;
    // Before version 13 all axes from this one on are one.
    let behind = if converter.opset < 13 { x.rank() } else { first + 1 };
    let over: Vec<_> = x.axes[first..behind].concat();
    if has_batch(&over) {
        return Err("it runs over the batch".into());
    }
    let only = |axis: &[_]| axis.iter().all(|atom| over.contains(atom)) && axis.len() == over.len();
    let place = x.stored.iter().position(|axis| only(axis));
    let softmax = node.op == "Softmax";
    let (x, place) = match place {
        Some(place) if softmax || place + 1 == x.stored.len() => (x, place),
        _ => {
            // The order along the axis is of no matter.
            let all = x.stored.concat();
            let (inner, outer): (Vec<_>, Vec<_>) = all.into_iter().partition(|atom| over.contains(atom));
            let stored = if outer.is_empty() { vec![inner] } else { vec![outer, inner] };
            let place = stored.len() - 1;
            (converter.builder.arrange(&x, stored)?, place)
        }
    };
    let tensor = match (softmax, place + 1 == x.stored.len()) {
        (false, _) => converter.activate(word("log_softmax"), x.tensor)?,
        (true, true) => converter.activate(word("softmax"), x.tensor)?,
        (true, false) => {
            converter.builder.apply("Softmax", vec![("axis", Argument::Int(place as i64 + 1))], &[x.tensor])?
        }
    };
    if softmax {
        converter.positive.insert(tensor);
    }
    Ok(one(Value { tensor, ..x }))
}

/// `PRelu`, whose slopes are a constant.
pub(super) fn slopes(converter: &mut Converter, node: &Node<'_>) -> Made {
    let (x, slope) = (converter.value(node, 0)?, converter.constant(node, 1)?);
    if let Some(slope) = slope.single() {
        let slope = Argument::Float(short(slope as f32));
        let tensor = converter.builder.apply("LeakyReLU", vec![("negative_slope", slope)], &[x.tensor])?;
        return Ok(one(Value { tensor, ..x }));
    }
    // Axes of the file along which the slopes vary, and then those here.
    let (x, slope) = (x, Rc::unwrap_or_clone(slope));
    let (x, slope) = converter.along(&x, &slope)?;
    let shared = (0..x.stored.len()).filter(|&axis| slope.shape[axis] == 1);
    let shared: Vec<usize> = shared.map(|axis| axis + 1).collect();
    let lengths = lengths(&x.stored);
    if (0..lengths.len()).any(|axis| slope.shape[axis] != 1 && slope.shape[axis] != lengths[axis]) {
        return Err(format!("slopes of the shape {:?} do not fit {}", slope.shape, x.described()));
    }
    let arguments = if shared.is_empty() { vec![] } else { vec![("shared_axes", crate::onnx::builder::list(&shared))] };
    let tensor =
        converter.builder.call(New { class: "PReLU", arguments, variables: vec![("alpha", slope)] }, &[x.tensor])?;
    Ok(one(Value { tensor, ..x }))
}

pub(super) fn nothing(converter: &mut Converter, node: &Node<'_>) -> Made {
    let x = converter.value(node, 0)?;
    // Whole numbers stay what they are; others would be rounded, which only matters to a table.
    let whole = matches!(x.tensor, Tensor::Input(input) if converter.indices.contains(&input));
    if node.op == "Cast" && !matches!(node.int("to", 1), 1 | 10 | 11 | 16) && !whole && !converter.is_index(node) {
        return Err("it rounds to whole numbers, which no layer does".into());
    }
    if node.op == "CastLike" && !converter.item(node, 1).is_some_and(|item| matches!(item, Item::Value(_))) {
        return Err("the type of its second input is not known".into());
    }
    Ok(one(x))
}

pub(super) fn dropout(converter: &mut Converter, node: &Node<'_>) -> Made {
    let x = converter.value(node, 0)?;
    if converter.is_read(node, 1) {
        return Err("its mask is read, which no layer returns".into());
    }
    if converter.optional(node, 2)?.and_then(|flag| flag.single()).is_some_and(|flag| flag != 0.0) {
        return Err("it is in training mode; export in evaluation mode".into());
    }
    let ratio = converter.optional(node, 1)?.and_then(|ratio| ratio.single());
    let ratio = ratio.map_or_else(|| node.float("ratio", 0.5), |ratio| short(ratio as f32));
    if !(0.0..1.0).contains(&ratio) || ratio == 0.0 || length(&x.stored.concat()) == 0 {
        return Ok(one(x));
    }
    let tensor = converter.builder.apply("Dropout", vec![("rate", Argument::Float(ratio))], &[x.tensor])?;
    if converter.positive.contains(&x.tensor) {
        converter.positive.insert(tensor);
    }
    Ok(one(Value { tensor, ..x }))
}
