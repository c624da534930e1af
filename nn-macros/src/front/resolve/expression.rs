//! Expressions of a graph: names, new layers, and calls of layers.

use super::connect::Inputs;
use super::{Bound, Resolver};
use crate::diagnostics::closest;
use crate::front::control;
use crate::front::python::written::written;
use crate::front::python::{self, names};
use crate::front::values::{self, arguments};
use crate::graph::{LayerId, TensorId};
use crate::literal;
use crate::source::ExprId;
use nn_core::Code;
use nn_core::layers::LAYERS;
use nn_core::spec::{ArgSpec, Default, LayerSpec};
use quote::ToTokens;
use syn::{Expr, ExprCall, ExprPath};

/// Variants of the standard library that hold a value.
const STANDARD: &[&str] = &["Some", "Ok", "Err"];

/// Types of the standard library that hold a value.
const POINTERS: &[&str] = &["Box", "Rc", "Arc", "Cell", "RefCell", "Mutex"];

/// Names with a meaning in the graph language, beside the layers.
const WORDS: &[&str] = &["Input", "Model", "Sequential", "Activation"];

impl Resolver<'_> {
    pub(super) fn eval(&mut self, expr: &Expr) -> Bound {
        match expr {
            Expr::Path(path) => self.name(path),
            Expr::Call(call) => self.call(call),
            Expr::Paren(inner) => self.eval(&inner.expr),
            Expr::Group(inner) => self.eval(&inner.expr),
            Expr::Closure(closure) => self.template(closure),
            _ => self.not_in_a_graph(expr),
        }
    }

    fn name(&mut self, path: &ExprPath) -> Bound {
        let Some(ident) = path.path.get_ident() else {
            self.diagnostics
                .error(Code::LayerForTensor, path, format!("`{}` is a type, not a tensor", path.to_token_stream()))
                .help("a layer of your own is made and then called: `my::Scale(64)(x)`");
            return Bound::Poison;
        };
        let name = ident.to_string();
        if let Some((_, bound)) = self.scope.get(&name) {
            return bound.clone();
        }
        if let Some(spec) = layer_named(&name) {
            self.diagnostics
                .error(Code::LayerForTensor, ident, format!("`{name}` is a layer, but a tensor is expected here"))
                .help(format!("make the layer and call it: `{}({})(x)`", spec.name, needed(spec)));
        } else if let Some(answer) = names::layer(&name, &name).filter(|_| name.starts_with(char::is_uppercase)) {
            answer.add_to(self.diagnostics.error(Code::UnknownLayer, ident, &answer.message));
        } else if self.lets.iter().any(|statement| statement.names.contains(ident)) {
            let itself = self.lets.get(self.number).is_some_and(|statement| statement.names.contains(ident));
            self.diagnostics.error(Code::UsedBeforeBound, ident, format!("`{name}` is used before it is bound")).help(
                match itself {
                    true => format!("an input is bound first: `let {name} = Input(shape = [64]);`"),
                    false => format!("move the statement that binds `{name}` up"),
                },
            );
        } else if self.lets.iter().any(|statement| statement.names.is_empty() && statement.value.is_none()) {
            // A statement with a reported error may have bound the name.
        } else {
            let tensors: Vec<String> = self.scope.keys().cloned().collect();
            let known = tensors.iter().map(String::as_str);
            let error = self.diagnostics.error(Code::UndefinedTensor, ident, format!("undefined tensor `{name}`"));
            match closest(&name, known.clone()) {
                Some(_) => error.did_you_mean(&name, known),
                None => error.help(format!("bind it first: `let {name} = ..;`")),
            };
        }
        Bound::Poison
    }

    fn call(&mut self, call: &ExprCall) -> Bound {
        let Expr::Path(path) = strip(&call.func) else {
            return match self.eval(&call.func) {
                Bound::Layer(layer) => self.apply(layer, call),
                Bound::Template(template) => self.use_template(&template, call),
                Bound::Submodel(submodel) => self.use_submodel(&submodel, call),
                Bound::Import(part) => self.use_import(&part, call),
                Bound::Stack(layers) => self.use_stack(&layers, call),
                Bound::Tensors(_) => self.not_a_layer(&call.func),
                Bound::Value(_) | Bound::Poison => {
                    self.look_into(call);
                    Bound::Poison
                }
            };
        };
        let Some(ident) = path.path.get_ident() else {
            if let [first, last] = &path.path.segments.iter().collect::<Vec<_>>()[..]
                && POINTERS.contains(&first.ident.to_string().as_str())
                && last.ident == "new"
            {
                return self.standard(path, call);
            }
            return if self.is_with_path(path, call) { Bound::Poison } else { self.component(path, call) };
        };
        let name = ident.to_string();
        if let Some((_, bound)) = self.scope.get(&name) {
            return match bound.clone() {
                Bound::Layer(layer) => self.apply(layer, call),
                Bound::Template(template) => self.use_template(&template, call),
                Bound::Submodel(submodel) => self.use_submodel(&submodel, call),
                Bound::Import(part) => self.use_import(&part, call),
                Bound::Stack(layers) => self.use_stack(&layers, call),
                Bound::Tensors(_) => self.not_a_layer(&call.func),
                Bound::Value(_) | Bound::Poison => {
                    self.look_into(call);
                    Bound::Poison
                }
            };
        }
        match name.as_str() {
            "Input" => return self.input(ident, call),
            "Activation" => return self.activation_layer(call),
            "Model" => return self.submodel(call),
            "Sequential" => return self.stack(call),
            "Import" => return self.import(call),
            _ => {}
        }
        if let Some(spec) = layer_named(&name) {
            return self.builtin(spec, call, &values::arguments(call));
        }
        if let Some(spec) = LAYERS.iter().find(|spec| spec.function == Some(name.as_str())) {
            // `concatenate([a, b], axis = 1)` is `Concatenate(axis = 1)([a, b])`.
            let mut args = arguments(call);
            if args.is_empty() {
                self.diagnostics
                    .error(Code::InputCount, call, format!("`{name}` expects a list of tensors"))
                    .help(format!("write `{name}([a, b])`"));
                return Bound::Poison;
            }
            let (_, inputs) = args.remove(0);
            if control::expression(&inputs, self.diagnostics) {
                return Bound::Poison;
            }
            if literal::list(&inputs).is_none() {
                let (got, all) = (call.args.to_token_stream(), crate::source::text(&Expr::Call(call.clone())));
                let all = all.split_once('(').map_or("", |(_, rest)| rest.trim_end_matches(')')).to_string();
                self.diagnostics
                    .error(Code::InputCount, &got, format!("`{name}` expects a list of tensors, but got `{all}`"))
                    .help(format!("write `{name}([{all}])`"));
                return Bound::Poison;
            }
            let layer = self.builtin(spec, call, &args);
            let tensors = self.tensor_list(&inputs);
            return match (layer, tensors) {
                (Bound::Layer(layer), Some((tensors, exprs))) => {
                    self.connect(layer, Inputs { tensors, exprs, mask: None }, call)
                }
                _ => Bound::Poison,
            };
        }
        if nn_core::activations::ACTIVATIONS.iter().any(|spec| spec.names.contains(&name.as_str())) {
            // `relu(x)` is `Activation(relu)(x)`.
            let layer = self.activation(&call.func, false);
            return match layer {
                Some(layer) => self.apply(layer, call),
                None => Bound::Poison,
            };
        }
        if let Some(answer) = names::layer(&name, &name) {
            let error = self.diagnostics.error(Code::UnknownLayer, ident, &answer.message);
            answer.add_to(error);
            error.note(own(&name));
            return Bound::Poison;
        }
        let known = LAYERS.iter().flat_map(|spec| [Some(spec.name), spec.function]).flatten();
        let known: Vec<&str> = known.chain(WORDS.iter().copied()).collect();
        let close = closest(&name, known.iter().copied());
        let in_keras = python::is_keras_layer(&name);
        if close.is_some() || in_keras || name.starts_with(char::is_lowercase) {
            let scope: Vec<String> = self.scope.keys().cloned().collect();
            let candidates = known.iter().copied().chain(scope.iter().map(String::as_str));
            let error = self.diagnostics.error(Code::UnknownLayer, ident, format!("unknown layer `{name}`"));
            match in_keras {
                true => error.note(format!("Keras has a layer `{name}`, this library has not")),
                false => error.did_you_mean(&name, candidates),
            };
            error.note(own(&name));
            return Bound::Poison;
        }
        if STANDARD.contains(&name.as_str()) {
            return self.standard(path, call);
        }
        self.component(path, call)
    }

    /// Reports a tensor or a layer in a type of the standard library, `Box::new(x)` or `Ok(x)`.
    fn standard(&mut self, path: &ExprPath, call: &ExprCall) -> Bound {
        let (name, inside) = (text_of(path), text_of(&call.args));
        self.diagnostics
            .error(Code::NotInAGraph, path, format!("`{name}` is not a layer"))
            .help(format!("write it without `{name}`: `{inside}`"));
        Bound::Poison
    }

    /// Reports a layer of the library that is written with a path, `nn::Dense`: `Dense` is a word of the graph.
    fn is_with_path(&mut self, path: &ExprPath, call: &ExprCall) -> bool {
        let segments: Vec<String> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if let [name] | [name, _] = &segments[..]
            && (layer_named(name).is_some() || name == "Input")
        {
            let written = path.to_token_stream().to_string().replace(' ', "");
            self.diagnostics
                .error(Code::UnknownLayer, path, format!("`{written}` is not how a graph is written"))
                .help(format!("layers and inputs are made by their names: `{name}(..)`"));
            return true;
        }
        let [module, .., name] = &segments[..] else { return false };
        let written = path.to_token_stream().to_string().replace(' ', "");
        // A module `layers` may be the user's, with a `Linear` of its own.
        let elsewhere = ["nn", "keras", "torch", "tf"].contains(&module.as_str());
        if (elsewhere || module == "layers") && layer_named(name).is_some()
            || values::ACTIVATIONS.with_path(&path.path).is_some()
        {
            self.diagnostics
                .error(Code::UnknownLayer, path, format!("`{name}` is named with a path here"))
                .help(format!("layers of the library are named without one: `{name}(..)`"));
            return true;
        }
        // PyTorch's `Linear` has sizes; `torch::nn::Linear()` is a model of the user's own.
        let is_own = call.args.is_empty() && names::takes_arguments(name);
        let Some(answer) = names::layer(name, &written).filter(|_| elsewhere && !is_own) else { return false };
        let error = self.diagnostics.error(Code::UnknownLayer, path, &answer.message);
        answer.add_to(error);
        if module != "nn" {
            error.note(format!("a layer or model of your own with such a path is written `self::{written}`"));
        }
        true
    }

    /// Reports the errors in the arguments of an unknown layer's call.
    fn look_into(&mut self, call: &ExprCall) {
        for (_, value) in arguments(call).iter().filter(|(keyword, _)| keyword.is_none()) {
            self.tensor_list(value);
        }
    }

    fn not_a_layer(&mut self, func: &Expr) -> Bound {
        let message = format!("`{}` is a tensor, not a layer: it cannot be called", func.to_token_stream());
        self.diagnostics
            .error(Code::TensorForLayer, func, message)
            .help("a layer that is called several times is made first: `let tower = Dense(8);`, then `tower(x)`");
        Bound::Poison
    }

    fn apply(&mut self, layer: LayerId, call: &ExprCall) -> Bound {
        let (positional, keywords) = self.split(layer, call);
        match self.called_on(&positional, call) {
            Some((tensors, exprs)) => match self.keywords(layer, tensors, exprs, keywords) {
                Some(inputs) => self.connect(layer, inputs, call),
                None => Bound::Poison,
            },
            None => Bound::Poison,
        }
    }

    /// The tensors of `(x)` or `([a, b])`.
    pub(super) fn tensors(&mut self, call: &ExprCall) -> Option<(Vec<TensorId>, Vec<ExprId>)> {
        let positional: Vec<Expr> = arguments(call).into_iter().map(|(_, value)| value).collect();
        self.called_on(&positional, call)
    }

    pub(super) fn called_on(&mut self, positional: &[Expr], call: &ExprCall) -> Option<(Vec<TensorId>, Vec<ExprId>)> {
        let [list] = positional else {
            let message =
                if positional.is_empty() { "expected a tensor" } else { "expected one tensor, or a list of tensors" };
            self.diagnostics
                .error(Code::InputCount, call, format!("{message}, but got `({})`", text_of(&call.args)))
                .help(match positional.is_empty() {
                    true => "a layer with several inputs is called on a list: `layer([a, b])`".to_string(),
                    false => {
                        format!("a list has brackets: `{}([{}])`", crate::source::text(&call.func), text_of(&call.args))
                    }
                });
            return None;
        };
        self.tensor_list(list)
    }

    pub(super) fn tensor_list(&mut self, expr: &Expr) -> Option<(Vec<TensorId>, Vec<ExprId>)> {
        let elements: Vec<&Expr> = literal::list(expr).unwrap_or_else(|| vec![expr]);
        let (mut tensors, mut exprs, mut failed) = (Vec::new(), Vec::new(), false);
        for element in elements {
            match self.eval(element) {
                Bound::Tensors(found) => {
                    let expr = self.expr(element);
                    exprs.extend(found.iter().map(|_| expr));
                    tensors.extend(found);
                }
                Bound::Layer(layer) => {
                    failed = true;
                    let name = crate::source::text(element);
                    let made = self.diagnostics.source.text(self.graph.layers[layer].source);
                    self.diagnostics
                        .error(
                            Code::LayerForTensor,
                            element,
                            format!("`{name}` is a layer, but a tensor is expected here"),
                        )
                        .help(format!("call it on a tensor first: `{made}(x)`"));
                }
                Bound::Template(_) | Bound::Submodel(_) | Bound::Import(_) | Bound::Stack(_) => {
                    failed = true;
                    let name = crate::source::text(element);
                    self.diagnostics
                        .error(
                            Code::LayerForTensor,
                            element,
                            format!("`{name}` is a part of a graph, but a tensor is expected here"),
                        )
                        .help("call it on a tensor first");
                }
                Bound::Value(_) | Bound::Poison => failed = true,
            }
        }
        (!failed).then_some((tensors, exprs))
    }
}

/// Tokens on one line.
fn text_of(tokens: &impl ToTokens) -> String {
    written(&tokens.to_token_stream().into_iter().collect::<Vec<_>>())
}

/// How a type of the user's is named that has the name of a layer elsewhere.
fn own(name: &str) -> String {
    format!("a layer or model of your own with such a name is written with its path, `self::{name}`")
}

/// The arguments of a layer that it cannot do without, left open.
fn needed(spec: &LayerSpec) -> &'static str {
    let is_required = |arg: &ArgSpec| matches!(arg.default, Default::Required);
    if spec.args.iter().any(is_required) { ".." } else { "" }
}

fn layer_named(name: &str) -> Option<&'static LayerSpec> {
    LAYERS.iter().copied().find(|spec| spec.name == name)
}

pub(super) fn strip(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(inner) => strip(&inner.expr),
        Expr::Group(inner) => strip(&inner.expr),
        _ => expr,
    }
}
