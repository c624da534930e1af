//! The training step: the methods of `Layer` that use its memory, and a form of the graph for models whose first layers never learn.

use super::forward::method;
use super::layer::{Slices, heads, slices};
use super::memory::{cache, cache_type, memory_field, plans};
use super::{Context, backward, forward, masks, rows};
use crate::schedule::Program;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// The methods of `Layer` that use the memory of a training step, but `forward` and `backward`.
pub(super) fn methods(context: &Context<'_>, training_logits: &TokenStream) -> TokenStream {
    let Context { graph, name, .. } = context;
    let nn = &context.paths.nn;
    let Slices { inputs, gradients, outputs, optional } = Slices::new(context);
    let update = context.train.updates.iter().map(|&call| {
        let node = &graph.nodes[call];
        let (field, memory) = (context.weights_field(node), memory_field(context, node));
        method(context, node, quote!(update::<B>), quote!(&mut w.#field, &m.#memory))
    });
    let update = some(update.collect(), |body| {
        quote! {
            fn update<B: #nn Storage>(&self, w: &mut #name<T>, m: &Self::Cache<B>) {
                #body
            }
        }
    });
    let activity = some(penalties(context, context.train, quote!(training_activity)), |body| {
        quote! {
            fn training_activity<B: #nn Storage>(&self, m: &Self::Cache<B>) -> T {
                let mut loss = T::ZERO;
                #body
                loss
            }
        }
    });
    let (backward, touched) = (backward::backward(context), rows::touched(context));
    let mask = masks::training(context);
    quote! {
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

        fn training_logits<B: #nn Storage>(m: &Self::Cache<B>, n: usize) -> #optional {
            #training_logits
        }

        #mask
        #touched
        #update
        #activity
    }
}

/// A method with these lines, unless there are none: what would do nothing is left to the trait's defaults.
pub(super) fn some(lines: Vec<TokenStream>, method: impl FnOnce(TokenStream) -> TokenStream) -> TokenStream {
    if lines.is_empty() { quote!() } else { method(quote!(#(#lines)*)) }
}

/// The penalties on activations, by this method of the layers.
pub(super) fn penalties(context: &Context<'_>, program: &Program, name: TokenStream) -> Vec<TokenStream> {
    let penalties = program.penalties.iter().map(|&call| {
        let node = &context.graph.nodes[call];
        let memory = memory_field(context, node);
        let call = method(context, node, quote!(#name::<B>), quote!(&m.#memory));
        quote!(loss += #call)
    });
    penalties.collect()
}

/// The form of the graph for training steps, and its type: the graph itself, if no frozen layer comes first. `tail` is that step.
///
/// It has no backward code and no gradients before the first layer that learns. Everything else it leaves to the graph.
pub(super) fn form(context: &Context<'_>, tail: Option<&Program>) -> (TokenStream, TokenStream) {
    let (model, graph_type, visibility) = (context.name, &context.graph_type, &context.syntax.visibility);
    let Some(train) = tail else { return (quote!(), quote!(#graph_type)) };
    let form = format_ident!("{model}Training");
    let context = &Context { train, graph_type: form.clone(), cache: format_ident!("{form}Cache"), ..context.clone() };
    let nn = &context.paths.nn;
    let t = quote!(T);
    let (x, y) = (context.samples(&context.graph.inputs, &t), context.samples(&context.graph.outputs, &t));
    let Slices { inputs, gradients, outputs, optional } = Slices::new(context);
    let outputs_mut = slices(context, &context.graph.outputs, |s| quote!(&mut [#s]));
    let first = context.part("x", 0, context.graph.inputs.len());
    let (memory, cache) = (cache(context), cache_type(context));
    let (plans, forward) = (plans(context, train), forward::pass(context, train));
    let methods = methods(context, &heads(context).training_logits);
    let graph = quote!(<#graph_type as #nn Layer<T, #x>>);
    let doc = format!(" The graph of [`{model}`] in a training step, in which the first layers stand still.");
    let items = quote! {
        #memory

        #[doc = #doc]
        #[derive(Clone, Copy, Debug)]
        #visibility struct #form;

        #[allow(dead_code, non_upper_case_globals)]
        impl #form {
            #plans
        }

        #[automatically_derived]
        #[allow(unused_variables, unused_mut)]
        impl<T: #nn Scalar> #nn Layer<T, #x> for #form {
            type Output = #y;
            type Weights = #model<T>;
            type Scratch<B: #nn Storage> = #graph::Scratch<B>;
            type Cache<B: #nn Storage> = #cache;
            const MACS: usize = #graph::MACS;
            const WORK: ::nn::layer::Work = #graph::WORK;
            const HEADS: &'static [::nn::activations::Head] = #graph::HEADS;
            const BOUNDS: &'static [usize] = #graph::BOUNDS;
            const CONSTRAINS: bool = #graph::CONSTRAINS;

            fn init(&self, w: &mut #model<T>, rng: &mut dyn ::nn::__private::Rng) {
                #graph::init(&#graph_type, w, rng)
            }

            fn forward<B: #nn Storage>(
                &self,
                w: &#model<T>,
                x: #inputs,
                y: #outputs_mut,
                pass: #nn Pass<'_, '_, Self::Scratch<B>, Self::Cache<B>>,
            ) {
                let n = #first.len();
                match pass {
                    #nn Pass::Inference(m) => #graph::forward::<B>(&#graph_type, w, x, y, #nn Pass::Inference(m)),
                    #nn Pass::Training(m, mut mode) => {
                        #forward
                    }
                }
            }

            fn backward<B: #nn Storage>(
                &self,
                w: &#model<T>,
                x: #inputs,
                y: #outputs,
                dy: #outputs,
                m: &mut Self::Cache<B>,
                dx: #gradients,
                dw: Option<&mut #model<T>>,
            ) {
                #nn Layer::<T, #x>::backward_from::<B>(self, 0, w, x, y, dy, m, dx, dw);
            }

            fn logits<B: #nn Storage>(m: &Self::Scratch<B>, n: usize) -> #optional {
                #graph::logits::<B>(m, n)
            }

            fn mask<'a, B: #nn Storage>(
                x: <#x as ::nn::tensor::Tensors>::Batch<'a>,
                m: &'a Self::Scratch<B>,
                n: usize,
                output: usize,
            ) -> Option<&'a [u32]> {
                #graph::mask::<B>(x, m, n, output)
            }

            #methods

            fn constrain(&self, w: &mut #model<T>) {
                #graph::constrain(&#graph_type, w)
            }

            fn activity<B: #nn Storage>(&self, m: &Self::Scratch<B>) -> T {
                #graph::activity::<B>(&#graph_type, m)
            }

            fn regularize(&self, w: &#model<T>, dw: Option<&mut #model<T>>) -> T {
                #graph::regularize(&#graph_type, w, dw)
            }
        }

        #[automatically_derived]
        impl<T: #nn Scalar> #nn Graph<T, #x> for #form {
            const NEW: Self = #form;
        }
    };
    (items, quote!(#form))
}
