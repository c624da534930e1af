//! Arguments: what was written for them, as a value for the shape rule and as a field of the layer.

use crate::diagnostics::Diagnostics;
use crate::graph::Arg;
use crate::literal;
use crate::parse::is_reserved;
use crate::python;
use nn_core::Code;
use nn_core::settings::Allowed;
use nn_core::shape::{MAX_RANK, Shape};
use nn_core::spec::{ArgSpec, Default, Kind, Value, ValueSpec};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Expr, ExprCall};

/// The argument as it is when it is not given.
pub(crate) fn default(spec: &ArgSpec) -> Arg {
    let value = match spec.default {
        Default::Is(value) => value,
        Default::Layer | Default::Required => Value::Absent,
    };
    Arg {
        value: Some(value),
        value_tokens: tokens(value),
        field: None,
        expr: None,
        unchecked: false,
        numbers: Vec::new(),
        activation: None,
    }
}

/// The argument from what was written for it.
pub(crate) fn argument(spec: &ArgSpec, expr: &Expr, diagnostics: &mut Diagnostics) -> Option<Arg> {
    let arg = |value: Option<Value>, value_tokens: TokenStream, field: Option<TokenStream>| {
        Some(Arg {
            value,
            value_tokens,
            field: field.filter(|_| spec.field),
            expr: Some(expr.clone()),
            unchecked: false,
            numbers: Vec::new(),
            activation: None,
        })
    };
    match spec.kind {
        Kind::Size => {
            let size = size(spec.name, &format!("`{}`", spec.name), expr, diagnostics)?;
            let asked = dimension(&format!("`{}`", spec.name), expr);
            arg(size.map(Value::Size), quote!(::nn::spec::Value::Size(#asked)), Some(quote!(#expr)))
        }
        Kind::Sizes => {
            let elements = literal::list(expr).unwrap_or_else(|| vec![expr]);
            let shape = shape(spec.name, expr, &elements, diagnostics)?;
            let what = format!("a dimension of `{}`", spec.name);
            let asked = elements.iter().map(|element| dimension(&what, element));
            let tokens = quote!(::nn::spec::Value::Sizes(::nn::Shape::new(&[#(#asked),*])));
            arg(shape.map(Value::Sizes), tokens, None)
        }
        Kind::Int => match literal::integer(expr) {
            Some(n) => {
                let n = i64::try_from(n).ok()?;
                arg(Some(Value::Int(n)), tokens(Value::Int(n)), Some(quote!(#expr)))
            }
            None if literal::is_literal(expr) || literal::list(expr).is_some() => {
                wrong(spec.name, "a whole number", expr, diagnostics)
            }
            // Constants of dimensions are `usize`.
            None => arg(None, quote!(::nn::spec::Value::Int((#expr) as i64)), Some(quote!(#expr))),
        },
        Kind::Ints => {
            let elements = literal::list(expr).unwrap_or_else(|| vec![expr]);
            if elements.len() > MAX_RANK {
                diagnostics.error(Code::TooManyAxes, expr, format!("`{}` has more than {MAX_RANK} numbers", spec.name));
                return None;
            }
            if let Some(bad) = elements.iter().find(|e| literal::integer(e).is_none() && literal::is_literal(e)) {
                return wrong(spec.name, "a whole number", bad, diagnostics);
            }
            let known: Option<Vec<i64>> =
                elements.iter().map(|e| literal::integer(e).and_then(|n| i64::try_from(n).ok())).collect();
            let count = elements.len();
            let zeros = (count..MAX_RANK).map(|_| quote!(0));
            let elements = elements.iter().map(|element| match literal::integer(element) {
                Some(_) => quote!(#element),
                None => quote!((#element) as i64),
            });
            let tokens = quote!(::nn::spec::Value::Ints([#(#elements,)* #(#zeros),*], #count));
            let value = known.map(|known| {
                let mut all = [0; MAX_RANK];
                all[..count].copy_from_slice(&known);
                Value::Ints(all, count)
            });
            arg(value, tokens, None)
        }
        Kind::Float => match literal::number(expr) {
            Some(x) if !in_range(spec.name, x, expr, diagnostics) => None,
            Some(x) => arg(Some(Value::Float(x)), tokens(Value::Float(x)), Some(quote!(#x))),
            None if literal::is_literal(expr) => wrong(spec.name, "a number", expr, diagnostics),
            // Shapes do not depend on it, so they stay known; the value itself is checked by rustc.
            None => Some(Arg {
                unchecked: true,
                numbers: vec![checked(spec.name, expr)],
                ..arg(Some(Value::Absent), quote!(::nn::spec::Value::Float(#expr)), Some(quote!(#expr)))?
            }),
        },
        Kind::Flag => match literal::flag(expr) {
            Some(flag) => arg(Some(Value::Flag(flag)), tokens(Value::Flag(flag)), Some(quote!(#flag))),
            None if literal::is_literal(expr) => wrong(spec.name, "`true` or `false`", expr, diagnostics),
            None => arg(None, quote!(::nn::spec::Value::Flag(#expr)), Some(quote!(#expr))),
        },
        Kind::Initializer => {
            let value = named(expr, &INITIALIZERS, diagnostics)?;
            let arg = arg(Some(Value::Absent), tokens(Value::Absent), Some(value.tokens))?;
            Some(Arg { numbers: value.numbers, ..arg })
        }
        Kind::Regularizer => {
            let value = named(expr, &REGULARIZERS, diagnostics)?;
            let arg = arg(Some(Value::Absent), tokens(Value::Absent), Some(value.tokens))?;
            Some(Arg { numbers: value.numbers, ..arg })
        }
        Kind::Activation(_) => {
            let value = named(expr, &ACTIVATIONS, diagnostics)?;
            Some(Arg {
                activation: Some(value.clone()),
                numbers: value.numbers,
                ..arg(Some(Value::Absent), tokens(Value::Absent), Some(value.tokens))?
            })
        }
        Kind::Constraint => {
            let value = named(expr, &CONSTRAINTS, diagnostics)?;
            let arg = arg(Some(Value::Absent), tokens(Value::Absent), Some(value.tokens))?;
            Some(Arg { numbers: value.numbers, ..arg })
        }
        Kind::Choice(names) => {
            let text = expr.to_token_stream().to_string();
            let quoted = literal::string(expr);
            if let Some(index) = names.iter().position(|name| *name == text) {
                return arg(Some(Value::Choice(index)), tokens(Value::Choice(index)), Some(quote!(#index)));
            }
            let expected = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            if let Some(name) = quoted.filter(|name| names.contains(&name.as_str())) {
                diagnostics
                    .error(Code::Quotes, expr, format!("`{}` expects a name without quotes", spec.name))
                    .help(format!("write `{name}`"));
                return None;
            }
            let message = format!("`{}` expects one of {expected}, but got `{text}`", spec.name);
            diagnostics.error(Code::NoChoice, expr, message).did_you_mean(&text, names.iter().copied());
            None
        }
        // The resolver makes layers of their own of these.
        Kind::ActivationAfter | Kind::ActivityAfter | Kind::Layer => Some(default(spec)),
    }
}

fn wrong<T>(name: &str, expected: &str, expr: &impl ToTokens, diagnostics: &mut Diagnostics) -> Option<T> {
    let text = expr.to_token_stream().to_string();
    let error = diagnostics.error(Code::ArgumentType, expr, format!("`{name}` expects {expected}, but got `{text}`"));
    let bare = text.trim_matches('"');
    if bare != text && (bare.parse::<f64>().is_ok() || matches!(bare, "true" | "false")) {
        error.help(format!("without quotes: `{bare}`"));
    }
    None
}

/// Whether a number that is written in the graph makes sense; an error if not.
fn in_range(name: &str, value: f64, expr: &impl ToTokens, diagnostics: &mut Diagnostics) -> bool {
    let allowed = Allowed::in_graph(name);
    if allowed.has_in_graph(value) {
        return true;
    }
    let error = diagnostics.error(Code::OutOfRange, expr, format!("`{name}`: expected {allowed}, but got `{value:?}`"));
    if allowed.has(value) {
        error.note("as an `f32` it is infinite");
    }
    false
}

/// A number that rustc evaluates, and refuses if it makes no sense.
fn checked(name: &str, expr: &Expr) -> TokenStream {
    crate::infer::asked(expr, &quote!(::nn::settings::number), &quote!(#name, #expr))
}

/// A dimension that rustc evaluates, and refuses if it is 0.
pub(crate) fn dimension(what: &str, expr: &Expr) -> TokenStream {
    match literal::integer(expr) {
        Some(_) => quote!(#expr),
        None => crate::infer::asked(expr, &quote!(::nn::spec::dimension), &quote!(#what, #expr)),
    }
}

/// A dimension, which messages call `what`: outer `None` after an error, inner `None` if rustc has to find its value.
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
        None if python::is_none(expr) => {
            diagnostics
                .error(Code::ArgumentType, expr, format!("{what} must be a number, but is `None`"))
                .help("shapes are known when the model is compiled, and the batch is not counted: write the length");
            None
        }
        None if literal::is_literal(expr) => wrong(name, "a whole number", expr, diagnostics),
        None => Some(None),
    }
}

/// Dimensions: outer `None` after an error, inner `None` if rustc has to find a value.
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

/// Whether a sample would hold more scalars than any memory. Shape rules need not think of overflow then.
pub(crate) fn is_too_large(shape: &Shape) -> bool {
    shape.size() > u32::MAX as usize
}

/// An expression of type `Value`.
pub(crate) fn tokens(value: Value) -> TokenStream {
    match value {
        Value::Size(n) => quote!(::nn::spec::Value::Size(#n)),
        Value::Sizes(shape) => {
            let dims = shape.dims();
            quote!(::nn::spec::Value::Sizes(::nn::Shape::new(&[#(#dims),*])))
        }
        Value::Int(n) => quote!(::nn::spec::Value::Int(#n)),
        Value::Ints(all, count) => quote!(::nn::spec::Value::Ints([#(#all),*], #count)),
        Value::Flag(flag) => quote!(::nn::spec::Value::Flag(#flag)),
        Value::Float(x) if x.is_finite() => quote!(::nn::spec::Value::Float(#x)),
        Value::Choice(index) => quote!(::nn::spec::Value::Choice(#index)),
        // The layer inside has a constant of its own, which stands in the rule.
        Value::Float(_) | Value::Layer(_) | Value::Absent => quote!(::nn::spec::Value::Absent),
    }
}

/// An activation, initializer or regularizer.
#[derive(Clone)]
pub(crate) struct Named {
    /// An expression of its value, with full paths.
    pub(crate) tokens: TokenStream,
    /// For one of the library's: the last segment of its path, and the expression without what is before it.
    pub(crate) short: Option<(syn::Ident, TokenStream)>,
    /// For one of the library's: its fields with their values.
    pub(crate) fields: Vec<(&'static str, TokenStream)>,
    /// Numbers in it that rustc has to check.
    pub(crate) numbers: Vec<TokenStream>,
}

impl Named {
    /// A value of the user's own.
    fn own(expr: &Expr) -> Self {
        Named { tokens: quote!(#expr), short: None, fields: Vec::new(), numbers: Vec::new() }
    }
}

/// A kind of named values.
pub(crate) struct Values {
    what: &'static str,
    /// What it is with its article.
    one: &'static str,
    unknown: Code,
    specs: &'static [ValueSpec],
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

const INITIALIZERS: Values = Values {
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

const CONSTRAINTS: Values = Values {
    what: "constraint",
    one: "a constraint",
    unknown: Code::UnknownConstraint,
    specs: nn_core::constraints::CONSTRAINTS,
};

/// Resolves `he_normal`, `random_normal(stddev = 0.1)` or a path to a value of the user's own.
pub(crate) fn named(expr: &Expr, values: &Values, diagnostics: &mut Diagnostics) -> Option<Named> {
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
            if let Some(close) = crate::diagnostics::closest(name, all) {
                name = close;
            }
            diagnostics
                .error(Code::Quotes, expr, format!("expected the name of {one} without quotes"))
                .help(format!("write `{name}`"));
            return None;
        }
        // A struct literal or any other expression is a value of the user's own.
        Expr::Struct(_) => return Some(Named::own(expr)),
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
        return Some(Named::own(expr));
    };
    let name = ident.to_string();
    let Some(spec) = specs.iter().find(|spec| spec.names.contains(&name.as_str())) else {
        let all = specs.iter().flat_map(|spec| spec.names.iter().copied());
        let own = name.starts_with(char::is_uppercase) && crate::diagnostics::closest(&name, all.clone()).is_none();
        if own {
            return Some(Named::own(expr));
        }
        let error = diagnostics.error(unknown, ident, format!("unknown {what} `{name}`")).did_you_mean(&name, all);
        if specs.len() <= FEW {
            let names: Vec<String> = specs.iter().map(|spec| format!("`{}`", spec.names[0])).collect();
            error.note(format!("there are {}", names.join(", ")));
        }
        error.note(format!("{one} of your own is written with its path, `self::{name}`"));
        return None;
    };
    let mut numbers = Vec::new();
    let mut values: Vec<TokenStream> = spec.fields.iter().map(|(_, default)| quote!(#default)).collect();
    for (position, (keyword, value)) in call.map(arguments).unwrap_or_default().into_iter().enumerate() {
        let index = match &keyword {
            Some(keyword) => spec.fields.iter().position(|(field, _)| keyword == field),
            None => Some(position).filter(|&p| p < spec.fields.len()),
        };
        let Some(index) = index else {
            let fields: Vec<_> = spec.fields.iter().map(|(field, _)| *field).collect();
            match &keyword {
                Some(keyword) => diagnostics
                    .error(Code::UnknownArgument, keyword, format!("`{name}` has no argument `{keyword}`"))
                    .did_you_mean(&keyword.to_string(), fields.iter().copied()),
                None => diagnostics.error(
                    Code::TooManyArguments,
                    &value,
                    format!("`{name}` takes {} arguments", fields.len()),
                ),
            };
            return None;
        };
        values[index] = match literal::number(&value) {
            Some(x) if !in_range(spec.fields[index].0, x, &value, diagnostics) => return None,
            Some(x) => quote!(#x),
            None if literal::is_literal(&value) => return wrong(spec.fields[index].0, "a number", &value, diagnostics),
            None => {
                numbers.push(checked(spec.fields[index].0, &value));
                quote!(#value)
            }
        };
    }
    let path: TokenStream = spec.path.parse().expect("a specification holds a path");
    let fields = spec.fields.iter().map(|(field, _)| syn::Ident::new(field, ident.span()));
    let pairs = spec.fields.iter().zip(&values).map(|((field, _), value)| (*field, value.clone())).collect();
    let fields = if spec.fields.is_empty() { quote!() } else { quote!({ #(#fields: #values),* }) };
    let last = syn::Ident::new(spec.path.rsplit("::").next().unwrap_or_default(), proc_macro2::Span::call_site());
    Some(Named {
        tokens: quote!(::nn::#path #fields),
        short: Some((last.clone(), quote!(#last #fields))),
        fields: pairs,
        numbers,
    })
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
