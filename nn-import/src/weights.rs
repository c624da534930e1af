//! Files of weights without a graph: they fill a network that is known from elsewhere.

use crate::formats::bytes::Bytes;
use crate::formats::hdf5::{Hdf5, Object};
use crate::formats::zip::Zip;
use crate::names::identifier;
use crate::network::Numbers;
use crate::numbers::numbers;
use crate::problem::{Error, Problem};
use std::collections::HashMap;

/// A layer that needs weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The name of the layer: `dense_1`, or `tower.dense_1` in a model inside.
    pub name: String,
    /// The class, such as `Dense`, for files that number the layers of a class. It may be empty.
    pub class: String,
    /// The names and shapes of the variables, in Keras's order.
    pub variables: Vec<(String, Vec<usize>)>,
}

/// Reads the weights of layers from a file: `.weights.h5` of Keras 2 and 3, or `.npz`. Returns the numbers of all
/// variables, in the order of the layers.
///
/// Layers are found by their names. A `.weights.h5` file of Keras before 3.5 has no names; there the layers of a class
/// have the order of `layers`. The arrays of a `.npz` file have the names `dense.kernel`, or the names `arr_0`,
/// `arr_1`, .. that `numpy.savez(file, *model.get_weights())` gives; these are taken in order.
///
/// # Errors
/// If the file is damaged or of another kind, or if weights are missing, too many, or of another shape.
pub fn weights(file: &[u8], layers: &[Wanted]) -> Result<Vec<Numbers>, Error> {
    let damaged =
        |problem| Error::from(Problem::new(format!("the file is damaged, or of a kind that is not read: {problem}")));
    if Hdf5::is_one(file) {
        let root = Hdf5::open(file).and_then(|file| file.root()).map_err(damaged)?;
        let root = root.member("model_weights").map_err(damaged)?.unwrap_or(root);
        return match root.texts("layer_names").map_err(damaged)? {
            Some(_) => keras2(&root, layers),
            None => keras3(&root, layers),
        };
    }
    if Zip::is_one(file) {
        return npz(&Zip::open(file).map_err(damaged)?, layers);
    }
    Err(Problem::new("this is no file of weights that is known: `.weights.h5` and `.npz` are read").into())
}

/// Collects the numbers of all layers, or the problems.
fn collect(
    layers: &[Wanted],
    mut find: impl FnMut(&Wanted) -> Result<Vec<Numbers>, String>,
) -> Result<Vec<Numbers>, Error> {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for layer in layers.iter().filter(|layer| !layer.variables.is_empty()) {
        match find(layer).and_then(|numbers| check(layer, numbers)) {
            Ok(numbers) => found.extend(numbers),
            Err(problem) => problems.push(Problem::of(&layer.name, &layer.class, problem)),
        }
    }
    if problems.is_empty() { Ok(found) } else { Err(Error { problems }) }
}

fn check(layer: &Wanted, mut found: Vec<Numbers>) -> Result<Vec<Numbers>, String> {
    if found.len() != layer.variables.len() {
        return Err(format!(
            "the file has {} variables for it, and {} are expected",
            found.len(),
            layer.variables.len()
        ));
    }
    for ((name, shape), numbers) in layer.variables.iter().zip(&mut found) {
        // A Normalization over several axes has one list of features here.
        if matches!(name.as_str(), "mean" | "variance") {
            numbers.shape = vec![numbers.shape.iter().product()];
        }
        if *shape != numbers.shape {
            return Err(format!("`{name}` has the shape {:?} in the file, and {shape:?} is expected", numbers.shape));
        }
    }
    Ok(found)
}

/// Returns the last part of a name: the layer itself.
fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// A file of Keras 2: a group for each layer, with the names of its variables.
fn keras2(root: &Object<'_>, layers: &[Wanted]) -> Result<Vec<Numbers>, Error> {
    let names = root.texts("layer_names").ok().flatten().unwrap_or_default();
    collect(layers, |layer| {
        let mut same = names.iter().filter(|name| identifier(name, "layer") == last(&layer.name));
        let name = match (same.next(), same.next()) {
            (Some(name), None) => name,
            (None, _) => return Err("the file has no layer of this name".into()),
            (Some(_), Some(_)) => return Err("the file has several layers of this name".into()),
        };
        let group = root.member(name)?.ok_or("the file has no weights for it")?;
        let paths = group.texts("weight_names")?.unwrap_or_default();
        let paths = paths.iter().filter(|path| !path.contains("seed_generator"));
        let number = |path: &&str| {
            let data = group.member(path)?.map_or(Ok(None), |object| object.data())?;
            numbers(&data.ok_or_else(|| format!("the file has no numbers at `{path}`"))?)
        };
        paths.map(number).collect()
    })
}

/// A layer of a file of Keras 3.
struct Leaf<'a> {
    /// The class and its number: `dense`, `dense_1`.
    group: String,
    /// The name of the layer.
    name: Option<&'a str>,
    object: Object<'a>,
}

/// The deepest model inside models, or layer inside wrappers.
const MAX_DEPTH: usize = 32;

/// A file of Keras 3: groups with the names of classes.
fn keras3(root: &Object<'_>, layers: &[Wanted]) -> Result<Vec<Numbers>, Error> {
    let mut leaves = Vec::new();
    gather(root, 0, &mut leaves).map_err(Problem::new)?;
    if leaves.is_empty() {
        return Err(Problem::new("the file has no weights of layers").into());
    }
    let mut classes: HashMap<String, usize> = HashMap::new();
    collect(layers, |layer| {
        let named: Vec<&Leaf<'_>> = leaves
            .iter()
            .filter(|leaf| leaf.name.is_some_and(|name| identifier(name, "layer") == last(&layer.name)))
            .collect();
        let leaf = match &named[..] {
            [leaf] => leaf,
            [] if leaves.iter().all(|leaf| leaf.name.is_none()) && !layer.class.is_empty() => {
                let class = crate::names::snake(&layer.class);
                let count = classes.entry(class.clone()).or_default();
                let group = if *count == 0 { class } else { format!("{class}_{count}") };
                *count += 1;
                let mut same = leaves.iter().filter(|leaf| leaf.group == group);
                match (same.next(), same.next()) {
                    (Some(leaf), None) => leaf,
                    (None, _) => return Err(format!("the file has no weights at `layers/{group}`")),
                    (Some(_), Some(_)) => return Err("the file has models inside, and no names of layers".into()),
                }
            }
            [] => return Err("the file has no layer of this name".into()),
            _ => return Err("the file has several layers of this name".into()),
        };
        let mut found = Vec::new();
        variables(&leaf.object, 0, &mut found)?;
        Ok(found)
    })
}

/// Adds the layers of a group and of the models inside.
fn gather<'a>(group: &Object<'a>, depth: usize, leaves: &mut Vec<Leaf<'a>>) -> Result<(), String> {
    if depth == MAX_DEPTH {
        return Err(format!("models are inside models, more than {MAX_DEPTH} deep"));
    }
    for list in ["layers", "_layer_checkpoint_dependencies"] {
        let Some(layers) = group.member(list)? else { continue };
        for name in layers.names()? {
            let Some(object) = layers.member(name)? else { continue };
            let inner = match object.member("layer")? {
                // A model in `TimeDistributed`.
                Some(inner) if inner.member("layers")?.is_some() => inner,
                _ => object.clone(),
            };
            if inner.member("layers")?.is_some() {
                gather(&inner, depth + 1, leaves)?;
                continue;
            }
            let given = match object.member("vars")? {
                Some(vars) => vars.texts("name")?.and_then(|texts| texts.first().copied()),
                None => None,
            };
            leaves.push(Leaf { group: name.into(), name: given, object });
        }
    }
    Ok(())
}

/// Adds the variables of a layer and of the layers in it, in Keras's order.
fn variables(object: &Object<'_>, depth: usize, found: &mut Vec<Numbers>) -> Result<(), String> {
    if depth == MAX_DEPTH {
        return Err("its layers contain each other".into());
    }
    if let Some(vars) = object.member("vars")? {
        for place in 0.. {
            let Some(variable) = vars.member(&place.to_string())? else { break };
            found.push(numbers(&variable.data()?.ok_or("a variable is a group")?)?);
        }
    }
    for inner in ["cell", "forward_layer", "backward_layer", "layer"] {
        if let Some(inner) = object.member(inner)? {
            variables(&inner, depth + 1, found)?;
        }
    }
    Ok(())
}

/// An archive of numpy.
fn npz(zip: &Zip<'_>, layers: &[Wanted]) -> Result<Vec<Numbers>, Error> {
    let array = |name: &str| -> Result<Option<Numbers>, String> {
        zip.file(&format!("{name}.npy")).map(|file| npy(&file?)).transpose()
    };
    let in_order = zip.has("arr_0.npy");
    let mut next = 0;
    let found = collect(layers, |layer| {
        let mut found = Vec::new();
        for (variable, _) in &layer.variables {
            let name = if in_order { format!("arr_{next}") } else { format!("{}.{variable}", layer.name) };
            next += 1;
            found.push(array(&name)?.ok_or_else(|| format!("the file has no array `{name}` for `{variable}`"))?);
        }
        Ok(found)
    })?;
    if in_order && zip.has(&format!("arr_{next}.npy")) {
        return Err(
            Problem::new(format!("the file has more than {next} arrays, which is the number of variables")).into()
        );
    }
    Ok(found)
}

/// Reads an array of numpy.
///
/// Source: numpy 2.4, `numpy/lib/_format_impl.py`.
fn npy(file: &[u8]) -> Result<Numbers, String> {
    let bytes = Bytes(file);
    bytes.expect(0, b"\x93NUMPY", "signature of an array")?;
    let (length, start) = match bytes.u8(6)? {
        1 => (bytes.u16(8)?, 10),
        2 | 3 => (bytes.u32(8)?, 12),
        version => return Err(format!("an array has version {version}; 1 to 3 are read")),
    };
    let header = crate::formats::bytes::text(bytes.slice(start, length)?)?;
    let field = |name: &str| header.split_once(&format!("'{name}':")).map(|(_, rest)| rest.trim_start());
    let (Some(kind), Some(order), Some(shape)) = (field("descr"), field("fortran_order"), field("shape")) else {
        return Err("the header of an array is damaged".into());
    };
    let kind = kind.split('\'').nth(1).unwrap_or_default();
    let (dtype, size) = match kind {
        "<f4" => ("F32", 4),
        "<f8" => ("F64", 8),
        "<f2" => ("F16", 2),
        other => return Err(format!("an array has numbers of the type `{other}`; `<f2`, `<f4` and `<f8` are read")),
    };
    let list = shape.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(list, _)| list).unwrap_or("?");
    let axes = list.split(',').map(str::trim).filter(|axis| !axis.is_empty());
    let shape: Vec<usize> = axes
        .map(|axis| axis.parse().map_err(|_| "the shape of an array is damaged".to_owned()))
        .collect::<Result<_, _>>()?;
    if !order.starts_with("False") && shape.len() > 1 {
        return Err("an array is in the order of Fortran: save `numpy.ascontiguousarray(array)`".into());
    }
    let count =
        shape.iter().try_fold(size, |count: usize, &axis| count.checked_mul(axis)).ok_or("an array is too large")?;
    let data = bytes.slice(crate::formats::bytes::sum(start, length)?, count)?;
    Ok(Numbers { shape, dtype, bytes: data.to_vec() })
}
