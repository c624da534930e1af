//! TFLite: networks of `float32`, and weights of `float16`.
//!
//! A file of TFLite has no layers, but operators on tensors with a batch. They are read for a batch of one sample.
//! Views such as RESHAPE cost nothing until an operator needs the axes that they make.
//!
//! The stages: `model` is the file as data, also of quantised networks. Rewrites on it (`dilation`, `biases`,
//! `functions`, `normalizations`, `indices`) put together what TensorFlow writes with several operators. `reader` walks
//! over the operators, and the other modules make layers of each kind.
//!
//! Source: the schema of version 3d, and the reference kernels of LiteRT 2.3.

mod arrays;
mod biases;
mod composed;
mod convolution;
mod dense;
mod dilation;
mod elementwise;
mod flow;
mod functions;
mod indices;
mod links;
mod model;
mod names;
mod normalizations;
mod operators;
mod pooling;
mod reader;
mod sequences;
mod shapes;
mod slices;
mod whole;

#[cfg(test)]
mod tests;

use crate::formats::flatbuffer::Buffer;
use crate::network::Network;
use crate::problem::{Error, Problem};
use model::Model;
use reader::Reader;

/// Whether a file is of TFLite.
pub(crate) fn is_one(file: &[u8]) -> bool {
    file.get(4..8) == Some(b"TFL3")
}

/// Reads a file.
pub(crate) fn read(file: &[u8]) -> Result<Network, Error> {
    let damaged = |problem| Problem::new(format!("the file is damaged, or of a kind that is not read: {problem}"));
    let buffer = Buffer::new(file);
    let mut model = model::model(file, &buffer).map_err(damaged)?;
    if let Some(problem) = quantised(&model) {
        return Err(problem.into());
    }
    for rewrite in [
        links::halves,
        dilation::rewrite,
        biases::rewrite,
        functions::rewrite,
        normalizations::rewrite,
        indices::rewrite,
        links::sweep,
    ] {
        rewrite(&mut model);
    }
    let problems = unsupported(&model);
    if !problems.is_empty() {
        return Err(Error { problems });
    }
    Reader::new(&model, file.len()).network()
}

/// Returns the problem of a network of whole numbers.
fn quantised(model: &Model<'_, '_>) -> Option<Problem> {
    let tensor = model.tensors.iter().find(|tensor| tensor.dtype.is_quantised())?;
    let quantization = tensor.quantization.as_ref();
    let scales = quantization.map_or(String::new(), |quantization| match &quantization.scales[..] {
        [scale] => {
            format!(", with the scale {scale} and the zero point {:?}", quantization.zero_points.first().unwrap_or(&0))
        }
        scales => format!(", with {} scales along axis {}", scales.len(), quantization.axis),
    });
    let problem =
        Problem::new(format!("the network is quantised: `{}` is of {}{scales}", tensor.name, tensor.dtype.name()));
    Some(problem.help(
        "networks of `float32` are read, also with weights of `float16`; int8 files come with the int8 form of models",
    ))
}

/// Returns the problems that the kinds of tensors and operators are.
fn unsupported(model: &Model<'_, '_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let is_flow = |code: i32| [operators::WHILE, operators::IF, operators::CALL_ONCE].contains(&code);
    if model.graphs.len() > 1 && !model.operators.iter().any(|operator| is_flow(operator.code)) {
        let problem = Problem::new(format!("the file has several graphs: `{}`", model.graphs.join("`, `")));
        problems.push(problem.help("convert one signature of the model"));
    }
    for tensor in model.tensors.iter().filter(|tensor| tensor.sparse) {
        problems.push(
            Problem::new(format!("the weights `{}` are stored without their zeros", tensor.name))
                .help("convert the network without sparsity"),
        );
    }
    let mut told: Vec<String> = Vec::new();
    for operator in &model.operators {
        let class = operator.class();
        if operator.made.is_some() || operators::is_known(operator.code) || told.contains(&class) {
            continue;
        }
        let name = names::label(model, operator);
        let problem = Problem::of(&name, &class, "this operator is not supported");
        problems.push(match operator.code {
            operators::CUSTOM => problem.help("operators of TFLite's own are read; this one is of another library"),
            code if is_flow(code) => problem.help(format!(
                "loops and conditions are not read; the file has the graphs `{}`. Recurrent layers are read from `.keras`",
                model.graphs.join("`, `")
            )),
            _ => problem,
        });
        told.push(class);
    }
    problems
}
