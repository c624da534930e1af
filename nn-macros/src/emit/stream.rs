//! One step of a stream: `impl Streams`, with the memory that lasts from step to step.

use super::memory::{layer_memory, memory_field, plans, scratch_type};
use super::tuples::one_or_tuple;
use super::{Context, forward, imports, memory, model};
use crate::graph::{RateId, Streamed};
use crate::schedule::{Call, Program, Step};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};

/// The items of a model with streams. `program` computes one step.
pub(crate) fn items(context: &Context<'_>, program: Option<&Program>) -> TokenStream {
    let (Some(streamed), Some(program)) = (&context.graph.streamed, program) else { return quote!() };
    let (model, item) = (context.name, context.item.streamed());
    let context = Context::new(context.item, &item, &streamed.graph, context.source, program, None);
    let (components, graph_type) = (model::components(&context), model::graph_type(&context));
    // Inside the block, another item may have the model's name.
    let (name, visibility) = (format_ident!("__{}Model", context.name), &item.visibility);
    let (imports, inside) = imports::inside(&context);
    let (scratch, plans, graph) = (memory::memory(&inside), plans(&inside, program), &context.graph_type);
    let (state, streams) = (state(&inside), streams(&inside, streamed, program, &name));
    quote! {
        #components
        #graph_type

        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        #visibility type #name<T> = #model<T>;

        const _: () = {
            #imports

            #[allow(dead_code, non_upper_case_globals)]
            impl #graph {
                #plans
            }

            #scratch
            #state
            #streams
        };
    }
}

/// The struct of the memory that lasts; `()` if there is none.
fn state(context: &Context<'_>) -> TokenStream {
    let (name, nn) = (format_ident!("{}State", context.name), &context.paths.nn);
    let lasting = context.graph.nodes.iter().filter(|node| node.lasts);
    let (fields, types): (Vec<_>, Vec<_>) = lasting.map(|node| layer_memory(context, node, "Scratch")).unzip();
    if fields.is_empty() {
        return quote!();
    }
    let doc = format!(" The memory that a stream keeps from step to step, for [`{}`].", context.name);
    quote! {
        type B = #nn Inline<1>;

        ::nn::__private::states! {
            #[doc = #doc]
            pub struct #name<T> {
                #(#fields: #types,)*
            }
        }
    }
}

/// `impl Streams`
fn streams(context: &Context<'_>, streamed: &Streamed, program: &Program, model: &syn::Ident) -> TokenStream {
    let (graph, nn, t) = (context.graph, &context.paths.nn, quote!(T));
    let step = context.samples(&graph.inputs, &t);
    let results: Vec<_> = graph.outputs.iter().map(|&tensor| context.sample(tensor, &t)).collect();
    let variables: Vec<_> = match results.len() {
        1 => vec![format_ident!("y")],
        n => (0..n).map(|i| format_ident!("y{i}")).collect(),
    };
    let y = one_or_tuple(variables.iter().map(|y| quote!(::core::slice::from_mut(&mut #y))).collect());
    let due = |rate: RateId| {
        let rate = Literal::usize_unsuffixed(rate);
        quote!(due[#rate])
    };
    let (mut types, mut values) = (Vec::new(), Vec::new());
    for ((result, y), rate) in results.iter().zip(&variables).zip(&streamed.outputs) {
        match rate {
            None => {
                types.push(quote!(#result));
                values.push(quote!(#y));
            }
            Some(rate) => {
                let due = due(*rate);
                types.push(quote!(::core::option::Option<#result>));
                values.push(quote!(if #due { ::core::option::Option::Some(#y) } else { ::core::option::Option::None }));
            }
        }
    }
    let (outputs, names) = (&context.outputs, graph.output_names.iter().map(|name| context.ident(name)));
    let (output, end) = match types.len() {
        1 => (quote!(#(#types)*), quote!(#(#values)*)),
        _ => (quote!(#outputs<#(#types),*>), quote!(#outputs { #(#names: #values),* })),
    };
    let lasts = graph.nodes.iter().any(|node| node.lasts);
    let state = format_ident!("{}State", context.name);
    let state = if lasts { quote!(#state<T>) } else { quote!(()) };
    let scratch = scratch_type(context);
    let m = (!program.fields.is_empty()).then(|| quote!(let m = &mut <#scratch as ::nn::Buffer>::with_capacity(1);));
    let rates = streamed.rates.len();
    let all = (rates > 0).then(|| quote!(let mut due = [false; #rates];));
    let steps = steps(context, streamed, program);
    // The error is about the model, so it is reported at its name.
    let fits = quote_spanned!(context.name.span()=> const { ::nn::model::assert_outputs::<(#(#results,)*)>() });
    quote! {
        #[automatically_derived]
        #[allow(unused_variables, unused_mut)]
        impl<T: #nn Scalar> ::nn::stream::Streams for #model<T> {
            type Step = #step;
            type StepOutputs = #output;
            type State = #state;

            #[inline]
            fn next_step(&self, x: <#step as ::nn::Tensors>::Batch<'_>, s: &mut #state) -> #output {
                type B = #nn Inline<1>;
                #fits
                #(let mut #variables = ::nn::tensor::zeroed::<#results>();)*
                #all
                {
                    let (w, y, n) = (self, #y, 1);
                    #m
                    #steps
                }
                #end
            }
        }
    }
}

/// The calls in order. Those at a lower rate run only if it is their step.
fn steps(context: &Context<'_>, streamed: &Streamed, program: &Program) -> TokenStream {
    let mut runs: Vec<(Option<RateId>, Vec<TokenStream>)> = Vec::new();
    for step in &program.forward {
        let (Step::Call(Call { call, .. }) | Step::InPlace(call, _)) = step;
        let mut code = forward::step(context, program, step);
        for (rate, _) in streamed.rates.iter().enumerate().filter(|(_, rate)| rate.call == *call) {
            let (rate, field) = (Literal::usize_unsuffixed(rate), memory_field(context, &context.graph.nodes[*call]));
            code.extend(quote!(due[#rate] = s.#field.is_due();));
        }
        match runs.last_mut() {
            Some((rate, calls)) if *rate == streamed.calls[*call] => calls.push(code),
            _ => runs.push((streamed.calls[*call], vec![code])),
        }
    }
    let runs = runs.into_iter().map(|(rate, calls)| match rate {
        None => quote!(#(#calls)*),
        Some(rate) => {
            let rate = Literal::usize_unsuffixed(rate);
            quote!(if due[#rate] { #(#calls)* })
        }
    });
    runs.collect()
}
