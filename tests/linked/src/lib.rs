//! Names the library that a test is linked with.

use proc_macro::{Literal, TokenStream, TokenTree};
use std::env;

/// `linked!(nn)` is the path of the library `nn` as text, or empty if rustc was not told one.
///
/// cargo builds a library once for each set of features, and the set depends on the command. So a test that builds the
/// library by itself mostly builds another one. A macro runs in rustc, which has the path in its arguments.
#[proc_macro]
pub fn linked(name: TokenStream) -> TokenStream {
    let start = format!("{name}=");
    let path = env::args().find_map(|argument| argument.strip_prefix(&start).map(String::from));
    TokenTree::from(Literal::string(&path.unwrap_or_default())).into()
}
