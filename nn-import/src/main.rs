//! `nn-import FILE [WEIGHTS.safetensors]`: prints a network as the text of `model!`, and writes its weights.

use std::process::ExitCode;

const USAGE: &str = "usage: nn-import FILE [WEIGHTS.safetensors]

Prints the network in FILE as the graph of `model!`, with a line for each trained variable. The second path is the file
of weights to write, which `load_weights` and `include_weights!` read.";

fn main() -> ExitCode {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let ([file] | [file, _], false) = (&paths[..], paths.iter().any(|path| path.starts_with('-'))) else {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    };
    match convert(file, paths.get(1)) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: `{file}`: {error}");
            ExitCode::FAILURE
        }
    }
}

fn convert(file: &str, weights: Option<&String>) -> Result<String, Box<dyn std::error::Error>> {
    let network = nn_import::read(&std::fs::read(file)?)?;
    let mut text: String = network.notes.iter().map(|note| format!("// {note}\n")).collect();
    text += &network.graph()?;
    for (name, numbers) in network.tensors() {
        text += &format!("// {name}: {:?} of {}\n", numbers.shape, numbers.dtype);
    }
    if let Some(path) = weights {
        std::fs::write(path, network.safetensors())?;
    }
    Ok(text)
}
