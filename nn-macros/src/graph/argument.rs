//! Arguments of a layer: values, without the tokens that they are printed as.

use crate::source::{ExprId, Name, SpanId};
use nn_core::spec::{ArgSpec, Kind, Value, ValueSpec};

/// An argument of a layer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Arg {
    /// For the shape rule: its value, if it is known here. [`Value::Absent`] if no shape depends on it.
    pub(crate) value: Option<Value>,
    /// For the shape rule in a `const`: the number, or each number of a list, as it was written. `None` if `value` says
    /// it all.
    pub(crate) asked: Option<Vec<ExprId>>,
    /// For the field of the layer: its value, if it was given.
    pub(crate) field: Option<Term>,
    /// The whole argument, if it was written.
    pub(crate) expr: Option<ExprId>,
    /// Whether its value is one that shapes do not depend on and that only rustc can check.
    pub(crate) unchecked: bool,
}

impl Arg {
    /// An argument that is not given, which shape rules see as this value.
    pub(crate) fn default(value: Value) -> Self {
        Arg { value: Some(value), asked: None, field: None, expr: None, unchecked: false }
    }

    /// An argument that shape rules see as what this expression is.
    pub(crate) fn asked(expr: ExprId) -> Self {
        Arg { value: None, asked: Some(vec![expr]), field: None, expr: None, unchecked: false }
    }

    /// An argument with a value that is known.
    pub(crate) fn known(spec: &ArgSpec, value: Value) -> Self {
        let field = match value {
            Value::Float(x) => Some(Term::Number(x)),
            Value::Flag(flag) => Some(Term::Flag(flag)),
            Value::Choice(index) => Some(Term::Choice(index)),
            _ => None,
        };
        Arg { field: field.filter(|_| spec.field), ..Arg::default(value) }
    }

    /// The activation inside of the layer, of an argument of this kind.
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
    /// Which of the names of a [`Kind::Choice`].
    Choice(usize),
    /// An expression of the user's.
    Written(ExprId),
    Function(Function),
}

impl Term {
    /// The expression of the user's that it is.
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
    /// One of the library's, with the values of all its fields. Its name stands at `at`.
    Library { spec: &'static ValueSpec, fields: Vec<Term>, at: SpanId },
    /// One of the user's own.
    Own(ExprId),
}

impl Function {
    /// The name of the type of one of the library's.
    pub(crate) fn name(&self) -> Option<&'static str> {
        self.spec()?.path.rsplit("::").next()
    }

    /// Whether it is one of the library's that gives its input.
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

/// An argument of a layer of a user's own, as it was written. Only rustc sees the declaration of the layer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Given {
    pub(crate) keyword: Option<Name>,
    pub(crate) expr: ExprId,
    pub(crate) value: Said,
}

/// The value of an argument, as far as its tokens say what it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Said {
    Int(i64),
    Number(f64),
    Flag(bool),
    /// A string, or a single name in lower case: one of the names of a choice.
    Word(String),
    List(Vec<ExprId>),
    /// The value of a keyword that ends in `initializer`, `regularizer` or `constraint`.
    Function(Function),
    /// A layer that follows.
    After,
    /// `None`
    Nothing,
    /// An expression of literals that gives a whole number.
    Whole,
    /// An expression of literals that gives a fraction.
    Fraction,
    /// An expression whose type only rustc knows.
    Expression,
}

impl Given {
    /// The initializer, regularizer or constraint that it is.
    pub(crate) fn function(&self) -> Option<&Function> {
        match &self.value {
            Said::Function(function) => Some(function),
            _ => None,
        }
    }
}
