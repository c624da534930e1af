//! The implementations of `Layer`, `Train`, `Ends` and `Graph`.

use super::forward::method;
use super::memory::{cache_type, memory_field, scratch_type};
use super::places::{part, read};
use super::tuples::one_or_tuple;
use super::weights::sum;
use super::{Context, forward, masks, rows, training};
use crate::graph::Op;
use crate::schedule::{Logits, Program};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};

/// An implementation of `Layer`, for a graph, its folded form, or its form in a training step.
pub(super) struct Implementation {
    /// The types of the memory of both passes.
    pub(super) scratch: TokenStream,
    pub(super) cache: TokenStream,
    /// Values of constants.
    pub(super) macs: TokenStream,
    pub(super) work: TokenStream,
    pub(super) heads: TokenStream,
    pub(super) constrains: TokenStream,
    /// `const BOUNDS`, unless the trait's default applies.
    pub(super) bounds: TokenStream,
    /// Bodies of methods; `forward` is for `n` samples.
    pub(super) init: TokenStream,
    pub(super) forward: TokenStream,
    pub(super) backward: TokenStream,
    pub(super) logits: TokenStream,
    /// The other methods of `Train` and `Ends`; the trait's defaults serve for the rest.
    pub(super) train: TokenStream,
    pub(super) ends: TokenStream,
}

/// `impl Layer` and `impl Graph` for a model or its folded form.
pub(crate) fn layer(context: &Context<'_>) -> TokenStream {
    let Context { name, graph_type, .. } = context;
    let (nn, description) = (&context.paths.nn, context.own("description"));
    let implementation = implementation(
        context,
        match context.train {
            Some(train) => both(context, train),
            None => read_only(context),
        },
    );
    quote! {
        #[automatically_derived]
        impl<T: #nn Scalar> #nn Component for #name<T> {
            type Layer<
                const __A: ::core::primitive::usize,
                const __B: ::core::primitive::usize,
                const __C: ::core::primitive::usize,
                const __D: ::core::primitive::usize,
                const __E: ::core::primitive::usize,
                const __F: ::core::primitive::usize,
                const __G: ::core::primitive::usize,
                const __H: ::core::primitive::usize,
            > = #graph_type;
            const FOLDS: bool = true;
            const GRAPH_TEXT: &'static str = #description;
        }

        #implementation
    }
}

/// Prints the implementations of `Layer` and `Graph` for the graph's type.
pub(super) fn implementation(context: &Context<'_>, parts: Implementation) -> TokenStream {
    let Context { graph, name, graph_type, .. } = context;
    let nn = &context.paths.nn;
    let t = quote!(T);
    let (x, y) = (context.samples(&graph.inputs, &t), context.samples(&graph.outputs, &t));
    let Slices { inputs, gradients, outputs, optional } = Slices::new(context);
    let outputs_mut = slices(context, &graph.outputs, |s| quote!(&mut [#s]));
    let first = context.part("x", 0, graph.inputs.len());
    let Implementation {
        scratch,
        cache,
        macs,
        work,
        heads,
        constrains,
        bounds,
        init,
        forward,
        backward,
        logits,
        train,
        ends,
    } = parts;
    quote! {
        #[automatically_derived]
        #[allow(unused_variables, unused_mut)]
        impl<T: #nn Scalar> #nn Layer<T, #x> for #graph_type {
            type Output = #y;
            type Weights = #name<T>;
            type Scratch<B: #nn Storage> = #scratch;
            type Cache<B: #nn Storage> = #cache;
            const MACS: usize = #macs;
            const WORK: ::nn::layer::Work = #work;

            fn init(&self, w: &mut #name<T>, rng: &mut dyn ::nn::__private::Rng) {
                #init
            }

            fn forward<B: #nn Storage>(
                &self,
                w: &#name<T>,
                x: #inputs,
                y: #outputs_mut,
                pass: #nn Pass<'_, '_, T, Self::Scratch<B>, Self::Cache<B>>,
            ) {
                let n = #first.len().min(B::CAPACITY);
                #forward
            }

            fn backward<B: #nn Storage>(
                &self,
                w: &#name<T>,
                x: #inputs,
                y: #outputs,
                dy: #outputs,
                m: #nn Memory<'_, T, Self::Cache<B>>,
                dx: #gradients,
                dw: Option<&mut #name<T>>,
            ) {
                #backward
            }
        }

        #[automatically_derived]
        #[allow(unused_variables, unused_mut)]
        impl<T: #nn Scalar> #nn Train<T, #x> for #graph_type {
            const CONSTRAINS: bool = #constrains;

            #train
        }

        #[automatically_derived]
        #[allow(unused_variables, unused_mut)]
        impl<T: #nn Scalar> #nn Ends<T, #x> for #graph_type {
            const HEADS: &'static [::nn::activations::Head] = #heads;
            #bounds

            fn logits<B: #nn Storage>(m: &Self::Scratch<B>, n: usize) -> #optional {
                #logits
            }

            #ends
        }

        #[automatically_derived]
        impl<T: #nn Scalar> #nn Graph<T, #x> for #graph_type {
            const NEW: Self = #graph_type;
        }
    }
}

/// The implementation of a folded form. Both passes compute the same. A training step does not compile, because it
/// calls `backward`.
fn read_only(context: &Context<'_>) -> Implementation {
    let (nn, inference) = (&context.paths.nn, forward::pass(context, context.predict));
    Implementation {
        scratch: scratch_type(context),
        cache: scratch_type(context),
        macs: macs(context),
        work: work(context),
        heads: heads(context, context.predict),
        constrains: quote!(false),
        bounds: rows::bounds(context),
        init: init(context),
        forward: quote! {
            let (#nn Pass::Inference(#nn Memory { own: m, .. }) | #nn Pass::Training(#nn Memory { own: m, .. }, _)) = pass;
            #inference
        },
        backward: quote_spanned!(context.name.span()=> const { ::nn::__private::fold::read_only() }),
        logits: logits(context, context.predict, "logits"),
        train: quote!(),
        ends: masks::prediction(context),
    }
}

/// The implementation of a model, for predictions and for training.
fn both(context: &Context<'_>, train: &Program) -> Implementation {
    let name = context.name;
    let nn = &context.paths.nn;
    let t = quote!(T);
    let charged = context.weighted().filter(|(_, layer)| layer.trainable && layer.regularizes());
    let regularize = charged.filter_map(|(id, layer)| {
        let field = context.ident(&layer.name);
        let arguments = quote!(&w.#field, dw.as_deref_mut().map(|dw| &mut dw.#field));
        let call = method(context, context.first_call(id)?, quote!(regularize), arguments);
        Some(quote!(loss += #call))
    });
    let bounded = || context.weighted().filter(|(_, layer)| layer.trainable && layer.constrains());
    let constrains = bounded().map(|(id, layer)| match (&layer.op, context.first_call(id)) {
        (Op::Component(_), Some(node)) => {
            let (layer, x) = (context.layer_type(node), context.samples(&node.inputs, &t));
            quote!(<#layer as #nn Train<T, #x>>::CONSTRAINS)
        }
        _ => quote!(true),
    });
    let constrains: Vec<_> = constrains.collect();
    let constrains = if constrains.is_empty() { quote!(false) } else { quote!(#(#constrains)||*) };
    let constrain = bounded().filter_map(|(id, layer)| {
        let field = context.ident(&layer.name);
        Some(method(context, context.first_call(id)?, quote!(constrain), quote!(&mut w.#field)))
    });
    let constrain = training::some(constrain.collect(), |body| {
        quote! {
            fn constrain(&self, w: &mut #name<T>) {
                #body
            }
        }
    });
    let activity = training::some(training::penalties(context, context.predict, quote!(activity)), |body| {
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
    let (mask, methods) = (masks::prediction(context), training::methods(context, train));
    let (train_methods, ends) = (&methods.train, &methods.ends);
    Implementation {
        scratch: scratch_type(context),
        cache: cache_type(context, train),
        macs: macs(context),
        work: work(context),
        heads: heads(context, train),
        constrains,
        bounds: rows::bounds(context),
        init: init(context),
        forward: forward::forward(context, train),
        backward: training::backward(context),
        logits: logits(context, context.predict, "logits"),
        train: quote! {
            #train_methods
            #constrain
            #activity
            #regularize
        },
        ends: quote! {
            #mask
            #ends
        },
    }
}

/// The batch types: inputs, their gradients, outputs, and optional outputs.
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

/// A constant of each call's layer. Activations are left out, because they cost next to nothing.
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
        let field = context.ident(&layer.name);
        Some(method(context, context.first_call(id)?, quote!(init), quote!(&mut w.#field, rng)))
    });
    quote!(#(#init)*)
}

/// The head of each output.
fn heads(context: &Context<'_>, program: &Program) -> TokenStream {
    let nn = &context.paths.nn;
    let heads = program.ends.iter().map(|end| match end.logits {
        Logits::Nothing => quote!(::nn::activations::Head::Other),
        Logits::Of(call, _) => {
            let node = &context.graph.nodes[call];
            let (layer, x) = (context.layer_value(node), context.samples(&node.inputs, &quote!(T)));
            quote!(::nn::layer::head::<T, #x, _>(&#layer))
        }
        Logits::Inside(call, k) => {
            let node = &context.graph.nodes[call];
            let (layer, x) = (context.layer_type(node), context.samples(&node.inputs, &quote!(T)));
            let k = Literal::usize_unsuffixed(k);
            quote!(<#layer as #nn Ends<T, #x>>::HEADS[#k])
        }
    });
    quote!(&[#(#heads),*])
}

/// The logits of the outputs after a pass. `method` gives the logits of an inner model.
pub(super) fn logits(context: &Context<'_>, program: &Program, method: &str) -> TokenStream {
    let (nn, arena, method) = (&context.paths.nn, &context.paths.arena, format_ident!("{method}"));
    let logits = program.ends.iter().map(|end| match &end.logits {
        Logits::Nothing => quote!(::core::option::Option::None),
        Logits::Of(_, logits) => {
            let logits = match part(context, program, logits) {
                Some(scalars) => quote!(#arena samples(#scalars)),
                None => read(context, logits),
            };
            quote!(::core::option::Option::Some(#logits))
        }
        Logits::Inside(call, k) => {
            let node = &context.graph.nodes[*call];
            let (layer, memory) = (context.layer_type(node), memory_field(context, node));
            let (x, k) = (context.samples(&node.inputs, &quote!(T)), Literal::usize_unsuffixed(*k));
            let part = if node.outputs.len() == 1 { quote!() } else { quote!(.#k) };
            quote!(<#layer as #nn Ends<T, #x>>::#method::<B>(&m.#memory, n) #part)
        }
    });
    let logits = one_or_tuple(logits.collect());
    if program.ends.iter().all(|end| matches!(end.logits, Logits::Nothing)) {
        return logits;
    }
    // The compiler does not always know the length of a batch here, and would keep a panic of an index in firmware.
    quote! {
        let n = n.min(B::CAPACITY);
        #logits
    }
}
