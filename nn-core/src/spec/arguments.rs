//! The arguments of a layer: what they accept, and their values as a shape rule sees them.

use super::Inferred;
use crate::spec::shape::Shape;

/// An argument of a layer.
#[derive(Clone, Copy)]
pub struct ArgSpec {
    /// Keras's name: `use_bias`.
    pub name: &'static str,
    /// What is accepted.
    pub kind: Kind,
    /// What holds if it is not given.
    pub default: Default,
    /// Whether it is a field of the layer's struct (a number used when the model runs) rather than only read by the
    /// shape rule.
    pub field: bool,
}

/// What an argument accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A dimension: a positive const expression.
    Size,
    /// A dimension, or a list of them.
    Sizes,
    /// A whole number, for example an axis.
    Int,
    /// A whole number, or a list of them.
    Ints,
    /// A number.
    Float,
    /// `true` or `false`.
    Flag,
    /// An activation that follows the layer: `Dense(64, activation = relu)` is `Dense(64)` followed by
    /// `Activation(relu)`.
    ActivationAfter,
    /// An initializer.
    Initializer,
    /// A regularizer.
    Regularizer,
    /// A constraint.
    Constraint,
    /// A penalty on the output of the layer and its activation: an `ActivityRegularization` that follows them.
    ActivityAfter,
    /// An activation inside of the layer: a field of it, whose type is a type argument of the layer, after its
    /// constants. The name is that of the default's type.
    Activation(&'static str),
    /// One of some names; the shape rule sees its index.
    Choice(&'static [&'static str]),
    /// A layer, which this one is wrapped around: the first type argument.
    Layer,
}

/// The default of an argument.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(clippy::large_enum_variant)] // Made when a model compiles, without a heap.
pub enum Default {
    /// It must be given.
    Required,
    /// This value.
    Is(Value),
    /// What the layer's own `DEFAULT` says; the shape rule sees [`Value::Absent`].
    Layer,
}

/// The value of an argument, as a shape rule sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(clippy::large_enum_variant)] // Made when a model compiles, without a heap.
pub enum Value {
    /// A dimension.
    Size(usize),
    /// Dimensions.
    Sizes(Shape),
    /// A whole number.
    Int(i64),
    /// Whole numbers (at most [`MAX_RANK`](crate::spec::shape::MAX_RANK)), with their count.
    Ints([i64; crate::spec::shape::MAX_RANK], usize),
    /// `true` or `false`.
    Flag(bool),
    /// A number.
    Float(f64),
    /// Which of the names of a [`Kind::Choice`].
    Choice(usize),
    /// What the shape rule of the layer inside found.
    Layer(Inferred),
    /// Not given, or nothing that a shape depends on.
    Absent,
}

impl Value {
    /// The dimension.
    ///
    /// # Panics
    /// If it is of another kind; the macro has checked that.
    pub const fn as_size(&self) -> usize {
        match self {
            Value::Size(n) => *n,
            _ => panic!("a dimension was expected"),
        }
    }

    /// The dimensions.
    ///
    /// # Panics
    /// If it is of another kind; the macro has checked that.
    pub const fn as_sizes(&self) -> Shape {
        match self {
            Value::Sizes(shape) => *shape,
            Value::Size(n) => Shape::new(&[*n]),
            _ => panic!("dimensions were expected"),
        }
    }

    /// The whole number.
    ///
    /// # Panics
    /// If it is of another kind; the macro has checked that.
    pub const fn as_int(&self) -> i64 {
        match self {
            Value::Int(n) => *n,
            _ => panic!("a whole number was expected"),
        }
    }

    /// The flag.
    ///
    /// # Panics
    /// If it is of another kind; the macro has checked that.
    pub const fn as_flag(&self) -> bool {
        match self {
            Value::Flag(flag) => *flag,
            _ => panic!("`true` or `false` was expected"),
        }
    }

    /// The index of the name.
    ///
    /// # Panics
    /// If it is of another kind; the macro has checked that.
    pub const fn as_choice(&self) -> usize {
        match self {
            Value::Choice(index) => *index,
            _ => panic!("a name was expected"),
        }
    }

    /// What the layer inside gives.
    ///
    /// # Panics
    /// If it is of another kind; the macro has checked that.
    pub const fn as_layer(&self) -> Inferred {
        match self {
            Value::Layer(inferred) => *inferred,
            _ => panic!("a layer was expected"),
        }
    }

    /// The dimension, if there is one.
    pub const fn as_optional_size(&self) -> Option<usize> {
        match self {
            Value::Size(n) => Some(*n),
            _ => None,
        }
    }

    /// Whole numbers.
    ///
    /// # Panics
    /// If there are more than [`MAX_RANK`](crate::spec::shape::MAX_RANK).
    pub const fn ints(numbers: &[i64]) -> Self {
        let (mut all, mut i) = ([0; crate::spec::shape::MAX_RANK], 0);
        while i < numbers.len() {
            all[i] = numbers[i];
            i += 1;
        }
        Value::Ints(all, numbers.len())
    }

    /// The whole numbers.
    ///
    /// # Panics
    /// If it is of another kind; the macro has checked that.
    pub const fn as_ints(&self) -> &[i64] {
        match self {
            Value::Ints(numbers, count) => numbers.split_at(*count).0,
            _ => panic!("whole numbers were expected"),
        }
    }

    /// The number, if it is known.
    pub const fn as_float(&self) -> Option<f64> {
        match self {
            Value::Float(x) => Some(*x),
            _ => None,
        }
    }
}

impl ArgSpec {
    /// An argument without a default of the rule's. Dimensions, whole numbers, numbers and layers must be given; of the
    /// others, a layer has its own default, or none.
    pub const fn new(name: &'static str, kind: Kind, field: bool) -> Self {
        let default = match kind {
            Kind::Size | Kind::Sizes | Kind::Int | Kind::Ints | Kind::Float | Kind::Flag | Kind::Layer => {
                Default::Required
            }
            _ => Default::Layer,
        };
        ArgSpec { name, kind, default, field }
    }
}
