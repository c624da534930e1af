//! The training step: the methods of `Layer` that use its memory, and a form of the graph for models whose first layers
//! never learn.

use super::forward::method;
use super::layer::{Implementation, Slices, implementation, logits};
use super::memory::{cache, cache_type, memory_field, plans};
use super::{Context, forward, masks, rows};
use crate::schedule::Program;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// Methods of `Train` and of `Ends`.
pub(super) struct Methods {
    pub(super) train: TokenStream,
    pub(super) ends: TokenStream,
}

/// The methods that use the memory of a training step, except `forward` and `backward`.
pub(super) fn methods(context: &Context<'_>, train: &Program) -> Methods {
    let Context { graph, name, .. } = context;
    let nn = &context.paths.nn;
    let Slices { inputs, gradients, outputs, optional } = Slices::new(context);
    let update = train.updates.iter().map(|&call| {
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
    let activity = some(penalties(context, train, quote!(training_activity)), |body| {
        quote! {
            fn training_activity<B: #nn Storage>(&self, m: &Self::Cache<B>) -> T {
                let mut loss = T::ZERO;
                #body
                loss
            }
        }
    });
    let (backward, touched) = (super::backward::backward(context, train), rows::touched(context, train));
    let (logits, mask) = (logits(context, train, "training_logits"), masks::training(context, train));
    let ends = quote! {
        fn backward_from<B: #nn Storage>(
            &self,
            logit_mask: ::nn::losses::LogitMask,
            w: &#name<T>,
            x: #inputs,
            y: #outputs,
            dy: #outputs,
            #nn Memory { own: m, .. }: #nn Memory<'_, T, Self::Cache<B>>,
            mut dx: #gradients,
            mut dw: Option<&mut #name<T>>,
        ) {
            #backward
        }

        fn training_logits<B: #nn Storage>(m: &Self::Cache<B>, n: usize) -> #optional {
            #logits
        }

        #mask
    };
    Methods {
        train: quote! {
            #touched
            #update
            #activity
        },
        ends,
    }
}

/// The body of `Layer::backward`, without a mask of logits.
pub(super) fn backward(context: &Context<'_>) -> TokenStream {
    let (nn, x) = (&context.paths.nn, context.samples(&context.graph.inputs, &quote!(T)));
    quote!(#nn Ends::<T, #x>::backward_from::<B>(self, 0, w, x, y, dy, m, dx, dw);)
}

/// A method with these lines. Without lines there is none, and the trait's default applies.
pub(super) fn some(lines: Vec<TokenStream>, method: impl FnOnce(TokenStream) -> TokenStream) -> TokenStream {
    if lines.is_empty() { quote!() } else { method(quote!(#(#lines)*)) }
}

/// The penalties on activations, from this method of the layers.
pub(super) fn penalties(context: &Context<'_>, program: &Program, name: TokenStream) -> Vec<TokenStream> {
    let penalties = program.penalties.iter().map(|&call| {
        let node = &context.graph.nodes[call];
        let memory = memory_field(context, node);
        let call = method(context, node, quote!(#name::<B>), quote!(&m.#memory));
        quote!(loss += #call)
    });
    penalties.collect()
}

/// The type for training steps, and its items. It is the graph itself, unless a frozen layer comes first; `tail` is the
/// step for that case.
///
/// It has no backward code and no gradients before the first layer that learns. It delegates everything else to the
/// graph.
pub(super) fn form(context: &Context<'_>, tail: Option<&Program>) -> (TokenStream, TokenStream) {
    let (model, graph_type, visibility) = (context.name, &context.graph_type, &context.item.visibility);
    let Some(train) = tail else { return (quote!(), quote!(#graph_type)) };
    let form = format_ident!("{model}Training");
    let context = &Context { graph_type: form.clone(), cache: format_ident!("{form}Cache"), ..context.clone() };
    let nn = &context.paths.nn;
    let t = quote!(T);
    let x = context.samples(&context.graph.inputs, &t);
    let (memory, plans, forward) = (cache(context, train), plans(context, train), forward::pass(context, train));
    let methods = methods(context, train);
    let [graph, of_train, of_ends] =
        [quote!(Layer), quote!(Train), quote!(Ends)].map(|name| quote!(<#graph_type as #nn #name<T, #x>>));
    let Methods { train: train_methods, ends } = methods;
    let doc = format!(" The graph of [`{model}`] in a training step, in which the first layers stand still.");
    let layer = implementation(
        context,
        Implementation {
            scratch: quote!(#graph::Scratch<B>),
            cache: cache_type(context, train),
            macs: quote!(#graph::MACS),
            work: quote!(#graph::WORK),
            heads: quote!(#of_ends::HEADS),
            constrains: quote!(#of_train::CONSTRAINS),
            bounds: quote!(const BOUNDS: &'static [usize] = #of_ends::BOUNDS;),
            init: quote!(#graph::init(&#graph_type, w, rng)),
            forward: quote! {
                match pass {
                    #nn Pass::Inference(m) => #graph::forward::<B>(&#graph_type, w, x, y, #nn Pass::Inference(m)),
                    #nn Pass::Training(#nn Memory { own: m, .. }, mut mode) => {
                        #forward
                    }
                }
            },
            backward: backward(context),
            logits: quote!(#of_ends::logits::<B>(m, n)),
            ends: quote! {
                fn mask<'a, B: #nn Storage>(
                    x: <#x as ::nn::tensor::Tensors>::Batch<'a>,
                    m: &'a Self::Scratch<B>,
                    n: usize,
                    output: usize,
                ) -> Option<&'a [u32]> {
                    #of_ends::mask::<B>(x, m, n, output)
                }

                #ends
            },
            train: quote! {
                #train_methods

                fn constrain(&self, w: &mut #model<T>) {
                    #of_train::constrain(&#graph_type, w)
                }

                fn activity<B: #nn Storage>(&self, m: &Self::Scratch<B>) -> T {
                    #of_train::activity::<B>(&#graph_type, m)
                }

                fn regularize(&self, w: &#model<T>, dw: Option<&mut #model<T>>) -> T {
                    #of_train::regularize(&#graph_type, w, dw)
                }
            },
        },
    );
    let items = quote! {
        #memory

        #[doc = #doc]
        #[derive(Clone, Copy, Debug)]
        #visibility struct #form;

        #[allow(dead_code, non_upper_case_globals)]
        impl #form {
            #plans
        }

        #layer
    };
    (items, quote!(#form))
}
