//! Expressions that make a tensor or a layer: `Input(..)`, `Dense(64)`, `Activation(relu)`.

use super::expression::strip;
use super::{Bound, Resolver};
use crate::diagnostics::Diagnostic;
use crate::front::depth::{self, MOST_INSIDE};
use crate::front::python;
use crate::front::values::{self, arguments};
use crate::graph::{Builtin, Function, Inner, Layer, LayerId, Op};
use crate::literal;
use crate::source::{ExprId, Name};
use nn_core::Code;
use nn_core::spec::{Kind, LayerSpec};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Expr, ExprCall, Ident};

impl Resolver<'_> {
    pub(super) fn activation_layer(&mut self, call: &ExprCall) -> Bound {
        let args = arguments(call);
        match &args[..] {
            [(keyword, value), rest @ ..] if keyword.as_ref().is_none_or(|keyword| keyword == "activation") => {
                let Some(layer) = self.activation(value, false) else { return Bound::Poison };
                for (keyword, value) in rest {
                    match keyword {
                        Some(keyword) if keyword == "name" => {
                            self.graph.layers[layer].given_name = self.given_name(value);
                        }
                        _ => {
                            self.diagnostics.error(
                                Code::UnknownArgument,
                                value,
                                "`Activation` takes one activation and a `name`",
                            );
                        }
                    }
                }
                Bound::Layer(layer)
            }
            _ => {
                self.diagnostics
                    .error(Code::MissingArgument, call, "`Activation` expects an activation")
                    .help("write `Activation(relu)(x)`");
                Bound::Poison
            }
        }
    }

    /// A layer that applies an activation; `part` if it belongs to the layer before it.
    pub(super) fn activation(&mut self, expr: &Expr, part: bool) -> Option<LayerId> {
        let function = values::named(expr, &values::ACTIVATIONS, self.diagnostics)?;
        // The last name of the path: `my::Leaky::<2> { slope }` is a `Leaky`.
        let path = match strip(expr) {
            Expr::Call(call) => match strip(&call.func) {
                Expr::Path(path) => Some(&path.path),
                _ => None,
            },
            Expr::Path(path) => Some(&path.path),
            Expr::Struct(value) => Some(&value.path),
            _ => None,
        };
        let name = path.and_then(|path| path.segments.last()).map(|last| last.ident.to_string());
        let label = name.map_or_else(|| "activation".to_string(), |name| name.trim_start_matches("r#").to_string());
        let source = self.expr(expr);
        let layer = self.layer(Op::Activation { function, label }, source);
        self.graph.layers[layer].part = part;
        Some(layer)
    }

    /// The layer that penalises the output of the layer before it: `activity_regularizer = l2(0.01)`.
    pub(super) fn activity(&mut self, expr: &Expr) -> Option<LayerId> {
        let spec = &nn_core::layers::regularization::activity_regularization::SPEC;
        let function = values::named(expr, &values::REGULARIZERS, self.diagnostics)?;
        let fields: Vec<_> = match &function {
            Function::Library { spec, fields, .. } => spec.fields.iter().zip(fields).collect(),
            Function::Own(_) => Vec::new(),
        };
        let mut args: Vec<_> = spec.args.iter().map(values::default).collect();
        for (slot, arg) in spec.args.iter().zip(&mut args) {
            arg.field = fields.iter().find(|((name, _), _)| *name == slot.name).map(|(_, value)| (*value).clone());
        }
        if fields.is_empty() {
            self.diagnostics
                .error(Code::UnknownRegularizer, expr, "expected `l1`, `l2` or `l1_l2`")
                .help("a penalty of your own on a tensor is a layer of your own");
            return None;
        }
        let source = self.expr(expr);
        let op = Op::Builtin(Box::new(Builtin { spec, args, then: Vec::new(), inferred: None, inner: None }));
        let layer = self.layer(op, source);
        self.graph.layers[layer].part = true;
        Some(layer)
    }

    pub(super) fn builtin(
        &mut self,
        spec: &'static LayerSpec,
        call: &ExprCall,
        written: &[(Option<Ident>, Expr)],
    ) -> Bound {
        if self.is_made_of_a_tensor(spec, written) {
            return Bound::Poison;
        }
        let mut args: Vec<_> = spec.args.iter().map(values::default).collect();
        let mut given = vec![false; args.len()];
        let (mut given_name, mut trainable, mut failed, mut misspelt) = (None, true, false, false);
        let (mut activation, mut activity, mut inner) = (None, None, None);
        for (position, (keyword, value)) in written.iter().enumerate() {
            let slot = match keyword {
                Some(keyword) if keyword == "name" => {
                    given_name = self.given_name(value);
                    continue;
                }
                Some(keyword) if keyword == "trainable" => {
                    match literal::flag(value) {
                        Some(flag) => trainable = flag,
                        None => {
                            self.diagnostics.error(Code::ArgumentType, value, "`trainable` expects `true` or `false`");
                        }
                    }
                    continue;
                }
                Some(keyword) => match spec.args.iter().position(|arg| keyword == arg.name) {
                    Some(slot) => slot,
                    None => {
                        (failed, misspelt) = (true, true);
                        let names = spec.args.iter().map(|arg| arg.name).chain(["name", "trainable"]);
                        self.diagnostics
                            .error(
                                Code::UnknownArgument,
                                keyword,
                                format!("`{}` has no argument `{keyword}`", spec.name),
                            )
                            .keras_or(&keyword.to_string(), names.clone())
                            .note(format!("its arguments are {}", listed(spec)));
                        continue;
                    }
                },
                None if position < spec.args.len() => position,
                None => {
                    failed = true;
                    let message = match spec.args.len() {
                        0 => format!("`{}` takes no arguments but `name` and `trainable`", spec.name),
                        1 => format!("`{}` takes 1 argument", spec.name),
                        count => format!("`{}` takes at most {count} arguments", spec.name),
                    };
                    self.diagnostics
                        .error(Code::TooManyArguments, value, message)
                        .too_many(spec, written)
                        .note(format!("its arguments are {}", listed(spec)));
                    break;
                }
            };
            if given[slot] {
                failed = true;
                let word = keyword.as_ref().map_or_else(|| value.to_token_stream(), ToTokens::to_token_stream);
                let error = self.diagnostics.error(
                    Code::GivenTwice,
                    &word,
                    format!("`{}` is given twice", spec.args[slot].name),
                );
                if written[..position].get(slot).is_some_and(|(keyword, _)| keyword.is_none()) {
                    error.note(format!("argument {} without a keyword is `{}`", slot + 1, spec.args[slot].name));
                }
                continue;
            }
            // Two sizes, as in PyTorch: the second takes the place of no other argument.
            if slot == 1 && keyword.is_none() && spec.args[0].name == "units" && literal::integer(value).is_some() {
                failed = true;
                let units = value.to_token_stream();
                self.diagnostics
                    .error(Code::ArgumentType, value, format!("`{}` takes one size, the number of units", spec.name))
                    .help(format!(
                        "write `{}({units})`: the macro knows the size of the input, which PyTorch writes first",
                        spec.name
                    ));
                continue;
            }
            given[slot] = true;
            if spec.args[slot].kind == Kind::ActivationAfter {
                if !python::is_none(value) && !values::is_identity(value) {
                    activation = self.activation(value, true);
                    failed |= activation.is_none();
                }
                continue;
            }
            if spec.args[slot].kind == Kind::Layer {
                inner = self.inner(spec, value);
                failed |= inner.is_none();
                continue;
            }
            if spec.args[slot].kind == Kind::ActivityAfter {
                if !python::is_none(value) {
                    activity = self.activity(value);
                    failed |= activity.is_none();
                }
                continue;
            }
            let required = matches!(spec.args[slot].default, nn_core::spec::Default::Required);
            let a_name = match spec.args[slot].kind {
                Kind::Choice(names) => names.contains(&"None"),
                kind => kind == Kind::Axes,
            };
            if !required && !a_name && python::is_none(value) {
                // `None` is Keras's way to leave an argument out.
                continue;
            }
            match values::argument(&spec.args[slot], value, self.diagnostics) {
                Some(arg) => args[slot] = arg,
                None => failed = true,
            }
        }
        let mut missing = spec.args.iter().enumerate();
        // An argument that has another name is not missing as well.
        while let (false, Some((slot, arg))) = (misspelt, missing.next()) {
            if matches!(arg.default, nn_core::spec::Default::Required) && !given[slot] {
                failed = true;
                self.diagnostics
                    .error(
                        Code::MissingArgument,
                        &call.func,
                        format!("`{}` needs the argument `{}`", spec.name, arg.name),
                    )
                    .help(format!("write `{}({} = ..)`", spec.name, arg.name));
            }
        }
        if failed {
            return Bound::Poison;
        }
        let mut then: Vec<LayerId> = activation.into_iter().chain(activity).collect();
        if let Some(inner) = inner {
            match &self.graph.layers[inner].op {
                // An activation has no weights and does the same at every step, so it needs no wrapper.
                Op::Activation { .. } if spec.weight_consts.is_none() => {
                    self.graph.layers[inner].inside = false;
                    self.graph.layers[inner].given_name = given_name;
                    return Bound::Layer(inner);
                }
                // The layers after the inner layer follow this one instead.
                Op::Builtin(builtin) => then.splice(0..0, builtin.then.iter().copied()).for_each(drop),
                Op::Component(component) => then.splice(0..0, component.then.iter().copied()).for_each(drop),
                _ => {}
            }
            trainable &= self.graph.layers[inner].trainable;
        }
        let inside = inner.map(|layer| {
            let inner = &self.graph.layers[layer];
            let (has_weights, has_cache, has_scratch) = (inner.has_weights(), inner.has_cache(), inner.has_scratch());
            let has_workspace = inner.has_workspace();
            let (has_rows, constrains, regularizes) = (inner.has_rows(), inner.constrains(), inner.regularizes());
            Inner { layer, has_weights, has_cache, has_scratch, has_workspace, has_rows, constrains, regularizes }
        });
        let op = Op::Builtin(Box::new(Builtin { spec, args, then, inferred: None, inner: inside }));
        let source = self.expr(&Expr::Call(call.clone()));
        let layer = self.layer(op, source);
        self.graph.layers[layer].given_name = given_name;
        self.graph.layers[layer].trainable = trainable;
        if let Some(inner) = inner.filter(|&inner| !self.graph.layers[inner].inside && spec.weight_consts.is_none()) {
            self.graph.layers[layer].owner = self.graph.layers[inner].owner;
        }
        Bound::Layer(layer)
    }

    /// The inner layer of a wrapper.
    fn inner(&mut self, spec: &LayerSpec, value: &Expr) -> Option<LayerId> {
        let before = self.graph.layers.len();
        match self.eval(value) {
            Bound::Layer(inner) => {
                if self.graph.chain(inner).count() >= MOST_INSIDE {
                    depth::report(value.span(), self.diagnostics);
                    return None;
                }
                // A layer made here belongs to the wrapper. A layer bound earlier keeps its name and its weights.
                for layer in &mut self.graph.layers[before..] {
                    layer.inside |= !layer.part;
                }
                let kind = self.graph.layers[inner].kind();
                if !spec.around.is_empty() && !spec.around.contains(&kind.as_str()) {
                    let names: Vec<String> = spec.around.iter().map(|name| format!("`{name}`")).collect();
                    let message = format!("`{}` cannot be wrapped around `{kind}`", spec.name);
                    let help = format!("it takes one of {}", names.join(", "));
                    self.diagnostics.error(Code::LayerInside, value, message).help(help);
                    return None;
                }
                let several = match &self.graph.layers[inner].op {
                    Op::Builtin(builtin) => builtin.spec.inputs.min > 1,
                    _ => false,
                };
                if several {
                    let message =
                        format!("`{}` is wrapped around a layer with one input, but `{kind}` has more", spec.name);
                    self.diagnostics.error(Code::LayerInside, value, message);
                    return None;
                }
                Some(inner)
            }
            Bound::Tensors(_) => {
                let text = crate::source::text(value);
                self.diagnostics
                    .error(
                        Code::TensorForLayer,
                        value,
                        format!("`{}` expects a layer, but `{text}` is a tensor", spec.name),
                    )
                    .help(format!("make a layer in it, and call it on the tensor: `{}(Dense(8))({text})`", spec.name));
                None
            }
            Bound::Template(_) | Bound::Submodel(_) | Bound::Import(_) | Bound::Stack(_) => {
                self.diagnostics
                    .error(
                        Code::TensorForLayer,
                        value,
                        format!("`{}` expects a layer, but this is a part of a graph", spec.name),
                    )
                    .help("a `model!` of its own is a layer");
                None
            }
            Bound::Value(_) | Bound::Poison => None,
        }
    }

    pub(super) fn layer(&mut self, op: Op, source: ExprId) -> LayerId {
        let span = self.diagnostics.source[source].span();
        let name = Name::new("layer", self.span(span));
        let owner = self.graph.layers.len();
        self.graph.layers.push(Layer {
            name,
            docs: Vec::new(),
            owner,
            inside: false,
            template_name: None,
            given_name: None,
            let_name: None,
            op,
            trainable: true,
            part: false,
            source,
        });
        self.graph.layers.len() - 1
    }

    /// `name = "main_output"`
    pub(super) fn given_name(&mut self, value: &Expr) -> Option<Name> {
        let Some(text) = literal::string(value) else {
            self.diagnostics
                .error(Code::ArgumentType, value, "`name` expects a string")
                .help("write `name = \"main_output\"`");
            return None;
        };
        match syn::parse_str::<Ident>(&text) {
            Ok(_) => Some(Name::new(&text, self.span(value.span()))),
            Err(_) => {
                self.diagnostics
                    .error(Code::ReservedName, value, format!("`{text}` cannot be a name"))
                    .note("names become fields of Rust structs: letters, digits and `_`, and no keyword");
                None
            }
        }
    }
}

impl Diagnostic {
    /// Says what the arguments of a call may have meant that are too many.
    fn too_many(&mut self, spec: &LayerSpec, written: &[(Option<Ident>, Expr)]) -> &mut Self {
        let all: Vec<String> = written.iter().map(|(_, value)| crate::source::text(value)).collect();
        let sizes = || written.iter().all(|(keyword, value)| keyword.is_none() && literal::integer(value).is_some());
        match (spec.function, spec.args) {
            (Some(function), _) => self.help(format!(
                "a layer is made and then called: `{function}({0})`, or `{1}()({0})`",
                all.join(", "),
                spec.name
            )),
            (None, [only]) if matches!(only.kind, Kind::Sizes | Kind::Ints) && sizes() => {
                self.help(format!("write `{}([{}])`", spec.name, all.join(", ")))
            }
            (None, []) if all.len() == 1 => {
                self.help(format!("a layer is made and then called: `{}()({})`", spec.name, all[0]))
            }
            _ => self,
        }
    }
}

/// The names of all arguments of a layer, for messages.
fn listed(spec: &LayerSpec) -> String {
    let names = spec.args.iter().map(|arg| arg.name).chain(["name", "trainable"]);
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
