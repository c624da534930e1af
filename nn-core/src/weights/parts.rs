//! [`Part`]: what weights consist of, as a constant that the compiler can look through as well.

use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::weights::{Path, Variable, Weights};

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
        Part::Layer { name, parts: W::PARTS, trainable: true, whole: false }
    }

    /// The weights of a frozen layer.
    pub const fn frozen<T: Scalar, W: Weights<T>>(name: &'static str) -> Self {
        Part::Layer { name, parts: W::PARTS, trainable: false, whole: false }
    }

    /// The weights of a layer whose tables are taken as a whole in every step.
    pub const fn whole<T: Scalar, W: Weights<T>>(name: &'static str) -> Self {
        Part::Layer { name, parts: W::PARTS, trainable: true, whole: true }
    }

    /// This part, or nothing.
    pub const fn when(self, present: bool) -> Self {
        if present { self } else { Part::Nothing }
    }
}

/// Calls `visit` with every variable of these parts.
pub(super) fn walk(
    parts: &'static [Part],
    path: &Path<'_>,
    learns: bool,
    by_rows: bool,
    visit: &mut dyn FnMut(&Variable<'_>),
) {
    for part in parts {
        match *part {
            Part::Variable { name, shape, trainable, rows } => {
                visit(&Variable {
                    path: path.join(name),
                    shape,
                    trainable: trainable && learns,
                    rows: rows && by_rows,
                });
            }
            Part::Layer { name, parts, trainable, whole } => {
                walk(parts, &path.join(name), learns && trainable, by_rows && !whole, visit);
            }
            Part::Nothing => {}
        }
    }
}
