//! Shapes and type constants: known here, or left to rustc, which evaluates the same rules.

use super::{Graph, LayerId, TensorId};
use crate::source::{ExprId, Name};
use nn_core::layers::Geometry;
use nn_core::shape::Shape;
use nn_core::spec::Inferred;

/// The index of one of [`Graph::constants`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ConstId(usize);

/// An associated constant of a graph's type. rustc evaluates it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Constant {
    /// `DENSE`
    pub(crate) name: String,
    /// The type with the constant: `__DigitsGraph`. A folded form reads the constants of its original graph.
    pub(crate) of: Name,
    pub(crate) value: Computed,
}

/// The value of a constant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Computed {
    /// The shape of an input, from its written dimensions.
    Input(TensorId, Vec<ExprId>),
    /// The result of a shape rule.
    Inference(Inference),
    Facts(Facts),
    /// A constant that the original graph of this folded form evaluates.
    Before,
}

/// A shape rule at a call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Inference {
    pub(crate) node: usize,
    /// The layer that is called, or a layer inside it.
    pub(crate) layer: LayerId,
    pub(crate) rule: RuleOf,
    pub(crate) inputs: Vec<Shaped>,
    /// The facts about its inner layer.
    pub(crate) within: Option<Facts>,
    /// An earlier call with the same weights.
    pub(crate) shared: Option<Shared>,
    /// Whether the number of its outputs has to equal the number of their names.
    pub(crate) counted: bool,
}

/// The kind of rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum RuleOf {
    /// The rule of the layer's page.
    Layer,
    /// The rule for the input shapes of the inner layer.
    Inner,
    /// The method of a component.
    Component,
    /// The rule for a given mask, on the shapes of the first input and of the mask.
    Mask,
}

/// An earlier call of a layer, with which a call shares its weights.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shared {
    pub(crate) first: Facts,
    /// The shape of its input.
    pub(crate) on: Shaped,
}

/// The facts about a call's result.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Facts {
    /// All facts.
    Known(Box<Inferred>),
    /// The constant that holds the facts.
    Const(ConstId),
    /// Other facts, with other type constants.
    Changed(Box<Facts>, Vec<Count>),
    /// The facts about a convolution that reads a padding, with the padding as its own.
    Padded(Box<[Facts; 2]>),
}

impl Facts {
    /// The shape of output `k`.
    pub(crate) fn output(&self, k: usize) -> Shaped {
        match self {
            Facts::Known(inferred) => Shaped::Known(inferred.output(k)),
            Facts::Const(id) => Shaped::Output(*id, k),
            Facts::Changed(before, _) => before.output(k),
            Facts::Padded(both) => both[0].output(k),
        }
    }

    /// Constant `i` of the layer's type.
    pub(crate) fn constant(&self, i: usize) -> Count {
        match self {
            Facts::Known(inferred) => Count::Known(inferred.constant(i)),
            _ => Count::Of(self.clone(), i),
        }
    }

    /// The same facts, with these type constants.
    pub(crate) fn with_constants(&self, counts: Vec<Count>) -> Facts {
        let known: Option<Vec<usize>> = counts.iter().map(Count::known).collect();
        match (self, known) {
            (Facts::Known(inferred), Some(known)) => Facts::Known(Box::new(inferred.with_constants(&known))),
            _ => Facts::Changed(Box::new(self.clone()), counts),
        }
    }

    /// These facts about a convolution, if it computes the padding before it. The other facts are about that padding.
    pub(crate) fn padded(&self, padding: &Facts) -> Facts {
        match (self, padding) {
            (Facts::Known(own), Facts::Known(padding)) => Facts::Known(Box::new(Geometry::padded(own, padding))),
            _ => Facts::Padded(Box::new([self.clone(), padding.clone()])),
        }
    }
}

/// The shape of a tensor.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shaped {
    Known(Shape),
    /// The written dimensions of an input, until it has a constant.
    Written(Vec<ExprId>),
    /// The constant that holds it.
    Const(ConstId),
    /// An output in the facts of a constant.
    Output(ConstId, usize),
    /// Another shape, with this last dimension.
    WithLast(Box<Shaped>, Count),
    /// Another shape, with one step.
    OneStep(Box<Shaped>),
    /// An error was reported, so its consequences are not.
    Unknown,
}

/// A number that is a constant of a type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Count {
    Known(usize),
    /// Constant `i` in facts that only rustc knows.
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

    /// Leaves a value to rustc, as a constant of the graph's type. The constant's name derives from `name`.
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

    /// Leaves the facts about a layer at a call to rustc, as a constant named after the call.
    pub(crate) fn defer_facts(&mut self, n: usize, layer: LayerId, value: Computed) -> Facts {
        let node = &self.nodes[n];
        let name = if node.layer == layer { node.name.to_string() } else { format!("{}_layer", node.name) };
        Facts::Const(self.defer(&name, value))
    }
}
