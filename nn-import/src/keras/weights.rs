//! The numbers of the variables of a graph.

use super::functional::{Entry, Part, Tree};
use super::variables::Expected;
use crate::formats::bytes::Damaged;
use crate::formats::hdf5::Object;
use crate::names::snake;
use crate::network::{Network, Numbers, Variable};
use crate::numbers::numbers;
use crate::problem::Problem;
use std::collections::HashMap;

/// The group of a file that has the numbers.
pub(super) enum Source<'a> {
    /// In a `.keras` file: `layers/<class>_<n>/vars/<i>`.
    Archive(Object<'a>),
    /// In an `.h5` file: `<layer>`, with the names of its variables in an attribute.
    H5(Object<'a>),
}

impl<'a> Source<'a> {
    pub(super) fn archive(root: Object<'a>) -> Self {
        Source::Archive(root)
    }

    pub(super) fn h5(root: Object<'a>) -> Self {
        Source::H5(root)
    }

    /// Fills the variables of all layers.
    pub(super) fn fill(&mut self, tree: &Tree, network: &mut Network) -> Vec<Problem> {
        let mut problems = Vec::new();
        match self {
            Source::Archive(root) => archive(root, tree, network, &mut problems),
            Source::H5(root) => h5(root, tree, network, &mut problems),
        }
        problems
    }
}

fn archive(group: &Object<'_>, tree: &Tree, network: &mut Network, problems: &mut Vec<Problem>) {
    let layers = ["layers", "_layer_checkpoint_dependencies"].iter().find_map(|name| group.member(name).ok().flatten());
    let mut counts: HashMap<String, usize> = HashMap::new();
    for entry in tree {
        if let (Part::Nothing, true) = (&entry.part, entry.class != "InputLayer") {
            // A function is no layer, so it is not counted.
            continue;
        }
        let class = snake(&entry.class);
        let count = counts.entry(class.clone()).or_default();
        let name = if *count == 0 { class } else { format!("{class}_{count}") };
        *count += 1;
        let member = layers.as_ref().map_or(Ok(None), |layers| layers.member(&name));
        let mut fail = |problem: Damaged| problems.push(Problem::of(&entry.name, &entry.class, problem));
        match (&entry.part, member) {
            (_, Err(problem)) => fail(problem),
            (Part::Layer(..) | Part::Model(_) | Part::Distributed(_), Ok(None)) if has_variables(&entry.part) => {
                fail(format!("the file has no weights at `layers/{name}`"))
            }
            (Part::Model(inner), Ok(Some(group))) => archive(&group, inner, network, problems),
            (Part::Distributed(inner), Ok(Some(group))) => match group.member("layer") {
                Ok(Some(group)) => archive(&group, inner, network, problems),
                Ok(None) => fail(format!("the file has no weights at `layers/{name}/layer`")),
                Err(problem) => fail(problem),
            },
            (Part::Layer(index, expected), Ok(Some(group))) => {
                for variable in expected {
                    let found = group.member(&variable.path).and_then(|object| match object {
                        Some(object) => object.data(),
                        None => Ok(None),
                    });
                    match found.and_then(|data| data.map(|data| numbers(&data)).transpose()) {
                        Ok(Some(numbers)) => add(network, *index, variable, numbers),
                        Ok(None) => fail(format!(
                            "the file has no weights at `layers/{name}/{}` for `{}`",
                            variable.path, variable.name
                        )),
                        Err(problem) => fail(problem),
                    }
                }
            }
            _ => {}
        }
    }
}

fn h5(root: &Object<'_>, tree: &Tree, network: &mut Network, problems: &mut Vec<Problem>) {
    // One problem of the group, and not one of each layer.
    if let Err(problem) = root.member("-") {
        problems.push(super::damaged(problem));
        return;
    }
    for entry in tree {
        let expected = match &entry.part {
            Part::Nothing => continue,
            Part::Layer(index, expected) => expected.iter().map(|variable| (*index, variable)).collect(),
            // A model inside has the trained variables of all its layers first.
            Part::Model(inner) | Part::Distributed(inner) => {
                let mut all = Vec::new();
                collect(inner, &mut all);
                let (trained, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, variable)| variable.trained);
                [trained, others].concat()
            }
        };
        if let Err(problem) = h5_layer(root, entry, &expected, network) {
            problems.push(Problem::of(&entry.name, &entry.class, problem));
        }
    }
}

fn has_variables(part: &Part) -> bool {
    match part {
        Part::Layer(_, expected) => !expected.is_empty(),
        Part::Model(tree) | Part::Distributed(tree) => tree.iter().any(|entry| has_variables(&entry.part)),
        Part::Nothing => false,
    }
}

fn collect<'a>(tree: &'a Tree, all: &mut Vec<(usize, &'a Expected)>) {
    for entry in tree {
        match &entry.part {
            Part::Layer(index, expected) => all.extend(expected.iter().map(|variable| (*index, variable))),
            Part::Model(inner) | Part::Distributed(inner) => collect(inner, all),
            Part::Nothing => {}
        }
    }
}

fn h5_layer(
    root: &Object<'_>,
    entry: &Entry,
    expected: &[(usize, &Expected)],
    network: &mut Network,
) -> Result<(), Damaged> {
    if expected.is_empty() {
        return Ok(());
    }
    let group = root.member(&entry.name)?.ok_or("the file has no weights for it")?;
    let mut names = match group.texts("weight_names")? {
        Some(names) => names,
        // An attribute has at most 64 KiB, so long lists are in several.
        None => {
            let mut names = Vec::new();
            for part in 0.. {
                match group.texts(&format!("weight_names{part}"))? {
                    Some(more) => names.extend(more),
                    None => break,
                }
            }
            names
        }
    };
    let counts = expected.iter().any(|(_, expected)| expected.name == "count");
    names.retain(|name| match variable(name) {
        "count" => counts,
        name => name != "seed_generator_state",
    });
    if names.len() != expected.len() {
        return Err(format!("the file has {} variables for it, and {} are expected", names.len(), expected.len()));
    }
    for (index, expected) in expected {
        let wanted = expected.name.rsplit('.').next().unwrap_or(&expected.name);
        // Names are in order, except those of a model inside, where a frozen layer moves to the end.
        let layer = &network.layers[*index].source;
        let place = names
            .iter()
            .position(|name| fits(variable(name), wanted) && name.split('/').any(|part| part == layer))
            .or_else(|| names.iter().position(|name| fits(variable(name), wanted)))
            .ok_or_else(|| format!("the file has no `{wanted}` for it, but {}", names.join(", ")))?;
        let name = names.remove(place);
        let object = group.member(name)?.ok_or_else(|| format!("the file has no numbers at `{name}`"))?;
        let data = object.data()?.ok_or_else(|| format!("the file has no numbers at `{name}`"))?;
        add(network, *index, expected, numbers(&data)?);
    }
    Ok(())
}

/// Adds a variable to a layer.
fn add(network: &mut Network, layer: usize, expected: &Expected, mut numbers: Numbers) {
    // A Normalization over several axes has one list of features here.
    if matches!(expected.name.as_str(), "mean" | "variance") {
        numbers.shape = vec![numbers.shape.iter().product()];
    }
    network.layers[layer].variables.push(Variable { name: expected.name.clone(), numbers });
}

/// Returns the name of a variable: `kernel` from `dense/kernel:0`.
fn variable(path: &str) -> &str {
    let last = path.rsplit('/').next().unwrap_or(path);
    last.split(':').next().unwrap_or(last)
}

/// Whether a variable of a file is the wanted one. Keras 2 names the kernel of a DepthwiseConv by its kind, and very
/// old files have the name of the layer in that of the variable.
fn fits(found: &str, wanted: &str) -> bool {
    found == wanted || (wanted == "kernel" && found == "depthwise_kernel") || found.ends_with(&format!("_{wanted}"))
}
