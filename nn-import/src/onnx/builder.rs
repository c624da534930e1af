//! [`Builder`]: adds layers to a network, and puts values into the order that a layer needs.

use super::array::Array;
use super::value::{Atom, Axis, Value, length, lengths};
use crate::names::{Names, snake};
use crate::network::{Call, Kind, Layer, Network, Tensor, Value as Argument, Variable};
use nn_core::spec::shape::MAX_RANK;

/// A network that grows.
#[derive(Default)]
pub(super) struct Builder {
    pub(super) network: Network,
    pub(super) names: Names,
    /// The last id of an atom.
    pub(super) fresh: usize,
    /// The name of the call in the file that is being read, and a name of its weights without their kind.
    pub(super) source: String,
    pub(super) owner: Option<String>,
}

/// The arguments of a layer.
pub(super) type Arguments = Vec<(&'static str, Argument)>;

/// A layer with arguments and variables.
pub(super) struct New<'a> {
    pub(super) class: &'static str,
    pub(super) arguments: Arguments,
    pub(super) variables: Vec<(&'a str, Array)>,
}

/// Returns a list of whole numbers, or one number if all are equal.
pub(super) fn sizes(numbers: &[usize]) -> Argument {
    match numbers {
        [first, rest @ ..] if rest.iter().all(|other| other == first) => Argument::Int(*first as i64),
        numbers => list(numbers),
    }
}

/// Returns a list of whole numbers.
pub(super) fn list(numbers: &[usize]) -> Argument {
    Argument::List(numbers.iter().map(|&number| Argument::Int(number as i64)).collect())
}

/// Returns one number, or a list.
pub(super) fn floats(numbers: &[f64]) -> Argument {
    match numbers {
        [first, rest @ ..] if rest.iter().all(|other| other == first) => Argument::Float(*first),
        numbers => Argument::List(numbers.iter().map(|&number| Argument::Float(number)).collect()),
    }
}

/// Returns a word.
pub(super) fn word(word: &str) -> Argument {
    Argument::Word(word.into())
}

impl Builder {
    /// Makes an axis of one atom.
    pub(super) fn axis(&mut self, length: usize) -> Axis {
        if length == 1 {
            return Axis::new();
        }
        self.fresh += 1;
        vec![Atom { id: self.fresh, length }]
    }

    /// Calls a new layer with one output.
    pub(super) fn call(&mut self, new: New<'_>, inputs: &[Tensor]) -> Result<Tensor, String> {
        let index = self.call_with(new, inputs, vec![], 1)?;
        Ok(Tensor::Output(index, 0))
    }

    /// Calls a new layer without variables.
    pub(super) fn apply(
        &mut self,
        class: &'static str,
        arguments: Arguments,
        inputs: &[Tensor],
    ) -> Result<Tensor, String> {
        self.call(New { class, arguments, variables: vec![] }, inputs)
    }

    /// Calls a new layer, and returns the index of the call.
    pub(super) fn call_with(
        &mut self,
        new: New<'_>,
        inputs: &[Tensor],
        keywords: Vec<(String, Vec<Tensor>)>,
        outputs: usize,
    ) -> Result<usize, String> {
        let name = match &self.owner {
            Some(owner) if !new.variables.is_empty() => owner.clone(),
            _ => named(&self.source, new.class),
        };
        let name = self.names.identifier(&name, &snake(new.class));
        let mut variables = Vec::new();
        for (name, array) in new.variables {
            variables.push(Variable { name: name.into(), numbers: array.numbers()? });
        }
        let arguments = new.arguments.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.network.layers.push(Layer {
            name,
            source: self.source.clone(),
            kind: Kind { class: new.class.into(), arguments },
            variables,
        });
        let layer = self.network.layers.len() - 1;
        self.network.calls.push(Call { layer, inputs: inputs.to_vec(), keywords, outputs });
        Ok(self.network.calls.len() - 1)
    }

    /// Gives a value these axes here, in this order. If the numbers must move, that is a layer `Permute`.
    pub(super) fn arrange(&mut self, value: &Value, target: Vec<Axis>) -> Result<Value, String> {
        let mut value = value.clone();
        if value.stored == target {
            return Ok(value);
        }
        let (from, to) = (value.stored.concat(), target.concat());
        if from.len() != to.len() || !from.iter().all(|atom| to.contains(atom)) {
            return Err(format!("its input has the shape {}, of which a part is missing", value.described()));
        }
        if from != to && !self.permute(&mut value, &target)? {
            self.permute_blocks(&mut value, &from, &to)?;
        }
        if value.stored != target {
            self.reshape(&mut value, target)?;
        }
        Ok(value)
    }

    /// Permutes whole axes, if that is enough.
    fn permute(&mut self, value: &mut Value, target: &[Axis]) -> Result<bool, String> {
        if value.stored.len() != target.len() {
            return Ok(false);
        }
        let mut order = Vec::new();
        for axis in target {
            let free = (0..target.len()).find(|place| !order.contains(place) && value.stored[*place] == *axis);
            match free {
                Some(place) => order.push(place),
                None => return Ok(false),
            }
        }
        let dims: Vec<usize> = order.iter().map(|place| place + 1).collect();
        value.tensor = self.apply("Permute", vec![("dims", list(&dims))], &[value.tensor])?;
        value.stored = target.to_vec();
        Ok(true)
    }

    /// Permutes blocks of atoms that stay together.
    fn permute_blocks(&mut self, value: &mut Value, from: &[Atom], to: &[Atom]) -> Result<(), String> {
        let follows = |a: Atom, b: Atom| from.windows(2).any(|pair| pair == [a, b]);
        let mut blocks: Vec<Axis> = Vec::new();
        for &atom in to {
            match blocks.last_mut() {
                Some(block) if block.last().is_some_and(|&last| follows(last, atom)) => block.push(atom),
                _ => blocks.push(vec![atom]),
            }
        }
        if blocks.len() > MAX_RANK {
            return Err(format!("its numbers lie in an order that takes {} axes", blocks.len()));
        }
        let mut here = blocks.clone();
        here.sort_by_key(|block| from.iter().position(|atom| Some(atom) == block.first()));
        self.reshape(value, here)?;
        self.permute(value, &blocks)?;
        Ok(())
    }

    /// Gives a value other axes here, without moving numbers.
    fn reshape(&mut self, value: &mut Value, target: Vec<Axis>) -> Result<(), String> {
        let (from, to) = (shape_here(&value.stored), shape_here(&target));
        if from != to {
            value.tensor = match &to[..] {
                [_] => self.apply("Flatten", vec![], &[value.tensor])?,
                to => self.apply("Reshape", vec![("target_shape", list(to))], &[value.tensor])?,
            };
        }
        value.stored = target;
        Ok(())
    }

    /// Puts a value here into the order of the file, on one axis. The atoms behind the batch become one.
    pub(super) fn merged(&mut self, value: &Value) -> Result<Value, String> {
        value.batch_first()?;
        let all: Axis = value.axes[1..].concat();
        let mut value = self.arrange(value, vec![all.clone()])?;
        let one = self.axis(length(&all));
        value.axes = vec![value.axes[0].clone(), one.clone()];
        value.stored = vec![one];
        Ok(value)
    }
}

/// Returns a shape of this library, which has at least one axis.
pub(super) fn shape_here(stored: &[Axis]) -> Vec<usize> {
    if stored.is_empty() { vec![1] } else { lengths(stored) }
}

/// Returns the name of a call: `conv1` from `/conv1/Conv`, and of a helper its class.
fn named(source: &str, class: &str) -> String {
    let helper = ["Permute", "Reshape", "Flatten", "ZeroPadding1D", "ZeroPadding2D", "Cropping1D", "Cropping2D"];
    let parts: Vec<&str> = source.split(['/', ':']).filter(|part| !part.is_empty()).collect();
    if helper.contains(&class) {
        return snake(class);
    }
    match &parts[..] {
        [.., name, last] if last.starts_with(|first: char| first.is_ascii_uppercase()) => (*name).into(),
        [.., last] => (*last).into(),
        [] => snake(class),
    }
}
