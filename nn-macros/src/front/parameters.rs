//! Models with the name of an item that the expansion names without a path: a type parameter (`T`), an item of Rust's
//! prelude (`Option`), or a primitive type (`u32`).
//!
//! The graph is expanded under a stand-in name. At the end, a parameter with the model's name gets another name, and
//! every other use of that name gets a path. Then the model gets its own name back.

use proc_macro2::{Group, Ident, Literal, Spacing, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

/// Type parameters of the expansion with the model's name in their scope.
const PARAMETERS: &[&str] = &["B", "E", "T"];

/// Types and traits of Rust's prelude that the expansion may name.
const PRELUDE: &[&str] = &[
    "AsMut",
    "AsRef",
    "Clone",
    "Copy",
    "Default",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "Err",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "Into",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Send",
    "Sized",
    "Some",
    "Sync",
    "Unpin",
];

const PRIMITIVES: &[&str] = &[
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "str", "u8", "u16", "u32", "u64", "u128",
    "usize",
];

/// The prefix of the stand-in name. No user's name begins with it.
const STAND_IN: &str = "NnIsCalled";

/// Gives a model a stand-in name if the expansion uses its name. Returns the new input and the original name.
pub(crate) fn renamed(input: TokenStream) -> (TokenStream, Option<String>) {
    let is_struct = |token: &TokenTree| matches!(token, TokenTree::Ident(word) if word == "struct");
    let tokens: Vec<TokenTree> = input.clone().into_iter().collect();
    let Some(start) = tokens.iter().position(is_struct) else { return (input, None) };
    let Some(TokenTree::Ident(name)) = tokens.get(start + 1) else { return (input, None) };
    let name = name.to_string();
    if ![PARAMETERS, PRELUDE, PRIMITIVES].iter().any(|names| names.contains(&name.as_str())) {
        return (input, None);
    }
    let rename = |word: &Ident, before: &[TokenTree]| {
        // The type of an input is not a name.
        let stays = *word != name || matches!(before, [.., TokenTree::Ident(dtype), _] if dtype == "dtype");
        let stand_in = Ident::new(&format!("{STAND_IN}{name}"), word.span());
        (!stays).then(|| quote!(#stand_in))
    };
    // A derived trait is not a model.
    let (attributes, graph) = tokens.split_at(start);
    let graph = each(graph.iter().cloned().collect(), &rename, &|_| None);
    (attributes.iter().cloned().chain(graph).collect(), Some(name))
}

/// Resolves the clashes in the expansion and gives the model its own name back.
pub(crate) fn restored(items: TokenStream, name: &str) -> TokenStream {
    let ident = |word: &Ident, before: &[TokenTree]| {
        let (text, span) = (word.to_string(), word.span());
        if text.contains(STAND_IN) {
            let own = Ident::new(&text.replace(STAND_IN, ""), span);
            return Some(quote!(#own));
        }
        if text != name || follows_path(before) {
            return None;
        }
        Some(if PARAMETERS.contains(&name) {
            let other = Ident::new(&format!("{name}_"), span);
            quote!(#other)
        } else if PRIMITIVES.contains(&name) {
            quote_spanned!(span=> ::core::primitive::#word)
        } else {
            quote_spanned!(span=> ::core::prelude::v1::#word)
        })
    };
    let literal = |literal: &Literal| {
        let text = literal.to_string();
        text.contains(STAND_IN).then(|| text.replace(STAND_IN, ""))
    };
    each(items, &ident, &literal)
}

/// The imports of Rust's prelude and primitive types without the name of this model, because an import would hide the
/// model. `None` if the model's name clashes with none of them.
pub(crate) fn prelude_without(model: &Ident) -> Option<TokenStream> {
    let model = model.to_string();
    let name = model.strip_prefix(STAND_IN)?;
    // The folded form and the stream also name the model.
    let name = name.strip_suffix("Folded").or(name.strip_suffix("Stream")).unwrap_or(name);
    if PARAMETERS.contains(&name) {
        return None;
    }
    let but_own = |names: &[&str]| -> Vec<Ident> {
        names.iter().filter(|other| **other != name).map(|other| Ident::new(other, Span::call_site())).collect()
    };
    let (prelude, primitives) = (but_own(PRELUDE), but_own(PRIMITIVES));
    // Imports the methods of a trait without its name.
    let methods = PRELUDE.contains(&name).then(|| {
        let own = Ident::new(name, Span::call_site());
        quote!(#[allow(unused_imports)] use ::core::prelude::v1::#own as _;)
    });
    Some(quote! {
        #[allow(unused_imports)]
        use ::core::{prelude::v1::{#(#prelude,)* size_of}, primitive::{#(#primitives),*}};
        #methods
    })
}

/// Whether the next token continues a path, or is a field or a constant of the graph's type.
fn follows_path(before: &[TokenTree]) -> bool {
    match before {
        [.., TokenTree::Ident(word)] => word == "const",
        [.., TokenTree::Punct(first), TokenTree::Punct(second)] if second.as_char() == ':' => {
            first.as_char() == ':' && first.spacing() == Spacing::Joint
        }
        [.., TokenTree::Punct(dot)] => dot.as_char() == '.',
        _ => false,
    }
}

/// Replaces identifiers and literals. `ident` decides for each identifier and sees the tokens before it.
fn each(
    tokens: TokenStream,
    ident: &dyn Fn(&Ident, &[TokenTree]) -> Option<TokenStream>,
    literal: &dyn Fn(&Literal) -> Option<String>,
) -> TokenStream {
    let mut done: Vec<TokenTree> = Vec::new();
    for token in tokens {
        match &token {
            TokenTree::Group(group) => {
                let mut inside = Group::new(group.delimiter(), each(group.stream(), ident, literal));
                inside.set_span(group.span());
                done.push(inside.into());
            }
            TokenTree::Ident(word) => match ident(word, &done) {
                Some(others) => done.extend(others),
                None => done.push(token),
            },
            TokenTree::Literal(text) => match literal(text).and_then(|text| text.parse::<Literal>().ok()) {
                Some(mut other) => {
                    other.set_span(text.span());
                    done.push(other.into());
                }
                None => done.push(token),
            },
            TokenTree::Punct(_) => done.push(token),
        }
    }
    done.into_iter().collect()
}
