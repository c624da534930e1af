//! Keras: `.keras`, whole models in `.h5`, and the weights of both.
//!
//! Source: Keras 3.15.1, `keras/src/saving` and `keras/src/legacy/saving`.

mod calls;
mod config;
mod functional;
mod kinds;
mod masks;
mod nodes;
mod operations;
mod variables;
mod weights;
mod words;

use crate::formats::hdf5::Hdf5;
use crate::formats::zip::Zip;
use crate::network::Network;
use crate::problem::{Error, Problem};
use config::Config;
use functional::{Reader, Tree};
use serde_json::Value as Json;
use weights::Source;

/// Reads a `.keras` file.
pub(crate) fn archive(zip: &Zip<'_>) -> Result<Network, Error> {
    let file = |name: &str| match zip.file(name) {
        Some(file) => file.map_err(Problem::new),
        None => Err(Problem::new(format!("the archive has no `{name}`, as a `.keras` file does"))),
    };
    let (config, weights) = (file("config.json")?, file("model.weights.h5")?);
    let metadata = file("metadata.json").ok().and_then(|file| serde_json::from_slice::<Json>(&file).ok());
    let version = metadata.as_ref().and_then(|file| file["keras_version"].as_str()).unwrap_or("3");
    let config = json(&config)?;
    let weights = Hdf5::open(&weights).and_then(|file| file.root()).map_err(damaged)?;
    read(&config, version, &mut Source::archive(weights))
}

/// Reads a whole model of an `.h5` file.
pub(crate) fn h5(file: &Hdf5<'_>) -> Result<Network, Error> {
    let root = file.root().map_err(damaged)?;
    let text = |name: &str| -> Result<Option<&str>, Error> {
        Ok(root.texts(name).map_err(damaged)?.and_then(|texts| texts.first().copied()))
    };
    let Some(config) = text("model_config")? else {
        let problem = Problem::new("the file has weights, but no graph");
        return Err(problem.help("`model.save(\"model.keras\")` in Keras writes both").into());
    };
    let version = text("keras_version")?.unwrap_or("2");
    let weights = root.member("model_weights").map_err(damaged)?.unwrap_or_else(|| root.clone());
    read(&json(config.as_bytes())?, version, &mut Source::h5(weights))
}

/// Reads a graph and its weights.
fn read(model: &Json, version: &str, weights: &mut Source<'_>) -> Result<Network, Error> {
    let (mut network, tree) = layers(model, version)?;
    let problems = weights.fill(&tree, &mut network);
    if problems.is_empty() { Ok(network) } else { Err(Error { problems }) }
}

/// Reads a graph, and its layers as the file nests them.
fn layers(model: &Json, version: &str) -> Result<(Network, Tree), Error> {
    let mut reader = Reader::new(version);
    match reader.model(&Config::new(model)) {
        Some(network) if reader.problems.is_empty() => Ok((network, reader.tree)),
        _ if reader.problems.is_empty() => Err(Problem::new("the graph in the file is damaged").into()),
        _ => Err(Error { problems: reader.problems }),
    }
}

/// Reads a graph without weights.
#[cfg(test)]
pub(crate) fn graph(model: &Json, version: &str) -> Result<Network, Error> {
    layers(model, version).map(|(network, _)| network)
}

fn json(bytes: &[u8]) -> Result<Json, Problem> {
    serde_json::from_slice(bytes).map_err(|error| Problem::new(format!("the graph in the file is damaged: {error}")))
}

fn damaged(problem: String) -> Problem {
    Problem::new(format!("the file is damaged, or of a kind that is not read: {problem}"))
}
