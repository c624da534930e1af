//! Tuples of any number of parts.

use nn_core::spec::MAX_INPUTS;
use proc_macro2::TokenStream;
use quote::quote;

/// A tuple, or the only element. More elements than the longest tuple are a tuple of tuples.
pub(crate) fn one_or_tuple(mut parts: Vec<TokenStream>) -> TokenStream {
    match parts.len() {
        1 => parts.remove(0),
        ..=MAX_INPUTS => quote!((#(#parts),*)),
        _ => one_or_tuple(parts.chunks(MAX_INPUTS).map(|group| one_or_tuple(group.to_vec())).collect()),
    }
}
