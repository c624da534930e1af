//! Files of other libraries as safetensors files: whole networks, and weights alone.

use crate::{Error, Model, Result};
use nn_import::Wanted;
use std::path::Path;

/// Returns the weights in a file of another library as a safetensors file; `None` if it is one already.
///
/// # Errors
/// If the file has parts that this library has not, or weights that do not fit the model.
pub(crate) fn converted<M: Model>(path: &Path, file: &[u8]) -> Result<Option<Vec<u8>>> {
    if !nn_import::is_network(file) {
        return Ok(None);
    }
    let network = match nn_import::read(file) {
        Ok(network) => return Ok(Some(network.safetensors())),
        Err(error) => error,
    };
    let layers = layers::<M>();
    // A file without a graph has weights alone. If it has a graph, its problems are those to report.
    let numbers = nn_import::weights(file, &layers)
        .map_err(|_| Error::WeightFile { path: path.into(), problem: network.to_string() })?;
    let names =
        layers.iter().flat_map(|layer| layer.variables.iter().map(|(name, _)| format!("{}.{name}", layer.name)));
    Ok(Some(nn_import::safetensors(&names.zip(&numbers).collect::<Vec<_>>())))
}

/// Returns the layers of a model and their variables.
fn layers<M: Model>() -> Vec<Wanted> {
    let mut layers: Vec<Wanted> = Vec::new();
    M::variables(&crate::Path::ROOT, &mut |variable| {
        let path = variable.path.to_string();
        // `tower.dense.kernel` is a variable of `tower.dense`, but `forward.kernel` one of the layer around it.
        let inner = [".forward.", ".backward."].iter().find_map(|way| path.find(way));
        let Some(at) = inner.or_else(|| path.rfind('.')) else { return };
        let (layer, name) = (path[..at].to_owned(), path[at + 1..].to_owned());
        let shape = variable.shape.dims().to_vec();
        match layers.last_mut().filter(|last| last.name == layer) {
            Some(last) => last.variables.push((name, shape)),
            None => {
                let class = M::COSTS.rows.iter().find(|row| row.name == layer).map(|row| row.kind).unwrap_or_default();
                layers.push(Wanted { name: layer, class: class.to_string(), variables: vec![(name, shape)] });
            }
        }
    });
    layers
}
