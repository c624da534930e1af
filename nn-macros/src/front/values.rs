//! Arguments as values for the shape rule and as fields of the layer.

mod fields;
mod lists;

use crate::diagnostics::Diagnostics;
use crate::front::python;
use crate::graph::{Arg, Function, Term};
use crate::literal;
use crate::source::is_reserved;
use nn_core::Code;
use nn_core::settings::Allowed;
use nn_core::shape::{MAX_RANK, Shape};
use nn_core::spec::{ArgSpec, Default, Kind, Value, ValueSpec};
use quote::ToTokens;
use syn::{Expr, ExprCall};

/// An argument that is not given.
pub(crate) fn default(spec: &ArgSpec) -> Arg {
    Arg::default(match spec.default {
        Default::Is(value) => value,
        Default::Layer | Default::Required => Value::Absent,
    })
}

/// Reads an argument from its expression.
pub(crate) fn argument(spec: &ArgSpec, expr: &Expr, diagnostics: &mut Diagnostics) -> Option<Arg> {
    let written = diagnostics.source.expr(expr);
    let arg = |value: Option<Value>, field: Option<Term>| Arg {
        value,
        asked: None,
        field: field.filter(|_| spec.field),
        expr: Some(written),
        unchecked: false,
    };
    let known = |value| Arg { expr: Some(written), ..Arg::known(spec, value) };
    // If rustc evaluates the argument, the field has the same expression.
    let asked = |value| Arg { asked: Some(vec![written]), ..arg(value, Some(Term::Written(written))) };
    let function = |function| arg(Some(Value::Absent), Some(Term::Function(function)));
    Some(match spec.kind {
        Kind::Size => asked(size(spec.name, &format!("`{}`", spec.name), expr, diagnostics)?.map(Value::Size)),
        Kind::Sizes => {
            let elements = literal::sizes(expr).unwrap_or_else(|| vec![expr]);
            let shape = shape(spec.name, expr, &elements, diagnostics)?;
            let elements = elements.into_iter().map(|element| diagnostics.source.expr(element));
            Arg { asked: Some(elements.collect()), ..arg(shape.map(Value::Sizes), None) }
        }
        Kind::Int => match literal::integer(expr) {
            Some(n) => {
                let Ok(n) = i64::try_from(n) else {
                    diagnostics.error(Code::TooLarge, expr, format!("`{}` is too large: {n}", spec.name));
                    return None;
                };
                arg(Some(Value::Int(n)), Some(Term::Written(written)))
            }
            None if literal::is_literal(expr) || literal::list(expr).is_some() => {
                return wrong(spec.name, "a whole number", expr, diagnostics);
            }
            None => asked(None),
        },
        Kind::Axes if python::is_none(expr) => lists::whole(expr, &[], diagnostics),
        Kind::Ints | Kind::Axes => {
            let elements = literal::sizes(expr).unwrap_or_else(|| vec![expr]);
            if elements.len() > MAX_RANK {
                diagnostics.error(Code::TooManyAxes, expr, format!("`{}` has more than {MAX_RANK} numbers", spec.name));
                return None;
            }
            if let Some(bad) = elements.iter().find(|e| literal::integer(e).is_none() && literal::is_literal(e)) {
                return wrong(spec.name, "a whole number", bad, diagnostics);
            }
            lists::whole(expr, &elements, diagnostics)
        }
        Kind::Pairs => lists::pairs(spec, expr, diagnostics)?,
        Kind::Dims => lists::dims(spec, expr, diagnostics)?,
        Kind::Floats => lists::floats(spec, expr, diagnostics)?,
        Kind::Float => match literal::number(expr) {
            Some(x) if !in_range(spec.name, x, expr, diagnostics) => return None,
            Some(x) => known(Value::Float(x)),
            None if literal::is_literal(expr) => return wrong(spec.name, "a number", expr, diagnostics),
            // No shape depends on the value, so shapes stay known; rustc checks the value.
            None => Arg { unchecked: true, ..asked(Some(Value::Absent)) },
        },
        Kind::Flag => match literal::flag(expr) {
            Some(flag) => known(Value::Flag(flag)),
            None if literal::is_literal(expr) => return wrong(spec.name, "`true` or `false`", expr, diagnostics),
            None => asked(None),
        },
        Kind::Initializer => function(named(expr, &INITIALIZERS, diagnostics)?),
        Kind::Regularizer => function(named(expr, &REGULARIZERS, diagnostics)?),
        Kind::Activation(_) => function(named(expr, &ACTIVATIONS, diagnostics)?),
        Kind::Constraint => function(named(expr, &CONSTRAINTS, diagnostics)?),
        Kind::Choice(names) => {
            let text = expr.to_token_stream().to_string();
            let quoted = literal::string(expr);
            if let Some(index) = names.iter().position(|name| *name == text) {
                return Some(known(Value::Choice(index)));
            }
            let expected = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            if let Some(name) = quoted.filter(|name| names.contains(&name.as_str())) {
                diagnostics
                    .error(Code::Quotes, expr, format!("`{}` expects a name without quotes", spec.name))
                    .help(format!("write `{name}`"));
                return None;
            }
            let message = format!("`{}` expects one of {expected}, but got `{text}`", spec.name);
            let error = diagnostics.error(Code::NoChoice, expr, message);
            match literal::integer(expr).or_else(|| literal::list(expr).map(|_| 1)) {
                Some(0) if spec.name == "padding" => error.help("PyTorch's `padding = 0` is `padding = valid`"),
                Some(_) if spec.name == "padding" => error.help(
                    "PyTorch's `padding = 1` for a kernel of 3, and 2 for one of 5, is `padding = same` without strides",
                ),
                _ => error.did_you_mean(&text, names.iter().copied()),
            };
            return None;
        }
        // The resolver makes separate layers of these.
        Kind::ActivationAfter | Kind::ActivityAfter | Kind::Layer => default(spec),
    })
}

fn wrong<T>(name: &str, expected: &str, expr: &impl ToTokens, diagnostics: &mut Diagnostics) -> Option<T> {
    let text = expr.to_token_stream().to_string();
    let error = diagnostics.error(Code::ArgumentType, expr, format!("`{name}` expects {expected}, but got `{text}`"));
    let bare = text.trim_matches('"');
    if bare != text && (bare.parse::<f64>().is_ok() || matches!(bare, "true" | "false")) {
        error.help(format!("without quotes: `{bare}`"));
    }
    let whole = text.parse().is_ok_and(|x: f64| x.fract() == 0.0 && x.abs() < 1e9);
    if expected == "a whole number" && whole {
        error.help(format!("write `{}`", text.split('.').next().unwrap_or_default()));
    }
    if let ("a whole number", Some((a, b))) = (expected, text.split_once('x'))
        && [a, b].iter().all(|part| part.parse::<usize>().is_ok_and(|size| size > 0))
    {
        error.help(format!("several sizes are a list: `[{a}, {b}]`"));
    }
    if expected == "a number" && text.replace([' ', '_'], "").parse().is_ok_and(f64::is_infinite) {
        error.help("the largest number is about 1.8e308");
    }
    None
}

/// Whether a number in the graph is in its range; reports an error if not.
fn in_range(name: &str, value: f64, expr: &impl ToTokens, diagnostics: &mut Diagnostics) -> bool {
    let allowed = Allowed::in_graph(name);
    if allowed.has_in_graph(value) {
        return true;
    }
    let error = diagnostics.error(Code::OutOfRange, expr, format!("`{name}`: expected {allowed}, but got `{value:?}`"));
    if allowed.has(value) {
        error.note(if value.abs() < 1.0 { "as an `f32` it is 0" } else { "as an `f32` it is infinite" });
    }
    false
}

/// A dimension, called `what` in messages. The outer `None` means an error; the inner `None` leaves the value to rustc.
fn size(name: &str, what: &str, expr: &Expr, diagnostics: &mut Diagnostics) -> Option<Option<usize>> {
    match literal::integer(expr) {
        Some(n) if n <= 0 => {
            diagnostics.error(Code::NotPositive, expr, format!("{what} must be at least 1, but is {n}"));
            None
        }
        Some(n) => match usize::try_from(n) {
            Ok(n) if n <= u32::MAX as usize => Some(Some(n)),
            _ => {
                diagnostics.error(Code::TooLarge, expr, format!("`{name}` is too large: {n}"));
                None
            }
        },
        None if python::is_none(expr) || matches!(expr, Expr::Infer(_)) => {
            let written = expr.to_token_stream();
            diagnostics
                .error(Code::ArgumentType, expr, format!("{what} must be a number, but is `{written}`"))
                .help("shapes are known when the model is compiled, and the batch is not counted: write the length");
            None
        }
        None if literal::is_literal(expr) => wrong(name, "a whole number", expr, diagnostics),
        None => Some(None),
    }
}

/// Dimensions. The outer `None` means an error; the inner `None` leaves a value to rustc.
pub(crate) fn shape(
    name: &str,
    list: &impl ToTokens,
    elements: &[&Expr],
    diagnostics: &mut Diagnostics,
) -> Option<Option<Shape>> {
    if elements.len() > MAX_RANK {
        diagnostics.error(
            Code::TooManyAxes,
            list,
            format!("`{name}` has {} dimensions, but {MAX_RANK} are the most", elements.len()),
        );
        return None;
    }
    let what = format!("a dimension of `{name}`");
    let sizes: Vec<Option<Option<usize>>> = elements.iter().map(|e| size(name, &what, e, diagnostics)).collect();
    let sizes: Vec<Option<usize>> = sizes.into_iter().collect::<Option<_>>()?;
    let shape = sizes.into_iter().collect::<Option<Vec<usize>>>().map(|dims| Shape::new(&dims));
    match shape {
        Some(shape) if is_too_large(&shape) => {
            diagnostics.error(Code::TooLarge, list, format!("`{name}` has too many scalars: {shape}"));
            None
        }
        shape => Some(shape),
    }
}

/// Whether a sample would have more scalars than any memory. With this check, shape rules cannot overflow.
pub(crate) fn is_too_large(shape: &Shape) -> bool {
    shape.size() > u32::MAX as usize
}

/// A kind of named values.
pub(crate) struct Values {
    what: &'static str,
    /// Its name with its article.
    one: &'static str,
    unknown: Code,
    specs: &'static [ValueSpec],
}

impl Values {
    /// Whether this is the name of one.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.specs.iter().any(|spec| spec.names.contains(&name))
    }

    /// The name of the library's that a path ends with: `nn::activations::relu`.
    pub(crate) fn with_path(&self, path: &syn::Path) -> Option<String> {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let [module, .., name] = &segments[..] else { return None };
        let elsewhere = matches!(module.as_str(), "nn" | "keras" | "torch" | "tf");
        let is_type = name.starts_with(char::is_uppercase);
        let found = self.specs.iter().any(|spec| spec.names.contains(&name.as_str()));
        (elsewhere && !is_type && found).then(|| name.clone())
    }
}

/// So many names are listed in a message.
const FEW: usize = 8;

/// Functions between layers.
pub(crate) const ACTIVATIONS: Values = Values {
    what: "activation",
    one: "an activation",
    unknown: Code::UnknownActivation,
    specs: nn_core::activations::ACTIVATIONS,
};

/// Initial weights.
pub(crate) const INITIALIZERS: Values = Values {
    what: "initializer",
    one: "an initializer",
    unknown: Code::UnknownInitializer,
    specs: nn_core::initializers::INITIALIZERS,
};

/// Penalties.
pub(crate) const REGULARIZERS: Values = Values {
    what: "regularizer",
    one: "a regularizer",
    unknown: Code::UnknownRegularizer,
    specs: nn_core::regularizers::REGULARIZERS,
};

/// Bounds on weights.
pub(crate) const CONSTRAINTS: Values = Values {
    what: "constraint",
    one: "a constraint",
    unknown: Code::UnknownConstraint,
    specs: nn_core::constraints::CONSTRAINTS,
};

/// Resolves `he_normal`, `random_normal(stddev = 0.1)` or a path to a value of the user's own.
pub(crate) fn named(expr: &Expr, values: &Values, diagnostics: &mut Diagnostics) -> Option<Function> {
    let Values { what, one, unknown, specs } = *values;
    let (path, call) = match expr {
        Expr::Path(path) => (path, None),
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => (path, Some(call)),
            _ => return wrong(what, &format!("the name of {one}"), expr, diagnostics),
        },
        Expr::Group(inner) => return named(&inner.expr, values, diagnostics),
        Expr::Lit(_) if literal::string(expr).is_some() => {
            let text = literal::string(expr)?;
            let mut name = text.as_str();
            let all = specs.iter().flat_map(|spec| spec.names.iter().copied());
            let elsewhere = python::names::value(name, all.clone());
            if let Some(close) = elsewhere.or_else(|| crate::diagnostics::closest(name, all)) {
                name = close;
            }
            diagnostics
                .error(Code::Quotes, expr, format!("expected the name of {one} without quotes"))
                .help(format!("write `{name}`"));
            return None;
        }
        // A struct literal or any other expression is a value of the user's own.
        Expr::Struct(_) => return Some(Function::Own(diagnostics.source.expr(expr))),
        _ => {
            diagnostics.error(
                Code::ArgumentType,
                expr,
                format!("expected the name of {one}, but got `{}`", expr.to_token_stream()),
            );
            return None;
        }
    };
    let Some(ident) = path.path.get_ident() else {
        if let Some(name) = values.with_path(&path.path) {
            diagnostics
                .error(unknown, path, format!("`{name}` is named with a path here"))
                .help(format!("write `{name}`: the names of the library have no path"));
            return None;
        }
        return Some(Function::Own(diagnostics.source.expr(expr)));
    };
    let name = ident.to_string();
    let Some(spec) = specs.iter().find(|spec| spec.names.contains(&name.as_str())) else {
        let all = specs.iter().flat_map(|spec| spec.names.iter().copied());
        let elsewhere = python::names::value(&name, all.clone());
        let close = elsewhere.or_else(|| crate::diagnostics::closest(&name, all.clone()));
        let own = name.starts_with(char::is_uppercase) && close.is_none();
        if own {
            return Some(Function::Own(diagnostics.source.expr(expr)));
        }
        let error = diagnostics.error(unknown, ident, format!("unknown {what} `{name}`"));
        if let Some(close) = close {
            error.help(format!("did you mean `{close}`?"));
        }
        for other in [ACTIVATIONS, INITIALIZERS, REGULARIZERS, CONSTRAINTS] {
            if other.specs.iter().any(|spec| spec.names.contains(&name.as_str())) {
                error.note(format!("`{name}` is {}", other.one));
            }
        }
        if specs.len() <= FEW {
            let names: Vec<String> = specs.iter().map(|spec| format!("`{}`", spec.names[0])).collect();
            error.note(format!("there are {}", names.join(", ")));
        }
        error.note(format!("{one} of your own is written with its path, `self::{name}`"));
        return None;
    };
    let mut fields: Vec<Term> = spec.fields.iter().map(fields::default).collect();
    for (position, (keyword, value)) in call.map(arguments).unwrap_or_default().into_iter().enumerate() {
        let index = match &keyword {
            Some(keyword) => spec.fields.iter().position(|(field, _)| keyword == field),
            None => Some(position).filter(|&p| p < spec.fields.len()),
        };
        let Some(index) = index else {
            let names: Vec<_> = spec.fields.iter().map(|(field, _)| *field).collect();
            match &keyword {
                Some(keyword) => diagnostics
                    .error(Code::UnknownArgument, keyword, format!("`{name}` has no argument `{keyword}`"))
                    .did_you_mean(&keyword.to_string(), names.iter().copied()),
                None => diagnostics.error(
                    Code::TooManyArguments,
                    &value,
                    format!("`{name}` takes {} arguments", names.len()),
                ),
            };
            return None;
        };
        fields[index] = fields::field(spec, spec.fields[index].0, &value, diagnostics)?;
    }
    let at = diagnostics.source.span(ident.span());
    Some(Function::Library { spec, fields, at })
}

/// The arguments of a call, each with its keyword if it has one.
pub(crate) fn arguments(call: &ExprCall) -> Vec<(Option<syn::Ident>, Expr)> {
    call.args
        .iter()
        .map(|arg| match arg {
            Expr::Assign(assign) => match &*assign.left {
                Expr::Path(path) if path.path.get_ident().is_some_and(|word| !is_reserved(&word.to_string())) => {
                    (path.path.get_ident().cloned(), (*assign.right).clone())
                }
                _ => (None, arg.clone()),
            },
            _ => (None, arg.clone()),
        })
        .collect()
}

/// Whether this is the name of an activation that returns its input.
pub(crate) fn is_identity(value: &Expr) -> bool {
    let word = value.to_token_stream().to_string();
    nn_core::activations::ACTIVATIONS.iter().any(|spec| spec.identity && spec.names.contains(&word.as_str()))
}
