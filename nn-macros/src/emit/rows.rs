//! Indices: their bounds, and the rows of tables that a batch touches.

use super::Context;
use super::forward::method;
use super::layer::slices;
use super::memory::memory_field;
use super::places::read;
use super::tuples::one_or_tuple;
use crate::graph::TensorId;
use crate::schedule::Program;
use nn_core::spec::Dtype;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

/// `const BOUNDS`, for a model with inputs of indices: for each input, the least bound of the layers that read it.
pub(crate) fn bounds(context: &Context<'_>) -> TokenStream {
    let (graph, nn, t) = (context.graph, &context.paths.nn, quote!(T));
    let holds_indices = |tensor: TensorId| graph.tensors[tensor].dtype == Dtype::U32;
    if !graph.inputs.iter().any(|&tensor| holds_indices(tensor)) {
        return quote!();
    }
    let bounds = graph.inputs.iter().map(|&tensor| {
        let readers = graph.nodes.iter().flat_map(|node| {
            let places = node.inputs.iter().enumerate().filter(move |(_, input)| **input == tensor);
            places.map(move |(place, _)| (node, place))
        });
        let readers = readers.filter(|_| holds_indices(tensor)).map(|(node, place)| {
            let (layer, x) = (context.layer_type(node), context.samples(&node.inputs, &t));
            let place = Literal::usize_unsuffixed(place);
            quote!((<#layer as #nn Ends<T, #x>>::BOUNDS, #place))
        });
        quote!(::nn::layer::least_bound(&[#(#readers),*]))
    });
    quote!(const BOUNDS: &'static [usize] = &[#(#bounds),*];)
}

/// `Train::touched`, for a model that may have tables: one call for each layer that may have one.
pub(crate) fn touched(context: &Context<'_>, train: &Program) -> TokenStream {
    let (graph, nn) = (context.graph, &context.paths.nn);
    let calls = train.touched.iter().map(|(call, x)| {
        let node = &graph.nodes[*call];
        let (name, field) = (context.name, context.weights_field(node));
        let x = x.iter().map(|x| match x {
            Some(x) => read(context, x),
            None => quote!(&[]),
        });
        let x = one_or_tuple(x.collect());
        let memory = if graph.layers[node.layer].has_cache() {
            let field = memory_field(context, node);
            quote!(&m.#field)
        } else {
            quote!(&())
        };
        let call = method(context, node, quote!(touched::<B>), quote!(#x, #memory, &mut inside));
        quote! {
            let start = ::core::mem::offset_of!(#name<T>, #field) / size_of::<T>();
            let mut inside = |rows: ::core::ops::Range<usize>| visit(start + rows.start..start + rows.end);
            #call
        }
    });
    let calls: Vec<TokenStream> = calls.collect();
    if calls.is_empty() {
        return quote!();
    }
    let inputs = slices(context, &graph.inputs, |s| quote!(&[#s]));
    let first = graph.inputs.iter().position(|&tensor| graph.tensors[tensor].chooses_rows());
    let first = first.unwrap_or_default();
    let first = context.part("x", first, graph.inputs.len());
    quote! {
        fn touched<B: #nn Storage>(
            &self,
            x: #inputs,
            m: &Self::Cache<B>,
            visit: &mut dyn FnMut(::core::ops::Range<usize>),
        ) {
            let n = #first.len().min(B::CAPACITY);
            #(#calls)*
        }
    }
}
