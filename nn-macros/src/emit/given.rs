//! Arguments of a user's own layers, as written. rustc checks them against the declaration of the layer.

use super::print::Printer;
use crate::graph::{Component, Function, Given, LayerId, Op, Said};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Ident;

impl Printer<'_> {
    /// The type whose functions have the shape rule of a component. The constants do not matter for it.
    pub(super) fn called(self, component: &Component, span: Span) -> TokenStream {
        let path = &self.source[component.path];
        // For a path that is not a layer, or models inside each other, rustc reports an error at the names.
        quote_spanned!(span=> <<#path as ::nn::Component>::Layer<0, 0, 0, 0, 0, 0, 0, 0>>)
    }

    /// The arguments of a component: a slice of `Argument`.
    pub(crate) fn given(self, layer: LayerId) -> TokenStream {
        match &self.graph.layers[layer].op {
            Op::Component(component) if !component.given.is_empty() => {
                let (graph_type, name) = (self.ident(&self.graph.graph_type), given_name(layer));
                quote!(#graph_type::#name)
            }
            _ => quote!(&[]),
        }
    }

    /// A constant for the arguments of each component that has some, because there a user's name cannot mean a
    /// variable.
    pub(crate) fn given_constants(self) -> impl Iterator<Item = TokenStream> {
        self.graph.layers.iter().enumerate().filter_map(move |(id, layer)| match &layer.op {
            Op::Component(component) if !component.given.is_empty() => {
                let (name, given) = (given_name(id), component.given.iter().map(|given| self.said(given)));
                Some(quote! {
                    #[allow(non_upper_case_globals, unused_braces, unused_parens, clippy::identity_op)]
                    const #name: &'static [::nn::layer::given::Argument] = &[#(#given),*];
                })
            }
            _ => None,
        })
    }

    /// An expression of type `Argument`.
    fn said(self, given: &Given) -> TokenStream {
        let (expr, text) = (&self.source[given.expr], self.source.text(given.expr));
        let word = given.keyword.as_ref().map(|keyword| keyword.to_string().trim_start_matches("r#").to_string());
        let keyword = match &word {
            Some(word) => quote!(::core::option::Option::Some(#word)),
            None => quote!(::core::option::Option::None),
        };
        let typed = || {
            let (span, expr) = (self.source.start(given.expr), expr.to_token_stream());
            quote_spanned!(span=> ::nn::layer::given::Typed(#expr).written())
        };
        let written = match &given.value {
            Said::Int(n) => quote!(Int(#n)),
            Said::Number(x) => quote!(Float(#x)),
            Said::Whole => {
                quote!(Int((#expr) as ::core::primitive::i64))
            }
            Said::Fraction => {
                quote!(Float(#expr))
            }
            Said::Flag(flag) => quote!(Flag(#flag)),
            Said::Word(word) => {
                let word = word.trim_start_matches("r#");
                quote!(Word(#word))
            }
            Said::List(elements) => {
                let elements = elements.iter().map(|&element| &self.source[element]);
                // Only whole numbers have a shift, so a fraction or a flag does not compile.
                quote!(Ints(&[#(((#elements) << 0u8) as ::core::primitive::i64),*]))
            }
            Said::Function(function @ Function::Library { .. }) => {
                let value = self.function(function);
                match word.as_deref() {
                    Some(word) if word.ends_with("initializer") => quote!(Initializer(#value)),
                    Some(word) if word.ends_with("regularizer") => quote!(Regularizer(#value)),
                    _ => quote!(Constraint(#value)),
                }
            }
            Said::After => quote!(After),
            Said::Nothing => quote!(Nothing),
            Said::Function(Function::Own(_)) | Said::Expression => {
                let typed = typed();
                return quote!(::nn::layer::given::Argument { keyword: #keyword, text: #text, value: #typed });
            }
        };
        quote! {
            ::nn::layer::given::Argument { keyword: #keyword, text: #text, value: ::nn::layer::given::Written::#written }
        }
    }
}

/// The constant with the arguments of a layer. Names of other constants have no lower-case letters.
fn given_name(layer: LayerId) -> Ident {
    format_ident!("given_{layer}")
}
