//! [`Part`]: what weights consist of, as a constant that the compiler can look through as well.

use crate::spec::shape::Shape;
use crate::spec::text::str_eq;
use crate::tensor::scalar::Scalar;
use crate::weights::{Path, Variable, Weights};
use core::ops::Range;

/// A part of weights with its name. The parts of a struct stand in the order of its flat slice.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// A variable.
    Variable {
        /// Its name in the layer: `kernel`.
        name: &'static str,
        /// Its shape in Keras: `(in, out)` for a Dense kernel; the order of the scalars is the same.
        shape: Shape,
        /// Whether training changes it.
        trainable: bool,
        /// Whether its gradient comes by rows.
        rows: bool,
    },
    /// The weights of a layer.
    Layer {
        /// Its name in the model.
        name: &'static str,
        /// What it consists of.
        parts: &'static [Part],
        /// Whether it learns.
        trainable: bool,
        /// Whether each step takes its tables as a whole, since it is not asked for the rows that it touches.
        whole: bool,
        /// The variable that is a table here, of a layer whose calls all read sparse samples.
        table: Option<&'static str>,
    },
    /// No scalars: a bias with `use_bias = false`.
    Nothing,
}

impl Part {
    /// A variable that training changes.
    pub const fn new(name: &'static str, shape: Shape) -> Self {
        Part::Variable { name, shape, trainable: true, rows: false }
    }

    /// The weights of a layer.
    pub const fn layer<T: Scalar, W: Weights<T>>(name: &'static str) -> Self {
        Part::Layer { name, parts: W::PARTS, trainable: true, whole: false, table: None }
    }

    /// The weights of a frozen layer.
    pub const fn frozen<T: Scalar, W: Weights<T>>(name: &'static str) -> Self {
        Part::Layer { name, parts: W::PARTS, trainable: false, whole: false, table: None }
    }

    /// The weights of a layer whose tables are taken as a whole in every step.
    pub const fn whole<T: Scalar, W: Weights<T>>(name: &'static str) -> Self {
        Part::Layer { name, parts: W::PARTS, trainable: true, whole: true, table: None }
    }

    /// The weights of a layer whose calls all read sparse samples: the gradient of variable `table` comes by rows.
    pub const fn table<T: Scalar, W: Weights<T>>(name: &'static str, table: &'static str) -> Self {
        Part::Layer { name, parts: W::PARTS, trainable: true, whole: false, table: Some(table) }
    }

    /// This part, or nothing.
    pub const fn when(self, present: bool) -> Self {
        if present { self } else { Part::Nothing }
    }
}

/// Fails to compile unless the memory of some weights is that of the scalars in their parts: no padding, and the
/// alignment of a scalar.
///
/// # Panics
/// If it is not.
#[track_caller]
pub(crate) const fn assert_layout<T: Scalar, W: Weights<T>>() {
    const { assert!(size_of::<W>() == W::COUNT * size_of::<T>(), "weights hold nothing but scalars") }
    const { assert!(W::COUNT == count(W::PARTS), "the parts of weights are all their scalars") }
    const {
        let (all, one) = (align_of::<W>(), align_of::<T>());
        assert!(all == one || (W::COUNT == 0 && all <= one), "weights have the alignment of their scalars");
    }
}

/// The scalars of all parts.
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

/// The layers with weights of their own: what has a variable itself, and the layers in it.
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

/// The scalars that training never changes.
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

/// Calls `visit` with the place of every variable by rows in the flat slice.
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

/// What holds for all variables of some parts.
#[derive(Clone, Copy)]
pub(super) struct Within {
    /// Whether they learn.
    learns: bool,
    /// Whether gradients of tables come by rows.
    by_rows: bool,
    /// The variable that is a table, too.
    table: Option<&'static str>,
}

impl Within {
    /// What holds for the variables of a model.
    pub(super) const MODEL: Within = Within { learns: true, by_rows: true, table: None };

    /// What holds for the variables of a layer.
    const fn layer(self, trainable: bool, whole: bool, table: Option<&'static str>) -> Self {
        Within { learns: self.learns && trainable, by_rows: self.by_rows && !whole, table }
    }

    /// Whether the gradient of a variable comes by rows.
    const fn rows(self, name: &str, rows: bool) -> bool {
        let table = matches!(self.table, Some(table) if str_eq(table, name));
        (rows || table) && self.by_rows
    }
}

/// Where a variable lies in the flat slice of weights, and what a training step has to know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its first scalar.
    pub start: usize,
    /// One behind its last.
    pub end: usize,
    /// The number of its layer among those with variables.
    pub layer: usize,
    /// Whether training changes it.
    pub trainable: bool,
    /// By how many rows its gradient comes; 0 if it comes as a whole.
    pub rows: usize,
}

impl Place {
    /// No variable.
    pub const NONE: Place = Place { start: 0, end: 0, layer: 0, trainable: false, rows: 0 };
}

/// The places of all variables, or of those that learn, in the order of the flat slice: as many as `to` has room for.
/// The result is how many there are.
pub const fn places(parts: &[Part], learning: bool, to: &mut [Place]) -> usize {
    let mut found = Found { count: 0, scalars: 0, layers: 0 };
    find(parts, Within::MODEL, learning, &mut found, to);
    found.count
}

/// How far [`places`] is.
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
