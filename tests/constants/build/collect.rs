//! The graphs of a file, and the items that they name.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use syn::{Attribute, Item, Stmt, UseTree, Visibility, parse_quote};

pub(crate) type Parts = Vec<Part>;

pub(crate) enum Part {
    Item(Box<Item>),
    Graph(Graph),
    Module(Ident, Parts),
}

/// A call of `model!`.
pub(crate) struct Graph {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) body: TokenStream,
    pub(crate) chosen: bool,
}

/// The contents of a file, with its modules and the files that it names.
pub(crate) fn file(path: &Path) -> Parts {
    println!("cargo::rerun-if-changed={}", path.display());
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let folder = path.parent().expect("a folder");
    // If a folder has the name of the file, the modules are there.
    let inside = match path.file_stem().and_then(|stem| stem.to_str()) {
        Some("main" | "mod") | None => folder.to_path_buf(),
        Some(_) if path.ends_with("tests") => folder.to_path_buf(),
        Some(stem) if folder.join(stem).is_dir() && !is_root(folder) => folder.join(stem),
        Some(_) => folder.to_path_buf(),
    };
    file.items.into_iter().flat_map(|item| parts(item, folder, &inside)).collect()
}

/// Whether the files of a folder are crates.
fn is_root(folder: &Path) -> bool {
    folder.ends_with("tests") || folder.ends_with("examples")
}

fn parts(item: Item, folder: &Path, inside: &Path) -> Parts {
    match item {
        Item::Mod(module) => {
            let parts = match module.content {
                Some((_, items)) => items.into_iter().flat_map(|item| parts(item, folder, inside)).collect(),
                None => {
                    module_file(&module.attrs, &module.ident, folder, inside).map_or_else(Vec::new, |path| file(&path))
                }
            };
            vec![Part::Module(module.ident, parts)]
        }
        Item::Macro(item) if item.mac.path.is_ident("include") => {
            let path: Option<syn::LitStr> = item.mac.parse_body().ok();
            // The macro's own output is not a graph.
            let path = path.map(|path| path.value()).filter(|path| !path.contains("expanded"));
            path.map_or_else(Vec::new, |path| file(&folder.join(path)))
        }
        Item::Macro(item) if last(&item.mac.path, "model") => graph(item.mac.tokens).into_iter().collect(),
        Item::Macro(mut item) if last(&item.mac.path, "weights") => {
            item.mac.tokens = public_struct(item.mac.tokens);
            vec![Part::Item(Box::new(Item::Macro(item)))]
        }
        Item::Macro(item) if last(&item.mac.path, "layer") => vec![Part::Item(Box::new(Item::Macro(item)))],
        Item::Macro(item) if item.ident.is_none() => graphs_of_cases(item.mac.tokens),
        Item::Fn(function) if function.sig.constness.is_none() => {
            // Graphs in a function are in a module with its name.
            let statements = function.block.stmts.into_iter().flat_map(|statement| match statement {
                Stmt::Item(item) => parts(item, folder, inside),
                Stmt::Macro(item) if last(&item.mac.path, "model") => graph(item.mac.tokens).into_iter().collect(),
                _ => Vec::new(),
            });
            let mut statements: Parts = statements.collect();
            if !statements.iter().any(|part| matches!(part, Part::Graph(_))) {
                return Vec::new();
            }
            statements.insert(
                0,
                Part::Item(Box::new(parse_quote!(
                    #[allow(unused_imports)]
                    use super::*;
                ))),
            );
            vec![Part::Module(function.sig.ident, statements)]
        }
        other => vec![Part::Item(Box::new(other))],
    }
}

/// `struct Own { .. }` as `pub struct Own { .. }`.
fn public_struct(tokens: TokenStream) -> TokenStream {
    let mut done = TokenStream::new();
    let mut is_public = false;
    for token in tokens {
        if matches!(&token, TokenTree::Ident(word) if word == "struct") && !is_public {
            done.extend([TokenTree::Ident(format_ident!("pub"))]);
        }
        is_public |= matches!(&token, TokenTree::Ident(word) if word == "pub");
        done.extend([token]);
    }
    done
}

/// Whether the path ends in this name.
fn last(path: &syn::Path, name: &str) -> bool {
    path.segments.last().is_some_and(|last| last.ident == name)
}

/// The file of `mod name;`.
fn module_file(attributes: &[Attribute], name: &Ident, folder: &Path, inside: &Path) -> Option<PathBuf> {
    let path = attributes.iter().find(|attribute| attribute.path().is_ident("path")).and_then(|attribute| {
        let syn::Meta::NameValue(pair) = &attribute.meta else { return None };
        let path: syn::LitStr = syn::parse2(pair.value.to_token_stream()).ok()?;
        Some(folder.join(path.value()))
    });
    let here = [inside.join(format!("{name}.rs")), inside.join(name.to_string()).join("mod.rs")];
    path.into_iter().chain(here).find(|path| path.exists())
}

/// `pub struct Digits; let ..`, or nothing for a model that a `cfg` removes.
fn graph(tokens: TokenStream) -> Option<Part> {
    let parse = |input: syn::parse::ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_outer)?;
        let _: Visibility = input.parse()?;
        input.parse::<syn::Token![struct]>()?;
        let name = input.parse()?;
        input.parse::<syn::Token![;]>()?;
        Ok(Graph { attributes, name, body: input.parse()?, chosen: true })
    };
    let graph = syn::parse::Parser::parse2(parse, tokens).ok()?;
    (!graph.attributes.iter().any(|attribute| attribute.path().is_ident("cfg"))).then_some(Part::Graph(graph))
}

/// The graphs in a call of another macro, `case: .., { let x = Input(..); .. }`, each in a module for its case.
fn graphs_of_cases(tokens: TokenStream) -> Parts {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut case = None;
    let mut found = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(name) if matches!(tokens.get(i + 1), Some(TokenTree::Punct(colon)) if colon.as_char() == ':') =>
            {
                case = Some(name.clone());
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && is_graph(&group.stream()) => {
                let Some(name) = case.take() else { continue };
                let (attributes, body) = (Vec::new(), group.stream());
                let graph = Graph { attributes, name: format_ident!("M"), body, chosen: true };
                let imports = Part::Item(Box::new(parse_quote!(
                    #[allow(unused_imports)]
                    use super::*;
                )));
                found.push(Part::Module(name, vec![imports, Part::Graph(graph)]));
            }
            _ => {}
        }
    }
    found
}

/// Whether the tokens end in `Model(..)` or `Sequential(..)`.
fn is_graph(tokens: &TokenStream) -> bool {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    matches!(&tokens[..], [.., TokenTree::Ident(end), TokenTree::Group(_)] if end == "Model" || end == "Sequential")
}

/// Drops modules without graphs, and all items that no chosen graph needs; the rest becomes public.
pub(crate) fn keep_what_graphs_need(parts: &mut Parts) {
    let mut needed = HashSet::new();
    loop {
        let before = needed.len();
        names_in_graphs(parts, &mut needed);
        names_in_items(parts, &mut needed);
        if needed.len() == before {
            break;
        }
    }
    prune(parts, &needed);
    if !has_graphs(parts) {
        parts.clear();
    }
}

/// Chooses short graphs that together have every layer. One after the other, it takes the graph that adds most for its
/// length.
pub(crate) fn choose<'a>(files: impl Iterator<Item = &'a mut Parts>) {
    let mut graphs = Vec::new();
    files.for_each(|parts| graphs_in(parts, &mut graphs));
    let mut left: Vec<(&mut Graph, usize, HashSet<String>)> = Vec::new();
    for graph in graphs {
        let mut own = HashSet::new();
        crate::rename::words(graph.body.clone(), &mut own);
        // The name of an argument follows that of its layer.
        own.retain(|word| !word.contains(' '));
        graph.chosen = false;
        // A call of the macro costs about as much as this many tokens.
        let length = 60 + length(graph.body.clone());
        left.push((graph, length, own));
    }
    // A graph twice as long takes rustc twice as long.
    let adds = |words: &HashSet<String>, length: usize| words.len() * 1_000_000 / length;
    while let Some((graph, _, words)) =
        left.iter_mut().max_by_key(|(_, length, words)| adds(words, *length)).filter(|(_, _, words)| !words.is_empty())
    {
        graph.chosen = true;
        let words = std::mem::take(words);
        left.iter_mut().for_each(|(_, _, own)| own.retain(|word| !words.contains(word)));
    }
}

/// The number of tokens.
fn length(tokens: TokenStream) -> usize {
    tokens
        .into_iter()
        .map(|token| if let TokenTree::Group(group) = token { 1 + length(group.stream()) } else { 1 })
        .sum()
}

/// Collects all graphs.
fn graphs_in<'a>(parts: &'a mut Parts, found: &mut Vec<&'a mut Graph>) {
    for part in parts {
        match part {
            Part::Graph(graph) => found.push(graph),
            Part::Module(_, parts) => graphs_in(parts, found),
            Part::Item(_) => {}
        }
    }
}

/// Collects the layers of all graphs.
pub(crate) fn words(parts: &Parts, found: &mut HashSet<String>) {
    for part in parts {
        match part {
            Part::Graph(graph) => crate::rename::words(graph.body.clone(), found),
            Part::Module(_, parts) => words(parts, found),
            Part::Item(_) => {}
        }
    }
}

/// Adds the names in chosen graphs, and the models that these contain.
fn names_in_graphs(parts: &mut Parts, needed: &mut HashSet<String>) {
    for part in parts {
        match part {
            Part::Graph(graph) => {
                graph.chosen |= needed.contains(&graph.name.to_string());
                if graph.chosen {
                    idents(graph.body.clone(), needed);
                }
            }
            Part::Module(_, parts) => names_in_graphs(parts, needed),
            Part::Item(_) => {}
        }
    }
}

/// Adds the names in needed items.
fn names_in_items(parts: &Parts, needed: &mut HashSet<String>) {
    for part in parts {
        match part {
            Part::Item(item) if is_needed(item, needed) => match &**item {
                // An import does not use its names.
                Item::Use(_) => {}
                item => idents(item.to_token_stream(), needed),
            },
            Part::Module(_, parts) => names_in_items(parts, needed),
            _ => {}
        }
    }
}

fn idents(tokens: TokenStream, found: &mut HashSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(name) => drop(found.insert(name.to_string())),
            TokenTree::Group(group) => idents(group.stream(), found),
            _ => {}
        }
    }
}

fn is_needed(item: &Item, needed: &HashSet<String>) -> bool {
    let is = |name: &Ident| needed.contains(&name.to_string());
    match item {
        Item::Const(item) => is(&item.ident),
        Item::Static(item) => is(&item.ident),
        Item::Enum(item) => is(&item.ident),
        Item::Fn(item) => item.sig.constness.is_some() && is(&item.sig.ident),
        Item::Struct(item) => is(&item.ident),
        Item::Trait(item) => is(&item.ident),
        Item::Type(item) => is(&item.ident),
        Item::Impl(item) => match &*item.self_ty {
            syn::Type::Path(path) => path.path.segments.last().is_some_and(|last| is(&last.ident)),
            _ => false,
        },
        // `weights! { .. }` and `layer! { .. }` name the items they define.
        Item::Macro(item) => item.ident.is_none() && defined(item.mac.tokens.clone()).iter().any(is),
        Item::Use(_) => true,
        _ => false,
    }
}

/// The names after `struct` and `pub const` in a macro call.
fn defined(tokens: TokenStream) -> Vec<Ident> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let word = |at: usize, text: &str| matches!(tokens.get(at), Some(TokenTree::Ident(word)) if word == text);
    let names = tokens.iter().enumerate().skip(1).filter_map(|(at, token)| match token {
        TokenTree::Ident(name) if word(at - 1, "struct") => Some(name.clone()),
        TokenTree::Ident(name) if at > 1 && word(at - 1, "const") && word(at - 2, "pub") => Some(name.clone()),
        _ => None,
    });
    names.collect()
}

fn prune(parts: &mut Parts, needed: &HashSet<String>) {
    for part in parts.iter_mut() {
        match part {
            Part::Item(item) => match &mut **item {
                Item::Use(item) => match imported(item.tree.clone(), needed, true) {
                    Some(tree) => item.tree = tree,
                    None => item.tree = parse_quote!({}),
                },
                item => public(item),
            },
            Part::Module(_, parts) => prune(parts, needed),
            Part::Graph(_) => {}
        }
    }
    parts.retain(|part| match part {
        Part::Item(item) => is_needed(item, needed),
        Part::Module(_, parts) => {
            parts.iter().any(|part| !matches!(part, Part::Item(item) if matches!(**item, Item::Use(_))))
        }
        Part::Graph(graph) => graph.chosen,
    });
}

/// The needed names of an import. Imports from libraries of every test stay whole, because nobody names their traits.
fn imported(tree: UseTree, needed: &HashSet<String>, first: bool) -> Option<UseTree> {
    match tree {
        UseTree::Path(path) if first && ["nn", "core", "std", "rand"].iter().any(|name| path.ident == name) => {
            Some(UseTree::Path(path))
        }
        UseTree::Path(path) if first && ["plotters", "proptest"].iter().any(|name| path.ident == name) => None,
        UseTree::Path(mut path) => {
            *path.tree = imported(*path.tree, needed, false)?;
            Some(UseTree::Path(path))
        }
        UseTree::Name(name) => needed.contains(&name.ident.to_string()).then_some(UseTree::Name(name)),
        UseTree::Rename(name) => needed.contains(&name.rename.to_string()).then_some(UseTree::Rename(name)),
        UseTree::Group(mut group) => {
            group.items = group.items.into_iter().filter_map(|tree| imported(tree, needed, first)).collect();
            (!group.items.is_empty()).then_some(UseTree::Group(group))
        }
        glob @ UseTree::Glob(_) => Some(glob),
    }
}

fn has_graphs(parts: &Parts) -> bool {
    parts.iter().any(|part| match part {
        Part::Graph(_) => true,
        Part::Module(_, parts) => has_graphs(parts),
        Part::Item(_) => false,
    })
}

fn public(item: &mut Item) {
    let visibility = match item {
        Item::Const(item) => &mut item.vis,
        Item::Static(item) => &mut item.vis,
        Item::Enum(item) => &mut item.vis,
        Item::Fn(item) => &mut item.vis,
        Item::Struct(item) => &mut item.vis,
        Item::Trait(item) => &mut item.vis,
        Item::Type(item) => &mut item.vis,
        _ => return,
    };
    *visibility = parse_quote!(pub);
}
