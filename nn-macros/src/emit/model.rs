//! The graph's type, the implementation of `Model` and the inherent methods.

use super::memory::plans;
use super::tuples::one_or_tuple;
use super::{Context, description, docs, forward};
use crate::graph::{Facts, Op};
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};

/// `__DigitsGraph`, with the shapes that only rustc knows.
pub(crate) fn graph_type(context: &Context<'_>) -> TokenStream {
    let Context { graph, name, graph_type, item, .. } = context;
    let visibility = &item.visibility;
    let doc = format!(" The graph of [`{name}`]: what it computes, without its weights.");
    let constants =
        context.print().constants().chain(context.print().numbers_outside()).chain(context.print().given_constants());
    let inputs = graph.inputs.iter().map(|&tensor| context.print().shape_of(tensor));
    let outputs = graph.outputs.iter().map(|&tensor| context.print().shape_of(tensor));
    let inputs = quote_spanned!(name.span()=> &[#(#inputs),*]);
    let description = description::pieces(context);
    let outputs = quote_spanned!(name.span()=> &[#(#outputs),*]);
    quote! {
        #[doc = #doc]
        #[doc(hidden)]
        #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::default::Default)]
        #visibility struct #graph_type;

        // A rule with many arguments has a long list of them.
        #[allow(dead_code, long_running_const_eval, clippy::large_stack_arrays)]
        impl #graph_type {
            #(#constants)*

            const INPUT_SHAPES: &'static [::nn::Shape] = #inputs;
            const OUTPUT_SHAPES: &'static [::nn::Shape] = #outputs;

            #description
        }
    }
}

/// The functions of the graph's type that answer an outer graph's questions about shapes.
pub(crate) fn shapes(context: &Context<'_>) -> TokenStream {
    let Context { name, graph_type, .. } = context;
    let text = name.to_string();
    let (input_shapes, output_shapes) = (context.own("INPUT_SHAPES"), context.own("OUTPUT_SHAPES"));
    quote! {
        #[allow(dead_code)]
        impl #graph_type {
            /// The graph as a layer of another one, which has no arguments.
            pub const fn __made(_: &[::nn::layer::given::Argument], _: &::nn::spec::Inferred) -> Self {
                #graph_type
            }

            /// The shapes of its outputs, if these are the shapes of its inputs.
            pub const fn __infer(
                given: &[::nn::layer::given::Argument],
                inputs: &[::nn::Shape],
            ) -> ::core::result::Result<::nn::spec::Inferred, ::nn::ShapeError> {
                let outputs = ::nn::spec::model_outputs(#text, #input_shapes, #output_shapes, inputs);
                ::nn::layer::given::of_model(given, outputs)
            }

            /// How many constants the weights have.
            pub const __WEIGHT_CONSTS: ::core::primitive::usize = 0;
        }
    }
}

/// Aliases for the layers of components, so that the user's tokens appear once.
///
/// A call with wrong shapes fails in a constant of the graph's type. The alias depends on that constant, so it then
/// stands for no type, and rustc reports no consequences.
pub(crate) fn components(context: &Context<'_>) -> TokenStream {
    let visibility = &context.item.visibility;
    let aliases = context.graph.layers.iter().enumerate().filter_map(|(id, layer)| match &layer.op {
        Op::Component(component) => {
            let path = &context.source[component.path];
            let calls =
                || context.graph.nodes.iter().filter(|node| context.graph.chain(node.layer).any(|other| other == id));
            let called = calls().filter_map(|node| match context.graph.facts(node, id) {
                Some(facts @ Facts::Const(_)) => {
                    let path = context.print().facts(facts);
                    Some(quote!(!#path.outputs().is_empty()))
                }
                _ => None,
            });
            let (span, form) = (context.source.start(layer.source), Context::form(context.name, context.graph, id));
            // For a model, a folded form holds the model's folded form.
            let folded = match component.folded {
                true => quote_spanned!(span=> , { <#path as ::nn::Component>::FOLDS }),
                false => quote!(),
            };
            let called = quote_spanned!(span=> ::nn::__private::Called<#path, { #(#called)&&* } #folded>);
            let layers = calls().map(|node| {
                let alias = context.alias(node, id);
                let consts = (0..nn_core::spec::MAX_OWN_CONSTS).map(|i| match context.graph.facts(node, id) {
                    Some(facts) => {
                        let facts = context.print().facts(facts);
                        quote!({ #facts.constant_or_zero(#i) })
                    }
                    None => quote!(0),
                });
                let layer = quote_spanned!(span=> <#form as ::nn::Component>::Layer<#(#consts),*>);
                quote! {
                    #[doc(hidden)]
                    #[allow(non_camel_case_types)]
                    #visibility type #alias = #layer;
                }
            });
            Some(quote! {
                #[doc(hidden)]
                #[allow(non_camel_case_types)]
                #visibility type #form = #called;

                #(#layers)*
            })
        }
        _ => None,
    });
    quote!(#(#aliases)*)
}

/// `impl Model`, with the data for the lints of training and the folded form.
pub(crate) fn model(
    context: &Context<'_>,
    lints: &TokenStream,
    fold: &TokenStream,
    training: &TokenStream,
) -> TokenStream {
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
    let (table, summary, rows) = (table(context), &context.summary, context.own("rows"));
    let predictions = if vecs.len() == 1 { quote!(#(#vecs)*) } else { quote!(#outputs<#(#vecs),*>) };
    quote! {
        #table

        #[automatically_derived]
        impl<T: #nn Scalar> #nn Model for #name<T> {
            type Scalar = T;
            type Inputs = #x;
            type Outputs = #y;
            type Graph = #graph_type;
            type Training = #training;
            ::nn::__with_heap! { type Predictions = #predictions; }

            const NAME: &'static str = #text;
            const INPUT_NAMES: &'static [&'static str] = &[#(#input_names),*];
            const OUTPUT_NAMES: &'static [&'static str] = &[#(#output_names),*];
            const INPUT_SHAPES: &'static [#nn Shape] = #input_shapes;
            const OUTPUT_SHAPES: &'static [#nn Shape] = #output_shapes;
            const SUMMARY: &'static str = #summary::<T>::TABLE.as_str();
            const COSTS: ::nn::summary::Costs =
                ::nn::summary::Costs { rows: #rows, scalar: size_of::<T>(), arena: Self::ARENA_BYTES };
            const DOT: &'static str = #dot;
            #lints
            const ARENA_BYTES: usize = size_of::<#layer::Scratch<#nn Inline<1>>>();
            const TRAIN_BYTES: usize = size_of::<<#training as #nn Layer<T, #x>>::Cache<#nn Inline<1>>>();
            #fold
        }
    }
}

/// The inherent methods: `call`, and methods that need no type annotation because they are for `f32`, the default.
pub(crate) fn methods(context: &Context<'_>) -> TokenStream {
    let name = context.name;
    let call = call(context);
    let summary = summary(context);
    quote! {
        #summary

        ::nn::__private::inherent!(#name);

        #[allow(dead_code)]
        impl<T: ::nn::Scalar> #name<T> {
            // Not for `f32` alone: rustc would evaluate them, and repeat every error in a shape.
            /// The shapes of the inputs: `Digits::<f32>::INPUT_SHAPES`.
            pub const INPUT_SHAPES: &'static [::nn::Shape] = <Self as ::nn::Model>::INPUT_SHAPES;
            /// The shapes of the outputs.
            pub const OUTPUT_SHAPES: &'static [::nn::Shape] = <Self as ::nn::Model>::OUTPUT_SHAPES;

            #call
        }
    }
}

/// The rows of the layer table, and the length of its text. Only rustc knows all shapes, so it writes the text.
fn summary(context: &Context<'_>) -> TokenStream {
    let (name, graph_type, text) = (context.name, &context.graph_type, context.name.to_string());
    let rows = docs::rows(context);
    // At the struct's name, like the paths of constants: rustc notes there that it could not find a shape.
    let length = quote_spanned!(name.span()=> ::nn::summary::length(#text, #graph_type::rows));
    let plans = [Some(context.predict), context.train].into_iter().flatten().map(|program| plans(context, program));
    quote! {
        // In lower case, because constants of inputs and layers have their names in upper case.
        #[allow(dead_code, non_upper_case_globals)]
        impl #graph_type {
            const rows: &'static [::nn::summary::Row] = #rows;
            const summary_length: usize = #length;
            #(#plans)*
        }
    }
}

/// The layer table. It is evaluated once for each scalar type, only on request, because that takes rustc long.
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

/// The arguments and results of `call` and similar methods: one sample of each input and output.
struct OneSample {
    /// `<'x>`, for several inputs, or `<__X>`.
    generics: TokenStream,
    parameter: TokenStream,
    /// The requirements on `__X`.
    bounds: TokenStream,
    result: TokenStream,
    /// Makes `x` and `y` from the parameter.
    start: TokenStream,
    /// Batches of one.
    x: TokenStream,
    y: TokenStream,
    /// Returns the outputs.
    end: TokenStream,
}

fn one_sample(context: &Context<'_>) -> OneSample {
    let Context { graph, outputs, .. } = context;
    let t = quote!(T);
    let samples: Vec<_> = graph.inputs.iter().map(|&tensor| context.sample(tensor, &t)).collect();
    let (generics, parameter, bounds, x) = if samples.len() == 1 {
        let sample = &samples[0];
        let bound = quote!(#sample: ::nn::data::SampleFrom<__X>);
        let x = quote!(<#sample as ::nn::data::SampleFrom<__X>>::samples(x));
        (quote!(<__X: ?::core::marker::Sized>), quote!(x: &__X), quote!(where #bound), x)
    } else {
        let parameter = quote!(x: impl ::nn::data::OneOfEach<'x, (#(#samples,)*)>);
        (quote!(<'x>), parameter, quote!(), quote!(::nn::data::OneOfEach::batches(x)))
    };
    let results: Vec<_> = graph.outputs.iter().map(|&tensor| context.sample(tensor, &t)).collect();
    let variables: Vec<_> = match results.len() {
        1 => vec![format_ident!("y")],
        n => (0..n).map(|i| format_ident!("y{i}")).collect(),
    };
    let y = one_or_tuple(variables.iter().map(|y| quote!(::core::slice::from_mut(&mut #y))).collect());
    let (result, end) = if results.len() == 1 {
        (quote!(#(#results)*), quote!(#(#variables)*))
    } else {
        let names = graph.output_names.iter().map(|name| context.ident(name));
        (quote!(#outputs<#(#results),*>), quote!(#outputs { #(#names: #variables),* }))
    };
    // The error is about the model, so it is reported at its name.
    let fits = quote_spanned!(context.name.span()=> const { ::nn::model::assert_outputs::<(#(#results,)*)>() });
    let start = quote! {
        #fits
        #(let mut #variables = ::nn::tensor::zeroed::<#results>();)*
    };
    OneSample { generics, parameter, bounds, result, start, x, y, end }
}

/// `call`: one sample, without allocation.
fn call(context: &Context<'_>) -> TokenStream {
    let graph_type = &context.graph_type;
    let OneSample { generics, parameter, bounds, result, start, x, y, end } = one_sample(context);
    // The error is about the model, so it is reported at its name.
    let fits = quote_spanned!(context.name.span()=> ::nn::model::assert_arena::<Self>());
    let checked = quote_spanned!(context.name.span()=> const { Self::__CALL_FITS });
    quote! {
        // A constant of the model, so that an error in it names no type of a sample.
        #[doc(hidden)]
        const __CALL_FITS: () = #fits;

        /// Returns the outputs for one sample.
        ///
        /// A sample is a matrix or an array of numbers: `SVector<f32, 64>` or `[f32; 64]`. Nothing is allocated:
        /// the activations (`ARENA_BYTES` bytes) are on the stack. A model whose activations are too large for a stack
        /// does not compile with this method; it has `predict` and `call_in`.
        #[inline]
        pub fn call #generics (&self, #parameter) -> #result
        #bounds
        {
            #checked
            self.call_in(x, &mut ::nn::Arena::new())
        }

        /// Returns the outputs for one sample, with the activations in the memory `arena`.
        #[inline]
        pub fn call_in #generics (&self, #parameter, arena: &mut ::nn::Arena<Self>) -> #result
        #bounds
        {
            #start
            ::nn::model::call_in::<Self>(&#graph_type, self, #x, #y, arena);
            #end
        }
    }
}

/// `profile`, if the model asks for it: `call_in` layer by layer.
pub(crate) fn profile(context: &Context<'_>) -> TokenStream {
    if !context.item.profile {
        return quote!();
    }
    let (name, nn) = (context.name, &context.paths.nn);
    let OneSample { generics, parameter, bounds, result, start, x, y, end } = one_sample(context);
    let calls = forward::predictions(context).map(|(layer, call)| quote!(#call after(#layer);));
    quote! {
        #[allow(dead_code)]
        impl<T: #nn Scalar> #name<T> {
            /// Returns the outputs for one sample, as `call_in` does, and calls `after` behind each layer.
            ///
            /// `after` gets the name of a layer that was just computed, so that it can count instructions, cycles or
            /// time. The second call of `tower` is `tower_1`. The activation of `class` is `class_softmax` if it is
            /// computed apart from its layer.
            pub fn profile #generics (
                &self,
                #parameter,
                arena: &mut ::nn::Arena<Self>,
                mut after: impl FnMut(&'static str),
            ) -> #result
            #bounds
            {
                type B = #nn Inline<1>;
                #start
                {
                    let (w, x, y, m, n) = (self, #x, #y, arena.memory(), 1);
                    #(#calls)*
                }
                #end
            }
        }
    }
}
