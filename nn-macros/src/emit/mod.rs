//! Graph and programs to code.
//!
//! Rule: match a step and print it. Nothing can fail here, nothing is decided here, and no syntax is seen.
//!
//! The expansion is thin: structs, and one line for each call of a layer in `forward` and in `backward`. The
//! implementations are in a `const _: () = { .. }` block. Items with the user's tokens (types of components, const
//! expressions) stand outside, so that the names imported in the block cannot shadow the user's.

mod aliases;
mod backward;
mod budgets;
mod description;
mod docs;
mod folded;
mod forward;
mod given;
mod imports;
mod layer;
pub(crate) mod lints;
mod masks;
mod memory;
mod model;
mod places;
mod print;
mod rows;
mod stream;
mod training;
mod tuples;
mod types;
mod weights;

use crate::front::budget::Budgets;
use crate::front::item::Item;
use crate::graph::Graph;
use crate::schedule::Program;
use crate::source::{Name, Source};
pub(crate) use print::Printer;
use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use std::rc::Rc;
use syn::Ident;

/// The data for every part of the expansion.
#[derive(Clone)]
pub(crate) struct Context<'a> {
    pub(crate) item: &'a Item,
    pub(crate) graph: &'a Graph,
    pub(crate) source: &'a Source,
    /// The steps of a prediction.
    pub(crate) predict: &'a Program,
    /// The steps of a training step; `None` for a folded form.
    pub(crate) train: Option<&'a Program>,
    /// `Digits`
    pub(crate) name: &'a Ident,
    /// `__DigitsGraph`
    pub(crate) graph_type: Ident,
    /// `DigitsScratch`
    pub(crate) scratch: Ident,
    /// `DigitsCache`
    pub(crate) cache: Ident,
    /// `DigitsSummary`
    pub(crate) summary: Ident,
    /// `DigitsInputs`
    pub(crate) inputs: Ident,
    /// `DigitsOutputs`
    pub(crate) outputs: Ident,
    /// The graph's type of the model, if this is its folded form.
    pub(crate) unfolded: Option<Ident>,
    /// For each layer, the first call that computes with its weights.
    first_calls: Rc<[Option<usize>]>,
    /// The naming of library items: by full path, or by an import.
    pub(crate) paths: imports::Paths,
    /// Short names for types whose sizes only rustc knows.
    pub(crate) aliases: aliases::Aliases,
}

impl<'a> Context<'a> {
    /// The context of a struct and its graph. `inputs` and `outputs` are the model's.
    fn new(
        model: &Item,
        item: &'a Item,
        graph: &'a Graph,
        source: &'a Source,
        predict: &'a Program,
        train: Option<&'a Program>,
    ) -> Self {
        let unfolded = train.is_none().then(|| model.graph_type());
        let (name, model) = (&item.name, &model.name);
        Context {
            item,
            graph,
            source,
            predict,
            train,
            name,
            graph_type: item.graph_type(),
            scratch: format_ident!("{name}Scratch"),
            cache: format_ident!("{name}Cache"),
            summary: format_ident!("{name}Summary"),
            inputs: format_ident!("{}Inputs", model),
            // A name interpolated as a string would lose the span.
            outputs: format_ident!("{}Outputs", model),
            unfolded,
            first_calls: first_calls(graph),
            paths: imports::Paths::full(),
            aliases: aliases::Aliases::default(),
        }
    }

    /// The printer of the graph's data.
    pub(crate) fn print(&self) -> Printer<'_> {
        Printer { graph: self.graph, source: self.source }
    }

    pub(crate) fn ident(&self, name: &Name) -> Ident {
        self.source.ident(name)
    }

    /// A constant of the graph's type, at the struct's name. rustc notes there if the constant could not be evaluated.
    pub(crate) fn own(&self, constant: &str) -> TokenStream {
        let (graph_type, span) = (&self.graph_type, self.name.span());
        let constant = Ident::new(constant, span);
        quote_spanned!(span=> #graph_type::#constant)
    }
}

/// The programs of a model.
pub(crate) struct Programs {
    pub(crate) predict: Program,
    pub(crate) train: Program,
    /// A training step whose first layers never learn, if there are such layers.
    pub(crate) tail: Option<Program>,
    /// A prediction of the folded form, if something was folded.
    pub(crate) folded: Option<Program>,
    /// One step of a stream, if the model has streams.
    pub(crate) stream: Option<Program>,
}

/// The whole expansion. `lints` is the part of `impl Model` for the lints of training.
pub(crate) fn emit(
    item: &Item,
    graph: &Graph,
    source: &Source,
    programs: &Programs,
    budgets: &Budgets,
    lints: &TokenStream,
) -> TokenStream {
    let context = Context::new(item, item, graph, source, &programs.predict, Some(&programs.train));
    let named = weights::named(&context);
    let tail = programs.tail.as_ref();
    let model = items(&context, tail, named, lints);
    let budgets = budgets::budgets(&context, budgets);
    let folded = folded::items(&context, programs.folded.as_ref());
    let stream = stream::items(&context, programs.stream.as_ref());
    let checks = graph.checks.iter().map(|check| context.print().inference(check));
    let numbers = context.print().numbers();
    let items = quote! {
        #model
        #(const _: ::nn::spec::Inferred = #checks;)*
        #(const _: ::core::primitive::f64 = #numbers;)*
        #budgets
        #folded
        #stream
    };
    conditional(item, items)
}

/// The struct of a model or of its folded form, with its implementations. `tail` is a training step whose first layers
/// never learn. `named` are the structs with the names of inputs and outputs, with their implementations.
fn items(
    context: &Context<'_>,
    tail: Option<&Program>,
    named: (TokenStream, TokenStream),
    lints: &TokenStream,
) -> TokenStream {
    let weights = weights::weights(context);
    let (named, implementations) = named;
    let components = model::components(context);
    let graph_type = model::graph_type(context);

    let (imports, inside) = imports::inside(context);
    let (shapes, methods) = (model::shapes(&inside), model::methods(&inside));
    let flat = weights::flat(&inside);
    let memory = memory::memory(&inside);
    let layer = layer::layer(&inside);
    let (form, training) = training::form(&inside, tail);
    let profile = model::profile(&inside);
    let model = model::model(&inside, lints, &folded::members(&inside), &training);
    quote! {
        #weights
        #named
        #components
        #graph_type

        // rustc takes long for the texts of a model with thousands of layers.
        #[allow(long_running_const_eval)]
        const _: () = {
            #imports
            #shapes
            #methods
            #implementations
            #flat
            #memory
            #layer
            #form
            #model
            #profile
        };
    }
}

fn first_calls(graph: &Graph) -> Rc<[Option<usize>]> {
    let mut first = vec![None; graph.layers.len()];
    for (n, node) in graph.nodes.iter().enumerate() {
        first[graph.layers[node.layer].owner].get_or_insert(n);
    }
    first.into()
}

/// Repeats a `#[cfg(..)]` of the struct on every item. The items of a deprecated model may name it without a warning.
fn conditional(item: &Item, items: TokenStream) -> TokenStream {
    let conditions = item.attributes.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    let deprecated = item.is_deprecated().then(|| quote!(#[allow(deprecated)]));
    let condition = quote!(#(#conditions)* #deprecated);
    if condition.is_empty() {
        return items;
    }
    let file: syn::File = syn::parse_quote!(#items);
    file.items.iter().map(|item| quote!(#condition #item)).collect()
}
