//! Graph and plan to code. Nothing can fail here.
//!
//! The expansion is thin: structs, and one line for each call of a layer in `forward` and in `backward`. Everything is named
//! by its public path in `nn`.

mod backward;
mod docs;
mod forward;
mod model;
mod types;
mod weights;

use crate::graph::Graph;
use crate::parse::Syntax;
use crate::plan::Plan;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

/// What every part of the expansion reads.
pub(crate) struct Context<'a> {
    pub(crate) syntax: &'a Syntax,
    pub(crate) graph: &'a Graph,
    pub(crate) plan: &'a Plan,
    /// `Digits`
    pub(crate) name: &'a Ident,
    /// `DigitsGraph`
    pub(crate) graph_type: Ident,
    /// `DigitsScratch`
    pub(crate) scratch: Ident,
    /// `DigitsCache`
    pub(crate) cache: Ident,
    /// `DigitsInputs`
    pub(crate) inputs: Ident,
    /// `DigitsOutputs`
    pub(crate) outputs: Ident,
}

/// The whole expansion.
pub(crate) fn expand(syntax: &Syntax, graph: &Graph, plan: &Plan) -> TokenStream {
    let name = &syntax.name;
    let context = Context {
        syntax,
        graph,
        plan,
        name,
        graph_type: format_ident!("{name}Graph"),
        scratch: format_ident!("{name}Scratch"),
        cache: format_ident!("{name}Cache"),
        inputs: format_ident!("{name}Inputs"),
        outputs: format_ident!("{name}Outputs"),
    };
    let weights = weights::weights(&context);
    let named = weights::named(&context);
    let memory = forward::memory(&context);
    let graph_type = model::graph_type(&context);
    let layer = model::layer(&context);
    let model = model::model(&context);
    quote! {
        #weights
        #named
        #graph_type
        #memory
        #layer
        #model
    }
}
