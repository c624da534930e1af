//! Sizes as named constants.

use nn_core::layers::LAYERS;
use nn_core::spec::{Kind, LayerSpec};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote};
use std::collections::{BTreeSet, HashSet};

/// The numbers with a name.
#[derive(Default)]
pub(crate) struct Numbers {
    sizes: BTreeSet<u64>,
    negative: BTreeSet<u64>,
}

impl Numbers {
    /// `pub const SIZE_64: usize = 64;`, `pub const MINUS_1: i64 = -1;`
    pub(crate) fn definitions(&self) -> TokenStream {
        let sizes = self.sizes.iter().map(|n| {
            let (name, n) = (format_ident!("SIZE_{n}"), proc_macro2::Literal::u64_unsuffixed(*n));
            quote!(pub const #name: usize = #n;)
        });
        let negative = self.negative.iter().map(|n| {
            let (name, n) = (format_ident!("MINUS_{n}"), proc_macro2::Literal::u64_unsuffixed(*n));
            quote!(pub const #name: i64 = -#n;)
        });
        sizes.chain(negative).collect()
    }

    /// Replaces the sizes and other whole numbers of a graph's layers by constants.
    pub(crate) fn rename(&mut self, graph: &TokenStream) -> TokenStream {
        let text = graph.to_string();
        // If masks are joined, the axis of a `Concatenate` decides about the graph and has to be a literal.
        let masks = ["Masking", "mask_zero", "mask"].iter().any(|word| text.contains(word));
        self.calls(graph.clone(), masks)
    }

    /// Finds calls that make a layer or an input.
    fn calls(&mut self, tokens: TokenStream, masks: bool) -> TokenStream {
        let mut done: Vec<TokenTree> = Vec::new();
        for token in tokens {
            let TokenTree::Group(group) = token else {
                done.push(token);
                continue;
            };
            let made = match done.last() {
                Some(TokenTree::Ident(name)) if group.delimiter() == Delimiter::Parenthesis => {
                    Made::named(&name.to_string())
                }
                _ => None,
            };
            let inside = match made {
                Some(made) => self.arguments(&made, group.stream(), masks),
                None => self.calls(group.stream(), masks),
            };
            done.push(Group::new(group.delimiter(), inside).into());
        }
        done.into_iter().collect()
    }

    fn arguments(&mut self, made: &Made, tokens: TokenStream, masks: bool) -> TokenStream {
        let arguments = split(tokens).into_iter().enumerate().map(|(place, argument)| {
            let keyword = match &argument[..] {
                [TokenTree::Ident(name), TokenTree::Punct(punct), ..] if punct.as_char() == '=' => {
                    Some(name.to_string())
                }
                _ => None,
            };
            let whole = made.is_whole(place, keyword.as_deref(), masks);
            let (start, value) = argument.split_at(if keyword.is_some() { 2 } else { 0 });
            let value: TokenStream = value.iter().cloned().collect();
            let value = if whole { self.numbers(value) } else { self.calls(value, masks) };
            quote!(#(#start)* #value)
        });
        let arguments: Vec<TokenStream> = arguments.collect();
        quote!(#(#arguments),*)
    }

    /// Replaces whole numbers by constants.
    fn numbers(&mut self, tokens: TokenStream) -> TokenStream {
        let mut done: Vec<TokenTree> = Vec::new();
        for token in tokens {
            match token {
                TokenTree::Group(group) => {
                    let inside = self.numbers(group.stream());
                    done.push(Group::new(group.delimiter(), inside).into());
                }
                TokenTree::Literal(literal) => {
                    let Ok(n) = literal.to_string().replace('_', "").parse::<u64>() else {
                        done.push(literal.into());
                        continue;
                    };
                    let negative = match &done[..] {
                        [before @ .., TokenTree::Punct(minus)] if minus.as_char() == '-' => {
                            matches!(before.last(), None | Some(TokenTree::Punct(_)))
                        }
                        _ => false,
                    };
                    let name = if negative {
                        done.pop();
                        self.negative.insert(n);
                        format!("MINUS_{n}")
                    } else {
                        self.sizes.insert(n);
                        format!("SIZE_{n}")
                    };
                    done.push(Ident::new(&name, Span::call_site()).into());
                }
                other => done.push(other),
            }
        }
        done.into_iter().collect()
    }
}

/// Collects the layers of a graph, each with the names of its arguments.
pub(crate) fn words(tokens: TokenStream, found: &mut HashSet<String>) {
    let mut last = None;
    for token in tokens {
        if let TokenTree::Group(group) = &token {
            let name = last.take().filter(|name: &String| Made::named(name).is_some());
            if let Some(name) = name {
                for argument in split(group.stream()) {
                    if let [TokenTree::Ident(keyword), TokenTree::Punct(punct), ..] = &argument[..]
                        && punct.as_char() == '='
                    {
                        found.insert(format!("{name} {keyword}"));
                    }
                }
                found.insert(name);
            }
            words(group.stream(), found);
        }
        last = match &token {
            TokenTree::Ident(name) => Some(name.to_string()),
            _ => None,
        };
    }
}

/// The result of a call.
enum Made {
    Input,
    Layer(&'static LayerSpec),
    /// A function whose first argument is a list of tensors, before the layer's arguments.
    Function(&'static LayerSpec),
}

impl Made {
    fn named(name: &str) -> Option<Made> {
        if name == "Input" {
            return Some(Made::Input);
        }
        let layer = LAYERS.iter().find(|spec| spec.name == name).map(|spec| Made::Layer(spec));
        layer.or_else(|| LAYERS.iter().find(|spec| spec.function == Some(name)).map(|spec| Made::Function(spec)))
    }

    /// Whether an argument consists of whole numbers.
    fn is_whole(&self, place: usize, keyword: Option<&str>, masks: bool) -> bool {
        let (spec, place) = match self {
            Made::Input => return keyword.map_or(place == 0, |keyword| keyword == "shape"),
            Made::Layer(spec) => (spec, Some(place)),
            Made::Function(spec) => (spec, place.checked_sub(1)),
        };
        let argument = match keyword {
            Some(keyword) => spec.args.iter().find(|argument| argument.name == keyword),
            None => place.and_then(|place| spec.args.get(place)),
        };
        let joins = masks && spec.name == "Concatenate";
        argument.is_some_and(|argument| match argument.kind {
            Kind::Size | Kind::Sizes | Kind::Pairs => true,
            Kind::Int | Kind::Ints => !joins,
            _ => false,
        })
    }
}

/// The arguments of a call.
fn split(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut arguments = vec![Vec::new()];
    for token in tokens {
        match token {
            TokenTree::Punct(comma) if comma.as_char() == ',' => arguments.push(Vec::new()),
            token => arguments.last_mut().expect("there is one").push(token),
        }
    }
    arguments.retain(|argument| !argument.is_empty());
    arguments
}
