//! [`Part`]: the parts of weights, as constants that the compiler can evaluate.

use crate::spec::shape::Shape;
use crate::spec::text::str_eq;
use crate::tensor::scalar::Scalar;
use crate::weights::{Path, Variable, Weights};
use core::ops::Range;

/// A named part of weights. The parts of a struct are in the order of its flat slice.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// A variable.
    Variable {
        /// The name in the layer: `kernel`.
        name: &'static str,
        /// The shape in Keras: `(in, out)` for a Dense kernel. The order of the scalars is the same.
        shape: Shape,
        /// Whether training changes it.
        trainable: bool,
        /// Whether the gradient comes by rows.
        rows: bool,
    },
    /// The weights of a layer.
    Layer {
        /// The name in the model.
        name: &'static str,
        /// The parts of the layer.
        parts: &'static [Part],
        /// Whether the layer learns.
        trainable: bool,
        /// Whether each step takes the tables as a whole, because the layer is not asked for the touched rows.
        whole: bool,
        /// The variable that is a table here: of a layer whose calls all read sparse samples.
        table: Option<&'static str>,
    },
    /// No scalars, such as a bias with `use_bias = false`.
    Nothing,
}

impl Part {
    /// Creates a variable that training changes.
    pub const fn new(name: &'static str, shape: Shape) -> Self {
        Part::Variable { name, shape, trainable: true, rows: false }
    }

    /// Creates the part for the weights of a layer.
    pub const fn layer<T: Scalar, W: Weights<T>>(name: &'static str) -> Self {
        Part::Layer { name, parts: W::PARTS, trainable: true, whole: false, table: None }
    }

    /// Creates the part for the weights of a frozen layer.
    pub const fn frozen<T: Scalar, W: Weights<T>>(name: &'static str) -> Self {
        Part::Layer { name, parts: W::PARTS, trainable: false, whole: false, table: None }
    }

    /// Creates the part for the weights of a layer whose tables are taken as a whole in every step.
    pub const fn whole<T: Scalar, W: Weights<T>>(name: &'static str) -> Self {
        Part::Layer { name, parts: W::PARTS, trainable: true, whole: true, table: None }
    }

    /// Creates the part for the weights of a layer whose calls all read sparse samples: the gradient of `table` comes
    /// by rows.
    pub const fn table<T: Scalar, W: Weights<T>>(name: &'static str, table: &'static str) -> Self {
        Part::Layer { name, parts: W::PARTS, trainable: true, whole: false, table: Some(table) }
    }

    /// Returns this part if `present`, otherwise [`Part::Nothing`].
    pub const fn when(self, present: bool) -> Self {
        if present { self } else { Part::Nothing }
    }
}

/// Fails to compile unless the memory of the weights is exactly the scalars in their parts, without padding and with
/// the alignment of a scalar.
///
/// # Panics
/// If the memory differs.
#[track_caller]
pub(crate) const fn assert_layout<T: Scalar, W: Weights<T>>() {
    const { assert!(size_of::<W>() == W::COUNT * size_of::<T>(), "weights hold nothing but scalars") }
    const { assert!(W::COUNT == count(W::PARTS), "the parts of weights are all their scalars") }
    const {
        let (all, one) = (align_of::<W>(), align_of::<T>());
        assert!(all == one || (W::COUNT == 0 && all <= one), "weights have the alignment of their scalars");
    }
}

/// Returns the number of scalars of all parts.
pub(crate) const fn count(parts: &[Part]) -> usize {
    let (mut sum, mut i) = (0, 0);
    while i < parts.len() {
        sum += match &parts[i] {
            Part::Variable { shape, .. } => shape.size(),
            Part::Layer { parts, .. } => count(parts),
            Part::Nothing => 0,
        };
        i += 1;
    }
    sum
}

/// Returns the number of layers with variables of their own, inner layers included.
pub(super) const fn layers(parts: &[Part]) -> usize {
    let (mut own, mut inside, mut i) = (0, 0, 0);
    while i < parts.len() {
        match &parts[i] {
            Part::Variable { .. } => own = 1,
            Part::Layer { parts, .. } => inside += layers(parts),
            Part::Nothing => {}
        }
        i += 1;
    }
    own + inside
}

/// Returns the number of scalars that training never changes.
pub(super) const fn non_trainable(parts: &[Part]) -> usize {
    let (mut sum, mut i) = (0, 0);
    while i < parts.len() {
        sum += match &parts[i] {
            Part::Variable { trainable: true, .. } | Part::Nothing => 0,
            Part::Variable { shape, .. } => shape.size(),
            Part::Layer { parts, trainable: true, .. } => non_trainable(parts),
            Part::Layer { parts, .. } => count(parts),
        };
        i += 1;
    }
    sum
}

/// Calls `visit` with the range of every row-wise variable in the flat slice.
pub(crate) fn visit_tables(parts: &[Part], visit: &mut dyn FnMut(Range<usize>)) {
    fn walk(parts: &[Part], start: &mut usize, visit: &mut dyn FnMut(Range<usize>)) {
        for part in parts {
            match part {
                Part::Variable { shape, rows, .. } => {
                    if *rows {
                        visit(*start..*start + shape.size());
                    }
                    *start += shape.size();
                }
                Part::Layer { parts, .. } => walk(parts, start, visit),
                Part::Nothing => {}
            }
        }
    }
    walk(parts, &mut 0, visit);
}

/// Facts about all variables of some parts.
#[derive(Clone, Copy)]
pub(super) struct Within {
    /// Whether the variables learn.
    learns: bool,
    /// Whether gradients of tables come by rows.
    by_rows: bool,
    /// A variable that is a table although its declaration does not say so.
    table: Option<&'static str>,
}

impl Within {
    /// The facts about the variables of a model.
    pub(super) const MODEL: Within = Within { learns: true, by_rows: true, table: None };

    /// Returns the facts about the variables of a layer inside.
    const fn layer(self, trainable: bool, whole: bool, table: Option<&'static str>) -> Self {
        Within { learns: self.learns && trainable, by_rows: self.by_rows && !whole, table }
    }

    /// Whether the gradient of a variable comes by rows.
    const fn rows(self, name: &str, rows: bool) -> bool {
        let table = matches!(self.table, Some(table) if str_eq(table, name));
        (rows || table) && self.by_rows
    }
}

/// The place of a variable in the flat slice of weights, with the facts that a training step needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The first scalar.
    pub start: usize,
    /// The end: one past the last scalar.
    pub end: usize,
    /// The number of the variable's layer among the layers with variables.
    pub layer: usize,
    /// Whether training changes it.
    pub trainable: bool,
    /// The number of rows if the gradient comes by rows; 0 if it comes as a whole.
    pub rows: usize,
}

impl Place {
    /// The place of no variable.
    pub const NONE: Place = Place { start: 0, end: 0, layer: 0, trainable: false, rows: 0 };
}

/// Writes the places of all variables, or of those that learn, to `to` in the order of the flat slice, until `to` is
/// full. Returns the number of such variables.
pub const fn places(parts: &[Part], learning: bool, to: &mut [Place]) -> usize {
    let mut found = Found { count: 0, scalars: 0, layers: 0 };
    find(parts, Within::MODEL, learning, &mut found, to);
    found.count
}

/// The progress of [`places`].
struct Found {
    count: usize,
    scalars: usize,
    layers: usize,
}

const fn find(parts: &[Part], within: Within, learning: bool, found: &mut Found, to: &mut [Place]) {
    let (mut i, mut layer) = (0, None);
    while i < parts.len() {
        match parts[i] {
            Part::Variable { name, shape, trainable, rows } => {
                let number = match layer {
                    Some(number) => number,
                    None => {
                        found.layers += 1;
                        found.layers - 1
                    }
                };
                layer = Some(number);
                let (start, trainable) = (found.scalars, trainable && within.learns);
                found.scalars += shape.size();
                if trainable || !learning {
                    if found.count < to.len() {
                        let rows = if within.rows(name, rows) { shape.dim(0) } else { 0 };
                        to[found.count] = Place { start, end: found.scalars, layer: number, trainable, rows };
                    }
                    found.count += 1;
                }
            }
            Part::Layer { parts, trainable, whole, table, .. } => {
                let before = found.layers;
                find(parts, within.layer(trainable, whole, table), learning, found, to);
                if found.layers > before {
                    layer = None;
                }
            }
            Part::Nothing => {}
        }
        i += 1;
    }
}

/// Calls `visit` with every variable of these parts.
pub(super) fn visit_variables(
    parts: &'static [Part],
    path: &Path<'_>,
    within: Within,
    visit: &mut dyn FnMut(&Variable<'_>),
) {
    for part in parts {
        match *part {
            Part::Variable { name, shape, trainable, rows } => {
                visit(&Variable {
                    path: path.join(name),
                    shape,
                    trainable: trainable && within.learns,
                    rows: within.rows(name, rows),
                });
            }
            Part::Layer { name, parts, trainable, whole, table } => {
                visit_variables(parts, &path.join(name), within.layer(trainable, whole, table), visit);
            }
            Part::Nothing => {}
        }
    }
}
