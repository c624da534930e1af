//! Templates: a part of a graph as a closure that makes new layers for every use. It corresponds to a Keras function
//! that builds a model.
//!
//! ```text
//! let branch = |x| {
//!     let h = Dense(64, activation = relu)(x);
//!     Dense(1)(h)
//! };
//! let y = average([branch(x), branch(x), branch(x)]);      // three sets of weights
//! ```
//!
//! An argument may also be a layer, which the uses share, or a value such as a size or an activation.

mod values;

use super::{Bound, Resolver};
use crate::front::control;
use crate::front::depth::{self, MOST_INSIDE};
use crate::front::parse::{annotations, names};
use crate::graph::LayerId;
use crate::source::Name;
use nn_core::Code;
use quote::ToTokens;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use syn::spanned::Spanned;
use syn::{Expr, ExprCall, ExprClosure, Ident, Stmt};

/// A closure, with the meaning of its outer names.
pub(super) struct Template {
    parameters: Vec<Ident>,
    closure: ExprClosure,
    scope: HashMap<String, (Ident, Bound)>,
}

impl Resolver<'_> {
    pub(super) fn template(&mut self, closure: &ExprClosure) -> Bound {
        let mut parameters = Vec::new();
        for parameter in &closure.inputs {
            match names(parameter).as_deref() {
                Some([name]) => parameters.push(name.clone()),
                _ => {
                    self.diagnostics
                        .error(Code::Template, parameter, "a parameter of a template is a name")
                        .help("write `|x, y| { .. }`");
                    return Bound::Poison;
                }
            }
        }
        Bound::Template(Rc::new(Template { parameters, closure: closure.clone(), scope: self.scope.clone() }))
    }

    /// Evaluates the template again, with new layers.
    pub(super) fn use_template(&mut self, template: &Template, call: &ExprCall) -> Bound {
        if self.inside == MOST_INSIDE {
            depth::report(call.func.span(), self.diagnostics);
            return Bound::Poison;
        }
        let argument = |argument: &Expr| match self.is_value(argument) {
            true => Bound::Value(Rc::new(argument.clone())),
            false => self.eval(argument),
        };
        let arguments: Vec<Bound> = call.args.iter().map(argument).collect();
        if arguments.len() != template.parameters.len() {
            let expected = match template.parameters.len() {
                1 => "1 argument".to_string(),
                count => format!("{count} arguments"),
            };
            let name = call.func.to_token_stream();
            self.diagnostics.error(
                Code::InputCount,
                &call.args,
                format!("the template `{name}` expects {expected}, but got {}", arguments.len()),
            );
            return Bound::Poison;
        }
        if arguments.iter().any(|argument| matches!(argument, Bound::Poison)) {
            return Bound::Poison;
        }
        let outside = std::mem::replace(&mut self.scope, template.scope.clone());
        for (name, argument) in template.parameters.iter().zip(arguments) {
            self.scope.insert(name.to_string(), (name.clone(), argument));
        }
        let layers_before = self.graph.layers.len();
        self.inside += 1;
        let result = self.body(&template.closure.body);
        self.inside -= 1;
        self.scope = outside;
        for layer in &mut self.graph.layers[layers_before..] {
            // Every use repeats the names in a template, so the `let` of the use comes before them.
            layer.template_name = layer.given_name.take().or(layer.let_name.take()).or(layer.template_name.take());
        }
        result
    }

    fn body(&mut self, body: &Expr) -> Bound {
        let Expr::Block(block) = body else { return self.value(body) };
        let mut statements = block.block.stmts.iter().peekable();
        while let Some(statement) = statements.next() {
            match statement {
                Stmt::Local(local) => match (names(&local.pat), &local.init) {
                    (Some(names), Some(init)) => {
                        let docs = annotations::docs(&local.attrs, self.diagnostics);
                        let written = self.with_values(&init.expr);
                        self.documented(&docs, &names, Some(written.as_ref().unwrap_or(&init.expr)));
                    }
                    _ => {
                        self.diagnostics.error(Code::Template, local, "expected `let name = ..;` in a template");
                        return Bound::Poison;
                    }
                },
                Stmt::Expr(value, None) if statements.peek().is_none() => return self.value(value),
                Stmt::Expr(value, _) if control::expression(value, self.diagnostics) => return Bound::Poison,
                other => {
                    self.diagnostics.error(Code::Template, other, "expected a `let` statement").help(
                        "a template is a block of `let` statements with a tensor at its end, without a semicolon",
                    );
                    return Bound::Poison;
                }
            }
        }
        self.diagnostics
            .error(Code::Template, &block, "this template gives no tensor")
            .help("end the block with a tensor or a call, without a semicolon");
        Bound::Poison
    }

    /// The end of a template: a tensor, or a tuple of them.
    fn value(&mut self, value: &Expr) -> Bound {
        let written = self.with_values(value);
        let value = written.as_ref().unwrap_or(value);
        match value {
            Expr::Tuple(_) | Expr::Array(_) => match self.tensor_list(value) {
                Some((tensors, _)) => Bound::Tensors(tensors),
                None => Bound::Poison,
            },
            _ => self.eval(value),
        }
    }

    /// Prefixes the layers of the templates in a statement with the statement's name: `left_h`.
    pub(super) fn name_template(&mut self, name: &Ident, made: Range<LayerId>) {
        for layer in &mut self.graph.layers[made] {
            if let Some(own) = &layer.template_name {
                let text = format!("{}_{}", name, own).replace("r#", "");
                layer.template_name = Some(Name::new(&text, own.span));
            }
        }
    }
}
