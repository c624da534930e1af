//! The implementation of `Layer`, of a model and of its frozen form, and that of `Graph`.

use super::forward::method;
use super::memory::{cache_fields, memory_field, memory_type, part, scratch_fields};
use super::types::one_or_tuple;
use super::weights::sum;
use super::{Context, backward, forward, masks, rows, training};
use crate::graph::Op;
use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};

/// What a model and a frozen form do not have in common.
struct Passes {
    /// The type of what a training pass leaves.
    cache: TokenStream,
    constrains: TokenStream,
    /// The bodies of `forward`, from its pass on, and of `backward`.
    forward: TokenStream,
    backward: TokenStream,
    /// The other methods of training.
    training: TokenStream,
}

/// `impl Layer` and `impl Graph`.
pub(crate) fn layer(context: &Context<'_>) -> TokenStream {
    let Context { graph, name, graph_type, .. } = context;
    let nn = &context.paths.nn;
    let t = quote!(T);
    let (x, y) = (context.samples(&graph.inputs, &t), context.samples(&graph.outputs, &t));
    let scratch = memory_type(&context.scratch, &scratch_fields(context));
    let Slices { inputs, gradients, outputs, optional } = Slices::new(context);
    let outputs_mut = slices(context, &graph.outputs, |s| quote!(&mut [#s]));
    let (macs, work, bounds) = (macs(context), work(context), rows::bounds(context));
    let (init, mask) = (init(context), masks::method(context, "mask", "Scratch"));
    let Heads { heads, logits, training_logits } = heads(context);
    let Passes { cache, constrains, forward, backward, training } =
        if context.frozen { read_only(context) } else { both(context, &training_logits) };
    let first = context.part("x", 0, graph.inputs.len());
    quote! {
        #[automatically_derived]
        impl<T: #nn Scalar> #nn Component for #name<T> {
            type Layer = #graph_type;
            const MODEL: bool = true;
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
                let n = #first.len();
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
                #backward
            }

            fn logits<B: #nn Storage>(m: &Self::Scratch<B>, n: usize) -> #optional {
                #logits
            }

            #mask
            #training
        }

        #[automatically_derived]
        impl<T: #nn Scalar> #nn Graph<T, #x> for #graph_type {
            const NEW: Self = #graph_type;
        }
    }
}

/// Of a frozen form: it computes the same in both passes. A training step does not compile, since it calls `backward`.
fn read_only(context: &Context<'_>) -> Passes {
    let (nn, inference) = (&context.paths.nn, forward::inference(context));
    Passes {
        cache: memory_type(&context.scratch, &scratch_fields(context)),
        constrains: quote!(false),
        forward: quote! {
            let (#nn Pass::Inference(m) | #nn Pass::Training(m, _)) = pass;
            #inference
        },
        backward: quote_spanned!(context.name.span()=> const { ::nn::__private::fold::read_only() }),
        training: quote!(),
    }
}

/// Of a model, which is for predictions and for training.
fn both(context: &Context<'_>, training_logits: &TokenStream) -> Passes {
    let Context { graph, name, .. } = context;
    let nn = &context.paths.nn;
    let t = quote!(T);
    let x = context.samples(&graph.inputs, &t);
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
    let constrain = training::some(constrain.collect(), |body| {
        quote! {
            fn constrain(&self, w: &mut #name<T>) {
                #body
            }
        }
    });
    let activity = training::some(training::penalties(context, quote!(activity)), |body| {
        quote! {
            fn activity<B: #nn Storage>(&self, m: &Self::Scratch<B>) -> T {
                let mut loss = T::ZERO;
                #body
                loss
            }
        }
    });
    let regularize = training::some(regularize.collect(), |body| {
        quote! {
            fn regularize(&self, w: &#name<T>, mut dw: ::core::option::Option<&mut #name<T>>) -> T {
                let mut loss = T::ZERO;
                #body
                loss
            }
        }
    });
    let methods = training::methods(context, training_logits);
    Passes {
        cache: memory_type(&context.cache, &cache_fields(context)),
        constrains,
        forward: forward::forward(context),
        backward: quote!(#nn Layer::<T, #x>::backward_from::<B>(self, 0, w, x, y, dy, m, dx, dw);),
        training: quote! {
            #methods
            #constrain
            #activity
            #regularize
        },
    }
}

/// The types of batches of inputs, of their gradients, of outputs, and of outputs that may be missing.
pub(super) struct Slices {
    pub(super) inputs: TokenStream,
    pub(super) gradients: TokenStream,
    pub(super) outputs: TokenStream,
    pub(super) optional: TokenStream,
}

impl Slices {
    pub(super) fn new(context: &Context<'_>) -> Self {
        let graph = context.graph;
        Slices {
            inputs: slices(context, &graph.inputs, |s| quote!(&[#s])),
            gradients: slices(context, &graph.inputs, |s| quote!(Option<&mut [#s]>)),
            outputs: slices(context, &graph.outputs, |s| quote!(&[#s])),
            optional: slices(context, &graph.outputs, |s| quote!(Option<&[#s]>)),
        }
    }
}

/// The slice types of inputs or outputs: `&[S]`, `&mut [S]`, `Option<&[S]>`, one or a tuple.
pub(crate) fn slices(context: &Context<'_>, tensors: &[usize], wrap: fn(TokenStream) -> TokenStream) -> TokenStream {
    one_or_tuple(tensors.iter().map(|&tensor| wrap(context.sample(tensor, &quote!(T)))).collect())
}

/// `Layer::MACS`
fn macs(context: &Context<'_>) -> TokenStream {
    sum(of_each(context, quote!(MACS)))
}

/// `Layer::WORK`
fn work(context: &Context<'_>) -> TokenStream {
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
fn init(context: &Context<'_>) -> TokenStream {
    let init = context.weighted().filter_map(|(id, layer)| {
        let field = &layer.name;
        Some(method(context, context.first_call(id)?, quote!(init), quote!(&mut w.#field, rng)))
    });
    quote!(#(#init)*)
}

/// What each output ends in, and its logits after both passes.
pub(super) struct Heads {
    heads: Vec<TokenStream>,
    logits: TokenStream,
    pub(super) training_logits: TokenStream,
}

pub(super) fn heads(context: &Context<'_>) -> Heads {
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
