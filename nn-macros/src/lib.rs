//! x
use proc_macro::TokenStream;
/// model
#[proc_macro]
pub fn model(input: TokenStream) -> TokenStream { input }
