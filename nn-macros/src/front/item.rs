//! The struct that an expansion writes, and the names of the items beside it.

use crate::front::parse::Syntax;
use quote::format_ident;
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, Meta, Token, Visibility, parse_quote};

/// A struct of weights: the user's, or its folded form.
#[derive(Clone)]
pub(crate) struct Item {
    /// `Digits`
    pub(crate) name: Ident,
    pub(crate) visibility: Visibility,
    /// The attributes on the struct: documentation, derives and lint levels.
    pub(crate) attributes: Vec<Attribute>,
    /// Whether names such as `diagnostic` have their usual meaning here.
    pub(crate) prelude: bool,
    /// Whether the model has the method `profile`.
    pub(crate) profile: bool,
}

impl Item {
    /// The user's struct.
    pub(crate) fn declared(syntax: &Syntax) -> Self {
        let Syntax { name, visibility, attributes, no_prelude, profile, .. } = syntax;
        Item {
            name: name.clone(),
            visibility: visibility.clone(),
            attributes: attributes.clone(),
            prelude: !no_prelude,
            profile: *profile,
        }
    }

    /// The struct of the folded form, with the model's derives and its own documentation.
    pub(crate) fn folded(&self) -> Self {
        let doc = format!(
            " The folded form of [`{}`], for predictions only: what [`fold`](::nn::Model::fold) gives, with layers folded into each other.",
            self.name
        );
        let derives = self.attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
        let own: [Attribute; 2] = [parse_quote!(#[doc = #doc]), parse_quote!(#[allow(dead_code)])];
        Item { name: self.beside("Folded"), attributes: own.iter().chain(derives).cloned().collect(), ..self.clone() }
    }

    /// The name of the items for one step of a stream. They are no struct of weights.
    pub(crate) fn streamed(&self) -> Self {
        Item { name: self.beside("Stream"), attributes: Vec::new(), profile: false, ..self.clone() }
    }

    /// Whether it has `#[deprecated]`, also in a `#[cfg_attr(..)]`.
    pub(crate) fn is_deprecated(&self) -> bool {
        let inside = |attribute: &Attribute| {
            let parts = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).unwrap_or_default();
            attribute.path().is_ident("cfg_attr") && parts.iter().any(|meta| meta.path().is_ident("deprecated"))
        };
        self.attributes.iter().any(|attribute| attribute.path().is_ident("deprecated") || inside(attribute))
    }

    /// The name of the graph's type: `__DigitsGraph`. Users do not write the underscores, so another model may be
    /// called `DigitsGraph`.
    pub(crate) fn graph_type(&self) -> Ident {
        format_ident!("__{}Graph", self.name)
    }

    /// The name of an item beside the struct: `DigitsFolded`. It has the span of the struct's name; a name in a string
    /// would not.
    pub(crate) fn beside(&self, suffix: &str) -> Ident {
        format_ident!("{}{suffix}", self.name)
    }
}
