//! Reads the files in `tests/fixtures/keras*_files.safetensors`, and writes a module with a model and a test for each.
//!
//! A run has every third model, and all with `NN_EXHAUSTIVE=1`; `NN_IMPORTED=word` takes those with `word` in the name.

use nn_import::{Input, Network};
use safetensors::SafeTensors;
use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-env-changed=NN_IMPORTED");
    println!("cargo::rerun-if-env-changed=NN_EXHAUSTIVE");
    let word = env::var("NN_IMPORTED").unwrap_or_default();
    let folder = env::var("OUT_DIR").expect("cargo gives a folder");
    let (mut text, mut graphs) = (String::new(), Vec::<(String, String)>::new());
    for fixtures in ["keras_files", "keras_legacy_files"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../fixtures/{fixtures}.safetensors"));
        println!("cargo::rerun-if-changed={}", path.display());
        let bytes = fs::read(&path).expect("the fixtures are there");
        let tensors = SafeTensors::deserialize(&bytes).expect("the fixtures are a file of safetensors");
        models(&tensors, &word, &folder, &mut text, &mut graphs);
    }
    fs::write(format!("{folder}/models.rs"), text).expect("the folder is there");
}

/// Writes the modules of the files in a file of fixtures.
fn models(tensors: &SafeTensors<'_>, word: &str, folder: &str, text: &mut String, graphs: &mut Vec<(String, String)>) {
    let mut names: Vec<&str> = tensors.names().into_iter().filter(|name| name.contains(word)).collect();
    names.sort_unstable_by_key(|name| (name.ends_with(".h5"), *name));
    let all = !word.is_empty() || env::var_os("NN_EXHAUSTIVE").is_some();
    let every = if all { 1 } else { 3 };
    for name in names.into_iter().step_by(every) {
        let (model, kind) = match (name.strip_suffix(".keras"), name.strip_suffix(".h5")) {
            (Some(model), _) => (model, "keras"),
            (_, Some(model)) if !model.contains('.') => (model, "h5"),
            _ => continue,
        };
        let packed = tensors.tensor(name).expect("the array is there").data();
        let file = miniz_oxide::inflate::decompress_to_vec_zlib(packed).expect("the file is packed by zlib");
        let module = format!("{model}_{kind}");
        let read = nn_import::read(&file).and_then(|mut network| {
            // The fixtures have five steps where a file leaves the number open.
            let given = |input: &Input| input.shape.iter().map(|axis| axis.unwrap_or(5)).collect();
            let shapes: Vec<Vec<usize>> = network.inputs.iter().map(given).collect();
            network.set_inputs(&shapes)?;
            Ok((network.graph()?, network))
        });
        match read {
            Ok((graph, network)) => {
                fs::write(format!("{folder}/{module}.safetensors"), network.safetensors())
                    .expect("the folder is there");
                // The same graph is expanded once.
                let same = graphs.iter().find(|other| other.1 == graph).map(|other| other.0.clone());
                match &same {
                    Some(same) => writeln!(text, "mod {module} {{ use super::{same}::*;"),
                    None => writeln!(text, "mod {module} {{ nn::model! {{ pub(super) struct Net;\n{graph}}}"),
                }
                .expect("text has room for more");
                let (_, outputs) = graph.rsplit_once("outputs = ").expect("a graph ends with its outputs");
                let outputs: Vec<&str> = outputs.trim_matches(['[', ']', ')', '\n']).split(", ").collect();
                test(text, model, &format!("{folder}/{module}.safetensors"), &network, &outputs);
                graphs.push((module, graph));
            }
            Err(error) => {
                let error = format!("{error}");
                writeln!(
                    text,
                    "mod {module} {{ #[test] fn is_refused() {{ crate::refused({module:?}, {error:?}); }} }}"
                )
                .expect("text has room for more");
            }
        }
    }
}

/// Writes a test that compares the outputs of a model.
fn test(text: &mut String, model: &str, weights: &str, network: &Network, outputs: &[&str]) {
    let mut write = |line: &str| text.push_str(line);
    write("    use nn::prelude::*;\n    #[test]\n    fn agrees() {\n");
    write("        let mut net = Net::<f32>::boxed(&mut StdRng::seed_from_u64(1));\n");
    write(&format!("        net.load_weights({weights:?}).expect(\"the weights fit\");\n"));
    for (place, input) in network.inputs.iter().enumerate() {
        let kind = sample(input);
        write(&format!("        let x{place}: Vec<{kind}> = crate::samples({:?});\n", format!("{model}.x{place}")));
    }
    let xs: Vec<String> = (0..network.inputs.len()).map(|place| format!("&x{place}")).collect();
    let xs = if let [one] = &xs[..] { one.clone() } else { format!("({})", xs.join(", ")) };
    let ys: Vec<String> = (0..outputs.len()).map(|place| format!("y{place}")).collect();
    let fields: Vec<String> = outputs.iter().zip(&ys).map(|(output, y)| format!("{output}: {y}")).collect();
    let pattern = if let [one] = &ys[..] { one.clone() } else { format!("NetOutputs {{ {} }}", fields.join(", ")) };
    write(&format!("        let {pattern} = net.predict({xs}).expect(\"the samples are right\");\n"));
    for y in &ys {
        write(&format!("        crate::compare({:?}, &{y});\n", format!("{model}.{y}")));
    }
    write("    }\n}\n");
}

/// Returns the type of a sample.
fn sample(input: &Input) -> String {
    let shape: Vec<usize> = input.shape.iter().map(|axis| axis.expect("the fixtures have no open axis")).collect();
    let scalar = if input.whole { "u32" } else { "f32" };
    match &shape[..] {
        [] => format!("SVector<{scalar}, 1>"),
        [one] => format!("SVector<{scalar}, {one}>"),
        [places @ .., channels] => format!("SMatrix<{scalar}, {channels}, {}>", places.iter().product::<usize>()),
    }
}
