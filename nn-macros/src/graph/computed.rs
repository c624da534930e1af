//! Shapes and constants of types: known here, or left to rustc, which finds them with the same rules.

use super::{Graph, LayerId, TensorId};
use crate::source::{ExprId, Name};
use nn_core::shape::Shape;
use nn_core::spec::Inferred;

/// One of [`Graph::constants`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ConstId(usize);

/// An associated constant of a graph's type, which rustc evaluates.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Constant {
    /// `DENSE`
    pub(crate) name: String,
    /// The type that it belongs to: `__DigitsGraph`. A folded form reads the constants of the graph that it was made
    /// of.
    pub(crate) of: Name,
    pub(crate) value: Computed,
}

/// The value of a constant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Computed {
    /// The shape of an input, whose dimensions were written.
    Input(TensorId, Vec<ExprId>),
    /// What a shape rule finds.
    Inference(Inference),
    Facts(Facts),
    /// It is evaluated for the graph that this one was made of.
    Before,
}

/// A shape rule at a call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Inference {
    pub(crate) node: usize,
    /// The layer that is called, or one inside of it.
    pub(crate) layer: LayerId,
    pub(crate) rule: RuleOf,
    pub(crate) inputs: Vec<Shaped>,
    /// What is known of the layer inside of it.
    pub(crate) within: Option<Facts>,
    /// An earlier call with the same weights.
    pub(crate) shared: Option<Shared>,
    /// Whether the number of its outputs has to be that of their names.
    pub(crate) counted: bool,
}

/// Which rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum RuleOf {
    /// That of the layer's page.
    Layer,
    /// On which shapes the layer inside is called.
    Inner,
    /// The method of a component.
    Component,
    /// That of the mask that a call is given, on the shapes of the first input and of the mask.
    Mask,
}

/// An earlier call of a layer, whose weights a call shares.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shared {
    pub(crate) first: Facts,
    /// The shape that it was called on.
    pub(crate) on: Shaped,
}

/// What is known of a call's result.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Facts {
    /// All of it.
    Known(Box<Inferred>),
    /// The constant that holds it.
    Const(ConstId),
    /// The outputs of other facts, and other constants of the layer's type.
    Changed(Box<Facts>, Vec<Count>),
}

impl Facts {
    /// The shape of output `k`.
    pub(crate) fn output(&self, k: usize) -> Shaped {
        match self {
            Facts::Known(inferred) => Shaped::Known(inferred.output(k)),
            Facts::Const(id) => Shaped::Output(*id, k),
            Facts::Changed(before, _) => before.output(k),
        }
    }

    /// Constant `i` of the layer's type.
    pub(crate) fn constant(&self, i: usize) -> Count {
        match self {
            Facts::Known(inferred) => Count::Known(inferred.constant(i)),
            _ => Count::Of(self.clone(), i),
        }
    }

    /// The same outputs, with these constants of the layer's type.
    pub(crate) fn with_constants(&self, counts: Vec<Count>) -> Facts {
        let known: Option<Vec<usize>> = counts.iter().map(Count::known).collect();
        match (self, known) {
            (Facts::Known(inferred), Some(known)) => Facts::Known(Box::new(Inferred::many(inferred.outputs(), &known))),
            _ => Facts::Changed(Box::new(self.clone()), counts),
        }
    }
}

/// The shape of a tensor.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shaped {
    Known(Shape),
    /// That of an input, until it has a constant: its dimensions, as they were written.
    Written(Vec<ExprId>),
    /// The constant that holds it.
    Const(ConstId),
    /// An output in the facts that a constant holds.
    Output(ConstId, usize),
    /// Another shape, with this last dimension.
    WithLast(Box<Shaped>, Count),
    /// An error was reported: whatever follows from it is not.
    Unknown,
}

/// A number that a type has as its constant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Count {
    Known(usize),
    /// Constant `i` in facts that are not known here.
    Of(Facts, usize),
    Times(Box<Count>, usize),
}

impl Count {
    pub(crate) fn known(&self) -> Option<usize> {
        match self {
            Count::Known(n) => Some(*n),
            _ => None,
        }
    }

    pub(crate) fn times(self, factor: usize) -> Count {
        match self {
            Count::Known(n) => Count::Known(n * factor),
            other => Count::Times(Box::new(other), factor),
        }
    }
}

impl Graph {
    pub(crate) fn constant(&self, id: ConstId) -> &Constant {
        &self.constants[id.0]
    }

    /// The constants that rustc evaluates for this graph.
    pub(crate) fn own_constants(&self) -> impl Iterator<Item = (ConstId, &Constant)> {
        let all = self.constants.iter().enumerate().map(|(id, constant)| (ConstId(id), constant));
        all.filter(|(_, constant)| constant.value != Computed::Before)
    }

    /// Leaves a value to rustc, as a constant of the graph's type. Its name is made of this one.
    pub(crate) fn defer(&mut self, name: &str, value: Computed) -> ConstId {
        let base = name.trim_start_matches("r#").to_uppercase();
        // `x` and `X` may both be names, and so may `input_shapes`.
        let taken = |name: &str| {
            let own = |constant: &Constant| constant.name == name && constant.of.as_str() == self.graph_type.as_str();
            ["INPUT_SHAPES", "OUTPUT_SHAPES"].contains(&name) || self.constants.iter().any(own)
        };
        let mut name = base.clone();
        let mut count = 0;
        while taken(&name) {
            count += 1;
            name = format!("{base}_{count}");
        }
        self.constants.push(Constant { name, of: self.graph_type.clone(), value });
        ConstId(self.constants.len() - 1)
    }

    /// Leaves to rustc what is known of a layer at a call: a constant named after the call.
    pub(crate) fn defer_facts(&mut self, n: usize, layer: LayerId, value: Computed) -> Facts {
        let node = &self.nodes[n];
        let name = if node.layer == layer { node.name.to_string() } else { format!("{}_layer", node.name) };
        Facts::Const(self.defer(&name, value))
    }
}
