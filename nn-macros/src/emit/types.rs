//! The types and values that the expansion names: samples, layers, weights.

use super::Context;
use super::tuples::one_or_tuple;
use crate::graph::{Builtin, Facts, Function, Graph, Layer, LayerId, Node, Op, Producer, Shaped, TensorId};
use nn_core::spec::{Dtype, Kind, MAX_INPUTS, Streaming};
use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Expr, Ident};

impl Context<'_> {
    /// The sample type of a tensor: `SVector<T, 64>`.
    pub(crate) fn sample(&self, tensor: TensorId, scalar: &TokenStream) -> TokenStream {
        let nn = &self.paths.nn;
        let tensor = &self.graph.tensors[tensor];
        if tensor.sparse {
            return self.multi_hot(&tensor.shape);
        }
        let element = self.element(tensor.dtype, scalar);
        match &tensor.shape {
            Shaped::Known(shape) => {
                let (rows, cols) = (Literal::usize_unsuffixed(shape.rows()), Literal::usize_unsuffixed(shape.cols()));
                if shape.cols() == 1 {
                    quote!(#nn SVector<#element, #rows>)
                } else {
                    quote!(#nn SMatrix<#element, #rows, #cols>)
                }
            }
            Shaped::Unknown => quote!(#nn SVector<#element, 0>),
            other => match self.aliases.of_sample(other) {
                Some(alias) => quote!(#alias<#element>),
                None => {
                    let shape = self.print().shape(other);
                    // At the struct's name, like the paths of constants.
                    let size = quote_spanned!(self.name.span()=> { #shape.rows() }, { #shape.cols() });
                    quote!(#nn SMatrix<#element, #size>)
                }
            },
        }
    }

    /// The type of the numbers of a tensor.
    pub(super) fn element(&self, dtype: Dtype, scalar: &TokenStream) -> TokenStream {
        let primitive = &self.paths.primitive;
        match dtype.name() {
            None => scalar.clone(),
            Some(name) => {
                let name = format_ident!("{name}");
                quote!(#primitive #name)
            }
        }
    }

    /// The sample type of a sparse input: `::nn::MultiHot<10000>`. Its path is always full, because the type does not
    /// exist without a heap.
    fn multi_hot(&self, shape: &Shaped) -> TokenStream {
        match shape {
            Shaped::Known(shape) => {
                let places = Literal::usize_unsuffixed(shape.rows());
                quote!(::nn::MultiHot<#places>)
            }
            Shaped::Unknown => quote!(::nn::MultiHot<0>),
            other => {
                let shape = self.print().shape(other);
                quote_spanned!(self.name.span()=> ::nn::MultiHot<{ #shape.rows() }>)
            }
        }
    }

    /// The sample type of several tensors: a tuple, or the only one.
    pub(crate) fn samples(&self, tensors: &[TensorId], scalar: &TokenStream) -> TokenStream {
        let types = tensors.iter().map(|&tensor| self.sample(tensor, scalar));
        one_or_tuple(types.collect())
    }

    /// The type constants of a library layer.
    pub(super) fn consts(&self, builtin: &Builtin, facts: Option<&Facts>) -> Vec<TokenStream> {
        match facts {
            Some(Facts::Known(inferred)) => {
                inferred.consts().iter().map(|&n| Literal::usize_unsuffixed(n).into_token_stream()).collect()
            }
            Some(facts) => {
                let path = self.print().facts(facts);
                (0..builtin.spec.consts).map(|i| quote_spanned!(self.name.span()=> { #path.constant(#i) })).collect()
            }
            None => Vec::new(),
        }
    }

    /// The type of the layer of a call: `::nn::layers::Dense<64, 10, 1>`.
    pub(crate) fn layer_type(&self, node: &Node) -> TokenStream {
        self.type_of(node, node.layer)
    }

    /// The type of a layer at its own call, or at the call of a wrapper around it.
    fn type_of(&self, node: &Node, id: LayerId) -> TokenStream {
        let layer = &self.graph.layers[id];
        let (layers, activations) = (&self.paths.layers, &self.paths.activations);
        match &layer.op {
            Op::Builtin(builtin) => {
                let name = format_ident!("{}", builtin.spec.name);
                let facts = self.graph.facts(node, id);
                let inner = builtin.inner.map(|inner| self.type_of(node, inner.layer));
                let inside = self.activation_types(builtin);
                let r#type = match self.aliases.of_layer(builtin, facts) {
                    Some(alias) => quote!(#alias),
                    None => {
                        let parts: Vec<_> =
                            inner.into_iter().chain(self.consts(builtin, facts)).chain(inside).collect();
                        if parts.is_empty() { quote!(#layers #name) } else { quote!(#layers #name<#(#parts),*>) }
                    }
                };
                match self.around(node, id) {
                    Some(around) => quote!(::nn::layers::#around<#r#type>),
                    None => r#type,
                }
            }
            Op::Activation { .. } => quote!(#activations Activate<_>),
            Op::Component(_) => {
                let alias = self.alias(node, id);
                quote!(#alias)
            }
        }
    }

    /// The types of the activations inside a layer; empty if all are its defaults.
    pub(super) fn activation_types(&self, builtin: &Builtin) -> Vec<TokenStream> {
        let activations = &self.paths.activations;
        let inside = builtin.spec.args.iter().zip(&builtin.args).filter_map(|(spec, arg)| match spec.kind {
            Kind::Activation(default) => Some((default, arg.activation(spec.kind))),
            _ => None,
        });
        let inside: Vec<_> = inside.collect();
        if inside.iter().all(|(_, given)| given.is_none()) {
            return Vec::new();
        }
        let types = inside.into_iter().map(|(default, given)| match given {
            None => {
                let default = format_ident!("{default}");
                quote!(#activations #default)
            }
            Some(Function::Library { spec, .. }) => {
                let name = format_ident!("{}", spec.path.rsplit("::").next().unwrap_or_default());
                quote!(#activations #name)
            }
            // `my::Cube`, `my::Leaky { slope: 0.1 }` and `my::Leaky(0.1)` name their types.
            Some(Function::Own(expr)) => match &self.source[*expr] {
                Expr::Struct(value) => value.path.to_token_stream(),
                Expr::Call(call) => call.func.to_token_stream(),
                other => other.to_token_stream(),
            },
        });
        types.collect()
    }

    /// The value of the layer of a call: `::nn::layers::Dense::<64, 10, 1>::DEFAULT`.
    pub(crate) fn layer_value(&self, node: &Node) -> TokenStream {
        self.value_of(node, node.layer)
    }

    fn value_of(&self, node: &Node, id: LayerId) -> TokenStream {
        let value = self.plain_value(node, id);
        match self.around(node, id) {
            Some(around) => quote!(::nn::layers::#around(#value)),
            None => value,
        }
    }

    /// The wrapper for the layer of a call that reads a sparse input or parts, or keeps its states in a stream.
    fn around(&self, node: &Node, id: LayerId) -> Option<Ident> {
        let Op::Builtin(builtin) = &self.graph.layers[id].op else { return None };
        let around = if self.graph.reads_sparse(node) {
            builtin.spec.sparse.map(|call| call.around)
        } else if self.graph.reads_parts(node) {
            builtin.spec.split_input
        } else if let (true, Streaming::Recurrent { around, .. }) = (node.lasts, builtin.spec.streaming) {
            Some(around)
        } else {
            None
        };
        around.filter(|_| id == node.layer).map(|around| format_ident!("{around}"))
    }

    fn plain_value(&self, node: &Node, id: LayerId) -> TokenStream {
        let layer = &self.graph.layers[id];
        let (layers, activations) = (&self.paths.layers, &self.paths.activations);
        match &layer.op {
            Op::Builtin(builtin) => {
                let name = format_ident!("{}", builtin.spec.name);
                let consts = self.consts(builtin, self.graph.facts(node, id));
                if let Some(inner) = builtin.inner {
                    let inner = self.value_of(node, inner.layer);
                    return quote!(#layers #name::<_, #(#consts),*>::new(#inner));
                }
                let path = match self.aliases.of_layer(builtin, self.graph.facts(node, id)) {
                    Some(alias) => quote!(#alias),
                    None if consts.is_empty() => quote!(#layers #name),
                    None => quote!(#layers #name::<#(#consts),*>),
                };
                let (mut given, mut all, mut inside) = (Vec::new(), true, Vec::new());
                for (spec, arg) in builtin.spec.args.iter().zip(&builtin.args).filter(|(spec, _)| spec.field) {
                    let field = format_ident!("{}", spec.name);
                    match (&arg.field, arg.activation(spec.kind)) {
                        // Another activation is another type.
                        (_, Some(activation)) => {
                            let value = self.function(activation);
                            inside.push(quote!(.#field(#value)));
                        }
                        (Some(value), None) => {
                            let value = self.print().term(value);
                            given.push(quote!(#field: #value));
                        }
                        (None, None) => all = false,
                    }
                }
                for name in builtin.spec.fields {
                    let (field, value) = (format_ident!("{name}"), self.rule_value(node, id, name));
                    given.push(quote!(#field: #value));
                }
                for group in builtin.spec.groups {
                    let (field, name) = (format_ident!("{}", group.field), format_ident!("{}", group.name));
                    let names = group.fields.iter().map(|name| format_ident!("{name}"));
                    let values = group.fields.iter().map(|name| self.rule_value(node, id, name));
                    given.push(quote!(#field: ::nn::layers::#name { #(#names: #values),* }));
                }
                match (given.len(), all && inside.is_empty()) {
                    (0, _) => quote!(#path::DEFAULT #(#inside)*),
                    (_, true) => quote!(#path { #(#given),* }),
                    (_, false) => quote!(#path { #(#given,)* ..#path::DEFAULT } #(#inside)*),
                }
            }
            Op::Activation { function, .. } => {
                let value = self.function(function);
                quote!(#activations Activate(#value))
            }
            Op::Component(_) => {
                let (alias, given) = (self.alias(node, id), self.print().given(id));
                let facts = self.graph.facts(node, id).map(|facts| self.print().facts(facts));
                quote!(const { #alias::__made(#given, &#facts) })
            }
        }
    }

    /// The shape rule's value for a field of a layer.
    fn rule_value(&self, node: &Node, id: LayerId, field: &str) -> TokenStream {
        match self.graph.facts(node, id) {
            Some(Facts::Known(facts)) => Literal::usize_unsuffixed(facts.value(field)).into_token_stream(),
            Some(facts) => {
                let facts = self.print().facts(facts);
                quote_spanned!(self.name.span()=> const { #facts.value(#field) })
            }
            None => quote!(0),
        }
    }

    /// The type of a layer's weights: `::nn::layers::DenseWeights<T, 64, 10, 1>`.
    pub(crate) fn weights_type(&self, id: LayerId, scalar: &TokenStream) -> TokenStream {
        let (nn, layers) = (&self.paths.nn, &self.paths.layers);
        if let Op::Builtin(builtin) = &self.graph.layers[id].op
            && builtin.inner.is_none()
        {
            if let Some(alias) = self.aliases.of_weights(builtin) {
                return quote!(#alias<#scalar>);
            }
            let name = format_ident!("{}Weights", builtin.spec.name);
            let count = builtin.spec.weight_consts.unwrap_or_default();
            let consts = self.consts(builtin, builtin.inferred.as_ref());
            // The weights of a recurrent layer have the types of its activations.
            let consts = consts.into_iter().take(count).chain(self.activation_types(builtin));
            return quote!(#layers #name<#scalar, #(#consts),*>);
        }
        let Some(node) = self.first_call(id) else { return quote!(()) };
        let (layer, x) = (self.layer_type(node), self.samples(&node.inputs, scalar));
        quote!(<#layer as #nn Layer<#scalar, #x>>::Weights)
    }

    /// The value of an activation, as short as the imports allow.
    fn function(&self, activation: &Function) -> TokenStream {
        if self.paths.imported { self.print().short(activation) } else { self.print().function(activation) }
    }

    /// The alias of a component's layer: `__Pair_TowerLayer`; in a folded form `__PairFolded_TowerPart`. Underscores
    /// separate the parts of the name, because a model `PairLeft` may have a component `tower`, and a model `Pair` a
    /// component `left_tower`. Each call has its own alias, because other shapes may give other constants. Later calls
    /// have the numbers of their calls.
    pub(crate) fn alias(&self, node: &Node, layer: LayerId) -> Ident {
        let calls = self.graph.nodes.iter().enumerate();
        let mut calls = calls.filter(|(_, node)| self.graph.chain(node.layer).any(|other| other == layer));
        let first = calls.next().is_none_or(|(_, first)| std::ptr::eq(first, node));
        let call = calls.find(|(_, other)| !first && std::ptr::eq(*other, node));
        let call = call.map_or_else(String::new, |(call, _)| call.to_string());
        let folded = matches!(&self.graph.layers[layer].op, Op::Component(component) if component.folded);
        let (part, kind) = (alias_part(self.graph, layer), if folded { "Part" } else { "Layer" });
        format_ident!("__{}_{part}{kind}{call}", self.name)
    }

    /// The alias of a component's folded form in the folded model of this name: `__PairFolded_TowerForm`.
    pub(crate) fn form(folded: &Ident, graph: &Graph, layer: LayerId) -> Ident {
        let part = alias_part(graph, layer);
        format_ident!("__{folded}_{part}Form")
    }

    /// The first call that computes with the weights of a layer.
    pub(crate) fn first_call(&self, layer: LayerId) -> Option<&Node> {
        self.first_calls[layer].map(|node| &self.graph.nodes[node])
    }

    /// The layers that own weights, with their ids.
    pub(crate) fn weighted(&self) -> impl Iterator<Item = (LayerId, &Layer)> {
        let layers = self.graph.layers.iter().enumerate();
        layers.filter(|(id, layer)| layer.has_weights() && self.first_call(*id).is_some())
    }

    /// The layer that owns the weights of a call.
    pub(crate) fn owner(&self, node: &Node) -> LayerId {
        self.graph.layers[node.layer].owner
    }

    /// The field of the weights of a call.
    pub(crate) fn weights_field(&self, node: &Node) -> Ident {
        self.ident(&self.graph.layers[self.owner(node)].name)
    }

    /// The range of a layer's weights in the model's layers with weights: the first one, and the number.
    pub(crate) fn layers_of(&self, id: LayerId) -> (TokenStream, TokenStream) {
        let nn = &self.paths.nn;
        let count = |id: LayerId, layer: &Layer| match &layer.op {
            Op::Builtin(builtin) if builtin.inner.is_none() => Ok(1usize),
            _ => {
                let weights = self.weights_type(id, &quote!(T));
                Err(quote!(<#weights as #nn Weights<T>>::LAYERS))
            }
        };
        let (mut known, mut others) = (0, Vec::new());
        for (before, layer) in self.weighted().take_while(|(before, _)| *before != id) {
            match count(before, layer) {
                Ok(n) => known += n,
                Err(tokens) => others.push(tokens),
            }
        }
        let known = Literal::usize_unsuffixed(known);
        let own = match count(id, &self.graph.layers[id]) {
            Ok(n) => Literal::usize_unsuffixed(n).into_token_stream(),
            Err(tokens) => tokens,
        };
        (quote!(#known #(+ #others)*), own)
    }

    /// The field of a tensor in the tape.
    pub(crate) fn field(&self, tensor: TensorId) -> Ident {
        if let Producer::Node(node) = self.graph.tensors[tensor].producer {
            let node = &self.graph.nodes[node];
            let k = node.outputs.iter().position(|&output| output == tensor).unwrap_or_default();
            let name = self.ident(&node.name);
            return if k == 0 { name } else { format_ident!("{name}_{k}") };
        }
        self.ident(&self.graph.tensors[tensor].name)
    }

    /// The field of a tensor's gradient in the tape.
    pub(crate) fn gradient_field(&self, tensor: TensorId) -> Ident {
        format_ident!("d_{}", self.field(tensor))
    }

    /// `x`, or `x.0` of several.
    pub(crate) fn part(&self, name: &str, i: usize, count: usize) -> TokenStream {
        let name = format_ident!("{name}");
        let literal = Literal::usize_unsuffixed;
        let (group, place) = (literal(i / MAX_INPUTS), literal(i % MAX_INPUTS));
        match count {
            1 => quote!(#name),
            2..=MAX_INPUTS => quote!(#name.#place),
            // The last group of 13 parts is one part.
            _ if i.is_multiple_of(MAX_INPUTS) && i + 1 == count => quote!(#name.#group),
            _ => quote!(#name.#group.#place),
        }
    }
}

/// The part of an alias for a component. `tower_1` and `tower1` are the same in camel case, so the later one gets its
/// number.
fn alias_part(graph: &Graph, layer: LayerId) -> String {
    let part = |layer: &Layer| camel(&layer.name.to_string());
    let own = part(&graph.layers[layer]);
    let is_taken = |other: &Layer| matches!(other.op, Op::Component(_)) && part(other) == own;
    if graph.layers[..layer].iter().any(is_taken) { format!("{own}L{layer}") } else { own }
}

/// Converts `some_name` to `SomeName`.
pub(super) fn camel(name: &str) -> String {
    let words = name.trim_start_matches("r#").split('_').flat_map(|word| {
        let mut letters = word.chars();
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect::<Vec<_>>()
    });
    words.collect()
}
