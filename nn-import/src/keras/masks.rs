//! Masks. A file of Keras 3 has the functions that compute them; a graph of this library computes them without being
//! told. Both agree if each call has the mask that its input hands on, which is checked here.

use crate::network::{Kind, Tensor, Value};
use nn_core::layers::LAYERS;
use nn_core::spec::Masking;
use std::collections::HashMap;

/// A mask: the set of the calls of `Masking` and `Embedding` that it comes from, a bit for each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mask(u64);

impl Mask {
    pub(super) fn or(self, other: Mask) -> Mask {
        Mask(self.0 | other.0)
    }

    pub(super) fn is_none(self) -> bool {
        self == Mask::default()
    }
}

/// The masks of a network.
#[derive(Default)]
pub(super) struct Masks {
    /// A tensor, and the number that is masked in it.
    sources: Vec<(Tensor, f64)>,
    handed: HashMap<Tensor, Mask>,
}

impl Masks {
    /// Returns the mask of the places of a tensor that are not a number; `None` if the network has too many masks.
    pub(super) fn differs(&mut self, tensor: Tensor, number: f64) -> Option<Mask> {
        let known = self.sources.iter().position(|source| *source == (tensor, number));
        let place = known.unwrap_or_else(|| {
            self.sources.push((tensor, number));
            self.sources.len() - 1
        });
        (place < 64).then(|| Mask(1 << place))
    }

    /// Returns the mask of tensors.
    pub(super) fn of(&self, tensors: &[Tensor]) -> Mask {
        tensors.iter().filter_map(|tensor| self.handed.get(tensor).copied()).fold(Mask::default(), Mask::or)
    }

    /// Notes the mask that a call hands on.
    pub(super) fn hand_on(&mut self, kind: &Kind, inputs: &[Tensor], outputs: impl Iterator<Item = Tensor>) {
        let given = self.of(inputs);
        let flag = |kind: &Kind, name: &str| kind.arguments.contains(&(name.into(), Value::Flag(true)));
        let sequences = flag(kind, "return_sequences")
            || kind.arguments.iter().any(|(_, value)| match value {
                Value::Layer(inner) => flag(inner, "return_sequences"),
                _ => false,
            });
        let masking = LAYERS.iter().find(|spec| spec.name == kind.class).map(|spec| spec.masking);
        let mask = match masking {
            Some(Masking::Drops) | None => Mask::default(),
            Some(Masking::Reads { .. }) if !sequences => Mask::default(),
            Some(Masking::Makes { .. }) => {
                let number =
                    |name: &str| kind.arguments.iter().find(|argument| argument.0 == name).map(|found| &found.1);
                let masked = match (kind.class.as_str(), number("mask_value")) {
                    ("Embedding", _) => flag(kind, "mask_zero").then_some(0.0),
                    (_, Some(Value::Float(number))) => Some(*number),
                    (_, Some(Value::Int(number))) => Some(*number as f64),
                    _ => Some(0.0),
                };
                match (masked, inputs) {
                    (Some(number), [input, ..]) => self.differs(*input, number).unwrap_or_default(),
                    _ => Mask::default(),
                }
            }
            Some(_) => given,
        };
        if !mask.is_none() {
            let both = kind.arguments.contains(&("merge_mode".into(), Value::Word("None".into())));
            self.handed.extend(outputs.take(1 + usize::from(both)).map(|output| (output, mask)));
        }
    }
}
