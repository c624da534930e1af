//! `nn-import FILE [WEIGHTS.safetensors]`: prints a network as the text of `model!`, and writes its weights.

use std::process::ExitCode;

const USAGE: &str = "\
usage: nn-import [--input SHAPE]... FILE [WEIGHTS.safetensors]

Prints the network in FILE (`.keras` or `.h5`) as the graph of `model!`, with a line for each trained variable. Writes
the weights to the second path; `load_weights` and `include_weights!` read this file.

  --input SHAPE  the shape of an input without the batch, for lengths that the file leaves open: --input 60,36
                 Give it once for each input of the network.
  --help         this text

If the file has layers or arguments that are not supported, all of them are listed and nothing is written.";

fn main() -> ExitCode {
    match run(std::env::args().skip(1)) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn run(mut arguments: impl Iterator<Item = String>) -> Result<String> {
    let (mut shapes, mut paths) = (Vec::new(), Vec::new());
    while let Some(argument) = arguments.next() {
        match argument.split_once('=').map_or((argument.as_str(), None), |(name, value)| (name, Some(value.to_owned())))
        {
            ("--help" | "-h", None) => return Ok(format!("{USAGE}\n")),
            ("--input", value) => {
                let value = value.or_else(|| arguments.next()).ok_or("`--input` needs a shape: `--input 60,36`")?;
                shapes.push(shape(&value)?);
            }
            (option, _) if option.starts_with('-') => {
                return Err(format!("there is no option `{option}`\n\n{USAGE}").into());
            }
            _ => paths.push(argument),
        }
    }
    match &paths[..] {
        [file] => convert(file, None, &shapes),
        [file, weights] => convert(file, Some(weights), &shapes),
        _ => Err(USAGE.into()),
    }
}

fn shape(text: &str) -> Result<Vec<usize>> {
    let axes: std::result::Result<_, _> = text.split(',').map(|axis| axis.trim().parse()).collect();
    axes.map_err(|_| format!("`{text}` is not a shape: numbers with commas, such as `60,36`").into())
}

fn convert(file: &str, weights: Option<&String>, shapes: &[Vec<usize>]) -> Result<String> {
    let within = |error: &dyn std::fmt::Display| format!("`{file}`: {error}");
    let bytes = std::fs::read(file).map_err(|error| within(&error))?;
    let listed = |error: nn_import::Error| match error.problems.len() {
        1 => within(&error),
        count => within(&format!("{count} problems\n{error}")),
    };
    let mut network = nn_import::read(&bytes).map_err(listed)?;
    if !shapes.is_empty() {
        network.set_inputs(shapes).map_err(listed)?;
    }
    let mut text: String = network.notes.iter().map(|note| format!("// {note}\n")).collect();
    text += &network.graph().map_err(|error| within(&error.to_string().replace("`input = [", "`--input [")))?;
    for (name, numbers) in network.tensors() {
        text += &format!("// {name}: {:?} of {}\n", numbers.shape, numbers.dtype);
    }
    if let Some(path) = weights {
        std::fs::write(path, network.safetensors()).map_err(|error| format!("`{path}`: {error}"))?;
    }
    Ok(text)
}
