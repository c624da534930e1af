//! Arguments of a layer as values, without tokens.

use crate::source::{ExprId, Name, SpanId};
use nn_core::spec::{ArgSpec, Kind, Value, ValueSpec};

/// An argument of a layer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arg {
    /// For the shape rule: the value, if it is known here; [`Value::Absent`] if no shape depends on it.
    pub(crate) value: Option<Value>,
    /// For the shape rule in a `const`: the expression of the number, or of each number in a list. `None` if `value`
    /// suffices.
    pub(crate) asked: Option<Vec<ExprId>>,
    /// For the field of the layer: the value, if given.
    pub(crate) field: Option<Term>,
    /// The whole argument, if given.
    pub(crate) expr: Option<ExprId>,
    /// Whether only rustc can check the value, and no shape depends on it.
    pub(crate) unchecked: bool,
}

impl Arg {
    /// An argument that is not given, with its value for shape rules.
    pub(crate) fn default(value: Value) -> Self {
        Arg { value: Some(value), asked: None, field: None, expr: None, unchecked: false }
    }

    /// An argument whose value for shape rules is this expression.
    pub(crate) fn asked(expr: ExprId) -> Self {
        Arg { value: None, asked: Some(vec![expr]), field: None, expr: None, unchecked: false }
    }

    /// An argument with a known value.
    pub(crate) fn known(spec: &ArgSpec, value: Value) -> Self {
        let field = match value {
            Value::Float(x) => Some(Term::Number(x)),
            Value::Flag(flag) => Some(Term::Flag(flag)),
            Value::Choice(index) => Some(Term::Choice(index)),
            _ => None,
        };
        Arg { field: field.filter(|_| spec.field), ..Arg::default(value) }
    }

    /// The axes that the argument names, if they are known.
    pub(crate) fn axes(&self) -> Option<&[i64]> {
        match &self.value {
            Some(Value::Int(axis)) => Some(std::slice::from_ref(axis)),
            Some(Value::Ints(axes, count)) => axes.get(..*count),
            _ => None,
        }
    }

    /// Whether all numbers of the argument are known to be 0. The default of a list that is not optional is 0.
    pub(crate) fn is_zero(&self) -> bool {
        match (&self.field, &self.value) {
            (Some(Term::List(terms)), _) => terms.iter().all(|term| matches!(term, Term::Number(x) if *x == 0.0)),
            (None, value) => matches!(value, Some(Value::Floats(_))),
            _ => false,
        }
    }

    /// The activation inside the layer, if the argument is of this kind.
    pub(crate) fn activation(&self, kind: Kind) -> Option<&Function> {
        match (kind, &self.field) {
            (Kind::Activation(_), Some(Term::Function(function))) => Some(function),
            _ => None,
        }
    }
}

/// The value of a field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Term {
    Number(f64),
    Flag(bool),
    /// The index of a name in a [`Kind::Choice`].
    Choice(usize),
    /// The user's expression.
    Written(ExprId),
    /// Numbers: a slice.
    List(Vec<Term>),
    /// The user's expression, a number or a list of numbers: a slice.
    Slice(ExprId),
    Function(Function),
}

impl Term {
    /// The user's expression, if it is one.
    pub(crate) fn written(&self) -> Option<ExprId> {
        match self {
            Term::Written(expr) => Some(*expr),
            _ => None,
        }
    }
}

/// An activation, initializer, regularizer or constraint.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Function {
    /// One of the library's, with the values of all its fields. `at` is the place of its name.
    Library { spec: &'static ValueSpec, fields: Vec<Term>, at: SpanId },
    /// One of the user's own.
    Own(ExprId),
}

impl Function {
    /// The name of its type, if it is one of the library's.
    pub(crate) fn name(&self) -> Option<&'static str> {
        self.spec()?.path.rsplit("::").next()
    }

    /// Whether it is one of the library's and returns its input.
    pub(crate) fn is_identity(&self) -> bool {
        self.spec().is_some_and(|spec| spec.identity)
    }

    pub(crate) fn spec(&self) -> Option<&'static ValueSpec> {
        match self {
            Function::Library { spec, .. } => Some(spec),
            Function::Own(_) => None,
        }
    }
}

/// An argument of a user's own layer, as written. Only rustc sees the declaration of the layer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Given {
    pub(crate) keyword: Option<Name>,
    pub(crate) expr: ExprId,
    pub(crate) value: Said,
}

/// The value of an argument, if its tokens determine it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Said {
    Int(i64),
    Number(f64),
    Flag(bool),
    /// A string, or a single name in lower case, for an argument with named choices.
    Word(String),
    List(Vec<ExprId>),
    /// The value of a keyword that ends in `initializer`, `regularizer` or `constraint`.
    Function(Function),
    /// A layer that follows this one.
    After,
    /// `None`
    Nothing,
    /// An expression of literals with a whole number as its value.
    Whole,
    /// An expression of literals with a fraction as its value.
    Fraction,
    /// An expression whose type only rustc knows.
    Expression,
}

impl Given {
    /// Its initializer, regularizer or constraint.
    pub(crate) fn function(&self) -> Option<&Function> {
        match &self.value {
            Said::Function(function) => Some(function),
            _ => None,
        }
    }
}

/// A number that only rustc can check.
pub(crate) struct Unchecked {
    /// The name of its argument.
    pub(crate) name: &'static str,
    pub(crate) expr: ExprId,
    /// Whether it may be a list.
    pub(crate) slice: bool,
}
