//! Tensors and layers on their way from the file to the network.

use crate::network::{Numbers, Tensor, Value};

/// A tensor that the network computes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Flow {
    pub(super) tensor: Tensor,
    /// The shape of the tensor in the network, without a batch.
    pub(super) shape: Vec<usize>,
    /// The shape in the file, with a batch of one sample. It has as many elements.
    pub(super) view: Vec<usize>,
    /// Whether it holds whole numbers.
    pub(super) whole: bool,
}

/// A failed operator: the message, and a cure.
pub(super) struct Wrong(pub(super) String, pub(super) Option<&'static str>);

impl From<String> for Wrong {
    fn from(message: String) -> Self {
        Wrong(message, None)
    }
}

impl From<&str> for Wrong {
    fn from(message: &str) -> Self {
        Wrong(message.into(), None)
    }
}

/// A layer and the constants that it is made of.
pub(super) struct Made {
    pub(super) class: &'static str,
    pub(super) arguments: Vec<(&'static str, Value)>,
    pub(super) variables: Vec<(&'static str, Numbers)>,
    /// The tensors of the constants, which name the layer and say whether two are the same.
    pub(super) constants: Vec<usize>,
    /// The words that begin the name of the step in a tensor's name.
    pub(super) words: &'static [&'static str],
}

impl Made {
    pub(super) fn new(class: &'static str, arguments: Vec<(&'static str, Value)>) -> Self {
        Made { class, arguments, variables: vec![], constants: vec![], words: &[] }
    }
}

/// Returns a shape without its batch of one.
pub(super) fn sample(view: &[usize]) -> &[usize] {
    match view {
        [1, sample @ ..] if !sample.is_empty() => sample,
        [] => &[1],
        view => view,
    }
}

/// Returns lengths as a value: `[3, 5]`.
pub(super) fn list(lengths: &[usize]) -> Value {
    Value::List(lengths.iter().map(|&length| number(length)).collect())
}

/// Returns lengths as a value: one number if they are all the same.
pub(super) fn sizes(lengths: &[usize]) -> Value {
    match lengths {
        [first, rest @ ..] if rest.iter().all(|length| length == first) => number(*first),
        _ => list(lengths),
    }
}

pub(super) fn number(length: usize) -> Value {
    Value::Int(i64::try_from(length).unwrap_or(i64::MAX))
}

pub(super) fn word(word: &str) -> Value {
    Value::Word(word.into())
}
