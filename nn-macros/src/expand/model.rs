//! The graph's type and the implementations of `Layer`, `Graph`, `Model` and the inherent methods.

use super::forward::method;
use super::imports::Paths;
use super::memory::{cache_fields, memory_field, memory_type, part, plans, scratch_fields};
use super::types::one_or_tuple;
use super::weights::sum;
use super::{Context, backward, docs, forward, masks, rows};
use crate::graph::{Facts, Op};
use crate::infer::{expression, start};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};

/// `DigitsGraph`, with the shapes that only rustc knows and what a graph that contains this one asks for.
pub(crate) fn graph_type(context: &Context<'_>) -> TokenStream {
    let Context { graph, name, graph_type, syntax, .. } = context;
    let visibility = &syntax.visibility;
    let doc = format!(" The graph of [`{name}`]: what it computes, without its weights.");
    let constants = graph.constants.iter().map(|(name, r#type, value)| quote!(const #name: #r#type = #value;));
    let inputs = graph.inputs.iter().map(|&tensor| expression(graph, tensor));
    let outputs = graph.outputs.iter().map(|&tensor| expression(graph, tensor));
    let inputs = quote_spanned!(name.span()=> &[#(#inputs),*]);
    let outputs = quote_spanned!(name.span()=> &[#(#outputs),*]);
    let text = name.to_string();
    let (input_shapes, output_shapes) = (context.own("INPUT_SHAPES"), context.own("OUTPUT_SHAPES"));
    quote! {
        #[doc = #doc]
        #[doc(hidden)]
        #[derive(Clone, Copy, Debug, Default)]
        #visibility struct #graph_type;

        #[allow(dead_code)]
        impl #graph_type {
            #(#constants)*

            const INPUT_SHAPES: &'static [::nn::Shape] = #inputs;
            const OUTPUT_SHAPES: &'static [::nn::Shape] = #outputs;

            /// The graph as a layer of another one.
            pub const fn new() -> Self {
                #graph_type
            }

            /// The shapes of its outputs, if these are the shapes of its inputs.
            pub const fn output_shapes(inputs: &[::nn::Shape]) -> ::core::result::Result<::nn::spec::Inferred, ::nn::ShapeError> {
                ::nn::spec::model_outputs(#text, #input_shapes, #output_shapes, inputs)
            }

            /// The shape of its only output, if these are the shapes of its inputs.
            pub const fn output_shape(inputs: &[::nn::Shape]) -> ::core::result::Result<::nn::Shape, ::nn::ShapeError> {
                ::nn::spec::only_output(#text, Self::output_shapes(inputs))
            }
        }
    }
}

/// Names for the layers that components stand for, so that what the user wrote is written once.
///
/// A call with wrong shapes fails in a constant of the graph's type. The name depends on it: then it stands for no type at
/// all, and rustc says nothing about whatever follows.
pub(crate) fn components(context: &Context<'_>) -> TokenStream {
    let visibility = &context.syntax.visibility;
    let aliases = context.graph.layers.iter().enumerate().filter_map(|(id, layer)| match &layer.op {
        Op::Component(component) => {
            let (alias, path) = (context.alias(layer), &component.path);
            let called = context.graph.nodes.iter().filter_map(|node| match context.graph.facts(node, id) {
                Some(Facts::Const(path)) => Some(quote!(!#path.outputs().is_empty())),
                _ => None,
            });
            let span = start(&layer.source);
            let called =
                quote_spanned!(span=> <::nn::__private::Called<#path, { #(#called)&&* }> as ::nn::Component>::Layer);
            Some(quote! {
                #[doc(hidden)]
                #visibility type #alias = #called;
            })
        }
        _ => None,
    });
    quote!(#(#aliases)*)
}

/// The slice types of inputs or outputs: `&[S]`, `&mut [S]`, `Option<&[S]>`, one or a tuple.
pub(crate) fn slices(context: &Context<'_>, tensors: &[usize], wrap: fn(TokenStream) -> TokenStream) -> TokenStream {
    one_or_tuple(tensors.iter().map(|&tensor| wrap(context.sample(tensor, &quote!(T)))).collect())
}

/// `Layer::MACS`
pub(crate) fn macs(context: &Context<'_>) -> TokenStream {
    sum(of_each(context, quote!(MACS)))
}

/// `Layer::WORK`
pub(crate) fn work(context: &Context<'_>) -> TokenStream {
    let work = of_each(context, quote!(WORK));
    quote!(::nn::layer::Work::sum(&[#(#work),*]))
}

/// A constant of the layer of each call. An activation costs next to nothing.
fn of_each(context: &Context<'_>, constant: TokenStream) -> Vec<TokenStream> {
    let (graph, nn) = (context.graph, &context.paths.nn);
    let counted = graph.nodes.iter().filter(|node| !matches!(graph.layers[node.layer].op, Op::Activation { .. }));
    let constants = counted.map(|node| {
        let (layer, x) = (context.layer_type(node), context.samples(&node.inputs, &quote!(T)));
        quote!(<#layer as #nn Layer<T, #x>>::#constant)
    });
    constants.collect()
}

/// The body of `Layer::init`.
pub(crate) fn init(context: &Context<'_>) -> TokenStream {
    let init = context.weighted().filter_map(|(id, layer)| {
        let field = &layer.name;
        Some(method(context, context.first_call(id)?, quote!(init), quote!(&mut w.#field, rng)))
    });
    quote!(#(#init)*)
}

/// `impl Layer` and `impl Graph`.
pub(crate) fn layer(context: &Context<'_>) -> TokenStream {
    let Context { graph, name, graph_type, .. } = context;
    let nn = &context.paths.nn;
    let t = quote!(T);
    let x = context.samples(&graph.inputs, &t);
    let y = context.samples(&graph.outputs, &t);
    let scratch = memory_type(&context.scratch, &scratch_fields(context));
    let cache = memory_type(&context.cache, &cache_fields(context));
    let inputs = slices(context, &graph.inputs, |s| quote!(&[#s]));
    let gradients = slices(context, &graph.inputs, |s| quote!(Option<&mut [#s]>));
    let outputs = slices(context, &graph.outputs, |s| quote!(&[#s]));
    let outputs_mut = slices(context, &graph.outputs, |s| quote!(&mut [#s]));
    let optional = slices(context, &graph.outputs, |s| quote!(Option<&[#s]>));
    let (macs, init, work) = (macs(context), init(context), work(context));
    let stateful = graph.nodes.iter().filter(|node| {
        let layer = &graph.layers[node.layer];
        layer.has_cache() && layer.learns()
    });
    let update = stateful.map(|node| {
        let (field, memory) = (context.weights_field(node), memory_field(node));
        method(context, node, quote!(update::<B>), quote!(&mut w.#field, &m.#memory))
    });
    let regularize = context.weighted().filter(|(_, layer)| layer.trainable).filter_map(|(id, layer)| {
        let field = &layer.name;
        let arguments = quote!(&w.#field, dw.as_deref_mut().map(|dw| &mut dw.#field));
        let call = method(context, context.first_call(id)?, quote!(regularize), arguments);
        Some(quote!(loss += #call))
    });
    let bounded = || context.weighted().filter(|(_, layer)| layer.trainable && layer.constrains());
    let constrains = bounded().map(|(id, layer)| match (&layer.op, context.first_call(id)) {
        (Op::Component(_), Some(node)) => {
            let (layer, x) = (context.layer_type(node), context.samples(&node.inputs, &t));
            quote!(<#layer as #nn Layer<T, #x>>::CONSTRAINS)
        }
        _ => quote!(true),
    });
    let constrains: Vec<_> = constrains.collect();
    let constrains = if constrains.is_empty() { quote!(false) } else { quote!(#(#constrains)||*) };
    let constrain = bounded().filter_map(|(id, layer)| {
        let field = &layer.name;
        Some(method(context, context.first_call(id)?, quote!(constrain), quote!(&mut w.#field)))
    });
    // Only what keeps something in a prediction can have found a penalty in it.
    let penalties = |name: TokenStream| {
        let charging = graph.nodes.iter().filter(|node| graph.layers[node.layer].has_scratch());
        charging.map(move |node| {
            let memory = memory_field(node);
            let call = method(context, node, quote!(#name::<B>), quote!(&m.#memory));
            quote!(loss += #call)
        })
    };
    let (activity, training_activity) = (penalties(quote!(activity)), penalties(quote!(training_activity)));
    // What would do nothing is left to the trait's defaults.
    let some = |body: Vec<TokenStream>, method: fn(&Context<'_>, TokenStream) -> TokenStream| match body.len() {
        0 => quote!(),
        _ => method(context, quote!(#(#body)*)),
    };
    let update = some(update.collect(), |Context { name, paths: Paths { nn, .. }, .. }, body| {
        quote! {
            fn update<B: #nn Storage>(&self, w: &mut #name<T>, m: &Self::Cache<B>) {
                #body
            }
        }
    });
    let constrain = some(constrain.collect(), |Context { name, .. }, body| {
        quote! {
            fn constrain(&self, w: &mut #name<T>) {
                #body
            }
        }
    });
    let activity = some(activity.collect(), |Context { paths: Paths { nn, .. }, .. }, body| {
        quote! {
            fn activity<B: #nn Storage>(&self, m: &Self::Scratch<B>) -> T {
                let mut loss = T::ZERO;
                #body
                loss
            }
        }
    });
    let training_activity = some(training_activity.collect(), |Context { paths: Paths { nn, .. }, .. }, body| {
        quote! {
            fn training_activity<B: #nn Storage>(&self, m: &Self::Cache<B>) -> T {
                let mut loss = T::ZERO;
                #body
                loss
            }
        }
    });
    let regularize = some(regularize.collect(), |Context { name, .. }, body| {
        quote! {
            fn regularize(&self, w: &#name<T>, mut dw: ::core::option::Option<&mut #name<T>>) -> T {
                let mut loss = T::ZERO;
                #body
                loss
            }
        }
    });
    let forward = forward::forward(context);
    let backward = backward::backward(context);
    let (bounds, touched) = (rows::bounds(context), rows::touched(context));
    let masks = masks::masks(context);
    let Heads { heads, logits, training_logits } = heads(context);
    quote! {
        #[automatically_derived]
        impl<T: #nn Scalar> #nn Component for #name<T> {
            type Layer = #graph_type;
        }

        #[automatically_derived]
        #[allow(unused_variables, unused_mut)]
        impl<T: #nn Scalar> #nn Layer<T, #x> for #graph_type {
            type Output = #y;
            type Weights = #name<T>;
            type Scratch<B: #nn Storage> = #scratch;
            type Cache<B: #nn Storage> = #cache;
            const MACS: usize = #macs;
            const WORK: ::nn::layer::Work = #work;
            const HEADS: &'static [::nn::activations::Head] = &[#(#heads),*];
            #bounds
            const CONSTRAINS: bool = #constrains;

            fn init(&self, w: &mut #name<T>, rng: &mut dyn ::nn::__private::Rng) {
                #init
            }

            fn forward<B: #nn Storage>(
                &self,
                w: &#name<T>,
                x: #inputs,
                y: #outputs_mut,
                pass: #nn Pass<'_, '_, Self::Scratch<B>, Self::Cache<B>>,
            ) {
                #forward
            }

            fn backward<B: #nn Storage>(
                &self,
                w: &#name<T>,
                x: #inputs,
                y: #outputs,
                dy: #outputs,
                m: &mut Self::Cache<B>,
                dx: #gradients,
                dw: Option<&mut #name<T>>,
            ) {
                #nn Layer::<T, #x>::backward_from::<B>(self, 0, w, x, y, dy, m, dx, dw);
            }

            fn backward_from<B: #nn Storage>(
                &self,
                seeds: ::nn::losses::Seeds,
                w: &#name<T>,
                x: #inputs,
                y: #outputs,
                dy: #outputs,
                m: &mut Self::Cache<B>,
                mut dx: #gradients,
                mut dw: Option<&mut #name<T>>,
            ) {
                #backward
            }

            fn logits<B: #nn Storage>(m: &Self::Scratch<B>, n: usize) -> #optional {
                #logits
            }

            fn training_logits<B: #nn Storage>(m: &Self::Cache<B>, n: usize) -> #optional {
                #training_logits
            }

            #masks
            #touched
            #update
            #constrain
            #activity
            #training_activity
            #regularize
        }

        #[automatically_derived]
        impl<T: #nn Scalar> #nn Graph<T, #x> for #graph_type {
            const NEW: Self = #graph_type;
        }
    }
}

/// What each output ends in, and its logits after both passes.
pub(crate) struct Heads {
    pub(crate) heads: Vec<TokenStream>,
    pub(crate) logits: TokenStream,
    training_logits: TokenStream,
}

pub(crate) fn heads(context: &Context<'_>) -> Heads {
    let nn = &context.paths.nn;
    let (mut heads, mut logits, mut training_logits) = (Vec::new(), Vec::new(), Vec::new());
    for output in 0..context.graph.outputs.len() {
        let own = context.graph.nodes.iter().find_map(|node| match context.plan.head(context.graph, node) {
            Some((i, tensor)) if i == output => Some((node, tensor)),
            _ => None,
        });
        let component = context.graph.nodes.iter().find_map(|node| {
            backward::component_heads(context, node).into_iter().find(|(i, _)| *i == output).map(|(_, k)| (node, k))
        });
        if let Some((node, tensor)) = own {
            let (field, layer, arena) = (context.field(tensor), context.layer_value(node), &context.paths.arena);
            let x = context.samples(&node.inputs, &quote!(T));
            heads.push(quote!(::nn::layer::head::<T, #x, _>(&#layer)));
            let scalars = part(context, tensor);
            logits.push(quote!(::core::option::Option::Some(#arena samples(#scalars))));
            training_logits.push(quote!(::core::option::Option::Some(&m.#field[..n])));
        } else if let Some((node, k)) = component {
            let (layer, memory) = (context.layer_type(node), memory_field(node));
            let x = context.samples(&node.inputs, &quote!(T));
            let index = Literal::usize_unsuffixed(k);
            let part = if node.outputs.len() == 1 { quote!() } else { quote!(.#index) };
            heads.push(quote!(<#layer as #nn Layer<T, #x>>::HEADS[#index]));
            logits.push(quote!(<#layer as #nn Layer<T, #x>>::logits::<B>(&m.#memory, n) #part));
            training_logits.push(quote!(<#layer as #nn Layer<T, #x>>::training_logits::<B>(&m.#memory, n) #part));
        } else {
            heads.push(quote!(::nn::activations::Head::Other));
            logits.push(quote!(::core::option::Option::None));
            training_logits.push(quote!(::core::option::Option::None));
        }
    }
    Heads { heads, logits: one_or_tuple(logits), training_logits: one_or_tuple(training_logits) }
}

/// `impl Model`, with what the lints of training read, and its frozen form.
pub(crate) fn model(context: &Context<'_>, lints: &TokenStream, freeze: &TokenStream) -> TokenStream {
    let Context { graph, name, graph_type, outputs, .. } = context;
    let nn = &context.paths.nn;
    let t = quote!(T);
    let x = context.samples(&graph.inputs, &t);
    let y = context.samples(&graph.outputs, &t);
    let text = name.to_string();
    let input_names = graph.inputs.iter().map(|&tensor| graph.tensors[tensor].name.to_string());
    let output_names = graph.output_names.iter().map(|name| name.to_string());
    let dot = docs::dot(context);
    let layer = quote!(<#graph_type as #nn Layer<T, #x>>);
    let vecs = graph.outputs.iter().map(|&tensor| {
        let sample = context.sample(tensor, &t);
        quote!(::nn::__private::Vec<#sample>)
    });
    let vecs: Vec<_> = vecs.collect();
    let (input_shapes, output_shapes) = (context.own("INPUT_SHAPES"), context.own("OUTPUT_SHAPES"));
    let (table, summary) = (table(context), &context.summary);
    let predictions = if vecs.len() == 1 { quote!(#(#vecs)*) } else { quote!(#outputs<#(#vecs),*>) };
    quote! {
        #table

        #[automatically_derived]
        impl<T: #nn Scalar> #nn Model for #name<T> {
            type Scalar = T;
            type Inputs = #x;
            type Outputs = #y;
            type Graph = #graph_type;
            ::nn::__with_heap! { type Predictions = #predictions; }

            const NAME: &'static str = #text;
            const INPUT_NAMES: &'static [&'static str] = &[#(#input_names),*];
            const OUTPUT_NAMES: &'static [&'static str] = &[#(#output_names),*];
            const INPUT_SHAPES: &'static [#nn Shape] = #input_shapes;
            const OUTPUT_SHAPES: &'static [#nn Shape] = #output_shapes;
            const SUMMARY: &'static str = #summary::<T>::TABLE.as_str();
            const DOT: &'static str = #dot;
            #lints
            const ARENA_BYTES: usize = size_of::<#layer::Scratch<#nn Inline<1>>>();
            const TRAIN_BYTES: usize = size_of::<#layer::Cache<#nn Inline<1>>>();
            #freeze
        }
    }
}

/// The inherent methods: for `f32` what needs no annotation, since it is the default, and `call`.
pub(crate) fn methods(context: &Context<'_>) -> TokenStream {
    let name = context.name;
    let call = call(context);
    let summary = summary(context);
    quote! {
        #summary

        #[allow(dead_code)]
        impl #name<f32> {
            /// A table of the layers, as Keras prints it.
            pub const SUMMARY: &'static str = <Self as ::nn::Model>::SUMMARY;
            /// How many weights it has.
            pub const PARAMETERS: usize = <Self as ::nn::Model>::PARAMETERS;
            /// How many bytes its weights take.
            pub const PARAMETER_BYTES: usize = <Self as ::nn::Model>::PARAMETER_BYTES;
            /// How many bytes of activations one prediction needs, beside its inputs and outputs.
            pub const ARENA_BYTES: usize = <Self as ::nn::Model>::ARENA_BYTES;
            /// How many bytes a training step needs for each sample, beside weights, inputs and outputs.
            pub const TRAIN_BYTES: usize = <Self as ::nn::Model>::TRAIN_BYTES;
            /// Multiply-accumulates of one prediction.
            pub const MACS: usize = <Self as ::nn::Model>::MACS;

            /// The graph for Graphviz.
            pub const fn dot() -> &'static str {
                <Self as ::nn::Model>::DOT
            }

            ::nn::__with_heap! {
                /// Fresh weights, made in place on the heap.
                pub fn boxed(rng: &mut dyn ::nn::__private::Rng) -> ::nn::__private::Box<Self> {
                    <Self as ::nn::Model>::boxed(rng)
                }
            }

            /// Fresh weights, by value. Refused at compile time for a model that is too large for a stack.
            pub fn new(rng: &mut dyn ::nn::__private::Rng) -> Self {
                <Self as ::nn::Model>::new(rng)
            }
        }

        #[allow(dead_code)]
        impl<T: ::nn::Scalar> #name<T> {
            #call
        }
    }
}

/// The rows of the table of the layers, and the length of its text. rustc writes it, since only it knows all shapes.
fn summary(context: &Context<'_>) -> TokenStream {
    let (name, graph_type, text) = (context.name, &context.graph_type, context.name.to_string());
    let rows = docs::rows(context);
    // At the struct's name, as the paths of constants: rustc notes there that a shape could not be found.
    let length = quote_spanned!(name.span()=> ::nn::summary::length(#text, #graph_type::rows));
    let plans = plans(context);
    quote! {
        // In lower case, since the constants of inputs and layers have the names of these in upper case.
        #[allow(dead_code, non_upper_case_globals)]
        impl #graph_type {
            const rows: &'static [::nn::summary::Row] = #rows;
            const summary_length: usize = #length;
            #plans
        }
    }
}

/// The table of the layers, once for each type of scalar, where it is asked for: it is long for rustc.
fn table(context: &Context<'_>) -> TokenStream {
    let Context { name, summary, .. } = context;
    let (nn, text) = (&context.paths.nn, context.name.to_string());
    let (rows, length) = (context.own("rows"), context.own("summary_length"));
    let weights = quote!(<#name<T> as #nn Weights<T>>);
    quote! {
        struct #summary<T>(::core::marker::PhantomData<T>);

        impl<T: #nn Scalar> #summary<T> {
            const TABLE: ::nn::text::Text<{ #length }> =
                ::nn::summary::table(#text, #rows, #weights::NON_TRAINABLE, #weights::COUNT, size_of::<T>());
        }
    }
}

/// `call`: one sample, no allocation.
fn call(context: &Context<'_>) -> TokenStream {
    let Context { graph, inputs, outputs, graph_type, .. } = context;
    let t = quote!(T);
    let samples: Vec<_> = graph.inputs.iter().map(|&tensor| context.sample(tensor, &t)).collect();
    let (lifetime, parameter, x) = if samples.len() == 1 {
        let sample = &samples[0];
        (quote!(), quote!(x: &#sample), quote!(::core::slice::from_ref(x)))
    } else {
        let names = graph.inputs.iter().map(|&tensor| &graph.tensors[tensor].name);
        (
            quote!(<'x>),
            quote!(x: impl ::core::convert::Into<#inputs<#(&'x #samples),*>>),
            quote!((#(::core::slice::from_ref(x.#names)),*)),
        )
    };
    let into = if samples.len() == 1 { quote!() } else { quote!(let x = ::core::convert::Into::into(x);) };
    let results: Vec<_> = graph.outputs.iter().map(|&tensor| context.sample(tensor, &t)).collect();
    let variables: Vec<_> = match results.len() {
        1 => vec![format_ident!("y")],
        n => (0..n).map(|i| format_ident!("y{i}")).collect(),
    };
    let y = one_or_tuple(variables.iter().map(|y| quote!(::core::slice::from_mut(&mut #y))).collect());
    let (result_type, result) = if results.len() == 1 {
        (quote!(#(#results)*), quote!(#(#variables)*))
    } else {
        let names = &graph.output_names;
        (quote!(#outputs<#(#results),*>), quote!(#outputs { #(#names: #variables),* }))
    };
    // An error is about the model: its name is the place.
    let fits = quote_spanned!(context.name.span()=> const { ::nn::model::assert_arena::<Self>() });
    quote! {
        /// The prediction for one sample. Nothing is allocated; the activations (`ARENA_BYTES`) are on the stack, and a
        /// model with more than a stack should hold is refused at compile time: use `predict`, or `call_in`.
        #[inline]
        pub fn call #lifetime (&self, #parameter) -> #result_type {
            #fits
            self.call_in(x, &mut ::nn::Arena::new())
        }

        /// The prediction for one sample, with the activations in memory that the caller keeps.
        #[inline]
        pub fn call_in #lifetime (&self, #parameter, arena: &mut ::nn::Arena<Self>) -> #result_type {
            #into
            #(let mut #variables = ::nn::tensor::zeroed::<#results>();)*
            ::nn::model::call_in::<Self>(&#graph_type, self, #x, #y, arena);
            #result
        }
    }
}
