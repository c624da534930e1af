//! Expressions that are neither tensors nor layers: operators, methods, numbers. The message says what a graph has for
//! them.

use super::expression::strip;
use super::{Bound, Resolver};
use crate::diagnostics::Diagnostic;
use crate::front::control;
use crate::front::python::written::written;
use crate::front::python::{self, names};
use crate::front::slips;
use crate::literal;
use nn_core::Code;
use nn_core::layers::LAYERS;
use proc_macro2::TokenTree;
use quote::ToTokens;
use syn::{Expr, ExprBinary, ExprMethodCall, Ident, UnOp};

/// The advice about arithmetic with a number, which no layer does.
const NUMBERS: &str =
    "scale the samples before they are given to the model, or write a layer of your own: see `nn::layer!`";

impl Resolver<'_> {
    /// Reports an expression that cannot stand for a tensor or a layer.
    pub(super) fn not_in_a_graph(&mut self, expr: &Expr) -> Bound {
        if control::expression(expr, self.diagnostics) {
            return Bound::Poison;
        }
        let written = text(expr);
        match expr {
            Expr::Binary(binary) => {
                let help = self.operator(binary);
                let message = format!("`{}` is not a layer or a call of one", written.replace("* *", "** "));
                self.diagnostics.error(Code::NotInAGraph, expr, message).help(help);
            }
            Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) && !literal::is_literal(expr) => {
                let message = format!("`{written}` is not a layer or a call of one");
                self.diagnostics
                    .error(Code::NotInAGraph, expr, message)
                    .help("`subtract([a, b])` takes one tensor from another; a layer of your own can change the sign");
            }
            Expr::MethodCall(call) => self.method(call, expr),
            _ => {
                let message = format!("expected a tensor or a layer, but got `{written}`");
                let error = self.diagnostics.error(Code::NotInAGraph, expr, message);
                instead(expr, error);
            }
        }
        Bound::Poison
    }

    /// The text to write in place of an operator.
    fn operator(&self, binary: &ExprBinary) -> String {
        let whole = Expr::Binary(binary.clone());
        // `x >> Dense(4)`
        let tokens: Vec<TokenTree> = whole.to_token_stream().into_iter().collect();
        if let Some(calls) = slips::piped(&tokens, true) {
            return format!("layers are called: `{calls}`");
        }
        if let Some(merged) = self.merged(&whole) {
            return format!("tensors are combined by layers: `{merged}`");
        }
        let (left, right) = (strip(&binary.left), strip(&binary.right));
        if let (Expr::Unary(power), false) = (right, self.is_number(left))
            && matches!((&binary.op, &power.op), (syn::BinOp::Mul(_), UnOp::Deref(_)))
        {
            let base = self.merged(left).unwrap_or_else(|| text(left));
            return match literal::integer(&power.expr) {
                Some(2) => format!("the square of a tensor is `multiply([{base}, {base}])`"),
                _ => "a layer of your own can compute a power: see `nn::layer!`".to_string(),
            };
        }
        if self.is_number(left) || self.is_number(right) {
            return NUMBERS.to_string();
        }
        match &binary.op {
            syn::BinOp::Div(_) => "no layer divides tensors; a layer of your own can: see `nn::layer!`".to_string(),
            op if python::merging(op).is_some() => "tensors are combined by layers: `add([a, b])`".to_string(),
            _ => "no layer does this; a layer of your own can: see `nn::layer!`".to_string(),
        }
    }

    fn merged(&self, expr: &Expr) -> Option<String> {
        python::merged(expr, &|name| self.is_tensor(name))
    }

    fn is_number(&self, expr: &Expr) -> bool {
        python::is_number(expr, &|name| self.is_tensor(name))
    }

    /// Whether a name is probably that of a tensor, and not of a constant.
    fn is_tensor(&self, name: &Ident) -> bool {
        let name = name.to_string();
        self.scope.contains_key(&name) || name.contains(char::is_lowercase)
    }

    fn method(&mut self, call: &ExprMethodCall, expr: &Expr) {
        let (tensor, method) = (text(&call.receiver), call.method.to_string());
        let message = format!("`{}` is not a layer or a call of one", text(expr));
        let error = self.diagnostics.error(Code::NotInAGraph, expr, message);
        let arguments: Vec<String> = call.args.iter().map(text).collect();
        let arguments = format!("({})", arguments.join(", "));
        let merges = LAYERS.iter().any(|spec| spec.function == Some(method.as_str()));
        if matches!(strip(&call.receiver), Expr::Path(path) if LAYERS.iter().any(|spec| path.path.is_ident(spec.name)))
        {
            error.help(format!("a layer is made by its name: `{tensor}{arguments}`"));
        } else if matches!(method.as_str(), "clone" | "into" | "to_owned" | "as_ref" | "detach" | "contiguous") {
            error.help(format!("write `{tensor}`: a graph may read a tensor any number of times"));
        } else if layer_alike(&method).is_some() {
            error.help(format!("layers are called on tensors: `{}`", chained(expr)));
        } else if matches!(method.as_str(), "call" | "forward" | "apply" | "__call__") {
            error.help(format!("a layer is called as a function: `{tensor}{arguments}`"));
        } else if let Some(activation) = names::activation(&method).filter(|_| call.args.is_empty()) {
            let tensor = chained(&call.receiver);
            error.help(format!("activations are called on tensors: `{activation}({tensor})`"));
        } else if let (true, Some(other)) = (merges, call.args.first()) {
            error.help(format!("tensors are combined by layers: `{method}([{tensor}, {}])`", text(other)));
        } else if let (Some(answer), false) = (names::layer(&method, &method), call.args.is_empty()) {
            error.note(answer.message.clone());
            answer.add_to(error);
        } else {
            error.help(format!("layers are called on tensors: `Flatten()({tensor})`"));
        }
    }
}

/// The layer with one input that a method is named after: `reshape` or `Dense`.
fn layer_alike(method: &str) -> Option<&'static str> {
    let mut layers = LAYERS.iter().filter(|spec| spec.function.is_none());
    layers.find(|spec| names::alike(spec.name) == names::alike(method)).map(|spec| spec.name)
}

/// Methods behind each other as calls: `x.Dense(4).relu()` is `relu(Dense(4)(x))`.
fn chained(expr: &Expr) -> String {
    let Expr::MethodCall(call) = strip(expr) else { return text(expr) };
    let (tensor, method) = (chained(&call.receiver), call.method.to_string());
    let arguments = call.args.iter().map(text).collect::<Vec<_>>().join(", ");
    match names::activation(&method).filter(|_| call.args.is_empty()) {
        Some(activation) => format!("{activation}({tensor})"),
        None if layer_alike(&method).is_some() => {
            format!("{}({arguments})({tensor})", layer_alike(&method).unwrap_or_default())
        }
        None => format!("{tensor}.{method}({arguments})"),
    }
}

/// An expression on one line.
fn text(expr: &Expr) -> String {
    written(&expr.to_token_stream().into_iter().collect::<Vec<TokenTree>>())
}

/// Says what to write instead.
fn instead(expr: &Expr, error: &mut Diagnostic) {
    match expr {
        Expr::Lit(_) | Expr::Unary(_) if literal::number(expr).is_some() => {
            error.help("a number has a name before `model!`: `const UNITS: usize = 64;`")
        }
        Expr::Index(index) => error
            .help("`let (a, b) = layer(x);` takes the outputs of a layer apart")
            .help(format!("a layer of your own can cut `{}`: see `nn::layer!`", text(&index.expr))),
        Expr::Field(field) => match field.member.to_token_stream().to_string() {
            layer if LAYERS.iter().any(|spec| spec.name == layer) => {
                error.help(format!("layers are called on tensors: `{layer}(..)({})`", text(&field.base)))
            }
            name if names::activation(&name).is_some() => {
                let activation = names::activation(&name).unwrap_or_default();
                error.help(format!("activations are called on tensors: `{activation}({})`", text(&field.base)))
            }
            _ => error.help("a tensor has no fields; its shape is known, and written as numbers"),
        },
        Expr::Try(inner) => error.help(format!("write it without `?`: `{}`", text(&inner.expr))),
        Expr::Await(inner) => error.help(format!("write it without `.await`: `{}`", text(&inner.base))),
        Expr::Cast(cast) => error
            .help(format!("write it without `as`: `{}`", text(&cast.expr)))
            .help("an input of indices is `Input(shape = [..], dtype = u32)`"),
        Expr::Assign(assign) => {
            let (name, value) = (text(&assign.left), text(&assign.right));
            error.help(format!("a statement binds one value: write `let {name} = {value};` before it"))
        }
        Expr::Lit(_) if literal::string(expr).is_some() => error.help("names have no quotes"),
        Expr::Struct(value) => {
            let fields: Vec<String> = value
                .fields
                .iter()
                .map(|field| format!("{} = {}", field.member.to_token_stream(), text(&field.expr)))
                .collect();
            error.help(format!("a layer is made by a call: `{}({})`", value.path.to_token_stream(), fields.join(", ")))
        }
        Expr::Reference(reference) => error.help(format!("write it without `&`: `{}`", text(&reference.expr))),
        Expr::Array(_) | Expr::Tuple(_) => error
            .help("a list stands where a layer is called: `concatenate([a, b])`")
            .help("layers that follow each other are `Sequential([Dense(64), Dense(10)])`"),
        _ => error.help("a layer is made and called as in Keras: `Dense(64, activation = relu)(x)`"),
    };
}
