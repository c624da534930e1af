//! The arguments of a layer: the accepted values, and the values that a shape rule sees.

use super::Inferred;
use crate::spec::shape::Shape;

/// An argument of a layer.
#[derive(Clone, Copy)]
pub struct ArgSpec {
    /// Keras's name: `use_bias`.
    pub name: &'static str,
    /// The accepted values.
    pub kind: Kind,
    /// The default value.
    pub default: Default,
    /// Whether it is a field of the layer's struct, for the run time. Otherwise only the shape rule reads it.
    pub field: bool,
}

/// The values that an argument accepts.
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
    /// A whole number, a list of them, or `None` for an empty list.
    Axes,
    /// A whole number; or a list of them, one for each axis; or a list of pairs, for both ends of each axis. The shape
    /// rule sees 1 number, as many as axes, or twice as many.
    Pairs,
    /// A list of dimensions, the batch included. `None` stands for the length of an axis; the shape rule sees 0.
    Dims,
    /// A number.
    Float,
    /// A number, or a list of numbers. The field is a slice. The shape rule sees the length, or 0 if only rustc knows
    /// it.
    Floats,
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
    /// A penalty on the output of the layer and its activation: an `ActivityRegularization` behind them.
    ActivityAfter,
    /// An activation inside the layer: a field whose type is a type argument of the layer, after its constants. The
    /// name is the type of the default.
    Activation(&'static str),
    /// One of several names; the shape rule sees the index.
    Choice(&'static [&'static str]),
    /// A layer around which this one is wrapped: the first type argument.
    Layer,
}

/// The default of an argument.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(clippy::large_enum_variant)] // Made when a model compiles, without a heap.
pub enum Default {
    /// The argument must be given.
    Required,
    /// A value.
    Is(Value),
    /// The value in the layer's own `DEFAULT`; the shape rule sees [`Value::Absent`].
    Layer,
}

/// The value of an argument in a shape rule.
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
    /// Numbers, as their count; 0 if the count is not known yet.
    Floats(usize),
    /// The index in the names of a [`Kind::Choice`].
    Choice(usize),
    /// The result of the inner layer's shape rule.
    Layer(Inferred),
    /// Not given, or without influence on shapes.
    Absent,
}

impl Value {
    /// Returns the dimension.
    ///
    /// # Panics
    /// If the value is of another kind; the macro has checked that.
    pub const fn as_size(&self) -> usize {
        match self {
            Value::Size(n) => *n,
            _ => panic!("a dimension was expected"),
        }
    }

    /// Returns the dimensions.
    ///
    /// # Panics
    /// If the value is of another kind; the macro has checked that.
    pub const fn as_sizes(&self) -> Shape {
        match self {
            Value::Sizes(shape) => *shape,
            Value::Size(n) => Shape::new(&[*n]),
            _ => panic!("dimensions were expected"),
        }
    }

    /// Returns the whole number.
    ///
    /// # Panics
    /// If the value is of another kind; the macro has checked that.
    pub const fn as_int(&self) -> i64 {
        match self {
            Value::Int(n) => *n,
            _ => panic!("a whole number was expected"),
        }
    }

    /// Returns the flag.
    ///
    /// # Panics
    /// If the value is of another kind; the macro has checked that.
    pub const fn as_flag(&self) -> bool {
        match self {
            Value::Flag(flag) => *flag,
            _ => panic!("`true` or `false` was expected"),
        }
    }

    /// Returns the index of the name.
    ///
    /// # Panics
    /// If the value is of another kind; the macro has checked that.
    pub const fn as_choice(&self) -> usize {
        match self {
            Value::Choice(index) => *index,
            _ => panic!("a name was expected"),
        }
    }

    /// Returns the result of the inner layer's shape rule.
    ///
    /// # Panics
    /// If the value is of another kind; the macro has checked that.
    pub const fn as_layer(&self) -> Inferred {
        match self {
            Value::Layer(inferred) => *inferred,
            _ => panic!("a layer was expected"),
        }
    }

    /// Returns the dimension, if there is one.
    pub const fn as_optional_size(&self) -> Option<usize> {
        match self {
            Value::Size(n) => Some(*n),
            _ => None,
        }
    }

    /// Returns the dimensions, if there are any.
    pub const fn as_optional_sizes(&self) -> Option<Shape> {
        match self {
            Value::Sizes(_) | Value::Size(_) => Some(self.as_sizes()),
            _ => None,
        }
    }

    /// Returns the whole numbers, if there are any.
    pub const fn as_optional_ints(&self) -> Option<&[i64]> {
        match self {
            Value::Ints(..) => Some(self.as_ints()),
            _ => None,
        }
    }

    /// Creates a list of whole numbers.
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

    /// Returns the whole numbers.
    ///
    /// # Panics
    /// If the value is of another kind; the macro has checked that.
    pub const fn as_ints(&self) -> &[i64] {
        match self {
            Value::Ints(numbers, count) => numbers.split_at(*count).0,
            _ => panic!("whole numbers were expected"),
        }
    }

    /// Returns the count of the numbers, if they are given; 0 if the count is not known yet.
    pub const fn as_floats(&self) -> Option<usize> {
        match self {
            Value::Floats(count) => Some(*count),
            _ => None,
        }
    }

    /// Returns the number, if it is known.
    pub const fn as_float(&self) -> Option<f64> {
        match self {
            Value::Float(x) => Some(*x),
            _ => None,
        }
    }
}

impl ArgSpec {
    /// Creates an argument without a default of the shape rule. Dimensions, whole numbers, numbers and layers must be
    /// given. For other kinds, the layer has its own default, or no value.
    pub const fn new(name: &'static str, kind: Kind, field: bool) -> Self {
        let default = match kind {
            Kind::Size
            | Kind::Sizes
            | Kind::Int
            | Kind::Ints
            | Kind::Axes
            | Kind::Pairs
            | Kind::Dims
            | Kind::Float
            | Kind::Floats
            | Kind::Flag
            | Kind::Layer => Default::Required,
            _ => Default::Layer,
        };
        ArgSpec { name, kind, default, field }
    }
}
